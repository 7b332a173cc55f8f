"""What a whole run must get right: first principles that no constant of the solver may bend."""

from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from jamsu.cases import load_case
from jamsu.cases.run.compilation import CompilationCount
from jamsu.cases.run.runner import run_case
from jamsu.materials import get_fluid

SMALL = Path(__file__).parents[1] / "small.toml"
POWER = 24e3  # W


def run(*changes):
    return run_case(load_case(SMALL, changes), quality="default")


@pytest.fixture(scope="module")
def base():
    return run()


def gas():
    fluid = get_fluid("nitrogen")
    return float(fluid.density(293.15, 101325.0)), float(fluid.heat_capacity(293.15, 101325.0))


def temperatures(solved):
    field = solved.tree["interior"]["temperature"].values
    return field[np.isfinite(field)]


def test_it_converges_and_its_balance_closes(base):
    balance = base.summary["balance"]
    assert base.summary["status"] == "converged"
    assert base.summary["quality"] == base.tree.attrs["quality"] == "default"
    assert balance["it_power"] == pytest.approx(POWER)
    out = balance["coil_heat"] + balance["hull_heat"] + balance["liquid_heat"]
    assert abs(balance["it_power"] + balance["fan_power"] - out) < 0.003 * POWER
    assert abs(balance["imbalance"]) < 1e-6 * POWER  # what is not stored is accounted for to round-off


def test_a_steady_result_has_no_time_of_its_own(base):
    """Two of them are subtracted by xarray whatever time each was marched; /history keeps that."""
    assert base.tree["interior/time"].to_numpy().tolist() == [0.0]
    assert float(base.tree["history/time"][-1]) > 0


def test_each_rack_warms_its_gas_by_power_over_capacity(base):
    density, capacity = gas()
    for rack in base.summary["racks"].values():
        rise = rack["outlet_temperature"] - rack["inlet_temperature"]
        assert rise == pytest.approx(rack["power"] / (rack["flow"] * density * capacity), rel=0.01)


def test_the_rise_follows_the_power_map():
    fixed = 'racks.A.airflow={ law = "fixed", flow = "0.4 m3/s" }'
    solved = run("racks.A.power_map=[1,1,1,1,1,1,3,3,3,3,3,3]", fixed)
    rack = solved.tree["racks"].sel(rack="A")
    rise = (rack["outlet_temperature"] - rack["inlet_temperature"]).values
    density, capacity = gas()
    expected = rack["power"].values / (rack["flow"].values * density * capacity)
    assert expected[-1] == pytest.approx(3 * expected[0])
    # Rows of cells do not fall on the boundary of the two halves everywhere; the middle units may mix.
    np.testing.assert_allclose(rise[[0, 1, 2, 3, -4, -3, -2, -1]], expected[[0, 1, 2, 3, -4, -3, -2, -1]], rtol=0.01)


def test_it_writes_what_its_turbulence_came_to(base):
    """Means over the window: racks blow out some 0.4 m/s, in a vessel 2 m wide, whose jets must have spread."""
    interior = base.tree["interior"]
    closed = np.isnan(interior["pressure"].values)
    eddy = interior["eddy_viscosity"].values
    np.testing.assert_array_equal(np.isnan(eddy), closed)
    assert eddy[~closed].min() >= 0
    assert 1.5e-5 < np.median(eddy[~closed]) < 0.1 * 0.4 * 2.0
    assert eddy[~closed].std() > 0.1 * eddy[~closed].mean()  # unlike at the start


def test_no_coil_moves_more_than_the_second_law_allows(base):
    density, capacity = gas()
    for name, coil in base.summary["coils"].items():
        rack = base.summary["racks"][name.upper()]
        rates = rack["flow"] * density * capacity, coil["water_flow"] * 3990.0
        limit = min(rates) * (coil["gas_inlet_temperature"] - coil["water_inlet_temperature"])
        assert 0 < coil["duty"] <= limit
        assert coil["duty"] == pytest.approx(coil["effectiveness"] * limit, rel=0.01)
        water = (coil["water_outlet_temperature"] - coil["water_inlet_temperature"]) * rates[1]
        assert water == pytest.approx(coil["duty"], rel=0.01)


def test_the_air_indices_follow_from_the_result(base):
    """RTI, SHI and RHI by hand, from what the file says of racks and coils."""
    racks, coils = base.tree["racks"].to_dataset(), base.tree["coils"].to_dataset()
    flow, inlet, outlet = (racks[k].values for k in ("flow", "inlet_temperature", "outlet_temperature"))
    through = coils["gas_flow"].values
    np.testing.assert_allclose(through, flow.sum(1), rtol=1e-6)  # rear doors take their racks' gas
    back, supply = (np.sum(through * coils[f"gas_{k}_temperature"]) / through.sum() for k in ("inlet", "outlet"))
    rise = np.sum(flow * (outlet - inlet)) / flow.sum()
    kpis = base.tree["kpis"].to_dataset()
    assert float(kpis["rti"]) == pytest.approx(float(100 * (back - supply) / rise), rel=1e-9)
    shi = np.sum(flow * (inlet - float(supply))) / np.sum(flow * (outlet - float(supply)))
    assert float(kpis["shi"]) == pytest.approx(shi, rel=1e-9)
    assert float(kpis["rhi"]) == pytest.approx(1 - shi, rel=1e-9)
    # No gas but the racks' passes a door: what the hull takes of the heat is all that is missing.
    assert 100 * (1 - base.summary["kpis"]["hull_share"]) == pytest.approx(float(kpis["rti"]), abs=1.0)
    assert "h1_range" not in base.summary["kpis"]  # racks of 6 kW


