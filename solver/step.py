"""One time step of flow and heat, and many of them in one compiled loop."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float

from solver.energy import Heat, advance_temperature, advected_heat, total_conductance
from solver.fast_diagonalization import FastDiagonalization
from solver.flow import (
    Fluid,
    ViscousSolver,
    control_volume,
    explicit_tendency,
    inner_faces,
    viscous_force,
)
from solver.mesh import AXES, Mesh, Vector, along, pad_ends
from solver.open_sides import OpenSides, passed_heat, side_velocity
from solver.operators import difference, volume_flux
from solver.pressure import project
from solver.viscosity import smagorinsky, wale

EddyViscosity = Literal["laminar", "constant", "smagorinsky", "wale"]


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Model:
    """A flow and heat problem, ready to march.

    Attributes:
      prescribed: by axis on all faces, velocity where a machine sets it, 0 elsewhere, m/s; None without machines.
      eddy_viscosity: constant eddy viscosity, m2/s (for `turbulence="constant"`).
      sides: open sides of the box; None: all closed.
      pressure_tolerance, continuity: see `pressure.project`.
    """

    mesh: Mesh
    fluid: Fluid
    heat: Heat
    pressure_solver: FastDiagonalization
    viscous_solver: ViscousSolver | None
    heat_solver: FastDiagonalization | None
    prescribed: Vector | None
    eddy_viscosity: Array
    turbulence: EddyViscosity = field(metadata={"static": True}, default="laminar")
    sides: OpenSides | None = None
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
    """

    velocity: Vector
    pressure: Float[Array, "nx ny nz"]
    increment: Float[Array, "nx ny nz"]
    temperature: Float[Array, "nx ny nz"]
    tendency: Vector
    advected: Float[Array, "nx ny nz"]
    time: Array
    last_dt: Array


class StepReport(NamedTuple):
    """What one step did: exchanged temperature (K), heat advected (W), pressure iterations."""

    exchanged_temperature: Array
    advected: Array
    iterations: Array


def initial_state(mesh: Mesh, temperature: ArrayLike = 0.0, prescribed: Vector | None = None) -> State:
    """Fluid at rest (but for prescribed velocities) at one temperature."""
    nx, ny, nz = mesh.shape
    dtype = mesh.dtype

    def zeros(shape: tuple[int, ...]) -> Array:
        return jnp.asarray(np.zeros(shape, dtype))

    faces = ((nx + 1, ny, nz), (nx, ny + 1, nz), (nx, ny, nz + 1))
    inner = ((nx - 1, ny, nz), (nx, ny - 1, nz), (nx, ny, nz - 1))
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
    )


def apart(function: Callable, *operands):
    """Evaluate `function(*operands)` as a computation of its own.

    XLA on the CPU fuses chains of stencils by computing each producer again for every neighbour that reads it;
    the branch of a conditional whose predicate is unknown at compile time is not fused into its readers.
    """
    probe = next(leaf for leaf in reversed(jax.tree_util.tree_leaves(operands)) if jnp.size(leaf))
    always = probe.ravel()[0] == probe.ravel()[0]
    shapes = jax.eval_shape(function, *operands)
    return jax.lax.cond(
        always,
        function,
        lambda *_: jax.tree_util.tree_map(lambda s: jnp.full(s.shape, jnp.nan, s.dtype), shapes),
        *operands,
    )


def eddy_viscosity(model: Model, velocity: Vector) -> Array | None:
    """Eddy viscosity per cell, m2/s; None when laminar."""
    if model.turbulence == "laminar":
        return None
    if model.turbulence == "constant":
        return model.eddy_viscosity * model.mesh.open_cell
    kernel = smagorinsky if model.turbulence == "smagorinsky" else wale
    return kernel(model.mesh, velocity, model.fluid.eddy_coefficient)


