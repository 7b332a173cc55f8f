"""Racks, coils, fans and cooling units placed on the grid: faces that carry a set flow, cells that carry heat."""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from jamsu.cases.assembly.grid import flow_axis
from jamsu.cases.errors import Problem
from jamsu.cases.schema.case import Case, Coil, Cooler, Rack
from jamsu.cases.schema.extents import Extent, axis_of, coil_extent, coil_front, opening_extent, placed, rack_extent
from jamsu.geometry.boxes import box_cells, overlap_matrix, rectangle_faces
from jamsu.geometry.domain import Domain, Index, close_box, panel_faces, plane_of


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
    """Where machines are: velocities at unit flow, owners of faces, and tables of cells (flat numbers)."""

    unit_velocity: list[np.ndarray]
    owner: list[np.ndarray]
    names: list[str]
    ports: Rows
    coil_cells: Rows
    coil_columns: Rows
    cooler_cells: Rows
    intakes: Rows
    power: np.ndarray  # heat released in each cell, W
    unit_share: np.ndarray  # (rack, unit) share of the rack's flow


def build_machines(case: Case, domain: Domain) -> Machinery:
    """Place all machines of the case on the domain (which they change)."""
    faces = [np.zeros_like(a) for a in domain.area]
    units = max([rack.height_units for rack in case.racks.values()], default=1)
    made = Machinery(
        unit_velocity=faces,
        owner=[np.zeros(a.shape, np.int32) for a in domain.area],
        names=[],
        ports=Rows(),
        coil_cells=Rows(),
        coil_columns=Rows(),
        cooler_cells=Rows(),
        intakes=Rows(),
        power=np.zeros(domain.grid.shape),
        unit_share=np.zeros((len(case.racks), units)),
    )
    doors = {coil.rack: name for name, coil in case.coils.items() if coil.rack is not None}
    coil_number = {name: i for i, name in enumerate(case.coils)}
    for name, rack in case.racks.items():
        door = doors.get(name)
        _place_rack(case, domain, made, name, rack, None if door is None else (door, coil_number[door]), units)
    for name, coil in case.coils.items():
        if coil.rack is None:
            _place_free_coil(case, domain, made, name, coil, coil_number[name])
    for name, fan in case.fans.items():
        _place_fan(domain, made, name, fan)
    for number, (name, cooler) in enumerate(case.coolers.items()):
        _place_cooler(domain, made, name, cooler, number)
    _add_block_power(case, domain, made)
    _check_neighbours(domain, made)
    return made


def flat_cells(domain: Domain, index: Index) -> np.ndarray:
    """Flat numbers of a block of cells, in the block's shape."""
    return np.arange(domain.open_cell.size).reshape(domain.open_cell.shape)[index]


def unit_shares(rack: Rack, units: int) -> np.ndarray:
    """Share of the rack's gas flow in each height unit, bottom to top; padded with zeros to `units`."""
    open_units = np.array(rack.unit_open, float)
    powers = np.array(rack.unit_powers)
    by_heat = rack.airflow.law in ("per_power", "temperature_rise") and powers.sum() > 0
    weight = powers if by_heat else open_units
    share = weight / weight.sum()
    return np.pad(share, (0, units - len(share)))


def _set_faces(
    domain: Domain, made: Machinery, axis: int, index: Index, share: np.ndarray, machine: int, sign: int
) -> None:
    """Give a plane of faces a flow: `share` of the machine's flow through each, in the plane's shape."""
    area = domain.passable[axis][index]
    if np.any((area <= 0) & (share > 0)):
        raise Problem(
            made.names[machine], "its gas flow", "expected a place inside the vessel: it would cross the hull"
        )
    carries = share > 0
    domain.area[axis][index] = np.where(carries, area, 0.0)
    domain.free[axis][index] = False
    made.unit_velocity[axis][index] = np.where(carries, sign * share / np.where(area > 0, area, 1), 0.0)
    made.owner[axis][index] = np.where(carries, machine + 1, 0)


def _stream(
    domain: Domain, made: Machinery, cells: Index, axis: int, sign: int, share: np.ndarray, machine: int
) -> None:
    """Let a machine's flow pass straight through a block of cells; its other sides are closed."""
    close_box(domain, cells)
    domain.machine[cells] = machine
    for face in range(cells[axis].start, cells[axis].stop + 1):
        _set_faces(domain, made, axis, plane_of(cells, axis, face), share, machine, sign)


def _depth(cells: Index, axis: int, sign: int) -> tuple[list[int], int, int]:
    """Cell layers along the flow, from the intake; the layer before the intake and the one behind the outlet."""
    layers = list(range(cells[axis].start, cells[axis].stop))[::sign]
    return layers, layers[0] - sign, layers[-1] + sign


