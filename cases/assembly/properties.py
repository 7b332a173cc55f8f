"""Properties that a run holds constant, and the gas flows that follow from them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from jamsu.cases.assembly.machines import Machinery
from jamsu.cases.schema.case import Case
from jamsu.materials import get_fluid, seawater
from jamsu.solver.exchange.outside_films import FilmProperties


@dataclass(frozen=True)
class Properties:
    """Properties that a grid's march holds constant, SI: of the gas at one temperature (K), of the sea at its own.

    The sea's film has its own, at the wall's temperature (`jamsu.solver.exchange.sea_film`).
    """

    gas_temperature: float
    gas: FilmProperties
    sea: FilmProperties

    @property
    def gas_capacity(self) -> float:
        """rho cp of the gas, J/(m3 K)."""
        return float(self.gas.density) * float(self.gas.heat_capacity)


def properties_at(case: Case, gas_temperature: float) -> Properties:
    """Properties of gas and sea; of a gas with constant properties those at the case's reference temperature.

    Args:
      gas_temperature: mean of the gas, K.
    """
    if case.solver.properties == "constant" and case.solver.reference_temperature is not None:
        gas_temperature = case.solver.reference_temperature
    fluid, pressure, site = get_fluid(case.vessel.fluid), case.vessel.pressure, case.site
    names = FilmProperties._fields
    return Properties(
        gas_temperature=gas_temperature,
        gas=FilmProperties(**{n: float(getattr(fluid, n)(gas_temperature, pressure)) for n in names}),
        sea=FilmProperties(**{n: float(getattr(seawater, n)(site.seawater_temperature, site.salinity)) for n in names}),
    )


def machine_flows(case: Case, made: Machinery, properties: Properties) -> np.ndarray:
    """Gas flow of every machine, m3/s; of a fan curve its middle, as a start."""
    heat_per_volume = properties.gas_capacity
    flows = []
    for path in made.names:
        kind, name = path.split(".", 1)
        if kind == "racks":
            rack = case.racks[name]
            law = rack.airflow
            if law.law == "per_power":
                flows.append(law.flow_per_power * rack.power * (1 - rack.liquid_share))
            elif law.law == "temperature_rise":
                flows.append(rack.gas_power / (heat_per_volume * law.rise))
            elif law.law == "fixed":
                flows.append(law.flow)
            else:
                flows.append(0.5 * (law.flows[0] + law.flows[-1]))
        elif kind == "coils":
            flows.append(case.coils[name].gas_flow or 0.0)
        elif kind == "fans":
            flows.append(case.fans[name].flow)
        else:
            flows.append(case.coolers[name].flow)
    return np.array(flows, float)
