"""The comparison's heated cylinder across a duct: jamsu's cut cells and OpenFOAM's body-fitted mesh."""

import re
from collections import defaultdict

import numpy as np
import pytest

from jamsu.benchmarks.peers import cylinder, foam_program, jamsu_cylinder, programs
from jamsu.benchmarks.peers.cylinder import END, RADIUS, START, WALL
from jamsu.benchmarks.peers.foam_cases import case_files
from jamsu.benchmarks.peers.foam_text import write_case
from jamsu.benchmarks.peers.problems import Problem, reference

SMALL = Problem("cylinder", 16, 24)

# pimpleFoam of OpenFOAM v1912 with scalarTransport, shortened: the heat of a step follows its ExecutionTime.
LOG = """\
Build  : OPENFOAM=1912 patch=200626
Starting time loop

Courant Number mean: 0 max: 0
Time = 0.5

GAMGPCG:  Solving for p, Initial residual = 0.9, Final residual = 7.9e-06, No Iterations 10
time step continuity errors : sum local = 3.9e-09, global = 3.1e-19, cumulative = 5.2e-19
ExecutionTime = 0.12 s  ClockTime = 0 s

scalarTransport execute: T
DILUPBiCGStab:  Solving for T, Initial residual = 0.1, Final residual = 3.9e-08, No Iterations 1

Courant Number mean: 0.13 max: 0.67
Time = 1

time step continuity errors : sum local = 4.1e-10, global = -3.0e-11, cumulative = 1.2e-06
ExecutionTime = 0.18 s  ClockTime = 0 s

scalarTransport execute: T

surfaceFieldValue hotSide write:
    total faces   = 1536
    total area    = 12.5613

    areaNormalAverage(cylinder) of grad(T) = 6.90341

End
"""


def mesh_of(text):
    """Corners, and of each block its corners, counts and the widths that its gradings give, of a blockMeshDict."""
    numbers = re.search(r"^vertices \((.*)\);$", text, re.MULTILINE)[1]
    corners = np.array([word.split() for word in re.findall(r"\(([^()]*)\)", numbers)], float)
    blocks = [
        (np.array(base.split(), int), np.array(counts.split(), int), grading)
        for base, counts, grading in re.findall(r"hex \(([^)]*)\) \(([^)]*)\) simpleGrading (.*)$", text, re.MULTILINE)
    ]
    return corners, blocks


