"""What the steady march and the march in time share: the length of steps, and the report of a round."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jamsu.solver.grid.arrays import on_device
from jamsu.solver.module import Module, ModuleState
from jamsu.solver.round import Round, advance

COURANT = 0.7  # target Courant number
LARGEST_GROWTH = 1.5  # factor of the step from one round to the next


@dataclass
class Progress:
    """Report of one round, for progress displays and the history.

    Attributes:
      time: time at the end, s.
      residual: relative change of the temperature field per turnover.
      imbalance: share of the sources that neither left nor was stored.
      hottest: hottest rack inlet (without racks: hottest gas) from the reference, K.
      fraction: fraction of the march (of this level) that is done.
    """

    time: float
    residual: float
    imbalance: float
    hottest: float
    fraction: float


def advance_by(module: Module, state: ModuleState, dt: float, steps: int) -> tuple[ModuleState, Round]:
    """One round of `steps` steps of `dt` (s)."""
    dtype = module.model.mesh.dtype
    return advance(module, state, on_device(dt, dtype), on_device(steps, np.int32))


def sources(module: Module) -> float:
    """Heat released in the gas domain, W."""
    return float(np.sum(np.asarray(module.model.heat.source, float)))


def sinks(report: Round) -> float:
    """Heat that leaves the gas domain, W."""
    return float(sum(float(heat) for heat in report.exchanged.values()))


def hottest(report: Round) -> float:
    """Hottest height unit's inlet (where no gas passes a rack: hottest gas), K from the reference."""
    return float(report.values["key_figures"]["hottest_inlet"])


def relative_change(report: Round, turnover: float) -> float:
    """Change of the temperature field in one turnover (s) over the hottest inlet's temperature."""
    return float(report.change) * turnover / max(abs(hottest(report)), 1.0)
