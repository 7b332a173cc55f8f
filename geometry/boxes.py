"""Axis-aligned boxes and rectangles of equipment on a grid: index ranges, and lengths of overlap."""

from __future__ import annotations

import numpy as np

from jamsu.geometry.grid import AXIS_NAMES, Grid
from jamsu.geometry.shapes import Number, Vector

# Share of the neighbouring cell width within which a face counts as being on a grid plane.
PLANE_TOLERANCE = 1e-6


def edge_index(grid: Grid, axis: int, position: Number) -> int:
    """Index of the grid plane at `position` (m) along `axis`. Raises ValueError when there is none."""
    edge = np.asarray(grid.edges(axis), dtype=float)
    nearest = int(np.argmin(np.abs(edge - position)))
    width = float(np.diff(edge)[max(nearest - 1, 0) : nearest + 1].min())
    if not abs(edge[nearest] - position) <= PLANE_TOLERANCE * width:
        raise ValueError(
            f"{AXIS_NAMES[axis]} = {position:g} m is not on a grid plane; the nearest is at {edge[nearest]:g} m"
        )
    return nearest


def _range(grid: Grid, axis: int, lower: Number, upper: Number) -> slice:
    first, last = edge_index(grid, axis, lower), edge_index(grid, axis, upper)
    if last <= first:
        raise ValueError(f"{AXIS_NAMES[axis]}: no cells between {lower:g} m and {upper:g} m")
    return slice(first, last)


def box_cells(grid: Grid, lower: Vector, upper: Vector) -> tuple[slice, slice, slice]:
    """Index ranges of the cells that fill the box between `lower (3,)` and `upper (3,)` (m) exactly.

    Raises:
      ValueError: a face of the box is not on a grid plane (within 1e-6 of the cell width), or the box is empty.
    """
    x, y, z = (_range(grid, axis, float(lower[axis]), float(upper[axis])) for axis in range(3))
    return x, y, z


def rectangle_faces(grid: Grid, axis: int, position: Number, lower: Vector, upper: Vector) -> tuple[int, slice, slice]:
    """Index of the plane of faces at `position` along `axis`, and index ranges in the two other directions.

    `lower (2,)` and `upper (2,)` (m) are in the two other coordinates in the order x, y, z. Errors as
    `box_cells`.
    """
    first, second = (other for other in range(3) if other != axis)
    return (
        edge_index(grid, axis, position),
        _range(grid, first, float(lower[0]), float(upper[0])),
        _range(grid, second, float(lower[1]), float(upper[1])),
    )


def overlap_matrix(edges_a: Vector, edges_b: Vector) -> np.ndarray:
    """Lengths of overlap (na, nb) of the intervals of `edges_a (na+1,)` with the intervals of `edges_b (nb+1,)`.

    Divided by the widths of the b intervals (columns), these are the shares of each b interval that lie in
    each a interval; a column sums to one where a covers it. Raises ValueError unless edges rise.
    """
    a, b = np.asarray(edges_a, dtype=float), np.asarray(edges_b, dtype=float)
    for name, edges in (("edges_a", a), ("edges_b", b)):
        if edges.ndim != 1 or edges.size < 2 or np.any(np.diff(edges) <= 0):
            raise ValueError(f"{name}: expected at least two rising edges")
    low = np.maximum(a[:-1, None], b[None, :-1])
    high = np.minimum(a[1:, None], b[None, 1:])
    return np.maximum(high - low, 0.0)
