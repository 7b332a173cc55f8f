"""A case whose objects stand elsewhere: positions, sizes, depths and corners of openings from moved extents."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from jamsu.cases.schema.case import Case, Cooler, Opening, Rack
from jamsu.cases.schema.extents import Extent, axis_of, coil_front

Extents = Mapping[str, Extent]


def moved_case(case: Case, given: Extents, placed: Extents) -> Case:
    """The case with each object moved by what its extent moved, by path ("racks.R1", "coolers.U.outlet").

    Extents may be cut off at the grid's bounds: what lies beyond stays.
    """
    changes: dict[str, Any] = {}
    for kind in ("fans", "panels", "blocks"):
        things = getattr(case, kind)
        changes[kind] = {n: _box(thing, f"{kind}.{n}", given, placed) for n, thing in things.items()}
    changes["racks"] = {n: _rack(rack, f"racks.{n}", given, placed) for n, rack in case.racks.items()}
    changes["coolers"] = {n: _cooler(unit, f"coolers.{n}", given, placed) for n, unit in case.coolers.items()}
    changes["coils"] = {}
    for name, coil in case.coils.items():
        path = f"coils.{name}"
        if coil.rack is None:
            changes["coils"][name] = _box(coil, path, given, placed)
        else:  # a door begins where its rack ends
            axis = axis_of(coil_front(coil, case.racks))
            depth = placed[path].upper[axis] - placed[path].lower[axis]
            kept = given[path] == placed[path]
            changes["coils"][name] = coil if kept else coil.model_copy(update={"depth": depth})
    return case.model_copy(update=changes)


def _box(thing: Any, path: str, given: Extents, placed: Extents) -> Any:
    """A thing with a position and a size, moved."""
    before, after = given[path], placed[path]
    if before == after:
        return thing
    low = [after.lower[a] - before.lower[a] for a in range(3)]
    high = [after.upper[a] - before.upper[a] for a in range(3)]
    position = tuple(thing.position[a] + low[a] for a in range(3))
    size = tuple(thing.size[a] + high[a] - low[a] if thing.size[a] > 0 else 0.0 for a in range(3))
    return thing.model_copy(update={"position": position, "size": size})


def _rack(rack: Rack, path: str, given: Extents, placed: Extents) -> Rack:
    """A rack moved, its plenums ending where its servers' box was placed."""
    moved: Rack = _box(rack, path, given, placed)
    servers = placed.get(f"{path}.servers")
    if servers is None:
        return moved
    axis = axis_of(rack.front)
    low, high = servers.lower[axis] - placed[path].lower[axis], placed[path].upper[axis] - servers.upper[axis]
    front, rear = (low, high) if rack.front[0] == "-" else (high, low)
    depths = {"front_plenum": front if rack.front_plenum else None, "rear_plenum": rear if rack.rear_plenum else None}
    return moved.model_copy(update=depths)


def _cooler(unit: Cooler, path: str, given: Extents, placed: Extents) -> Cooler:
    openings: dict[str, Opening] = {}
    for which, opening in unit.openings.items():
        across = [a for a in range(3) if a != axis_of(opening.face)]
        extent = placed[f"{path}.{which}"]
        corners = {"lower": tuple(extent.lower[a] for a in across), "upper": tuple(extent.upper[a] for a in across)}
        openings[which] = opening.model_copy(update=corners)
    moved: Cooler = _box(unit, path, given, placed)
    intake = openings.pop("intake")
    # Each outlet keeps its share of the flow, which by default is that of its area as given.
    shares = unit.outlet_shares
    outlets = [o.model_copy(update={"flow_share": s}) for o, s in zip(openings.values(), shares, strict=True)]
    if len(outlets) == 1:
        outlets = list(openings.values())
    return moved.model_copy(update={"intake": intake, "outlet": outlets[0], "more_outlets": tuple(outlets[1:])})
