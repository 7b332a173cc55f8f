"""The rise of pumped seawater counts the heat that enters that water; that of the wake, what enters the sea."""

from types import SimpleNamespace

import numpy as np
import pytest

from jamsu.cases.results.kpis import Findings, to_the_sea, to_the_water
from jamsu.solver.march.averaging import Average

BALANCE = {"liquid_heat": 0.0, "hull_heat": 300.0, "coil_heat": 20000.0}


def found(coils, duties, series=False, liquid=0.0, outside="sea", balance=BALANCE):
    """What the two read of a run: `coils` are water flows by name, None without one; `duties` in W, units' too."""
    case = SimpleNamespace(
        coils=dict.fromkeys(coils),
        loop=SimpleNamespace(arrangement="series" if series else "parallel"),
        vessel=SimpleNamespace(outside=outside),
    )
    flows = {name: np.nan if flow is None else flow for name, flow in coils.items()}
    told = {name: {"duty": duty, "water_flow": flows.get(name, np.nan)} for name, duty in duties.items()}
    average = Average(1.0, {"liquid.water_flow": np.asarray(liquid)})
    return Findings(case, balance, {}, told, {}, None, average, None)


def test_a_heat_pipe_without_a_flow_warms_no_pumped_water():
    """12 kW into 0.5 kg/s; the 8 kW of the heat pipe beside it go to open water: 6 K of 4 kJ/kg/K, not 10 K."""
    run = found({"pumped": 0.5, "open": None}, {"pumped": 12000.0, "open": 8000.0})
    heat, water = to_the_water(run)
    assert (heat, water) == (12000.0, 0.5)
    assert heat / (water * 4000.0) == pytest.approx(6.0)
    assert to_the_sea(run) == 20300.0


def test_a_cooling_unit_warms_no_seawater():
    """10 kW of liquid cooling into 0.5 kg/s; the unit's 10 kW count among the coils' duties, not among the coils."""
    balance = BALANCE | {"liquid_heat": 10000.0}
    run = found({}, {"unit": 10000.0}, liquid=0.5, outside="adiabatic", balance=balance)
    assert to_the_water(run) == (10000.0, 0.5)
    assert to_the_sea(run) == 10000.0


def test_water_in_series_is_counted_once():
    both = {"a": 7000.0, "b": 5000.0}
    assert to_the_water(found({"a": 0.3, "b": 0.3}, both, series=True)) == (12000.0, 0.3)
    assert to_the_water(found({"a": 0.3, "b": 0.2}, both)) == (12000.0, 0.5)


def test_no_pumped_water_at_all():
    assert to_the_water(found({"open": None}, {"open": 8000.0})) == (0.0, 0.0)
