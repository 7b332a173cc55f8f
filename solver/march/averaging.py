"""Averages of rounds over a window, kept as sums so that they can be saved and continued."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

import jax
import numpy as np

from jamsu.solver.round import Round
from jamsu.solver.variables import averaged

Sums = dict[str, np.ndarray]
SQUARED = ("racks.inlet_temperature",)  # besides single numbers: quantities whose squares are kept
FIELD = 3  # dimensions of a quantity by cells or faces


@dataclass
class Average:
    """Time-weighted sums of rounds.

    Attributes:
      duration: length of the window, s.
      sums: sum of value times duration by dotted name, "coils.duty" (`jamsu.solver.variables`), in double precision;
        "exchanged.NAME" is the heat that an exchanger took from the gas.
      squares: sum of value squared times duration, for single numbers and `SQUARED`.
    """

    duration: float = 0.0
    sums: Sums = field(default_factory=dict)
    squares: Sums = field(default_factory=dict)

    def add(self, report: Round) -> None:
        """Add a round."""
        weight = float(report.duration)
        found = jax.device_get(averaged(report.values))
        values = {f"{group}.{name}": np.asarray(v, float) for group, own in found.items() for name, v in own.items()}
        values |= {f"exchanged.{name}": np.asarray(heat, float) for name, heat in report.exchanged.items()}
        self.sums = _added(self.sums, {name: np.asarray(value * weight) for name, value in values.items()})
        single = {name: value for name, value in values.items() if value.ndim == 0 or name in SQUARED}
        self.squares = _added(self.squares, {name: np.asarray(value**2 * weight) for name, value in single.items()})
        self.duration += weight

    def merged(self, other: Average) -> Average:
        """The average over both windows."""
        sums, squares = _added(self.sums, other.sums), _added(self.squares, other.squares)
        return Average(self.duration + other.duration, sums, squares)

    def packed(self) -> Average:
        """The same with fields in single precision, of which several windows are kept at a time.

        A mean temperature of 20 K loses a micro-kelvin by it; heat balances are single numbers, which stay double.
        """
        sums = {name: value.astype(np.float32) if value.ndim == FIELD else value for name, value in self.sums.items()}
        return Average(self.duration, sums, self.squares)

    def mean(self, name: str) -> np.ndarray:
        """Time mean of a quantity. Raises ValueError when nothing was added."""
        return self._mean(self.sums, name)

    def spread(self, name: str) -> float:
        """Standard deviation over time of a single number, between rounds."""
        return float(np.sqrt(max(self._mean(self.squares, name) - self.mean(name) ** 2, 0.0)))

    def group(self, group: str) -> dict[str, np.ndarray]:
        """Time means of all quantities of a group, by their own names."""
        first = f"{group}."
        return {name.removeprefix(first): self.mean(name) for name in self.sums if name.startswith(first)}

    def _mean(self, sums: Mapping[str, np.ndarray], name: str) -> np.ndarray:
        if not sums:
            raise ValueError("an average of no rounds")
        return np.asarray(np.asarray(sums[name], float) / self.duration)


def _added(first: Sums, second: Sums) -> Sums:
    """Sums by name, in double precision; where one is empty, the other."""
    if not first or not second:
        return first or second
    return {name: np.asarray(np.asarray(first[name], float) + value) for name, value in second.items()}
