"""Racks placed on the grid: the gas flow, the heat and the ports of their height units."""

from __future__ import annotations

import numpy as np

from jamsu.cases.assembly.coils import place_coil_block
from jamsu.cases.assembly.grid import flow_axis
from jamsu.cases.assembly.machinery import Machinery, Sources, depth, flat_cells, pass_through
from jamsu.cases.assembly.passages import open_passages, rack_rows
from jamsu.cases.schema.case import Case, Rack
from jamsu.cases.schema.extents import Extent, coil_extent, rack_extent
from jamsu.geometry.boxes import box_cells, overlap_matrix
from jamsu.geometry.domain import Domain, Index, plane_of
from jamsu.solver.exchange.airflow import LAWS


def open_units(rack: Rack) -> np.ndarray:
    """Height units that gas flows through at the case's operating point (bool).

    Servers fill these units; where the flow is split by heat, they also release some.
    """
    powers = np.array(rack.unit_powers)
    by_heat = LAWS[rack.airflow.law].by_heat and powers.sum() > 0
    return powers > 0 if by_heat else np.array(rack.unit_open)


def _plane_share(grid, cells: Index, axis: int, by_row: np.ndarray) -> np.ndarray:
    """Share of each height unit's flow through each face of a plane across `axis` (x or y), units last.

    Args:
      by_row: (row, unit) share of the unit in the row of faces; its width is shared evenly.
    """
    across = 1 - axis
    width = np.asarray(grid.widths(across))[cells[across]]
    plane = (width / width.sum())[:, None, None] * by_row[None]
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
    extent = rack_extent(rack)
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
    pass_through(domain, made, stream, axis, sign, _plane_share(domain.grid, stream, axis, passed), machine, slots)
    open_passages(domain, made, body, axis, sign, loss, before, number)
    _rack_heat(domain, made, body, inside, slots)
    _rack_ports(domain, made, body, stream, axis, sign, passed, number)
    if door is not None:
        place_coil_block(domain, made, sources, case.coils[door[0]], door_extent, axis, sign, door[1])


def _joined(a: Extent, b: Extent) -> tuple[np.ndarray, np.ndarray]:
    return np.minimum(a.lower, b.lower), np.maximum(a.upper, b.upper)


def _rack_heat(domain: Domain, made: Machinery, body: Index, inside: np.ndarray, slots: np.ndarray) -> None:
    """Spread each unit's heat over its rows of cells, evenly by volume."""
    volume = np.asarray(domain.grid.cell_volume)[body]
    share = (volume / volume.sum((0, 1), keepdims=True))[..., None] * inside
    kept = share > 0
    cells = np.broadcast_to(flat_cells(domain, body)[..., None], share.shape)[kept]
    made.heated.add(cell=cells, source=np.broadcast_to(slots, share.shape)[kept], share=share[kept])


def _rack_ports(
    domain: Domain, made: Machinery, body: Index, stream: Index, axis: int, sign: int, passed: np.ndarray, number: int
) -> None:
    """Add the rows of the rack's ports; `passed` is the share of each open unit in each row of cells, (row, unit)."""
    layers, front, _ = depth(body, axis, sign)
    _, _, behind = depth(stream, axis, sign)
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
