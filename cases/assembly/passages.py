"""Ways through a rack that are not its servers': empty units and gaps, which the pressure drives gas through.

A rack's rows of cells belong either to its servers, whose faces carry the rack's flow, or to a passage: gas with drag
along the rack's depth, closed towards the servers and at the rack's sides. A row is a passage where at least half of it
is empty. What the rows gain or lose in area the loss coefficient makes up for: gas passes as through the true area,

    K_row = K (A_rows / A_empty)^2          dp = K rho u^2 / 2, u the speed in the empty units

Gaps take rows too, with the loss of a plate of their open share. Parallel ways of one row add up in 1 / K^(1/2).
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from jamsu.cases.assembly.machinery import Machinery
from jamsu.cases.schema.case import Rack
from jamsu.geometry.domain import Domain, Index, faces_of, plane_of
from jamsu.solver.flow.losses import SHARP_ENTRANCE_LOSS, perforation_loss

HALF = 0.5  # empty share from which a row of cells is a passage


class Rows(NamedTuple):
    """How a rack's rows of cells are used.

    Attributes:
      inside: share of each height unit in each row, (row, unit); of filled units nothing in passages.
      loss: loss coefficient of each row that is a passage; infinite for the servers' rows.
    """

    inside: np.ndarray
    loss: np.ndarray


def rack_rows(rack: Rack, inside: np.ndarray, height: np.ndarray) -> Rows:
    """Divide a rack's rows between servers and passages.

    Args:
      inside: share of each height unit that lies in each row, (row, unit).
      height: heights of the rows, m.
    """
    unit = rack.size[2] / rack.height_units
    empty = np.array(rack.unit_empty)
    empty_share = inside[:, empty].sum(1) * unit / height
    conducted = np.zeros(len(height))  # 1 / K^(1/2)
    free = empty_share > HALF - 1e-9
    if free.all():
        free[np.argmin(empty_share)] = False  # servers need a row
    if rack.empty_units == "open" and free.any():
        loss = SHARP_ENTRANCE_LOSS if rack.empty_loss_coefficient is None else rack.empty_loss_coefficient
        wider = height[free].sum() / (empty.sum() * unit)
        conducted[free] += 1 / (np.sqrt(max(loss, 1e-6)) * wider)
    if rack.leakage_area is not None:
        leaking = free if rack.leakage_at == "empty_units" and free.any() else np.arange(len(height)) == 0
        share = min(rack.leakage_area / (rack.width * height[leaking].sum()), 1 - 1e-9)
        conducted[leaking] += 1 / np.sqrt(max(perforation_loss(share), 1e-6))
    passage = conducted > 0
    if passage.all():
        passage[-1] = False
    loss_of_row = np.where(passage, 1 / np.where(passage, conducted, 1) ** 2, np.inf)
    return Rows(_moved(inside, passage, height) if passage.any() else inside, loss_of_row)


def _moved(inside: np.ndarray, passage: np.ndarray, height: np.ndarray) -> np.ndarray:
    """The shares of the height units with all of each in rows that are no passage, the nearest where it had none."""
    kept = np.where(passage[:, None], 0.0, inside)
    centre = np.cumsum(height) - 0.5 * height
    for unit in np.flatnonzero(kept.sum(0) <= 0):
        middle = float(centre @ inside[:, unit])
        kept[np.argmin(np.where(passage, np.inf, np.abs(centre - middle))), unit] = 1.0
    return kept / kept.sum(0)


def open_passages(
    domain: Domain,
    made: Machinery,
    body: Index,
    axis: int,
    sign: int,
    loss: np.ndarray,
    before: tuple[list[np.ndarray], list[np.ndarray]],
    number: int,
) -> None:
    """Open the rows of a closed rack that are passages.

    Args:
      loss: loss coefficient by row, infinite for rows that stay closed.
      before: open areas and free faces, by axis, before the rack was closed.
      number: number of the rack.
    """
    edges = np.asarray(domain.grid.edges(axis))
    depth = edges[body[axis].stop] - edges[body[axis].start]
    for first, last in _runs(np.isfinite(loss)):
        cells = (body[0], body[1], slice(body[2].start + first, body[2].start + last))
        domain.machine[cells] = -1
        for across in range(3):
            index = faces_of(cells, across)
            if across != axis:  # the passage's own sides stay closed
                inner = list(index)
                inner[across] = slice(index[across].start + 1, index[across].stop - 1)
                index = (inner[0], inner[1], inner[2])
            for now, then in zip((domain.area, domain.free), before, strict=True):
                now[across][index] = then[across][index]
        along = (loss[first:last] / (2 * depth))[None, None, :]
        widths, spacing = (np.asarray(v) for v in (domain.grid.widths(axis), domain.grid.spacing(axis)))
        for face in range(cells[axis].start, cells[axis].stop + 1):
            inside = [0.5 * widths[c] for c in (face - 1, face) if cells[axis].start <= c < cells[axis].stop]
            domain.drag[axis][plane_of(cells, axis, face)] += along * sum(inside) / spacing[face]
        offset = sum(a.size for a in domain.area[:axis])
        numbers = offset + np.arange(domain.area[axis].size).reshape(domain.area[axis].shape)
        front = cells[axis].start if sign > 0 else cells[axis].stop
        faces = numbers[plane_of(cells, axis, front)].ravel()
        made.passages.add(face=faces, rack=np.full(faces.size, number), sign=np.full(faces.size, float(sign)))


def _runs(wanted: np.ndarray) -> list[tuple[int, int]]:
    """First and last-plus-one index of each run of true values."""
    steps = np.flatnonzero(np.diff(np.concatenate([[False], wanted, [False]]).astype(int)))
    return [(int(a), int(b)) for a, b in zip(steps[::2], steps[1::2], strict=True)]
