"""A submerged module: gas flow and heat in the vessel, racks, coils on their seawater circuit, hull.

The fast part (flow and heat of the gas) advances step by step; the slow part (films and wall temperatures,
effectiveness of the coils, water temperatures, fan curves) is renewed once a round of some steps from the gas's
present state. In a steady state both agree; in time the lag is one round.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from jamsu.solver.exchange.blocks import Blocks, by_block, mean_temperature, to_surroundings
from jamsu.solver.exchange.coils import (
    Coils,
    cell_conductance,
    coil_effectiveness,
    coil_of_cell,
    column_rate,
    gas_rate,
    gas_temperatures,
    water_inlet,
)
from jamsu.solver.exchange.hull import Hull, WallState, shift_share, update_wall
from jamsu.solver.exchange.machines import (
    FanCurves,
    Machines,
    RackPorts,
    by_rack,
    by_unit,
    fan_flow,
    prescribed_velocity,
    unit_outlet,
)
from jamsu.solver.exchange.surface_films import SurfaceFilms, film_conductance, with_films
from jamsu.solver.flow.closure import TurbulentFields, closure, renewed_walls, turbulent_fields
from jamsu.solver.flow.courant import courant_rate
from jamsu.solver.flow.model import FlowModel, FlowState
from jamsu.solver.flow.step import step
from jamsu.solver.grid.mesh import AXES, Mesh, Vector
from jamsu.solver.grid.operators import cell_velocity, volume_flux


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Coolers:
    """Cooling units that supply gas at a given temperature: their inner cells hold it (`HeatEquation.fixed`), so what
    the flow carries into those cells is what the unit takes.

    Attributes:
      cell, cell_cooler: flat numbers of the inner cells and the unit of each.
      intake_cell, intake_cooler, intake_share: flat numbers of the cells before the intake's faces, their unit
        and their share of its flow.
      supply: (cooler,) supply temperature, K from the reference.
    """

    cell: Int[Array, "cell"]
    cell_cooler: Int[Array, "cell"]
    intake_cell: Int[Array, "intake"]
    intake_cooler: Int[Array, "intake"]
    intake_share: Float[Array, "intake"]
    supply: Float[Array, "cooler"]


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Module:
    """A module ready to march: the gas domain and what stands in and around it. All values are leaves.

    Attributes:
      machine_flow: (machine,) given gas flow of each machine, racks first, m3/s.
      density: of the gas, kg/m3 (turns kinematic into real pressure).
      coolers: the cooling units of a room. films: on blocks and closed panels. blocks: as stores of heat.
    """

    model: FlowModel
    machines: Machines
    machine_flow: Float[Array, "machine"]
    curves: FanCurves
    ports: RackPorts
    coils: Coils
    hull: Hull
    coolers: Coolers
    films: SurfaceFilms
    blocks: Blocks
    density: Array


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class ModuleState:
    """Everything that changes: what a run must keep to go on exactly as if undisturbed.

    Attributes:
      flow: fields of the gas. machine_flow: present flow of each machine, m3/s. duty: heat each coil took in the
        last round, W. wall: temperatures and films of the hull.
    """

    flow: FlowState
    machine_flow: Float[Array, "machine"]
    duty: Float[Array, "coil"]
    wall: WallState


# Hottest, coldest and flow-weighted mean rack inlet (K from the reference; of the gas outside machines where no gas
# passes a rack), heat to coils and cooling units and through the hull (W). The first INLETS of them are temperatures.
KEY_FIGURES = ("hottest_inlet", "coldest_inlet", "mean_inlet", "coil_heat", "hull_heat")
INLETS = 3


class Round(NamedTuple):
    """Means over one round of steps; temperatures in K from the reference, heat in W."""

    time: Array  # at the end, s
    duration: Array  # s
    temperature: Array  # at which heat was exchanged, per cell
    velocity: Vector  # at the end of the round
    pressure: Array  # kinematic, at the end of the round
    turbulence: TurbulentFields  # at the end of the round
    rack_inlet: Array  # (rack, unit)
    rack_outlet: Array  # (rack, unit)
    machine_flow: Array  # (machine,)
    coil_duty: Array
    coil_gas_inlet: Array
    coil_gas_outlet: Array
    coil_water_inlet: Array
    coil_effectiveness: Array
    cooler_duty: Array
    cooler_intake: Array
    hull_heat: Array
    patch_heat: Array  # (patch,)
    wall: WallState
    stored: Array
    block_stored: Array  # (block,) of it in each block
    block_temperature: Array  # (block,) mean, K from the reference
    block_exchange: Array  # (block,) conductance to all around it, W/K
    exchange: Array  # change of the heat lost with the gas's mean temperature, W/K: to what lies outside and to blocks
    iterations: Array  # of the pressure solution, mean
    change: Array  # root-mean-square change of temperature, K/s
    courant: Array  # largest Courant number at the end
    key_figures: Array  # KEY_FIGURES, whose spread over time a result states


class Coupling(NamedTuple):
    """What holds through one round."""

    model: FlowModel
    rate: Array  # gas capacity rate of the coils' columns from front to rear, W/K
    coil_conductance: Array  # of the coils' cells, W/K
    water_inlet: Array  # by coil, K from the reference
    effectiveness: Array  # by coil
    hull_conductance: Array  # of the patches, W/K
    film_conductance: Array  # of the films' faces, W/K


def couple(module: Module, state: ModuleState) -> tuple[Coupling, ModuleState]:
    """Renew machines, coils and hull from the gas's present state."""
    model, coils, hull = module.model, module.coils, module.hull
    mesh, heat = model.mesh, model.heat
    temperature = state.flow.temperature.ravel()

    flow = _machine_flow(module, state)
    prescribed = prescribed_velocity(module.machines, flow)
    velocity = _with_machines(mesh, state.flow.velocity, prescribed)
    face_flow = jnp.concatenate([f.ravel() for f in volume_flux(mesh, velocity)])
    rate = column_rate(coils, face_flow, heat.fluid_capacity)
    effective, share = coil_effectiveness(coils, gas_rate(coils, rate))
    coil_g = cell_conductance(coils, rate, share)
    water = water_inlet(coils, state.duty)

    x, y, z = (c.ravel() for c in cell_velocity(velocity))
    fields = state.flow.turbulence
    energy = None if fields is None else fields.k.ravel()
    near, near_energy = jnp.stack([c[hull.cell] for c in (x, y, z)], 1), None if energy is None else energy[hull.cell]
    wall, hull_g = update_wall(hull, state.wall, temperature[hull.cell], near, near_energy)
    film_g = film_conductance(module.films, hull.gas, temperature, (x, y, z), energy)

    zero = jnp.zeros_like(temperature)
    exchange = zero.at[coils.cell].add(coil_g).at[hull.cell].add(hull_g)
    warmth = zero.at[coils.cell].add(coil_g * water[coil_of_cell(coils)])
    warmth = warmth.at[hull.cell].add(hull_g * hull.outside_temperature)
    external = warmth / jnp.where(exchange > 0, exchange, 1)
    new_heat = replace(
        heat,
        wall_shift=_wall_shift(module, state, wall),
        conductance=with_films(heat.conductance, module.films, film_g),
        exchange=exchange.reshape(mesh.shape),
        exchange_temperature=external.reshape(mesh.shape),
    )
    model = renewed_walls(replace(model, heat=new_heat, prescribed=prescribed), velocity)
    coupling = Coupling(model, rate, coil_g, water, effective, hull_g, film_g)
    return coupling, replace(state, machine_flow=flow, wall=wall)


