"""Turbulence by the model's name: eddy viscosity, wall functions, and fields of the model's own."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float

from jamsu.solver.flow.model import FlowModel, FlowState
from jamsu.solver.flow.open_sides import OpenSides, boundary_inflow
from jamsu.solver.grid.fusion import fusion_barrier
from jamsu.solver.grid.mesh import Mesh, Vector
from jamsu.solver.turbulence.eddy_viscosity import smagorinsky, wale
from jamsu.solver.turbulence.k_epsilon import (
    SMALLEST_EPSILON,
    SMALLEST_K,
    Mixing,
    Turbulence,
    advanced,
    buoyant_production,
    mixing,
)
from jamsu.solver.turbulence.wall_law import C_MU
from jamsu.solver.turbulence.walls import heat_factor, on_faces, speed_friction_factor, speed_friction_velocity
from jamsu.solver.turbulence.zero_equation import zero_equation

STARTING_RATIO = 10.0  # of eddy to molecular viscosity in a flow that has not begun yet


class Closure(NamedTuple):
    """What turbulence adds to flow and heat, per cell; None where the model has no such thing.

    Attributes:
      eddy: eddy viscosity, m2/s.
      eddy_diffusivity: eddy diffusivity of heat, m2/s.
      friction_factor: factor of the walls' friction, see `Walls`.
      heat_factor: factor of the walls' heat.
      mixing: fields of the k-epsilon model.
    """

    eddy: Array | None
    eddy_diffusivity: Array | None
    friction_factor: Array | None
    heat_factor: Array | None
    mixing: Mixing | None


class TurbulentFields(NamedTuple):
    """Turbulent fields of a result, per cell: nu_t (m2/s) and k (m2/s2); None where the model lacks one."""

    eddy_viscosity: Float[Array, "nx ny nz"] | None
    turbulent_kinetic_energy: Float[Array, "nx ny nz"] | None


def closure(model: FlowModel, velocity: Vector, fields: Turbulence | None) -> Closure:
    """The turbulence that follows from the present velocity and the model's own fields."""
    walls, viscosity = model.walls, model.fluid.viscosity
    if model.turbulence == "laminar":
        return Closure(None, None, None, None, None)
    if model.turbulence == "k_epsilon":
        assert walls is not None, "box_model(wall_functions=True)"
        assert fields is not None, "initial_state(turbulence=...)"
        now = mixing(model.mesh, walls, velocity, fields, viscosity)
        factor = None
        if walls.heats:
            assert now.friction_velocity is not None
            factor = heat_factor(walls, now.friction_velocity, viscosity)
        return Closure(now.eddy, eddy_diffusivity(model, now.eddy), now.friction_factor, factor, now)
    eddy = _algebraic(model, velocity)
    diffusivity = eddy_diffusivity(model, eddy)
    if walls is None:
        return Closure(eddy, diffusivity, None, None, None)
    factor = None
    if walls.heats:
        factor = heat_factor(walls, speed_friction_velocity(walls, velocity, viscosity), viscosity)
    return Closure(eddy, diffusivity, walls.friction_factor, factor, None)


@jax.jit
def turbulent_fields(model: FlowModel, flow: FlowState) -> TurbulentFields:
    """The turbulence of one moment, as results show it."""
    eddy = closure(model, flow.velocity, flow.turbulence).eddy
    return TurbulentFields(eddy, None if flow.turbulence is None else flow.turbulence.k)


def eddy_diffusivity(model: FlowModel, eddy: Array) -> Array:
    """Eddy diffusivity of heat, m2/s, by the model's own turbulent Prandtl number."""
    if model.turbulence in ("k_epsilon", "zero_equation") and model.walls is not None:
        return kays_diffusivity(eddy, model.fluid.viscosity / model.walls.prandtl, model.heat.turbulent_prandtl)
    return eddy / model.heat.turbulent_prandtl


