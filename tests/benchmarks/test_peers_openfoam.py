"""OpenFOAM's side of the comparison: the input files that are written for it, and how its output is read."""

import re
from itertools import pairwise

import numpy as np
import pytest

from jamsu.benchmarks.grids import wall_graded
from jamsu.benchmarks.peers import foam_program
from jamsu.benchmarks.peers.foam_cases import case_files
from jamsu.benchmarks.peers.foam_mesh import SIDES
from jamsu.benchmarks.peers.foam_text import file_text, write_case
from jamsu.benchmarks.peers.measured import Run
from jamsu.benchmarks.peers.problems import PRANDTL, RAYLEIGH, Problem

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
