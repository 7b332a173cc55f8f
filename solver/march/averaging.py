"""Averages of rounds over a window, kept as sums so that they can be saved and continued."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import jax
import numpy as np

from jamsu.solver.module import KEY_FIGURES, Round

# What is averaged per round; `temperature` and the heats are themselves means over the round's steps.
AVERAGED = (
    "temperature",
    "velocity",
    "pressure",
    "turbulence",
    "rack_inlet",
    "rack_outlet",
    "machine_flow",
    "coil_duty",
    "coil_gas_inlet",
    "coil_gas_outlet",
    "coil_water_inlet",
    "coil_effectiveness",
    "cooler_duty",
    "cooler_intake",
    "hull_heat",
    "patch_heat",
    "wall",
    "stored",
    "block_stored",
    "block_temperature",
    "block_exchange",
    "key_figures",
)
SQUARES = "key_figures_squared"


@dataclass
class Average:
    """Time-weighted sums of rounds.

    duration: s. sums: quantity -> sum of value * duration (NumPy, double precision, trees of arrays).
    """

    duration: float = 0.0
    sums: dict[str, Any] = field(default_factory=dict)

    def add(self, report: Round) -> None:
        weight = float(report.duration)
        values = jax.device_get({name: getattr(report, name) for name in AVERAGED})
        values[SQUARES] = np.asarray(values["key_figures"], np.float64) ** 2
        scaled = jax.tree_util.tree_map(lambda v: np.asarray(v, np.float64) * weight, values)
        self.sums = scaled if not self.sums else jax.tree_util.tree_map(np.add, self.sums, scaled)
        self.duration += weight

    def merged(self, other: Average) -> Average:
        """The average over both windows."""
        if not self.sums:
            return other
        if not other.sums:
            return self
        return Average(self.duration + other.duration, jax.tree_util.tree_map(np.add, self.sums, other.sums))

    def mean(self, name: str) -> Any:
        """Time mean of a quantity (a tree of double-precision arrays). ValueError when nothing was added."""
        if not self.sums:
            raise ValueError("an average of no rounds")
        return jax.tree_util.tree_map(lambda v: v / self.duration, self.sums[name])

    def spread(self) -> dict[str, float]:
        """Standard deviation over time of each key figure (`jamsu.solver.module.KEY_FIGURES`), between rounds."""
        mean, square = self.mean("key_figures"), self.mean(SQUARES)
        return dict(zip(KEY_FIGURES, np.sqrt(np.maximum(square - mean**2, 0.0)).tolist(), strict=True))
