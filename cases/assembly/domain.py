"""The open domain of a case: which faces the gas passes, which cells are solid, where the walls are.

Plain arrays on the grid, in double precision; `build_module` casts them for the solver.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jamsu.cases.schema.case import Case
from jamsu.cases.schema.extents import placed
from jamsu.geometry.boxes import box_cells
from jamsu.geometry.cutcells import CutCells
from jamsu.geometry.grid import Grid

Index = tuple[slice, slice, slice]
NEAREST_WALL = 0.05  # of the narrowest cell: a velocity counts as no nearer to its wall than this


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


def wall_friction(domain: Domain) -> tuple[list[np.ndarray], list[np.ndarray]]:
    """By axis, what walls do to the velocity of each face.

    Returns:
      friction: sum over the walls of the face's control volume of area / distance, m.
      shift: how much farther from its wall than the face's centre the velocity lies, over its distance.

    Cut walls (the vessel) count with true area and distance, closed faces (panels, blocks, machines) half a cell away.
    The control volume of a face takes half of each of its two cells; a closed face rubs only on the velocities
    along it.
    """
    closed = _closed_friction(domain)
    friction, shift = [], []
    for axis in range(3):
        along = _inner_mean(np.sum([closed[b] for b in range(3) if b != axis], axis=0), axis)
        cut, share = _cut_friction(domain, axis)
        friction.append(_pad_faces(along + cut, axis))
        shift.append(_pad_faces(share, axis))
    return friction, shift


def _closed_friction(domain: Domain) -> list[np.ndarray]:
    """By axis of the closed faces of machines, blocks and panels: their area / distance, per cell, m."""
    closed = []
    for axis in range(3):
        shut = domain.passable[axis] - domain.area[axis]
        n = shut.shape[axis]
        both = np.take(shut, range(n - 1), axis) + np.take(shut, range(1, n), axis)
        closed.append(both / (0.5 * broadcast(domain.grid.widths(axis), axis)))
    return closed


def _cut_friction(domain: Domain, axis: int) -> tuple[np.ndarray, np.ndarray]:
    """Area / distance (m) of the vessel's wall, and shift over distance, on the inner faces of an axis.

    The wall of both cells is taken for a plane, d(x) = y - n . (x - o), with y the distance of the open centroid o. The
    face's velocity lies where its open part has its middle. Where the next face of the same axis is closed (its control
    volume has no velocity of its own), that control volume's wall is this one's: the velocity goes on through it
    along the same plane, to u d / y at the closed face's centre, instead of 0.
    """
    grid, cut = domain.grid, domain.cut
    narrowest = min(float(np.min(grid.widths(a))) for a in range(3))
    wall = 0.5 * _both(cut.wall_area, axis)
    area = wall.sum(0)
    share = wall / np.where(area > 0, area, 1.0)
    opened = _both(cut.volume_fraction > 0, axis)
    weight = opened / np.maximum(opened.sum(0), 1)

    def at(point: list[np.ndarray]) -> np.ndarray:
        """Distance from the wall, by the planes of both cells, m."""
        found = np.zeros(area.shape)
        for side in (0, 1):
            distance = _both(cut.wall_distance, axis)[side].copy()
            for a in range(3):
                normal, centroid = _both(cut.wall_normal[a], axis)[side], _both(cut.open_centroid[a], axis)[side]
                distance -= normal * (point[a] - centroid)
            found += share[side] * distance
        return found

    middle = [broadcast(grid.edges(a)[1:-1] if a == axis else grid.centres(a), a) for a in range(3)]
    place = [middle[a] if a == axis else np.sum(weight * _both(cut.open_centroid[a], axis), 0) for a in range(3)]
    distance = np.maximum(at(place), NEAREST_WALL * narrowest)
    friction = area / distance
    for b in range(3):
        for step in (-1, 1):
            edge, gap = _to_closed(domain, axis, b, step)
            beyond = [m + step * gap if a == b else m for a, m in enumerate(middle)]
            friction -= np.where(area > 0, edge / gap * at(beyond) / distance, 0.0)
    shift = np.where(area > 0, (distance - at(middle)) / distance, 0.0)
    return np.maximum(friction, 0.0), shift


def _to_closed(domain: Domain, axis: int, b: int, step: int) -> tuple[np.ndarray, np.ndarray]:
    """Towards the next face of `axis` in direction `b`, up or down by `step`, on the inner faces of `axis`.

    Returns:
      area between both control volumes where that next face is closed by the vessel, else 0, m2; distance, m.
    """
    grid, n = domain.grid, domain.grid.shape[b]
    shut = domain.cut.apertures[axis] == 0
    first = 1 if step > 0 else 0
    if b == axis:
        area = np.take(_both(domain.area[axis], axis).mean(0), range(first, first + n - 1), axis)
        beside = np.take(shut, range(2 * first, 2 * first + n - 1), axis)
        gap = grid.widths(axis)[first : first + n - 1]
    else:
        ends = [(1, 1) if a == b else (0, 0) for a in range(3)]
        within = np.take(domain.area[b], range(1, n), b)
        area = np.take(_inner_mean(np.pad(within, ends), axis), range(first, first + n), b)
        inner = np.take(shut, range(1, grid.shape[axis]), axis)
        beside = np.take(np.pad(inner, ends), range(2 * first, 2 * first + n), b)
        gap = grid.spacing(b)[first : first + n]
    return np.where(beside, area, 0.0), broadcast(gap, b)


def _both(cells: np.ndarray, axis: int) -> np.ndarray:
    """Values of the cells below and above the inner faces of an axis: (2, ...)."""
    n = cells.shape[axis]
    return np.stack([np.take(cells, range(n - 1), axis), np.take(cells, range(1, n), axis)])


def _inner_mean(cells: np.ndarray, axis: int) -> np.ndarray:
    return _both(cells, axis).mean(0)


def _pad_faces(inner: np.ndarray, axis: int) -> np.ndarray:
    """Values on the inner faces of an axis, with zeros on its two ends."""
    return np.pad(inner, [(1, 1) if a == axis else (0, 0) for a in range(3)])


def broadcast(values, axis: int) -> np.ndarray:
    """A 1-D array shaped to broadcast along one axis of 3-D arrays."""
    shape = [1, 1, 1]
    shape[axis] = -1
    return np.asarray(values).reshape(shape)
