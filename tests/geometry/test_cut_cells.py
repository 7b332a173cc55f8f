"""Cut cells against the analytic volumes and areas of shapes, and the identities the solver relies on."""

import time
from dataclasses import replace

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from turned import Turned

from jamsu.geometry.cutcells import CutCells, cut_cells
from jamsu.geometry.grading import axis_edges
from jamsu.geometry.grid import Grid
from jamsu.geometry.shapes import Box, Cylinder, Shape, Sphere
from jamsu.geometry.smallcells import close_small_cells

DIAMETER = 1.0
TILTED = Cylinder((0.05, 0.1, 0.02), (0.95, 0.8, 0.42), 0.5)
TILTED_LENGTH = float(np.sqrt(0.9**2 + 0.7**2 + 0.4**2))
# name: shape, exact volume, exact wall area, corners of the box of the grid.
CASES: dict[str, tuple[Shape, float, float, tuple, tuple]] = {
    "sphere": (Sphere((0.013, 0.007, 0.002), 0.5), np.pi / 6, np.pi, (-0.6,) * 3, (0.6,) * 3),
    "cylinder, ends on planes": (
        Cylinder((0.0, 0.0, 0.0), (1.0, 0.0, 0.0), 0.5),
        np.pi / 4, 1.5 * np.pi, (-0.1, -0.6, -0.6), (1.1, 0.6, 0.6),
    ),
    "cylinder, ends between planes": (
        Cylinder((0.0123, 0.0, 0.0), (1.0077, 0.0, 0.0), 0.5),
        np.pi / 4 * 0.9954, np.pi * (0.5 + 0.9954), (-0.1, -0.6, -0.6), (1.1, 0.6, 0.6),
    ),
    "tilted cylinder": (
        TILTED, np.pi / 4 * TILTED_LENGTH, np.pi * (0.5 + TILTED_LENGTH), (-0.6, -0.6, -0.6), (1.6, 1.6, 1.4),
    ),
}  # fmt: skip


def cut_at(name: str, cells_per_diameter: int) -> CutCells:
    shape, _, _, lower, upper = CASES[name]
    cells = np.round((np.array(upper) - lower) * cells_per_diameter / DIAMETER).astype(int)
    return cut_cells(Grid.uniform(lower, upper, cells), shape, closed_box=False)


def assert_closed(cut: CutCells) -> None:
    """Open faces and wall of each cell sum to zero, so a uniform flow passes without gain or loss."""
    velocity = (0.7, -0.4, 1.3)
    grid = cut.grid
    net = sum(
        u * (np.diff(aperture, axis=axis) * grid.face_area(axis) + cut.wall_vector[axis])
        for axis, (u, aperture) in enumerate(zip(velocity, cut.apertures, strict=True))
    )
    largest = max(float(grid.face_area(axis).max()) for axis in range(3))
    assert np.abs(net).max() <= 1e-14 * largest
    assert cut.statistics()["closure_error"] <= 1e-14
    assert np.all(np.linalg.norm(cut.wall_vector, axis=0) <= cut.wall_area * (1 + 1e-12) + 1e-14 * largest)
    for aperture in cut.apertures:
        assert aperture.min() >= 0
        assert aperture.max() <= 1
    for axis, aperture in enumerate(cut.apertures):
        open_ = np.pad(cut.volume_fraction > 0, [(1, 1) if a == axis else (0, 0) for a in range(3)], mode="edge")
        both = open_.take(range(1, open_.shape[axis]), axis) & open_.take(range(open_.shape[axis] - 1), axis)
        assert not np.any(aperture[~both])


@pytest.mark.parametrize("name", CASES)
def test_volume_and_wall_area_are_second_order(name):
    _, volume, area, _, _ = CASES[name]
    counts = (10, 20, 40)
    errors = []
    print(f"\n{name}\n cells/diameter  volume error    order   area error    order")
    for count in counts:
        cut = cut_at(name, count)
        errors.append((abs(cut.open_volume / volume - 1), abs(cut.total_wall_area / area - 1)))
        orders = np.log2(np.array(errors[-2]) / errors[-1]) if len(errors) > 1 else (np.nan, np.nan)
        print(f"{count:15d} {errors[-1][0]:13.3e} {orders[0]:8.2f} {errors[-1][1]:12.3e} {orders[1]:8.2f}")
    # Below some 15 cells a diameter the walls are refined, so the order shows from 20 on.
    orders = np.log2(np.array(errors[1]) / errors[2])
    assert max(errors[1]) < 2e-3
    assert orders.min() > 1.9


