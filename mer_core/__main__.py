"""Run the command line as `python -m mer_core`, where `mer` is not on the path."""

from mer_core.cli import main

main()
