"""Sphinx settings of the documentation; `make docs` builds it."""

import mer_core

project = "MER Workbench"
author = "MER Workbench contributors"
copyright = "2026, MER Workbench contributors"  # noqa: A001 - Sphinx names it so
release = mer_core.__version__
extensions = ["myst_parser", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
html_theme = "furo"
html_title = "MER Workbench"
html_static_path = ["pictures"]
html_extra_path = ["extra"]
myst_heading_anchors = 3
autodoc_typehints = "description"
autodoc_member_order = "bysource"
nitpicky = False