@pytest.mark.parametrize("name", CASES)
def test_closed_surface_identity_and_uniform_flow(name):
    assert_closed(cut_at(name, 12))


def test_the_identity_check_can_fail():
    cut = cut_at("sphere", 12)
    leaking = cut.aperture_y.copy()
    leaking[7, 7, 12] += 1e-9
    with pytest.raises(AssertionError):
        assert_closed(replace(cut, aperture_y=leaking))


@pytest.mark.parametrize("name", CASES)
def test_vectors_centroids_and_distances_belong_to_the_wall(name):
    shape = CASES[name][0]
    cut = cut_at(name, 20)
    walled = cut.wall_area > 1e-9
    # A curved wall's centroid lies behind it by about h**2 / (8 R); where surfaces meet, behind the edge by
    # up to h.
    assert np.abs(shape(np.moveaxis(cut.wall_centroid, 0, -1)[walled])).max() < 0.03
    assert np.median(np.abs(shape(np.moveaxis(cut.wall_centroid, 0, -1)[walled]))) < 1.5e-3
    open_ = cut.volume_fraction > 1e-6
    assert shape(np.moveaxis(cut.open_centroid, 0, -1)[open_]).max() < 1e-3
    np.testing.assert_allclose(
        cut.wall_distance[walled], np.abs(shape(np.moveaxis(cut.open_centroid, 0, -1)[walled])), atol=1e-12
    )
    # The wall closes on itself, and the divergence theorem gives the volume from it once more (less
    # exactly: at a rim one centroid stands for walls of several directions).
    np.testing.assert_allclose(cut.wall_vector.sum(axis=(1, 2, 3)), 0.0, atol=1e-12)
    flux = np.sum(cut.wall_centroid * cut.wall_vector) / 3
    assert flux == pytest.approx(cut.open_volume, rel=5e-3)


@pytest.mark.parametrize("name", CASES)
def test_totals_do_not_depend_on_where_the_grid_lies(name):
    shape, _, _, lower, upper = CASES[name]
    cells = np.round((np.array(upper) - lower) * 15).astype(int)
    for shift in ((0.0, 0.0, 0.0), (0.011, 0.023, 0.033), (1 / 30, 1 / 30, 1 / 30), (0.05, 0.0, 1 / 60)):
        moved = (np.array(lower) + shift, np.array(upper) + shift)
        cut = cut_cells(Grid.uniform(*moved, cells), shape, closed_box=False)
        base = cut_at(name, 15)
        assert cut.open_volume == pytest.approx(base.open_volume, rel=2e-3)
        assert cut.total_wall_area == pytest.approx(base.total_wall_area, rel=2e-3)


@pytest.mark.parametrize("shift", [0.0, 0.0123, 0.05])
def test_boxes_are_exact_wherever_their_faces_lie(shift):
    room = Box((0.0, 0.0, 0.0), (1.0, 1.0, 1.0)) - Box((0.3, 0.3, 0.0), (0.5, 0.6, 0.4))
    grid = Grid.uniform((-0.2 + shift,) * 3, (1.2 + shift,) * 3, (14, 14, 14))
    cut = cut_cells(grid, room)
    assert cut.open_volume == pytest.approx(1 - 0.2 * 0.3 * 0.4, rel=1e-12)
    assert cut.total_wall_area == pytest.approx(6 + 2 * (0.2 + 0.3) * 0.4, rel=1e-12)
    assert_closed(cut)


def test_oblique_boxes_are_exact():
    """Planes are linear, so edges and corners in any direction come out exactly but for slivers left out."""
    turn = Rotation.from_euler("xyz", (0.4, -0.6, 1.2)).as_matrix()
    room = Turned(Box((0.0, 0.0, 0.0), (1.0, 0.8, 0.6)) - Box((0.7, 0.5, -1.0), (2.0, 2.0, 2.0)), turn)
    cut = cut_cells(Grid.uniform((-1.5,) * 3, (1.5,) * 3, (24, 25, 26)), room)
    assert cut.open_volume == pytest.approx(1.0 * 0.8 * 0.6 - 0.3 * 0.3 * 0.6, rel=1e-8)
    base = 1.0 * 0.8 - 0.3 * 0.3
    assert cut.total_wall_area == pytest.approx(2 * base + 2 * (1.0 + 0.8) * 0.6, rel=1e-6)
    assert_closed(cut)


