"""How far a run is: what a runner tells whoever watches it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """How far a run is. residual: relative change a turnover; imbalance: share of the heat; inlet in degC."""

    stage: str
    step: int
    fraction: float
    residual: float
    imbalance: float
    hottest_inlet: float
    seconds_left: float | None


Watcher = Callable[[Progress], None] | None
