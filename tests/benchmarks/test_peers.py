"""The comparison with other programs: their input files, their output, and what is said where one is missing."""

import json
import math
import os
import re
import shutil
import sys
import time
from functools import partial
from itertools import pairwise

import numpy as np
import pytest

from benchmarks.__main__ import main
from benchmarks.grids import wall_graded
from benchmarks.marching import Steady, steady_on_grids
from benchmarks.peers import command, foam_program, program_jamsu, programs
from benchmarks.peers.child import run_child, usable_cores
from benchmarks.peers.compare import compare
from benchmarks.peers.foam_cases import SIDES, case_files
from benchmarks.peers.foam_text import file_text, write_case
from benchmarks.peers.measured import PeerError, Run, median_run, reached
from benchmarks.peers.problems import PRANDTL, RAYLEIGH, Problem, euler_mean, problems, reference
from benchmarks.peers.programs import Program

CUBE, CAVITY, SOLID = Problem("cube", 8, 8), Problem("cavity", 16, 400), Problem("conduction", 6, 3)
STEADY = Problem("steady_cube", 8, 300)

# buoyantBoussinesqPimpleFoam of OpenFOAM v1912 on 16^3 cells and 3 steps, shortened.
CUBE_LOG = """\
Build  : OPENFOAM=1912 patch=200626
Exec   : buoyantBoussinesqPimpleFoam
Starting time loop

surfaceFieldValue hotSide:
    operation     = areaAverage

Courant Number mean: 0 max: 0
Time = 0.000666666666667

GAMGPCG:  Solving for p_rgh, Initial residual = 0.321124, Final residual = 7.91936e-07, No Iterations 10
time step continuity errors : sum local = 3.91469e-07, global = 3.14829e-19, cumulative = 5.22995e-19
ExecutionTime = 0.12 s  ClockTime = 0 s

Courant Number mean: 0.688735 max: 1.46228
Time = 0.00133333333333

time step continuity errors : sum local = 5.11377e-07, global = 8.06601e-19, cumulative = 6.39754e-19
ExecutionTime = 0.15 s  ClockTime = 0 s

Courant Number mean: 1.30152 max: 2.47322
Time = 0.002

time step continuity errors : sum local = 0.00159819, global = -2.23027e-18, cumulative = -1.59052e-18
time step continuity errors : sum local = 4.72582e-07, global = -2.2263e-18, cumulative = -3.81681e-18
ExecutionTime = 0.18 s  ClockTime = 0 s

surfaceFieldValue hotSide write:
    total faces   = 256
    total area    = 1

    areaAverage(left) of grad(T) = (-1.16074 1.31712e-06 0.0108041)

End
"""

# laplacianFoam of the same on 8^3 cells, shortened.
SOLID_LOG = """\
Build  : OPENFOAM=1912 patch=200626
Calculating temperature distribution

Time = 0.01

DICPCG:  Solving for T, Initial residual = 1, Final residual = 2.61877e-07, No Iterations 6
ExecutionTime = 0.03 s  ClockTime = 0 s

volFieldValue meanTemperature write:
    volAverage(region0) of T = 0.396328

Time = 0.02

ExecutionTime = 0.03 s  ClockTime = 0 s

volFieldValue meanTemperature write:
    volAverage(region0) of T = 0.59439

End
"""


def stamped(text):
    """Each line a second after the one before, from 100 s on."""
    return [(100.0 + place, line) for place, line in enumerate(text.splitlines())]


def entry(text, key):
    return re.search(rf"^\s*{re.escape(key)}\s+(.*);$", text, re.MULTILINE)[1]


def edges_of(mesh):
    """Edges that blockMesh makes of the sections along x."""
    grading = re.search(r"simpleGrading \(\((.*?)\)\) ", mesh)
    sections = re.findall(r"\(([-+.0-9e]+) 1 1\)", grading[0])
    widths = np.array([float(width) for width in sections])
    return np.r_[0, np.cumsum(widths / widths.sum())]


# Input files