def _wall_shift(module: Module, state: ModuleState, wall: WallState) -> Array | None:
    """`HeatEquation.wall_shift` as far as the hull's films let it count."""
    heat, hull = module.model.heat, module.hull
    if heat.wall_shift is None or hull.cell.shape[0] == 0:
        return heat.wall_shift
    eddies = closure(module.model, state.flow.velocity, state.flow.turbulence).eddy_diffusivity
    near = None if eddies is None else eddies.ravel()[hull.cell]
    share = shift_share(hull, wall, near, heat.fluid_capacity)
    return heat.wall_shift.ravel().at[hull.cell].multiply(share).reshape(heat.wall_shift.shape)


def _machine_flow(module: Module, state: ModuleState) -> Array:
    """Given flows, and those of fan curves against the present pressure."""
    pressure = state.flow.pressure.ravel() * module.density
    ports = module.ports
    rise = by_rack(ports, pressure[ports.behind_cell] - pressure[ports.front_cell])
    racks = rise.shape[0]
    given = module.machine_flow[:racks]
    curved = fan_flow(module.curves, state.machine_flow[:racks], rise)
    followed = jnp.where(module.curves.active > 0, curved, given)
    return jnp.concatenate([followed, module.machine_flow[racks:]])


def _with_machines(mesh: Mesh, velocity: Vector, prescribed: Vector) -> Vector:
    """A velocity with the machines' faces renewed."""
    assert mesh.obstacles is not None
    free = mesh.obstacles.free
    u, v, w = (jnp.where(free[a] > 0, velocity[a], prescribed[a]) for a in AXES)
    return (u, v, w)


