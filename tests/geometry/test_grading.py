"""Graded edges: planes held exactly, widths and ratios kept, errors that name things."""

import numpy as np
import pytest

from jamsu.geometry.grading import axis_edges, check_planes


def worst_ratio(edges: np.ndarray) -> float:
    width = np.diff(edges)
    return float(np.maximum(width[1:] / width[:-1], width[:-1] / width[1:]).max())


def test_planes_on_a_regular_raster_give_a_uniform_grid():
    edges = axis_edges(0.0, 5.0, [1.0, 1.6, 2.2], 0.1)
    np.testing.assert_allclose(edges, np.linspace(0.0, 5.0, 51), atol=1e-12)
    assert {1.0, 1.6, 2.2} <= set(edges)


def test_random_planes_are_held_exactly_with_width_and_ratio():
    random = np.random.default_rng(7)
    for _ in range(60):
        planes = np.sort(random.uniform(0.0, 5.0, random.integers(1, 9)))
        edges = axis_edges(0.0, 5.0, planes, 0.12, minimum=1e-9, fine_planes=planes[:1], fine_spacing=0.03)
        assert edges[0] == 0.0
        assert edges[-1] == 5.0
        assert set(planes) <= set(edges)
        assert np.diff(edges).max() <= 0.12 * (1 + 1e-9)
        assert worst_ratio(edges) <= 1.2 * (1 + 1e-6)
        assert len(edges) < 150


def test_cells_at_fine_planes_are_fine_and_grow_away_from_them():
    edges = axis_edges(0.0, 4.0, [1.3], 0.1, fine_planes=[0.0, 2.5], fine_spacing=0.005, ratio=1.15)
    width = np.diff(edges)
    at = int(np.flatnonzero(edges == 2.5)[0])
    assert max(width[0], width[at - 1], width[at]) <= 0.005 * (1 + 1e-6)
    assert width.max() > 0.08
    assert worst_ratio(edges) <= 1.15 * (1 + 1e-6)


@pytest.mark.parametrize(
    ("arguments", "options", "message"),
    [
        ((0.0, 1.0, [0.3, 0.31], 0.1), {"minimum": 0.02}, "planes at 0.3 m and 0.31 m are 0.01 m apart"),
        ((0.0, 1.0, [1.2], 0.1), {}, "plane at 1.2 m lies outside"),
        ((1.0, 0.0, [], 0.1), {}, "must lie above"),
        ((0.0, 1.0, [], -0.1), {}, "spacing"),
        ((0.0, 1.0, [], 0.1), {"ratio": 1.0}, "ratio"),
        ((0.0, 1.0, [], 0.1), {"fine_spacing": 0.0}, "fine_spacing"),
    ],
)
def test_errors_name_what_is_wrong(arguments, options, message):
    with pytest.raises(ValueError, match=message):
        axis_edges(*arguments, **options)


def test_close_planes_are_named_and_coinciding_ones_are_fine():
    check_planes({"rack A front": 1.0, "rack B rear": 1.0, "wall": 2.0}, 0.05)
    with pytest.raises(ValueError, match=r"rack A front at 1 m and coil B rear at 1.01 m are 0.01 m apart"):
        check_planes({"coil B rear": 1.01, "rack A front": 1.0, "wall": 2.0}, 0.05)


def test_narrow_intervals_do_not_narrow_their_neighbours_below_the_share():
    """Planes of a real room, the nearest 92.5 mm apart: rounding up to whole cells made cells of 34 mm between them."""
    planes = [0.62, 0.7125, 1.24, 1.7125, 1.86, 2.275, 2.3875, 2.48, 3.1, 3.3875, 3.5, 3.72]
    free = np.diff(axis_edges(0.0, 4.87, planes, 0.248, ratio=1.3))
    held = np.diff(axis_edges(0.0, 4.87, planes, 0.248, ratio=1.3, narrowest=0.25))
    assert free.min() < 0.035
    assert held.min() >= 0.25 * 0.248
    assert held.max() <= 0.248 * (1 + 1e-9)
    assert len(held) < 0.75 * len(free)


def test_fewer_cells_keep_fine_ones_at_the_wall():
    planes = [0.62, 0.7125, 1.24, 1.7125]
    edges = axis_edges(0.0, 2.5, planes, 0.2, fine_planes=[0.0, 1.24], fine_spacing=0.05, ratio=1.3, narrowest=0.4)
    at = int(np.flatnonzero(edges == 1.24)[0])
    width = np.diff(edges)
    assert max(width[0], width[at - 1], width[at]) <= 0.05 * (1 + 1e-6)
    assert width.min() >= 0.4 * 0.05
