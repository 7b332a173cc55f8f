"""The audit of a result: a result made by hand passes it, and one broken in each way does not."""

import json

import numpy as np
import pytest
import xarray as xr
from synthetic import write_result
from typer.testing import CliRunner

from jamsu.cases.results.audit import audit, audited, failures
from jamsu.cli import app

CASE = """
name = "by-hand"
[site]
seawater_temperature = "10 degC"
[vessel]
shape = "box"
size = "2, 2, 2 m"
fluid = "nitrogen"
outside = "film"
film_coefficient = "3.4898 W/m2/K"
outside_temperature = "10 degC"
layers = [{ resistance = "0.01 m2*K/W" }]
[racks.R]
position = "0.4, 0.4, 0.2 m"
size = "0.4, 0.4, 1.0 m"
front = "-y"
height_units = 2
power = "2 kW"
airflow = { law = "fixed", flow = "0.1 m3/s" }
[coils.C]
rack = "R"
depth = "0.1 m"
ua = "100 W/K"
water_flow = "0.1 kg/s"
[blocks.B]
position = "1.4, 1.4, 0.2 m"
size = "0.2, 0.2, 0.2 m"
material = "steel"
power = "100 W"
[solver]
resolution = "0.2 m"
"""
CAPACITY = 1200.0  # J/(m3 K) of the gas


def by_hand():
    """2 kW through 0.1 m3/s warm the gas by 16.67 K, from 20 to 36.67 degC; the door takes 12.67 K off, 1520 W; with
    the block's 100 W the hull passes 580 W of 24 m2, 24.2 W/m2, from gas of 22 degC to 10 degC outside."""
    rise, hull = 1000 / (CAPACITY * 0.05), 580.0
    temperature = np.full((1, 2, 2, 2), 22.0)
    temperature[0, 0, 0, 0], temperature[0, 1, 1, 1] = 20 + rise, 40.0  # the rack's cell and the block's
    open_fraction = np.ones_like(temperature)
    open_fraction[0, 1, 1, 1] = 0.0
    power = np.zeros_like(temperature)
    power[0, 0, 0, 0], power[0, 1, 1, 1] = 2000.0, 100.0
    edges, centres = np.array([0.0, 1.0, 2.0]), np.array([0.5, 1.5])
    fields = {"temperature": temperature, "open_fraction": open_fraction, "power_density": power}
    interior = xr.Dataset(
        {name: (("time", "z", "y", "x"), value) for name, value in fields.items()},
        coords={"time": [0.0]}
        | {axis: (axis, centres) for axis in "xyz"}
        | {f"{axis}_edge": (f"{axis}_edge", edges) for axis in "xyz"},
    )
    racks = {
        "power": [1000.0, 1000.0],
        "gas_heat": [1000.0, 1000.0],
        "flow": [0.05, 0.05],
        "inlet_temperature": [20.0, 20.0],
        "outlet_temperature": [20 + rise, 20 + rise],
    }
    coil = {
        "duty": 1520.0,
        "gas_inlet_temperature": 20 + rise,
        "gas_outlet_temperature": 24.0,
        "water_inlet_temperature": 10.0,
        "water_outlet_temperature": 13.8,
    }
    flux = hull / 24
    patch = {
        "area": 24.0,
        "heat_flux": flux,
        "film_coefficient_inner": 5.0,
        "film_coefficient_outer": 3.4898,
        "facing_temperature": 22.0,
        "inner_temperature": 22 - flux / 5,
        "outer_temperature": 10 + flux / 3.4898,
    }
    wall = {"outside": "film", "resistance": 0.01, "area_ratio": 1.0, "outside_temperature": 10.0}
    block = {"power": 100.0, "temperature": 40.0, "stored_heat": 0.0, "conductance": 5.0}
    balance = {"it_power": 2100.0, "fan_power": 0.0, "coil_heat": 1520.0, "hull_heat": hull, "liquid_heat": 0.0}
    root = {"case": CASE, "status": "converged", "status_meaning": "as it should be", "jamsu_version": "0.1.0"}
    return xr.DataTree.from_dict(
        {
            "/": xr.Dataset(attrs=root),
            "/interior": interior,
            "/racks": xr.Dataset(
                {name: (("rack", "unit"), np.array([values])) for name, values in racks.items()},
                coords={"rack": ["R"], "unit": [1, 2]},
                attrs={"gas_heat_capacity": CAPACITY},
            ),
            "/coils": _row("coil", "C", coil),
            "/blocks": _row("block", "B", block),
            "/hull": xr.Dataset({name: ("patch", [value]) for name, value in patch.items()}, attrs=wall),
            "/balance": xr.Dataset(balance | {"stored_heat": 0.0, "imbalance": 0.0}),
            "/kpis": xr.Dataset({"hottest_inlet_spread": 0.0}),
        }
    )


