"""A round of steps: couplings are renewed, flow and heat advance, and means are reported."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array

from jamsu.solver.coupling import Coupling, couple
from jamsu.solver.exchange.blocks import block_report
from jamsu.solver.exchange.racks import by_unit, passage_flow, unit_outlet
from jamsu.solver.flow.closure import TurbulentFields, turbulent_fields
from jamsu.solver.flow.courant import courant_rate
from jamsu.solver.flow.model import FlowState
from jamsu.solver.flow.step import StepReport, step
from jamsu.solver.grid.arrays import on_device
from jamsu.solver.grid.mesh import Vector
from jamsu.solver.grid.operators import volume_flux
from jamsu.solver.module import Module, ModuleState
from jamsu.solver.probes import probe_report
from jamsu.solver.variables import KEY_FIGURES, Values


class Round(NamedTuple):
    """One round of steps.

    Attributes:
      time: time at the end, s.
      duration: length of the round, s.
      values: means and last fields by group and name, see `jamsu.solver.variables`; temperatures in K from the
        reference.
      exchanged: heat that each exchanger took from the gas, by name, W.
      gas_stored: heat that the gas takes up, blocks not counted, W.
      sensitivity: derivative of the heat lost to the outside and to blocks by the gas's mean temperature, W/K.
      iterations: mean number of iterations of the pressure solution.
      change: root-mean-square change of temperature, K/s.
      courant: largest Courant number at the end.
    """

    time: Array
    duration: Array
    values: Values
    exchanged: dict[str, Array]
    gas_stored: Array
    sensitivity: Array
    iterations: Array
    change: Array
    courant: Array


class _Steps(NamedTuple):
    """Means over the steps of a round: temperature, and heat advected into held cells."""

    temperature: Array
    carried: dict[str, Array]
    iterations: Array
    duration: Array
    dt: Array


@jax.jit
def advance(module: Module, state: ModuleState, dt: Array, steps: Array) -> tuple[ModuleState, Round]:
    """One round: renew the couplings, take `steps` steps of `dt` (both leaves), average the results.

    A round of no steps reports the Courant number; its means are zero.
    """
    coupling, state = couple(module, state)
    held = held_cells(module, coupling)

    def body(_, carry):
        flow, total, carried, iterations = carry
        flow, report = step(coupling.model, flow, dt)
        now = _carried(report, held)
        carried = {name: carried[name] + heat for name, heat in now.items()}
        return flow, total + report.exchanged_temperature, carried, iterations + report.iterations

    zero = jnp.zeros_like(state.flow.temperature)
    nothing = {name: jnp.zeros(cell.shape, zero.dtype) for name, cell in held.items()}
    carry = (state.flow, zero, nothing, jnp.asarray(0, jnp.int32))
    flow, total, carried, iterations = jax.lax.fori_loop(0, steps, body, carry)
    count = jnp.maximum(steps, 1).astype(dt.dtype)
    means = {name: heat / count for name, heat in carried.items()}
    taken = _Steps(total / count, means, iterations / count, dt * count, dt)
    return _report(module, coupling, state, flow, taken)


@jax.jit
def one_step(module: Module, state: ModuleState, dt: Array) -> tuple[ModuleState, Round]:
    """A round of one step without a loop, which `jax.grad` can go through backwards.

    Derivatives hold for all values of the module and of the operation that it was made of. They are as exact as the
    pressure is solved: ask for a small `pressure_tolerance` (`jamsu.solver.flow.model.FlowModel`).
    """
    coupling, state = couple(module, state)
    flow, report = step(coupling.model, state.flow, dt)
    carried = _carried(report, held_cells(module, coupling))
    taken = _Steps(report.exchanged_temperature, carried, report.iterations.astype(dt.dtype), dt, dt)
    return _report(module, coupling, state, flow, taken)


def held_cells(module: Module, coupling: Coupling) -> dict[str, Array]:
    """Flat numbers of the cells whose temperature an exchanger holds, by exchanger."""
    return {name: e.cell for name, e in coupling.exchanges.items() if module.exchangers[name].holds}


def _carried(report: StepReport, held: dict[str, Array]) -> dict[str, Array]:
    """Heat that the flow carried into held cells, W."""
    advected = report.advected.ravel()
    return {name: advected[cell] for name, cell in held.items()}


def courant_rate_now(module: Module, state: ModuleState) -> float:
    """`courant_rate` of a state, 1/s, by a round of no steps, whose program is compiled anyway."""
    dtype = module.model.mesh.dtype
    _, report = advance(module, state, on_device(1.0, dtype), on_device(0, np.int32))
    return float(report.courant)


def _report(
    module: Module, coupling: Coupling, state: ModuleState, flow: FlowState, taken: _Steps
) -> tuple[ModuleState, Round]:
    """The state at the end of a round and its means; every flow of heat is linear in the mean temperature."""
    model, heat = coupling.model, coupling.model.heat
    rise = flow.temperature - state.flow.temperature
    turbulence = turbulent_fields(model, flow)
    values, states, exchanged = thermal_report(
        module, coupling, state, flow.velocity, taken.temperature, taken.carried, rise, taken.duration
    )
    values["interior"] = interior_fields(module, taken.temperature, flow, turbulence)
    stored = values["balance"]["stored_heat"]
    report = Round(
        time=flow.time,
        duration=taken.duration,
        values=values,
        exchanged=exchanged,
        gas_stored=stored - jnp.sum(values["blocks"]["stored_heat"]),
        sensitivity=_sensitivity(module, coupling),
        iterations=taken.iterations,
        change=jnp.sqrt(jnp.sum(heat.capacity * rise**2) / jnp.sum(heat.capacity)) / taken.duration,
        courant=courant_rate(model, flow, turbulence.eddy_viscosity) * taken.dt,
    )
    return replace(state.with_flow(flow), exchangers=states), report


def thermal_report(
    module: Module,
    coupling: Coupling,
    state: ModuleState,
    velocity: Vector,
    temperature: Array,
    carried: dict[str, Array],
    rise: Array,
    duration: Array,
) -> tuple[Values, dict[str, Any], dict[str, Array]]:
    """All quantities but the fields, the exchangers' new states, and the heat that each took, W.

    Args:
      velocity: on faces by axis, m/s.
      temperature: mean of the cells, K from the reference.
      carried: heat that the flow carries into held cells, by exchanger, W.
      rise: rise of the cells' temperature over `duration` (s), K.
    """
    mean, heat = temperature.ravel(), coupling.model.heat
    values, states, exchanged = exchanger_reports(module, coupling, mean, carried, state.exchangers)
    blocks = (module.blocks, temperature, rise, heat.capacity, heat.conductance, heat.exchange, duration)
    values |= block_report(*blocks)
    values["racks"] = _rack_report(module, state, velocity, mean)
    values["probes"] = probe_report(module.probes, mean, velocity)
    values["machines"] = {"flow": state.machine_flow}
    values["balance"] = _balance(module, values, jnp.sum(heat.capacity * rise) / duration)
    values["key_figures"] = _key_figures(module, values["racks"], mean)
    return values, states, exchanged


def exchanger_reports(
    module: Module, coupling: Coupling, mean: Array, carried: dict[str, Array], states: dict[str, Any]
) -> tuple[Values, dict[str, Any], dict[str, Array]]:
    """Quantities, new states and heat (W) of all exchangers.

    Args:
      mean: temperature of all cells, flat, K from the reference.
      carried: heat that the flow carries into held cells, by exchanger, W.
      states: states of the exchangers.
    """
    values: Values = {}
    after, exchanged = {}, {}
    for name, exchanger in module.exchangers.items():
        exchange = coupling.exchanges[name]
        away = exchange.conductance * (mean[exchange.cell] - exchange.temperature)
        # Rows beyond the last cell only fill a table up (`jamsu.solver.padding`).
        away = jnp.where(exchange.cell < mean.size, carried.get(name, away), 0)
        told, after[name] = exchanger.report(exchange, away, mean, states[name])
        values |= told
        exchanged[name] = jnp.sum(away)
    return values, after, exchanged


def interior_fields(
    module: Module, temperature: Array, flow: FlowState, turbulence: TurbulentFields
) -> dict[str, Array]:
    """Fields of one moment by their names in the result; fields that the turbulence model lacks are left out."""
    u, v, w = flow.velocity
    pressure = flow.pressure * module.gas.density
    fields = {"temperature": temperature, "velocity_x": u, "velocity_y": v, "velocity_z": w, "pressure": pressure}
    return fields | {name: field for name, field in turbulence._asdict().items() if field is not None}


def _rack_report(module: Module, state: ModuleState, velocity: Vector, mean: Array) -> dict[str, Array]:
    racks = module.racks
    flow = state.machine_flow[: racks.flow.shape[0]]
    rate = module.model.heat.fluid_capacity * flow
    face_flow = jnp.concatenate([f.ravel() for f in volume_flux(module.model.mesh, velocity)])
    return {
        "power": racks.power,
        "gas_heat": racks.gas_heat,
        "flow": racks.unit_share * flow[:, None],
        "inlet_temperature": by_unit(racks, mean[racks.layout.front_cell]),
        "outlet_temperature": unit_outlet(racks, mean[racks.layout.rear_cell], rate),
        "passage_flow": passage_flow(racks, face_flow),
    }


def _balance(module: Module, values: Values, stored: Array) -> dict[str, Array]:
    """Headings of the heat balance, W: what is released, what each kind of exchanger takes, what is stored."""
    loads = module.loads
    told = {"it_power": loads.it_power, "fan_power": loads.fan_power, "pump_power": loads.pump_power}
    for exchanger in module.exchangers.values():
        told[exchanger.balance] = told.get(exchanger.balance, 0) + exchanger.heat(values)
    return told | {"stored_heat": stored}


def _sensitivity(module: Module, coupling: Coupling) -> Array:
    model = coupling.model
    total = jnp.sum(model.heat.exchange * model.mesh.open_cell)
    for name, exchange in coupling.exchanges.items():
        if module.exchangers[name].holds:
            there = exchange.cell < model.heat.capacity.size  # not a row that fills the table up
            total = total + jnp.sum(jnp.where(there, exchange.conductance, 0))
    # A block follows what is around it; a panel only passes heat from gas to gas.
    return total + jnp.sum(coupling.film_conductance * jnp.abs(module.films.gas[0] - module.films.gas[1]))


def _key_figures(module: Module, racks: dict[str, Array], temperature: Array) -> dict[str, Array]:
    mesh = module.model.mesh
    assert mesh.obstacles is not None
    gas = mesh.obstacles.driven_cell.ravel()
    content = mesh.volume.ravel() * gas
    figures = [
        jnp.max(jnp.where(gas > 0, temperature, -jnp.inf)),
        jnp.min(jnp.where(gas > 0, temperature, jnp.inf)),
        jnp.sum(content * temperature) / jnp.sum(content),
    ]
    flow, inlet = racks["flow"], racks["inlet_temperature"]
    if flow.size > 0:
        passed = flow > 0
        of_racks = [
            jnp.max(jnp.where(passed, inlet, -jnp.inf)),
            jnp.min(jnp.where(passed, inlet, jnp.inf)),
            jnp.sum(flow * inlet) / jnp.maximum(jnp.sum(flow), 1e-12),
        ]
        figures = [jnp.where(jnp.any(passed), a, b) for a, b in zip(of_racks, figures, strict=True)]
    return dict(zip(KEY_FIGURES, figures, strict=True))
