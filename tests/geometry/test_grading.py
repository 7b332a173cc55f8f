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
