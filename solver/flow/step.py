"""One time step of flow and heat."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array

from jamsu.solver.flow.closure import Closure, advance_turbulence, closure, eddy_diffusivity
from jamsu.solver.flow.heat import (
    HeatEquation,
    advance_temperature,
    advected_heat,
    total_conductance,
)
from jamsu.solver.flow.jets import jet_acceleration
from jamsu.solver.flow.model import FlowModel, FlowState
from jamsu.solver.flow.momentum import (
    control_volume,
    explicit_tendency,
    inner_faces,
    viscous_force,
)
from jamsu.solver.flow.open_sides import boundary_inflow, entrainment_velocity, side_velocity
from jamsu.solver.flow.periodic import Halo
from jamsu.solver.flow.pressure import project
from jamsu.solver.grid.fusion import closed_ends, fusion_barrier, halo_padded, inverse
from jamsu.solver.grid.mesh import AXES, Mesh, Vector, along, pad_ends
from jamsu.solver.grid.operators import difference, volume_flux
from jamsu.solver.linear.fast_diagonalization import FastDiagonalization
from jamsu.solver.turbulence.walls import on_faces


class StepReport(NamedTuple):
    """Report of one step: exchanged temperature (K), heat advected (W), pressure iterations."""

    exchanged_temperature: Array
    advected: Array
    iterations: Array


def step(model: FlowModel, state: FlowState, dt: Array) -> tuple[FlowState, StepReport]:
    """Advance flow and heat by dt: heat and momentum explicit from the old flow, then the projection."""
    if any(model.mesh.periodic):
        return _step_in_halo(model, state, dt)
    mesh, fluid = model.mesh, model.fluid
    ratio = jnp.where(state.last_dt > 0, dt / jnp.where(state.last_dt > 0, state.last_dt, 1), 0)

    def extrapolate(now: Array, before: Array) -> Array:
        return now + 0.5 * ratio * (now - before)

    flux = volume_flux(mesh, state.velocity)
    if model.turbulence == "k_epsilon":  # its kernels are computations of their own
        turbulent = closure(model, state.velocity, state.turbulence)
    else:
        turbulent = fusion_barrier(lambda v: closure(model, v, None), state.velocity)
    wide_eddy = None if turbulent.eddy is None else halo_padded(turbulent.eddy)
    heat = with_wall_heat(model.heat, turbulent)

    wide_temperature = halo_padded(state.temperature)

    conductance = heat.conductance
    if wide_eddy is not None:
        conductance = fusion_barrier(lambda nu: total_conductance(heat, eddy_diffusivity(model, nu)), wide_eddy)

    def heat_part(flux, temperature, wide, conductance):
        now = advected_heat(mesh, heat, flux, wide, conductance)
        if model.sides is not None:
            now = now + model.heat.fluid_capacity * boundary_inflow(
                model.sides, flux, temperature, model.sides.temperature
            )
        return now

    advected = fusion_barrier(heat_part, flux, state.temperature, wide_temperature, conductance)
    advected_mid = extrapolate(advected, state.advected)
    temperature, exchanged = fusion_barrier(
        lambda t, a, g, w: advance_temperature(heat, t, a, g, dt, model.heat_solver, wide=w),
        state.temperature,
        advected_mid,
        conductance,
        wide_temperature,
    )

    wide = tuple(halo_padded(component) for component in state.velocity)

    def tendency_of(axis, velocity, wide, flux, temperature, wide_eddy, rough, pushed):
        viscosity = None
        if model.viscous_solver is None:
            viscosity = fluid.viscosity if wide_eddy is None else fluid.viscosity + wide_eddy
        found = explicit_tendency(mesh, fluid, velocity, wide, flux, temperature, viscosity, axis, model.sides, rough)
        return found if pushed is None else found + pushed

    rough = wall_friction_factors(model, turbulent)
    pushed = None if model.jets is None else jet_acceleration(model.jets, mesh, state.velocity)
    tendency = tuple(
        fusion_barrier(
            lambda *given, axis=axis: tendency_of(axis, *given),
            state.velocity,
            wide[axis],
            flux,
            state.temperature,
            wide_eddy,
            None if rough is None else rough[axis],
            None if pushed is None else pushed[axis],
        )
        for axis in AXES
    )

    def prediction(velocity, wide, pressure, now, before, rough):
        x, y, z = (extrapolate(a, b) for a, b in zip(now, before, strict=True))
        return predict(model, velocity, wide, pressure, (x, y, z), rough, dt)

    guess = fusion_barrier(prediction, state.velocity, wide, state.pressure, tendency, state.tendency, rough)
    if model.sides is not None and model.sides.places("entraining"):
        drawn = entrainment_velocity(
            model.sides, mesh, state.velocity, state.pressure, state.temperature, fluid.buoyancy, dt
        )
        guess = tuple(a + b for a, b in zip(guess, drawn, strict=True))
    fields = fusion_barrier(
        lambda s, t, f, now, nu: advance_turbulence(model, s, t, f, now, nu, dt),
        state,
        wide_temperature,
        flux,
        turbulent.mixing,
        wide_eddy,
    )
    projection = project(
        mesh,
        guess,
        dt,
        model.pressure_solver,
        mobility(mesh, state.velocity, dt),
        tolerance=model.pressure_tolerance,
        continuity=model.continuity,
        guess=ratio * state.increment,
        sides=model.sides,
    )
    new = FlowState(
        velocity=projection.velocity,
        pressure=state.pressure + projection.increment,
        increment=projection.increment,
        temperature=temperature,
        tendency=(tendency[0], tendency[1], tendency[2]),
        advected=advected,
        time=state.time + dt,
        last_dt=dt,
        turbulence=fields,
    )
    return new, StepReport(exchanged, advected_mid, projection.iterations)


def _step_in_halo(model: FlowModel, state: FlowState, dt: Array) -> tuple[FlowState, StepReport]:
    """One step of a box with periodic sides, taken on the wider box of `jamsu.solver.flow.periodic`."""
    halo, wide, around = in_halo(model, state)
    new, report = step(wide, around, dt)
    within = halo.within_all(replace(new, tendency=halo.outlined(new.tendency)))
    return within, halo.within_all(report)


def in_halo(model: FlowModel, state: FlowState) -> tuple[Halo, FlowModel, FlowState]:
    """The halo of a box with periodic sides, and model and state on the wider box."""
    halo = Halo(model.mesh.shape, model.mesh.periodic)
    solver, heat_solver = model.viscous_solver, model.heat_solver
    assert isinstance(model.pressure_solver, FastDiagonalization)  # a periodic box has no obstacles
    wide = replace(
        model,
        mesh=halo.mesh(model.mesh),
        heat=halo.heat(model.heat),
        pressure_solver=halo.solver(model.pressure_solver),
        viscous_solver=None if solver is None else halo.viscous_solver(solver),
        heat_solver=None if heat_solver is None else halo.solver(heat_solver),
        # Friction on inner faces has no place in the wider box: it is found there anew from the cells.
        walls=halo.around_all(None if model.walls is None else replace(model.walls, face_friction=None)),
    )
    return halo, wide, replace(halo.around_all(state), tendency=halo.around_inner(state.tendency))


def with_wall_heat(heat: HeatEquation, turbulent: Closure) -> HeatEquation:
    """The heat equation with the wall function of heat where walls exchange heat on their own account."""
    if turbulent.heat_factor is None:
        return heat
    return replace(heat, exchange=heat.exchange * turbulent.heat_factor)


def wall_friction_factors(model: FlowModel, turbulent: Closure) -> Vector | None:
    """Factors of the walls' friction on the inner faces by axis; None where a linear profile gives the friction."""
    walls, factor = model.walls, turbulent.friction_factor
    if walls is None or factor is None:
        return None
    if walls.face_friction is not None:
        return walls.face_friction
    return fusion_barrier(lambda f: on_faces(walls, f), factor)


