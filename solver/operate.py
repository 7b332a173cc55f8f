"""From what stands and how it is operated to a module ready to march."""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float

from jamsu.materials import seawater
from jamsu.solver.exchange.coils import Coils, coils_at
from jamsu.solver.exchange.coolers import Coolers, coolers_at
from jamsu.solver.exchange.hull import Hull, hull_at
from jamsu.solver.exchange.liquid_loop import LiquidLoop, liquid_loop_at
from jamsu.solver.exchange.machines import Machines, heat_of_cells, machines_at
from jamsu.solver.exchange.outside_films import GRAVITY, FilmProperties
from jamsu.solver.exchange.racks import Racks, racks_at
from jamsu.solver.flow.heat import HeatEquation
from jamsu.solver.flow.jets import jets_at
from jamsu.solver.flow.model import FlowModel
from jamsu.solver.flow.momentum import FluidConstants
from jamsu.solver.grid.mesh import Vector
from jamsu.solver.layout import DomainLayout, HeatLayout, Layout
from jamsu.solver.module import Loads, Module
from jamsu.solver.operation import Operation
from jamsu.solver.turbulence.walls import Walls

TURBULENT_PRANDTL = 0.85  # Kays 1994


class _Operated(NamedTuple):
    """What follows from a layout at an operating point; the layout's own arrays are not copied."""

    gas: FilmProperties
    source: Float[Array, "nx ny nz"]
    capacity: Float[Array, "nx ny nz"]
    conductance: Vector
    machines: Machines
    racks: Racks
    coils: Coils
    coolers: Coolers
    hull: Hull
    liquid: LiquidLoop
    loads: Loads
    fluid: FluidConstants
    fluid_capacity: Array
    prandtl: Array
    turbulent_prandtl: Array
    implicitness: Array
    nothing: Float[Array, "nx ny nz"]
    unity: Float[Array, "nx ny nz"]


def operate(layout: Layout, operation: Operation) -> Module:
    """The module at an operating point. Traced: another operation of the same layout compiles nothing.

    Raises:
      ValueError: a height unit has power that is closed in the layout: no gas passes there, so the layout has to be
        made anew. Traced powers are not checked.
    """
    _check_power(layout, operation)
    found = _operated(layout, operation)
    return Module(
        domains={"gas": _flow_model(layout.gas, found)},
        machines=found.machines,
        racks=replace(found.racks, layout=layout.racks),
        exchangers={
            "coils": replace(found.coils, layout=layout.coils),
            "coolers": replace(found.coolers, layout=layout.coolers),
            "hull": replace(found.hull, layout=layout.hull),
            "liquid": found.liquid,
        },
        films=layout.films,
        blocks=replace(layout.blocks, power=operation.block_power),
        probes=layout.probes,
        jets=None if layout.jets is None else jets_at(layout.jets, found.racks.unit_share),
        loads=found.loads,
        gas=found.gas,
        reference_temperature=operation.reference_temperature,
    )


def _check_power(layout: Layout, operation: Operation) -> None:
    read = (operation.rack_power, operation.liquid_share, layout.racks.open_unit)
    if any(isinstance(value, jax.core.Tracer) for value in read):
        return
    to_gas = np.asarray(operation.rack_power) * (1 - np.asarray(operation.liquid_share))[:, None]
    stray = np.argwhere((to_gas > 0) & (np.asarray(layout.racks.open_unit) <= 0))
    if len(stray):
        rack, unit = stray[0] + 1
        raise ValueError(
            f"power in unit {unit} of rack {rack}, which the layout closes: make the layout with that power"
        )


