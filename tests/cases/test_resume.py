"""A run that is killed goes on from its checkpoint and ends with the same numbers."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import xarray as xr

from jamsu.cases import load_case
from jamsu.cases.errors import CaseError
from jamsu.cases.results.output import OutputWarning, checkpoint_path
from jamsu.cases.run.checkpoint_writer import CheckpointWriter
from jamsu.cases.run.runner import run_case
from jamsu.cases.run.steady import MARCH_FACTS, SteadyRun

SMALL = Path(__file__).parents[1] / "small.toml"
SCRIPT = """
import sys
from pathlib import Path
from jamsu.cases.run import checkpoint_writer
from jamsu.cases import load_case
from jamsu.cases.run.runner import run_case
checkpoint_writer.SECONDS_BETWEEN_CHECKPOINTS = 0.0
run_case(load_case(sys.argv[1]), output=Path(sys.argv[2]), resume=len(sys.argv) > 3)
"""


def solve(output, *arguments):
    return subprocess.Popen([sys.executable, "-c", SCRIPT, str(SMALL), str(output), *arguments])


def same(one, other):
    with xr.open_datatree(one) as left, xr.open_datatree(other) as right:
        for group in ("interior", "racks", "coils", "balance", "history", "hull"):
            for name in left[group].data_vars:
                if left[group][name].dtype.kind == "f":
                    np.testing.assert_array_equal(left[group][name].values, right[group][name].values, err_msg=name)


def test_a_killed_run_ends_as_if_undisturbed(tmp_path):
    whole, killed = tmp_path / "whole.vtkhdf", tmp_path / "killed.vtkhdf"
    assert solve(whole).wait() == 0
    process = solve(killed)
    checkpoint = checkpoint_path(killed)
    seen, deadline = 0, time.monotonic() + 240
    while seen < 15 and process.poll() is None and time.monotonic() < deadline:
        stamp = checkpoint.stat().st_mtime_ns if checkpoint.exists() else 0
        while process.poll() is None and (checkpoint.stat().st_mtime_ns if checkpoint.exists() else 0) == stamp:
            time.sleep(0.005)
        seen += 1
    os.kill(process.pid, signal.SIGKILL)
    process.wait()
    assert checkpoint.exists(), "the run must have been killed in its middle"
    assert not killed.exists()
    assert solve(killed, "resume").wait() == 0
    assert not checkpoint.exists()
    same(whole, killed)


def test_a_checkpoint_of_another_case_or_format_is_refused(tmp_path, monkeypatch):
    output = tmp_path / "a.vtkhdf"

    def stop(progress):
        if progress.step > 60:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_case(load_case(SMALL), output=output, progress=stop)
    assert checkpoint_path(output).exists()
    with pytest.raises(CaseError, match="another case"):
        run_case(load_case(SMALL, ("racks.A.power=7 kW",)), output=output, resume=True)
    with monkeypatch.context() as patch:
        patch.setattr("jamsu.cases.run.checkpoint.FORMAT", 1)
        with pytest.raises(CaseError, match="another case"):
            run_case(load_case(SMALL), output=output, resume=True)
    checkpoint_path(output).write_bytes(b"not a checkpoint")
    with pytest.raises(CaseError, match="checkpoint"):
        run_case(load_case(SMALL), output=output, resume=True)


def test_the_averaging_window_is_kept_bit_by_bit(tmp_path, monkeypatch):
    """Blocks, the one that is being filled, and what the march has decided by then."""
    monkeypatch.setattr("jamsu.solver.march.steady.STEPS_A_ROUND", 2)  # several rounds a block
    case = load_case(SMALL)
    keeper = CheckpointWriter(case, "coarse", tmp_path / "a.vtkhdf")

    def stop(progress):
        window = run.march.window if hasattr(run, "march") else None
        if window is not None and len(window.blocks) >= 5 and window.filling.sums:
            raise KeyboardInterrupt

    run = SteadyRun(case, "coarse", stop, keeper)
    with pytest.raises(KeyboardInterrupt):
        run.solve(None)
    run.keep()
    again = SteadyRun(case, "coarse", None, keeper)
    again._restore(keeper.load())
    before, after = run.march, again.march
    assert {name: getattr(after, name) for name in MARCH_FACTS} == {name: getattr(before, name) for name in MARCH_FACTS}
    assert after.window.length == before.window.length
    for one, other in zip(
        [*before.window.blocks, before.window.filling], [*after.window.blocks, after.window.filling], strict=True
    ):
        assert one.duration == other.duration
        for sums, restored in ((one.sums, other.sums), (one.squares, other.squares)):
            assert sums.keys() == restored.keys()
            for name, value in sums.items():
                assert value.dtype == restored[name].dtype
                np.testing.assert_array_equal(value, restored[name])


def test_a_run_that_ends_too_early_says_what_it_misses():
    solved = run_case(load_case(SMALL, ("solver.max_time=24 s",)), quality="coarse")
    assert solved.summary["status"] == "not converged"
    meaning = solved.summary["status_meaning"]
    assert "after 24 s" in meaning
    assert "is allowed" in meaning or "were averaged" in meaning


def test_a_finished_result_is_not_resumed_away(tmp_path):
    output = tmp_path / "a.vtkhdf"
    output.write_bytes(b"a result")
    with pytest.raises(CaseError, match="finished: nothing to resume"):
        run_case(load_case(SMALL), output=output, resume=True)
    assert output.read_bytes() == b"a result"


def test_a_result_that_came_to_lie_there_is_kept(tmp_path):
    """Another's, written while the run was on its way; and the run is interrupted and resumed in between."""
    output = tmp_path / "a.vtkhdf"

    def stop(progress):
        if progress.step > 60:
            output.write_bytes(b"another's")
            raise KeyboardInterrupt

    case = load_case(SMALL)
    with pytest.raises(KeyboardInterrupt) as caught:
        run_case(case, output=output, quality="coarse", progress=stop)
    assert caught.value.__notes__ == [
        f"saved in {output}.checkpoint: the same command with --resume goes on from there"
    ]
    steps = []
    with pytest.warns(OutputWarning, match=r"will go beside it|is .*a-1\.vtkhdf"):
        run = run_case(case, output=output, quality="coarse", resume=True, progress=lambda p: steps.append(p.step))
    assert min(step for step in steps if step) > 60
    assert output.read_bytes() == b"another's"
    assert run.summary["result"] == str(tmp_path / "a-1.vtkhdf")
    assert any("another file came to lie there and is kept" in line for line in run.summary["warnings"])
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a-1.vtkhdf", "a.vtkhdf"]


def test_a_second_run_is_refused_before_anything_is_solved(tmp_path):
    output = tmp_path / "a.vtkhdf"
    told = []

    def again(progress):
        for options in ({}, {"force": True}, {"resume": True}):
            with pytest.raises(CaseError) as caught:
                run_case(load_case(SMALL), output=output, **options, progress=lambda p: pytest.fail("it began"))
            told.append(str(caught.value))
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt) as caught:
        run_case(load_case(SMALL), output=output, progress=again)
    assert len(told) == 3
    assert all("this process writes it already" in line for line in told)
    assert caught.value.__notes__ == ["nothing was saved"]
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_costs_no_solution(tmp_path, monkeypatch):
    output = tmp_path / "a.vtkhdf"

    def full(*_):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr("jamsu.cases.results.file.put", full)
        told = r"cannot write the result file \(No space left on device\); saved in"
        with pytest.raises(CaseError, match=told):
            run_case(load_case(SMALL), output=output, quality="coarse")
    assert not output.exists()
    steps = []
    run_case(load_case(SMALL), output=output, quality="coarse", resume=True, progress=lambda p: steps.append(p.step))
    assert output.exists()
    assert max(steps) == 0  # nothing was marched again
