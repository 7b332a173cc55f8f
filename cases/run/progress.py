"""How far a run is, as a runner reports it to its watcher."""

from __future__ import annotations

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


def steady_doing(elapsed: float, settle: float, averaged: float, window: float, agreed: bool) -> str:
    """What a steady run does on its grid, as a person reads it: "averaging, 120 of at least 300 s".

    Args:
      elapsed: time since the grid's start, s.
      settle: time until averaging begins, s.
      averaged: length of both half windows so far, s.
      window: length wanted of a flow that keeps moving, s.
      agreed: whether the two halves have been found alike.
    """
    if elapsed < settle:
        return f"settling, {elapsed:.3g} of {settle:.3g} s"
    if agreed:
        return f"averaging, {averaged:.3g} s so far, until the heat balance closes"
    if averaged < window:
        return f"averaging, {averaged:.3g} of at least {window:.3g} s"
    return f"averaging, {averaged:.3g} s, until both halves agree"