def test_lines_widen_evenly_from_the_core():
    edges = cylinder.outward(0.1, 2.0, 8)
    widths = np.diff(edges)
    assert edges[0] == 0
    assert edges[-1] == 2
    np.testing.assert_allclose(widths[1:] / widths[:-1], widths[0] / 0.1)
    for cells in (32, 48, 64):
        x, y, z = cylinder.cut_edges(cells)
        assert (x[0], x[-1]) == (START, END)
        assert (y[0], y[-1], z[0], z[-1]) == pytest.approx((-WALL, WALL, -WALL, WALL))
        assert len(z) == cells + 1
        np.testing.assert_allclose(z, -z[::-1], atol=1e-12)
        even = np.diff(z)[np.abs(z[1:]) < cylinder.CORE]
        np.testing.assert_allclose(even, 2 * cylinder.CORE / (cells // 2))
        for edges in (x, z):  # no jump where the core ends
            ratio = np.diff(edges)[1:] / np.diff(edges)[:-1]
            assert ratio.min() > 0.8
            assert ratio.max() < 1.25


@pytest.mark.parametrize("cells", [32, 64])
def test_both_grids_have_about_as_many_cells(cells):
    x, y, z = cylinder.cut_edges(cells)
    centres = [(edges[1:] + edges[:-1]) / 2 for edges in (x, z)]
    outside = np.hypot(*np.meshgrid(*centres)) > RADIUS
    assert cylinder.fitted_cells(cells) == pytest.approx(outside.sum() * (len(y) - 1), rel=0.05)
    assert Problem("cylinder", cells, 8).total_cells == cylinder.fitted_cells(cells)


@pytest.mark.parametrize("cells", [16, 32, 64])
def test_blocks_fill_the_duct_around_the_cylinder_and_fit_together(cells):
    text = case_files(Problem("cylinder", cells, 8))["system/blockMeshDict"]
    corners, blocks = mesh_of(text)
    assert len(corners) == 40
    assert len(blocks) == 12
    assert sum(counts.prod() for _, counts, _ in blocks) == cylinder.fitted_cells(cells)
    volume = 0.0
    on_edges = defaultdict(set)
    for base, counts, grading in blocks:
        points = corners[base]
        along = points[[1, 3, 4]] - points[0]
        assert np.linalg.det(along) > 0  # right-handed, as blockMesh wants them
        low, high = points[:4], points[4:]
        np.testing.assert_array_equal(high - low, np.broadcast_to([0, 2 * WALL, 0], (4, 3)))
        z, x = low[:, 2], low[:, 0]
        volume += 2 * WALL * (np.dot(z, np.roll(x, -1)) - np.dot(x, np.roll(z, -1))) / 2
        for axis, pairs in enumerate([((0, 1), (3, 2), (4, 5), (7, 6)), ((0, 3), (1, 2), (4, 7), (5, 6))]):
            for a, b in pairs:
                on_edges[frozenset((base[a], base[b]))].add(counts[axis])
        assert len(re.findall(r"\(\S+ 1 1\)", grading)) >= counts[2]
    assert volume == pytest.approx(2 * WALL * ((END - START) * 2 * WALL - 2 * RADIUS**2))  # a square in the cylinder
    assert all(len(counts) == 1 for counts in on_edges.values())
    arcs = np.array(
        [point.split() for point in re.findall(r"arc \d+ \d+ \(([^)]*)\)", text)],
        float,
    )
    assert len(arcs) == 8
    np.testing.assert_allclose(np.hypot(arcs[:, 0], arcs[:, 2]), RADIUS)


def test_sides_of_the_mesh_are_where_they_belong():
    text = case_files(SMALL)["system/blockMeshDict"]
    corners, _ = mesh_of(text)
    places = {
        "inlet": corners[:, 0] == START,
        "outlet": corners[:, 0] == END,
        "cylinder": np.isclose(np.hypot(corners[:, 0], corners[:, 2]), RADIUS),
    }
    for name, there in places.items():
        faces = re.search(rf"{name} {{ type \w+; faces \((.*)\); }}", text)[1]
        used = np.array(re.findall(r"\d+", faces), int)
        assert there[used].all()
        assert set(used) == set(np.flatnonzero(there))
    assert "name walls;" in text


def test_a_case_is_whole_and_has_the_numbers_of_the_problem(tmp_path):
    files = case_files(SMALL, ranks=2)
    flow = {"0/U", "0/p", "0/T", "constant/transportProperties", "constant/turbulenceProperties"}
    system = {"blockMeshDict", "controlDict", "fvSchemes", "fvSolution", "decomposeParDict"}
    assert set(files) == flow | {f"system/{name}" for name in system}
    for name, text in files.items():
        for opened, closed in ("{}", "()", "[]"):
            assert text.count(opened) == text.count(closed), name
        assert not re.search(r"None|True|False|nan|inf|float64", text), name
        if name.startswith("0/"):
            assert all(re.search(rf"^    {side}$", text, re.MULTILINE) for side in ("inlet", "outlet", "walls"))
    assert "nu [0 2 -1 0 0 0 0] 0.01;" in files["constant/transportProperties"]
    control = files["system/controlDict"]
    assert f"deltaT {1 / 24!r};" in control
    assert "endTime 1.0;" in control
    assert f"D {1 / 71!r};" in control
    hot = re.findall(
        r"^    (\w+)\n    {\n        type fixedValue;\n        value uniform 1;", files["0/T"], re.MULTILINE
    )
    assert hot == ["cylinder"]
    write_case(tmp_path, files)


def test_log_of_a_cylinder():
    log = foam_program.read_log([(100.0 + place, line) for place, line in enumerate(LOG.splitlines())])
    assert log.history == [(117.0, 6.90341)]
    run = foam_program.foam_run(Problem("cylinder", 16, 2), log, launched=90.0, memory=None)
    assert (run.startup, run.answer_time, run.steps, run.answer, run.continuity) == (11.0, 16.0, 2, 6.90341, 4.1e-10)


def test_only_the_cylinder_heats_and_all_walls_rub():
    model = jamsu_cylinder.duct_model(16, "float64")
    x, y, z = (np.asarray(model.mesh.centres(axis)) for axis in range(3))
    far = np.hypot(x[:, None, None], z[None, None, :]) > RADIUS + 0.3 + 0 * y[None, :, None]
    heated = np.asarray(model.heat.exchange) > 0
    assert heated.any()
    assert not heated[far].any()
    assert model.mesh.obstacles is not None
    rubbed = np.asarray(model.mesh.obstacles.friction[0])[1:-1] > 0
    before = x[1:] < -1
    assert rubbed[before][:, [0, -1]].all()
    assert rubbed[before][:, :, [0, -1]].all()
    assert not rubbed[before][:, 1:-1, 1:-1].any()
    open_volume = np.sum(np.asarray(model.mesh.volume * model.mesh.open_cell))
    whole = 2 * WALL * ((END - START) * 2 * WALL - np.pi * RADIUS**2)
    assert open_volume == pytest.approx(whole, rel=0.01)


@pytest.mark.slow
def test_cut_cells_give_the_answer():
    """In processes of their own: compiling ahead fills pytrees with things that the tests' shape checks refuse."""
    problems = [Problem("cylinder", n, 3 * n // 2) for n in (16, 32)]
    coarse, fine = (programs._jamsu(problem, cores=1, dtype="float64")[0] for problem in problems)
    wanted = reference(SMALL)
    assert fine.answer == pytest.approx(wanted, rel=0.04)
    assert abs(fine.answer - wanted) < abs(coarse.answer - wanted) / 2
    assert fine.continuity < 1e-7
    assert coarse.cells == pytest.approx(SMALL.total_cells, rel=0.15)


@pytest.mark.slow
@pytest.mark.skipif(bool(foam_program.missing()), reason=f"OpenFOAM: {foam_program.missing()}")
def test_openfoam_makes_the_mesh_and_gives_the_answer(tmp_path):
    problem = Problem("cylinder", 32, 48)
    write_case(tmp_path, case_files(problem))
    told = foam_program._run(["blockMesh"], 1, tmp_path)
    assert any(re.fullmatch(rf"\s*nCells: {problem.total_cells}", text) for _, text in told.lines)
    run, _ = foam_program.solve(problem, 1)
    assert run.answer == pytest.approx(reference(problem), rel=0.01)
    assert run.continuity < 1e-7
