"""The command line speaks with one voice: help, suggestions, completion, progress, exit codes."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from pathlib import Path

import click
import pytest
from click.shell_completion import ShellComplete

from mer_core.attribution import METHODS
from mer_core.cli import COMMANDS, mer, output, progress, run
from mer_core.cli.names import METHOD_TITLES
from mer_core.cli.study_text import follow
from mer_core.datasets.catalog import DATASETS
from mer_core.models.catalog import MODELS, list_models
from mer_core.models.summaries import measured, network_summaries

WITHOUT_JSON = {"workbench", "completion"}


def leaves(command: click.Command = mer, path: str = ""):
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            part = command.get_command(context, name)
            assert part is not None
            yield from leaves(part, f"{path} {name}".strip())
    else:
        yield path, command


LEAVES = dict(leaves())


@pytest.mark.parametrize("path", LEAVES)
def test_help_is_imperative_and_documents_json_under_one_heading(path):
    command = LEAVES[path]
    text = command.help or ""
    first = re.match(r"[A-Z][a-z]+", text)
    assert first is not None
    assert not first[0].endswith("s"), f"{path}: {first[0]}"
    if path not in WITHOUT_JSON:
        assert "JSON keys" in text
        assert "--json" in {option for param in command.params for option in param.opts}
    else:
        assert "There is no --json" in text
    assert "--json prints" not in text


@pytest.mark.parametrize("path", LEAVES)
def test_every_option_says_what_it_is_and_none_is_called_force(path):
    for param in LEAVES[path].params:
        if isinstance(param, click.Option):
            assert param.help, f"{path} {param.name}"
            assert not re.match(r"(Of|What|Which|How) ", param.help), param.help
            assert "--force" not in param.opts


def test_one_line_of_help_is_an_order_too():
    for name, (_, line) in COMMANDS.items():
        assert not line.split()[0].rstrip(",").endswith("s"), name
        assert line.endswith(".")


@pytest.mark.parametrize(
    ("words", "meant"),
    [
        (["stdy"], "'study'"),
        (["data", "chek"], "'check'"),
        (["reproduce", "tabel1"], "'table1'"),
        (["ami", "a", "b", "--weighting", "ful"], "'full'"),
        (["synth", "casm2", "out"], "'casme2'"),
        (["ami", "a", "b", "--weigting", "full"], "--weighting"),
        (["models", "afectivenet"], "'affectivenet'"),
        (["data", "check", "sam"], "'samm'"),
    ],
)
def test_a_slip_of_the_keyboard_is_answered_with_what_was_meant(words, meant, capsys):
    assert run(words) == 2
    said = capsys.readouterr()
    assert said.out == ""
    assert said.err.count("\n") == 1
    assert "did you mean" in said.err.lower()
    assert meant in said.err


def completed(*words: str, incomplete: str = "") -> set[str]:
    shell = ShellComplete(mer, {}, "mer", "_MER_COMPLETE")
    return {item.value for item in shell.get_completions(list(words), incomplete)}


def test_a_shell_completes_commands_datasets_networks_methods_and_studies(tmp_path, monkeypatch):
    monkeypatch.setenv("MER_DATA", str(tmp_path))
    (tmp_path / "studies" / "mine").mkdir(parents=True)
    (tmp_path / "studies" / "mine" / "study.sqlite").touch()
    assert completed() == set(COMMANDS)
    assert completed("data", "check") == {info.name for info in DATASETS}
    assert completed("study", "run", "--dataset", incomplete="cas") == {
        *("casme", "casme2", "casme-squared")
    }
    assert completed("models") == {entry.name for entry in MODELS if entry.listed}
    assert completed("explain", "--model", incomplete="le") == {"learnet"}
    assert completed("explain", "--method") == set(METHODS.names())
    assert completed("study", "show") == {"mine"}


def test_names_that_are_kept_as_data_are_those_of_the_registries():
    assert {method.name: method.title for method in METHODS} == METHOD_TITLES
    assert network_summaries() == tuple(measured(entry) for entry in list_models())


def test_a_shell_is_given_its_script(capsys):
    assert run(["completion", "bash"]) == 0
    assert "_MER_COMPLETE=bash_complete" in capsys.readouterr().out


@pytest.mark.parametrize("words", [["--help"], ["models"], ["--version"]])
def test_what_needs_no_network_loads_no_pytorch(words):
    code = (
        "import sys; from mer_core.cli import run; code = run(sys.argv[1:]);"
        "print(*sys.modules, file=sys.stderr); sys.exit(code)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, *words], capture_output=True, text=True, check=True
    )
    assert not {"torch", "pandas", "streamlit", "plotly", "cv2"} & set(done.stderr.split())
    assert done.stdout


def test_the_version_names_what_numbers_depend_on(capsys):
    assert run(["--version"]) == 0
    told = dict(line.split() for line in capsys.readouterr().out.splitlines())
    assert {"mer", "python", "torch", "numpy", "opencv-python", "captum"} <= set(told)


@pytest.mark.parametrize(
    "words", [["models"], ["paper", "audit"], ["paper", "tables"], ["paper", "readings"]]
)
def test_tables_fit_a_hundred_columns(words, capsys):
    assert run(words) == 0
    assert max(map(len, capsys.readouterr().out.splitlines())) <= output.WIDTH


def test_a_table_wraps_prose_and_keeps_names_and_numbers_whole():
    prose = "word " * 40
    drawn = output.table(("Name", "Count", "Note"), [("a-name-of-length-24----", 12345, prose)])
    lines = drawn.splitlines()
    assert max(map(len, lines)) <= output.WIDTH
    assert "a-name-of-length-24----" in drawn
    assert " ".join(drawn.split()).count("word") == 40
    assert "12345" in drawn


def test_progress_without_a_terminal_is_a_line_now_and_then(monkeypatch, capsys):
    monkeypatch.setattr(progress, "INTERVAL", 0.05)
    with progress.Progress("drawing", unit="clips") as bar:
        bar.show(3, 12, "halfway there")
        time.sleep(0.3)
    lines = capsys.readouterr().err.splitlines()
    assert 2 <= len(lines) <= 7
    assert lines[-1] == "mer: drawing: 3 of 12 clips, 0:00, halfway there"


def test_short_work_says_nothing_where_there_is_no_terminal(capsys):
    with progress.Progress("drawing", unit="clips") as bar:
        bar.show(1, 1)
    assert capsys.readouterr().err == ""


def test_durations_are_read_as_on_a_clock():
    assert [progress.clock(seconds) for seconds in (5, 65, 3700)] == ["0:05", "1:05", "1:01:40"]


class Stopped:
    """A study whose user presses Ctrl-C."""

    name = "mine"

    def run(self, **_place):
        raise KeyboardInterrupt
        yield


def test_an_interruption_names_what_resumes(monkeypatch, capsys, tmp_path):
    def stop(*_arguments, **_options):
        follow(Stopped(), resume="mer study resume mine")  # type: ignore[arg-type]

    monkeypatch.setattr("mer_core.cli.study.follow", stop)
    monkeypatch.setenv("MER_DATA", str(tmp_path))
    assert run(["study", "run", "mine", "--twin"]) == 130
    assert capsys.readouterr().err.endswith("to go on: mer study resume mine\n")


def test_an_interrupted_command_that_continues_by_itself_is_named(monkeypatch, capsys):
    def stop(*_arguments, **_options):
        raise KeyboardInterrupt

    monkeypatch.setattr("mer_core.cli.synth.write_twin_of", stop)
    assert run(["synth", "casme2", "a folder"]) == 130
    assert "to go on: mer synth casme2 'a folder'" in capsys.readouterr().err


def test_python_runs_the_command_line_as_a_module():
    root = Path(__file__).parents[3]
    words = [sys.executable, "-m", "mer_core", "paper", "readings", "frame-weights"]
    done = subprocess.run(words, capture_output=True, text=True, cwd=root, check=True)
    assert "* full:" in done.stdout
