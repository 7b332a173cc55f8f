"""Grids of wide streams, and marching of flows through open sides to a steady state."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from solver.step import Model, State

# Adams-Bashforth is stable for upwind advection up to Courant numbers of 1/2 and for viscosity up to the viscous limit,
# but not for both at once.
COURANT = 0.3
VISCOUS = 0.6  # of the viscous limit


def settle(
    model: Model, state: State, decay: float, tolerance: float, largest_time: float, courant: float = COURANT
) -> tuple[State, float, int]:
    """March until rate of change times `decay` (time) is within the tolerance; velocities are of order 1.

    Returns:
      state, remaining distance from the steady state (infinite if the march has broken down), time steps taken.
    """
    import jax.numpy as jnp
    import numpy as np

    from benchmarks.marching import STEPS_A_ROUND, _compiled, viscous_limit

    march, rate_of = _compiled()
    longest = VISCOUS * viscous_limit(model)
    end = float(state.time) + largest_time
    remaining, taken = np.inf, 0
    while remaining > tolerance and float(state.time) < end:
        dt = min(courant / max(float(rate_of(model, state)), 1e-30), longest)
        state, changes = march(model, state, jnp.asarray(dt, model.mesh.dtype))
        taken += STEPS_A_ROUND
        remaining = decay * float(np.max(np.asarray(changes)))
        if not np.all(np.isfinite(np.asarray(changes))):
            return state, np.inf, taken
    return state, remaining, taken


def growing(first: float, widest: float, reach: float, end: float, growth: float) -> np.ndarray:
    """Edges from 0 to `end`, cells growing from `first`, no wider than `widest` up to `reach`."""
    import numpy as np

    edges, width = [0.0], first
    while edges[-1] < end:
        edges.append(edges[-1] + width)
        width *= growth
        if edges[-1] < reach:
            width = min(width, widest)
    return np.asarray(edges)
