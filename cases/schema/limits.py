"""What follows from several values of a case at once, and cannot be: gas too fast or too hot, a sea that boils.

Each single value has its bounds in cases/schema/quantities.py.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

from jamsu.cases.errors import Problem
from jamsu.cases.schema.case import Case
from jamsu.cases.schema.validation import problem_with
from jamsu.solver.exchange.airflow import LAWS

FASTEST_GAS = 100.0  # m/s: a third of the speed of sound in air, where a gas begins to be compressed
HOTTEST_RISE = 1000.0  # K
BOILING = 373.15  # K
EXPECTED_RISE = 10.0  # K of the gas above the sea; its density here only tells sense from nonsense


@dataclass(frozen=True)
class GasStream:
    """Gas that a machine moves: the key that sets it, its speed at the face, and by how much it is warmed."""

    key: str
    speed: float
    """m/s"""
    rise: float
    """K; 0 where the machine gives it no heat"""


def check_limits(case: Case) -> None:
    """Raise the first `Problem` of a case whose objects fit in space (`check_layout`)."""
    for problem in _problems(case):
        raise problem


def _problems(case: Case) -> Iterator[Problem]:
    for stream in gas_streams(case):
        if stream.speed > FASTEST_GAS:
            expected = f"moves the gas at {stream.speed:.3g} m/s through its face: expected at most {FASTEST_GAS:g} m/s"
            yield problem_with(case, stream.key, expected)
        if stream.rise == math.inf:
            yield problem_with(case, stream.key, "no gas flow takes up the heat: expected a flow above zero")
        if stream.rise > HOTTEST_RISE:
            expected = f"warms the gas by {stream.rise:.3g} K: expected at most {HOTTEST_RISE:g} K, by more flow"
            yield problem_with(case, stream.key, expected)
    intake = case.site.seawater_temperature + case.loop.intake_temperature_offset
    if case.coils and intake > BOILING:
        expected = f"the intake would be at {intake - 273.15:.4g} degC: expected no boiling sea"
        yield problem_with(case, "loop.intake_temperature_offset", expected)


def gas_streams(case: Case) -> Iterator[GasStream]:
    """The gas through all machines that set a flow of their own."""
    capacity = _heat_per_volume(case)
    for name, rack in case.racks.items():
        flow = rack.gas_flow(capacity)
        key = f"racks.{name}.airflow.{next(iter(LAWS[rack.airflow.law].parameters))}"
        warmed = rack.gas_power / (capacity * flow) if flow > 0 else (math.inf if rack.gas_power > 0 else 0.0)
        yield GasStream(key, flow / rack.open_face, warmed)
    for name, coil in case.coils.items():
        if coil.gas_flow is not None and coil.size is not None and coil.front is not None:
            yield GasStream(f"coils.{name}.gas_flow", coil.gas_flow / _face(coil.size, coil.front), 0.0)
    for name, fan in case.fans.items():
        yield GasStream(f"fans.{name}.flow", fan.flow / _face(fan.size, fan.direction), 0.0)
    for name, cooler in case.coolers.items():
        speeds = [cooler.flow * s / o.jet_area for o, s in zip(cooler.outlets, cooler.outlet_shares, strict=True)]
        drawn = math.prod(b - a for a, b in zip(cooler.intake.lower, cooler.intake.upper, strict=True))
        yield GasStream(f"coolers.{name}.flow", max(*speeds, cooler.flow / drawn), 0.0)


def _heat_per_volume(case: Case) -> float:
    from jamsu.materials import get_fluid

    fluid, state = get_fluid(case.vessel.fluid), (case.site.seawater_temperature + EXPECTED_RISE, case.vessel.pressure)
    return float(fluid.density(*state)) * float(fluid.heat_capacity(*state))


def _face(size: tuple[float, float, float], direction: str) -> float:
    return math.prod(length for axis, length in zip("xyz", size, strict=True) if axis != direction[1])
