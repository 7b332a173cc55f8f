"""The distance of every cell to the nearest wall of any kind.

The vessel's wall is known by its signed distance. Blocks, panels and machines close faces of the grid, which count as
rectangles. Only the few nearest rectangles of a cell are tried, which is exact except on grids that are much finer
along a wall than across it.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from scipy.spatial import cKDTree

from jamsu.geometry.domain import Domain
from jamsu.geometry.grid import Grid

FAR = 1e6  # m: the wall distance where there is no wall
NEAREST = 8  # rectangles tried
SHUT = 1e-3  # share of a face's passable area: less is round-off
CLOSEST = 0.05  # least distance as a share of a cell's smallest width, as in `jamsu.geometry.wall_friction`


def wall_distances(domain: Domain, shape: Callable[[np.ndarray], np.ndarray] | None) -> tuple[np.ndarray, np.ndarray]:
    """Distance of the open cells' centroids to the nearest wall, m, and which cells touch one (bool).

    Args:
      shape: signed distance of the vessel's wall, m; None: the grid's six ends are no walls and nothing is cut.
    """
    grid, cut = domain.grid, domain.cut
    open_cell = domain.open_cell
    points = np.moveaxis(cut.open_centroid, 0, -1)[open_cell]
    nearest = np.full(len(points), FAR)
    if shape is not None:
        nearest = np.minimum(nearest, np.abs(shape(points)))
    centres, halves = _closed_faces(domain)
    if len(centres):
        nearest = np.minimum(nearest, _to_rectangles(points, centres, halves))
    widths = np.stack([np.broadcast_to(w, grid.shape)[open_cell] for w in _widths(grid)])
    distance = np.full(grid.shape, FAR)
    distance[open_cell] = np.maximum(nearest, CLOSEST * widths.min(0))
    return distance, open_cell & ((cut.wall_area > 0) | _beside_closed(domain))


def _widths(grid: Grid) -> list[np.ndarray]:
    return [np.asarray(grid.widths(a), float).reshape([-1 if b == a else 1 for b in range(3)]) for a in range(3)]


def _shut(domain: Domain, axis: int) -> np.ndarray:
    """Faces of an axis that are closed, at least in part, by something inside the vessel (bool)."""
    passable = domain.passable[axis]
    return (passable - domain.area[axis] > SHUT * passable) & (passable > 0)


def _closed_faces(domain: Domain) -> tuple[np.ndarray, np.ndarray]:
    """Centres and half extents of the closed faces of open cells, m: (face, 3) each."""
    centres, halves = [], []
    grid = domain.grid
    for axis in range(3):
        beside = _either_side(domain.open_cell, axis)
        at = np.nonzero(_shut(domain, axis) & beside)
        position = [np.asarray(grid.edges(a) if a == axis else grid.centres(a), float)[at[a]] for a in range(3)]
        half = [np.zeros(len(at[0])) if a == axis else 0.5 * np.asarray(grid.widths(a), float)[at[a]] for a in range(3)]
        centres.append(np.stack(position, 1))
        halves.append(np.stack(half, 1))
    return np.concatenate(centres), np.concatenate(halves)


def _to_rectangles(points: np.ndarray, centres: np.ndarray, halves: np.ndarray) -> np.ndarray:
    """Distance of each point to the nearest of the rectangles, m."""
    _, near = cKDTree(centres).query(points, k=min(NEAREST, len(centres)), workers=-1)
    near = near.reshape(len(points), -1)
    best = np.full(len(points), np.inf)
    for column in near.T:
        beyond = np.maximum(np.abs(points - centres[column]) - halves[column], 0)
        best = np.minimum(best, np.linalg.norm(beyond, axis=1))
    return best


def _either_side(cells: np.ndarray, axis: int) -> np.ndarray:
    """Faces of an axis with a true cell on at least one side."""
    low = np.pad(cells, [(1, 0) if a == axis else (0, 0) for a in range(3)])
    high = np.pad(cells, [(0, 1) if a == axis else (0, 0) for a in range(3)])
    return low | high


def _beside_closed(domain: Domain) -> np.ndarray:
    """Cells one of whose faces is closed by something inside the vessel."""
    beside = np.zeros(domain.grid.shape, bool)
    for axis in range(3):
        shut = _shut(domain, axis)
        n = shut.shape[axis]
        beside |= np.take(shut, range(n - 1), axis) | np.take(shut, range(1, n), axis)
    return beside
