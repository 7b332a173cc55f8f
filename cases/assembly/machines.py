"""Racks, coils, fans and cooling units placed on the grid: faces that carry a set flow, cells that carry heat."""

from __future__ import annotations

from functools import partial

import numpy as np

from jamsu.cases.assembly.coils import place_free_coil
from jamsu.cases.assembly.jets import add_jet
from jamsu.cases.assembly.machinery import Machinery, Sources, flat_cells, most_units, set_faces
from jamsu.cases.assembly.racks import place_rack
from jamsu.cases.errors import Problem
from jamsu.cases.schema.case import Case, Cooler, Fan
from jamsu.cases.schema.cooling import Outlet
from jamsu.cases.schema.extents import axis_of, opening_extent, placed
from jamsu.geometry.boxes import box_cells, rectangle_faces
from jamsu.geometry.domain import Domain, close_box, panel_faces, plane_of


def build_machines(case: Case, domain: Domain) -> Machinery:
    """Place all machines of the case on the domain, which changes in place."""
    units = most_units(case)
    made = Machinery(owner=[np.zeros(a.shape, np.int32) for a in domain.area], units=units)
    sources = Sources(len(case.racks) * units, len(case.coils), len(case.fans))
    doors = {coil.rack: name for name, coil in case.coils.items() if coil.rack is not None}
    coil_number = {name: i for i, name in enumerate(case.coils)}
    for name, rack in case.racks.items():
        door = doors.get(name)
        place_rack(case, domain, made, sources, name, rack, None if door is None else (door, coil_number[door]))
    for name, coil in case.coils.items():
        if coil.rack is None:
            place_free_coil(case, domain, made, sources, name, coil, coil_number[name])
    for number, (name, fan) in enumerate(case.fans.items()):
        _place_fan(domain, made, sources.fan(number), name, fan)
    for number, (name, cooler) in enumerate(case.coolers.items()):
        _place_cooler(domain, made, name, cooler, number)
    _heat_blocks(case, domain, made, sources)
    _check_neighbours(domain, made)
    for place_jet in made.later:  # they need to know which faces around them are open
        place_jet()
    return made


def _place_fan(domain: Domain, made: Machinery, source: int, name: str, fan: Fan) -> None:
    axis = axis_of(fan.direction)
    sign = 1 if fan.direction[0] == "+" else -1
    machine = len(made.names)
    made.names.append(f"fans.{name}")
    index = panel_faces(domain, axis, *placed(fan.position, fan.size))
    area = domain.passable[axis][index]
    if not np.any(area > 0):
        raise Problem(f"fans.{name}", "its face", "expected a place inside the vessel")
    set_faces(domain, made, axis, index, area / area.sum(), machine, sign)
    layer = index[axis].start - (0 if sign > 0 else 1)
    cells = flat_cells(domain, plane_of(index, axis, layer)).ravel()
    made.heated.add(cell=cells, source=np.full(cells.size, source), share=(area / area.sum()).ravel())


def _place_cooler(domain, made, name, cooler: Cooler, number: int) -> None:
    machine = len(made.names)
    made.names.append(f"coolers.{name}")
    cells = box_cells(domain.grid, *placed(cooler.position, cooler.size))
    close_box(domain, cells)
    domain.machine[cells] = machine
    inner = flat_cells(domain, cells).ravel()
    made.cooler_cells.add(cell=inner, cooler=np.full(inner.size, number))
    blown = [(outlet, share) for outlet, share in zip(cooler.outlets, cooler.outlet_shares, strict=True)]
    for opening, of_flow in (*blown, (cooler.intake, 0.0)):
        outward = of_flow > 0
        extent = opening_extent(cooler, opening)
        axis = axis_of(opening.face)
        others = [a for a in range(3) if a != axis]
        face, first, second = rectangle_faces(
            domain.grid,
            axis,
            extent.lower[axis],
            [extent.lower[a] for a in others],
            [extent.upper[a] for a in others],
        )
        index = [slice(None)] * 3
        index[axis], index[others[0]], index[others[1]] = slice(face, face + 1), first, second
        area = domain.passable[axis][tuple(index)]
        side = 1 if opening.face[0] == "+" else -1
        share = area / area.sum() * (of_flow if outward else 1.0)
        set_faces(domain, made, axis, (index[0], index[1], index[2]), share, machine, side if outward else -side)
        if isinstance(opening, Outlet) and opening.is_jet:
            made.later.append(
                partial(
                    add_jet,
                    domain,
                    made,
                    axis,
                    (index[0], index[1], index[2]),
                    side,
                    share,
                    of_flow / opening.jet_area,
                    np.array(opening.direction),
                    machine,
                )
            )
        if not outward:
            outside = face if side > 0 else face - 1
            seen = flat_cells(domain, plane_of((index[0], index[1], index[2]), axis, outside)).ravel()
            made.intakes.add(cell=seen, cooler=np.full(seen.size, number), share=share.ravel())


def _heat_blocks(case: Case, domain: Domain, made: Machinery, sources: Sources) -> None:
    volume = np.broadcast_to(np.asarray(domain.grid.cell_volume), domain.grid.shape).ravel()
    for number in range(len(case.solids)):
        cells = np.flatnonzero(domain.solid.ravel() == number)
        share = volume[cells] / volume[cells].sum()
        made.heated.add(cell=cells, source=np.full(cells.size, sources.block(number)), share=share)


def _check_neighbours(domain: Domain, made: Machinery) -> None:
    """Refuse a machine whose intake or outlet is blocked: gas must come from and go to open gas."""
    for axis in range(3):
        owner = made.owner[axis]
        for side in (0, 1):
            cell = _beside(domain.open_cell, axis, side, False)
            other = _beside(domain.machine, axis, side, -1)
            blocked = (owner > 0) & (~cell | ((other >= 0) & (other != owner - 1)))
            if np.any(blocked):
                name = made.names[int(owner[blocked].flat[0]) - 1]
                raise Problem(name, "its gas flow", "expected open gas before its intake and behind its outlet")


def _beside(cell: np.ndarray, axis: int, side: int, beyond) -> np.ndarray:
    """For each face, the value of the cell on its lower (0) or upper (1) side; `beyond` outside the grid."""
    ends = (1, 0) if side == 0 else (0, 1)
    return np.pad(cell, [ends if a == axis else (0, 0) for a in range(3)], constant_values=beyond)
