"""The open domain: which faces the gas passes, which cells are solid, which belong to machines.

Plain arrays on the grid, in double precision.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jamsu.geometry.cutcells import CutCells
from jamsu.geometry.grid import Grid

Index = tuple[slice, slice, slice]


@dataclass
class Domain:
    """Arrays that the builders fill in turn.

    Attributes:
      cut: the vessel's cut cells.
      area: by axis, area open to the gas, m2.
      free: by axis, whether the pressure drives the gas through a face.
      passable: by axis, area inside the vessel, closed by a thing or not, m2 (heat is conducted through it).
      drag: by axis, K/(2 d), 1/m.
      open_cell: whether a cell is gas.
      solid: number of the solid block of a cell, -1 none.
      machine: number of the machine that owns a cell, -1 none.
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


def broadcast(values, axis: int) -> np.ndarray:
    """A 1-D array shaped to broadcast along one axis of 3-D arrays."""
    shape = [1, 1, 1]
    shape[axis] = -1
    return np.asarray(values).reshape(shape)