def test_surfaces_that_coincide_count_once():
    grid = Grid.uniform((0.0,) * 3, (1.0,) * 3, (10, 10, 10))
    block = Box((0.13, 0.17, 0.21), (0.83, 0.79, 0.77))
    area = 2 * (0.7 * 0.62 + 0.62 * 0.56 + 0.56 * 0.7)
    for same in (block, block | block, block & block, block | Box((0.3, 0.17, 0.21), (0.83, 0.79, 0.5))):
        assert cut_cells(grid, same).total_wall_area == pytest.approx(area, rel=1e-12)
    # A slab cut off flush with the wall.
    shorter = cut_cells(grid, block - Box((0.53, 0.17, 0.21), (0.83, 0.79, 0.77)))
    assert shorter.open_volume == pytest.approx(0.4 * 0.62 * 0.56, rel=1e-12)
    assert shorter.total_wall_area == pytest.approx(2 * (0.4 * 0.62 + 0.62 * 0.56 + 0.56 * 0.4), rel=1e-12)


def test_two_spheres_that_overlap():
    """Union, intersection and difference of equal spheres, centres one radius apart: caps of height R / 2."""
    radius, grid = 0.5, Grid.uniform((-0.6, -0.6, -0.6), (1.1, 0.6, 0.6), (34, 24, 24))
    a, b = Sphere((0.0, 0.0, 0.0), radius), Sphere((0.5, 0.0, 0.0), radius)
    ball, lens = 4 / 3 * np.pi * radius**3, 2 * np.pi * 0.25**2 * (3 * radius - 0.25) / 3
    cap = 2 * np.pi * radius * 0.25
    for shape, volume, area in (
        (a | b, 2 * ball - lens, 2 * (4 * np.pi * radius**2 - cap)),
        (a & b, lens, 2 * cap),
        (a - b, ball - lens, 4 * np.pi * radius**2),
    ):
        cut = cut_cells(grid, shape)
        assert cut.open_volume == pytest.approx(volume, rel=3e-3)
        assert cut.total_wall_area == pytest.approx(area, rel=3e-3)
        assert_closed(cut)


def test_faces_on_the_wall_are_closed_and_their_wall_is_in_the_open_cell():
    grid = Grid.uniform((0.0, 0.0, 0.0), (1.0, 1.0, 1.0), (5, 5, 5))
    cut = cut_cells(grid, Box((0.2, 0.2, 0.2), (0.8, 0.8, 0.8)))
    assert np.all(cut.aperture_x[1] == 0)
    assert np.all(cut.aperture_x[4] == 0)
    assert np.all(cut.aperture_x[2:4, 1:4, 1:4] == 1)
    assert cut.wall_area[1, 2, 2] == pytest.approx(0.04)
    assert cut.wall_area[0].sum() == 0
    np.testing.assert_allclose(cut.wall_vector[:, 1, 2, 2], [-0.04, 0.0, 0.0], atol=1e-15)
    np.testing.assert_allclose(cut.wall_centroid[:, 1, 2, 2], [0.2, 0.5, 0.5])
    assert cut.wall_distance[1, 2, 2] == pytest.approx(0.1)


def test_closed_box_turns_the_ends_of_the_grid_into_wall():
    """A cylinder whose ends lie on the ends of the grid, and one that runs out of it, are the same vessel."""
    grid = Grid.uniform((0.0, -0.55, -0.55), (2.0, 0.55, 0.55), (20, 22, 22))
    ended = cut_cells(grid, Cylinder((0.0, 0.0, 0.0), (2.0, 0.0, 0.0), 0.5))
    endless = cut_cells(grid, Cylinder((-1.0, 0.0, 0.0), (3.0, 0.0, 0.0), 0.5))
    for cut in (ended, endless):
        assert_closed(cut)
        assert not cut.aperture_x[[0, -1]].any()
        assert cut.open_volume == pytest.approx(np.pi / 2, rel=2e-3)
        assert cut.total_wall_area == pytest.approx(2.5 * np.pi, rel=2e-3)
    for field in (
        "volume_fraction",
        "aperture_y",
        "wall_area",
        "wall_vector",
        "wall_centroid",
        "wall_distance",
    ):
        np.testing.assert_allclose(getattr(ended, field), getattr(endless, field), atol=1e-9, err_msg=field)
    through = cut_cells(grid, Cylinder((-1.0, 0.0, 0.0), (3.0, 0.0, 0.0), 0.5), closed_box=False)
    assert_closed(through)
    assert through.aperture_x[0].sum() * 0.0025 == pytest.approx(np.pi / 4, rel=2e-3)
    assert through.total_wall_area == pytest.approx(2 * np.pi, rel=2e-3)


