"""The inspection of one recording by one network: answer, maps, and how well they find motion.

What pages and notebooks ask for, in the words of a recording rather than of tensors.

    inspection = Inspection(model=model, recording=recording)
    inspection.answer                                     # class -> probability
    found = inspection.explain("grad-cam")                # AttributionMap
    inspection.localise(found.values)["mass"].normalised  # 1 is what a random map scores
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
from torch import Tensor

from mer_core.ami import WEIGHTINGS
from mer_core.attribution.baseline_inputs import baseline_input, baseline_name
from mer_core.attribution.catalog import METHODS
from mer_core.attribution.control_maps import control_maps, motion_weighting
from mer_core.attribution.engine import explainer
from mer_core.attribution.frames import FrameShares, PartialMap, frame_shares, partial_map
from mer_core.attribution.localisation import Localisation, localise
from mer_core.attribution.method import Mask, Values
from mer_core.attribution.recording import explain_recording, seen_input
from mer_core.attribution.regions import Regions, face_regions, recording_regions
from mer_core.attribution.sanity import SanityCard, sanity_card
from mer_core.faces import FaceBox
from mer_core.inputs import Recording
from mer_core.models.loaded import LoadedModel
from mer_core.records import AttributionMap, InputKind

Size = tuple[int, int]


@dataclass(frozen=True, eq=False, kw_only=True)
class Inspection:
    """A network, a recording, and everything between the two.

    Attributes:
        model: Any network of the catalogue.
        recording: The clip.
        weighting: Frame weights of accumulated images; the network's own by default.
    """

    model: LoadedModel
    recording: Recording
    weighting: str | None = None

    @property
    def size(self) -> Size:
        """Height and width of what the network sees."""
        return self.model.entry.input.size

    @cached_property
    def _seen(self) -> tuple[Tensor, float | None]:
        return seen_input(self.model, self.recording, self.weighting)

    @property
    def inputs(self) -> Tensor:
        """What the network sees, a batch of one."""
        return self._seen[0]

    @property
    def zero_level(self) -> float | None:
        """Grey level of zero accumulation; None for networks that take no accumulated image."""
        return self._seen[1]

    @cached_property
    def answer(self) -> Mapping[str, float]:
        """Probability of each class."""
        shares = self.model.probabilities(self.inputs)[0].tolist()
        return dict(zip(self.model.classes, shares, strict=True))

    @property
    def predicted(self) -> str:
        """The most probable class."""
        return max(self.answer, key=self.answer.__getitem__)

    @cached_property
    def regions(self) -> Regions | None:
        """Where the clip's action units move the face; None where none are known."""
        found = recording_regions(self.recording, self.size)
        return found if found is not None and found.masks else None

    def explain(
        self,
        method: str,
        *,
        target: str | None = None,
        layer: str | None = None,
        parameters: Values | None = None,
        seed: int = 0,
    ) -> AttributionMap:
        """Explain the answer; see `mer_core.attribution.recording.explain_recording`."""
        return explain_recording(
            self.model,
            self.recording,
            method=method,
            target=target or self.predicted,  # known already: one forward pass fewer
            layer=layer,
            weighting=self.weighting,
            parameters=parameters,
            seed=seed,
            seen=self._seen,
        )

    def shares(
        self,
        method: str,
        *,
        target: str | None = None,
        parameters: Values | None = None,
        seed: int = 0,
    ) -> FrameShares:
        """What each frame contributes; see `mer_core.attribution.frames.frame_shares`."""
        return frame_shares(
            self.model,
            self.recording.expression,
            method=method,
            target=target or self.predicted,
            weighting=self.weighting,
            parameters=parameters,
            seed=seed,
        )

    def partial(
        self,
        method: str,
        *,
        first: int,
        last: int,
        target: str | None = None,
        layer: str | None = None,
        parameters: Values | None = None,
        seed: int = 0,
    ) -> PartialMap:
        """The map of the image that frames `first`..`last` make by themselves; see `partial_map`.

        Its class is that of the whole clip unless another is given, so that both can be compared.
        """
        return partial_map(
            self.model,
            self.recording.expression,
            first=first,
            last=last,
            method=method,
            target=target or self.predicted,
            layer=layer,
            weighting=self.weighting,
            parameters=parameters,
            seed=seed,
            regions=self._ablation_regions(method),
        )

    def inside(self, box: FaceBox) -> npt.NDArray[np.bool_]:
        """The part of the network's grid under a box on the frame, at least one cell of it."""
        shape = self.recording.clip.frames.shape[1:3]
        found = np.zeros(self.size, bool)
        first, last = ((box.y, box.x), (box.y + box.height, box.x + box.width))
        cells = [
            slice(
                min(math.floor(low * side / whole), side - 1),
                max(math.ceil(high * side / whole), 1),
            )
            for low, high, side, whole in zip(first, last, self.size, shape, strict=True)
        ]
        found[cells[0], cells[1]] = True
        return found

    def control_maps(self, *, seed: int = 0) -> dict[str, npt.NDArray[np.float32]]:
        """Maps that no network made, by name: what a map has to beat."""
        weighting = self.weighting or self.model.entry.input.weighting
        image, motion = (
            self.recording.image(name, size=self.size)
            for name in (weighting, motion_weighting(weighting))
        )
        return control_maps(image, motion, seed=seed, key=self.recording.clip.digest)

    def distinct_control_maps(self) -> dict[str, npt.NDArray[np.float32]]:
        """Return the control maps that differ, for readers, by name.

        Where the weights do not keep the appearance, the energy of the image is that of motion.
        """
        found = self.control_maps()
        if not WEIGHTINGS.get(self.weighting or self.model.entry.input.weighting).keeps_appearance:
            del found["ami-energy"]
        return found

    def localise(self, values: npt.NDArray[np.floating]) -> Localisation | None:
        """How well `values` finds what any action unit moves; None where no region is known."""
        return None if self.regions is None else localise(values, self.regions.union)

    def examine(
        self, found: AttributionMap, *, progress: Callable[[str], None] | None = None
    ) -> SanityCard:
        """The sanity card of a map that `explain` made; takes many times as long as the map."""
        method = METHODS.get(found.method)
        settings = {k.name: found.parameters[k.name] for k in method.parameters(self.model.entry)}
        seed = int(found.parameters.get("seed", 0))
        run = explainer(
            found.method,
            layer=found.layer,
            parameters=settings,
            zero_level=self.zero_level,
            regions=self._ablation_regions(found.method),
            seed=seed,
        )
        return sanity_card(
            run,
            self.model,
            self.inputs,
            target=found.target,
            baseline=self._baseline(str(settings.get("baseline", ""))),
            original=found.values,
            delta=found.delta,
            difference=found.difference,
            seed=seed,
            progress=progress,
        )

    def _ablation_regions(self, method: str) -> Mapping[str, Mask] | None:
        """The regions that a method ablates; None for one that ablates none."""
        needs_regions = METHODS.get(method).needs_regions
        return face_regions(self.recording, self.size) if needs_regions else None

    def _baseline(self, name: str) -> Tensor:
        spec = self.model.entry.input
        neutral = {InputKind.FLOW: "zero", InputKind.CLIP: "still"}.get(spec.kind, "auto")
        resolved = baseline_name(name or neutral, spec, self.zero_level)
        return baseline_input(resolved, self.inputs, spec, self.zero_level)
