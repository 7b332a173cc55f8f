"""The main job at its full size: minutes, so `slow`."""

import pytest

from jamsu.cases import load_case
from jamsu.cases.run.runner import run_case

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def solved():
    return {quality: run_case(load_case("natick2"), quality=quality).summary for quality in ("coarse", "default")}


def test_it_converges_on_its_default_grid_and_closes_its_balance(solved):
    summary = solved["default"]
    balance = summary["balance"]
    assert summary["cells"] >= 150_000
    assert summary["status"] == "converged"
    out = balance["coil_heat"] + balance["hull_heat"] + balance["liquid_heat"]
    assert abs(balance["it_power"] + balance["fan_power"] - out) < 0.003 * balance["it_power"]


def test_halving_the_cells_moves_the_hottest_inlet_by_less_than_a_tenth_of_a_kelvin(solved):
    coarse, default = (solved[quality]["kpis"]["hottest_inlet"] for quality in ("coarse", "default"))
    print(f"hottest inlet: {coarse:.3f} degC on 150 mm, {default:.3f} degC on 75 mm")
    assert abs(coarse - default) < 0.1