@jax.jit
def _operated(layout: Layout, operation: Operation) -> _Operated:
    heat = layout.gas.heat
    gas = gas_properties(layout.gas, operation)
    fluid_capacity = jnp.asarray(gas.density * gas.heat_capacity)
    loads = _loads(operation)
    racks = racks_at(layout.racks, operation, fluid_capacity, jnp.asarray(gas.density))
    shape = layout.gas.mesh.shape
    source = heat_of_cells(layout.machines, operation, racks.gas_heat, heat.gas_volume.size)
    gx, gy, gz = (a + gas.conductivity * b for a, b in zip(heat.solid_conductance, heat.link, strict=True))
    return _Operated(
        gas=gas,
        source=source.reshape(shape),
        capacity=_capacity(heat, fluid_capacity),
        conductance=(gx, gy, gz),
        machines=machines_at(layout.machines, operation, racks.flow, racks.unit_share),
        racks=racks,
        coils=coils_at(layout.coils, operation, loads.sea_heat_capacity),
        coolers=coolers_at(layout.coolers, operation),
        hull=hull_at(layout.hull, operation, gas),
        liquid=liquid_loop_at(layout.liquid, operation, loads.sea_heat_capacity),
        loads=loads,
        fluid=FluidConstants(
            viscosity=jnp.asarray(gas.kinematic_viscosity),
            buoyancy=jnp.asarray(GRAVITY * gas.expansion),
            eddy_coefficient=layout.gas.eddy_coefficient,
            no_slip=jnp.zeros((3, 2), source.dtype),
            wall_velocity=jnp.zeros((3, 2, 3), source.dtype),
            scheme="limited",
        ),
        fluid_capacity=fluid_capacity,
        prandtl=jnp.asarray(gas.prandtl),
        turbulent_prandtl=jnp.asarray(TURBULENT_PRANDTL, source.dtype),
        implicitness=jnp.ones((), source.dtype),
        nothing=jnp.zeros(shape, source.dtype),
        unity=jnp.ones(shape, source.dtype),
    )


def gas_properties(domain: DomainLayout, operation: Operation) -> FilmProperties:
    """Properties of a domain's fluid at the operation's gas temperature and pressure."""
    at = (operation.gas_temperature, operation.gas_pressure)
    dtype = domain.mesh.dtype
    return FilmProperties(*(jnp.asarray(getattr(domain.fluid, name)(*at), dtype) for name in FilmProperties._fields))


def _capacity(heat: HeatLayout, fluid_capacity: Array) -> Float[Array, "nx ny nz"]:
    """Heat capacity of every cell, J/K."""
    limit = fluid_capacity * heat.solid_volume
    solid = jnp.where(heat.solid_volume > 0, jnp.minimum(heat.solid_capacity, limit), heat.solid_capacity)
    return fluid_capacity * heat.gas_volume + solid


def _loads(operation: Operation) -> Loads:
    sea = (operation.sea_temperature, operation.salinity)
    dtype = operation.pump_power.dtype
    fans = (operation.rack_fan_power, operation.coil_fan_power, operation.fan_power, operation.cooler_fan_power)
    return Loads(
        it_power=jnp.sum(operation.rack_power) + jnp.sum(operation.block_power),
        fan_power=sum((jnp.sum(power) for power in fans), jnp.zeros_like(operation.pump_power)),
        pump_power=operation.pump_power + operation.liquid_pump_power,
        sea_density=jnp.asarray(seawater.density(*sea), dtype),
        sea_heat_capacity=jnp.asarray(seawater.heat_capacity(*sea), dtype),
        current_speed=operation.current_speed,
    )


def _flow_model(domain: DomainLayout, found: _Operated) -> FlowModel:
    """Flow and heat of a domain at an operating point."""
    heat = domain.heat
    walls = None
    if domain.wall_distance is not None and domain.touching is not None:
        walls = Walls(domain.wall_distance, domain.touching, found.unity, found.prandtl)
    return FlowModel(
        mesh=domain.mesh,
        fluid=found.fluid,
        heat=HeatEquation(
            capacity=found.capacity,
            conductance=found.conductance,
            source=found.source,
            exchange=found.nothing,
            exchange_temperature=found.nothing,
            fluid_capacity=found.fluid_capacity,
            turbulent_link=heat.link,
            turbulent_prandtl=found.turbulent_prandtl,
            fixed=heat.fixed,
            stencil_limits=heat.stencil_limits,
            implicitness=found.implicitness,
            box_conductivity=jnp.asarray(found.gas.conductivity),
            wall_shift=heat.wall_shift,
            scheme="limited",
            conduction=heat.conduction,
        ),
        pressure_solver=domain.pressure_solver,
        viscous_solver=None,
        heat_solver=None,
        prescribed=None,
        eddy_viscosity=domain.eddy_viscosity,
        turbulence=domain.turbulence,
        walls=walls,
    )
