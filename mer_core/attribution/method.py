"""What every attribution method promises, as data.

Whether it applies to a network, and why not; which parameters it has; what kind of answer it gives;
and what it costs. Pages draw forms from this and know no method by name.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Literal

import numpy as np
import numpy.typing as npt
import torch
from torch import Tensor

from mer_core.errors import SettingsError
from mer_core.models.entry import ModelEntry
from mer_core.models.loaded import LoadedModel
from mer_core.records import InputKind, Layer

Value = float | int | str | bool
Values = Mapping[str, Value]
Mask = npt.NDArray[np.bool_]

AUTO = "auto"
"""The choice that leaves a parameter to us."""


@dataclass(frozen=True, kw_only=True)
class Parameter:
    """One parameter of a method, with all that a form or a command line needs to offer it.

    Attributes:
        name: What settings and commands call it.
        title: What a reader sees.
        kind: "int", "float", "bool" or "choice".
        default: The value it has unless another is given.
        low: Least number allowed.
        high: Greatest number allowed.
        choices: The words allowed, in order.
        help: One sentence.
        auto: What `AUTO` comes to on a network, where that hangs on nothing else.
    """

    name: str
    title: str
    kind: Literal["int", "float", "bool", "choice"]
    default: Value
    low: float | None = None
    high: float | None = None
    choices: tuple[str, ...] = ()
    help: str = ""
    auto: Callable[[ModelEntry], Value] | None = None

    def check(self, value: Value) -> Value:
        """`value` in this parameter's own type, or `SettingsError` with what is allowed."""
        match self.kind:
            case "bool" if isinstance(value, bool):
                return value
            case "choice" if value in self.choices:
                return value
            case "int" | "float" if isinstance(value, (int, float)) and not isinstance(value, bool):
                number = float(value)
                whole = self.kind == "float" or number.is_integer()
                if whole and self._inside(number):
                    return int(number) if self.kind == "int" else number
        raise SettingsError(f"{self.name} cannot be {value!r}", remedy=f"give {self.allowed()}")

    def resolve(self, value: Value, entry: ModelEntry) -> Value:
        """`value`, checked, with `AUTO` decided for the network `entry` describes."""
        checked = self.check(value)
        return self.auto(entry) if self.auto and checked == AUTO else checked

    def parse(self, text: str) -> Value:
        """The value that `text` writes, for command lines and addresses."""
        word = text.strip()
        if self.kind == "bool" and word.lower() in ("true", "yes", "on", "1"):
            return True
        if self.kind == "bool" and word.lower() in ("false", "no", "off", "0"):
            return False
        if self.kind in ("int", "float"):
            try:
                return self.check(float(word))
            except ValueError:
                pass
        return self.check(word)

    def allowed(self) -> str:
        """The permitted values in words."""
        if self.kind == "bool":
            return "true or false"
        if self.kind == "choice":
            return f"one of: {', '.join(self.choices)}"
        noun = "a whole number" if self.kind == "int" else "a number"
        ends = (self.low is not None, self.high is not None)
        match ends:
            case (True, True):
                return f"{noun} from {self.low:g} to {self.high:g}"
            case (True, False):
                return f"{noun} of at least {self.low:g}"
            case _:
                return noun

    def _inside(self, number: float) -> bool:
        above = self.low is None or number >= self.low
        return bool(np.isfinite(number)) and above and (self.high is None or number <= self.high)


class Resolution(StrEnum):
    """How finely a method's answer is resolved before it is laid over the input."""

    PIXEL = "pixel"
    PATCH = "patch"
    REGION = "region"
    LAYER = "layer"


@dataclass(frozen=True, eq=False, kw_only=True)
class MethodInputs:
    """One call of a method, complete and checked.

    Attributes:
        model: The network, in eval mode, its lock held.
        inputs: A batch of one, without gradient.
        target: Index of the target class.
        layer: For methods that look into one.
        parameters: Every parameter with its value.
        baseline: The baseline input, for methods that compare with one.
        regions: Named masks, H x W, for methods that ablate regions.
        generator: The only source of random numbers, so that no other thread disturbs it.
        chunk: How many inputs go through the network at once.
    """

    model: LoadedModel
    inputs: Tensor
    target: int
    layer: Layer | None
    parameters: Values
    baseline: Tensor | None
    regions: Mapping[str, Mask]
    generator: torch.Generator
    chunk: int

    def required_baseline(self) -> Tensor:
        """The baseline, of a method that has declared that it uses one."""
        assert self.baseline is not None
        return self.baseline

    def number(self, name: str) -> float:
        """The value of a numeric parameter."""
        return float(self.parameters[name])


