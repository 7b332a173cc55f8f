"""Heat: advection by the flow, conduction in fluid and solids, sources, and exchange with what lies outside.

    C dT/dt = - sum_f rho c F_f T_f + sum_f g_f (T_nb - T) + P + G (T_ext - T)

per cell, with C = rho c V (J/K), g_f the conductance between two cell centres (W/K; series of both halves, so
the harmonic mean of two conductivities), P the source (W), G the conductance to the surroundings (hull, coil,
heated wall; W/K) and T_ext their temperature. What leaves one cell enters its neighbour or the surroundings, so
the heat budget closes to round-off every step. Temperatures count from a reference temperature, K.
Conduction and exchange are theta-implicit (1 backward Euler, 1/2 Crank-Nicolson), advection is Adams-Bashforth.
Source: Patankar, Numerical Heat Transfer and Fluid Flow (1980) ch. 4 (harmonic-mean interface).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from jamsu.solver.flow.advection import Scheme, axis_inflow
from jamsu.solver.flow.near_walls import wall_shares
from jamsu.solver.grid.fusion import halo_padded, with_neighbours
from jamsu.solver.grid.mesh import AXES, Mesh, Vector, take
from jamsu.solver.grid.operators import difference, mean
from jamsu.solver.linear.conjugate_gradient import conjugate_gradient
from jamsu.solver.linear.fast_diagonalization import FastDiagonalization

Conduction = Literal["explicit", "implicit", "direct", "factored"]


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class HeatEquation:
    """All terms of the temperature equation but the flow.

    Attributes:
      capacity: C of each cell, J/K.
      conductance: g by axis without turbulence, W/K, between temperatures at cell centres; arrays by axis have all
        faces, with 0 at the sides of the box, whose heat is `exchange`.
      source: P, W per cell.
      exchange: G, W/K per cell.
      exchange_temperature: T_ext, K from the reference.
      fluid_capacity: rho c of the fluid, J/(m3 K).
      turbulent_link: by axis, open area / distance, m, where turbulence conducts (fluid to fluid, outside machines);
        None for a laminar flow.
      wall_shift: how much farther from its wall a cut cell's temperature lies than the cell's centre, over the wall's
        area, 1/m (see `beyond_centres`); None without cut cells. It needs `turbulent_link`.
      turbulent_prandtl: 0.85 unless there is a reason (Kays, J. Heat Transfer 116 (1994) 284).
      fixed: 1 in cells whose temperature is held (supply of a cooling unit), else 0; None if there is none.
      stencil_limits: by axis on all faces, what the limited scheme may read (see `advection.face_stencil_limits`):
        upwind at machines and nothing through walls; None: all.
      implicitness: theta.
      box_conductivity: conductivity of a uniform box, W/(m K), read only with a direct solver.
    """

    capacity: Float[Array, "nx ny nz"]
    conductance: Vector
    source: Float[Array, "nx ny nz"]
    exchange: Float[Array, "nx ny nz"]
    exchange_temperature: Float[Array, "nx ny nz"]
    fluid_capacity: Array
    turbulent_link: Vector | None
    turbulent_prandtl: Array
    fixed: Float[Array, "nx ny nz"] | None
    stencil_limits: tuple[Int[Array, "..."], Int[Array, "..."], Int[Array, "..."]] | None
    implicitness: Array
    box_conductivity: Array
    wall_shift: Float[Array, "nx ny nz"] | None = None
    scheme: Scheme = field(metadata={"static": True}, default="limited")
    conduction: Conduction = field(metadata={"static": True}, default="explicit")


def advected_heat(
    mesh: Mesh, heat: HeatEquation, flux: Vector, wide: Array, conductance: Vector | None = None
) -> Float[Array, "nx ny nz"]:
    """Heat carried into each cell by the flow, W.

    Args:
      flux: volume flow through the faces, m3/s.
      wide: the temperature, halo-padded (`jamsu.solver.grid.fusion`).
      conductance: present conductance of the faces, W/K; with it faces next to walls carry heat linearly as far as that
        makes no extremum (`jamsu.solver.flow.near_walls`). None: they carry it upwind.
    """
    allowed = None
    if heat.stencil_limits is not None and heat.scheme == "limited" and conductance is not None:
        x, y, z = (heat.fluid_capacity * f for f in flux)
        allowed = wall_shares(
            mesh, wide, (x, y, z), conductance, (heat.exchange, heat.exchange_temperature), heat.stencil_limits
        )
    total: Array | float = 0.0
    for axis in AXES:
        if mesh.shape[axis] == 1:
            continue
        stencil_limits = None if heat.stencil_limits is None else heat.stencil_limits[axis]
        total = total + axis_inflow(
            wide,
            flux[axis],
            mesh.centres(axis),
            mesh.edges[axis][1:-1],
            axis,
            heat.scheme,
            stencil_limits,
            allowed=allowed,
        )
    return jnp.broadcast_to(heat.fluid_capacity * total, mesh.shape)


def total_conductance(heat: HeatEquation, eddy_diffusivity: Array | None) -> Vector:
    """Conductance of the faces with the turbulent share, W/K; `eddy_diffusivity`: of heat, halo-padded cells, m2/s."""
    if eddy_diffusivity is None or heat.turbulent_link is None:
        return heat.conductance
    link, wide = heat.turbulent_link, eddy_diffusivity
    gx, gy, gz = (
        heat.conductance[a] + link[a] * (heat.fluid_capacity * mean(with_neighbours(wide, a), a)) for a in AXES
    )
    return (gx, gy, gz)


def conducted_heat(conductance: Vector, wide: Array) -> Float[Array, "nx ny nz"]:
    """Heat conducted into each cell from its neighbours, W; `wide`: the temperature, halo-padded."""
    total: Array | float = 0.0
    for axis in AXES:
        flow = conductance[axis] * difference(with_neighbours(wide, axis), axis)  # W towards the lower cell
        total = total + difference(flow, axis)
    return jnp.asarray(total)


def conductance_diagonal(conductance: Vector) -> Float[Array, "nx ny nz"]:
    """Sum of the conductances of each cell, W/K."""
    total: Array | float = 0.0
    for axis in AXES:
        total = total + take(conductance[axis], axis, None, -1) + take(conductance[axis], axis, 1, None)
    return jnp.asarray(total)


def beyond_centres(heat: HeatEquation, temperature: Array) -> Float[Array, "nx ny nz"]:
    """Heat that cut cells pass on to their neighbours because their temperature does not lie at their centre, W.

    A cut cell's T belongs to its open part, at the distance y of the open centroid from the wall; its centre is nearer
    to the wall by s, or behind it. Two neighbours' difference is a gradient along the grid only between centres, where
    the wall's own heat flux q = G (T_ext - T) / A extends T by s q / k. So

        flow over a face = g_f (T_nb - T) + (area / distance)_f ((s q)_nb - s q),

    which is exact for a linear T, any cuts and any conductivity: k has cancelled, for molecules and eddies alike. The
    heat stays among the cells. Without this term the wall's heat flux has an error that depends on the wall's slope, so
    that smoothing does not help, and that is of first order in the cell width (tests/solver/test_cut_walls.py).
    """
    received = heat.exchange * (heat.exchange_temperature - temperature)
    assert heat.wall_shift is not None
    assert heat.turbulent_link is not None
    return conducted_heat(heat.turbulent_link, halo_padded(heat.wall_shift * received))


def advance_temperature(
    heat: HeatEquation,
    temperature: Array,
    advected: Array,
    conductance: Vector,
    dt: Array | float,
    solver: FastDiagonalization | None,
    tolerance: float = 1e-6,
    wide: Array | None = None,
) -> tuple[Array, Array]:
    """One step of the heat equation.

    Args:
      advected: heat brought by the flow at the middle of the step, W per cell.
      solver: direct solver of a box with constant capacity, conductivity and exchange at its sides only; used as
        the solution for `conduction="direct"`, direction by direction for "factored", and as the preconditioner for
        "implicit" when given. "factored" costs half of "direct"; the heat of a step that walls take then differs from
        G (T_ext - T_exchanged) dt by O(dt^3), and in a steady state not at all.
      wide: the temperature, halo-padded, where it is known.

    Returns:
      The new temperature and the temperature at which heat was exchanged with the surroundings (theta-weighted),
      so that G (T_ext - T_exchanged) dt is exactly the heat received.
    """
    theta = heat.implicitness
    rate = (
        advected
        + conducted_heat(conductance, halo_padded(temperature) if wide is None else wide)
        + heat.source
        + heat.exchange * (heat.exchange_temperature - temperature)
    )
    if heat.wall_shift is not None:  # explicit: no more than 0.7 of what the rest takes back at any step size
        rate = rate + beyond_centres(heat, temperature)
    shift = heat.capacity / dt
    if heat.conduction == "explicit":
        change = rate / (shift + theta * heat.exchange)
    elif heat.conduction == "direct":
        assert solver is not None
        change = solver.solve(rate, heat.fluid_capacity / dt, theta * heat.box_conductivity)
    elif heat.conduction == "factored":
        assert solver is not None
        whole = heat.fluid_capacity / dt
        change = solver.solve_factors(rate / whole, theta * heat.box_conductivity / whole)
    else:
        change = _implicit_change(heat, rate, conductance, dt, solver, tolerance)
    new = temperature + change
    if heat.fixed is not None:
        new = jnp.where(heat.fixed > 0, temperature, new)
    return new, temperature + theta * (new - temperature)


def _implicit_change(
    heat: HeatEquation,
    rate: Array,
    conductance: Vector,
    dt: Array | float,
    solver: FastDiagonalization | None,
    tolerance: float,
) -> Array:
    """Conjugate gradients on (C/dt + theta (conduction + G)) dT = rate."""
    theta = heat.implicitness
    shift = heat.capacity / dt
    diagonal = shift + theta * (conductance_diagonal(conductance) + heat.exchange)

    def operator(x: Array) -> Array:
        return (shift + theta * heat.exchange) * x - theta * conducted_heat(conductance, halo_padded(x))

    def preconditioner(r: Array) -> Array:
        if solver is None:
            return r / diagonal
        return solver.solve(r, heat.fluid_capacity / dt, theta * heat.box_conductivity)

    norm = jnp.sqrt(jnp.vdot(rate, rate))
    change = conjugate_gradient(operator, rate, preconditioner(rate), preconditioner, tolerance * norm, 1000).x
    # The sum of what the iterations left over is heat gained or lost: one temperature change of all cells takes it up.
    response = shift + theta * heat.exchange
    return change + (jnp.sum(rate) - jnp.sum(response * change)) / jnp.sum(response)
