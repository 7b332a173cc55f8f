"""How far heat may be carried linearly through the faces next to walls: until an extremum would arise.

The limited scheme compares the slopes on both sides of the upwind cell C. Where a wall stands behind C there is no
second upwind point, and the face value is linear between C and the downwind cell D, as far as that is allowed:

    T_face = T_C + s_C R (T_D - T_C),        R = min(1, A / P),

P being the heat (W) that all such faces of C carry beyond upwind, and A the heat that C may lose or gain by it. C may
lose heat (T_D > T_C) as fast as its colder neighbours, walls included, take heat from it, and gain heat (T_D < T_C) as
fast as its warmer ones give it,

    A = STEEPEST sum_j c_j max(T_C - T_j, 0),      c_j = F_j + g_j,

with F_j the inflow from j and g_j the conductance to it, as capacity rates, W/K. For a wall, whose film may be strong
but is implicit, c_j is at most the sum of all others, so that the explicit correction is no faster than these. The
correction is a sum of positive coefficients times (T_j - T_C), so in a steady state no cell is colder than everything
that it exchanges heat with, nor warmer. Without the limit a cell that is fed at T_in, next to a warm one at T_D,
settles at 2 T_in - T_D.

Source: the multi-dimensional upstream limiter of Kuzmin & Turek, J. Comput. Phys. 198 (2004) 131, with conduction and
walls among the neighbours.
"""

from __future__ import annotations

import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from jamsu.solver.flow.advection import SHUT_ABOVE, SHUT_BELOW, UPWIND, line
from jamsu.solver.grid.fusion import fusion_barrier, halo_padded, without_halo
from jamsu.solver.grid.mesh import AXES, Mesh, Vector, along, take

STEEPEST = 2.0  # times the slope towards the neighbours: as van Leer's limiter ends at


def wall_shares(
    mesh: Mesh,
    wide: Array,
    flux: Vector,
    conductance: Vector,
    exchange: tuple[Float[Array, "nx ny nz"], Float[Array, "nx ny nz"]],
    stencil_limits: tuple[Int[Array, "..."], Int[Array, "..."], Int[Array, "..."]],
) -> tuple[Array, Array]:
    """R of every cell, halo-padded: one for the heat that its wall faces lose beyond upwind, one for what they gain.

    Args:
      wide: the temperature, halo-padded.
      flux: capacity rates through the faces, W/K, upwards.
      conductance: conductance of the faces, W/K.
      exchange: G (W/K) and T_ext (K) of what lies outside.
      stencil_limits: what the faces may read, see `advection.face_stencil_limits`.
    """
    lines = tuple(line(mesh.centres(axis), mesh.edges[axis][1:-1], mesh.shape[axis]).share for axis in AXES)
    return fusion_barrier(
        lambda *given: tuple(halo_padded(r) for r in _shares(*given)),
        wide,
        flux,
        conductance,
        exchange,
        stencil_limits,
        lines,
    )


def _shares(wide, flux, conductance, exchange, stencil_limits, share) -> tuple[Array, Array]:
    here = without_halo(wide, *AXES)
    faces = []  # of each cell: outward capacity rate, conductance, rise to the neighbour, distance share, wall behind
    for axis in AXES:
        beside = without_halo(wide, *(a for a in AXES if a != axis))
        for step in (-1, 1):
            ends = (None, -1) if step < 0 else (1, None)
            out = step * take(flux[axis], axis, *ends)
            g = take(conductance[axis], axis, *ends)
            rise = take(beside, axis, 1, -3) - here if step < 0 else take(beside, axis, 3, -1) - here
            part = along(share[axis], axis)
            part = 1 - take(part, axis, *ends) if step < 0 else take(part, axis, *ends)
            bits = take(stencil_limits[axis], axis, *ends)
            shut = SHUT_ABOVE if step < 0 else SHUT_BELOW
            faces.append((out, g, rise, part, (bits & shut > 0) & (bits & UPWIND == 0)))
    others = sum(jnp.maximum(-out, 0) + g for out, g, *_ in faces)
    strength, beyond = exchange
    outside = jnp.minimum(strength, others) * (beyond - here)
    colder, warmer = jnp.maximum(-outside, 0), jnp.maximum(outside, 0)
    lost, gained = jnp.zeros_like(here), jnp.zeros_like(here)
    for out, g, rise, part, walled in faces:
        pull = (jnp.maximum(-out, 0) + g) * rise
        colder, warmer = colder + jnp.maximum(-pull, 0), warmer + jnp.maximum(pull, 0)
        carried = jnp.where(walled, jnp.maximum(out, 0) * part * rise, 0)
        lost, gained = lost + jnp.maximum(carried, 0), gained + jnp.maximum(-carried, 0)
    return _ratio(STEEPEST * colder, lost), _ratio(STEEPEST * warmer, gained)


def _ratio(allowed: Array, wanted: Array) -> Array:
    return jnp.where(wanted > allowed, allowed / jnp.where(wanted > 0, wanted, 1), 1)
