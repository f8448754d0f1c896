"""Where the workbench keeps what is not the user's: caches, settings, studies.

Each place follows the platform's custom and can be moved with an environment variable:
`MER_CACHE`, `MER_CONFIG`, `MER_DATA`.
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

_APP = "mer-workbench"


def cache_folder() -> Path:
    """Rebuildable files: affective-motion images, the demo twin's frames."""
    return _from_environment("MER_CACHE", platformdirs.user_cache_path(_APP))


def config_folder() -> Path:
    """The user's settings: which dataset lies where."""
    return _from_environment("MER_CONFIG", platformdirs.user_config_path(_APP))


def data_folder() -> Path:
    """Results that took time: studies and the weights they trained."""
    return _from_environment("MER_DATA", platformdirs.user_data_path(_APP))


def figures_folder() -> Path:
    """Regenerated tables and figures: `figures` in the checkout that this package lies in.

    Where it is installed without one, they lie among the user's results.
    """
    checkout = Path(__file__).resolve().parent.parent
    return (checkout if (checkout / "pyproject.toml").is_file() else data_folder()) / "figures"


def _from_environment(variable: str, default: Path) -> Path:
    chosen = os.environ.get(variable)
    return Path(chosen).expanduser() if chosen else default
