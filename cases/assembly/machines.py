"""Racks, coils, fans and cooling units placed on the grid: faces that carry a set flow, cells that carry heat."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from jamsu.cases.assembly.grid import flow_axis
from jamsu.cases.errors import Problem
from jamsu.cases.schema.case import Case, Coil, Cooler, Fan, Rack
from jamsu.cases.schema.extents import Extent, axis_of, coil_extent, coil_front, opening_extent, placed, rack_extent
from jamsu.geometry.boxes import box_cells, overlap_matrix, rectangle_faces
from jamsu.geometry.domain import Domain, Index, close_box, panel_faces, plane_of
from jamsu.solver.exchange.airflow import LAWS

OTHER_MACHINES = -1  # in place of a height unit: the last entry of a vector that ends with a 1


@dataclass
class Rows:
    """Columns of a table that grows row by row; `array` gives one column."""

    columns: dict[str, list] = field(default_factory=dict)

    def add(self, **values) -> None:
        size = max(np.size(v) for v in values.values())
        for name, value in values.items():
            self.columns.setdefault(name, []).append(np.broadcast_to(np.ravel(value), (size,)))

    def array(self, name: str, dtype) -> np.ndarray:
        parts = self.columns.get(name, [])
        return np.concatenate(parts).astype(dtype) if parts else np.zeros(0, dtype)


@dataclass
class Machinery:
    """Where machines are: owners of faces, and tables of faces and cells (flat numbers).

    Attributes:
      owner: by axis on all faces, number of the machine that sets the face's flow, from 1; 0 nobody's.
      names: of the machines by path, such as "racks.R1", in the solver's order.
      faces: columns of `jamsu.solver.exchange.machines.MachineLayout`: face, machine, slot, velocity.
      heated: the same of the heated cells: cell, source, share.
      ports: columns of `jamsu.solver.exchange.racks.RackLayout`, one row a port.
      level_rack: rack of each layer of cells.
      units: largest number of height units.
      coil_cells, coil_columns, cooler_cells, intakes: columns of the layouts of coils and cooling units.
    """

    owner: list[np.ndarray]
    units: int
    names: list[str] = field(default_factory=list)
    faces: Rows = field(default_factory=Rows)
    heated: Rows = field(default_factory=Rows)
    ports: Rows = field(default_factory=Rows)
    level_rack: list[int] = field(default_factory=list)
    coil_cells: Rows = field(default_factory=Rows)
    coil_columns: Rows = field(default_factory=Rows)
    cooler_cells: Rows = field(default_factory=Rows)
    intakes: Rows = field(default_factory=Rows)


def build_machines(case: Case, domain: Domain) -> Machinery:
    """Place all machines of the case on the domain (which they change)."""
    units = most_units(case)
    made = Machinery(owner=[np.zeros(a.shape, np.int32) for a in domain.area], units=units)
    sources = _Sources(len(case.racks) * units, len(case.coils), len(case.fans))
    doors = {coil.rack: name for name, coil in case.coils.items() if coil.rack is not None}
    coil_number = {name: i for i, name in enumerate(case.coils)}
    for name, rack in case.racks.items():
        door = doors.get(name)
        _place_rack(case, domain, made, sources, name, rack, None if door is None else (door, coil_number[door]))
    for name, coil in case.coils.items():
        if coil.rack is None:
            _place_free_coil(case, domain, made, sources, name, coil, coil_number[name])
    for number, (name, fan) in enumerate(case.fans.items()):
        _place_fan(domain, made, sources.fan(number), name, fan)
    for number, (name, cooler) in enumerate(case.coolers.items()):
        _place_cooler(domain, made, name, cooler, number)
    _heat_blocks(case, domain, made, sources)
    _check_neighbours(domain, made)
    return made


def flat_cells(domain: Domain, index: Index) -> np.ndarray:
    """Flat numbers of a block of cells, in the block's shape."""
    return np.arange(domain.open_cell.size).reshape(domain.open_cell.shape)[index]


def most_units(case: Case) -> int:
    """Height units of the tallest rack."""
    return max([rack.height_units for rack in case.racks.values()], default=1)


