"""Whether the gas that machines move finds a way back: without one, no pressure exists."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from jamsu.cases.assembly.machinery import Machinery
from jamsu.cases.errors import Problem
from jamsu.geometry.domain import Domain


def check_circulation(domain: Domain, made: Machinery, velocity: Sequence[np.ndarray], flow: np.ndarray) -> None:
    """Refuse machines that supply another flow to a connected space than they draw from it; a Problem names them.

    Args:
      velocity: velocity that the machines set, by axis on all faces, m/s.
      flow: flow of each machine, m3/s.
    """
    size = domain.open_cell.size
    numbers = np.arange(size).reshape(domain.open_cell.shape)
    pairs, net = [], np.zeros(size)
    touching: dict[int, set[int]] = {}
    for axis in range(3):
        low = np.take(numbers, range(numbers.shape[axis] - 1), axis)
        high = np.take(numbers, range(1, numbers.shape[axis]), axis)
        inner = [slice(None)] * 3
        inner[axis] = slice(1, -1)
        free = domain.free[axis][tuple(inner)]
        pairs.append(np.stack([low[free], high[free]]))
        owner = made.owner[axis][tuple(inner)]
        set_ = owner > 0
        through = (np.asarray(velocity[axis], float) * domain.area[axis])[tuple(inner)][set_]
        np.add.at(net, low[set_], -through)
        np.add.at(net, high[set_], through)
        for cell, number in zip(np.concatenate([low[set_], high[set_]]), np.tile(owner[set_] - 1, 2), strict=True):
            touching.setdefault(int(cell), set()).add(int(number))
    link = np.concatenate(pairs, 1)
    graph = coo_array((np.ones(link.shape[1], np.int8), (link[0], link[1])), shape=(size, size))
    _, label = connected_components(graph, directed=False)
    inflow = np.bincount(label, np.where(domain.machine.ravel() >= 0, 0.0, net))
    scale = max(float(np.sum(np.abs(flow))), 1e-12)
    for region in np.flatnonzero(np.abs(inflow) > 1e-5 * scale):
        cells = np.flatnonzero(label == region)
        names = sorted({made.names[m] for c in cells for m in touching.get(int(c), ())})
        raise Problem(
            ", ".join(names),
            f"{inflow[region]:+.3g} m3/s into a closed space",
            "expected a way back for the gas, or machines that balance",
        )
