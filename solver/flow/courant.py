"""How long a step may be: the rate at which a cell's content is exchanged."""

from __future__ import annotations

import jax
import jax.numpy as jnp
from jaxtyping import Array

from jamsu.solver.flow.closure import closure
from jamsu.solver.flow.model import FlowModel, FlowState
from jamsu.solver.flow.step import in_halo
from jamsu.solver.grid.fusion import halo_padded, with_neighbours
from jamsu.solver.grid.mesh import AXES, take
from jamsu.solver.grid.operators import mean, volume_flux


@jax.jit
def courant_rate(model: FlowModel, state: FlowState, eddy: Array | None = None) -> Array:
    """Largest rate at which a cell's content is exchanged by the flow and by eddies, 1/s.

    Its product with dt is the Courant number. Eddies count as far as their explicit diffusion limits the step: twice
    the sum over the faces of diffusivity times area over distance, over the volume (Gershgorin's bound of
    Adams-Bashforth 2). Momentum's diffusivity is nu_t, along a component's own axis 2 nu_t; heat's nu_t / Pr_t never
    limits for Pr_t above 0.4, as Euler steps may be twice as long. The rate is infinite for a flow that has diverged.

    Args:
      eddy: nu_t of this state, m2/s; None: found here (always so in boxes with periodic sides).
    """
    if any(model.mesh.periodic):
        halo, wide, around = in_halo(model, state)
        return jnp.max(halo.within(_exchange_rate(wide, around)))
    return jnp.max(_exchange_rate(model, state, eddy))


def _exchange_rate(model: FlowModel, state: FlowState, eddy: Array | None = None) -> Array:
    """`courant_rate` of each cell."""
    mesh, heat = model.mesh, model.heat
    flux = volume_flux(mesh, state.velocity)
    rate: Array | float = 0.0
    for axis in AXES:
        low, high = inner_low_high(flux[axis], axis)
        rate = rate + jnp.maximum(jnp.abs(low), jnp.abs(high))
    if eddy is None:
        eddy = closure(model, state.velocity, state.turbulence).eddy
    if eddy is not None and heat.turbulent_link is not None:
        around = halo_padded(eddy)
        links = (heat.turbulent_link[a] * mean(with_neighbours(around, a), a) for a in AXES)
        by_axis = [take(link, a, None, -1) + take(link, a, 1, None) for a, link in enumerate(links)]
        whole = sum(by_axis)
        twice = jnp.maximum(jnp.maximum(by_axis[0], by_axis[1]), by_axis[2])
        rate = jnp.maximum(rate, 2 * (whole + twice))
    # A maximum would ignore NaN.
    return jnp.where(jnp.isfinite(rate), rate, jnp.inf) / mesh.volume


def inner_low_high(face: Array, axis: int) -> tuple[Array, Array]:
    """Lower and upper face of each cell along one axis."""
    index_low = [slice(None)] * 3
    index_high = [slice(None)] * 3
    index_low[axis] = slice(None, -1)
    index_high[axis] = slice(1, None)
    return face[tuple(index_low)], face[tuple(index_high)]
