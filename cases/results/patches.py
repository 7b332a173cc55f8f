"""The hull's patches as results show them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jamsu.solver.exchange.hull import Hull
from jamsu.solver.march.averaging import Average


@dataclass(frozen=True)
class Patches:
    """True patches of a hull; its table is filled up to a common length (`jamsu.solver.padding`).

    Attributes:
      cell: flat number of each patch's cell.
      area: inner surface, m2.
      distance: distance from the gas to the wall, m.
      means: means of the group "hull" over a window, temperatures in K from the reference.
    """

    cell: np.ndarray
    area: np.ndarray
    distance: np.ndarray
    means: dict[str, np.ndarray]


def hull_patches(hull: Hull, average: Average) -> Patches:
    """The patches of a hull and their means."""
    area = np.asarray(hull.layout.area, float)
    true = area > 0
    cell, distance = np.asarray(hull.layout.cell), np.asarray(hull.layout.distance, float)
    means = {name: values[true] for name, values in average.group("hull").items()}
    return Patches(cell[true], area[true], distance[true], means)
