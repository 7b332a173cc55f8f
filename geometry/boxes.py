"""Axis-aligned boxes and rectangles of equipment on a grid: index ranges, overlaps, whether they fit."""

from __future__ import annotations

import numpy as np

from jamsu.geometry.grid import AXIS_NAMES, Grid
from jamsu.geometry.shapes import Number, Shape, Vector

# Share of the neighbouring cell width within which a face counts as being on a grid plane.
PLANE_TOLERANCE = 1e-6


def edge_index(grid: Grid, axis: int, position: Number) -> int:
    """Index of the grid plane at `position` (m) along `axis`; ValueError when there is none."""
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

    ValueError when a face of the box is not on a grid plane (within 1e-6 of the cell width) or the box is
    empty.
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
    """Lengths of overlap (na, nb) of the intervals of `edges_a (na+1,)` with those of `edges_b (nb+1,)`.

    Divided by the widths of the b intervals (columns), these are the shares of each b interval that lie in
    each a interval; a column sums to one where a covers it. ValueError unless edges rise.
    """
    a, b = np.asarray(edges_a, dtype=float), np.asarray(edges_b, dtype=float)
    for name, edges in (("edges_a", a), ("edges_b", b)):
        if edges.ndim != 1 or edges.size < 2 or np.any(np.diff(edges) <= 0):
            raise ValueError(f"{name}: expected at least two rising edges")
    low = np.maximum(a[:-1, None], b[None, :-1])
    high = np.minimum(a[1:, None], b[None, 1:])
    return np.maximum(high - low, 0.0)


def boxes_overlap(a_lower: Vector, a_upper: Vector, b_lower: Vector, b_upper: Vector, tolerance: Number = 1e-9) -> bool:
    """Whether two boxes share more than `tolerance` (m) in every direction; boxes that touch do not overlap.

    A box without extent along one axis (a panel) overlaps a box that it passes through, and a panel in its
    plane.
    """
    for a0, a1, b0, b1 in zip(a_lower, a_upper, b_lower, b_upper, strict=True):
        if a1 == a0 and b1 == b0:
            apart = abs(a0 - b0) > tolerance
        elif a1 == a0:
            apart = min(a0 - b0, b1 - a0) <= tolerance
        elif b1 == b0:
            apart = min(b0 - a0, a1 - b0) <= tolerance
        else:
            apart = min(a1, b1) - max(a0, b0) <= tolerance
        if apart:
            return False
    return True


def box_inside(shape: Shape, lower: Vector, upper: Vector, *, samples: int = 9, tolerance: Number = 1e-6) -> bool:
    """Whether the box from `lower (3,)` to `upper (3,)` pokes out of `shape` by no more than `tolerance` (m).

    The surface of the box is sampled on `samples` points an edge, corners and face centres included.
    ValueError for fewer than two samples.
    """
    return protrusion(shape, lower, upper, samples=samples) <= tolerance


def protrusion(shape: Shape, lower: Vector, upper: Vector, *, samples: int = 9) -> float:
    """Largest signed distance (m) of sampled points of the box's surface: how far it pokes out of `shape`."""
    if samples < 2:
        raise ValueError(f"samples: expected at least 2 points an edge, got {samples}")
    axes = [np.linspace(float(a), float(b), samples) for a, b in zip(lower, upper, strict=True)]
    points = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    inner = (slice(1, -1),) * 3
    surface = np.ones(points.shape[:3], dtype=bool)
    surface[inner] = False
    return float(np.max(shape(points[surface])))
