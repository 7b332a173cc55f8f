"""The lock of an output: one writer, in this process and in others; what a killed process leaves is recognised."""

import errno
import json
import os
import signal
import subprocess
import sys
import threading
from dataclasses import asdict, replace

import pytest

from jamsu.cases.errors import CaseError
from jamsu.cases.results import lock
from jamsu.cases.results.lock import held, is_stale, lock_path, refuse_held

HOLDS = """
import sys, time
from pathlib import Path
from jamsu.cases.results.lock import held
with held(Path(sys.argv[1])):
    print("held", flush=True)
    time.sleep(600)
"""


@pytest.fixture
def output(tmp_path):
    return tmp_path / "a.vtkhdf"


@pytest.fixture
def other(output):
    """Another process that holds the output."""
    process = subprocess.Popen([sys.executable, "-c", HOLDS, str(output)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def write(output, **changes):
    """A lock of this process, or of another one by its attributes."""
    holder = replace(lock._present(), **changes)
    lock_path(output).write_text(json.dumps(asdict(holder)))
    return holder


def test_another_process_is_refused_and_told_who_writes(output, other):
    for attempt in (lambda: refuse_held(output), lambda: held(output).__enter__()):
        with pytest.raises(CaseError) as caught:
            attempt()
        told = str(caught.value)
        assert "\n" not in told
        assert f"process {other.pid} on {os.uname().nodename}, since 20" in told
        assert told.startswith(f"{output}: another process writes it")
        assert "delete" not in told  # this machine knows when it is gone


def test_the_lock_of_a_killed_process_counts_for_nothing(output, other):
    other.send_signal(signal.SIGKILL)
    while json.loads(lock_path(output).read_text()) and not is_stale(lock._read(lock_path(output))):
        pass  # it is dying; it is not waited for, so a zombie counts as gone
    refuse_held(output)
    with held(output):
        assert lock._read(lock_path(output)).process == os.getpid()
    assert os.listdir(output.parent) == []


def test_a_second_thread_is_refused(output):
    told = []

    def second():
        try:
            with held(output):
                pass
        except CaseError as error:
            told.append(str(error))

    with held(output):
        thread = threading.Thread(target=second)
        thread.start()
        thread.join()
    assert "this process writes it already" in told[0]
    with held(output):
        pass


def test_the_lock_goes_with_the_block_however_it_ends(output):
    for error in (ValueError, KeyboardInterrupt, SystemExit):
        with pytest.raises(error), held(output):
            raise error
        assert os.listdir(output.parent) == []


def test_a_lock_that_somebody_else_took_over_is_left(output):
    with held(output):
        write(output, token="another")
    assert lock_path(output).exists()


@pytest.mark.parametrize(
    ("changes", "stale"),
    [
        ({}, False),
        ({"begun": "1"}, True),  # the id was given to another process
        ({"process": 2**22 + 7}, True),  # beyond the largest id
        ({"boot": "another"}, True),
        ({"host": "another"}, False),
        ({"host": "another", "process": 2**22 + 7}, False),
        ({"namespace": "pid:[1]", "process": 2**22 + 7}, False),  # a container's
    ],
)
@pytest.mark.skipif(not os.path.exists("/proc/self/stat"), reason="no /proc")
def test_which_locks_are_stale(output, changes, stale):
    assert is_stale(write(output, **changes)) == stale
    if stale:
        with held(output):
            pass
    else:
        with pytest.raises(CaseError), held(output):
            pass


def test_a_process_elsewhere_is_named_with_the_way_out(output):
    write(output, host="node7", process=4711, command="jamsu run natick2")
    with pytest.raises(CaseError, match=r"process 4711 on node7, since .*: jamsu run natick2\).*delete a.vtkhdf.lock$"):
        refuse_held(output)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"process": 1}', "null"])
def test_a_lock_that_says_nothing_is_respected(output, text, monkeypatch):
    monkeypatch.setattr(lock, "PAUSE", 0.0)
    lock_path(output).write_text(text)
    with pytest.raises(CaseError, match="delete that file if none does"), held(output):
        pass


def test_without_hard_links_the_lock_is_as_good(output, monkeypatch):
    def refuse(*_):
        raise OSError(errno.EPERM, "Operation not permitted")

    monkeypatch.setattr("os.link", refuse)
    with held(output), pytest.raises(CaseError, match="this process writes it already"), held(output):
        pass
    assert os.listdir(output.parent) == []


def test_of_many_that_meet_a_stale_lock_one_gets_it(output):
    """Sixteen threads at once; whoever has the lock counts itself in and out."""
    write(output, begun="1")
    inside, most, got = [], [], []
    start = threading.Barrier(16)

    def attempt():
        start.wait()
        for _ in range(20):
            try:
                with held(output):
                    inside.append(1)
                    most.append(len(inside))
                    inside.pop()
                    got.append(1)
            except CaseError:
                pass

    threads = [threading.Thread(target=attempt) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert got
    assert max(most) == 1
    assert os.listdir(output.parent) == []


def test_a_folder_that_takes_no_file_is_one_line(tmp_path):
    told = r"cannot write the result file \(No such file or directory\)"
    with pytest.raises(CaseError, match=told), held(tmp_path / "no" / "a.vtkhdf"):
        pass
