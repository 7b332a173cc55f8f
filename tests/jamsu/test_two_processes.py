"""Two processes and one output, with a solver that answers at once or waits: the command line as a shell starts it."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
import xarray as xr

# The hottest inlet of a point is its power in kW; at 8 and 2 kW the solver waits to be killed.
COMMAND = """
import sys, time
from pathlib import Path
from types import ModuleType, SimpleNamespace
sys.path.insert(0, sys.argv.pop(1))
from fake_runner import FakeRunner, fake_load_case, summary

def solve(case, *, progress=None):
    power = float(case.overrides[-1].split("=")[1].split()[0])
    if power in (2, 8) and not Path("go").exists():
        Path(f"waiting-{power:.0f}").touch()
        time.sleep(600)
    return SimpleNamespace(summary=summary(hottest=power))

module = ModuleType("jamsu.cases.run.runner")
module.Session = lambda case, quality: SimpleNamespace(solve=solve)
sys.modules["jamsu.cases.run.runner"] = module
import jamsu.cases, jamsu.cases.sweep.plan
jamsu.cases.load_case = fake_load_case
jamsu.cases.sweep.plan.check_grid = lambda case, quality: None
from jamsu.cli import main
main()
"""


@pytest.fixture
def sweep(tmp_path):
    """Start a sweep over powers into mix.nc: sweep("5,8,10", "--force")."""
    begun = []

    def start(powers, *options):
        arguments = ["sweep", "module", "--vary", f"racks.*.power={powers} kW", "-o", "mix.nc", *options]
        command = [sys.executable, "-c", COMMAND, str(Path(__file__).parent), *arguments]
        begun.append(
            subprocess.Popen(
                command, cwd=tmp_path, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, encoding="utf-8"
            )
        )
        return begun[-1]

    yield start
    for process in begun:
        process.kill()
        process.communicate()


def waits(process, mark):
    """Until the process is in its second point."""
    while process.poll() is None and not mark.exists():
        time.sleep(0.02)
    assert process.poll() is None, process.stderr.read()


def hottest(file):
    data = xr.load_dataset(file)
    return dict(zip(data["racks.*.power"].values.tolist(), data["hottest_inlet"].values.tolist(), strict=True))


def test_two_sweeps_into_one_file(sweep, tmp_path):
    """The second is refused at once, whatever it is asked with; when the first was killed, it gets its own answers."""
    first = sweep("5,8,10")
    waits(first, tmp_path / "waiting-8")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    for options in (("--force",), ("--resume",)):
        second = sweep("1,2,3", *options)
        out, told = second.communicate()
        assert (second.returncode, out) == (2, "")
        line = told.splitlines()[-1]
        assert line.startswith(
            f"jamsu: mix.nc: another process writes it (process {first.pid} on {os.uname().nodename}"
        )
        assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before
    first.send_signal(signal.SIGKILL)
    first.wait()
    (tmp_path / "go").touch()
    third = sweep("1,2,3", "--force")
    told = third.communicate()[1]
    assert third.returncode == 0, told
    assert "done before" not in told
    assert "mix.nc.part: 1 points of an interrupted sweep are left aside, as all are solved anew" in told
    assert hottest(tmp_path / "mix.nc") == {1.0: 1.0, 2.0: 2.0, 3.0: 3.0}
    assert sorted(os.listdir(tmp_path)) == ["go", "mix.nc", "waiting-8"]


@pytest.mark.slow
def test_two_sweeps_whose_lock_was_removed_by_hand(sweep, tmp_path):
    """Both write one journal, and both are killed: no answer of one becomes the other's."""
    first = sweep("5,8,10")
    waits(first, tmp_path / "waiting-8")
    (tmp_path / "mix.nc.lock").unlink()
    second = sweep("1,2,3", "--force")
    waits(second, tmp_path / "waiting-2")
    with (tmp_path / "mix.nc.part").open("a") as journal:  # as the first would, were it done with a point
        line = {"index": [1], "status": "converged", "message": "", "summary": {"kpis": {"hottest_inlet": 8.0}}}
        journal.write(json.dumps(line | {"values": ["8 kW"], "fingerprint": "of the other"}) + "\n")
    for process in (second, first):
        process.kill()
        process.wait()
    (tmp_path / "go").touch()
    third = sweep("1,2,3", "--resume")
    told = third.communicate()[1]
    assert third.returncode == 0, told
    assert told.count("done before") == 1
    assert hottest(tmp_path / "mix.nc") == {1.0: 1.0, 2.0: 2.0, 3.0: 3.0}


@pytest.mark.parametrize("name", ["SIGTERM", pytest.param("SIGINT", marks=pytest.mark.slow)])
def test_a_signal_keeps_the_points(sweep, tmp_path, name):
    first = sweep("5,8,10")
    waits(first, tmp_path / "waiting-8")
    first.send_signal(getattr(signal, name))
    told = first.communicate()[1]
    word, code = {"SIGTERM": ("terminated", 143), "SIGINT": ("interrupted", 130)}[name]
    assert first.returncode == code
    kept = "1 of 3 points are kept in mix.nc.part: the same command with --resume goes on from there"
    assert told.splitlines()[-1] == f"jamsu: {word}; {kept}"
    assert sorted(os.listdir(tmp_path)) == ["mix.nc.part", "waiting-8"]
    (tmp_path / "go").touch()
    second = sweep("5,8,10", "--resume")
    told = second.communicate()[1]
    assert second.returncode == 0, told
    assert told.count("done before") == 1
    assert hottest(tmp_path / "mix.nc") == {5.0: 5.0, 8.0: 8.0, 10.0: 10.0}
