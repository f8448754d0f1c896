"""A child process does its order, tells line by line, and never outlives its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mer_core.child_process import ChildProcess, start_time

MODULE = """
import sys, time
from mer_core.child_process import serve
from mer_core.errors import StoreError

def work(order, emit):
    print("somebody prints")          # must not be taken for a message
    emit({"heard": order})
    CODE

if __name__ == "__main__":
    sys.exit(serve(work))
"""
PARENT = """
import sys, time
from mer_core.child_process import ChildProcess
child = ChildProcess("errand", 1)
next(child.messages())
print(child.pid, flush=True)
time.sleep(300)
"""


@pytest.fixture
def errand(tmp_path, monkeypatch):
    """Writes the module `errand` whose work ends with the given code."""
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(tmp_path), str(Path.cwd())]))

    def write(code: str) -> str:
        (tmp_path / "errand.py").write_text(MODULE.replace("CODE", code))
        return "errand"

    return write


def all_of(child: ChildProcess) -> list:
    with child:
        return list(child.messages())


def gone(pid: int, *, within: float) -> bool:
    deadline = time.monotonic() + within
    while start_time(pid) and time.monotonic() < deadline:
        time.sleep(0.05)
    return not start_time(pid)


def test_messages_come_back_in_order_and_nothing_else_does(errand):
    child = ChildProcess(errand("[emit(n) for n in range(3)]"), {"a": [1, "ö"]})
    assert all_of(child) == [{"heard": {"a": [1, "ö"]}}, 0, 1, 2]
    assert child.failure is None


def test_what_is_printed_before_the_work_is_no_message(errand, tmp_path, caplog):
    name = errand("emit(1)")
    text = (tmp_path / "errand.py").read_text()
    (tmp_path / "errand.py").write_text("print('hello'); print('{}')\n" + text)
    child = ChildProcess(name, 0)
    assert all_of(child) == [{"heard": 0}, 1]
    assert "hello" in caplog.text


def test_what_lies_in_the_working_directory_does_not_stand_in_for_the_package(
    errand, tmp_path, monkeypatch
):
    (tmp_path / "here" / "mer_core").mkdir(parents=True)
    (tmp_path / "here" / "mer_core" / "__init__.py").write_text("raise SystemExit(9)")
    name = errand("emit(1)")
    monkeypatch.chdir(tmp_path / "here")
    assert all_of(ChildProcess(name, 0)) == [{"heard": 0}, 1]


def test_an_error_of_ours_comes_back_in_its_own_words(errand):
    child = ChildProcess(errand("raise StoreError('is full', where='disk', remedy='wait')"), 0)
    all_of(child)
    assert child.failure == "disk: is full; wait"


def test_any_other_end_is_explained_by_its_last_words(errand, caplog):
    child = ChildProcess(errand("raise ValueError('no such luck')"), 0)
    all_of(child)
    assert child.failure == "ValueError: no such luck"
    assert "Traceback" in caplog.text
    silent = ChildProcess(errand("import os; os._exit(3)"), 0)
    all_of(silent)
    assert silent.failure == "exit code 3"  # and not what was printed last


def test_stopping_interrupts_the_work_and_lets_it_clean_up(errand, tmp_path):
    note = tmp_path / "cleaned"
    code = f"""try:
        emit("inside")
        while True: time.sleep(0.05)
    finally:
        open({str(note)!r}, "w").close()"""
    child = ChildProcess(errand(code), 0)
    messages = child.messages()
    assert [next(messages), next(messages)] == [{"heard": 0}, "inside"]
    child.stop()
    child.stop()  # asked twice
    assert list(messages) == []
    assert child.failure is None
    assert note.exists()
    child.close()


@pytest.mark.skipif(os.name == "nt", reason="asks a shell")
def test_a_server_in_the_background_can_stop_its_children_too(errand, tmp_path):
    """A shell starts background jobs deaf to Ctrl-C, and their children inherit that."""
    note = tmp_path / "cleaned"
    errand(f"""try:
        emit("inside")
        while True: time.sleep(0.05)
    finally:
        open({str(note)!r}, "w").close()""")
    code = (
        "from mer_core.child_process import ChildProcess; c = ChildProcess('errand', 0);"
        "m = c.messages(); next(m); next(m); c.stop(); list(m); print(c.failure)"
    )
    deaf = subprocess.run(
        ["sh", "-c", 'trap "" INT; exec "$0" -c "$1"', sys.executable, code],
        capture_output=True,
        text=True,
    )
    assert deaf.stdout.strip() == "None", deaf.stderr
    assert note.exists()


def test_work_that_no_interrupt_reaches_is_ended_all_the_same(errand):
    code = """
    while True:
        try: time.sleep(0.05)
        except KeyboardInterrupt: pass"""
    child = ChildProcess(errand(code), 0)
    messages = child.messages()
    next(messages)
    child.stop(grace=0.5)
    assert list(messages) == []
    assert gone(child.pid, within=60)
    child.close()


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="needs a parent that dies at once")
def test_the_process_ends_with_its_parent(errand):
    errand("while True: time.sleep(0.05)")
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    pid = int(parent.stdout.readline())
    assert start_time(pid)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    assert gone(pid, within=60)
