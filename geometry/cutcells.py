"""Cut cells: the open share of every cell and face of a grid, and its wall, from one signed distance.

The closed-surface identity holds to round-off: the open face-area vectors of a cell and its wall vector sum
to zero, so a uniform flow has no net flux out of any cell and heat leaves through the true area of the
wall.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np

from jamsu.geometry.grid import Grid
from jamsu.geometry.shapes import Shape
from jamsu.geometry.subdivision import Integrals, Refinement, integrate

Apertures = tuple[np.ndarray, np.ndarray, np.ndarray]

# Volume fractions (and shares of a face) below this are round-off of a wall that touches a grid plane.
NEGLIGIBLE = 1e-7
# Over the smallest cell width: distances below are on the wall (STL files hold single precision).
SNAP = 1e-6
# Over the box width: walls with fewer than about 15 cells to the diameter are refined.
MISFIT = 0.04


@dataclass(frozen=True)
class CutCells:
    """Geometry of the open part of every cell of `grid`; float64 NumPy arrays, SI units.

    - volume_fraction (nx, ny, nz): open share of each cell.
    - aperture_x (nx+1, ny, nz), aperture_y (nx, ny+1, nz), aperture_z (nx, ny, nz+1): open share of faces.
    - wall_area (nx, ny, nz): true area of wall in each cell, m2.
    - wall_vector (3, nx, ny, nz): minus the sum of the cell's outward open face-area vectors, m2; it points out
      of the fluid, and is never longer than wall_area by more than round-off.
    - wall_normal (3, nx, ny, nz): mean over the wall of its unit normal out of the fluid; shorter than 1 where the
      wall bends within the cell; zero where there is none.
    - wall_centroid, open_centroid (3, nx, ny, nz): m; the cell's centre where there is no wall, no open part.
    - wall_distance (nx, ny, nz): from the open centroid to the nearest wall, m; zero where there is no wall.
    """

    grid: Grid
    volume_fraction: np.ndarray
    aperture_x: np.ndarray
    aperture_y: np.ndarray
    aperture_z: np.ndarray
    wall_area: np.ndarray
    wall_vector: np.ndarray
    wall_normal: np.ndarray
    wall_centroid: np.ndarray
    open_centroid: np.ndarray
    wall_distance: np.ndarray

    @property
    def apertures(self) -> Apertures:
        """The three aperture arrays, by axis."""
        return self.aperture_x, self.aperture_y, self.aperture_z

    @property
    def cell_open_volume(self) -> np.ndarray:
        """Open volume of each cell (m3), (nx, ny, nz)."""
        return self.volume_fraction * self.grid.cell_volume

    @property
    def open_volume(self) -> float:
        """Open volume of the whole grid (m3)."""
        return float(self.cell_open_volume.sum())

    @property
    def total_wall_area(self) -> float:
        """Wall area of the whole grid (m2)."""
        return float(self.wall_area.sum())

    def statistics(self) -> dict[str, Any]:
        """Counts, totals and the largest closure error, for a report on the grid.

        `closure_error` is the largest ratio of |sum of open face-area vectors + wall vector| to the cell's largest
        face.
        """
        open_ = self.volume_fraction > 0
        cut = open_ & ((self.volume_fraction < 1) | (self.wall_area > 0))
        residual = np.linalg.norm(self.wall_vector - closing_vector(self.grid, self.apertures), axis=0)
        largest_face = np.maximum.reduce(np.broadcast_arrays(*(self.grid.face_area(axis) for axis in range(3))))
        return {
            "cells": int(open_.size),
            "open_cells": int(open_.sum()),
            "cut_cells": int(cut.sum()),
            "closed_cells": int(open_.size - open_.sum()),
            "open_volume": self.open_volume,
            "wall_area": self.total_wall_area,
            "smallest_fraction": float(self.volume_fraction[open_].min()) if open_.any() else 0.0,
            "closure_error": float((residual / largest_face).max()),
        }


def closing_vector(grid: Grid, apertures: Apertures) -> np.ndarray:
    """Minus the sum of the outward open face-area vectors of each cell (m2), (3, nx, ny, nz)."""
    return np.stack([-np.diff(apertures[axis], axis=axis) * grid.face_area(axis) for axis in range(3)])


def cut_cells(grid: Grid, shape: Shape, *, closed_box: bool = True) -> CutCells:
    """Cuts the cells of `grid` by `shape`, whose inside is the open fluid.

    With `closed_box` the outermost faces of the grid are walls; without it they stay open as far as the
    shape is. A face that lies on the wall is closed. Volume and wall area of smooth walls are of second
    order in the cell width. Features much smaller than half a cell that touch no node of the half-width
    lattice are not seen.
    """
    grid = Grid(*(np.asarray(grid.edges(axis), dtype=float) for axis in range(3)))
    refinement = _refinement(grid, shape)
    near, inside = _near_cells(grid, shape)
    cells = np.nonzero(near)
    lower, size = _boxes(grid, cells)
    boxes = integrate(shape, lower, size, refinement)

    fraction = inside.astype(float)
    near_fraction = boxes.measure / np.prod(size, axis=1)
    near_fraction[near_fraction < NEGLIGIBLE] = 0.0
    near_fraction[near_fraction > 1 - NEGLIGIBLE] = 1.0
    fraction[cells] = near_fraction

    centre = np.stack(np.meshgrid(*(grid.centres(a) for a in range(3)), indexing="ij"))
    open_centroid = centre.copy()
    partly = near_fraction > 0
    open_cells = tuple(index[partly] for index in cells)
    open_centroid[_rows(open_cells)] = (boxes.moment[partly] / boxes.measure[partly, None]).T

    area, area_moment = np.zeros(grid.shape), np.zeros((3, *grid.shape))
    area[cells] = np.where(partly, boxes.area, 0.0)
    area_moment[_rows(cells)] = np.where(partly[:, None], boxes.area_moment, 0.0).T

    apertures = []
    for axis in range(3):
        faces = np.nonzero(np.logical_and(*_beside_faces(near, axis)))
        integrals = integrate(shape, *_boxes(grid, faces, axis), refinement, axis)
        aperture = _apertures(grid, fraction, axis, faces, integrals)
        if closed_box:
            _close_ends(grid, axis, aperture, faces, integrals, area, area_moment)
        apertures.append(aperture)
    closing = (apertures[0], apertures[1], apertures[2])
    vector = closing_vector(grid, closing)
    # A wall cannot be smaller than its own projection; the two differ only by the quadrature of faces and
    # cells.
    measured = np.maximum(area, np.linalg.norm(vector, axis=0))
    centroid = np.where(area > 0, area_moment / np.where(area > 0, area, 1.0), centre)
    distance = _wall_distance(grid, shape, measured, open_centroid, closed_box)
    normal = vector / np.where(measured > 0, measured, 1.0)
    return CutCells(grid, fraction, *closing, measured, vector, normal, centroid, open_centroid, distance)


def _refinement(grid: Grid, shape: Shape) -> Refinement:
    """Depth from the cells across the shape, so that an edge inside one leaf (STL) converges as walls do."""
    lower, upper = shape.bounds()
    extent = np.minimum(upper, grid.upper) - np.maximum(lower, grid.lower)
    widths = [grid.widths(axis) for axis in range(3)]
    across = extent / np.array([np.median(width) for width in widths])
    fewest = float(across[across > 0].min()) if np.any(across > 0) else 1.0
    levels = min(max(math.floor(math.log2(0.8 * max(fewest, 1.0))), 2), 5)
    snap = SNAP * min(float(width.min()) for width in widths)
    return Refinement(snap=snap, tolerance=MISFIT, levels=levels)


def _near_cells(grid: Grid, shape: Shape) -> tuple[np.ndarray, np.ndarray]:
    """Cells that the wall can reach, and cells whose centre is open.

    The wall is out of reach where the distance at the centre is more than half the diagonal.
    """
    centres = np.stack(np.meshgrid(*(grid.centres(a) for a in range(3)), indexing="ij"), axis=-1)
    distance = shape(centres)
    x, y, z = (grid.widths(axis) for axis in range(3))
    diagonal = np.sqrt(x[:, None, None] ** 2 + y[None, :, None] ** 2 + z[None, None, :] ** 2)
    return np.abs(distance) <= 0.5 * diagonal * (1 + 1e-6), distance < 0


def _boxes(grid: Grid, index: tuple[np.ndarray, ...], axis: int | None = None) -> tuple[np.ndarray, np.ndarray]:
    """Lower corners and sizes (n, 3) of cells, or of the faces normal to `axis`."""
    lower = np.stack([grid.edges(a)[index[a]] for a in range(3)], axis=1)
    size = [np.zeros(len(lower)) if a == axis else grid.widths(a)[index[a]] for a in range(3)]
    return lower, np.stack(size, axis=1)


def _rows(index: tuple[Any, ...]) -> tuple[Any, ...]:
    """Index of all three components of a vector field (3, nx, ny, nz) at `index`."""
    return (slice(None), *index)


def _beside_faces(cells: np.ndarray, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """Values of the cells below and above each face normal to `axis`; at an end, the one cell twice."""
    first, last = cells.take([0], axis), cells.take([-1], axis)
    return np.concatenate([first, cells], axis), np.concatenate([cells, last], axis)


def _apertures(
    grid: Grid, fraction: np.ndarray, axis: int, faces: tuple[np.ndarray, ...], integrals: Integrals
) -> np.ndarray:
    """Open share of the faces normal to `axis`: open where both cells are, integrated near the wall."""
    below, above = _beside_faces(fraction, axis)
    joined = (below > 0) & (above > 0)
    aperture = joined.astype(float)
    whole = np.broadcast_to(grid.face_area(axis), aperture.shape)[faces]
    share = integrals.measure / whole
    share[share < NEGLIGIBLE] = 0.0
    share[share > 1 - NEGLIGIBLE] = 1.0
    aperture[faces] = np.where(joined[faces], share, 0.0)
    return aperture


def _close_ends(
    grid: Grid,
    axis: int,
    aperture: np.ndarray,
    faces: tuple[np.ndarray, ...],
    integrals: Integrals,
    area: np.ndarray,
    area_moment: np.ndarray,
) -> None:
    """Turns the open part of the two outermost planes of faces into wall, in place."""
    axes = [grid.edges(a) if a == axis else grid.centres(a) for a in range(3)]
    centre = np.stack(np.meshgrid(*axes, indexing="ij"))
    part = integrals.measure > 0
    open_faces = tuple(index[part] for index in faces)
    centre[_rows(open_faces)] = (integrals.moment[part] / integrals.measure[part, None]).T
    for end in (0, -1):
        at = tuple(end if a == axis else slice(None) for a in range(3))
        closed = (aperture * grid.face_area(axis))[at]
        area[at] += closed
        area_moment[_rows(at)] += closed * centre[_rows(at)]
        aperture[at] = 0.0


def _wall_distance(
    grid: Grid, shape: Shape, area: np.ndarray, open_centroid: np.ndarray, closed_box: bool
) -> np.ndarray:
    walled = np.nonzero(area > 0)
    points = open_centroid[_rows(walled)].T
    nearest = np.abs(shape(points))
    if closed_box:
        nearest = np.minimum(nearest, np.min(np.minimum(points - grid.lower, grid.upper - points), axis=1))
    distance = np.zeros(grid.shape)
    distance[walled] = nearest
    return distance
