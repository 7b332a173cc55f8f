"""Grids of wide streams, and marching of flows through open sides to a steady state."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np

    from jamsu.solver.flow.model import FlowModel, FlowState

# Adams-Bashforth is stable for upwind advection up to Courant numbers of 1/2 and for viscosity up to the viscous limit,
# but not for both at once.
COURANT = 0.3
VISCOUS = 0.6  # of the viscous limit
SMALLEST_SHARE = 1 / 128  # of the step that should do: with less a march has broken down


def settle(
    model: FlowModel,
    state: FlowState,
    decay: float,
    tolerance: float,
    largest_time: float,
    courant: float = COURANT,
    longest: float = float("inf"),
) -> tuple[FlowState, float, int]:
    """March until rate of change times `decay` (time) is within the tolerance; velocities are of order 1.

    Args:
      longest: time step, where nothing moves yet.

    Returns:
      state, remaining distance from the steady state (infinite if the march has broken down), time steps taken.
    """
    import jax.numpy as jnp
    import numpy as np

    from jamsu.benchmarks.marching import STEPS_A_ROUND, _compiled, viscous_limit

    march, rate_of = _compiled()
    longest = min(longest, VISCOUS * viscous_limit(model))
    end = float(state.time) + largest_time
    remaining, taken, share = np.inf, 0, 1.0
    while remaining > tolerance and float(state.time) < end:
        dt = share * min(courant / max(float(rate_of(model, state)), 1e-30), longest)
        after, changes = march(model, state, jnp.asarray(dt, model.mesh.dtype))
        taken += STEPS_A_ROUND
        change = float(np.max(np.asarray(changes)))
        if not (np.isfinite(change) and float(rate_of(model, after)) * dt < 2 * courant):
            share /= 2  # again: the flow has become much faster within the round
            if share < SMALLEST_SHARE:
                return after, np.inf, taken
            continue
        state, remaining, share = after, decay * change, min(1.0, 1.5 * share)
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
