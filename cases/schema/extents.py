"""Where the objects of a case are: boxes along the axes, in metres, from positions, sizes and rear doors."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from jamsu.cases.schema.case import Case, Coil, Cooler, Opening, Rack

Point = tuple[float, float, float]
TOUCH = 1e-6  # m: objects that reach into each other by less than this touch


class Extent(NamedTuple):
    """A box along the axes between two corners, m. One extent may be 0 (a rectangle)."""

    lower: Point
    upper: Point

    def overlap(self, other: Extent) -> Point:
        """How far the boxes reach into each other in x, y, z, m; they overlap where all are above 0."""
        return _point(
            min(self.upper[axis], other.upper[axis]) - max(self.lower[axis], other.lower[axis]) for axis in range(3)
        )

    def overlaps(self, other: Extent) -> bool:
        """Whether the boxes share a volume (touching faces do not)."""
        return min(self.overlap(other)) > TOUCH


def axis_of(direction: str) -> int:
    """0, 1 or 2 for a direction such as "-y"."""
    return "xyz".index(direction[1])


def opposite(direction: str) -> str:
    """The direction that faces `direction`."""
    return ("+" if direction[0] == "-" else "-") + direction[1]


def placed(position: Point, size: Point) -> Extent:
    """The box of an object from its lower corner and its extents."""
    return Extent(position, _point(start + length for start, length in zip(position, size, strict=True)))


def slab(extent: Extent, side: str, depth: float) -> Extent:
    """The box of thickness `depth` that lies outside `extent` against its face `side`."""
    axis = axis_of(side)
    lower, upper = list(extent.lower), list(extent.upper)
    if side[0] == "+":
        lower[axis], upper[axis] = extent.upper[axis], extent.upper[axis] + depth
    else:
        lower[axis], upper[axis] = extent.lower[axis] - depth, extent.lower[axis]
    return Extent(_point(lower), _point(upper))


def rack_extent(rack: Rack) -> Extent:
    """The box of a rack, without its rear door."""
    return placed(rack.position, rack.size)


def server_extent(rack: Rack) -> Extent:
    """The box of a rack's servers: of the rack without its plenums."""
    axis = axis_of(rack.front)
    lower, upper = list(rack.position), list(rack_extent(rack).upper)
    front, rear = rack.front_plenum or 0.0, rack.rear_plenum or 0.0
    low, high = (front, rear) if rack.front[0] == "-" else (rear, front)
    lower[axis], upper[axis] = lower[axis] + low, upper[axis] - high
    return Extent(_point(lower), _point(upper))


def coil_extent(coil: Coil, racks: dict[str, Rack]) -> Extent:
    """The box of a coil: its own, or behind its rack. Raises KeyError when its rack is not in `racks`."""
    if coil.rack is not None and coil.depth is not None:
        rack = racks[coil.rack]
        return slab(rack_extent(rack), opposite(rack.front), coil.depth)
    if coil.position is None or coil.size is None:
        raise ValueError("a coil without rack, depth, position and size has no place")
    return placed(coil.position, coil.size)


def coil_front(coil: Coil, racks: dict[str, Rack]) -> str:
    """The side at which gas enters a coil: of a rear door, the side towards its rack."""
    if coil.front is not None:
        return coil.front
    if coil.rack is None:
        raise ValueError("a coil without rack and front has no direction")
    return racks[coil.rack].front


def opening_extent(cooler: Cooler, opening: Opening) -> Extent:
    """The flat rectangle of a cooling unit's outlet or intake, on the face of the unit's box."""
    box = placed(cooler.position, cooler.size)
    axis = axis_of(opening.face)
    face = (box.upper if opening.face[0] == "+" else box.lower)[axis]
    lower, upper = list(opening.lower), list(opening.upper)
    lower.insert(axis, face)
    upper.insert(axis, face)
    return Extent(_point(lower), _point(upper))


def solid_extents(case: Case) -> dict[str, Extent]:
    """Boxes of all that takes up volume, by path ("racks.R01"): racks, coils, cooling units, blocks."""
    boxes = {f"racks.{name}": rack_extent(rack) for name, rack in case.racks.items()}
    boxes |= {f"coils.{name}": coil_extent(coil, case.racks) for name, coil in case.coils.items()}
    boxes |= {f"coolers.{name}": placed(unit.position, unit.size) for name, unit in case.coolers.items()}
    boxes |= {f"blocks.{name}": placed(block.position, block.size) for name, block in case.blocks.items()}
    return boxes


def flat_extents(case: Case) -> dict[str, Extent]:
    """Rectangles of fans and panels, by path ("panels.floor")."""
    boxes = {f"fans.{name}": placed(fan.position, fan.size) for name, fan in case.fans.items()}
    boxes |= {f"panels.{name}": placed(panel.position, panel.size) for name, panel in case.panels.items()}
    return boxes


def _point(values: Iterable[float]) -> Point:
    x, y, z = values
    return (float(x), float(y), float(z))