@dataclass(frozen=True, eq=False, kw_only=True)
class MethodOutput:
    """What a method computed.

    Attributes:
        attribution: B x C x H x W or B x T x C x H x W with B = 1; C may be 1 where the method
            knows no channels.
        multiplier: g where the attribution is (input - baseline) * g, else None. It is what
            carries an attribution from the accumulated image back to its frames.
    """

    attribution: Tensor
    multiplier: Tensor | None = None


@dataclass(frozen=True, kw_only=True)
class Method:
    """An attribution method.

    Attributes:
        name: Stable lower-case name used by commands and pages.
        title: The name as papers print it.
        paper: Citation.
        description: What a value means, in one sentence.
        run: From a call to the answer.
        incompatibility: Why the method says nothing about a network, or None where it applies.
        cost: Forward passes it takes the time of, from its parameters and the network.
        signed: Whether negative values speak against the target.
        signed_with: A parameter that makes an unsigned method signed while it is on.
        resolution: Resolution of the answer before it is laid over the input.
        own_parameters: Parameters besides the baseline and smoothing.
        uses_baseline: Whether it compares with a baseline input.
        needs_layer: Whether it looks into one layer.
        needs_regions: Whether the caller must say which regions to ablate.
        complete: Whether its values sum to F(input) - F(baseline).
        decomposes_over_frames: Whether it has a multiplier, so that frames get shares of it.
        smoothing: Noisy copies it averages over by default.
    """

    name: str
    title: str
    paper: str
    description: str
    run: Callable[[MethodInputs], MethodOutput]
    incompatibility: Callable[[LoadedModel], str | None]
    cost: Callable[[Values, ModelEntry], float]
    signed: bool = True
    signed_with: str = ""
    resolution: Resolution = Resolution.PIXEL
    own_parameters: tuple[Parameter, ...] = ()
    uses_baseline: bool = False
    needs_layer: bool = False
    needs_regions: bool = False
    complete: bool = False
    decomposes_over_frames: bool = False
    smoothing: int = 0

    def parameters(self, entry: ModelEntry) -> tuple[Parameter, ...]:
        """Every parameter this method has on the network `entry` describes."""
        baseline = (baseline_parameter(entry.input.kind),) if self.uses_baseline else ()
        return (*baseline, *self.own_parameters, *smoothing_parameters(self.smoothing))

    def resolve(self, given: Values, entry: ModelEntry) -> dict[str, Value]:
        """All parameters' values: those in `given`, checked, and defaults for the others."""
        known = {parameter.name: parameter for parameter in self.parameters(entry)}
        unknown = [name for name in given if name not in known]
        if unknown:
            raise SettingsError(
                f"{self.title} has no parameter called {unknown[0]!r}",
                remedy=f"choose from: {', '.join(known)}",
            )
        return {
            name: parameter.resolve(given.get(name, parameter.default), entry)
            for name, parameter in known.items()
        }

    def is_signed(self, values: Values) -> bool:
        """Whether negative values speak against the target, with these parameters."""
        return self.signed or bool(self.signed_with and values[self.signed_with])

    def forwards(self, given: Values, entry: ModelEntry) -> float:
        """Roughly the time of one call with these parameters, in forward passes of one input."""
        values = self.resolve(given, entry)
        copies = max(1, int(values["smoothing_samples"]))
        return copies * self.cost(values, entry)


_BASELINE_NAMES = {
    InputKind.AMI: (AUTO, "zero", "black", "grey", "mean", "blur", "origin"),
    InputKind.FLOW: ("zero", "mean", "blur"),
    InputKind.CLIP: ("still", "black", "grey", "blur", "origin"),
}
_BASELINE_NAMES[InputKind.DYNAMIC_IMAGE] = _BASELINE_NAMES[InputKind.AMI]


def baseline_parameter(kind: InputKind) -> Parameter:
    """The choice of the baseline input; see `baseline_inputs.py` for each."""
    choices = _BASELINE_NAMES[kind]
    return Parameter(
        name="baseline",
        title="Baseline input",
        kind="choice",
        default=choices[0],
        choices=choices,
        help="The input that the input is compared with.",
    )


_SMOOTHING = (
    Parameter(
        name="smoothing_samples",
        title="Noisy copies",
        kind="int",
        default=0,
        low=0,
        high=64,
        help="Average over this many noisy copies of the input; 0 for none.",
    ),
    Parameter(
        name="smoothing_noise",
        title="Noise",
        kind="float",
        default=0.1,
        low=0.0,
        high=0.5,
        help="Standard deviation of that noise, as a share of the input's range.",
    ),
)


def smoothing_parameters(samples: int) -> tuple[Parameter, ...]:
    """The two parameters of SmoothGrad, which goes on top of every method."""
    copies, noise = _SMOOTHING
    return (replace(copies, default=samples), noise)
