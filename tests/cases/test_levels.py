"""The grids of a run, and at which temperature each takes its gas's properties."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest
from CoolProp.CoolProp import PropsSI

from jamsu.cases import case_from_text, load_case
from jamsu.cases.run.checkpoint_writer import CheckpointWriter
from jamsu.cases.run.levels import coarsenesses, gas_temperature, make_level, properties_moved
from jamsu.cases.run.runner import run_case
from jamsu.cases.run.steady import SteadyRun
from jamsu.cases.run.warnings import gas_properties
from jamsu.solver.march.averaging import Average

# Four cells across: too few for a coarser grid.
ONE_GRID = """
[vessel]
shape = "box"
size = "0.4, 0.4, 0.4 m"
fluid = "air"
outside = "film"
film_coefficient = "500 W/m2/K"
outside_temperature = "15 degC"
dew_point = "0 degC"
layers = [{ material = "steel", thickness = "5 mm" }]
[racks.R1]
position = "0.1, 0.1, 0.1 m"
size = "0.2, 0.2, 0.2 m"
front = "-y"
height_units = 4
power = "400 W"
airflow = { law = "fixed", flow = "0.02 m3/s" }
[solver]
resolution = "100 mm"
"""
CONSTANT = ("solver.properties=constant", "solver.reference_temperature=40 degC")


def warmed(level, celsius):
    """An average of a gas that has one temperature."""
    rise = celsius - (float(level.operation.gas_temperature) - 273.15) + 10.0
    return Average(1.0, {"interior.temperature": np.full(level.geometry.grid.shape, rise)})


def test_where_one_grid_is_left_it_comes_twice():
    """The second takes the properties that the first has found."""
    assert coarsenesses(case_from_text(ONE_GRID), "default") == [1.0, 1.0]
    assert coarsenesses(case_from_text(ONE_GRID, CONSTANT), "default") == [1.0]
    assert coarsenesses(load_case("natick2"), "default") == [2.0, 1.0]


def test_when_properties_are_renewed():
    level = make_level(case := case_from_text(ONE_GRID), 1.0, None, True)
    taken = float(level.operation.gas_temperature)
    assert gas_temperature(case, level, warmed(level, taken - 273.15)) == pytest.approx(taken)
    assert not properties_moved(case, level, warmed(level, taken - 273.15 + 2.9))
    assert properties_moved(case, level, warmed(level, taken - 273.15 + 3.1))
    assert properties_moved(case, level, warmed(level, taken - 273.15 - 3.1))
    fixed = case_from_text(ONE_GRID, CONSTANT)
    assert not properties_moved(fixed, level, warmed(level, 90.0))


def test_properties_far_from_the_gas_are_told_of():
    """Air at 40 degC taken, 60 degC found: 313.15/333.15 of its density."""
    level = make_level(case_from_text(ONE_GRID), 1.0, None, True)
    level = replace(level, operation=replace(level.operation, gas_temperature=jnp.asarray(313.15)))
    (line,) = gas_properties(case_from_text(ONE_GRID), level, 333.15)
    assert line.startswith(
        "gas properties: those of 40.0 degC, its mean is 60.0 degC, where its density differs by -6.0%"
    )
    assert gas_properties(case_from_text(ONE_GRID), level, 313.15 + 9.9) == []


@pytest.mark.slow
def test_the_only_grid_takes_the_gas_s_own_temperature():
    """A rack of fixed flow: rise = P / (rho cp q) with the density of the warm gas, whatever was expected of it."""
    solved = run_case(case_from_text(ONE_GRID))
    rack, field = solved.summary["racks"]["R1"], solved.tree["interior"]["temperature"].values
    mean = float(np.nanmean(field)) + 273.15
    density, capacity = (PropsSI(name, "T", mean, "P", 101325, "Air") for name in ("D", "C"))
    assert solved.summary["status"] == "converged"
    assert mean > 273.15 + 60  # far from the 25 degC that were expected
    rise = rack["outlet_temperature"] - rack["inlet_temperature"]
    assert rise == pytest.approx(400.0 / (density * capacity * 0.02), rel=0.015)
    assert not any("gas properties" in line for line in solved.summary["warnings"])


@pytest.mark.slow
def test_a_grid_marched_once_more_goes_on_from_its_checkpoint(tmp_path):
    """Twice from the start and once more for the properties that the second found: saved at that turn, then resumed."""
    case = case_from_text(ONE_GRID)
    keeper = CheckpointWriter(case, "default", tmp_path / "one.vtkhdf")
    whole = SteadyRun(case, "default", None, keeper)
    whole.solve(None)
    assert whole.widths == [1.0, 1.0, 1.0]
    assert abs(gas_temperature(case, whole.level, whole.average) - float(whole.level.operation.gas_temperature)) < 3.0
    again = SteadyRun(case, "default", None, keeper)
    again.solve(keeper.load())
    assert again.number == 2
    assert again.average.mean("balance.stored_heat") == whole.average.mean("balance.stored_heat")
    np.testing.assert_array_equal(
        again.average.mean("interior.temperature"), whole.average.mean("interior.temperature")
    )