def _layer(domain: Domain, cells: Index, axis: int, layer: int) -> np.ndarray:
    return flat_cells(domain, plane_of(cells, axis, layer)).ravel()


def _plane_share(grid, cells: Index, axis: int, by_row: np.ndarray) -> np.ndarray:
    """Share of the flow through each face of a plane across `axis` (x or y): even in width, `by_row` in height."""
    across = 1 - axis
    width = np.asarray(grid.widths(across))[cells[across]]
    plane = (width / width.sum())[:, None] * by_row[None, :]
    return np.expand_dims(plane, axis)


def _place_rack(case, domain, made, name, rack: Rack, door: tuple[str, int] | None, units: int) -> None:
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
    share = unit_shares(rack, units)
    made.unit_share[number] = share
    split = inside * share[: rack.height_units]
    plane = _plane_share(domain.grid, stream, axis, split.sum(1))
    _stream(domain, made, stream, axis, sign, plane, machine)
    heat = unit_heat(rack)
    _rack_heat(domain, made, body, inside @ heat)
    _rack_ports(domain, made, body, stream, axis, sign, split, _excess(inside, heat, split), number, units)
    if door is not None:
        _coil_block(domain, made, case.coils[door[0]], door_extent, axis, sign, door[1])


def _joined(a: Extent, b: Extent) -> tuple[np.ndarray, np.ndarray]:
    return np.minimum(a.lower, b.lower), np.maximum(a.upper, b.upper)


def unit_heat(rack: Rack) -> np.ndarray:
    """Heat that each height unit gives to the gas, (height_units,), W: fans' included, the liquid loop's not."""
    return np.array(rack.unit_powers) * (1 - rack.liquid_share) + rack.fan_power * unit_shares(rack, rack.height_units)


def _rack_heat(domain, made, body: Index, rows: np.ndarray) -> None:
    """Heat of each row of cells, W, evenly by volume."""
    volume = np.asarray(domain.grid.cell_volume)[body]
    made.power[body] += volume / volume.sum((0, 1), keepdims=True) * rows[None, None, :]


def _excess(inside: np.ndarray, heat: np.ndarray, split: np.ndarray) -> np.ndarray:
    """By how much a unit warms its gas more than its row of cells does, (row, unit), W over the rack's whole flow.

    Cells hold the heat of all units that share their row; the gas of each unit leaves warmed by its own. Weighted with
    the flow the excess of a row is 0, so that field and table hold the same heat.

    Args:
      inside: share of each unit that lies in each row. split: share of the rack's flow in both.
    """
    flows = split > 0
    own = np.where(flows, inside * heat, 0.0)
    row = own.sum(1, keepdims=True) / np.where(flows.any(1, keepdims=True), split.sum(1, keepdims=True), 1.0)
    return np.where(flows, own / np.where(flows, split, 1.0) - row, 0.0)


def _rack_ports(domain, made, body, stream, axis, sign, split, excess, number, units) -> None:
    layers, front, _ = _depth(body, axis, sign)
    _, _, behind = _depth(stream, axis, sign)
    across = 1 - axis
    width = np.asarray(domain.grid.widths(across))[body[across]]
    by_width = width / width.sum()
    in_units = split.shape[1]
    share = by_width[:, None, None] * split[None]  # (width, row, unit)
    kept = share > 0

    def cells(layer: int) -> np.ndarray:
        plane = np.squeeze(flat_cells(domain, plane_of(body, axis, layer)), axis)
        return np.broadcast_to(plane[:, :, None], share.shape)[kept]

    slot = number * units + np.broadcast_to(np.arange(in_units), share.shape)[kept]
    made.ports.add(
        front=cells(front),
        rear=cells(layers[-1]),
        behind=cells(behind),
        slot=slot,
        share=share[kept],
        excess=np.broadcast_to(excess, share.shape)[kept],
    )


def _coil_block(domain, made, coil: Coil, extent: Extent, axis: int, sign: int, number: int) -> None:
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
    made.power[cells] += coil.fan_power * volume / volume.sum()


def _place_free_coil(case, domain, made, name, coil: Coil, number: int) -> None:
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
    _coil_block(domain, made, coil, extent, axis, sign, number)


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


def _place_fan(domain, made, name, fan) -> None:
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
    cells = flat_cells(domain, plane_of(index, axis, layer))
    made.power.ravel()[cells] += fan.fan_power * area / area.sum()


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


def _add_block_power(case: Case, domain: Domain, made: Machinery) -> None:
    for number, block in enumerate(case.blocks.values()):
        cells = domain.solid == number
        volume = np.broadcast_to(np.asarray(domain.grid.cell_volume), cells.shape)[cells]
        made.power[cells] += block.power * volume / volume.sum()


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
