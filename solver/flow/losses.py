"""Pressure losses of what stands in the flow."""

from __future__ import annotations


def perforation_loss(open_fraction: float) -> float:
    """Loss coefficient K of a thin perforated plate, dp = K rho u^2 / 2 at the face speed u.

    K = [0.707 (1-f)^0.375 + 1 - f]^2 / f^2, sharp-edged holes at high Reynolds number (Idelchik, Handbook of
    Hydraulic Resistance, 3rd ed. 1994, diagram 8-1), 0 < f < 1.
    """
    f = open_fraction
    return (0.707 * (1 - f) ** 0.375 + 1 - f) ** 2 / f**2
