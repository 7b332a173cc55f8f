"""What stands in the vessel, and the vessel, as faces that ParaView draws beside the fields: points and polygons."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

SIDES = 48  # of a round hull
CORNERS = np.array([[0, 0, 0], [1, 0, 0], [0, 1, 0], [1, 1, 0], [0, 0, 1], [1, 0, 1], [0, 1, 1], [1, 1, 1]])
FACES = ((0, 1, 3, 2), (4, 5, 7, 6), (0, 1, 5, 4), (2, 3, 7, 6), (0, 2, 6, 4), (1, 3, 7, 5))  # of a box


@dataclass(frozen=True)
class Shape:
    """Points (n, 3) in metres, polygons as indices of their corners, and data by cell.

    The first `vertices` points are cells too; in `data` they come before the polygons.
    """

    points: np.ndarray
    polygons: Sequence[Sequence[int]]
    data: Mapping[str, np.ndarray] = field(default_factory=dict)
    vertices: int = 0

    @property
    def cells(self) -> int:
        """The number of cells."""
        return self.vertices + len(self.polygons)


def boxes(lower: np.ndarray, upper: np.ndarray, data: Mapping[str, np.ndarray]) -> Shape:
    """Boxes between corners (n, 3); `data` (n,) is that of each box, on all its six faces."""
    points = (lower[:, None] + CORNERS * (upper - lower)[:, None]).reshape(-1, 3)
    cells = [[8 * box + corner for corner in face] for box in range(len(lower)) for face in FACES]
    return Shape(points, cells, {name: np.repeat(values, len(FACES)) for name, values in data.items()})


def racks(lower: np.ndarray, upper: np.ndarray, data: Mapping[str, np.ndarray]) -> Shape:
    """Racks between corners (rack, 3) as a box for each height unit; `data` is (rack, unit), from the bottom.

    Each face has the number of its `rack` and of its `unit`, both from 1. Units that a rack lacks (without `power`)
    are left out.
    """
    there = np.isfinite(data["power"])
    counts = there.sum(axis=1)
    rack, unit = np.nonzero(there)
    step = (upper - lower)[rack, 2] / counts[rack]
    below, above = lower[rack].copy(), upper[rack].copy()
    below[:, 2] = lower[rack, 2] + unit * step
    above[:, 2] = below[:, 2] + step
    held = {name: values[rack, unit] for name, values in data.items()}
    return boxes(below, above, {"rack": rack + 1.0, "unit": unit + 1.0, **held})


def hull(position: np.ndarray, data: Mapping[str, np.ndarray], attributes: Mapping[str, Any]) -> Shape:
    """The patches of the hull as points (n, 3) with their data, and the vessel's surface, which has none (NaN).

    `attributes` are those of `/hull`; of an STL vessel they say no shape, and there are the patches alone.
    """
    count, surface = len(position), vessel(attributes)
    if surface is None:
        return Shape(position, [], data, count)
    polygons = [[count + corner for corner in polygon] for polygon in surface.polygons]
    filled = {name: np.append(values, np.full(len(polygons), np.nan)) for name, values in data.items()}
    return Shape(np.concatenate([position, surface.points]), polygons, filled, count)


def vessel(attributes: Mapping[str, Any]) -> Shape | None:
    """The vessel's surface from the attributes of `/hull`; None of an STL vessel, whose shape they do not say."""
    kind = attributes.get("shape")
    if kind == "box":
        return boxes(np.zeros((1, 3)), np.asarray(attributes["size"], float)[None], {})
    if kind == "cylinder":
        return _cylinder("xyz".index(attributes["axis"]), attributes["diameter"] / 2, attributes["length"])
    return _sphere(attributes["diameter"] / 2) if kind == "sphere" else None


def _circle(count: int) -> tuple[np.ndarray, np.ndarray]:
    angle = 2 * np.pi * np.arange(count) / count
    return np.cos(angle), np.sin(angle)


def _cylinder(axis: int, radius: float, length: float) -> Shape:
    """From 0 to `length` along its axis."""
    across, up = (radius * part for part in _circle(SIDES))
    ends = [np.stack([np.full(SIDES, place), across, up], axis=1) for place in (0.0, length)]
    points = np.roll(np.concatenate(ends), axis, axis=1)
    around = [[i, (i + 1) % SIDES, SIDES + (i + 1) % SIDES, SIDES + i] for i in range(SIDES)]
    return Shape(points, [*around, list(range(SIDES)), list(range(SIDES, 2 * SIDES))])


def _sphere(radius: float) -> Shape:
    """About the origin."""
    rings = SIDES // 2
    across, along = _circle(SIDES)
    polar = np.pi * np.arange(rings + 1) / rings
    points = np.stack(
        [np.outer(np.sin(polar), across), np.outer(np.sin(polar), along), np.outer(np.cos(polar), np.ones(SIDES))],
        axis=-1,
    )
    cells = [
        [SIDES * ring + i, SIDES * ring + (i + 1) % SIDES, SIDES * (ring + 1) + (i + 1) % SIDES, SIDES * (ring + 1) + i]
        for ring in range(rings)
        for i in range(SIDES)
    ]
    return Shape(radius * points.reshape(-1, 3), cells)
