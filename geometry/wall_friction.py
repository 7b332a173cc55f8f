"""What walls do to the velocity of each face: wall area over distance, and how far the velocity lies from the wall."""

from __future__ import annotations

import numpy as np

from jamsu.geometry.cutcells import CutCells
from jamsu.geometry.domain import Domain, broadcast

NEAREST_WALL = 0.05  # share of the narrowest cell: a velocity counts as no nearer to its wall than this


def wall_friction(domain: Domain) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """Friction and shift of the velocity of each face, by axis.

    Returns:
      friction: sum over the walls of the face's control volume of area / distance, m.
      shift: how much farther from its wall than the face's centre the velocity lies, over its distance.

    Cut walls (the vessel) count with true area and distance, closed faces (panels, blocks, machines) half a cell away.
    The control volume of a face takes half of each of its two cells; a closed face slows only the velocities
    along it.
    """
    closed = _closed_friction(domain)
    friction, shift = [], []
    for axis in range(3):
        along = _inner_mean(np.sum([closed[b] for b in range(3) if b != axis], axis=0), axis)
        cut, share = _cut_friction(domain, axis)
        friction.append(_pad_faces(along + cut, axis))
        shift.append(_pad_faces(share, axis))
    return friction, shift


def _closed_friction(domain: Domain) -> list[np.ndarray]:
    """Area / distance of the closed faces of machines, blocks and panels, by axis, per cell, m."""
    closed = []
    for axis in range(3):
        shut = domain.passable[axis] - domain.area[axis]
        n = shut.shape[axis]
        both = np.take(shut, range(n - 1), axis) + np.take(shut, range(1, n), axis)
        closed.append(both / (0.5 * broadcast(domain.grid.widths(axis), axis)))
    return closed


def _cut_friction(domain: Domain, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """Area / distance (m) of the vessel's wall, and shift over distance, on the inner faces of an axis.

    The wall of both cells is taken for a plane, d(x) = y - n . (x - o), with y the distance of the open centroid o. The
    face's velocity lies at the centre of its open part. Where the next face of the same axis is closed (its control
    volume has no velocity), that control volume's wall counts here: the velocity extends through it along the same
    plane, to u d / y at the closed face's centre, instead of 0.
    """
    grid, cut = domain.grid, domain.cut
    narrowest = min(float(np.min(grid.widths(a))) for a in range(3))
    wall = 0.5 * _both(cut.wall_area, axis)
    area = wall.sum(0)
    share = wall / np.where(area > 0, area, 1.0)
    opened = _both(cut.volume_fraction > 0, axis)
    weight = opened / np.maximum(opened.sum(0), 1)

    def at(point: list[np.ndarray]) -> np.ndarray:
        """Distance from the wall, by the planes of both cells, m."""
        found = np.zeros(area.shape)
        for side in (0, 1):
            distance = _both(cut.wall_distance, axis)[side].copy()
            for a in range(3):
                normal, centroid = _both(cut.wall_normal[a], axis)[side], _both(cut.open_centroid[a], axis)[side]
                distance -= normal * (point[a] - centroid)
            found += share[side] * distance
        return found

    middle = [broadcast(grid.edges(a)[1:-1] if a == axis else grid.centres(a), a) for a in range(3)]
    place = [middle[a] if a == axis else np.sum(weight * _both(cut.open_centroid[a], axis), 0) for a in range(3)]
    distance = np.maximum(at(place), NEAREST_WALL * narrowest)
    friction = area / distance
    for b in range(3):
        for step in (-1, 1):
            edge, gap = _to_closed(domain, axis, b, step)
            beyond = [m + step * gap if a == b else m for a, m in enumerate(middle)]
            friction -= np.where(area > 0, edge / gap * at(beyond) / distance, 0.0)
    shift = np.where(area > 0, (distance - at(middle)) / distance, 0.0)
    return np.maximum(friction, 0.0), shift


def _to_closed(domain: Domain, axis: int, b: int, step: int) -> tuple[np.ndarray, np.ndarray]:
    """Area and distance to the next face of `axis` in direction `b`, up or down by `step`, on its inner faces.

    Returns:
      area between both control volumes where that next face is closed by the vessel, else 0, m2; distance, m.
    """
    grid, n = domain.grid, domain.grid.shape[b]
    shut = domain.cut.apertures[axis] == 0
    first = 1 if step > 0 else 0
    if b == axis:
        area = np.take(_both(domain.area[axis], axis).mean(0), range(first, first + n - 1), axis)
        beside = np.take(shut, range(2 * first, 2 * first + n - 1), axis)
        gap = grid.widths(axis)[first : first + n - 1]
    else:
        ends = [(1, 1) if a == b else (0, 0) for a in range(3)]
        within = np.take(domain.area[b], range(1, n), b)
        area = np.take(_inner_mean(np.pad(within, ends), axis), range(first, first + n), b)
        inner = np.take(shut, range(1, grid.shape[axis]), axis)
        beside = np.take(np.pad(inner, ends), range(2 * first, 2 * first + n), b)
        gap = grid.spacing(b)[first : first + n]
    return np.where(beside, area, 0.0), broadcast(gap, b)


def _both(cells: np.ndarray, axis: int) -> np.ndarray:
    """Values of the cells below and above the inner faces of an axis: (2, ...)."""
    n = cells.shape[axis]
    return np.stack([np.take(cells, range(n - 1), axis), np.take(cells, range(1, n), axis)])


def _inner_mean(cells: np.ndarray, axis: int) -> np.ndarray:
    return _both(cells, axis).mean(0)


def _pad_faces(inner: np.ndarray, axis: int) -> np.ndarray:
    """Values on the inner faces of an axis, with zeros on its two ends."""
    return np.pad(inner, [(1, 1) if a == axis else (0, 0) for a in range(3)])


def centroid_shift(cut: CutCells) -> np.ndarray:
    """How much farther from its wall a cell's open centroid lies than its centre, over the wall's area, 1/m."""
    grid = cut.grid
    away = sum(cut.wall_normal[a] * (broadcast(grid.centres(a), a) - cut.open_centroid[a]) for a in range(3))
    walled = (cut.wall_area > 0) & (cut.volume_fraction > 0)
    return np.where(walled, away / np.where(walled, cut.wall_area, 1.0), 0.0)
