"""Pressure losses of what stands in the flow.

Gaps and leaks count as holes in a plate: K of a small open share f tends to (1.707 / f)^2, as of a sharp-edged orifice
with a coefficient of discharge of 0.59.
"""

from __future__ import annotations

# Loss coefficient of a sharp-edged entrance flush with a wall (Idelchik, Handbook of Hydraulic Resistance, 3rd ed.
# 1994, diagram 3-1). What cables and rails add is not in it.
SHARP_ENTRANCE_LOSS = 0.5


def perforation_loss(open_fraction: float) -> float:
    """Loss coefficient K of a thin perforated plate, dp = K rho u^2 / 2 at the face speed u.

    K = [0.707 (1-f)^0.375 + 1 - f]^2 / f^2, sharp-edged holes at high Reynolds number (Idelchik, Handbook of
    Hydraulic Resistance, 3rd ed. 1994, diagram 8-1), 0 < f < 1.
    """
    f = open_fraction
    return (0.707 * (1 - f) ** 0.375 + 1 - f) ** 2 / f**2
