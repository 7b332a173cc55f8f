"""What is operated: every value that an operator, a load or the sea can change while everything stands where it is."""

from __future__ import annotations

from dataclasses import dataclass

import jax
from jaxtyping import Array, Float


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Operation:
    """The operating point of a module; every value is a leaf, so that a new one compiles nothing.

    Temperatures are absolute, in K. Rows follow the order of the case.

    Attributes:
      reference_temperature: temperature from which the others count inside the solver, K.
      gas_temperature: temperature at which the properties of the gas are taken, K.
      gas_pressure: absolute pressure of the gas, Pa.
      rack_power: electrical power of each height unit, W; 0 beyond a rack's last one.
      rack_fan_power: power of fans that is not counted in `rack_power`, W.
      liquid_share: share of a rack's power that goes to the liquid loop.
      airflow: parameters of the airflow laws by law and name, one value a rack of that law
        (`jamsu.solver.exchange.airflow`).
      fan_flow: gas flow of each fan, m3/s.
      fan_power: power of each fan, W.
      block_power: heat released in each block, W.
      coil_ua: conductance of each clean coil, W/K.
      coil_water_share: share of a heat pipe's 1/UA between vapour and seawater.
      coil_fouling: fouling on the seawater side, m2 K/W.
      coil_water_flow: seawater through each coil, kg/s; 0 where the sea itself is the sink.
      coil_gas_flow: gas flow of each coil's own fan, m3/s; 0 without one.
      coil_fan_power: power of each coil's fans, W.
      cooler_flow: gas flow of each cooling unit, m3/s.
      cooler_supply_temperature: temperature of the gas that leaves each cooling unit, K.
      cooler_fan_power: power of each cooling unit's fans, W.
      intake_offset: how much warmer the seawater of the coils is than the sea, K.
      pump_power: power of the seawater pumps, W.
      sea_temperature: temperature of the sea at the module, K.
      salinity: practical salinity of the sea.
      current_speed: speed of the sea across the hull, m/s.
      outside_temperature: temperature beyond a given outside film of the hull, K.
      outside_film: the given outside film, W/m2/K.
      hull_resistance: resistance of the hull's layers without a material (fouling, contact), inside out, m2 K/W.
      liquid_flow: coolant through the liquid loop, kg/s.
      liquid_heat_capacity: specific heat of the coolant, J/(kg K).
      liquid_ua: conductance of the liquid loop's exchanger, W/K; read where no effectiveness is given.
      liquid_effectiveness: effectiveness of the liquid loop's exchanger; read where it is given.
      liquid_water_flow: seawater through the liquid loop's exchanger, kg/s.
      liquid_pump_power: power of the pumps of the liquid loop, W.
    """

    reference_temperature: Array
    gas_temperature: Array
    gas_pressure: Array
    rack_power: Float[Array, "rack unit"]
    rack_fan_power: Float[Array, "rack"]
    liquid_share: Float[Array, "rack"]
    airflow: dict[str, dict[str, Array]]
    fan_flow: Float[Array, "fan"]
    fan_power: Float[Array, "fan"]
    block_power: Float[Array, "block"]
    coil_ua: Float[Array, "coil"]
    coil_water_share: Float[Array, "coil"]
    coil_fouling: Float[Array, "coil"]
    coil_water_flow: Float[Array, "coil"]
    coil_gas_flow: Float[Array, "coil"]
    coil_fan_power: Float[Array, "coil"]
    cooler_flow: Float[Array, "cooler"]
    cooler_supply_temperature: Float[Array, "cooler"]
    cooler_fan_power: Float[Array, "cooler"]
    intake_offset: Array
    pump_power: Array
    sea_temperature: Array
    salinity: Array
    current_speed: Array
    outside_temperature: Array
    outside_film: Array
    hull_resistance: Float[Array, "contact"]
    liquid_flow: Array
    liquid_heat_capacity: Array
    liquid_ua: Array
    liquid_effectiveness: Array
    liquid_water_flow: Array
    liquid_pump_power: Array
