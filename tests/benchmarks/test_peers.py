"""The comparison with other programs: what is compared, in which processes, and what is said where one is missing."""

import json
import math
import os
import re
import shutil
import sys
from functools import partial
from types import SimpleNamespace

import numpy as np
import pytest

from jamsu.benchmarks.__main__ import main
from jamsu.benchmarks.levels import steady_on_grids
from jamsu.benchmarks.peers import command, foam_program, program_jamsu, programs
from jamsu.benchmarks.peers.child import run_child, usable_cores
from jamsu.benchmarks.peers.compare import compare
from jamsu.benchmarks.peers.measured import PeerError, Run, median_run
from jamsu.benchmarks.peers.problems import Problem, euler_mean, problems, reference
from jamsu.benchmarks.peers.programs import Program
from jamsu.benchmarks.stopwatch import reached

CUBE, CAVITY, SOLID = Problem("cube", 8, 8), Problem("cavity", 16, 400), Problem("conduction", 6, 3)


def test_a_value_that_leaves_again_is_not_reached():
    assert reached([(0.0, 1.0), (1.0, 2.0), (2.0, 1.0)]) == 2
    assert reached([(0.0, 1.001), (1.0, 0.999), (2.0, 1.0)]) == 0
    assert reached([(0.0, math.nan), (1.0, 1.0)]) == 1


# What is compared


def discrete_mean(n, dt):
    """Mean after one implicit Euler step on n^3 cells, by the eigenvectors of the second difference."""
    second = (np.eye(n, k=1) + np.eye(n, k=-1) - 2 * np.eye(n)) * n**2
    second[0, 0] = second[-1, -1] = -3 * n**2  # half a cell to the wall
    values, vectors = np.linalg.eigh(second)
    ones = vectors.T @ np.ones(n)
    weight = np.einsum("i,j,k->ijk", ones, ones, ones) ** 2
    total = values[:, None, None] + values[:, None] + values
    return 1 - float(np.sum(weight / (1 - dt * total))) / n**3


def test_mean_of_an_euler_step_is_the_limit_of_finite_volumes():
    coarse, fine = discrete_mean(40, 0.01), discrete_mean(80, 0.01)
    assert euler_mean(0.01) == pytest.approx(fine + (fine - coarse) / 3, abs=2e-5)


def test_references_and_quick_problems():
    for problem in [*problems(), *problems(quick=True)]:
        assert 0 < reference(problem) < 10
    names = {"cube-64", "cube-96", "cavity-64", "cavity-128", "steady_cube-64", "cylinder-64", "conduction-128"}
    assert {p.name for p in problems()} == names
    assert max(p.total_cells for p in problems(quick=True)) < 120_000


def fake(name, cores, precision, times):
    """A program whose answers take the given times, one a turn."""
    left = list(times)

    def solve(problem):
        if not left:
            raise PeerError(f"{name} broke")
        return Run(1.0, 0.5, left.pop(0), 3, reference(problem) * 1.01), f"{name} 1"

    return Program(name, cores, precision, solve)


def test_programs_take_turns_and_are_compared_with_ours_on_as_many_cores():
    said = []
    able = [
        fake("jamsu", 1, "single", [2.0, 9.0, 3.0]),
        fake("jamsu", 2, "single", [1.0, 1.0, 1.0]),
        fake("OpenFOAM", 1, "double", [30.0, 60.0, 1.0]),
        fake("OpenFOAM", 2, "double", [10.0, 10.0, 10.0]),
        fake("broken", 1, "double", []),
    ]
    lines = list(compare([SOLID], able, 3, said.append))
    assert [text.split("  ")[1].split(",")[0] for text in said[:6]] == [
        "jamsu", "jamsu", "OpenFOAM", "OpenFOAM", "broken", "jamsu",
    ]  # fmt: skip
    assert [line.ratio for line in lines] == [1.0, 1.0, 10.0, 10.0, None]
    assert [line.runs for line in lines] == [3, 3, 3, 3, 0]
    assert lines[0].error == pytest.approx(0.01)
    assert lines[0].cell_steps == 216 / 0.5
    assert lines[4].failure == "broken broke"
    json.dumps([line.plain() for line in lines], allow_nan=False)
    notes = "\n".join(command.notes(lines, ["FiPy: skipped"]))
    assert "broken broke" in notes
    assert "FiPy: skipped" in notes


def test_the_release_is_named_for_what_it_is():
    lines = list(compare([CUBE], [fake("OpenFOAM", 1, "double", [1.0])], 1, lambda _: None))
    old = type(lines[0])(**{**vars(lines[0]), "version": "1912"})
    new = type(lines[0])(**{**vars(lines[0]), "version": "v2406"})
    assert "v1912 (a generic build of a 2019 release, Debian's package openfoam)" in "\n".join(command.notes([old], []))
    said = "\n".join(command.notes([new], []))
    assert "v2406." in said
    assert "2019" not in said
    assert "body-fitted" in said