def test_without_a_wall_inside_the_grid_everything_is_open_or_closed():
    grid = Grid.uniform((0.0, 0.0, 0.0), (1.0, 1.0, 1.0), (4, 4, 4))
    room = cut_cells(grid, Sphere((0.5, 0.5, 0.5), 5.0))
    assert np.all(room.volume_fraction == 1)
    assert room.total_wall_area == pytest.approx(6)
    assert room.wall_distance[0, 1, 1] == pytest.approx(0.125)
    assert_closed(room)
    assert cut_cells(grid, Sphere((9.0, 9.0, 9.0), 1.0)).open_volume == 0


def test_graded_grids():
    shape, volume, area, lower, upper = CASES["tilted cylinder"]
    edges = [
        axis_edges(a, b, [0.1, 0.45], 0.06, fine_planes=[0.3], fine_spacing=0.02)
        for a, b in zip(lower, upper, strict=True)
    ]
    cut = cut_cells(Grid(*edges), shape, closed_box=False)
    assert cut.open_volume == pytest.approx(volume, rel=2e-3)
    assert cut.total_wall_area == pytest.approx(area, rel=2e-3)
    assert_closed(cut)


def test_a_radius_of_few_cells_is_refined():
    cut = cut_cells(Grid.uniform((-1.0,) * 3, (1.0,) * 3, (8, 8, 8)), Sphere((0.02, 0.03, 0.05), 0.5))
    assert cut.open_volume == pytest.approx(np.pi / 6, rel=1e-2)
    assert cut.total_wall_area == pytest.approx(np.pi, rel=1e-2)


@pytest.mark.parametrize("name", CASES)
def test_floor_keeps_the_wall_and_the_identity(name):
    cut = cut_at(name, 15)
    for minimum in (0.05, 0.3, 0.6):
        floored = close_small_cells(cut, minimum)
        open_ = floored.volume_fraction > 0
        assert floored.volume_fraction[open_].min() >= minimum
        assert floored.total_wall_area == pytest.approx(cut.total_wall_area, rel=1e-9)
        assert not floored.wall_area[~open_].any()
        np.testing.assert_allclose(
            floored.wall_vector.sum(axis=(1, 2, 3)), cut.wall_vector.sum(axis=(1, 2, 3)), atol=1e-12
        )
        assert floored.statistics()["closure_error"] <= 1e-14
        walled = floored.wall_area > 0
        assert floored.wall_distance[walled].min() > 0
        for axis, aperture in enumerate(floored.apertures):
            assert not aperture.take(range(aperture.shape[axis] - 1), axis)[~open_].any()
            assert not aperture.take(range(1, aperture.shape[axis]), axis)[~open_].any()
    assert close_small_cells(cut, 0.05).open_volume == pytest.approx(cut.open_volume, rel=3e-3)
    assert close_small_cells(cut, 0.0) is cut
    with pytest.raises(ValueError, match="minimum_fraction"):
        close_small_cells(cut, 1.0)


def test_time_of_a_quarter_of_a_million_cells():
    """Prints the time; a machine shared with others decides about it, so it is not asserted."""
    grid = Grid.uniform((-0.05, -0.55, -0.55), (1.05, 0.55, 0.55), (63, 63, 63))
    start = time.perf_counter()
    cut = cut_cells(grid, Cylinder((0.0123, 0.0, 0.0), (1.0, 0.0, 0.0), 0.5))
    print(f"\n{grid.cell_count} cells, {cut.statistics()['cut_cells']} cut: {time.perf_counter() - start:.2f} s")
    assert cut.statistics()["cut_cells"] > 15_000
