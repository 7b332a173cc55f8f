"""Adaptive integration of the open part and the wall of boxes, and of the open part of their faces.

A box is sampled on 3 x 3 x 3 nodes. Where the interpolation of a leaf between the corners already meets the
other nodes the surface is flat and one division into tetrahedra is exact; where it nearly does, the eight
sub-boxes are divided; where it fails (a wall of small radius, an edge inside one leaf, as in an STL) the
box is split in eight and each part is tested again. Faces are treated in the same way in two dimensions.
The error of a smooth wall is of second order in the cell width.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product
from typing import NamedTuple

import numpy as np

from jamsu.geometry.clipping import clip_boxes, clip_rectangles
from jamsu.geometry.marching import BOX_CORNERS, cut_boxes, cut_rectangles
from jamsu.geometry.regions import Region, regions
from jamsu.geometry.shapes import Shape

# Relative to the width of the box: a surface that strays less from its interpolation is flat.
FLAT = 1e-9


@dataclass(frozen=True)
class Refinement:
    """When the splitting stops.

    - snap: distance taken as zero, m.
    - tolerance: misfit allowed over the width of the box; a wall of radius R has about width / (8 R) for each
      direction in which it curves.
    - levels: number of splits at most.
    """

    snap: float
    tolerance: float
    levels: int


class Integrals(NamedTuple):
    """Open volume (or open area, of faces) and wall area (n,), and their moments about the origin (n, 3)."""

    measure: np.ndarray
    moment: np.ndarray
    area: np.ndarray
    area_moment: np.ndarray

    @classmethod
    def zeros(cls, count: int) -> Integrals:
        return cls(np.zeros(count), np.zeros((count, 3)), np.zeros(count), np.zeros((count, 3)))

    def add(self, owner: np.ndarray, part: Integrals) -> None:
        """Adds the rows of `part` to the rows `owner`."""
        for target, values in zip(self, part, strict=True):
            for column, added in zip(np.atleast_2d(target.T), np.atleast_2d(values.T), strict=True):
                np.add.at(column, owner, added)


class _Stencil:
    """Nodes, corners and halves of a box (axis None) or of a face normal to `axis`, in units of its size."""

    def __init__(self, axis: int | None) -> None:
        self.axis = axis
        self.spans = np.array([a for a in range(3) if a != axis])
        self.nodes = self._points((0.0, 0.5, 1.0))
        corner_points = self._points((0.0, 1.0))
        self.corners = np.flatnonzero(np.all(self.nodes != 0.5, axis=1))
        weights = np.where(corner_points[None] == 1.0, self.nodes[:, None], 1.0 - self.nodes[:, None])
        self.interpolation = np.prod(weights[..., self.spans], axis=-1)
        self.offsets = corner_points
        steps = 3 ** np.arange(len(self.spans))[::-1]
        self.children = ((corner_points[:, None] + corner_points[None])[..., self.spans] @ steps).astype(int)

    def _points(self, values: tuple[float, ...]) -> np.ndarray:
        return np.array(list(product(*((0.0,) if a == self.axis else values for a in range(3)))))

    def measure(self, size: np.ndarray) -> np.ndarray:
        return np.prod(size[:, self.spans], axis=1)

    def misfit(self, samples: np.ndarray) -> np.ndarray:
        """Largest difference (m) of the samples (n, nodes, leaves) from the interpolation of the corners."""
        fitted = np.einsum("nc,bcl->bnl", self.interpolation, samples[:, self.corners])
        return np.abs(samples - fitted).max(axis=(1, 2))


_STENCILS = {axis: _Stencil(axis) for axis in (None, 0, 1, 2)}


def _box_faces(points: np.ndarray) -> list[tuple[int, float, np.ndarray]]:
    return [(axis, side, np.flatnonzero(points[:, axis] == side)) for axis in range(3) for side in (0.0, 1.0)]


# The points on each of the box's six faces, by the number of points in the box.
_BOX_FACES = {27: _box_faces(_STENCILS[None].nodes), 8: _box_faces(BOX_CORNERS)}


def integrate(
    shape: Shape,
    lower: np.ndarray,
    size: np.ndarray,
    refinement: Refinement,
    axis: int | None = None,
    level: int = 0,
) -> Integrals:
    """Open part and wall of the boxes at `lower (n, 3)` of `size (n, 3)` (m).

    With `axis` the boxes are faces normal to it, without extent along it, and have no wall. A face whose
    nodes all lie on the wall is closed, and is wall of the box inside of it.
    """
    stencil = _STENCILS[axis]
    total = Integrals.zeros(len(lower))
    for region in regions(shape, lower, size):
        at = region.index
        if region.leaves:
            at = _integrate_region(total, stencil, region, lower, size, refinement, level)
            if len(at):
                parts = len(stencil.offsets)
                half = 0.5 * size[at]
                sub_lower = (lower[at][:, None] + half[:, None] * stencil.offsets).reshape(-1, 3)
                sub = integrate(shape, sub_lower, np.repeat(half, parts, axis=0), refinement, axis, level + 1)
                total.add(np.repeat(at, parts), sub)
        elif region.table[0]:
            _add_open(total, stencil, at, lower[at], size[at])
    return total


def _integrate_region(
    total: Integrals,
    stencil: _Stencil,
    region: Region,
    lower: np.ndarray,
    size: np.ndarray,
    refinement: Refinement,
    level: int,
) -> np.ndarray:
    """Adds the boxes of `region` that need no split; returns the indices of the others."""
    owner = region.index
    lower, size = lower[owner], size[owner]
    points = lower[:, None] + stencil.nodes * size[:, None]
    samples = np.stack([leaf(points) for leaf in region.leaves], axis=-1)
    samples[np.abs(samples) <= refinement.snap] = 0.0
    if len(region.leaves) == 1:
        _add_whole(total, stencil, owner, lower, size, samples[..., 0])
        kept = (samples.min(axis=(1, 2)) < 0) & (samples.max(axis=(1, 2)) > 0)
        owner, lower, size, samples = owner[kept], lower[kept], size[kept], samples[kept]
    misfit, width = stencil.misfit(samples), size.max(axis=1)
    flat = misfit <= FLAT * width + refinement.snap
    deeper = ~flat & (misfit > refinement.tolerance * width)
    if level == refinement.levels:
        deeper[:] = False
    _add_cut(total, stencil, region, owner[flat], lower[flat], size[flat], samples[flat][:, stencil.corners])
    halves = ~flat & ~deeper
    half, parts = 0.5 * size[halves], len(stencil.offsets)
    sub_lower = (lower[halves][:, None] + half[:, None] * stencil.offsets).reshape(-1, 3)
    sub_samples = samples[halves][:, stencil.children].reshape(-1, parts, len(region.leaves))
    sub_owner, sub_size = np.repeat(owner[halves], parts), np.repeat(half, parts, axis=0)
    _add_cut(total, stencil, region, sub_owner, sub_lower, sub_size, sub_samples)
    return owner[deeper]


def _add_open(total: Integrals, stencil: _Stencil, owner: np.ndarray, lower: np.ndarray, size: np.ndarray) -> None:
    measure = stencil.measure(size)
    no_wall = Integrals.zeros(len(owner))
    total.add(owner, no_wall._replace(measure=measure, moment=measure[:, None] * (lower + 0.5 * size)))


def _add_whole(
    total: Integrals,
    stencil: _Stencil,
    owner: np.ndarray,
    lower: np.ndarray,
    size: np.ndarray,
    values: np.ndarray,
) -> None:
    """Adds boxes without a point (n, nodes or corners) outside: they are open, and whole faces on the wall are wall."""
    whole = (values.max(axis=1) <= 0) & (values.min(axis=1) < 0)
    owner, lower, size, values = owner[whole], lower[whole], size[whole], values[whole]
    _add_open(total, stencil, owner, lower, size)
    if stencil.axis is not None:
        return
    for axis, side, nodes in _BOX_FACES[values.shape[1]]:
        wall = np.all(values[:, nodes] == 0, axis=1)
        centre = lower[wall] + 0.5 * size[wall]
        centre[:, axis] = lower[wall, axis] + side * size[wall, axis]
        area = _STENCILS[axis].measure(size[wall])
        no_volume = Integrals.zeros(len(area))
        total.add(owner[wall], no_volume._replace(area=area, area_moment=area[:, None] * centre))


def _add_cut(
    total: Integrals,
    stencil: _Stencil,
    region: Region,
    owner: np.ndarray,
    lower: np.ndarray,
    size: np.ndarray,
    values: np.ndarray,
) -> None:
    """Adds boxes by the distances (n, corners, leaves) at their corners."""
    if len(region.leaves) == 1:
        single = values[..., 0]
        _add_whole(total, stencil, owner, lower, size, single)
        mixed = (single.min(axis=1) < 0) & (single.max(axis=1) > 0)
        owner, lower, size, values = owner[mixed], lower[mixed], size[mixed], values[mixed]
    if len(owner) == 0:
        return
    part = _cut_boxes(region, size, values) if stencil.axis is None else _cut_faces(stencil, region, size, values)
    moment = part.moment + part.measure[:, None] * lower
    total.add(owner, part._replace(moment=moment, area_moment=part.area_moment + part.area[:, None] * lower))


def _cut_boxes(region: Region, size: np.ndarray, values: np.ndarray) -> Integrals:
    if len(region.leaves) == 1:
        return Integrals(*cut_boxes(values[..., 0], size))
    return Integrals(*clip_boxes(values, size, region.table))


def _cut_faces(stencil: _Stencil, region: Region, size: np.ndarray, values: np.ndarray) -> Integrals:
    sides = size[:, stencil.spans]
    if len(region.leaves) == 1:
        area, moment = cut_rectangles(values[..., 0], sides)
    else:
        area, moment = clip_rectangles(values, sides, region.table)
    result = Integrals.zeros(len(area))
    result.moment[:, stencil.spans] = moment
    return result._replace(measure=area)