class _Sources(NamedTuple):
    """Numbers of the sources of heat: height units, coils' fans, fans, blocks."""

    height_units: int
    coils: int
    fans: int

    def coil(self, number: int) -> int:
        return self.height_units + number

    def fan(self, number: int) -> int:
        return self.height_units + self.coils + number

    def block(self, number: int) -> int:
        return self.height_units + self.coils + self.fans + number


def open_units(rack: Rack) -> np.ndarray:
    """Height units that gas flows through at the case's operating point (bool).

    Those that servers fill; where the flow is split by heat, those of them that burn something.
    """
    powers = np.array(rack.unit_powers)
    by_heat = LAWS[rack.airflow.law].by_heat and powers.sum() > 0
    return powers > 0 if by_heat else np.array(rack.unit_open)


def _set_faces(
    domain: Domain,
    made: Machinery,
    axis: int,
    index: Index,
    share: np.ndarray,
    machine: int,
    sign: int,
    slots: np.ndarray | None = None,
) -> None:
    """Give a plane of faces a flow.

    Args:
      share: of the machine's flow through each face, in the plane's shape; with `slots` one axis more, of the flow of
        each of these height units.
    """
    area = domain.passable[axis][index]
    whole = share if slots is None else share.sum(-1)
    if np.any((area <= 0) & (whole > 0)):
        raise Problem(
            made.names[machine], "its gas flow", "expected a place inside the vessel: it would cross the hull"
        )
    carries = whole > 0
    domain.area[axis][index] = np.where(carries, area, 0.0)
    domain.free[axis][index] = False
    made.owner[axis][index] = np.where(carries, machine + 1, 0)
    offset = sum(a.size for a in domain.area[:axis])
    numbers = offset + np.arange(domain.area[axis].size).reshape(domain.area[axis].shape)[index]
    parts, slots = (share[..., None], np.array([OTHER_MACHINES])) if slots is None else (share, slots)
    shape = parts.shape
    kept = parts > 0
    velocity = sign * parts / np.where(area > 0, area, 1)[..., None]
    made.faces.add(
        face=np.broadcast_to(numbers[..., None], shape)[kept],
        machine=np.full(int(kept.sum()), machine),
        slot=np.broadcast_to(slots, shape)[kept],
        velocity=velocity[kept],
    )


def _stream(
    domain: Domain,
    made: Machinery,
    cells: Index,
    axis: int,
    sign: int,
    share: np.ndarray,
    machine: int,
    slots: np.ndarray | None = None,
) -> None:
    """Let a machine's flow pass straight through a block of cells; its other sides are closed."""
    close_box(domain, cells)
    domain.machine[cells] = machine
    for face in range(cells[axis].start, cells[axis].stop + 1):
        _set_faces(domain, made, axis, plane_of(cells, axis, face), share, machine, sign, slots)


def _depth(cells: Index, axis: int, sign: int) -> tuple[list[int], int, int]:
    """Cell layers along the flow, from the intake; the layer before the intake and the one behind the outlet."""
    layers = list(range(cells[axis].start, cells[axis].stop))[::sign]
    return layers, layers[0] - sign, layers[-1] + sign


def _layer(domain: Domain, cells: Index, axis: int, layer: int) -> np.ndarray:
    return flat_cells(domain, plane_of(cells, axis, layer)).ravel()


def _plane_share(grid, cells: Index, axis: int, by_row: np.ndarray) -> np.ndarray:
    """Share of each height unit's flow through each face of a plane across `axis` (x or y), units last.

    Args:
      by_row: (row, unit) share of the unit in the row of faces; its width is shared evenly.
    """
    across = 1 - axis
    width = np.asarray(grid.widths(across))[cells[across]]
    plane = (width / width.sum())[:, None, None] * by_row[None]
    return np.expand_dims(plane, axis)


