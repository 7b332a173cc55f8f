"""One time step of flow and heat."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float

from jamsu.solver.energy import (
    Heat,
    advance_temperature,
    advected_heat,
    total_conductance,
)
from jamsu.solver.fast_diagonalization import FastDiagonalization
from jamsu.solver.flow import (
    Fluid,
    ViscousSolver,
    control_volume,
    explicit_tendency,
    inner_faces,
    viscous_force,
)
from jamsu.solver.fusion import apart, closed_ends, widened
from jamsu.solver.mesh import AXES, Mesh, Vector, along, pad_ends
from jamsu.solver.open_sides import OpenSides, drawn_velocity, passed, side_velocity
from jamsu.solver.operators import difference, volume_flux
from jamsu.solver.periodic import Halo
from jamsu.solver.preconditioner import Preconditioner
from jamsu.solver.pressure import project
from jamsu.solver.turbulence import Closure, Turbulence, TurbulenceModel, advance_turbulence, closure
from jamsu.solver.walls import Walls, on_faces


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Model:
    """A flow and heat problem, ready to march.

    Attributes:
      prescribed: by axis on all faces, velocity where a machine sets it, 0 elsewhere, m/s; None without machines.
      eddy_viscosity: constant eddy viscosity, m2/s (for `turbulence="constant"`).
      sides: open sides of the box; None: all closed.
      walls: wall functions; None: friction and heat of a linear profile.
      pressure_tolerance, continuity: see `pressure.project`.
    """

    mesh: Mesh
    fluid: Fluid
    heat: Heat
    pressure_solver: FastDiagonalization | Preconditioner
    viscous_solver: ViscousSolver | None
    heat_solver: FastDiagonalization | None
    prescribed: Vector | None
    eddy_viscosity: Array
    turbulence: TurbulenceModel = field(metadata={"static": True}, default="laminar")
    sides: OpenSides | None = None
    walls: Walls | None = None
    pressure_tolerance: Array | float = 1e-2
    continuity: Array | float = 1e-6


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class State:
    """Fields at one time.

    Attributes:
      velocity: on faces, m/s. pressure: kinematic, m2/s2. temperature: K from the reference.
      increment: of the pressure in the last step, m2/s2: the next one's first guess.
      tendency: explicit accelerations of the last step on inner faces, m/s2. advected: heat advected into each
        cell in the last step, W. last_dt: size of the last step, s (0: none yet, so the next one is Euler's).
      turbulence: fields of the k-epsilon model; None with the others.
    """

    velocity: Vector
    pressure: Float[Array, "nx ny nz"]
    increment: Float[Array, "nx ny nz"]
    temperature: Float[Array, "nx ny nz"]
    tendency: Vector
    advected: Float[Array, "nx ny nz"]
    time: Array
    last_dt: Array
    turbulence: Turbulence | None = None


class StepReport(NamedTuple):
    """What one step did: exchanged temperature (K), heat advected (W), pressure iterations."""

    exchanged_temperature: Array
    advected: Array
    iterations: Array


def initial_state(
    mesh: Mesh,
    temperature: ArrayLike = 0.0,
    prescribed: Vector | None = None,
    turbulence: Turbulence | None = None,
) -> State:
    """Fluid at rest (but for prescribed velocities) at one temperature; `turbulence` for the k-epsilon model."""
    nx, ny, nz = mesh.shape
    dtype = mesh.dtype

    def zeros(shape: tuple[int, ...]) -> Array:
        return jnp.asarray(np.zeros(shape, dtype))

    faces = ((nx + 1, ny, nz), (nx, ny + 1, nz), (nx, ny, nz + 1))
    px, py, pz = (1 if ring else -1 for ring in mesh.periodic)  # on a ring both ends count as inner faces
    inner = ((nx + px, ny, nz), (nx, ny + py, nz), (nx, ny, nz + pz))
    velocity = prescribed if prescribed is not None else tuple(zeros(s) for s in faces)
    return State(
        velocity=(velocity[0], velocity[1], velocity[2]),
        pressure=zeros(mesh.shape),
        increment=zeros(mesh.shape),
        temperature=jnp.asarray(np.broadcast_to(np.asarray(temperature, dtype), mesh.shape)),
        tendency=(zeros(inner[0]), zeros(inner[1]), zeros(inner[2])),
        advected=zeros(mesh.shape),
        time=zeros(()),
        last_dt=zeros(()),
        turbulence=turbulence,
    )


def step(model: Model, state: State, dt: Array) -> tuple[State, StepReport]:
    """Advance flow and heat by dt: heat and momentum explicit from the old flow, then the projection."""
    if any(model.mesh.periodic):
        return _step_in_halo(model, state, dt)
    mesh, fluid = model.mesh, model.fluid
    ratio = jnp.where(state.last_dt > 0, dt / jnp.where(state.last_dt > 0, state.last_dt, 1), 0)

    def extrapolate(now: Array, before: Array) -> Array:
        return now + 0.5 * ratio * (now - before)

    flux = volume_flux(mesh, state.velocity)
    turbulent = apart(lambda v, fields: closure(model, v, fields), state.velocity, state.turbulence)
    heat = with_wall_heat(model.heat, turbulent)

    wide_temperature = widened(state.temperature)

    conductance = total_conductance(heat, turbulent.eddy_diffusivity)

    def heat_part(flux, temperature, wide, conductance):
        now = advected_heat(mesh, heat, flux, wide, conductance)
        if model.sides is not None:
            now = now + model.heat.fluid_capacity * passed(model.sides, flux, temperature, model.sides.temperature)
        return now

    advected = apart(heat_part, flux, state.temperature, wide_temperature, conductance)
    advected_mid = extrapolate(advected, state.advected)
    temperature, exchanged = apart(
        lambda t, a, g, w: advance_temperature(heat, t, a, g, dt, model.heat_solver, wide=w),
        state.temperature,
        advected_mid,
        conductance,
        wide_temperature,
    )

    wide = tuple(widened(component) for component in state.velocity)
    viscosity = None
    if model.viscous_solver is None:
        viscosity = fluid.viscosity if turbulent.eddy is None else widened(fluid.viscosity + turbulent.eddy)
    rough = wall_friction_factors(model, turbulent)
    tendency = tuple(
        apart(
            lambda v, q, f, t, nu, c, axis=axis: explicit_tendency(mesh, fluid, v, q, f, t, nu, axis, model.sides, c),
            state.velocity,
            wide[axis],
            flux,
            state.temperature,
            viscosity,
            None if rough is None else rough[axis],
        )
        for axis in AXES
    )

    def prediction(velocity, wide, pressure, now, before, rough):
        x, y, z = (extrapolate(a, b) for a, b in zip(now, before, strict=True))
        return predict(model, velocity, wide, pressure, (x, y, z), rough, dt)

    guess = apart(prediction, state.velocity, wide, state.pressure, tendency, state.tendency, rough)
    if model.sides is not None and model.sides.places("entraining"):
        drawn = drawn_velocity(model.sides, mesh, state.velocity, state.pressure, state.temperature, fluid.buoyancy, dt)
        guess = tuple(a + b for a, b in zip(guess, drawn, strict=True))
    fields = apart(
        lambda s, t, f, now: advance_turbulence(model, s, t, f, now, dt),
        state,
        wide_temperature,
        flux,
        turbulent.mixing,
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
    new = State(
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


def _step_in_halo(model: Model, state: State, dt: Array) -> tuple[State, StepReport]:
    """One step of a box with periodic sides, taken on the wider box of `jamsu.solver.periodic`."""
    halo, wide, around = in_halo(model, state)
    new, report = step(wide, around, dt)
    within = halo.within_all(replace(new, tendency=halo.outlined(new.tendency)))
    return within, halo.within_all(report)


def in_halo(model: Model, state: State) -> tuple[Halo, Model, State]:
    """The halo of a box with periodic sides, and model and state on the wider box."""
    halo = Halo(model.mesh.shape, model.mesh.periodic)
    solver, heat_solver = model.viscous_solver, model.heat_solver
    assert isinstance(model.pressure_solver, FastDiagonalization)  # that of a box without obstacles
    wide = replace(
        model,
        mesh=halo.mesh(model.mesh),
        heat=halo.heat(model.heat),
        pressure_solver=halo.solver(model.pressure_solver),
        viscous_solver=None if solver is None else halo.viscous_solver(solver),
        heat_solver=None if heat_solver is None else halo.solver(heat_solver),
        walls=halo.around_all(model.walls),
    )
    return halo, wide, replace(halo.around_all(state), tendency=halo.around_inner(state.tendency))


def with_wall_heat(heat: Heat, turbulent: Closure) -> Heat:
    """The heat equation with the wall function of heat where walls exchange heat on their own account."""
    if turbulent.heat_factor is None:
        return heat
    return replace(heat, exchange=heat.exchange * turbulent.heat_factor)


def wall_friction_factors(model: Model, turbulent: Closure) -> Vector | None:
    """Factors of the walls' friction on the inner faces by axis; None where it is that of a linear profile."""
    walls, factor = model.walls, turbulent.friction_factor
    if walls is None or factor is None:
        return None
    if walls.face_friction is not None:
        return walls.face_friction
    return apart(lambda f: on_faces(walls, f), factor)


def predict(
    model: Model,
    velocity: Vector,
    wide: Vector,
    pressure: Array,
    force: Vector,
    friction_factor: Vector | None,
    dt: Array,
) -> Vector:
    """Velocity before the projection: old pressure gradient, explicit forces, implicit friction or viscosity.

    Args:
      wide: the velocity, widened (see `jamsu.solver.fusion`).
    """
    mesh, fluid = model.mesh, model.fluid
    result = []
    for axis in AXES:
        slope = difference(pressure, axis) / along(mesh.spacing(axis)[1:-1], axis)
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
            friction = inner_faces(mesh.obstacles.friction[axis], axis) / control_volume(mesh, axis)
            resistance = fluid.viscosity * friction
            if friction_factor is not None:
                resistance = resistance * friction_factor[axis]
            if mesh.obstacles.drag is not None:
                resistance = resistance + inner_faces(mesh.obstacles.drag[axis], axis) * jnp.abs(now)
            new = (now + change) / (1 + dt * resistance)
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