@jax.jit
def advance(module: Module, state: ModuleState, dt: Array, steps: Array) -> tuple[ModuleState, Round]:
    """One round: renew the couplings, take `steps` steps of `dt` (both leaves), average what happened.

    Of no steps at all the report tells the Courant number; its means are zero.
    """
    coupling, state = couple(module, state)
    model = coupling.model
    start = state.flow

    def body(_, carry):
        flow, total, carried, iterations = carry
        flow, report = step(model, flow, dt)
        carried = carried + report.advected.ravel()[module.coolers.cell]
        return flow, total + report.exchanged_temperature, carried, iterations + report.iterations

    carry = (
        start,
        jnp.zeros_like(start.temperature),
        jnp.zeros(module.coolers.cell.shape, start.temperature.dtype),
        jnp.asarray(0, jnp.int32),
    )
    flow, total, carried, iterations = jax.lax.fori_loop(0, steps, body, carry)
    count = jnp.maximum(steps, 1).astype(dt.dtype)
    turbulence = turbulent_fields(model, flow)
    report = _report(module, coupling, state, flow, turbulence, total / count, carried / count, dt * count)
    courant = courant_rate(model, flow, turbulence.eddy_viscosity) * dt
    report = report._replace(iterations=iterations / count, courant=courant)
    return replace(state, flow=flow, duty=report.coil_duty), report


def courant_rate_now(module: Module, state: ModuleState) -> float:
    """`courant_rate` of a state, 1/s: from a round of no steps, whose program is compiled anyway."""
    dtype = module.model.mesh.dtype
    _, report = advance(module, state, jnp.asarray(np.asarray(1.0, dtype)), jnp.asarray(np.int32(0)))
    return float(report.courant)


