"""How far a run is, as a runner reports it to its watcher."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """How far a run is. residual: relative change a turnover; imbalance: share of the heat; inlet in degC.

    `fraction` counts along the shortest way to the end; it is 1 only there. `doing` names the stage's present part.
    """

    stage: str
    step: int
    fraction: float
    residual: float
    imbalance: float
    hottest_inlet: float
    seconds_left: float | None
    doing: str = ""


Watcher = Callable[[Progress], None] | None


def meandering(spread: float, time_scale: float, uncertainty: float) -> str:
    """How a flow that meanders does so, as a person reads it.

    Args:
      spread: standard deviation, K.
      time_scale: integral time scale, s; values are independent after twice as long.
      uncertainty: half-width of the mean at 95 % confidence, K.
    """
    known = f"± {uncertainty:.2g} K (95 %)" if math.isfinite(uncertainty) else "no better than that"
    return (
        f"meanders by {spread:.2g} K (standard deviation) over some {2 * time_scale:.2g} s, its mean known to {known}"
    )


def steady_doing(elapsed: float, settle: float, averaged: float, window: float, agreed: bool, moving: str = "") -> str:
    """What a steady run does on its grid, as a person reads it: "averaging, 120 of at least 300 s".

    Args:
      elapsed: time since the grid's start, s.
      settle: time until averaging begins, s.
      averaged: length of the window so far, s.
      window: length at which it may do, s.
      agreed: whether the window's means are known.
      moving: how the flow meanders (`meandering`), if it does.
    """
    if elapsed < settle:
        return f"settling, {elapsed:.3g} of {settle:.3g} s"
    if agreed:
        return f"averaging, {averaged:.3g} s so far, until the heat balance closes"
    told = f": the hottest inlet {moving}" if moving else ""
    if averaged < window:
        return f"averaging, {averaged:.3g} of at least {window:.3g} s{told}"
    return f"averaging, {averaged:.3g} s, until the means are known{told}"
