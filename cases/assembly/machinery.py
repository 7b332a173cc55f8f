"""Tables of where machines are, and how a machine gets its faces and cells."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from jamsu.cases.errors import Problem
from jamsu.cases.schema.case import Case
from jamsu.geometry.domain import Domain, Index, close_box, plane_of

OTHER_MACHINES = -1  # replaces a height unit: the last entry of a vector that ends with a 1


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
      owner: by axis on all faces, number of the machine that sets the face's flow, from 1; 0 where none does.
      names: paths of the machines, such as "racks.R1", in the solver's order.
      faces: columns of `jamsu.solver.exchange.machines.MachineLayout`: face, machine, slot, velocity.
      heated: columns of that layout for the heated cells: cell, source, share.
      ports: columns of `jamsu.solver.exchange.racks.RackLayout`, one row a port.
      jets, jet_faces: columns of `jamsu.solver.flow.jets.Jets`: entries, and faces of openings.
      later: what is placed once all machines stand.
      passages: columns of that layout for passages: face, rack, sign.
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
    jets: Rows = field(default_factory=Rows)
    jet_faces: Rows = field(default_factory=Rows)
    later: list[Callable[[], None]] = field(default_factory=list)
    passages: Rows = field(default_factory=Rows)
    level_rack: list[int] = field(default_factory=list)
    coil_cells: Rows = field(default_factory=Rows)
    coil_columns: Rows = field(default_factory=Rows)
    cooler_cells: Rows = field(default_factory=Rows)
    intakes: Rows = field(default_factory=Rows)


def flat_cells(domain: Domain, index: Index) -> np.ndarray:
    """Flat numbers of a block of cells, in the block's shape."""
    return np.arange(domain.open_cell.size).reshape(domain.open_cell.shape)[index]


def most_units(case: Case) -> int:
    """Height units of the tallest rack."""
    return max([rack.height_units for rack in case.racks.values()], default=1)


class Sources(NamedTuple):
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


def set_faces(
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
      share: share of the machine's flow through each face, in the plane's shape. With `slots` it has one axis more: the
        shares of the flow of each of these height units.
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


def pass_through(
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
        set_faces(domain, made, axis, plane_of(cells, axis, face), share, machine, sign, slots)


def depth(cells: Index, axis: int, sign: int) -> tuple[list[int], int, int]:
    """Cell layers along the flow, from the intake; the layer before the intake and the one behind the outlet."""
    layers = list(range(cells[axis].start, cells[axis].stop))[::sign]
    return layers, layers[0] - sign, layers[-1] + sign


def layer_cells(domain: Domain, cells: Index, axis: int, layer: int) -> np.ndarray:
    return flat_cells(domain, plane_of(cells, axis, layer)).ravel()
