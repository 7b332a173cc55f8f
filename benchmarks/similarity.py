"""Boundary-layer solutions of laminar plumes, by their similarity equations, for any Prandtl number.

line   f''' + (12/5) f f'' - (4/5) f'^2 + h = 0,   h' = -(12/5) Pr f h,   I = integral of f' h over the whole plume
       u = 2 (g'_c x)^(1/2) f',   y = eta 2^(1/2) (nu^2 x / g'_c)^(1/4)
       C_g = (2^(3/2) I)^(-4/5),   C_u = 2 C_g^(1/2) f'(0)
round  W'' + (1 + F) W' / e + h = 0,   F' = e W,   e h' = -Pr F h,   J = integral of W h e from the axis
       w = G^(1/2) W,   r = e (nu^2 z^2 / G)^(1/4),   G = g'_c z
       C_g = 1 / (2 pi J),   C_w = C_g^(1/2) W(0)

h(0) = 1; the velocity vanishes far out, which the velocity on the axis is found for by bisection: too slow a plume
turns downward, too fast a one keeps a speed.
Source: Gebhart, Pera & Schorr, Int. J. Heat Mass Transfer 13 (1970) 161; Yih, Proc. 1st US Congr. Appl. Mech. (1951)
941; Fujii, Int. J. Heat Mass Transfer 6 (1963) 597.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from math import pi

import numpy as np

FAR = 100.0  # eta at which the plume has ended
CENTRE = 1e-4  # e at which the round plume's integration begins, by its series


@dataclass(frozen=True)
class PlumeProfile:
    """Constants of a plume and the half widths (eta) of its velocity and of its buoyancy."""

    kind: str
    velocity_constant: float
    buoyancy_constant: float
    velocity_half: float
    buoyancy_half: float

    def half_width(self, viscosity: float, height: float) -> float:
        """Of the narrower profile, for B'^2 / nu = 1 or B / nu = 1."""
        eta = min(self.velocity_half, self.buoyancy_half)
        scale, power = (2**0.5, 0.4) if self.kind == "line" else (1.0, 0.5)
        return eta * scale * viscosity**0.5 * self.buoyancy_constant**-0.25 * height**power


@cache
def plume_profile(kind: str, prandtl: float) -> PlumeProfile:
    """Solve the similarity equations of a "line" or "round" plume; Prandtl numbers from 0.1 to 100."""
    low, high = 0.0, 10.0
    while high - low > 1e-11:
        middle = 0.5 * (low + high)
        if _integrate(kind, prandtl, middle).too_fast:
            high = middle
        else:
            low = middle
    found = _integrate(kind, prandtl, high)
    eta, speed, buoyancy = found.eta, found.speed, found.buoyancy
    if kind == "line":
        g = (2**1.5 * 2 * found.integral) ** -0.8  # both halves
        u = 2 * g**0.5 * speed[0]
    else:
        g = 1 / (2 * pi * found.integral)
        u = g**0.5 * speed[0]
    ends = [float(np.interp(-0.5 * q[0], -q, eta)) for q in (speed, buoyancy)]
    return PlumeProfile(kind, float(u), float(g), ends[0], ends[1])


@dataclass(frozen=True)
class _Shot:
    """Profiles (n,) as far as the velocity falls, the flux of buoyancy within, and how the shot ended."""

    eta: np.ndarray
    speed: np.ndarray
    buoyancy: np.ndarray
    integral: float
    too_fast: bool


def _integrate(kind: str, prandtl: float, speed: float) -> _Shot:
    """From the axis outward with the given velocity there, until the velocity turns or stops falling."""
    from scipy.integrate import solve_ivp

    def line(_: float, y: np.ndarray) -> list[float]:
        f, u, slope, h, _i = y
        return [u, slope, -2.4 * f * slope + 0.8 * u**2 - h, -2.4 * prandtl * f * h, u * h]

    def round_(e: float, y: np.ndarray) -> list[float]:
        f, u, slope, h, _i = y
        return [e * u, slope, -(1 + f) * slope / e - h, -prandtl * f * h / e, u * h * e]

    def turned(_: float, y: np.ndarray) -> float:
        return float(y[1])

    def rising(_: float, y: np.ndarray) -> float:
        return float(y[2])

    turned.terminal, rising.terminal, rising.direction = True, True, 1.0  # type: ignore[attr-defined]  # where solve_ivp looks
    if kind == "line":
        start, first = 0.0, [0.0, speed, -1e-300, 1.0, 0.0]
    else:
        e = CENTRE
        start, first = e, [speed * e**2 / 2, speed, -e / 2, 1.0, speed * e**2 / 2]
    found = solve_ivp(
        line if kind == "line" else round_,
        (start, FAR),
        first,
        method="LSODA",
        events=(turned, rising),
        rtol=1e-10,
        atol=1e-12,
    )
    return _Shot(found.t, found.y[1], found.y[3], float(found.y[4, -1]), not len(found.t_events[0]))
