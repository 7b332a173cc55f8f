"""Boxes of equipment on a grid."""

import numpy as np
import pytest

from jamsu.geometry.boxes import box_cells, overlap_matrix, rectangle_faces
from jamsu.geometry.grid import Grid

GRID = Grid(np.array([0.0, 0.5, 0.6, 1.0]), np.linspace(0.0, 1.0, 11), np.linspace(-1.0, 1.0, 9))


def test_box_and_rectangle_indices_are_exact():
    assert box_cells(GRID, (0.5, 0.3, -0.5), (1.0, 0.7, 0.25)) == (slice(1, 3), slice(3, 7), slice(2, 5))
    assert rectangle_faces(GRID, 0, 0.6, (0.1, -1.0), (0.2, 1.0)) == (2, slice(1, 2), slice(0, 8))
    assert rectangle_faces(GRID, 2, 1.0, (0.0, 0.0), (1.0, 1.0)) == (8, slice(0, 3), slice(0, 10))
    # Round-off of a sum of lengths is not off the plane.
    assert box_cells(GRID, (0.5, 0.1 + 0.2, -0.5), (1.0, 0.7, 0.25))[1] == slice(3, 7)


def test_boxes_off_the_planes_are_refused():
    with pytest.raises(ValueError, match=r"y = 0.33 m is not on a grid plane; the nearest is at 0.3 m"):
        box_cells(GRID, (0.5, 0.33, -0.5), (1.0, 0.7, 0.25))
    with pytest.raises(ValueError, match="x: no cells between"):
        box_cells(GRID, (0.5, 0.3, -0.5), (0.5, 0.7, 0.25))
    with pytest.raises(ValueError, match=r"x = 0.55 m is not on a grid plane"):
        rectangle_faces(GRID, 0, 0.55, (0.1, -1.0), (0.2, 1.0))


def test_overlaps_of_intervals_conserve_length():
    cells, units = np.array([0.0, 0.3, 0.35, 1.0, 1.4]), np.linspace(0.1, 1.1, 8)
    lengths = overlap_matrix(cells, units)
    assert lengths.shape == (4, 7)
    np.testing.assert_allclose(lengths.sum(axis=0), np.diff(units))
    np.testing.assert_allclose(lengths.sum(axis=1), [0.2, 0.05, 0.65, 0.1])
    with pytest.raises(ValueError, match="edges_b"):
        overlap_matrix(cells, np.array([1.0, 0.5]))
