"""Two results side by side."""

import math

import numpy as np
import pytest
from synthetic import synthetic_result, write_result

from jamsu.cases.errors import CaseError
from jamsu.cases.results.comparison import difference, figures, gathered, inputs
from jamsu.cases.results.file import read_result

CASE = """
name = "a"
[site]
seawater_temperature = "{sea}"
[racks.R1]
power = "{power}"
fan_power = "0 W"
[racks.R2]
power = "{power}"
fan_power = "{fans}"
"""


def result(sea="10 degC", power="20 kW", fans="0 W", **options):
    tree = synthetic_result(cells=options.pop("cells", (12, 8, 8)), **options)
    tree.attrs["case"] = CASE.format(sea=sea, power=power, fans=fans)
    return tree


def warmer(tree, kelvin):
    interior = tree["interior"].to_dataset()
    racks = tree["racks"].to_dataset()
    tree["interior"].dataset = interior.assign(temperature=interior["temperature"] + kelvin)
    tree["racks"].dataset = racks.assign(inlet_temperature=racks["inlet_temperature"] + kelvin)
    kpis = tree["kpis"].to_dataset()
    tree["kpis"].dataset = kpis.assign(hottest_inlet=kpis["hottest_inlet"] + kelvin)
    return tree


def test_inputs_that_differ_are_named_by_their_path():
    a, b = result(), result(sea="12 degC", power="25 kW", fans="5 W")
    b.attrs["quality"] = "fine"
    found = {row.name: (row.first, row.second) for row in inputs(a, b)}
    assert found == {
        "site.seawater_temperature": ("10 degC", "12 degC"),
        "racks.R1.power": ("20 kW", "25 kW"),
        "racks.R2.power": ("20 kW", "25 kW"),
        "racks.R2.fan_power": ("0 W", "5 W"),
        "quality": (None, "fine"),
    }
    names = [row.name for row in gathered(inputs(a, b), a, b)]
    assert names == ["site.seawater_temperature", "racks.*.power", "racks.R2.fan_power", "quality"]
    b.attrs["case"] += '[racks.R3]\npower = "1 W"\nfront = "+y"\n'
    rows = {row.name: (row.first, row.second) for row in gathered(inputs(a, b), a, b)}
    assert rows["racks.R3"] == (None, "present")
    assert "racks.*.power" not in rows  # not all racks any more
    assert inputs(a, a.copy()) == []


def test_figures_have_units_and_differences():
    a, b = result(), warmer(result(), 2.0)
    rows = {f"{row.group}/{row.name}": row for row in figures(a, b)}
    assert rows["kpis/hottest_inlet"].difference == pytest.approx(2.0)
    assert rows["kpis/hottest_inlet"].units == "degC"
    assert rows["racks/rack-03"].difference == pytest.approx(2.0)
    assert not rows["balance/it_power"].differs
    assert not any(row.differs for row in figures(a, a.copy()))
    nothing = result()
    nothing["kpis"].dataset = nothing["kpis"].to_dataset().assign(hottest_inlet=math.nan)
    assert not any(row.differs for row in figures(nothing, nothing.copy()))


def test_difference_of_fields_on_one_grid():
    a, b = result(), warmer(result(), 2.0)
    tree = difference(a, b, "temperature")
    gap = tree["interior/temperature"]
    gas = a["interior/open_fraction"].to_numpy() > 0
    np.testing.assert_allclose(gap.to_numpy()[gas], 2.0, atol=1e-5)
    assert np.isnan(gap.to_numpy()[~gas]).all()
    assert gap.attrs["units"] == "K"
    np.testing.assert_allclose(tree["racks/inlet_temperature"], 2.0)
    assert float(a["interior/temperature"].max()) > 10  # the first result is left alone


def test_difference_of_results_on_different_grids_and_times():
    a, b = result(), warmer(result(cells=(17, 11, 9), times=(0.0, 7.0)), 3.0)
    for tree in (a, b):  # a field that both grids hold exactly
        interior = tree["interior"].to_dataset()
        plane = (20 + interior["x"] + 2 * interior["z"]).broadcast_like(interior["temperature"])
        more = 3.0 if tree is b else 0.0
        tree["interior"].dataset = interior.assign(temperature=plane.transpose("time", "z", "y", "x") + more)
    gap = difference(a, b, "temperature")["interior/temperature"].isel(time=0)
    inner = gap.sel(x=slice(1, 5), y=slice(-0.6, 0.6), z=slice(-0.6, 0.6))
    np.testing.assert_allclose(inner, 3.0, atol=1e-5)


def test_speed_and_missing_fields():
    a, b = result(), result()
    interior = b["interior"].to_dataset()
    b["interior"].dataset = interior.assign({f"velocity_{axis}": 2 * interior[f"velocity_{axis}"] for axis in "xyz"})
    speed = difference(a, b, "velocity")["interior/speed"].isel(time=0)
    own = np.sqrt(sum(a[f"interior/velocity_{axis}"] ** 2 for axis in "xyz")).isel(time=0)
    np.testing.assert_allclose(
        speed.fillna(0), own.where(a["interior/open_fraction"].isel(time=0) > 0).fillna(0), atol=1e-6
    )
    with pytest.raises(CaseError, match="field: smoke: not in both results"):
        difference(a, b, "smoke")


def test_racks_that_one_result_lacks_have_no_difference():
    a, b = result(), result()
    b["racks"].dataset = b["racks"].to_dataset().isel(rack=[0, 2])
    gap = difference(a, b, "temperature")["racks/inlet_temperature"]
    assert np.isnan(gap.sel(rack="rack-02")).all()
    assert not np.isnan(gap.sel(rack="rack-03")).any()


def test_results_of_steady_runs_can_be_subtracted_by_xarray(tmp_path):
    a, b = (
        read_result(write_result(tmp_path / f"{name}.vtkhdf", tree))
        for name, tree in (("a", result()), ("b", warmer(result(), 2.0)))
    )
    gap = b["interior"].to_dataset() - a["interior"].to_dataset()
    assert gap["temperature"].size == a["interior/temperature"].size > 0
    assert float(gap["temperature"].max()) == pytest.approx(2.0, abs=1e-5)