def test_medians_leave_out_what_is_not_known():
    runs = [Run(1, 1, 1, 5, 1.0, None, 1e-8), Run(3, 2, 9, 5, 1.0, 10, None), Run(2, 9, 2, 5, 1.0, 30, None)]
    assert median_run(runs) == Run(2, 2, 2, 5, 1.0, 20, 1e-8)


# Processes


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="this system does not hold processes to cores")
def test_a_child_runs_on_its_cores_and_tells_its_memory():
    code = (
        "import os, time; print(len(os.sched_getaffinity(0)), os.environ['NPROC']); "
        "held = bytearray(60_000_000); time.sleep(1); print('end')"
    )
    done = run_child([sys.executable, "-c", code], 1)
    assert done.code == 0
    assert [text for _, text in done.lines] == ["1 1", "end"]
    assert done.lines[1][0] - done.launched > 0.9
    assert done.memory is None or 60e6 < done.memory < 200e6
    assert len(usable_cores()) >= 1


def test_our_own_program_solves_and_tells():
    found, _ = programs.programs(sys.executable)
    ours = next(program for program in found if program.name == "jamsu" and program.precision == "double")
    run, _ = ours.solve(Problem("conduction", 24, 2))
    assert run.answer == pytest.approx(discrete_mean(24, 0.01), rel=1e-9)
    assert 0 < run.step < run.startup
    assert run.wait == pytest.approx(run.startup + run.answer_time)


