"""Values read off a computed profile: slopes at a wall, places of extremes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np


def wall_gradient(x: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Slope at x = 0 of the cubic through 0 there and `values` (3, n) at x (3,): third order."""
    import numpy as np

    powers = x[:, None] ** np.arange(1, 4)
    return np.asarray(np.linalg.solve(powers, values)[0])


def peak(spline: Any, sign: int = 1) -> tuple[float, float]:
    """Where on [0, 1] a cubic spline is largest (sign -1: smallest), and its value there."""
    import numpy as np

    turning = spline.derivative().roots(extrapolate=False)
    places = np.r_[0.0, turning[(turning > 0) & (turning < 1)], 1.0]
    best = int(np.argmax(sign * spline(places)))
    return float(places[best]), float(spline(places[best]))
