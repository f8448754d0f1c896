"""Names on the command line, completed by the shell, and `mer completion`, which sets it up."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import click
from click.shell_completion import CompletionItem, get_completion_class

from mer_core.errors import MerError
from mer_core.folders import data_folder

# As the registry of methods has them, which takes PyTorch and Captum to load; a test compares.
METHOD_TITLES = {
    "saliency": "Saliency",
    "input-x-gradient": "Input x gradient",
    "integrated-gradients": "Integrated gradients",
    "gradient-shap": "Gradient SHAP",
    "deeplift": "DeepLift",
    "guided-backprop": "Guided backpropagation",
    "smooth-grad": "SmoothGrad",
    "grad-cam": "Grad-CAM",
    "guided-grad-cam": "Guided Grad-CAM",
    "occlusion": "Occlusion",
    "region-ablation": "Feature ablation over regions",
    "lrp": "LRP",
}


@dataclass(frozen=True)
class Name(click.ParamType):
    """A name that the core looks up; a wrong one is refused there, with the nearest that exists.

    Attributes:
        name: Kind of thing named, for usage lines.
        names: All that exist, with what a reader sees; called when a shell completes, so it must
            load little.
    """

    name: str  # type: ignore[misc]
    names: Callable[[], Iterable[tuple[str, str]]]

    def shell_complete(
        self, ctx: click.Context, param: click.Parameter, incomplete: str
    ) -> list[CompletionItem]:
        """Return the names that begin with what is typed so far."""
        try:
            found = list(self.names())
        except (MerError, OSError):
            return []
        return [
            CompletionItem(name, help=title) for name, title in found if name.startswith(incomplete)
        ]


def _datasets() -> Iterable[tuple[str, str]]:
    from mer_core.datasets.catalog import DATASETS

    return [(info.name, info.title) for info in DATASETS]


def _networks() -> Iterable[tuple[str, str]]:
    from mer_core.models.summaries import network_summaries

    return [(network.name, network.title) for network in network_summaries()]


def _methods() -> Iterable[tuple[str, str]]:
    return METHOD_TITLES.items()


def _studies() -> Iterable[tuple[str, str]]:
    files = (data_folder() / "studies").glob("*/study.sqlite")
    return [(file.parent.name, "") for file in sorted(files)]


DATASET = Name("dataset", _datasets)
NETWORK = Name("network", _networks)
METHOD = Name("method", _methods)
STUDY = Name("study", _studies)


@click.command()
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script that makes SHELL complete commands, options and names.

    Datasets, networks, attribution methods and studies are completed too. Load it from your
    shell's start-up file:

    \b
    bash   eval "$(mer completion bash)"      in ~/.bashrc
    zsh    eval "$(mer completion zsh)"       in ~/.zshrc
    fish   mer completion fish | source       in ~/.config/fish/config.fish

    There is no --json: the answer is a script.
    """
    from mer_core.cli import mer

    found = get_completion_class(shell)
    assert found is not None  # click knows all three
    click.echo(found(mer, {}, "mer", "_MER_COMPLETE").source())