def _report(
    module: Module,
    coupling: Coupling,
    state: ModuleState,
    flow: FlowState,
    turbulence: TurbulentFields,
    mean: Array,
    carried: Array,
    duration: Array,
) -> Round:
    """Means of one round from its mean temperature; every flow of heat is linear in it."""
    coils, ports, coolers, hull = module.coils, module.ports, module.coolers, module.hull
    flat = mean.ravel()
    of_cell = coil_of_cell(coils)
    coil_cells = coupling.coil_conductance * (flat[coils.cell] - coupling.water_inlet[of_cell])
    patches = coupling.hull_conductance * (flat[hull.cell] - hull.outside_temperature)
    heat, blocks = coupling.model.heat, module.blocks
    capacity = heat.capacity
    rise = flow.temperature - state.flow.temperature
    units, racks = coolers.supply.shape[0], ports.unit_share.shape[0]
    # Cooling units are the last machines; a warmer room loses more heat to each at its capacity rate.
    cooler_flow = state.machine_flow[state.machine_flow.shape[0] - units :]
    supply_rate = coupling.model.heat.fluid_capacity * jnp.sum(cooler_flow)
    gas_in, gas_out = gas_temperatures(coils, coupling.rate, flat)
    # A block follows what is around it; a panel only passes heat from gas to gas.
    to_blocks = jnp.sum(coupling.film_conductance * jnp.abs(module.films.gas[0] - module.films.gas[1]))
    return Round(
        time=flow.time,
        duration=duration,
        temperature=mean,
        velocity=flow.velocity,
        pressure=flow.pressure,
        turbulence=turbulence,
        rack_inlet=by_unit(ports, flat[ports.front_cell]),
        rack_outlet=unit_outlet(ports, flat[ports.rear_cell], heat.fluid_capacity * state.machine_flow[:racks]),
        machine_flow=state.machine_flow,
        coil_duty=jax.ops.segment_sum(coil_cells, of_cell, coils.conductance.shape[0]),
        coil_gas_inlet=gas_in,
        coil_gas_outlet=gas_out,
        coil_water_inlet=coupling.water_inlet,
        coil_effectiveness=coupling.effectiveness,
        cooler_duty=jax.ops.segment_sum(carried, coolers.cell_cooler, units),
        cooler_intake=jax.ops.segment_sum(
            coolers.intake_share * flat[coolers.intake_cell], coolers.intake_cooler, units
        ),
        hull_heat=jnp.sum(patches),
        patch_heat=patches,
        wall=state.wall,
        stored=jnp.sum(capacity * rise) / duration,
        block_stored=by_block(blocks, capacity * rise) / duration,
        block_temperature=mean_temperature(blocks, mean, capacity),
        block_exchange=to_surroundings(blocks, heat.conductance, heat.exchange),
        exchange=jnp.sum(heat.exchange * coupling.model.mesh.open_cell) + to_blocks + supply_rate,
        key_figures=_key_figures(module, state, flat, coil_cells, carried, patches),
        iterations=jnp.asarray(0.0),
        change=jnp.sqrt(jnp.sum(capacity * rise**2) / jnp.sum(capacity)) / duration,
        courant=jnp.asarray(0.0),
    )


def _key_figures(
    module: Module, state: ModuleState, temperature: Array, coil_cells: Array, carried: Array, patches: Array
) -> Array:
    ports, mesh = module.ports, module.model.mesh
    assert mesh.obstacles is not None
    gas = mesh.obstacles.driven_cell.ravel()
    content = mesh.volume.ravel() * gas
    figures = [
        jnp.max(jnp.where(gas > 0, temperature, -jnp.inf)),
        jnp.min(jnp.where(gas > 0, temperature, jnp.inf)),
        jnp.sum(content * temperature) / jnp.sum(content),
    ]
    if ports.front_cell.shape[0] > 0:
        share = ports.unit_share
        inlet = by_unit(ports, temperature[ports.front_cell])
        flow = share * state.machine_flow[: share.shape[0], None]
        passed = flow > 0
        of_racks = [
            jnp.max(jnp.where(passed, inlet, -jnp.inf)),
            jnp.min(jnp.where(passed, inlet, jnp.inf)),
            jnp.sum(flow * inlet) / jnp.maximum(jnp.sum(flow), 1e-12),
        ]
        figures = [jnp.where(jnp.any(passed), a, b) for a, b in zip(of_racks, figures, strict=True)]
    return jnp.stack([*figures, jnp.sum(coil_cells) + jnp.sum(carried), jnp.sum(patches)])
