"""The slow part of a module, renewed once a round of steps: machines, exchangers, films, walls' friction.

In a steady state it agrees with the fields; in time it lags by one round.
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import jax.numpy as jnp
from jaxtyping import Array

from jamsu.solver.exchange.exchanger import DomainFields, Exchange
from jamsu.solver.exchange.machines import prescribed_velocity
from jamsu.solver.exchange.racks import by_rack, follow_pressure
from jamsu.solver.exchange.surface_films import film_conductance, with_films
from jamsu.solver.flow.closure import closure, renewed_walls
from jamsu.solver.flow.heat import HeatEquation
from jamsu.solver.flow.jets import jets_of_flow
from jamsu.solver.flow.model import FlowModel
from jamsu.solver.grid.mesh import AXES, Mesh, Vector
from jamsu.solver.grid.operators import cell_velocity, volume_flux
from jamsu.solver.module import Module, ModuleState


class Coupling(NamedTuple):
    """What holds through one round.

    Attributes:
      model: flow and heat of the gas with what is coupled to it.
      exchanges: exchange of each exchanger, by name.
      film_conductance: conductance of the faces of blocks and panels, W/K.
    """

    model: FlowModel
    exchanges: dict[str, Exchange]
    film_conductance: Array


def couple(module: Module, state: ModuleState) -> tuple[Coupling, ModuleState]:
    """Renew machines, exchangers and films from the present fields."""
    model = module.model
    flow = _machine_flow(module, state)
    velocity = _with_machines(model.mesh, state.flow.velocity, prescribed_velocity(module.machines, flow, model.mesh))
    eddies = None
    if model.heat.wall_shift is not None:  # else nobody asks
        eddies = closure(model, state.flow.velocity, state.flow.turbulence).eddy_diffusivity
    coupling, new = couple_heat(module, replace(state, machine_flow=flow), velocity, eddies)
    return coupling._replace(model=renewed_walls(coupling.model, velocity)), new


def couple_heat(
    module: Module, state: ModuleState, velocity: Vector, eddy_diffusivity: Array | None
) -> tuple[Coupling, ModuleState]:
    """Renew exchangers and films from the present temperature; machines have the state's flow.

    Args:
      velocity: on all faces by axis, the machines' faces included, m/s.
      eddy_diffusivity: eddy diffusivity of heat in the cells, m2/s; None where nothing needs it.
    """
    model = module.model
    mesh, heat = model.mesh, model.heat
    fields = _fields(module, state, velocity, eddy_diffusivity)
    exchanges, states = {}, {}
    for name, exchanger in module.exchangers.items():
        exchanges[name], states[name] = exchanger.exchange(fields, state.exchangers[name])
    film_g = film_conductance(module.films, module.gas, fields.temperature, fields.velocity, fields.turbulent_energy)
    exchange, external = _summed(module, exchanges, heat)
    new_heat = replace(
        heat,
        wall_shift=_wall_shift(module, exchanges, heat),
        conductance=with_films(heat.conductance, module.films, film_g),
        exchange=exchange.reshape(mesh.shape),
        exchange_temperature=external.reshape(mesh.shape),
    )
    prescribed = prescribed_velocity(module.machines, state.machine_flow, mesh)
    jets = None if module.jets is None else jets_of_flow(module.jets, state.machine_flow)
    model = replace(model, heat=new_heat, prescribed=prescribed, jets=jets)
    state = replace(state, exchangers=states)
    return Coupling(model, exchanges, film_g), _with_held(module, exchanges, state)


def _fields(module: Module, state: ModuleState, velocity: Vector, eddies: Array | None) -> DomainFields:
    """The gas as exchangers see it: faces carry the machines' present flow, cells are as the last round left them."""
    model = module.model
    x, y, z = (c.ravel() for c in cell_velocity(state.flow.velocity))
    turbulence = state.flow.turbulence
    return DomainFields(
        temperature=state.flow.temperature.ravel(),
        velocity=(x, y, z),
        face_flow=jnp.concatenate([f.ravel() for f in volume_flux(model.mesh, velocity)]),
        turbulent_energy=None if turbulence is None else turbulence.k.ravel(),
        eddy_diffusivity=None if eddies is None else eddies.ravel(),
        fluid_capacity=model.heat.fluid_capacity,
        machine_flow=state.machine_flow,
    )


def _summed(module: Module, exchanges: dict[str, Exchange], heat: HeatEquation) -> tuple[Array, Array]:
    """G (W/K) and T_ext (K from the reference) of all cells, flat, over the exchangers that do not hold them."""
    total = jnp.zeros(heat.capacity.size, heat.capacity.dtype)
    weighted = total
    for name, exchange in exchanges.items():
        if not module.exchangers[name].holds:
            total = total.at[exchange.cell].add(exchange.conductance)
            weighted = weighted.at[exchange.cell].add(exchange.conductance * exchange.temperature)
    return total, weighted / jnp.where(total > 0, total, 1)


def _wall_shift(module: Module, exchanges: dict[str, Exchange], heat: HeatEquation) -> Array | None:
    """`HeatEquation.wall_shift` as far as the exchangers' films let it count."""
    if heat.wall_shift is None:
        return None
    shift = heat.wall_shift.ravel()
    for exchange in exchanges.values():
        if exchange.shift_share is not None and exchange.cell.shape[0]:
            shift = shift * jnp.ones_like(shift).at[exchange.cell].set(exchange.shift_share)
    return shift.reshape(heat.wall_shift.shape)


def _with_held(module: Module, exchanges: dict[str, Exchange], state: ModuleState) -> ModuleState:
    """The state with the temperatures that exchangers hold."""
    temperature = state.flow.temperature
    flat = temperature.ravel()
    for name, exchange in exchanges.items():
        if module.exchangers[name].holds and exchange.cell.shape[0]:
            flat = flat.at[exchange.cell].set(exchange.temperature)
    return state.with_flow(replace(state.flow, temperature=flat.reshape(temperature.shape)))


def _machine_flow(module: Module, state: ModuleState) -> Array:
    """Flow of each machine, m3/s: given, or for some racks following the pressure."""
    racks = module.racks
    pressure = state.flow.pressure.ravel() * module.gas.density
    rise = by_rack(racks, pressure[racks.layout.behind_cell] - pressure[racks.layout.front_cell])
    count = rise.shape[0]
    followed = follow_pressure(racks, state.machine_flow[:count], rise)
    return jnp.concatenate([followed, module.machines.flow[count:]])


def _with_machines(mesh: Mesh, velocity: Vector, prescribed: Vector) -> Vector:
    """A velocity with the machines' faces renewed."""
    assert mesh.obstacles is not None
    free = mesh.obstacles.free
    u, v, w = (jnp.where(free[a] > 0, velocity[a], prescribed[a]) for a in AXES)
    return (u, v, w)
