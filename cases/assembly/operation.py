"""From a case to its operating point."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np
from jax.typing import DTypeLike

from jamsu.cases.assembly.machinery import most_units
from jamsu.cases.schema.case import Case, Rack
from jamsu.cases.schema.cooling import HALF
from jamsu.solver.exchange.airflow import LAWS
from jamsu.solver.grid.arrays import on_device
from jamsu.solver.operation import Operation


def operation_of(case: Case, gas_temperature: float, dtype: DTypeLike) -> Operation:
    """All that is operated in a case.

    Args:
      gas_temperature: mean temperature of the gas, K; a case of constant properties has its own.
    """
    racks, coils, fans = list(case.racks.values()), list(case.coils.values()), list(case.fans.values())
    coolers, blocks, site, vessel = list(case.coolers.values()), list(case.solids.values()), case.site, case.vessel

    def cast(value: object) -> jnp.ndarray:
        return on_device(np.asarray(value, float), dtype)

    contacts = [layer.resistance for layer in vessel.layers if layer.material is None]
    return Operation(
        reference_temperature=cast(site.seawater_temperature),
        gas_temperature=cast(property_temperature(case, gas_temperature)),
        gas_pressure=cast(vessel.pressure),
        rack_power=cast(_unit_powers(case)),
        rack_fan_power=cast([rack.fan_power for rack in racks]),
        liquid_share=cast([rack.liquid_share for rack in racks]),
        airflow={law: {name: cast(v) for name, v in p.items()} for law, p in _airflow(racks).items()},
        fan_flow=cast([fan.flow for fan in fans]),
        fan_power=cast([fan.fan_power for fan in fans]),
        block_power=cast([block.power for block in blocks]),
        coil_ua=cast([coil.ua for coil in coils]),
        coil_water_share=cast([HALF if coil.water_share is None else coil.water_share for coil in coils]),
        coil_fouling=cast([coil.fouling_resistance for coil in coils]),
        coil_water_flow=cast([coil.water_flow or 0.0 for coil in coils]),
        coil_gas_flow=cast([coil.gas_flow or 0.0 for coil in coils]),
        coil_fan_power=cast([coil.fan_power for coil in coils]),
        cooler_flow=cast([unit.flow for unit in coolers]),
        cooler_supply_temperature=cast([unit.supply_temperature for unit in coolers]),
        cooler_fan_power=cast([unit.fan_power for unit in coolers]),
        intake_offset=cast(case.loop.intake_temperature_offset),
        pump_power=cast(case.loop.pump_power),
        sea_temperature=cast(site.seawater_temperature),
        salinity=cast(site.salinity),
        current_speed=cast(site.current_speed),
        outside_temperature=cast(vessel.outside_temperature or site.seawater_temperature),
        outside_film=cast(vessel.film_coefficient or 0.0),
        hull_resistance=cast([resistance or 0.0 for resistance in contacts]),
        **{f"liquid_{name}": cast(value) for name, value in _liquid(case).items()},
    )


def property_temperature(case: Case, gas_temperature: float) -> float:
    """Temperature of the gas's properties, K: its mean, or the case's own where they are constant."""
    if case.solver.properties == "constant" and case.solver.reference_temperature is not None:
        return case.solver.reference_temperature
    return gas_temperature


def _unit_powers(case: Case) -> np.ndarray:
    """Power of each height unit, (rack, unit), W; 0 beyond a rack's last one."""
    powers = np.zeros((len(case.racks), most_units(case)))
    for row, rack in zip(powers, case.racks.values(), strict=True):
        row[: rack.height_units] = rack.unit_powers
    return powers


def laws(racks: list[Rack]) -> dict[str, list[int]]:
    """Numbers of the racks of each airflow law."""
    found: dict[str, list[int]] = {}
    for number, rack in enumerate(racks):
        found.setdefault(rack.airflow.law, []).append(number)
    return found


def _airflow(racks: list[Rack]) -> dict[str, dict[str, np.ndarray]]:
    """Parameters of the airflow laws; rows of lists are filled up to the longest with their last value."""
    found = {}
    for law, numbers in laws(racks).items():
        found[law] = {name: _rows([getattr(racks[i].airflow, name) for i in numbers]) for name in LAWS[law].parameters}
    return found


def _rows(values: list) -> np.ndarray:
    if np.ndim(values[0]) == 0:
        return np.array(values, float)
    longest = max(len(row) for row in values)
    return np.stack([np.pad(np.asarray(row, float), (0, longest - len(row)), mode="edge") for row in values])


def _liquid(case: Case) -> dict[str, float]:
    loop = case.liquid
    if loop is None:
        return dict.fromkeys(("flow", "heat_capacity", "ua", "effectiveness", "water_flow", "pump_power"), 0.0)
    return {
        "flow": loop.flow,
        "heat_capacity": loop.heat_capacity,
        "ua": loop.ua or 0.0,
        "effectiveness": loop.effectiveness or 0.0,
        "water_flow": loop.water_flow,
        "pump_power": loop.pump_power,
    }