def _place_rack(
    case: Case,
    domain: Domain,
    made: Machinery,
    sources: _Sources,
    name: str,
    rack: Rack,
    door: tuple[str, int] | None,
) -> None:
    number = list(case.racks).index(name)
    machine = len(made.names)
    made.names.append(f"racks.{name}")
    axis, sign = flow_axis(rack.front)
    extent = rack_extent(rack)
    body = box_cells(domain.grid, *extent)
    stream = body
    if door is not None:
        door_extent = coil_extent(case.coils[door[0]], case.racks)
        stream = box_cells(domain.grid, *_joined(extent, door_extent))
    z_edges = np.asarray(domain.grid.edges(2))[body[2].start : body[2].stop + 1]
    unit_edges = np.linspace(extent.lower[2], extent.upper[2], rack.height_units + 1)
    inside = overlap_matrix(z_edges, unit_edges) / (unit_edges[1] - unit_edges[0])  # (row, unit)
    passed = inside * open_units(rack)
    slots = number * made.units + np.arange(rack.height_units)
    _stream(domain, made, stream, axis, sign, _plane_share(domain.grid, stream, axis, passed), machine, slots)
    _rack_heat(domain, made, body, inside, slots)
    _rack_ports(domain, made, body, stream, axis, sign, passed, number)
    if door is not None:
        _coil_block(domain, made, sources, case.coils[door[0]], door_extent, axis, sign, door[1])


def _joined(a: Extent, b: Extent) -> tuple[np.ndarray, np.ndarray]:
    return np.minimum(a.lower, b.lower), np.maximum(a.upper, b.upper)


def _rack_heat(domain: Domain, made: Machinery, body: Index, inside: np.ndarray, slots: np.ndarray) -> None:
    """Each unit's heat in its rows of cells, evenly by volume."""
    volume = np.asarray(domain.grid.cell_volume)[body]
    share = (volume / volume.sum((0, 1), keepdims=True))[..., None] * inside
    kept = share > 0
    cells = np.broadcast_to(flat_cells(domain, body)[..., None], share.shape)[kept]
    made.heated.add(cell=cells, source=np.broadcast_to(slots, share.shape)[kept], share=share[kept])


def _rack_ports(
    domain: Domain, made: Machinery, body: Index, stream: Index, axis: int, sign: int, passed: np.ndarray, number: int
) -> None:
    """Rows of the rack's ports; `passed` is the share of each open unit in each row of cells, (row, unit)."""
    layers, front, _ = _depth(body, axis, sign)
    _, _, behind = _depth(stream, axis, sign)
    across = 1 - axis
    width = np.asarray(domain.grid.widths(across))[body[across]]
    by_width = width / width.sum()
    rows, units = passed.shape
    shape = (len(by_width), rows, units)
    kept = np.broadcast_to(passed > 0, shape)

    def cells(layer: int) -> np.ndarray:
        plane = np.squeeze(flat_cells(domain, plane_of(body, axis, layer)), axis)
        return np.broadcast_to(plane[:, :, None], shape)[kept]

    level = len(made.level_rack) + np.arange(rows)
    made.level_rack += [number] * rows
    made.ports.add(
        front=cells(front),
        rear=cells(layers[-1]),
        behind=cells(behind),
        slot=number * made.units + np.broadcast_to(np.arange(units), shape)[kept],
        level=np.broadcast_to(level[:, None], shape)[kept],
        inside=np.broadcast_to(passed, shape)[kept],
        across=np.broadcast_to(by_width[:, None, None], shape)[kept],
    )


def _coil_block(
    domain: Domain,
    made: Machinery,
    sources: _Sources,
    coil: Coil,
    extent: Extent,
    axis: int,
    sign: int,
    number: int,
) -> None:
    """Cells and columns of a coil, and the heat of its fans."""
    cells = box_cells(domain.grid, *extent)
    layers, before, behind = _depth(cells, axis, sign)
    first = cells[axis].start if sign > 0 else cells[axis].stop
    offset = sum(a.size for a in domain.area[:axis])
    numbers = np.arange(domain.area[axis].size).reshape(domain.area[axis].shape)
    column = sum(len(part) for part in made.coil_columns.columns.get("coil", []))
    columns = np.arange(column, column + _layer(domain, cells, axis, layers[0]).size)
    made.coil_columns.add(
        coil=np.full(columns.size, number),
        face=offset + numbers[plane_of(cells, axis, first)].ravel(),
        sign=np.full(columns.size, float(sign)),
        before=_layer(domain, cells, axis, before),
        first=_layer(domain, cells, axis, layers[0]),
        last=_layer(domain, cells, axis, layers[-1]),
        behind=_layer(domain, cells, axis, behind),
        cells=np.full(columns.size, float(len(layers))),
    )
    for layer in layers:
        made.coil_cells.add(cell=_layer(domain, cells, axis, layer), column=columns)
    volume = np.asarray(domain.grid.cell_volume)[cells]
    share = (volume / volume.sum()).ravel()
    made.heated.add(
        cell=flat_cells(domain, cells).ravel(), source=np.full(share.size, sources.coil(number)), share=share
    )


