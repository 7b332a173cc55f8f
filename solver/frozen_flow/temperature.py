"""Temperature of a module whose flow is given: steady, in time, and how much each rack warms each other.

The flow stays as it is; the temperature follows at a small share of a march's cost. What depends on the temperature
besides (films, water that passes several coils) is found with it. Buoyancy is not, nor what the
power changes in the machines' flows: compare a large change with a march before relying on it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from jamsu.solver.coupling import Coupling, couple_heat
from jamsu.solver.flow.closure import Closure, closure, eddy_diffusivity
from jamsu.solver.frozen_flow.balance import TOLERANCE, Steps, Unknown, balanced
from jamsu.solver.frozen_flow.equation import Transport, carried_heat, heat_rate, transport
from jamsu.solver.grid.fusion import halo_padded
from jamsu.solver.layout import Layout
from jamsu.solver.module import Module, ModuleState
from jamsu.solver.operate import operate
from jamsu.solver.operation import Operation
from jamsu.solver.round import exchanger_reports, held_cells, thermal_report
from jamsu.solver.variables import Values


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class FrozenFlow:
    """A flow, and the exchangers' states to begin with.

    Attributes:
      state: fields of the flow; its temperature is the first guess, or the beginning in time.
      eddy_viscosity: of the cells, m2/s; None: as the turbulence model has it for `state`.
    """

    state: ModuleState
    eddy_viscosity: Float[Array, "nx ny nz"] | None = None


class Temperatures(NamedTuple):
    """Temperatures for a given flow.

    Attributes:
      state: the state with the new temperature and the exchangers' new states.
      values: all quantities but the fields, by group and name (`jamsu.solver.variables`).
      residual: sum of what the cells have too much or too little, W.
      imbalance: heat that all cells together have too much, W.
      steps: Newton steps taken.
      converged: 1 where the residuals became as small as asked for, else 0: then the rest is no solution.
    """

    state: ModuleState
    values: Values
    residual: Array
    imbalance: Array
    steps: Array
    converged: Array


def frozen_mean(
    state: ModuleState, interior: Mapping[str, np.ndarray | Array], machine_flow: np.ndarray | Array
) -> FrozenFlow:
    """The flow of a march's means.

    Args:
      state: the last state of the march.
      machine_flow: mean flow of each machine, m3/s.
      interior: means of the interior's fields by name (`jamsu.solver.variables`): temperature, velocities and, where
        the turbulence model has them, eddy viscosity and k.
    """
    flow = state.flow
    dtype = flow.temperature.dtype
    u, v, w = (jnp.asarray(interior[f"velocity_{axis}"], dtype) for axis in "xyz")
    turbulence = flow.turbulence
    if turbulence is not None:
        turbulence = turbulence._replace(k=jnp.asarray(interior["turbulent_kinetic_energy"], dtype))
    mean = replace(
        flow, velocity=(u, v, w), temperature=jnp.asarray(interior["temperature"], dtype), turbulence=turbulence
    )
    eddy = interior.get("eddy_viscosity")
    state = replace(state.with_flow(mean), machine_flow=jnp.asarray(machine_flow, dtype))
    return FrozenFlow(state, None if eddy is None else jnp.asarray(eddy, dtype))


def steady(
    module: Module, frozen: FrozenFlow, *, limited: bool = True, tolerance: Array | float = TOLERANCE
) -> Temperatures:
    """The steady temperature of a module for a given flow. Traceable, and differentiable in every value of `module`.

    Derivatives hold the flow fixed, so the derivative by a machine's flow is 0.

    Args:
      limited: with the march's own scheme; else first-order upwind: quicker, and a little more diffusive.
      tolerance: sum of all cells' residuals over the heat that passes the gas.

    Raises:
      ValueError: the box has periodic sides.
    """
    turbulent = _turbulence(module, frozen)
    warm, begun = _renewed(module, frozen.state, turbulent)  # films that no round has set yet have no slope

    def balance(unknown: Unknown) -> Unknown:
        now, given = _renewed(module, _with(frozen.state, unknown), turbulent)
        rate, carried = _rates(given, unknown[0], limited=limited)
        held = _held_heat(module, now.coupling, carried)
        _, after, _ = exchanger_reports(module, now.coupling, unknown[0].ravel(), held, now.state.exchangers)
        return rate, jax.tree_util.tree_map(jnp.subtract, after, unknown[1])

    start = (warm.state.flow.temperature, warm.state.exchangers)
    unknown, steps = balanced(balance, start, begun, tolerance=tolerance)
    now, given = _renewed(module, _with(frozen.state, unknown), turbulent)
    one = jnp.ones((), unknown[0].dtype)
    return _told(module, now, given, unknown[0], one, steps, limited=limited)


def implicit_step(
    module: Module,
    frozen: FrozenFlow,
    dt: Array | float,
    *,
    limited: bool = True,
    tolerance: Array | float = TOLERANCE,
) -> Temperatures:
    """One step of backward Euler from `frozen.state`, of first order; the gas is stable at any size of step (dt, s).

    Films and water temperatures are those at the beginning of the step, as in a round of the march. `module` is that of
    a case whose mode is transient: in a steady one blocks have next to no heat capacity.
    """
    size = jnp.asarray(dt, frozen.state.flow.temperature.dtype)
    now, given = _renewed(module, frozen.state, _turbulence(module, frozen), size)

    def balance(unknown: Unknown) -> Unknown:
        return _rates(given, unknown[0], limited=limited)[0], ()

    (temperature, _), steps = balanced(balance, (now.state.flow.temperature, ()), given, tolerance=tolerance)
    return _told(module, now, given, temperature, size, steps, limited=limited)


def rack_influence(
    layout: Layout, operation: Operation, frozen: FrozenFlow, *, limited: bool = False
) -> Float[Array, "rack rack"]:
    """Rise of rack i's mean inlet temperature by power of rack k, K/W, at the present flow.

    A rack's power rises in all units in proportion, or evenly in its open units where it has none. NaN
    where no solution was found.
    """
    power = operation.rack_power
    rows = jnp.sum(power, 1, keepdims=True)
    open_unit = jnp.where(layout.racks.open_unit > 0, 1.0, 0.0).astype(power.dtype)
    even = open_unit / jnp.maximum(jnp.sum(open_unit, 1, keepdims=True), 1)
    share = jnp.where(rows > 0, power / jnp.where(rows > 0, rows, 1), even)

    return _influence(layout, operation, frozen, share, limited)


@partial(jax.jit, static_argnums=4)
def _influence(layout: Layout, operation: Operation, frozen: FrozenFlow, share: Array, limited: bool) -> Array:
    def inlets(power: Array) -> tuple[Array, Array]:
        module = operate(layout, replace(operation, rack_power=power))
        found = steady(module, frozen, limited=limited)
        flow, inlet = found.values["racks"]["flow"], found.values["racks"]["inlet_temperature"]
        return jnp.sum(flow * inlet, 1) / jnp.maximum(jnp.sum(flow, 1), 1e-12), found.converged

    _, slope, converged = jax.linearize(inlets, operation.rack_power, has_aux=True)

    def column(rack: Array) -> Array:
        here = jnp.arange(share.shape[0]) == rack
        return slope(jnp.where(here[:, None], share, 0))

    table = jax.lax.map(column, jnp.arange(share.shape[0])).T
    return jnp.where(converged > 0, table, jnp.nan)


class _Renewed(NamedTuple):
    coupling: Coupling
    state: ModuleState


def _with(state: ModuleState, unknown: Unknown) -> ModuleState:
    temperature, exchangers = unknown
    return replace(state.with_flow(replace(state.flow, temperature=temperature)), exchangers=exchangers)


def _turbulence(module: Module, frozen: FrozenFlow) -> Closure:
    flow = frozen.state.flow
    found = closure(module.model, flow.velocity, flow.turbulence)
    if frozen.eddy_viscosity is None:
        return found
    diffusivity = eddy_diffusivity(module.model, frozen.eddy_viscosity)
    return found._replace(eddy=frozen.eddy_viscosity, eddy_diffusivity=diffusivity)


def _renewed(
    module: Module, state: ModuleState, turbulent: Closure, dt: Array | None = None
) -> tuple[_Renewed, Transport]:
    """Exchangers and films at the state's temperature, and the transport with them."""
    flow = state.flow
    coupling, state = couple_heat(module, state, flow.velocity, turbulent.eddy_diffusivity)
    given = transport(coupling.model, flow.velocity, turbulent, state.flow.temperature, dt)
    return _Renewed(coupling, state), given


