"""Distances to the walls of a domain: the vessel's own and those that blocks and panels close."""

import numpy as np
import pytest

from jamsu.geometry.boxes import box_cells
from jamsu.geometry.cutcells import cut_cells
from jamsu.geometry.domain import close_box, open_domain
from jamsu.geometry.grid import Grid
from jamsu.geometry.shapes import Box, Cylinder
from jamsu.geometry.wall_distance import wall_distances


def to_box(points, lower, upper):
    """Distance of points outside a box to it."""
    beyond = np.maximum(np.maximum(np.asarray(lower) - points, points - np.asarray(upper)), 0)
    return np.linalg.norm(beyond, axis=-1)


def test_a_block_in_a_box():
    grid = Grid.uniform((0, 0, 0), (2, 1, 1), (20, 10, 10))
    shape = Box((0.0, 0.0, 0.0), (2.0, 1.0, 1.0))
    domain = open_domain(cut_cells(grid, shape))
    lower, upper = (0.8, 0.3, 0.2), (1.2, 0.6, 0.7)
    cells = box_cells(grid, lower, upper)
    close_box(domain, cells)
    domain.open_cell[cells] = False
    distance, touching = wall_distances(domain, shape)
    points = np.stack(np.meshgrid(*(np.asarray(grid.centres(a)) for a in range(3)), indexing="ij"), -1)
    sides = np.minimum(points, np.array([2.0, 1.0, 1.0]) - points).min(-1)
    expected = np.minimum(sides, to_box(points, lower, upper))
    np.testing.assert_allclose(distance[domain.open_cell], expected[domain.open_cell], atol=1e-12)
    np.testing.assert_array_equal(touching, domain.open_cell & (expected < 0.0501))


def test_a_panel_is_a_wall_on_both_sides():
    grid = Grid.uniform((0, 0, 0), (1, 1, 1), (10, 10, 10))
    shape = Box((0.0, 0.0, 0.0), (1.0, 1.0, 1.0))
    domain = open_domain(cut_cells(grid, shape))
    domain.area[0][5, :5] = 0.0
    distance, touching = wall_distances(domain, shape)
    assert distance[4, 2, 4] == pytest.approx(0.05)
    assert distance[5, 2, 4] == pytest.approx(0.05)
    assert distance[4, 6, 4] == pytest.approx(np.hypot(0.05, 0.15))  # to the panel's edge, round the corner
    assert touching[4, 2, 4]
    assert not touching[4, 6, 4]


def test_a_cylinders_own_wall():
    grid = Grid.uniform((0, -0.5, -0.5), (2, 0.5, 0.5), (8, 20, 20))
    shape = Cylinder((0.0, 0.0, 0.0), (2.0, 0.0, 0.0), 0.5)
    domain = open_domain(cut_cells(grid, shape))
    distance, touching = wall_distances(domain, shape)
    at = np.moveaxis(domain.cut.open_centroid, 0, -1)[domain.open_cell]
    radial = 0.5 - np.hypot(at[:, 1], at[:, 2])
    expected = np.minimum(np.minimum(radial, at[:, 0]), 2.0 - at[:, 0])
    np.testing.assert_allclose(distance[domain.open_cell], np.maximum(expected, 0.05 * 0.05), atol=1e-12)
    assert (touching == (domain.open_cell & (domain.cut.wall_area > 0))).all()