def _place_free_coil(
    case: Case, domain: Domain, made: Machinery, sources: _Sources, name: str, coil: Coil, number: int
) -> None:
    extent = coil_extent(coil, case.racks)
    axis, sign = flow_axis(coil_front(coil, case.racks))
    cells = box_cells(domain.grid, *extent)
    if coil.gas_flow is not None:
        machine = len(made.names)
        made.names.append(f"coils.{name}")
        area = domain.passable[axis][plane_of(cells, axis, cells[axis].start)]
        _stream(domain, made, cells, axis, sign, area / area.sum(), machine)
    else:
        _close_sides(domain, cells, axis)
        _add_drag(domain, cells, axis, coil.gas_loss_coefficient)
    _coil_block(domain, made, sources, coil, extent, axis, sign, number)


def _close_sides(domain: Domain, cells: Index, axis: int) -> None:
    """Close a block of cells but for the faces across `axis`."""
    kept = domain.area[axis].copy(), domain.free[axis].copy()
    close_box(domain, cells)
    domain.area[axis], domain.free[axis] = kept


def _add_drag(domain: Domain, cells: Index, axis: int, loss: float) -> None:
    """Spread a loss coefficient K over the depth of a block: K/(2 depth) on each face, half on the outer two."""
    edges = np.asarray(domain.grid.edges(axis))
    depth = edges[cells[axis].stop] - edges[cells[axis].start]
    for face in range(cells[axis].start, cells[axis].stop + 1):
        outer = face in (cells[axis].start, cells[axis].stop)
        domain.drag[axis][plane_of(cells, axis, face)] += loss / (2 * depth) * (0.5 if outer else 1.0)


def _place_fan(domain: Domain, made: Machinery, source: int, name: str, fan: Fan) -> None:
    axis = axis_of(fan.direction)
    sign = 1 if fan.direction[0] == "+" else -1
    machine = len(made.names)
    made.names.append(f"fans.{name}")
    index = panel_faces(domain, axis, *placed(fan.position, fan.size))
    area = domain.passable[axis][index]
    if not np.any(area > 0):
        raise Problem(f"fans.{name}", "its face", "expected a place inside the vessel")
    _set_faces(domain, made, axis, index, area / area.sum(), machine, sign)
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
    for opening, outward in ((cooler.outlet, True), (cooler.intake, False)):
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
        share = area / area.sum()
        _set_faces(domain, made, axis, (index[0], index[1], index[2]), share, machine, side if outward else -side)
        if not outward:
            outside = face if side > 0 else face - 1
            seen = flat_cells(domain, plane_of((index[0], index[1], index[2]), axis, outside)).ravel()
            made.intakes.add(cell=seen, cooler=np.full(seen.size, number), share=share.ravel())


def _heat_blocks(case: Case, domain: Domain, made: Machinery, sources: _Sources) -> None:
    volume = np.broadcast_to(np.asarray(domain.grid.cell_volume), domain.grid.shape).ravel()
    for number in range(len(case.blocks)):
        cells = np.flatnonzero(domain.solid.ravel() == number)
        share = volume[cells] / volume[cells].sum()
        made.heated.add(cell=cells, source=np.full(cells.size, sources.block(number)), share=share)


def _check_neighbours(domain: Domain, made: Machinery) -> None:
    """Gas must come from and go to open gas: refuse a machine whose intake or outlet is blocked."""
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