def _rates(given: Transport, temperature: Array, *, limited: bool) -> tuple[Array, Array]:
    """What each cell has too much of, and what the flow carries into it, W."""
    wide = halo_padded(temperature)
    carried = carried_heat(given, wide, limited=limited)
    return heat_rate(given, temperature, carried, wide, limited=limited), carried


def _held_heat(module: Module, coupling: Coupling, carried: Array) -> dict[str, Array]:
    """Heat that the flow carries into held cells, by exchanger, W."""
    return {name: carried.ravel()[cell] for name, cell in held_cells(module, coupling).items()}


def _told(
    module: Module,
    now: _Renewed,
    given: Transport,
    temperature: Array,
    duration: Array,
    steps: Steps,
    *,
    limited: bool,
) -> Temperatures:
    """The state, and what a round of the march would report of it."""
    rate, carried = _rates(given, temperature, limited=limited)
    held = _held_heat(module, now.coupling, carried)
    # A steady state stores nothing, whatever it started from.
    rise = given.storage * (temperature - given.before) * duration / given.model.heat.capacity
    values, states, _ = thermal_report(
        module, now.coupling, now.state, now.state.flow.velocity, temperature, held, rise, duration
    )
    passed = jnp.where(jnp.any(given.storage > 0), duration, 0)
    flow = replace(now.state.flow, temperature=temperature, time=now.state.flow.time + passed)
    left = jnp.where(given.held, 0, rate)
    state = replace(now.state.with_flow(flow), exchangers=states)
    return Temperatures(state, values, jnp.sum(jnp.abs(left)), jnp.sum(left), steps.taken, steps.converged)