@pytest.mark.parametrize("problem", [CUBE, CAVITY, STEADY, SOLID])
def test_a_case_is_whole_and_well_formed(problem, tmp_path):
    files = case_files(problem, ranks=2)
    needed = {"system/blockMeshDict", "system/controlDict", "system/fvSchemes", "system/fvSolution", "0/T"}
    needed |= {"system/decomposeParDict", "constant/transportProperties"}
    if problem is not SOLID:
        needed |= {"0/U", "0/p", "0/p_rgh", "0/alphat", "constant/g", "constant/turbulenceProperties"}
    assert set(files) == needed
    for name, text in files.items():
        assert text.startswith("FoamFile\n{\n"), name
        assert entry(text, "object") == name.rpartition("/")[2]
        for opened, closed in ("{}", "()", "[]"):
            assert text.count(opened) == text.count(closed), name
        assert not re.search(r"None|True|False|nan|inf|Mapping", text), name  # nothing of Python's own notation
        if name.startswith("0/"):
            assert all(re.search(rf"^    {side}$", text, re.MULTILINE) for side in SIDES)
    write_case(tmp_path, files)
    assert (tmp_path / "0" / "T").read_text() == files["0/T"]
    assert "system/decomposeParDict" not in case_files(problem)


def test_a_flow_case_has_the_numbers_of_the_problem():
    files = case_files(CUBE)
    assert entry(files["constant/transportProperties"], "nu").endswith(f" {PRANDTL}")
    assert float(entry(files["constant/g"], "value").strip("()").split()[2]) == pytest.approx(-RAYLEIGH * PRANDTL)
    control = files["system/controlDict"]
    assert entry(control, "application") == "buoyantBoussinesqPimpleFoam"
    assert float(entry(control, "deltaT")) == CUBE.dt == 2e-3 / 8
    assert float(entry(control, "endTime")) == pytest.approx(2e-3)
    assert entry(control, "executeInterval") == "8"
    mesh = files["system/blockMeshDict"]
    assert "(8 8 8)" in mesh
    np.testing.assert_allclose(edges_of(mesh), wall_graded(8, RAYLEIGH), atol=1e-14)
    assert edges_of(mesh) == pytest.approx(CUBE.edges)
    flat = case_files(CAVITY)
    assert "(16 1 16)" in flat["system/blockMeshDict"]
    np.testing.assert_allclose(edges_of(flat["system/blockMeshDict"]), CAVITY.edges, atol=1e-14)
    assert flat["0/U"].count("type empty;") == 2
    assert float(entry(flat["system/controlDict"], "endTime")) == 400
    assert entry(flat["system/fvSchemes"], "default") == "steadyState"
    solid = case_files(STEADY)
    assert "(8 8 8)" in solid["system/blockMeshDict"]
    assert "empty" not in solid["0/U"]
    assert entry(solid["system/controlDict"], "application") == "buoyantBoussinesqSimpleFoam"
    assert entry(solid["system/fvSchemes"], "default") == "steadyState"


def test_a_coarse_cube_is_relaxed_more():
    shares = [
        entry(case_files(problem)["system/fvSolution"].partition("relaxationFactors")[2], "U")
        for problem in (STEADY, Problem("steady_cube", 64, 300), CAVITY)
    ]
    assert shares == ["0.3", "0.7", "0.7"]


