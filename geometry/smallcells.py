"""Closing cells whose open part is too small for the solver, without losing their wall.

   open neighbour | small cell            open neighbour | closed
   ---------------+------.                ---------------|
                  |  .02  \\       ->                     |

The wall of the small cell then belongs to the neighbour, whose face towards it is closed; centroid, normal and
distance of the neighbour's wall are the means of both, weighted by area. Where there are several neighbours, each takes
the share that its face with the small cell, seen along the wall's normal, has in the wall. A heat flux that is uniform
over a flat wall so still balances in every cell.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from jamsu.geometry.cutcells import CutCells, closing_vector

SMALLEST_OPEN_SHARE = 0.25  # cut cells with less open volume are closed: they would limit the time step
# Small cells that border only small cells pass their wall on; the wall of a longer chain (a pocket) is dropped.
LONGEST_CHAIN = 20
# Cosine at which a face that stands across the wall counts.
SIDEWAYS = 1e-6


def close_small_cells(cut: CutCells, minimum_fraction: float | int) -> CutCells:
    """The same geometry without open cells smaller than `minimum_fraction`.

    Such cells are closed (fraction and apertures zero), and their wall area goes to the open neighbours that they
    bordered, so that the total wall area is kept.

    Raises:
      ValueError: unless 0 <= minimum_fraction < 1.
    """
    if not 0 <= minimum_fraction < 1:
        raise ValueError(f"minimum_fraction: expected 0 <= fraction < 1, got {minimum_fraction!r}")
    small = (cut.volume_fraction > 0) & (cut.volume_fraction < minimum_fraction)
    if not small.any():
        return cut
    fraction = np.where(small, 0.0, cut.volume_fraction)
    kept = [_closed_around(small, aperture, axis) for axis, aperture in enumerate(cut.apertures)]
    apertures = (kept[0], kept[1], kept[2])
    received = _handed_over(cut, small, fraction > 0)
    own = np.where(small, 0.0, cut.wall_area)
    area = own + received.area
    touched = received.area > 0
    per_area = np.where(touched, 1 / np.where(touched, area, 1.0), 0.0)
    vector = closing_vector(cut.grid, apertures)
    centroid = np.where(touched, (own * cut.wall_centroid + received.moment) * per_area, cut.wall_centroid)
    normal = np.where(touched, (own * cut.wall_normal + received.normal) * per_area, cut.wall_normal)
    # Distance from the open centroid to the planes of the walls taken over; not less than to the wall's own nearest.
    to_planes = received.offset - np.sum(received.normal * cut.open_centroid, axis=0)
    distance = np.where(touched, (own * cut.wall_distance + np.maximum(to_planes, 0.0)) * per_area, cut.wall_distance)
    return replace(
        cut,
        volume_fraction=fraction,
        aperture_x=apertures[0],
        aperture_y=apertures[1],
        aperture_z=apertures[2],
        wall_area=area,
        wall_vector=vector,
        wall_normal=np.where(small, 0.0, normal),
        wall_centroid=centroid,
        wall_distance=np.where(small, 0.0, distance),
    )


def _closed_around(small: np.ndarray, aperture: np.ndarray, axis: int) -> np.ndarray:
    first, last = np.zeros_like(small.take([0], axis)), np.zeros_like(small.take([-1], axis))
    touches = np.concatenate([first, small], axis) | np.concatenate([small, last], axis)
    return np.where(touches, 0.0, aperture)


class Walls(NamedTuple):
    """Sums over the walls that cells receive: area (m2), area x centroid (3, ...), area x normal (3, ...), and area x
    (normal . centroid), which is the offset of their planes from the origin."""

    area: np.ndarray
    moment: np.ndarray
    normal: np.ndarray
    offset: np.ndarray


def _handed_over(cut: CutCells, small: np.ndarray, staying: np.ndarray) -> Walls:
    """The walls of the small cells, as the staying cells receive them.

    A small cell shares its wall among the neighbours away from the wall; small ones pass on what they receive.
    """
    source, target, area, away = _links(cut, small)
    flat_staying = staying.reshape(-1)
    # Neighbours across the wall that stay count where there are no others; without these, small ones count.
    weight = area * np.maximum(away, np.where(flat_staying[target], SIDEWAYS, 0.0))
    stuck = np.bincount(source, weight, small.size) == 0
    weight = np.where(stuck[source], area, weight)
    whole = np.bincount(source, weight, small.size)
    share = weight / np.where(whole > 0, whole, 1.0)[source]

    area = np.where(small, cut.wall_area, 0.0).reshape(-1)
    centroid, normal = cut.wall_centroid.reshape(3, -1), cut.wall_normal.reshape(3, -1)
    offset = np.sum(centroid * normal, axis=0)
    carried = np.concatenate([area[None], area * centroid, area * normal, [area * offset]])
    received = np.zeros_like(carried)
    for _ in range(LONGEST_CHAIN):
        moved = np.stack([np.bincount(target, share * row[source], small.size) for row in carried])
        received += np.where(flat_staying, moved, 0.0)
        carried = np.where(flat_staying, 0.0, moved)
        if not carried[0].any():
            break
    fields = received.reshape(-1, *small.shape)
    return Walls(fields[0], fields[1:4], fields[4:7], fields[7])


def _links(cut: CutCells, small: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Open faces of the small cells: flat index of the cell and of its neighbour, open area (m2), and cosine between
    the direction to the neighbour and the direction away from the wall."""
    number = np.arange(small.size).reshape(small.shape)
    found: tuple[list[np.ndarray], ...] = ([], [], [], [])
    for axis, aperture in enumerate(cut.apertures):
        below = tuple(slice(None, -1) if a == axis else slice(None) for a in range(3))
        above = tuple(slice(1, None) if a == axis else slice(None) for a in range(3))
        inner = tuple(slice(1, -1) if a == axis else slice(None) for a in range(3))
        area = (aperture * cut.grid.face_area(axis))[inner]
        for here, there, sign in ((below, above, 1), (above, below, -1)):
            at = small[here] & (area > 0)
            away = -sign * cut.wall_normal[axis][here][at]
            for values, new in zip(found, (number[here][at], number[there][at], area[at], away), strict=True):
                values.append(new)
    source, target, areas, cosine = (np.concatenate(values) for values in found)
    return source, target, areas, cosine
