"""What the README promises is there: its commands, its example, its folders."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import click
import cv2
import numpy as np
import pytest

from mer_core.cli import COMMANDS, mer
from mer_core.inputs import synthetic_recording
from mer_core.lessons import lessons

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text()
BLOCKS = re.findall(r"```(\w+)\n(.*?)```", README, flags=re.DOTALL)
SHELL = [
    line.split("#")[0].strip()
    for language, block in BLOCKS
    if language == "sh"
    for line in block.splitlines()
]


PYTHON = [block for language, block in BLOCKS if language == "python" and "mer_core" in block]
GUIDES = "".join(path.read_text() for path in sorted((ROOT / ".github" / "docs").glob("*.md")))
GUIDED = [
    line.split("#")[0].strip()
    for block in re.findall(r"```sh\n(.*?)```", GUIDES, flags=re.DOTALL)
    for line in block.splitlines()
]


APP = "".join(path.read_text() for path in sorted((ROOT / "workbench").rglob("*.py")))
LESSONS = (ROOT / "mer_core" / "lessons.toml").read_text()
SHOWN = re.findall(r"`(mer [^`{]+)", APP + LESSONS)


def commands() -> list[list[str]]:
    lines = dict.fromkeys(line for line in [*SHELL, *GUIDED, *SHOWN] if line.startswith("mer "))
    return [line.split()[1:] for line in lines]


@pytest.mark.parametrize("words", commands(), ids=" ".join)
def test_every_command_that_is_told_exists_with_its_options(words):
    command: click.Command = mer
    context = click.Context(mer)
    rest = list(words)
    while isinstance(command, click.Group):
        if not rest:
            return  # a group by its name
        name = rest.pop(0)
        found = command.get_command(context, name)
        assert found is not None, f"mer has no {name}"
        command = found
    known = {name for param in command.params for name in (*param.opts, *param.secondary_opts)}
    assert {word for word in rest if word.startswith("--")} <= known


def test_every_lesson_is_asked_and_answered_in_a_notebook():
    cells = "".join(path.read_text() for path in sorted((ROOT / "notebooks").glob("*.py")))
    for part in ("question", "answer"):
        assert set(re.findall(rf'nb\.{part}\("([\w-]+)"', cells)) == {one.name for one in lessons()}


def test_every_command_is_in_the_readme_or_says_what_it_does():
    told = {words[0] for words in commands()}
    assert {name for name, (_, line) in COMMANDS.items() if not line.strip()} == set()
    assert {"synth", "data", "ami", "models", "study", "paper"} <= told


def test_the_python_example_runs():
    (example,) = [block for block in PYTHON if "load_model" in block]
    space: dict[str, object] = {}
    exec(compile(example, "README.md", "exec"), space)
    assert space["answer"].predicted in space["model"].classes
    assert space["model"].weights.synthetic
    assert space["found"].values.shape == space["image"].image.shape[:2]


def test_the_three_lines_for_ones_own_clip_run(tmp_path, monkeypatch):
    (example,) = [block for block in PYTHON if "my.mp4" in block]
    acted = synthetic_recording(subject=3, emotion="surprise", seed=1, size=160).clip.frames
    wide = [np.pad(frame, ((20, 20), (60, 60), (0, 0)), mode="edge") for frame in acted]
    size = (wide[0].shape[1], wide[0].shape[0])
    film = cv2.VideoWriter(str(tmp_path / "my.mp4"), cv2.VideoWriter.fourcc(*"mp4v"), 100.0, size)
    for frame in wide:
        film.write(np.ascontiguousarray(frame[..., ::-1]))
    film.release()
    monkeypatch.chdir(tmp_path)
    space: dict[str, Any] = {}
    exec(compile(example, "README.md", "exec"), space)
    assert len(space["recording"].expression) == len(acted)
    answer = space["answer"]
    assert (answer.predicted is None) == bool(answer.refusals)
    assert answer.most_probable in answer.probabilities


def test_every_make_target_of_the_readme_exists():
    makefile = (ROOT / "Makefile").read_text()
    told = re.findall(r"^make (\w+)|`make (\w+)`", README, flags=re.MULTILINE)
    for target in filter(None, (name for pair in told for name in pair)):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target


@pytest.mark.parametrize("name", sorted(set(re.findall(r"\]\((?!http)([^)]+)\)", README))))
def test_every_file_the_readme_links_to_exists(name):
    assert (ROOT / name).exists()


def test_every_command_group_documents_its_json():
    context = click.Context(mer)
    for name in COMMANDS:
        for path, command in _leaves(mer.get_command(context, name), name):
            text = (command.help or "").lower()
            assert "json" in text, f"mer {path} --help does not document its JSON keys"


def _leaves(command: click.Command, path: str):
    if isinstance(command, click.Group):
        for name, part in command.commands.items():
            yield from _leaves(part, f"{path} {name}")
    else:
        yield path, command


def test_help_keeps_the_lines_that_are_marked_to_be_kept():
    """Click marks them by a backspace, which a raw docstring would print as two letters."""
    for path, command in _everything(mer, "mer"):
        shown = command.get_help(click.Context(command))
        assert "\\b" not in shown, path
        for paragraph in (command.help or "").split("\n\n"):
            if paragraph.startswith("\b\n"):
                lines = paragraph.removeprefix("\b\n").splitlines()
                assert [line for line in lines if line not in shown] == [], path


def _everything(command: click.Command, path: str):
    yield path, command
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            part = command.get_command(context, name)
            assert part is not None
            yield from _everything(part, f"{path} {name}")


@pytest.mark.parametrize("one", lessons(), ids=lambda one: one.name)
def test_the_page_for_lecturers_has_every_lesson_as_it_is(one):
    page = (ROOT / ".github" / "docs" / "teach-with-it.md").read_text()
    assert f"| {one.title} | {one.minutes} | {one.question} | {one.usual} |" in page


@pytest.mark.parametrize("page", sorted((ROOT / "notebooks").glob("*.ipynb")), ids=lambda p: p.stem)
def test_the_list_of_notebooks_links_each_and_its_page(page):
    listed = (ROOT / "notebooks" / "README.md").read_text()
    assert f"({page.name})" in listed
    assert f"(executed/{page.stem}.html)" in listed
