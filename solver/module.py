"""A submerged module ready to march: domains of fluid, machines in them, and what exchanges heat with them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import jax
from jaxtyping import Array, Float

from jamsu.solver.exchange.blocks import Blocks
from jamsu.solver.exchange.exchanger import Exchanger
from jamsu.solver.exchange.hull import Hull
from jamsu.solver.exchange.machines import Machines
from jamsu.solver.exchange.outside_films import FilmProperties
from jamsu.solver.exchange.racks import Racks
from jamsu.solver.exchange.surface_films import SurfaceFilms
from jamsu.solver.flow.jets import Jets
from jamsu.solver.flow.model import FlowModel, FlowState
from jamsu.solver.probes import Probes


class Loads(NamedTuple):
    """Powers that the balance and the key figures count, and the water that takes them away.

    Attributes:
      it_power: power of racks and blocks, W.
      fan_power: power of all fans, W.
      pump_power: power of all pumps, W.
      sea_density: density of the seawater, kg/m3.
      sea_heat_capacity: specific heat of the seawater, J/(kg K).
      current_speed: speed of the sea, m/s.
    """

    it_power: Array
    fan_power: Array
    pump_power: Array
    sea_density: Array
    sea_heat_capacity: Array
    current_speed: Array


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Module:
    """A module at one operating point (`jamsu.solver.operate.operate`). All values are leaves.

    Attributes:
      domains: flow and heat of each domain by name; today one, "gas".
      machines: what sets the gas's flow.
      racks: heat and gas of the height units.
      exchangers: what exchanges heat with the gas, by name, see `jamsu.solver.exchange.exchanger.Exchanger`.
      films: films on blocks and closed panels.
      blocks: solid blocks as stores of heat.
      probes: where the gas is told.
      jets: momentum of openings with less free area than their faces; None without any.
      loads: powers for the balance.
      gas: properties of the gas.
      reference_temperature: temperature from which the others count, K.
    """

    domains: dict[str, FlowModel]
    machines: Machines
    racks: Racks
    exchangers: dict[str, Exchanger]
    films: SurfaceFilms
    blocks: Blocks
    probes: Probes
    jets: Jets | None
    loads: Loads
    gas: FilmProperties
    reference_temperature: Array

    @property
    def hull(self) -> Hull:
        """The exchanger "hull"."""
        found = self.exchangers["hull"]
        assert isinstance(found, Hull)
        return found

    @property
    def model(self) -> FlowModel:
        """Flow and heat of the gas."""
        return self.domains["gas"]


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class ModuleState:
    """Everything that changes: what a run must keep to continue exactly as if it had not been interrupted.

    Attributes:
      flows: fields of each domain by name.
      machine_flow: present flow of each machine, m3/s.
      exchangers: state of each exchanger by name.
    """

    flows: dict[str, FlowState]
    machine_flow: Float[Array, "machine"]
    exchangers: dict[str, Any]

    @property
    def flow(self) -> FlowState:
        """Fields of the gas."""
        return self.flows["gas"]

    def with_flow(self, flow: FlowState) -> ModuleState:
        """The same state with other fields of the gas."""
        return replace(self, flows=self.flows | {"gas": flow})


def first_module_state(module: Module, flow: FlowState) -> ModuleState:
    """The state of a module that begins with these fields of the gas."""
    exchangers = {name: exchanger.initial_state() for name, exchanger in module.exchangers.items()}
    return ModuleState({"gas": flow}, module.machines.flow, exchangers)
