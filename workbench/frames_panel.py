"""Time under an attribution: what each frame carries, and what chosen frames explain alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import streamlit as st

from mer_core.attribution import METHODS
from mer_core.attribution.frames import FrameShares, PartialMap
from mer_core.attribution.inspection import Inspection
from mer_core.attribution.method import Mask
from mer_core.errors import MerError
from mer_core.plots.attributions import attribution_panel, map_scale
from mer_core.plots.colour import Rgb
from mer_core.plots.curves import share_curve
from mer_core.plots.raster import pickable_image
from mer_core.records import AttributionRequest
from workbench import cached_attributions, networks, panels, pointing, widgets
from workbench.picture_tiles import attribution_tile
from workbench.selection import ClipChoice
from workbench.tiles import draw_tiles
from workbench.titles import sentence_case

WHOLE, OUTLINED, BOXED = "whole face", "action units", "a box"


def draw_frames(
    choice: ClipChoice,
    weighting: str,
    inspections: Sequence[Inspection],
    decomposing: Sequence[str],
    methods: Sequence[str],
    target: str | None,
    layers: Mapping[str, str],
) -> None:
    """Draw the share curve, which can be brushed, and the maps of the brushed frames."""
    if not decomposing:
        st.info("No available method decomposes over frames.")
        return
    recording = inspections[0].recording
    synthetic = recording.clip.synthetic
    first, second = st.columns(2, vertical_alignment="bottom")
    method = widgets.choose(
        "Method",
        decomposing,
        key="carrier",  # as links have it
        titles=lambda name: METHODS.get(name).title,
        where=first,
    )
    places = [WHOLE, *([OUTLINED] if inspections[0].regions else []), BOXED]
    place = widgets.switch("Region", places, key="over", titles=sentence_case, where=second)
    masks = _masks(inspections, place)
    found, facts = _shares(
        choice, weighting, inspections, AttributionRequest(method=method, target=target)
    )
    for fact in facts:
        st.info(fact)
    if not found:
        return
    curves = {
        entry.title: found[entry.name].relative(masks[entry.name])
        for entry in (inspection.model.entry for inspection in inspections)
        if entry.name in found
    }
    numbers = next(iter(found.values())).frame_numbers
    event = panels.chart(
        partial(
            share_curve,
            numbers,
            curves,
            key_frames=recording.key_frames,
            title="share",
            brush=True,
        ),
        key="shares",
        on_select="rerun",
        selection_mode="box",
        alt="; ".join(
            f"{name}: from {curve.min():.3g} to {curve.max():.3g}" for name, curve in curves.items()
        ),
    )
    sums = " ".join(
        f"{one.model.entry.title}: shares {found[name].curve().sum():.3g}, appearance "
        f"{found[name].appearance.sum():.3g}."
        for one in inspections
        if (name := one.model.entry.name) in found
    )
    st.caption(
        "How much each frame adds to the target class; each curve is divided by the sum of "
        "its absolute values. Exact while the display constants of the image are held fixed: "
        f"shares and the still face (appearance) add up to the map, pixel by pixel. {sums}"
    )
    rows = [
        {"frame": number} | {name: float(curve[i]) for name, curve in curves.items()}
        for i, number in enumerate(numbers)
    ]
    panels.export(
        f"shares_{choice.key.replace('/', '-')}_{method}",
        table=panels.csv_text(rows),
        array=np.stack([one.shares for one in found.values()]) if _alike(found) else None,
        synthetic=synthetic,
    )
    _draw_part(choice, weighting, inspections, event, numbers, (method, *methods), target, layers)


def _masks(inspections: Sequence[Inspection], place: str) -> dict[str, Mask | None]:
    """Network -> where shares are counted, on its own grid; None for everywhere."""
    if place == WHOLE:
        return {inspection.model.entry.name: None for inspection in inspections}
    if place == OUTLINED:
        return {
            inspection.model.entry.name: inspection.regions.union if inspection.regions else None
            for inspection in inspections
        }
    frames = inspections[0].recording.expression.frames
    shape = frames.shape[1:3]
    face, numbers = st.columns([2, 3], gap="large")
    with face:
        event = panels.chart(
            partial(pickable_image, frames[len(frames) // 2]),
            key="share box",
            on_select="rerun",
            selection_mode="box",
            alt="A frame of the clip; drag a box on it to count the shares inside",
        )
    with numbers:
        st.caption("Drag a box on the face, or type its sides in pixels.")
        box = pointing.face_box(shape, drawn=pointing.drawn_box(dict(event), shape))
    return {inspection.model.entry.name: inspection.inside(box) for inspection in inspections}


def _shares(
    choice: ClipChoice,
    weighting: str,
    inspections: Sequence[Inspection],
    request: AttributionRequest,
) -> tuple[dict[str, FrameShares], list[str]]:
    found: dict[str, FrameShares] = {}
    facts = []
    for inspection in inspections:
        model = inspection.model
        known = request.target if request.target in model.classes else None
        try:
            found[model.entry.name] = cached_attributions.shares(
                choice, weighting, model, AttributionRequest(method=request.method, target=known)
            )
        except MerError as error:
            facts.append(f"**{model.entry.title}**: {error.what}.")
    return found, facts


def _alike(found: Mapping[str, FrameShares]) -> bool:
    return len({one.shares.shape for one in found.values()}) == 1


def _draw_part(
    choice: ClipChoice,
    weighting: str,
    inspections: Sequence[Inspection],
    event: Mapping[str, object],
    numbers: Sequence[int],
    methods: Sequence[str],
    target: str | None,
    layers: Mapping[str, str],
) -> None:
    """The image that chosen frames make alone, and why the network would answer so to it."""
    st.markdown("### What chosen frames explain alone")
    st.caption("Drag across the curve to choose frames, or move the ends of the range.")
    first, last = pointing.frame_range(numbers, brushed=pointing.brushed_range(dict(event)))
    if (first, last) == (numbers[0], numbers[-1]):
        st.caption("All frames are chosen, so the maps are those above.")
        return
    how, _ = st.columns([1, 2])
    name = widgets.choose(
        "Explained by",
        list(dict.fromkeys(methods)),
        key="part_by",
        titles=lambda name: METHODS.get(name).title,
        where=how,
    )
    method = METHODS.get(name)
    for column, inspection in zip(
        networks.columns([inspection.model for inspection in inspections]),
        inspections,
        strict=False,
    ):
        model = inspection.model
        request = AttributionRequest(
            method=name,
            target=target if target in model.classes else None,
            layer=layers.get(model.entry.name) if method.needs_layer else None,
        )
        try:
            part = cached_attributions.partial_map(choice, weighting, model, request, (first, last))
        except MerError as error:
            column.info(f"**{model.entry.title}**: {error.what}.")
            continue
        with column:
            _draw_partial(choice, inspection, part, (first, last))


def _draw_partial(
    choice: ClipChoice, inspection: Inspection, part: PartialMap, frames: tuple[int, int]
) -> None:
    found, title = part.map, inspection.model.entry.title
    scale = map_scale(found.values, signed=found.signed)
    regions = inspection.regions.masks if inspection.regions else {}
    picture = partial(attribution_panel, _seen(part), found.values, scale, regions=regions)
    method = METHODS.get(found.method).title
    tile = attribution_tile(
        _seen(part),
        found.values,
        scale,
        regions=regions,
        caption=f"{title}, {method} of frames {frames[0]} to {frames[1]} alone, for "
        f"{found.target}. What does not move looks as in the whole image; the motion "
        f"of all other frames is left out.",
        alt=f"{method} of {title} for frames {frames[0]} to {frames[1]}, {scale.describe()}",
    )
    draw_tiles([tile], key=f"part {inspection.model.entry.name}", columns=1)
    panels.export(
        f"{choice.key.replace('/', '-')}_{found.model}_{found.method}_{frames[0]}-{frames[1]}",
        picture,
        array=found.values,
        synthetic=inspection.recording.clip.synthetic,
    )


def _seen(part: PartialMap) -> Rgb:
    """The partial image as a picture; its levels may lie outside what can be shown."""
    levels = np.clip(part.levels, 0, 255).round().astype(np.uint8)
    return np.repeat(levels, 3, axis=2) if levels.shape[2] == 1 else levels
