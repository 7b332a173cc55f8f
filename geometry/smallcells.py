"""Closing cells whose open part is too small for the solver, without losing their wall.

   open neighbour | small cell            open neighbour | closed
   ---------------+------.                ---------------|
                  |  .02  \\       ->                     |

The wall of the small cell then belongs to the neighbour, whose face towards it is closed; the centroid of the
neighbour's wall is the mean of both, weighted by area.
"""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import numpy as np

from geometry.grid import Grid

if TYPE_CHECKING:
    from geometry.cutcells import CutCells

Apertures = tuple[np.ndarray, np.ndarray, np.ndarray]
# Small cells that border only small cells pass their wall on; a chain longer than this is a pocket, and is
# dropped.
LONGEST_CHAIN = 20


def closing_vector(grid: Grid, apertures: Apertures) -> np.ndarray:
    """Minus the sum of the outward open face-area vectors of each cell (m2), (3, nx, ny, nz)."""
    return np.stack([-np.diff(apertures[axis], axis=axis) * grid.face_area(axis) for axis in range(3)])


def close_small_cells(cut: CutCells, minimum_fraction: float | int) -> CutCells:
    """The cut cells without open cells below `minimum_fraction`; see `CutCells.floor`."""
    if not 0 <= minimum_fraction < 1:
        raise ValueError(f"minimum_fraction: expected 0 <= fraction < 1, got {minimum_fraction!r}")
    small = (cut.volume_fraction > 0) & (cut.volume_fraction < minimum_fraction)
    if not small.any():
        return cut
    fraction = np.where(small, 0.0, cut.volume_fraction)
    kept = [_closed_around(small, aperture, axis) for axis, aperture in enumerate(cut.apertures)]
    apertures = (kept[0], kept[1], kept[2])
    received, received_moment = _handed_over(cut, small, fraction > 0)
    area = np.where(small, 0.0, cut.wall_area) + received
    moment = np.where(small, 0.0, cut.wall_area) * cut.wall_centroid + received_moment
    vector = closing_vector(cut.grid, apertures)
    touched = received > 0
    centroid = np.where(touched, moment / np.where(touched, area, 1.0), cut.wall_centroid)
    # The distance to the wall taken over: along its normal, from the open centroid to its centroid.
    length = np.linalg.norm(vector, axis=0)
    normal = vector / np.where(length > 0, length, 1.0)
    to_centroid = np.abs(np.sum((centroid - cut.open_centroid) * normal, axis=0))
    distance = np.where(
        touched & ((cut.wall_area == 0) | (cut.wall_distance > to_centroid)), to_centroid, cut.wall_distance
    )
    return replace(
        cut,
        volume_fraction=fraction,
        aperture_x=apertures[0],
        aperture_y=apertures[1],
        aperture_z=apertures[2],
        wall_area=area,
        wall_vector=vector,
        wall_centroid=centroid,
        wall_distance=np.where(small, 0.0, distance),
    )


def _closed_around(small: np.ndarray, aperture: np.ndarray, axis: int) -> np.ndarray:
    first, last = np.zeros_like(small.take([0], axis)), np.zeros_like(small.take([-1], axis))
    touches = np.concatenate([first, small], axis) | np.concatenate([small, last], axis)
    return np.where(touches, 0.0, aperture)


def _handed_over(cut: CutCells, small: np.ndarray, staying: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Wall area (m2) that the staying cells receive, and its moment about the origin (3, ...).

    A small cell shares its wall among the staying neighbours by the open area of the faces between them; one
    without such a neighbour hands it to its small neighbours, from where it travels on.
    """
    links = _links(cut, small)
    flat_staying = staying.reshape(-1)
    source, target, weight = links
    # Staying neighbours come first: others count only for cells without any.
    has_staying = np.bincount(source, weight * flat_staying[target], small.size) > 0
    weight = np.where(has_staying[source] & ~flat_staying[target], 0.0, weight)
    whole = np.bincount(source, weight, small.size)
    share = weight / np.where(whole > 0, whole, 1.0)[source]

    area = np.where(small, cut.wall_area, 0.0).reshape(-1)
    carried = np.concatenate([area[None], area * cut.wall_centroid.reshape(3, -1)])
    received = np.zeros_like(carried)
    for _ in range(LONGEST_CHAIN):
        moved = np.stack([np.bincount(target, share * row[source], small.size) for row in carried])
        received += np.where(flat_staying, moved, 0.0)
        carried = np.where(flat_staying, 0.0, moved)
        if not carried[0].any():
            break
    return received[0].reshape(small.shape), received[1:].reshape(3, *small.shape)


def _links(cut: CutCells, small: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Open faces of the small cells: flat index of the cell, of its neighbour, and the open area (m2)."""
    number = np.arange(small.size).reshape(small.shape)
    sources, targets, weights = [], [], []
    for axis, aperture in enumerate(cut.apertures):
        below = tuple(slice(None, -1) if a == axis else slice(None) for a in range(3))
        above = tuple(slice(1, None) if a == axis else slice(None) for a in range(3))
        inner = tuple(slice(1, -1) if a == axis else slice(None) for a in range(3))
        area = (aperture * cut.grid.face_area(axis))[inner]
        for here, there in ((below, above), (above, below)):
            at = small[here] & (area > 0)
            sources.append(number[here][at])
            targets.append(number[there][at])
            weights.append(area[at])
    return np.concatenate(sources), np.concatenate(targets), np.concatenate(weights)