def step(model: Model, state: State, dt: Array) -> tuple[State, StepReport]:
    """Advance flow and heat by dt: heat and momentum explicit from the old flow, then the projection."""
    mesh, fluid = model.mesh, model.fluid
    ratio = jnp.where(state.last_dt > 0, dt / jnp.where(state.last_dt > 0, state.last_dt, 1), 0)

    def extrapolate(now: Array, before: Array) -> Array:
        return now + 0.5 * ratio * (now - before)

    flux = volume_flux(mesh, state.velocity)
    turbulent = apart(lambda v: eddy_viscosity(model, v), state.velocity)

    def heat_part(flux, temperature, before, turbulent):
        now = advected_heat(mesh, model.heat, flux, temperature)
        if model.sides is not None:
            now = now + model.heat.fluid_capacity * passed_heat(model.sides, flux, temperature)
        return now, extrapolate(now, before)

    advected, advected_mid = apart(heat_part, flux, state.temperature, state.advected, turbulent)
    conductance = total_conductance(model.heat, turbulent)
    temperature, exchanged = apart(
        lambda t, a, g: advance_temperature(model.heat, t, a, g, dt, model.heat_solver),
        state.temperature,
        advected_mid,
        conductance,
    )

    viscosity = None
    if model.viscous_solver is None:
        viscosity = fluid.viscosity if turbulent is None else fluid.viscosity + turbulent
    tendency = tuple(
        apart(
            lambda v, f, t, nu, axis=axis: explicit_tendency(mesh, fluid, v, f, t, nu, axis, model.sides),
            state.velocity,
            flux,
            state.temperature,
            viscosity,
        )
        for axis in AXES
    )
    force = tuple(extrapolate(now, before) for now, before in zip(tendency, state.tendency, strict=True))
    guess = apart(lambda v, p, f, nu: predict(model, v, p, f, nu, dt), state.velocity, state.pressure, force, viscosity)
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
    )
    return new, StepReport(exchanged, advected_mid, projection.iterations)


def predict(
    model: Model, velocity: Vector, pressure: Array, force: Vector, viscosity: Array | None, dt: Array
) -> Vector:
    """Velocity before the projection: old pressure gradient, explicit forces, implicit friction or viscosity."""
    mesh, fluid = model.mesh, model.fluid
    result = []
    for axis in AXES:
        slope = difference(pressure, axis) / along(mesh.spacing(axis)[1:-1], axis)
        change = dt * (force[axis] - slope)
        now = inner_faces(velocity[axis], axis)
        if model.viscous_solver is not None:
            volume = control_volume(mesh, axis)
            load = volume * change + dt * viscous_force(mesh, fluid, velocity, fluid.viscosity, axis, model.sides)
            direct = model.viscous_solver.by_axis[axis]
            theta = model.heat.implicitness
            new = now if direct is None else now + direct.solve(load, 1.0, theta * dt * fluid.viscosity)
        elif mesh.obstacles is None:
            new = now + change
        else:
            friction = inner_faces(mesh.obstacles.friction[axis], axis) / control_volume(mesh, axis)
            resistance = fluid.viscosity * friction
            if mesh.obstacles.drag is not None:
                resistance = resistance + inner_faces(mesh.obstacles.drag[axis], axis) * jnp.abs(now)
            new = (now + change) / (1 + dt * resistance)
        padded = pad_ends(new, axis)
        if mesh.obstacles is not None:
            padded = padded * mesh.obstacles.free[axis]
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


@jax.jit
def courant_rate(model: Model, state: State) -> Array:
    """Largest rate at which a cell's content is exchanged by the flow, 1/s: dt times it is the Courant number."""
    mesh = model.mesh
    flux = volume_flux(mesh, state.velocity)
    rate: Array | float = 0.0
    for axis in AXES:
        low, high = inner_low_high(flux[axis], axis)
        rate = rate + jnp.maximum(jnp.abs(low), jnp.abs(high))
    return jnp.max(rate / mesh.volume)


def inner_low_high(face: Array, axis: int) -> tuple[Array, Array]:
    """Lower and upper face of each cell along one axis."""
    index_low = [slice(None)] * 3
    index_high = [slice(None)] * 3
    index_low[axis] = slice(None, -1)
    index_high[axis] = slice(1, None)
    return face[tuple(index_low)], face[tuple(index_high)]
