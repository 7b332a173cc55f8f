"""How well the cold gas reaches the racks: RTI, SHI and RHI of a run, and class H1 of its dense racks.

The gas has one density here, so volume flows weigh like mass flows. The formulas and their sources are in
`jamsu.cases.results.ashrae`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from jamsu.cases.results import ashrae

SINGLE = 1e-6  # share by which a power may be off that is summed in single precision


def air_indices(units: Mapping[str, np.ndarray], coils: Mapping[str, Mapping[str, float]]) -> dict[str, float]:
    """RTI (percent), SHI and RHI; NaN where no gas passes a rack, or no gas passes a coil.

    The supply is the flow-weighted mean of the gas that leaves the coils and cooling units, the return of the gas that
    enters them.

    Args:
      units: flow, inlet_temperature and outlet_temperature of the height units, (rack, unit).
      coils: gas_flow, gas_inlet_temperature and gas_outlet_temperature by coil.
    """
    inlet, outlet = units["inlet_temperature"], units["outlet_temperature"]
    flow = np.where(np.isfinite(inlet) & np.isfinite(outlet), units["flow"], 0.0)
    streams = [coil for coil in coils.values() if coil["gas_flow"] > 0]
    if not np.any(flow > 0) or not streams:
        return dict.fromkeys(("rti", "shi", "rhi"), float("nan"))
    through = np.array([coil["gas_flow"] for coil in streams])
    back, supply = (
        float(np.average([coil[f"gas_{side}_temperature"] for coil in streams], weights=through))
        for side in ("inlet", "outlet")
    )
    rise = float(np.sum((flow * (outlet - inlet))[flow > 0]) / flow.sum())
    shi = ashrae.supply_heat_index(units["flow"], inlet, outlet, supply)
    return {"rti": ashrae.return_temperature_index(back, supply, rise), "shi": shi, "rhi": 1.0 - shi}


def high_density_range(racks: Mapping[str, Mapping[str, Any]], units: Mapping[str, np.ndarray]) -> str | None:
    """The range of class H1 that the inlets of all dense racks meet; None without a dense rack that gas passes.

    Args:
      racks: power by rack, W.
      units: inlet_temperature of the height units, (rack, unit), degC.
    """
    dense = [rack["power"] > ashrae.HIGH_DENSITY_POWER * (1 + SINGLE) for rack in racks.values()]
    inlet = units["inlet_temperature"][np.array(dense, bool)]
    return ashrae.high_density_met(inlet) if np.isfinite(inlet).any() else None