@pytest.mark.parametrize("problem", [CUBE, CAVITY, STEADY])
def test_the_start_falls_from_the_hot_side_to_the_cold_one(problem):
    text = case_files(problem)["0/T"]
    count, numbers = re.search(r"List<scalar> (\d+)\n\((.*?)\n\)", text, re.DOTALL).groups()
    values = np.array(numbers.split(), float)
    assert int(count) == problem.total_cells == values.size
    centres = np.mean(list(pairwise(wall_graded(problem.cells, RAYLEIGH))), axis=1)
    np.testing.assert_allclose(
        values.reshape(-1, problem.cells), np.broadcast_to(1 - centres, (values.size // problem.cells, problem.cells))
    )
    assert re.search(r"left\n\s*{\n\s*type fixedValue;\n\s*value uniform 1;", text)
    assert re.search(r"right\n\s*{\n\s*type fixedValue;\n\s*value uniform 0;", text)


def test_text_of_numbers_flags_and_lists():
    text = file_text("x", {"a": 0.1, "b": True, "c": (1, 2.5), "d": {"e": "word"}})
    assert text.endswith("}\n\na 0.1;\nb true;\nc (1 2.5);\nd\n{\n    e word;\n}\n")


# Output


def test_log_of_a_transient():
    log = foam_program.read_log(stamped(CUBE_LOG))
    assert log.build == "1912"
    assert log.started == 102
    assert log.stepped == [112, 118, 125]
    assert log.history == [(125, 1.16074)]
    assert log.continuity == 4.72582e-07
    assert not log.converged
    run = foam_program.foam_run(Problem("cube", 16, 3), log, launched=90.0, memory=7)
    assert run == Run(12.0, 7.0, 23.0, 3, 1.16074, 7, 4.72582e-07)
    assert run.wait == 35.0


def test_log_of_conduction_answers_after_its_first_step():
    log = foam_program.read_log(stamped(SOLID_LOG))
    run = foam_program.foam_run(SOLID, log, launched=101.0, memory=None)
    assert (run.startup, run.answer_time, run.answer, run.steps) == (0.0, 5.0, 0.396328, 1)


def test_log_of_a_steady_state_is_searched_for_the_time_within_half_a_percent():
    lines = ["Starting time loop"]
    for value in (5.0, 8.96, 8.7, 8.83, 8.82):  # 8.96 is outside of half a percent, 8.83 within
        lines += ["ExecutionTime = 1 s  ClockTime = 1 s", f"    areaAverage(left) of grad(T) = (-{value} 0 0)"]
    log = foam_program.read_log(stamped("\n".join([*lines, "SIMPLE solution converged in 50 iterations"])))
    assert log.converged
    run = foam_program.foam_run(CAVITY, log, launched=100.0, memory=None)
    assert run.answer == 8.82
    assert run.steps == 40
    assert run.answer_time == 7.0


def test_output_without_steps_is_no_result():
    with pytest.raises(ValueError, match="no steps"):
        foam_program.read_log(stamped("FOAM FATAL ERROR"))


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

    return Program(name, cores, precision, lambda _: True, solve)


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
    assert done.ended >= done.lines[1][0]
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
    begun = []

    def marched(build, begin, measure, cells, *, watch, largest_time, **_):
        begun.append(time.monotonic())
        for n, rounds in ((cells // 2, 2), (cells, 3)):
            model = build(n)
            state = begin(model)
            for _ in range(rounds):
                time.sleep(0.01)
                watch(model, state, 0.0)
        return Steady(model, state, measure(model, state), left, [], {}, 0.0)

    monkeypatch.setattr(program_jamsu, "steady_on_grids", marched)
    if left > program_jamsu.SETTLED:
        with pytest.raises(ArithmeticError, match=r"no steady state: 1.0e-02 from it"):
            program_jamsu.settle(CAVITY, "float64")
        return
    told = program_jamsu.settle(CAVITY, "float64")
    assert 0 <= begun[1] - told["started"] < 0.01
    assert told["history"][0][0] - told["started"] > 0.03  # two rounds on the coarse grid, one on the last
    assert len(told["history"]) == len(told["step_seconds"]) == 3
    assert min(told["step_seconds"]) > 0.01 / program_jamsu.STEPS_A_ROUND
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

    cut = Program("jamsu", 1, "single", lambda _: True, solve)
    lines = list(compare([SOLID], [cut, fake("OpenFOAM", 1, "double", [1.0])], 1, lambda _: None))
    assert [line.cells for line in lines] == [100, 216]
    assert [line.cell_steps for line in lines] == [200, 432]
    assert [line.plain()["cells"] for line in lines] == [100, 216]


def test_a_child_that_fails_is_told_with_its_last_lines():
    command_line = [sys.executable, "-c", "raise SystemExit('no such thing')"]
    with pytest.raises(PeerError, match=r"x, cube-8: code 1, no result.*\nno such thing"):
        programs._child_run("x", CUBE, command_line, 1)


# Command line


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

    program = Program("jamsu", 1, "single", lambda _: True, until_the_cavity)
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
