"""Coils placed on the grid: their cells in columns along the gas flow, the heat of their fans."""

from __future__ import annotations

import numpy as np

from jamsu.cases.assembly.grid import flow_axis
from jamsu.cases.assembly.machinery import Machinery, Sources, depth, flat_cells, layer_cells, pass_through
from jamsu.cases.schema.case import Case, Coil
from jamsu.cases.schema.extents import Extent, coil_extent, coil_front
from jamsu.geometry.boxes import box_cells
from jamsu.geometry.domain import Domain, Index, close_box, plane_of


def place_coil_block(
    domain: Domain,
    made: Machinery,
    sources: Sources,
    coil: Coil,
    extent: Extent,
    axis: int,
    sign: int,
    number: int,
) -> None:
    """Cells and columns of a coil, and the heat of its fans."""
    cells = box_cells(domain.grid, *extent)
    layers, before, behind = depth(cells, axis, sign)
    first = cells[axis].start if sign > 0 else cells[axis].stop
    offset = sum(a.size for a in domain.area[:axis])
    numbers = np.arange(domain.area[axis].size).reshape(domain.area[axis].shape)
    column = sum(len(part) for part in made.coil_columns.columns.get("coil", []))
    columns = np.arange(column, column + layer_cells(domain, cells, axis, layers[0]).size)
    made.coil_columns.add(
        coil=np.full(columns.size, number),
        face=offset + numbers[plane_of(cells, axis, first)].ravel(),
        sign=np.full(columns.size, float(sign)),
        before=layer_cells(domain, cells, axis, before),
        first=layer_cells(domain, cells, axis, layers[0]),
        last=layer_cells(domain, cells, axis, layers[-1]),
        behind=layer_cells(domain, cells, axis, behind),
        cells=np.full(columns.size, float(len(layers))),
    )
    for layer in layers:
        made.coil_cells.add(cell=layer_cells(domain, cells, axis, layer), column=columns)
    volume = np.asarray(domain.grid.cell_volume)[cells]
    share = (volume / volume.sum()).ravel()
    made.heated.add(
        cell=flat_cells(domain, cells).ravel(), source=np.full(share.size, sources.coil(number)), share=share
    )


def place_free_coil(
    case: Case, domain: Domain, made: Machinery, sources: Sources, name: str, coil: Coil, number: int
) -> None:
    extent = coil_extent(coil, case.racks)
    axis, sign = flow_axis(coil_front(coil, case.racks))
    cells = box_cells(domain.grid, *extent)
    if coil.gas_flow is not None:
        machine = len(made.names)
        made.names.append(f"coils.{name}")
        area = domain.passable[axis][plane_of(cells, axis, cells[axis].start)]
        pass_through(domain, made, cells, axis, sign, area / area.sum(), machine)
    else:
        _close_sides(domain, cells, axis)
        _add_drag(domain, cells, axis, coil.gas_loss_coefficient)
    place_coil_block(domain, made, sources, coil, extent, axis, sign, number)


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