def test_a_sea_5_K_warmer_makes_everything_5_K_warmer(base):
    warmer = run("site.seawater_temperature=15 degC")
    np.testing.assert_allclose(temperatures(warmer) - temperatures(base), 5.0, atol=0.05)


def test_a_mirrored_layout_gives_the_mirrored_answer():
    heavy = run("racks.A.power=9 kW")
    mirrored = run("racks.D.power=9 kW")
    there = heavy.tree["interior"]["temperature"].values
    back = mirrored.tree["interior"]["temperature"].values[..., ::-1]
    spread = max(r.summary["kpis"]["hottest_inlet_spread"] for r in (heavy, mirrored))
    assert np.nanmean(np.abs(there - back)) < 0.05 + spread
    pairs = zip(("A", "B", "C", "D"), ("D", "C", "B", "A"), strict=True)
    for one, other in pairs:
        left, right = heavy.summary["racks"][one], mirrored.summary["racks"][other]
        assert left["inlet_maximum"] == pytest.approx(right["inlet_maximum"], abs=0.1 + 2 * spread)


def test_a_bare_hull_cannot_cool_the_racks_and_the_run_says_so():
    case = load_case(SMALL)
    bare = run_case(case.model_copy(update={"coils": {}}), quality="coarse")
    balance = bare.summary["balance"]
    assert balance["hull_heat"] == pytest.approx(POWER, rel=0.01)
    assert bare.summary["kpis"]["hottest_inlet"] > 10 + 50  # tens of kelvins above the sea, not clipped
    assert bare.summary["kpis"]["ashrae_class"] == "none"
    assert any("Boussinesq" in line for line in bare.summary["warnings"])
    # The gas's film is what stands in the way: Q = U A dT with U of a few W/m2/K.
    hull = bare.tree["hull"]
    assert np.average(hull["film_coefficient_inner"], weights=hull["area"]) < 40
    assert np.average(hull["outer_temperature"], weights=hull["area"]) < 25


@pytest.mark.slow
def test_coils_in_series_pass_the_water_on():
    solved = run("loop.arrangement=series", "loop.order=['a','b','c','d']")
    coils = [solved.summary["coils"][name] for name in "abcd"]
    for before, after in pairwise(coils):
        assert after["water_inlet_temperature"] == pytest.approx(before["water_outlet_temperature"], abs=0.05)
    inlets = [solved.summary["racks"][name]["inlet_temperature"] for name in "ABCD"]
    assert inlets[-1] > inlets[0] + 1  # the last rack breathes behind the warmest coil


def test_other_powers_sea_and_current_compile_nothing(base):
    with CompilationCount() as compiled:
        run("racks.*.power=5 kW", "site.seawater_temperature=12 degC", "site.current_speed=0.1 m/s")
    assert compiled.compilations == 0


def test_liquid_heat_bypasses_the_gas(base):
    case = load_case(
        SMALL,
        (
            "racks.A.liquid_share=0.5",
            "liquid.flow=0.2 kg/s",
            "liquid.effectiveness=0.7",
            "liquid.water_flow=0.5 kg/s",
        ),
    )
    solved = run_case(case)
    balance = solved.summary["balance"]
    assert balance["liquid_heat"] == pytest.approx(3e3)
    assert abs(balance["imbalance"]) < 1e-6 * POWER
    supply, back = (solved.summary["kpis"][f"liquid_{n}_temperature"] for n in ("supply", "return"))
    assert back - supply == pytest.approx(3e3 / (0.2 * 4180), rel=1e-6)
    assert back - 10 == pytest.approx(3e3 / (0.7 * 0.2 * 4180), rel=1e-3)


def test_without_power_everything_takes_the_seas_temperature():
    solved = run("racks.*.power=0 W", "solver.max_time=1 h")  # what is left of the warm start leaves slowly
    assert solved.summary["status"] == "converged"
    assert "nan" not in solved.summary["status_meaning"]
    kpis = solved.summary["kpis"]
    assert kpis["ashrae_class"] == "not applicable"  # no gas passes a rack
    assert all(np.isnan(kpis[name]) for name in ("hottest_inlet", "hottest_inlet_spread", "hull_share"))
    assert abs(solved.summary["balance"]["hull_heat"]) < 1.0
    gas = solved.tree["interior"]["temperature"].values
    assert float(np.nanmedian(gas)) == pytest.approx(10.0, abs=0.3)
