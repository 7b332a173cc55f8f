"""Racks placed on the grid: the gas flow, the heat and the ports of their height units."""

from __future__ import annotations

from functools import partial

import numpy as np

from jamsu.cases.assembly.coils import place_coil_block
from jamsu.cases.assembly.grid import flow_axis
from jamsu.cases.assembly.jets import add_jet
from jamsu.cases.assembly.machinery import Machinery, Sources, depth, flat_cells, pass_through
from jamsu.cases.assembly.passages import open_passages, rack_rows
from jamsu.cases.schema.case import Case, Rack
from jamsu.cases.schema.extents import Extent, coil_extent, rack_extent, server_extent
from jamsu.geometry.boxes import box_cells, overlap_matrix
from jamsu.geometry.domain import Domain, Index, plane_of
from jamsu.solver.exchange.airflow import LAWS
from jamsu.solver.flow.losses import perforation_loss


def open_units(rack: Rack) -> np.ndarray:
    """Height units that gas flows through at the case's operating point (bool).

    Servers fill these units; where the flow is split by heat, they also release some.
    """
    powers = np.array(rack.unit_powers)
    by_heat = LAWS[rack.airflow.law].by_heat and powers.sum() > 0
    return powers > 0 if by_heat else np.array(rack.unit_open)


def _by_column(grid, cells: Index, axis: int, rack: Rack) -> np.ndarray:
    """Share of a row's flow through each column of faces across the rack: even over the width of its openings."""
    across = 1 - axis
    edges = np.asarray(grid.edges(across))[cells[across].start : cells[across].stop + 1]
    middle, half = 0.5 * (edges[0] + edges[-1]), 0.5 * (rack.opening_width or rack.width)
    covered = np.clip(np.minimum(edges[1:], middle + half) - np.maximum(edges[:-1], middle - half), 0, None)
    covered = np.where(covered > 1e-9 * rack.width, covered, 0)
    return covered / covered.sum()


def _plane_share(axis: int, by_column: np.ndarray, by_row: np.ndarray) -> np.ndarray:
    """Share of each height unit's flow through each face of a plane across `axis` (x or y), units last.

    Args:
      by_column: share of each column of faces.
      by_row: (row, unit) share of the unit in the row of faces.
    """
    plane = by_column[:, None, None] * by_row[None]
    return np.expand_dims(plane, axis)


def place_rack(
    case: Case,
    domain: Domain,
    made: Machinery,
    sources: Sources,
    name: str,
    rack: Rack,
    door: tuple[str, int] | None,
) -> None:
    number = list(case.racks).index(name)
    machine = len(made.names)
    made.names.append(f"racks.{name}")
    axis, sign = flow_axis(rack.front)
    extent = server_extent(rack)
    body = box_cells(domain.grid, *extent)
    stream = body
    if door is not None:
        door_extent = coil_extent(case.coils[door[0]], case.racks)
        stream = box_cells(domain.grid, *_joined(extent, door_extent))
    z_edges = np.asarray(domain.grid.edges(2))[body[2].start : body[2].stop + 1]
    unit_edges = np.linspace(extent.lower[2], extent.upper[2], rack.height_units + 1)
    inside = overlap_matrix(z_edges, unit_edges) / (unit_edges[1] - unit_edges[0])  # (row, unit)
    inside, loss = rack_rows(rack, inside, np.diff(z_edges))
    passed = inside * open_units(rack)
    before = [a.copy() for a in domain.area], [f.copy() for f in domain.free]
    slots = number * made.units + np.arange(rack.height_units)
    columns = _by_column(domain.grid, stream, axis, rack)
    part = _plane_share(axis, columns, passed)
    pass_through(domain, made, stream, axis, sign, part, machine, slots)
    if rack.exhaust_area is not None:
        rear = plane_of(stream, axis, stream[axis].stop if sign > 0 else stream[axis].start)
        speed = sum(rack.unit_open) / rack.exhaust_area  # of each unit's exhaust at 1 m3/s
        ahead = sign * np.eye(3)[axis]
        made.later.append(partial(add_jet, domain, made, axis, rear, sign, part, speed, ahead, machine, slots))
    _close_plenums(domain, rack, body, axis)
    open_passages(domain, made, body, axis, sign, loss, before, number)
    _rack_heat(domain, made, body, axis, columns, inside, slots)
    _rack_ports(domain, made, body, stream, axis, sign, columns, passed, number)
    if door is not None:
        place_coil_block(domain, made, sources, case.coils[door[0]], door_extent, axis, sign, door[1])


def _close_plenums(domain: Domain, rack: Rack, body: Index, axis: int) -> None:
    """Close the sides of the spaces before and behind the servers; drag of perforated doors at their ends."""
    whole = box_cells(domain.grid, *rack_extent(rack))
    spaces = [slice(whole[axis].start, body[axis].start), slice(body[axis].stop, whole[axis].stop)]
    doors = [whole[axis].start, whole[axis].stop]
    for space, door in zip(spaces, doors, strict=True):
        if space.start == space.stop:
            continue
        cells = list(whole)
        cells[axis] = space
        index = (cells[0], cells[1], cells[2])
        for across in range(3):
            for end in (index[across].start, index[across].stop):
                if across != axis:
                    domain.area[across][plane_of(index, across, end)] = 0.0
                    domain.free[across][plane_of(index, across, end)] = False
        if rack.door_open_fraction is not None and rack.door_open_fraction < 1:
            length = np.asarray(domain.grid.spacing(axis))[door]
            drag = perforation_loss(rack.door_open_fraction) / (2 * length)
            domain.drag[axis][plane_of(index, axis, door)] += drag


def _joined(a: Extent, b: Extent) -> tuple[np.ndarray, np.ndarray]:
    return np.minimum(a.lower, b.lower), np.maximum(a.upper, b.upper)


def _rack_heat(
    domain: Domain,
    made: Machinery,
    body: Index,
    axis: int,
    by_column: np.ndarray,
    inside: np.ndarray,
    slots: np.ndarray,
) -> None:
    """Spread each unit's heat over its rows of cells: evenly along the flow, across it as the flow."""
    length = np.asarray(domain.grid.widths(axis))[body[axis]]
    plane = length[:, None] * by_column[None] if axis == 0 else by_column[:, None] * length[None]
    volume = np.repeat(plane[..., None], inside.shape[0], 2)
    share = (volume / volume.sum((0, 1), keepdims=True))[..., None] * inside
    kept = share > 0
    cells = np.broadcast_to(flat_cells(domain, body)[..., None], share.shape)[kept]
    made.heated.add(cell=cells, source=np.broadcast_to(slots, share.shape)[kept], share=share[kept])


def _rack_ports(
    domain: Domain,
    made: Machinery,
    body: Index,
    stream: Index,
    axis: int,
    sign: int,
    by_column: np.ndarray,
    passed: np.ndarray,
    number: int,
) -> None:
    """Add the rows of the rack's ports.

    Args:
      by_column: share of each column of faces in a row's flow.
      passed: share of each open unit in each row of cells, (row, unit).
    """
    layers, front, _ = depth(body, axis, sign)
    _, _, behind = depth(stream, axis, sign)
    rows, units = passed.shape
    shape = (len(by_column), rows, units)
    kept = (passed > 0)[None] & (by_column > 0)[:, None, None]

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
        across=np.broadcast_to(by_column[:, None, None], shape)[kept],
    )
