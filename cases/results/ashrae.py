"""Thermal compliance of racks: ASHRAE TC 9.9 classes of inlet temperature, and the RCI, RTI and SHI indices.

Temperatures are in degC, as the classes are written. Humidity and the rate of change are not judged here: the
gas of a sealed module is dry, and a steady run has no rate.

Sources: ASHRAE TC 9.9, "Thermal Guidelines for Data Processing Environments", 5th ed. 2021 (and its reference
card) for the classes; Herrlin 2005, ASHRAE Trans. 111(2) 725-731 (DE-05-11-2) for RCI; Herrlin 2008, ASHRAE
Trans. 114(2) 182-187 for RTI; Sharma, Bash and Patel 2002, AIAA-2002-3091 for SHI.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
from numpy.typing import ArrayLike


class Span(NamedTuple):
    """A closed range of dry-bulb temperature, degC."""

    low: float
    high: float

    def holds(self, lowest: float, highest: float) -> bool:
        """Whether the whole of [lowest, highest] lies in this range; False for NaN."""
        return self.low <= lowest and highest <= self.high


@dataclass(frozen=True)
class AirClass:
    """One class of air-cooled equipment: recommended and allowable inlet temperature (degC).

    Allowable ranges hold up to 900 m of altitude (the guideline lowers them above): a module at about one
    atmosphere is inside that; a module of very thin gas is not.
    """

    name: str
    recommended: Span
    allowable: Span


RECOMMENDED = Span(18.0, 27.0)

# Ordered from the strictest to the widest: each allowable range contains the one before.
AIR_CLASSES = (
    AirClass("A1", RECOMMENDED, Span(15.0, 32.0)),
    AirClass("A2", RECOMMENDED, Span(10.0, 35.0)),
    AirClass("A3", RECOMMENDED, Span(5.0, 40.0)),
    AirClass("A4", RECOMMENDED, Span(5.0, 45.0)),
)
# High-density servers whose heat sinks leave no margin: a separate class from A1 to A4.
HIGH_DENSITY = AirClass("H1", Span(18.0, 22.0), Span(5.0, 25.0))
# W of a rack above which its servers are taken for such. The guideline leaves the class to the product and names no
# power; at some 30 kW a rack, cooling by air alone ends in practice.
HIGH_DENSITY_POWER = 30e3

NO_CLASS = "none"


def air_class(name: str) -> AirClass:
    """The class of that name ("A1" to "A4", "H1").

    Raises KeyError that names the existing classes.
    """
    for candidate in (*AIR_CLASSES, HIGH_DENSITY):
        if candidate.name == name:
            return candidate
    names = ", ".join(c.name for c in (*AIR_CLASSES, HIGH_DENSITY))
    raise KeyError(f"unknown ASHRAE class {name!r}: expected one of {names}")


def class_met(inlet_temperature: ArrayLike) -> str:
    """The strictest of A1 to A4 whose allowable range holds every inlet temperature, else "none".

    `inlet_temperature`: degC, any shape; NaN entries (units without gas flow) do not count, and no entry at
    all gives "none".
    """
    lowest, highest = _extremes(inlet_temperature)
    for candidate in AIR_CLASSES:
        if candidate.allowable.holds(lowest, highest):
            return candidate.name
    return NO_CLASS


def within_recommended(inlet_temperature: ArrayLike, name: str = "A1") -> bool:
    """Whether every inlet temperature (degC) lies in the recommended range of class `name`."""
    return air_class(name).recommended.holds(*_extremes(inlet_temperature))


def high_density_met(inlet_temperature: ArrayLike) -> str:
    """The range of class H1 that holds every inlet temperature: "recommended", "allowable" or "none"."""
    lowest, highest = _extremes(inlet_temperature)
    if HIGH_DENSITY.recommended.holds(lowest, highest):
        return "recommended"
    return "allowable" if HIGH_DENSITY.allowable.holds(lowest, highest) else NO_CLASS


class RackCoolingIndex(NamedTuple):
    """RCI in percent: 100 means no inlet beyond the recommended range, 96 and more is called good."""

    high: float
    low: float


def rack_cooling_index(inlet_temperature: ArrayLike, name: str = "A1") -> RackCoolingIndex:
    """RCI_HI and RCI_LO of n inlets, percent (Herrlin 2005).

    RCI_HI = [1 - sum_i max(T_i - T_max,rec, 0) / ((T_max,all - T_max,rec) n)] 100 %, RCI_LO likewise with the
    lower limits. Negative where the mean excess is larger than the allowable margin. NaN inlets do not count;
    both indices are NaN when there is none.
    """
    limits = air_class(name)
    inlets = _finite(inlet_temperature)
    if inlets.size == 0:
        return RackCoolingIndex(float("nan"), float("nan"))
    over = np.maximum(inlets - limits.recommended.high, 0.0).mean()
    under = np.maximum(limits.recommended.low - inlets, 0.0).mean()
    return RackCoolingIndex(
        high=float(100.0 * (1.0 - over / (limits.allowable.high - limits.recommended.high))),
        low=float(100.0 * (1.0 - under / (limits.recommended.low - limits.allowable.low))),
    )


def return_temperature_index(return_temperature: float, supply_temperature: float, equipment_rise: float) -> float:
    """RTI = (T_return - T_supply) / dT_equipment 100 %, percent (Herrlin 2008).

    Above 100 % hot gas recirculates to inlets; below, supply gas bypasses the racks. Temperatures are
    flow-weighted means over coolers, `equipment_rise` (K) over racks. The result is NaN when the rise is zero.
    """
    if equipment_rise == 0.0:
        return float("nan")
    return float(100.0 * (return_temperature - supply_temperature) / equipment_rise)


def supply_heat_index(
    mass_flow: ArrayLike,
    inlet_temperature: ArrayLike,
    outlet_temperature: ArrayLike,
    reference_temperature: float,
) -> float:
    """SHI = sum m (T_in - T_ref) / sum m (T_out - T_ref), 0 to 1 (Sharma et al. 2002); RHI is 1 - SHI.

    SHI is the share of the heat at the racks' outlets that the gas had taken up before it came to their inlets;
    below 0.2 is called good. It is a little below 0 where the hull cools the gas on its way from the supply.
    `mass_flow`: kg/s (or m3/s at one density); temperatures: degC; `reference_temperature`: the supply's.
    Entries with a NaN (no flow) do not count; the result is NaN when the racks warm nothing.
    """
    flow, inlet, outlet = np.broadcast_arrays(
        *(np.asarray(a, dtype=float) for a in (mass_flow, inlet_temperature, outlet_temperature))
    )
    valid = np.isfinite(flow) & np.isfinite(inlet) & np.isfinite(outlet)
    before = float(np.sum(flow[valid] * (inlet[valid] - reference_temperature)))
    after = float(np.sum(flow[valid] * (outlet[valid] - reference_temperature)))
    return before / after if after != 0.0 else float("nan")


def _finite(values: ArrayLike) -> np.ndarray:
    array = np.asarray(values, dtype=float).ravel()
    return array[~np.isnan(array)]


def _extremes(values: ArrayLike) -> tuple[float, float]:
    """Lowest and highest entry that is a number; (NaN, NaN) when there is none."""
    array = _finite(values)
    return (float(array.min()), float(array.max())) if array.size else (float("nan"), float("nan"))
