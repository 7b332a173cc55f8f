"""The rise of pumped seawater counts the heat that enters that water; that of the wake, what enters the sea."""

from types import SimpleNamespace

import pytest

from jamsu.cases.results.outcome import _to_the_sea, _to_the_water

BALANCE = {"liquid_heat": 0.0, "hull_heat": 300.0, "coil_heat": 20000.0}


def case_of(coils, series=False, liquid=None, outside="sea"):
    """What the two read of a case; `coils` are water flows, None without one."""
    return SimpleNamespace(
        coils={name: SimpleNamespace(water_flow=flow) for name, flow in coils.items()},
        loop=SimpleNamespace(arrangement="series" if series else "parallel"),
        liquid=None if liquid is None else SimpleNamespace(water_flow=liquid),
        vessel=SimpleNamespace(outside=outside),
    )


def duties(**values):
    return {name: {"duty": value} for name, value in values.items()}


def test_a_heat_pipe_without_a_flow_warms_no_pumped_water():
    """12 kW into 0.5 kg/s; the 8 kW of the heat pipe beside it go to open water: 6 K of 4 kJ/kg/K, not 10 K."""
    case = case_of({"pumped": 0.5, "open": None})
    heat, water = _to_the_water(case, BALANCE, duties(pumped=12000.0, open=8000.0))
    assert (heat, water) == (12000.0, 0.5)
    assert heat / (water * 4000.0) == pytest.approx(6.0)
    assert _to_the_sea(case, BALANCE, duties(pumped=12000.0, open=8000.0)) == 20300.0


def test_a_cooling_unit_warms_no_seawater():
    """10 kW of liquid cooling into 0.5 kg/s; the unit's 10 kW count among the coils' duties, not among the coils."""
    case = case_of({}, liquid=0.5, outside="adiabatic")
    balance = BALANCE | {"liquid_heat": 10000.0}
    assert _to_the_water(case, balance, duties(unit=10000.0)) == (10000.0, 0.5)
    assert _to_the_sea(case, balance, duties(unit=10000.0)) == 10000.0


def test_water_in_series_is_counted_once():
    both = duties(a=7000.0, b=5000.0)
    assert _to_the_water(case_of({"a": 0.3, "b": 0.3}, series=True), BALANCE, both) == (12000.0, 0.3)
    assert _to_the_water(case_of({"a": 0.3, "b": 0.2}), BALANCE, both) == (12000.0, 0.5)


def test_no_pumped_water_at_all():
    assert _to_the_water(case_of({"open": None}), BALANCE, duties(open=8000.0)) == (0.0, 0.0)