def _row(dimension, name, values):
    return xr.Dataset({key: (dimension, [value]) for key, value in values.items()}, coords={dimension: [name]})


def test_a_result_by_hand_passes():
    checks = audit(by_hand())
    assert failures(checks) == []
    assert {check.name for check in checks} >= {"coldest gas", "hottest gas", "coils.C", "racks.R", "hull", "blocks.B"}
    tree = by_hand()
    audited(tree)
    assert tree.attrs["audit"] == "passed"
    assert tree.attrs["status"] == "converged"


BROKEN = {
    "gas colder than its only sinks": ("interior/temperature", (0, 1, 0, 0), 9.98, "coldest gas"),
    "gas warmer than its sources": ("interior/temperature", (0, 1, 0, 0), 40.1, "hottest gas"),
    "gas that leaves the coil colder than the water": ("coils/gas_outlet_temperature", (0,), 9.9, "gas leaves beyond"),
    "water that leaves warmer than the gas": ("coils/water_outlet_temperature", (0,), 135.0, "water leaves beyond"),
    "a duty that its gas does not give": ("coils/duty", (0,), 1600.0, "duty against its gas"),
    "a coil whose gas is not its rack's": ("coils/gas_inlet_temperature", (0,), 35.0, "its gas against its rack's"),
    "a unit as hot as the one beside it": ("racks/outlet_temperature", (0, 1), 30.0, "unit 2: outlet"),
    "a block that still warms": ("blocks/stored_heat", (0,), 34.0, "blocks.B"),
    "gas that still warms": ("balance/stored_heat", (), 20.0, "stored heat"),
    "a flux that is not the heat": ("hull/heat_flux", (0,), 30.0, "flux times area"),
    "a film ten times too good": ("hull/film_coefficient_inner", (0,), 50.0, "films and temperatures"),
    "a wall colder than the sea": ("hull/outer_temperature", (0,), 9.0, "wall beyond"),
    "heat that nobody accounts for": ("balance/imbalance", (), 5.0, "not accounted for"),
    "a coil left out of the sum": ("balance/coil_heat", (), 1500.0, "their duties"),
    "power that no unit has": ("balance/it_power", (), 2200.0, "units and blocks"),
    "heat released elsewhere": ("interior/power_density", (0, 0, 0, 1), 50.0, "released in the cells"),
}


@pytest.mark.parametrize("kind", BROKEN)
def test_a_broken_result_fails(kind):
    place, index, value, named = BROKEN[kind]
    tree = by_hand()
    tree[place].values[index] = value
    assert any(named in line for line in failures(audit(tree)))
    audited(tree)
    assert tree.attrs["status"] == "not converged"
    assert named in tree.attrs["status_meaning"]


def test_the_command_checks_a_file(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    good, bad = by_hand(), by_hand()
    bad["coils/water_outlet_temperature"].values[0] = 135.0
    write_result("good.vtkhdf", good)
    write_result("bad.vtkhdf", bad)
    assert CliRunner().invoke(app, ["audit", "good.vtkhdf"]).exit_code == 0
    found = CliRunner().invoke(app, ["audit", "bad.vtkhdf"])
    assert found.exit_code == 3
    assert "FAILS" in found.stdout
    told = json.loads(CliRunner().invoke(app, ["audit", "bad.vtkhdf", "--json"]).stdout)
    assert told["passed"] is False
    assert [c["name"] for c in told["checks"] if not c["passed"]] == ["coils.C"]
    del bad["racks"].attrs["gas_heat_capacity"]
    write_result("old.vtkhdf", bad)
    old = CliRunner().invoke(app, ["audit", "old.vtkhdf"])
    assert old.exit_code == 2
    assert "gas_heat_capacity" in old.stderr
