"""Probes on the grid: the gas cells around each point and their weights."""

from __future__ import annotations

import itertools

import jax.numpy as jnp
import numpy as np

from jamsu.cases.schema.case import Case
from jamsu.geometry.domain import Domain
from jamsu.solver.grid.arrays import on_device
from jamsu.solver.probes import Probes

CORNERS = 8
Cell = tuple[int, ...]


def build_probes(case: Case, domain: Domain, cast) -> Probes:
    """The table of all points, probe by probe."""
    points = [point for probe in case.probes.values() for point in probe.points]
    gas = domain.open_cell & (domain.machine < 0)
    rows = [_row(domain, gas, point) for point in points]
    cell, weight = (np.array([row[i] for row in rows]).reshape(-1, CORNERS) for i in (0, 1))
    return Probes(on_device(cell, jnp.int32), cast(weight))


def _row(domain: Domain, gas: np.ndarray, point) -> tuple[np.ndarray, np.ndarray]:
    """Flat numbers and weights of the cells around a point; rows are filled up with cells of no weight."""
    own, choices = [], []
    for axis, value in enumerate(point):
        edges, centres = (np.asarray(v, float) for v in (domain.grid.edges(axis), domain.grid.centres(axis)))
        cell = int(np.clip(np.searchsorted(edges, value, side="right") - 1, 0, len(centres) - 1))
        own.append(cell)
        choices.append(_pair(centres, cell, value))
    weights = {tuple(c for c, _ in corner): _product(corner) for corner in itertools.product(*choices)}
    start: Cell = tuple(own)
    if not gas[start]:  # gas of the case, but closed on this grid: a cut cell too small
        start = _nearest(domain, gas, point)
        weights = {start: 1.0}
    seen = _reached(domain, gas, start, set(weights))
    kept = {cell: weight for cell, weight in weights.items() if cell in seen}
    whole = sum(kept.values())
    numbers = [int(np.ravel_multi_index(cell, gas.shape)) for cell in kept]
    shares = [weight / whole for weight in kept.values()]
    fill = CORNERS - len(numbers)
    return np.array(numbers + numbers[:1] * fill), np.array(shares + [0.0] * fill)


def _pair(centres: np.ndarray, cell: int, value: float) -> list[tuple[int, float]]:
    """The cells whose centres lie on both sides of a value, with their weights; one where there is no other."""
    other = cell + (1 if value > centres[cell] else -1)
    if not 0 <= other < len(centres) or value == centres[cell]:
        return [(cell, 1.0)]
    share = (value - centres[cell]) / (centres[other] - centres[cell])
    return [(cell, 1.0 - share), (other, share)]


def _product(corner) -> float:
    return float(np.prod([weight for _, weight in corner]))


def _reached(domain: Domain, gas: np.ndarray, start: Cell, among: set[Cell]) -> set[Cell]:
    """The gas cells of a few that the gas comes to from one of them without leaving them."""
    seen, new = {start}, [start]
    while new:
        cell = new.pop()
        for axis, step in itertools.product(range(3), (-1, 1)):
            other = tuple(c + step * (a == axis) for a, c in enumerate(cell))
            face = tuple(max(c, o) for c, o in zip(cell, other, strict=True))
            if other in among and other not in seen and gas[other] and domain.free[axis][face]:
                seen.add(other)
                new.append(other)
    return seen


def _nearest(domain: Domain, gas: np.ndarray, point) -> Cell:
    """The gas cell whose centre is nearest to a point."""
    x, y, z = (np.asarray(domain.grid.centres(axis), float) - point[axis] for axis in range(3))
    distance = x[:, None, None] ** 2 + y[None, :, None] ** 2 + z[None, None, :] ** 2
    return tuple(int(i) for i in np.unravel_index(np.argmin(np.where(gas, distance, np.inf)), gas.shape))
