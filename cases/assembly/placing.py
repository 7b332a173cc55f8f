"""Where the objects of a case stand on a grid: faces too close for a cell between them are moved onto one plane.

A plane of the grid lies on every face of every object. Where two planes lie nearer than a share of the local cell width
(`solver.merge_faces`), the face with the smaller area moves onto the other's plane, and with it everything that
touches it there. What changes is told (`Placement`): nothing is moved silently.

Faces stay where they are, with narrow cells between them, where a box or an opening would lose its extent, where gas
passes through one of two faces that would close a gap, and where an object would come to reach through the hull. A gap
between other faces is closed. Powers and flows of all objects stay as they are given.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from typing import NamedTuple

import numpy as np

from jamsu.cases.assembly.faces import (
    FLAT,
    HIGH,
    HULL,
    LOW,
    Face,
    Gap,
    faces_along,
    gaps_in,
    gas_axis,
    weight,
    with_face,
)
from jamsu.cases.assembly.grid import case_extents, local_width
from jamsu.cases.assembly.moved_case import moved_case
from jamsu.cases.reading.layout import reach, vessel_shape
from jamsu.cases.schema.case import BoxVessel, Case
from jamsu.cases.schema.extents import TOUCH, Extent
from jamsu.geometry.grading import SAME_PLANE
from jamsu.geometry.merging import Members, merge_planes
from jamsu.geometry.shapes import Shape


class Move(NamedTuple):
    """A face that was moved, from `given` to `placed` (m) along `axis`; `side` is "low", "high" or "flat"."""

    path: str
    axis: int
    side: str
    given: float
    placed: float


@dataclass(frozen=True)
class Placement:
    """Where things stand on one grid.

    Attributes:
      case: the case with every object where the grid has it.
      moves: all faces that were moved.
      closed: gaps that were closed.
      narrow: gaps and thin objects that are kept, with narrow cells in them.
      areas: area of each moved object by path, given and placed, m2: of openings, fans and panels their own, of racks
        and coils the one that gas passes, else the whole surface.
    """

    case: Case
    moves: tuple[Move, ...] = ()
    closed: tuple[Gap, ...] = ()
    narrow: tuple[Gap, ...] = ()
    areas: dict[str, tuple[float, float]] = field(default_factory=dict)


def place(case: Case, coarseness: float) -> Placement:
    """The objects of a case on the grid of a coarseness (cell width in units of the case's resolution)."""
    lower, upper = (np.asarray(end, float) for end in vessel_shape(case).bounds())
    given = case_extents(case, (lower, upper))
    placed = dict(given)
    closed: list[Gap] = []
    narrow: list[Gap] = []
    for axis in range(3):
        planes, faces = faces_along(case, placed, axis, float(lower[axis]), float(upper[axis]))
        line = _Line(case, axis, planes, faces, placed, coarseness)
        found = line.merged()
        closed += line.closed(found)
        narrow += line.narrow(found)
        for face in (f for f in faces if f.path != HULL):
            placed[face.path] = with_face(placed[face.path], axis, face.side, float(found[face.plane]))
    moves = tuple(_moves(given, placed))
    areas = {path: (_passed(case, path, given[path]), _passed(case, path, placed[path])) for path, *_ in moves}
    return Placement(moved_case(case, given, placed) if moves else case, moves, tuple(closed), tuple(narrow), areas)


class _Line:
    """The planes and faces along one axis, and which of them may become one."""

    def __init__(
        self,
        case: Case,
        axis: int,
        planes: list[float],
        faces: list[Face],
        extents: dict[str, Extent],
        coarseness: float,
    ) -> None:
        self.axis, self.planes, self.faces, self.extents = axis, planes, faces, dict(extents)
        self.shape = None if isinstance(case.vessel, BoxVessel) else vessel_shape(case)
        bounds = (np.asarray(end, float) for end in vessel_shape(case).bounds())
        self.width = local_width(case, coarseness, self.extents, (next(bounds), next(bounds)), axis)
        self.share = case.solver.merge_faces

    def nearest(self, position: float) -> float:
        """Distance below which two planes are one, m."""
        return self.share * self.width(position)

    def merged(self) -> np.ndarray:
        """New positions of the planes, m."""
        count = len(self.planes)
        weights = [sum(weight(f, self.axis) for f in self.faces if f.plane == i) for i in range(count)]
        ends = [i in (0, count - 1) for i in range(count)]
        return merge_planes(self.planes, weights, ends, self.nearest, self.allowed)

    def allowed(self, members: Members, position: float) -> bool:
        """Whether planes may share a position: nothing vanishes that must not, nothing reaches through a hull."""
        if any(gap.thin or gap.gas for gap in self._gaps(members)):
            return False
        moved = [f for f in self.faces if f.plane in members and abs(self.planes[f.plane] - position) > SAME_PLANE]
        return self.shape is None or all(self._stays_inside(self.shape, face, position) for face in moved)

    def closed(self, found: np.ndarray) -> list[Gap]:
        """The gaps between planes that became one."""
        groups = [tuple(np.flatnonzero(found == place).tolist()) for place in dict.fromkeys(found.tolist())]
        return [gap for members in groups if len(members) > 1 for gap in self._gaps(members)]

    def narrow(self, found: np.ndarray) -> list[Gap]:
        """What keeps planes apart that lie too close for a cell; the first objects on them where no gap does."""
        kept: list[Gap] = []
        for low, high in pairwise(dict.fromkeys(found.tolist())):
            if high - low >= self.nearest(0.5 * (low + high)) * (1 - 1e-9):
                continue
            members = tuple(np.flatnonzero((found == low) | (found == high)).tolist())
            why = [gap for gap in self._gaps(members) if gap.thin or gap.gas]
            here, there = ([f.path for f in self.faces if found[f.plane] == p and f.path != HULL] for p in (low, high))
            kept += why or [Gap((here or [HULL])[0], (there or [HULL])[0], self.axis, high - low, False)]
        return kept

    def _gaps(self, members: Members) -> Iterator[Gap]:
        return gaps_in(members, self.axis, self.planes, self.faces)

    def _stays_inside(self, shape: Shape, face: Face, position: float) -> bool:
        """Whether a box whose face moves reaches no further beyond the vessel than it did; a panel may."""
        if face.path.startswith("panels."):
            return True
        extent = self.extents[face.path]
        moved = with_face(extent, self.axis, face.side, position)
        return reach(shape, moved) <= max(reach(shape, extent), TOUCH)


def _moves(given: dict[str, Extent], placed: dict[str, Extent]) -> Iterator[Move]:
    for path, before in given.items():
        after = placed[path]
        for axis in range(3):
            flat = before.upper[axis] - before.lower[axis] <= SAME_PLANE
            ends = ((LOW, before.lower, after.lower), (HIGH, before.upper, after.upper))
            for side, old, new in ends[:1] if flat else ends:
                if abs(new[axis] - old[axis]) > SAME_PLANE:
                    yield Move(path, axis, FLAT if flat else side, old[axis], new[axis])


def _passed(case: Case, path: str, extent: Extent) -> float:
    """The area of an object that its flow or its heat passes, m2, see `Placement.areas`."""
    a, b, c = (high - low for low, high in zip(extent.lower, extent.upper, strict=True))
    sides = (b * c, c * a, a * b)
    flat = [axis for axis, length in enumerate((a, b, c)) if length <= SAME_PLANE]
    through = flat[0] if flat else gas_axis(case, path)
    return 2 * sum(sides) if through is None else sides[through]
