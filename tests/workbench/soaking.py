"""Eight people at once: each with clips, weightings and methods of their own, all of it checked.

Every step sends out one gesture per session before the first result is read, so the runs of all
sessions overlap in the server. What a session then sees is compared, picture by picture and byte
by byte, with what `mer_core` gave when it was asked for the same in this process, one after the
other, before the first session began.
"""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from urllib.parse import urlencode

import cv2
import numpy as np
from playwright.sync_api import TimeoutError

from mer_core.attribution import METHODS
from mer_core.attribution.inspection import Inspection
from mer_core.datasets.synthetic import EMOTIONS
from mer_core.inputs import Recording, synthetic_recording
from mer_core.inputs.own_clip import own_upload
from mer_core.inputs.prediction import predict
from mer_core.inputs.robustness import measure_robustness
from mer_core.models.loaded import LoadedModel, load_shown
from mer_core.plots.attributions import map_scale
from mer_core.plots.pixels import grey, veil
from tests.workbench.running import Served
from tests.workbench.uploads import png, zipped
from tests.workbench.watching import (
    CLOCK,
    EXCEPTIONS,
    FINISHED,
    PATIENCE,
    choose,
    shown_layers,
)
from workbench import cores
from workbench.titles import sentence_case

SESSIONS = 8
NETWORKS = ("affectivenet", "resnet50", "mobilenet")
# Neighbours use methods whose hooks spoil each other's maps on a network without its lock.
METHOD_OF = ("grad-cam", "saliency", "guided-backprop", "grad-cam")
WEIGHTINGS = ("full", "linear")
UNDER = ("nothing", "affective-motion image")  # what lies under the maps of every other session
THINK = (1.0, 3.0)
SAMPLE_SECONDS = 30.0
DRAWN = 30_000  # milliseconds in which a busy browser draws what it has been sent


@dataclass(frozen=True)
class View:
    """What one session looks at, and what it must see.

    Attributes:
        page: Path of the page.
        parameters: Parameters of its link.
        emotion: Emotion of the clip; views of a page that differ in it alone are one choice apart.
        pictures: Description of each picture -> the pixels of its layers, lowest first.
        text: A passage of the page, or "".
        upload: A file to hand over, or None.
    """

    page: str
    parameters: dict[str, str]
    emotion: str
    pictures: dict[str, tuple[np.ndarray, ...]]
    text: str = ""
    upload: bytes | None = None

    @property
    def link(self) -> str:
        """Path and parameters."""
        return f"/{self.page}?{urlencode(self.parameters)}"

    def follows(self, other: View | None) -> bool:
        """Whether choosing another emotion leads here from `other`."""
        if other is None or self.upload or other.upload or self.emotion == other.emotion:
            return False
        mine, theirs = ({**v.parameters, "emotion": ""} for v in (self, other))
        return self.page == other.page and mine == theirs


@dataclass
class Report:
    """What became of a soak.

    Attributes:
        checked: Pictures and passages compared.
        steps: Gestures and links followed.
        wrong: What differed from the serial reference, in words.
        resident: Seconds since the beginning and resident bytes, every half minute.
        waits: Seconds from each step's end of gestures to each session's finished page.
    """

    checked: int = 0
    steps: int = 0
    wrong: list[str] = field(default_factory=list)
    resident: list[tuple[float, int]] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)

    def growth(self, seconds: float) -> float:
        """Mean memory of the last `seconds` less that of as many seconds before them, in bytes."""
        end = self.resident[-1][0]
        late = [held for at, held in self.resident if at > end - seconds]
        early = [held for at, held in self.resident if end - 2 * seconds < at <= end - seconds]
        return float(np.mean(late) - np.mean(early))


class Reference:
    """What each session must see, asked of the core one after the other."""

    @staticmethod
    @cache
    def network(name: str, weighting: str | None = None) -> LoadedModel:
        """The network that pages show for images of a weighting."""
        return load_shown(name, weighting=weighting)

    def views(self, session: int, emotions: int) -> Iterator[View]:
        """All that session number `session` will look at."""
        cores.leave_one()
        subject, seed = session + 1, 100 + session
        for i in range(emotions):
            emotion = EMOTIONS[(session + i) % len(EMOTIONS)]
            clip = {"subject": str(subject), "emotion": emotion, "seed": str(seed)}
            recording = synthetic_recording(subject=subject, emotion=emotion, seed=seed)
            for weighting in WEIGHTINGS:
                pictures = self._image(recording, weighting)
                yield View("affective_motion_image", clip | {"w": weighting}, emotion, pictures)
                under, method = UNDER[session % 2], METHOD_OF[session % 4]
                yield self._explained(clip, recording, weighting, method, under)
        yield self._uploaded(session)

    @staticmethod
    def _image(recording: Recording, weighting: str) -> dict[str, tuple[np.ndarray, ...]]:
        image = recording.image(weighting)
        name = (
            f"Affective-motion image under {weighting} weights, raw sum {image.minimum:.0f} to "
            f"{image.maximum:.0f}"
        )
        return {name: (image.image,)}

    def _explained(
        self, clip: dict[str, str], recording: Recording, weighting: str, method: str, under: str
    ) -> View:
        pictures = {}
        image = recording.image(weighting).image
        for model in (self.network(name, weighting) for name in NETWORKS):
            inspection = Inspection(model=model, recording=recording, weighting=weighting)
            entry = METHODS.get(method)
            if entry.incompatibility(model):
                continue
            # The last bit of a sum depends on the threads, so they are the app's.
            with cores.suited_to(entry.forwards({}, model.entry)):
                found = inspection.explain(method)
            scale = map_scale(found.values, signed=found.signed)
            name = f"{entry.title} of {model.entry.title} for {found.target}, {scale.describe()}"
            layers = [scale.apply(found.values)]
            if under != UNDER[0]:
                layers = [grey(image), veil(found.values, scale)]
            pictures[name] = tuple(layers)
        chosen = {"w1": weighting, "methods": method, "under": under, "outline": "false"}
        return View("attributions", {**clip, **chosen}, clip["emotion"], pictures)

    def _uploaded(self, session: int) -> View:
        content = own_clip(session)
        recording = own_upload(content, "own", crop=False).recording()
        network = self.network(NETWORKS[0], "full")
        answer = predict(recording, network)
        changed = measure_robustness(network, recording, weighting="full")
        text = (
            f"{network.entry.title} gives no answer"
            if answer.refusals
            else f"The same answer after {changed.agreement:.0%} of"
        )
        return View(
            "your_clip",
            {"nets": NETWORKS[0], "crop": "false", "w1": "full"},
            "",
            self._image(recording, "full"),
            text=text,
            upload=content,
        )


