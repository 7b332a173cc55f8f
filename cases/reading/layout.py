"""Whether the objects of a case fit in space: inside the vessel, apart from each other, open to the gas.

Each check yields `Problem`s that name the object, its value and the other object; `check_layout` raises the
first.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from jamsu.cases.errors import Problem
from jamsu.cases.reading.stl_vessel import stl_shape
from jamsu.cases.schema.case import BoxVessel, Case, CylinderVessel, SphereVessel, StlVessel
from jamsu.cases.schema.extents import (
    TOUCH,
    Extent,
    axis_of,
    coil_front,
    flat_extents,
    opening_extent,
    opposite,
    placed,
    slab,
    solid_extents,
)
from jamsu.cases.schema.validation import problem_with

if TYPE_CHECKING:
    from jamsu.geometry.shapes import Shape

_GAP = 2e-3  # m: how far before a face there must be gas for it to count as open
_STL_TOLERANCE = 1e-3  # m: the facets of a round surface lie inside it


def check_layout(case: Case) -> None:
    """Raise the first `Problem` of where things stand, for a case that passed `check_circuits`."""
    for problem in _problems(case):
        raise problem


def vessel_shape(case: Case) -> Shape:
    """The inside of the vessel as a signed distance (negative inside). Raises Problem for a bad STL file."""
    from jamsu.geometry.shapes import Box, Cylinder, Sphere

    vessel = case.vessel
    if isinstance(vessel, CylinderVessel):
        end = [0.0, 0.0, 0.0]
        end["xyz".index(vessel.axis)] = vessel.length
        return Cylinder((0.0, 0.0, 0.0), (end[0], end[1], end[2]), vessel.diameter / 2)
    if isinstance(vessel, BoxVessel):
        return Box((0.0, 0.0, 0.0), vessel.size)
    if isinstance(vessel, SphereVessel):
        return Sphere((0.0, 0.0, 0.0), vessel.diameter / 2)
    return stl_shape(vessel)


def _problems(case: Case) -> Iterator[Problem]:
    shape = vessel_shape(case)
    boxes = solid_extents(case)
    yield from _outside_vessel(case, shape, boxes)
    yield from _overlaps(case, boxes)
    yield from _openings(case)
    yield from _blocked(case, shape, boxes)
    yield from _probes(case, shape, boxes)
    yield from _behind_doors(case)


def _outside_vessel(case: Case, shape: Shape, boxes: dict[str, Extent]) -> Iterator[Problem]:
    tolerance = _STL_TOLERANCE if isinstance(case.vessel, StlVessel) else TOUCH
    for path, box in {**boxes, **flat_extents(case)}.items():
        distances = shape(_lattice(box))
        panel = path.startswith("panels.")  # may reach through the hull: only what is inside counts
        beyond = float(distances.min() if panel else distances.max())
        if beyond > tolerance:
            key = f"{path}.{_place_key(case, path)}"
            where = f"{path} is" if panel else f"{path} reaches {beyond:.3g} m"
            yield problem_with(case, key, f"{where} outside the vessel{_where(case, shape)}")


def reach(shape: Shape, box: Extent) -> float:
    """How far a box reaches beyond the vessel, m; negative inside."""
    return float(shape(_lattice(box)).max())


def _where(case: Case, shape: Shape) -> str:
    """Where the vessel is, which only an STL file knows."""
    if not isinstance(case.vessel, StlVessel):
        return ""
    ends = (", ".join(f"{value:.4g}" for value in end) for end in shape.bounds())
    return f", which lies between ({') and ('.join(ends)}) m"


def _overlaps(case: Case, boxes: dict[str, Extent]) -> Iterator[Problem]:
    for (first, a), (second, b) in itertools.combinations(boxes.items(), 2):
        if a.overlaps(b):
            depth = ", ".join(f"{length:.3g}" for length in a.overlap(b))
            key = f"{second}.{_place_key(case, second)}"
            expected = f"{second} overlaps {first} (by {depth} m in x, y, z)"
            yield problem_with(case, key, expected)


def _openings(case: Case) -> Iterator[Problem]:
    for name, cooler in case.coolers.items():
        box = placed(cooler.position, cooler.size)
        openings = [("outlet", outlet) for outlet in cooler.outlets[:1]] + [("intake", cooler.intake)]
        openings += [(f"more_outlets.{i}", outlet) for i, outlet in enumerate(cooler.more_outlets)]
        for which, opening in openings:
            face = opening_extent(cooler, opening)
            if any(
                face.lower[axis] < box.lower[axis] - TOUCH or face.upper[axis] > box.upper[axis] + TOUCH
                for axis in range(3)
            ):
                key = f"coolers.{name}.{which}.lower"
                expected = f"the {which} reaches beyond its face of the unit, in coordinates of the room"
                yield problem_with(case, key, expected)
        for (first, one), (second, other) in itertools.combinations(openings, 2):
            shared = opening_extent(cooler, one).overlap(opening_extent(cooler, other))
            if one.face == other.face and sum(length > TOUCH for length in shared) == 2:
                yield problem_with(case, f"coolers.{name}.{second}.lower", f"the {second} overlaps the {first}")


def _blocked(case: Case, shape: Shape, boxes: dict[str, Extent]) -> Iterator[Problem]:
    """Racks and coils whose front or rear stands flush against a solid or the wall: no gas gets by."""
    through: dict[str, str] = {f"racks.{name}": rack.front for name, rack in case.racks.items()}
    through |= {f"coils.{name}": coil_front(coil, case.racks) for name, coil in case.coils.items()}
    # Gas passes on from a rack or coil into the next one when both let it through in the same direction.
    axes = {path: axis_of(front) for path, front in through.items()}
    for path, front in through.items():
        for side, word in ((front, "front"), (opposite(front), "rear")):
            layer = slab(boxes[path], side, _GAP)
            near = [
                box
                for other, box in boxes.items()
                if other != path and axes.get(other) != axes[path] and box.overlaps(layer)
            ]
            if not _passable(layer, side, shape, near):
                key = f"{path}.{_place_key(case, path)}"
                expected = f"the {word} ({side}) of {path} is blocked: expected a gap for the gas"
                yield problem_with(case, key, expected)


def _probes(case: Case, shape: Shape, boxes: dict[str, Extent]) -> Iterator[Problem]:
    """Probes that are not in the gas."""
    for name, probe in case.probes.items():
        key = f"probes.{name}.{'position' if probe.place is None else 'place'}"
        for point in probe.points:
            at = ", ".join(f"{value:g}" for value in point)
            if float(shape(np.array([point])).max()) > TOUCH:
                yield problem_with(case, key, f"({at}) m is outside the vessel{_where(case, shape)}")
            for path, box in boxes.items():
                if all(a + TOUCH < v < b - TOUCH for a, v, b in zip(box.lower, point, box.upper, strict=True)):
                    yield problem_with(case, key, f"({at}) m is inside {path}: expected a place in the gas")


def _behind_doors(case: Case) -> Iterator[Problem]:
    """Racks with ways past their servers, or exhausts of their own, that a rear door covers."""
    doors = {coil.rack: name for name, coil in case.coils.items() if coil.rack is not None}
    for name, rack in case.racks.items():
        if name not in doors:
            continue
        ways = {"empty_units": rack.empty_units == "open", "leakage_area": rack.leakage_area}
        for key, given in (ways | {"exhaust_area": rack.exhaust_area, "rear_plenum": rack.rear_plenum}).items():
            if given:
                expected = f"the rear door coils.{doors[name]} covers the rack: expected none behind it"
                yield problem_with(case, f"racks.{name}.{key}", expected)


def _passable(layer: Extent, side: str, shape: Shape, boxes: list[Extent]) -> bool:
    """Whether any point of the outer face of a thin layer is inside the vessel and outside all boxes."""
    outer = slab(layer, side, 0.0)
    points = _lattice(outer)
    is_open = shape(points) < 0
    for box in boxes:
        is_open &= ~np.all((points > np.array(box.lower) - TOUCH) & (points < np.array(box.upper) + TOUCH), axis=1)
    return bool(is_open.any())


def _lattice(box: Extent, count: int = 5) -> np.ndarray:
    """Points (n, 3) of a regular lattice over a box, its corners among them."""
    axes = [np.unique(np.linspace(low, high, count)) for low, high in zip(box.lower, box.upper, strict=True)]
    return np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, 3)


def _place_key(case: Case, path: str) -> str:
    """The key that places an object: its position, or the depth of a rear door (its rack is judged before it)."""
    kind, name = path.split(".")
    return "depth" if kind == "coils" and case.coils[name].rack is not None else "position"