def kays_diffusivity(eddy: Array, diffusivity: Array, turbulent_prandtl: Array | float = 0.85) -> Array:
    """Eddy diffusivity of heat, m2/s, for a model of the mean flow: nu_t / Pr_t with

        Pr_t = 0.85 + 0.7 alpha / nu_t

    Kays, J. Heat Transfer 116 (1994) 284, eq. 9; boundary layers and ducts, Pr from 0.01 (less certain in liquid
    metals) to 100. Near a wall, where nu_t vanishes, eddies carry less heat than momentum.
    """
    return eddy * eddy / (turbulent_prandtl * eddy + 0.7 * diffusivity)


def renewed_walls(model: FlowModel, velocity: Vector) -> FlowModel:
    """The model with its walls' friction renewed from the speed at them; unchanged without such walls.

    Spalding's law takes iterations, so this is done once in a round of steps.
    """
    if model.walls is None or model.turbulence in ("laminar", "k_epsilon"):
        return model
    factor = speed_friction_factor(model.walls, velocity, model.fluid.viscosity)
    return replace(
        model, walls=replace(model.walls, friction_factor=factor, face_friction=on_faces(model.walls, factor))
    )


def advance_turbulence(
    model: FlowModel,
    state: FlowState,
    wide_temperature: Array,
    flux: Vector,
    now: Mixing | None,
    wide_eddy: Array | None,
    dt: Array,
) -> Turbulence | None:
    """k and epsilon after one step; None for models without fields of their own.

    `wide_temperature` (K) and `wide_eddy` (nu_t, m2/s) are halo-padded.
    """
    if now is None:
        return None
    assert wide_eddy is not None
    mesh, heat, fluid = model.mesh, model.heat, model.fluid
    assert heat.turbulent_link is not None
    assert model.walls is not None
    assert state.turbulence is not None
    buoyant = fusion_barrier(
        lambda t, link, eddy: buoyant_production(mesh, t, link, eddy_diffusivity(model, eddy), fluid.buoyancy),
        wide_temperature,
        heat.turbulent_link,
        now.eddy,
    )
    return advanced(
        mesh,
        model.walls,
        state.velocity,
        flux,
        heat.turbulent_link,
        state.turbulence,
        now,
        wide_eddy,
        buoyant,
        _inflow(model.sides, flux, state.turbulence),
        fluid.viscosity,
        dt,
    )


def _inflow(sides: OpenSides | None, flux: Vector, state: Turbulence) -> Turbulence | None:
    """What the flow carries through open sides."""
    if sides is None:
        return None
    assert sides.turbulence is not None
    k, epsilon = ([[pair[i] for pair in ends] for ends in sides.turbulence] for i in (0, 1))
    return Turbulence(boundary_inflow(sides, flux, state.k, k), boundary_inflow(sides, flux, state.epsilon, epsilon))


def initial_turbulence(mesh: Mesh, speed: float, viscosity: float, intensity: float = 0.05) -> Turbulence:
    """A uniform start: k from `intensity` and a typical speed (m/s), nu_t ten times the molecular viscosity (m2/s)."""
    k = max(1.5 * (intensity * speed) ** 2, SMALLEST_K)
    epsilon = max(C_MU * k**2 / (STARTING_RATIO * viscosity), SMALLEST_EPSILON)
    return Turbulence(jnp.full(mesh.shape, k, mesh.dtype), jnp.full(mesh.shape, epsilon, mesh.dtype))


def _algebraic(model: FlowModel, velocity: Vector) -> Array:
    """Eddy viscosity of the models without fields of their own, m2/s."""
    if model.turbulence == "constant":
        return model.eddy_viscosity * model.mesh.open_cell
    if model.turbulence == "zero_equation":
        assert model.walls is not None
        return zero_equation(model.walls, velocity) * model.mesh.open_cell
    kernel = smagorinsky if model.turbulence == "smagorinsky" else wale
    return kernel(model.mesh, velocity, model.fluid.eddy_coefficient)