def own_clip(session: int) -> bytes:
    """The zip of frames that this session alone hands over."""
    files = {}
    for i in range(6):
        frame = np.full((64, 64, 3), 90 + 10 * session, np.uint8)
        cv2.circle(frame, (20 + 2 * i, 20 + 3 * session), 6 + session, (30, 160, 220), -1)
        files[f"img{i:03}.png"] = png(frame)
    return zipped(files)


def soak(
    app: Served, browser: Any, views: Sequence[Sequence[View]], *, seconds: float, seed: int = 0
) -> Report:
    """Lets one session per sequence of views use the app for `seconds`."""
    draws, report = random.Random(seed), Report()
    contexts = [browser.new_context(viewport={"width": 1280, "height": 900}) for _ in views]
    pages = [_blank_page(context) for context in contexts]
    held: list[View | None] = [None] * len(pages)
    began = time.monotonic()
    over = _sampled(app, report)
    while time.monotonic() < began + seconds:
        for i, page in enumerate(pages):
            wanted = draws.choice([view for view in views[i] if view is not held[i]])
            _go(app, page, held[i], wanted)
            held[i] = wanted
        sent = time.monotonic()
        for i in draws.sample(range(len(pages)), len(pages)):
            view = held[i]
            assert view is not None
            _check(pages[i], view, f"session {i}", report)
            report.waits.append(time.monotonic() - sent)
        report.steps += len(pages)
        pages[0].wait_for_timeout(1000 * draws.uniform(*THINK))
    over.set()
    report.resident.append((time.monotonic() - began, app.resident_bytes()))
    for context in contexts:
        context.close()
    return report


def _sampled(app: Served, report: Report) -> threading.Event:
    """Notes resident memory every half minute until the event is set, however long steps take."""
    began, over = time.monotonic(), threading.Event()

    def sample() -> None:
        while not over.is_set():
            report.resident.append((time.monotonic() - began, app.resident_bytes()))
            over.wait(SAMPLE_SECONDS)

    threading.Thread(target=sample, daemon=True).start()
    return over


def _blank_page(context: Any) -> Any:
    page = context.new_page()
    page.set_default_timeout(PATIENCE)
    page.add_init_script(CLOCK)
    return page


def _go(app: Served, page: Any, held: View | None, wanted: View) -> None:
    """Sends a session on its way, and does not wait."""
    if wanted.follows(held):
        choose(page, "Emotion", sentence_case(wanted.emotion))()
        return
    page.goto(app.address + wanted.link, wait_until="commit")
    if wanted.upload is not None:
        page.locator('input[type="file"]').first.set_input_files(
            {"name": "own.zip", "mimeType": "application/zip", "buffer": wanted.upload}
        )


def _check(page: Any, view: View, who: str, report: Report) -> None:
    """Compares what a session sees, once its page is finished, with what it must see."""
    if view.upload is not None:
        page.get_by_text("What this cannot tell").wait_for()
    page.wait_for_function(FINISHED)
    if page.locator(EXCEPTIONS).count():
        report.wrong.append(f"{who}, {view.link}: an exception box")
        return
    for name, layers in view.pictures.items():
        report.checked += 1
        try:
            page.get_by_alt_text(name, exact=True).first.wait_for(timeout=DRAWN)
        except TimeoutError:
            seen = page.locator("img").evaluate_all("all => all.map(i => i.alt).join(' | ')")
            report.wrong.append(f"{who}, {view.link}: no picture {name!r}, but {seen}")
            continue
        other = _difference(shown_layers(page, name), layers)
        if other:
            report.wrong.append(f"{who}, {view.link}: another picture for {name!r}: {other}")
    if view.text:
        report.checked += 1
        if view.text not in page.locator("body").text_content():  # folded away or not
            report.wrong.append(f"{who}, {view.link}: {view.text!r} is not said")


def _difference(seen: Sequence[np.ndarray], wanted: Sequence[np.ndarray]) -> str:
    """How the layers of a picture differ from those it should have, in words; "" for equal ones."""
    if [layer.shape for layer in seen] != [layer.shape for layer in wanted]:
        return f"{[layer.shape for layer in seen]} for {[layer.shape for layer in wanted]}"
    words = []
    for i, (ours, theirs) in enumerate(zip(seen, wanted, strict=True)):
        apart = np.abs(ours.astype(int) - theirs)
        if apart.any():
            words.append(f"layer {i} in {np.count_nonzero(apart)} values, by up to {apart.max()}")
    return "; ".join(words)
