"""Values read off a computed flow: heat at walls, velocities on the lines through the centre, extremes, crossings."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

if TYPE_CHECKING:
    from jamsu.solver.flow.model import FlowModel, FlowState


def received(model: FlowModel, state: FlowState) -> np.ndarray:
    """Heat that each cell receives from walls, by the scheme's own conductances, (nx, ny, nz)."""
    heat = model.heat
    return np.asarray(heat.exchange * (heat.exchange_temperature - state.temperature))


def wall_heat(
    model: FlowModel, state: FlowState, conducted: float = 1.0, axis: int = 0, hot: int = 0
) -> dict[str, float]:
    """Mean Nusselt number of the hot side of a box, and the heat that the opposite side does not give back.

    Args:
      conducted: heat that the fluid at rest conducts. axis, hot: the hot side is the first (0) or last (-1) of an axis.
    """
    heat = received(model, state)
    heat_in, heat_out = float(heat.take(hot, axis).sum()), -float(heat.take(-1 - hot, axis).sum())
    return {"nusselt_mean": heat_in / conducted, "wall_balance": (heat_in - heat_out) / heat_in}


def hot_side(model: FlowModel, state: FlowState) -> float:
    """Mean Nusselt number of the side x = 0 of a box of unit length."""
    return wall_heat(model, state, float(np.sum(np.asarray(model.mesh.area[0][0]))))["nusselt_mean"]


def wall_gradient(x: np.ndarray, values: np.ndarray) -> np.ndarray:
    """Slope at x = 0 of the cubic through 0 there and `values` (3, n) at x (3,): third order."""
    powers = x[:, None] ** np.arange(1, 4)
    return np.asarray(np.linalg.solve(powers, values)[0])


def centre_lines(model: FlowModel, state: FlowState, lid: float = 0.0) -> tuple[Any, Any]:
    """Splines of u over z on x = 1/2 and of w over x on z = 1/2 of a unit square whose top moves at `lid`."""
    from scipy.interpolate import CubicSpline

    mesh = model.mesh
    u, w = np.asarray(state.velocity[0])[:, 0, :], np.asarray(state.velocity[2])[:, 0, :]
    u_mid = CubicSpline(np.asarray(mesh.x_edge), u)(0.5)
    w_mid = CubicSpline(np.asarray(mesh.z_edge), w, axis=1)(0.5)
    return (
        CubicSpline(np.r_[0, np.asarray(mesh.centres(2)), 1], np.r_[0, u_mid, lid]),
        CubicSpline(np.r_[0, np.asarray(mesh.centres(0)), 1], np.r_[0, w_mid, 0]),
    )


def peak(spline: Any, sign: int = 1) -> tuple[float, float]:
    """Where on [0, 1] a cubic spline is largest (sign -1: smallest), and its value there."""
    turning = spline.derivative().roots(extrapolate=False)
    places = np.r_[0.0, turning[(turning > 0) & (turning < 1)], 1.0]
    best = int(np.argmax(sign * spline(places)))
    return float(places[best]), float(spline(places[best]))


def crossings(x: np.ndarray, values: np.ndarray, rising: bool = True) -> np.ndarray:
    """Places where values at x pass through zero, linearly between two of them."""
    a, b = values[:-1], values[1:]
    at = np.flatnonzero((a < 0) & (b >= 0) if rising else (a >= 0) & (b < 0))
    return np.asarray(x[at] + (x[at + 1] - x[at]) * a[at] / (a[at] - b[at]))


def lagrange(points: np.ndarray, at: float) -> np.ndarray:
    """Weights of the values at some points for their polynomial's value."""
    powers = np.arange(len(points))
    return np.asarray(np.linalg.solve((points - at)[None, :] ** powers[:, None], (powers == 0).astype(float)))
