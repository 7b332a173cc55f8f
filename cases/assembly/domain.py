"""The open domain of a case: which faces the gas passes, which cells are solid, where the walls are.

Plain arrays on the grid, in double precision; `build_module` casts them for the solver.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from cases.schema.case import Case
from cases.schema.extents import placed
from geometry.boxes import box_cells
from geometry.cutcells import CutCells
from geometry.grid import Grid

Index = tuple[slice, slice, slice]


@dataclass
class Domain:
    """Arrays that the builders fill in turn.

    cut: the vessel's cut cells. area: by axis, area open to the gas, m2. free: by axis, whether the pressure drives
    the gas through a face. passable: by axis, area inside the vessel whether a thing closes it or not, m2 (heat is
    conducted through it). drag: by axis, K/(2 d), 1/m. open_cell: gas cells. solid: number of the solid block of a
    cell, -1 none. machine: number of the machine that owns a cell, -1 none.
    """

    grid: Grid
    cut: CutCells
    area: list[np.ndarray]
    free: list[np.ndarray]
    passable: list[np.ndarray]
    drag: list[np.ndarray]
    open_cell: np.ndarray
    solid: np.ndarray
    machine: np.ndarray


def faces_of(cells: Index, axis: int) -> Index:
    """Index of all faces of one axis that bound or divide a block of cells."""
    index = list(cells)
    index[axis] = slice(cells[axis].start, cells[axis].stop + 1)
    return (index[0], index[1], index[2])


def plane_of(cells: Index, axis: int, face: int) -> Index:
    """Index of the faces of a block of cells that lie in one plane."""
    index = list(cells)
    index[axis] = slice(face, face + 1)
    return (index[0], index[1], index[2])


def open_domain(cut: CutCells) -> Domain:
    """Everything inside cut cells, before anything in it is closed."""
    grid = cut.grid
    area = [np.array(cut.apertures[a] * grid.face_area(a)) for a in range(3)]
    return Domain(
        grid=grid,
        cut=cut,
        area=[a.copy() for a in area],
        free=[a > 0 for a in area],
        passable=area,
        drag=[np.zeros_like(a) for a in area],
        open_cell=cut.volume_fraction > 0,
        solid=np.full(grid.shape, -1),
        machine=np.full(grid.shape, -1),
    )


def build_domain(case: Case, cut: CutCells) -> Domain:
    """The vessel with its solid blocks and panels; machines are placed by `build_machines`."""
    domain, grid = open_domain(cut), cut.grid
    for number, block in enumerate(case.blocks.values()):
        cells = box_cells(grid, *placed(block.position, block.size))
        domain.solid[cells] = number
        close_box(domain, cells)
        domain.open_cell[cells] = False
    _add_panels(case, domain)
    return domain


def close_box(domain: Domain, cells: Index) -> None:
    """Close all faces that bound or divide a block of cells."""
    for axis in range(3):
        domain.area[axis][faces_of(cells, axis)] = 0.0
        domain.free[axis][faces_of(cells, axis)] = False


def panel_faces(domain: Domain, axis: int, lower, upper) -> Index:
    """Faces of a flat rectangle, cut off at the grid's bounds."""
    edges = [np.asarray(domain.grid.edges(a)) for a in range(3)]
    index: list[slice] = []
    for a in range(3):
        low, high = np.clip([lower[a], upper[a]], edges[a][0], edges[a][-1])
        first, last = (int(np.argmin(np.abs(edges[a] - v))) for v in (low, high))
        index.append(slice(first, first + 1) if a == axis else slice(first, last))
    return (index[0], index[1], index[2])


def perforation_loss(open_fraction: float) -> float:
    """Loss coefficient K of a thin perforated plate, dp = K rho u^2 / 2 at the face speed u.

    K = [0.707 (1-f)^0.375 + 1 - f]^2 / f^2, sharp-edged holes at high Reynolds number (Idelchik, Handbook of
    Hydraulic Resistance, 3rd ed. 1994, diagram 8-1), 0 < f < 1.
    """
    f = open_fraction
    return (0.707 * (1 - f) ** 0.375 + 1 - f) ** 2 / f**2


def _add_panels(case: Case, domain: Domain) -> None:
    for panel in case.panels.values():
        axis = panel.axis
        faces = panel_faces(domain, axis, *placed(panel.position, panel.size))
        if panel.open_fraction == 0:
            domain.area[axis][faces] = 0.0
            domain.free[axis][faces] = False
        elif panel.open_fraction < 1:
            distance = control_length(domain.grid, axis)[faces[axis].start]
            domain.drag[axis][faces] += perforation_loss(panel.open_fraction) / (2 * distance)


def control_length(grid: Grid, axis: int) -> np.ndarray:
    """Length of the control volume around each face of an axis, m: (n+1,)."""
    return np.asarray(grid.spacing(axis))


def wall_friction(domain: Domain) -> list[np.ndarray]:
    """By axis, the sum over walls of area / distance seen by each face's control volume, m.

    Cut walls (the vessel, true area and distance) and closed faces (panels, blocks, machines; half a cell away).
    The control volume of a face takes half of each of its two cells; a closed face rubs only on the velocities
    along it.
    """
    grid, cut = domain.grid, domain.cut
    narrowest = np.minimum.reduce(np.broadcast_arrays(*(broadcast(grid.widths(a), a) for a in range(3))))
    distance = np.maximum(cut.wall_distance, 0.05 * narrowest)
    vessel = np.where(cut.wall_area > 0, cut.wall_area / distance, 0.0)
    closed = []
    for axis in range(3):
        shut = domain.passable[axis] - domain.area[axis]
        low, high = [slice(None)] * 3, [slice(None)] * 3
        low[axis], high[axis] = slice(None, -1), slice(1, None)
        closed.append((shut[tuple(low)] + shut[tuple(high)]) / (0.5 * broadcast(grid.widths(axis), axis)))
    result = []
    for axis in range(3):
        cell = vessel + sum(closed[b] for b in range(3) if b != axis)
        inner = 0.5 * (
            np.take(cell, range(1, cell.shape[axis]), axis) + np.take(cell, range(cell.shape[axis] - 1), axis)
        )
        result.append(np.pad(inner, [(1, 1) if a == axis else (0, 0) for a in range(3)]))
    return result


def broadcast(values, axis: int) -> np.ndarray:
    """A 1-D array shaped to broadcast along one axis of 3-D arrays."""
    shape = [1, 1, 1]
    shape[axis] = -1
    return np.asarray(values).reshape(shape)