@pytest.mark.parametrize("left", [1e-4, 1e-2])
def test_seconds_of_a_steady_state_begin_on_its_coarsest_grid(monkeypatch, left):
    """On a clock of its own: a round of steps takes 2 s on the coarse grid and 5 s on the last one."""
    now, begun = [100.0], []

    def marched(build, begin, measure, cells, *, watch, **_):
        begun.append(now[0])
        for n, rounds, seconds in ((cells // 2, 2, 2.0), (cells, 3, 5.0)):
            model = build(n)
            state = begin(model)
            for _ in range(rounds):
                now[0] += seconds
                watch(model, state)
        return {**measure(model, state), "remaining": left}

    monkeypatch.setattr(program_jamsu, "steady_on_grids", marched)
    monkeypatch.setattr(program_jamsu, "time", SimpleNamespace(monotonic=lambda: now[0]))
    if left > program_jamsu.SETTLED:
        with pytest.raises(ArithmeticError, match=r"no steady state: 1.0e-02 from it"):
            program_jamsu.settle(CAVITY, "float64")
        return
    told = program_jamsu.settle(CAVITY, "float64")
    assert told["started"] == begun[1] == 119.0  # after the first march, which compiles
    assert [stamp - told["started"] for stamp, _ in told["history"]] == [9.0, 14.0, 19.0]  # on the last grid
    assert told["answered"] == 138.0
    assert told["step_seconds"] == [5.0 / program_jamsu.STEPS_A_ROUND] * 3
    assert told["answer"] == pytest.approx(1.0)  # T = 1 - x


@pytest.mark.slow
def test_our_own_steady_state_is_timed_on_all_grids(monkeypatch):
    monkeypatch.setattr(program_jamsu, "steady_on_grids", partial(steady_on_grids, coarsest=8))
    told = program_jamsu.settle(Problem("cavity", 16, 400), "float64")
    stamps = [stamp for stamp, _ in told["history"]]
    assert told["answer"] == told["history"][-1][1] == pytest.approx(9.2015, rel=2e-3)  # marched on to 1e-5
    assert len(told["step_seconds"]) == len(stamps) > 3
    assert told["answered"] == stamps[-1]
    assert sorted(stamps) == stamps
    # What is left of the time are the rounds of steps on the coarser grid.
    on_last = program_jamsu.STEPS_A_ROUND * sum(told["step_seconds"])
    assert 0 < on_last < told["answered"] - told["started"]


def test_a_run_knows_the_cells_that_it_computed():
    def solve(problem):
        return Run(1.0, 0.5, 2.0, 3, 1.0, cells=100), ""

    cut = Program("jamsu", 1, "single", solve)
    lines = list(compare([SOLID], [cut, fake("OpenFOAM", 1, "double", [1.0])], 1, lambda _: None))
    assert [line.cells for line in lines] == [100, 216]
    assert [line.cell_steps for line in lines] == [200, 432]
    assert [line.plain()["cells"] for line in lines] == [100, 216]


def test_a_child_that_fails_is_told_with_its_last_lines():
    command_line = [sys.executable, "-c", "raise SystemExit('no such thing')"]
    with pytest.raises(PeerError, match=r"x, cube-8: code 1, no result.*\nno such thing"):
        programs._child_run("x", CUBE, command_line, 1)


# Command line


def test_a_program_of_one_problem_is_left_out_of_the_others():
    all_of_them, one = fake("jamsu", 1, "single", []), Program("PhiFlow", 1, "single", None, "cube", 32)
    given = [CUBE, Problem("cube", 64, 64), CAVITY, SOLID]
    assert [all_of_them.solves(problem) for problem in given] == [True, True, True, True]
    assert [one.solves(problem) for problem in given] == [True, False, False, False]


def test_what_is_missing_is_skipped_with_a_word(monkeypatch, tmp_path):
    monkeypatch.setattr(shutil, "which", lambda name: None)
    found, skipped = programs.programs(str(tmp_path / "no-python"))
    assert {program.name for program in found} == {"jamsu", "jamsu, CG"}
    assert any(
        re.match(r"OpenFOAM: skipped, blockMesh is not on PATH \(Debian: apt install openfoam", s) for s in skipped
    )
    assert any(s.startswith("FiPy: skipped, ") and "--python" in s for s in skipped)
    assert any(s.startswith("PhiFlow: skipped, ") for s in skipped)


def test_settings_beside_the_programs_are_found(monkeypatch, tmp_path):
    program = tmp_path / "bin" / "blockMesh"
    settings = tmp_path / "share" / "openfoam" / "etc" / "controlDict"
    for path in (program, settings):
        path.parent.mkdir(parents=True)
        path.write_text("")
    monkeypatch.delenv("WM_PROJECT_DIR", raising=False)
    monkeypatch.setattr(shutil, "which", lambda name: str(program))
    assert foam_program.environment() == {"WM_PROJECT_DIR": str(tmp_path / "share" / "openfoam")}
    settings.unlink()
    assert foam_program.environment() == {}
    assert "controlDict" in foam_program.missing()


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["--only", "cub"], r"--only cub: no such case; known: cube, cavity.*nearest: cube"),
        (["--repeats", "0"], r"--repeats 0: expected a whole number from 1"),
        (["--repeats", "x"], r"invalid int value: 'x'"),
        (["--quik"], r"unrecognized arguments: --quik"),
    ],
)
def test_bad_options_are_one_line(capsys, words, expected):
    assert main(["peers", *words]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert re.search(expected, err), err


def test_an_installation_without_the_comparison_says_so(capsys, monkeypatch):
    monkeypatch.setitem(sys.modules, "jamsu.benchmarks.peers.command", None)
    assert main(["peers", "--quick"]) == 2
    assert capsys.readouterr() == ("", "benchmarks: peers: not in the installed package; run it from a checkout\n")


def test_table_and_json_of_one_command(capsys, monkeypatch):
    def able(python):
        assert python == "other"
        return [fake("jamsu", 1, "single", [2.0]), fake("OpenFOAM", 1, "double", [30.0])], ["FiPy: skipped, none"]

    monkeypatch.setattr(command, "programs", able)
    assert main(["peers", "--quick", "--only", "conduction", "--python", "other", "--json"]) == 0
    out, err = capsys.readouterr()
    told = json.loads(out)
    assert [line["ratio"] for line in told["lines"]] == [1.0, 15.0]
    assert told["lines"][1]["case"] == "conduction-48"
    assert told["machine"]["cores"] >= 1
    assert "FiPy: skipped, none" in told["notes"]
    assert "conduction-48  OpenFOAM, double precision, 1 core  1/1" in err
    assert main(["peers", "--quick", "--only", "conduction", "--python", "other"]) == 0
    shown = capsys.readouterr().out
    for word in ("s/step", "cell-steps/s", "whole wait s", "error %", "OpenFOAM", "+1.00", "FiPy: skipped, none"):
        assert word in shown


def test_an_interrupted_comparison_tells_what_is_done(capsys, monkeypatch):
    def until_the_cavity(problem):
        if problem.family == "cavity":
            raise KeyboardInterrupt
        return Run(1.0, 0.5, 2.0, 3, reference(problem)), "jamsu 1"

    program = Program("jamsu", 1, "single", until_the_cavity)
    monkeypatch.setattr(command, "programs", lambda python: ([program], []))
    assert main(["peers", "--quick", "--only", "cube", "cavity", "conduction", "--json"]) == 130
    out, err = capsys.readouterr()
    assert [line["case"] for line in json.loads(out)["lines"]] == ["cube-32"]
    assert "interrupted" in err


# With OpenFOAM


@pytest.mark.slow
@pytest.mark.skipif(bool(foam_program.missing()), reason=f"OpenFOAM: {foam_program.missing()}")
def test_openfoam_gives_the_answer():
    solid, version = foam_program.solve(Problem("conduction", 24, 1), 1)
    assert version
    assert solid.answer == pytest.approx(discrete_mean(24, 0.01), rel=1e-5)
    assert solid.memory is None or solid.memory > 1e7
    cube, _ = foam_program.solve(Problem("cube", 24, 48), 1)
    assert cube.answer == pytest.approx(reference(CUBE), rel=0.03)
    assert cube.continuity < 1e-7
