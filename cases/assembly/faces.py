"""The faces of a case's objects along one axis, the planes they lie on, and the gaps between them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from jamsu.cases.schema.case import Case
from jamsu.cases.schema.extents import TOUCH, Extent, axis_of, coil_front
from jamsu.geometry.grading import SAME_PLANE
from jamsu.geometry.merging import Members

HULL = "the hull"
LOW, FLAT, HIGH = "low", "flat", "high"
EDGE = 1e-6  # m: an edge of a rectangle weighs as much as a face of this depth


class Gap(NamedTuple):
    """Two faces along `axis` with less than a narrow cell between them, `width` in m.

    `first` and `second` are the same for the two faces of one thin object. `gas` says whether gas passes through one.
    """

    first: str
    second: str
    axis: int
    width: float
    gas: bool

    @property
    def thin(self) -> bool:
        """Whether it is the inside of one object."""
        return self.first == self.second


class Face(NamedTuple):
    """A side of an object along one axis; `solid` where it bounds a gap, `gas` where gas passes through it."""

    path: str
    side: str
    plane: int
    extent: Extent
    solid: bool
    gas: bool


def faces_along(
    case: Case, extents: dict[str, Extent], axis: int, lower: float, upper: float
) -> tuple[list[float], list[Face]]:
    """The distinct planes along an axis, rising, and the faces on them, walls of the vessel included."""
    planes = [lower]
    for value in sorted([*(v for e in extents.values() for v in (e.lower[axis], e.upper[axis])), upper]):
        if value - planes[-1] > SAME_PLANE:
            planes.append(value)
    everywhere = Extent((-np.inf,) * 3, (np.inf,) * 3)
    faces = [
        Face(HULL, HIGH, 0, everywhere, True, False),
        Face(HULL, LOW, len(planes) - 1, everywhere, True, False),
    ]
    for path, extent in extents.items():
        through = gas_axis(case, path)
        opening = path.count(".") == 2
        ends = [int(np.argmin(np.abs(np.subtract(planes, v)))) for v in (extent.lower[axis], extent.upper[axis])]
        if ends[0] == ends[1]:
            faces.append(Face(path, FLAT, ends[0], extent, True, through == axis))
            continue
        for side, plane in zip((LOW, HIGH), ends, strict=True):
            # The edges of an opening bound no gap: the unit's own face goes on beyond them.
            faces.append(Face(path, side, plane, extent, not opening, through == axis and not opening))
    return planes, faces


def gas_axis(case: Case, path: str) -> int | None:
    """The axis along which gas passes through an object; None where none does."""
    kind, name, *opening = path.split(".")
    if kind == "racks":
        return axis_of(case.racks[name].front)
    if kind == "coils":
        return axis_of(coil_front(case.coils[name], case.racks))
    if kind == "fans":
        return axis_of(case.fans[name].direction)
    if kind == "coolers" and opening:
        return axis_of(case.coolers[name].openings[opening[0]].face)
    if kind == "panels" and case.panels[name].open_fraction > 0:
        return case.panels[name].axis
    return None


def gaps_in(members: Members, axis: int, planes: list[float], faces: list[Face]) -> Iterator[Gap]:
    """What would vanish if the planes `members` became one: the inside of thin objects, gaps between faces."""
    held = [f for f in faces if f.plane in members]
    begins = [f for f in held if f.side in (HIGH, FLAT)]
    ends = [f for f in held if f.side in (LOW, FLAT)]
    for low in (f for f in held if f.side == LOW):
        for high in (f for f in held if f.side == HIGH and f.path == low.path != HULL):
            yield Gap(low.path, low.path, axis, planes[high.plane] - planes[low.plane], False)
    for first in begins:
        for second in ends:
            apart = second.plane > first.plane and first.path != second.path and first.solid and second.solid
            if apart and _face_each_other(first.extent, second.extent, axis):
                width = planes[second.plane] - planes[first.plane]
                yield Gap(first.path, second.path, axis, width, first.gas or second.gas)


def _face_each_other(a: Extent, b: Extent, axis: int) -> bool:
    """Whether two boxes lie side by side along an axis; a rectangle has no depth of its own."""
    for other in (o for o in range(3) if o != axis):
        shared = min(a.upper[other], b.upper[other]) - max(a.lower[other], b.lower[other])
        flat = min(a.upper[other] - a.lower[other], b.upper[other] - b.lower[other]) <= SAME_PLANE
        if shared < -TOUCH or (shared <= TOUCH and not flat):
            return False
    return True


def with_face(extent: Extent, axis: int, side: str, position: float) -> Extent:
    lower, upper = list(extent.lower), list(extent.upper)
    if side in (LOW, FLAT):
        lower[axis] = position
    if side in (HIGH, FLAT):
        upper[axis] = position
    return Extent((lower[0], lower[1], lower[2]), (upper[0], upper[1], upper[2]))


def weight(face: Face, axis: int) -> float:
    """What it costs to move a face: its area, m2. An edge of a rectangle counts a little, as does an opening.

    An opening lies on its unit's face, which counts already.
    """
    if face.path == HULL:
        return np.inf
    a, b = (max(face.extent.upper[o] - face.extent.lower[o], EDGE) for o in range(3) if o != axis)
    return a * b if face.path.count(".") == 1 else EDGE * a * b