def predict(
    model: FlowModel,
    velocity: Vector,
    wide: Vector,
    pressure: Array,
    force: Vector,
    friction_factor: Vector | None,
    dt: Array,
) -> Vector:
    """Velocity before the projection: old pressure gradient, explicit forces, implicit friction or viscosity.

    Args:
      wide: the velocity, halo-padded (`jamsu.solver.grid.fusion`).
    """
    mesh, fluid = model.mesh, model.fluid
    result = []
    for axis in AXES:
        slope = difference(pressure, axis) * along(inverse(mesh.spacing(axis)[1:-1]), axis)
        change = dt * (force[axis] - slope)
        now = inner_faces(velocity[axis], axis)
        if model.viscous_solver is not None:
            volume = control_volume(mesh, axis)
            force_now = viscous_force(mesh, fluid, velocity, wide[axis], fluid.viscosity, axis, model.sides)
            load = volume * change + dt * force_now
            new = now + model.viscous_solver.solve(axis, load, model.heat.implicitness * dt * fluid.viscosity)
        elif mesh.obstacles is None:
            new = now + change
        else:
            volume = control_volume(mesh, axis)
            resistance = fluid.viscosity * inner_faces(mesh.obstacles.friction[axis], axis)  # times the volume
            if friction_factor is not None:
                resistance = resistance * friction_factor[axis]
            if mesh.obstacles.drag is not None:
                resistance = resistance + volume * inner_faces(mesh.obstacles.drag[axis], axis) * jnp.abs(now)
            new = volume * (now + change) / (volume + dt * resistance)
        if mesh.obstacles is None:
            padded = pad_ends(new, axis)
        else:
            padded = closed_ends(new * inner_faces(mesh.obstacles.free[axis], axis), axis)
        if model.prescribed is not None:
            padded = padded + model.prescribed[axis]
        if model.sides is not None:
            padded = side_velocity(model.sides, padded, axis)
        result.append(padded)
    return (result[0], result[1], result[2])


def mobility(mesh: Mesh, velocity: Vector, dt: Array) -> Vector | None:
    """Share of a pressure gradient that accelerates a face's fluid: 1 where free, less behind drag, else 0."""
    if mesh.obstacles is None:
        return None
    free, drag = mesh.obstacles.free, mesh.obstacles.drag
    if drag is None:
        return free
    u, v, w = (free[a] / (1 + dt * drag[a] * jnp.abs(velocity[a])) for a in AXES)
    return (u, v, w)
