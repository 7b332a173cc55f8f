"""What stands and what is operated: which cases share a layout, and that filled-up tables change nothing."""

from dataclasses import replace
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jamsu.cases import CaseError, load_case
from jamsu.cases.assembly.layout import layout_of, standing
from jamsu.cases.reading.loader import case_from_text
from jamsu.cases.run import levels
from jamsu.cases.run.checkpoint import named_leaves, restored
from jamsu.cases.run.levels import first_state, geometry_of, make_level
from jamsu.solver.flow.model import initial_state
from jamsu.solver.march.progress import advance_by
from jamsu.solver.module import first_module_state
from jamsu.solver.operate import operate
from jamsu.solver.padding import roomy

SMALL = Path(__file__).parents[1] / "small.toml"
ROOM = """
[vessel]
shape = "box"
size = "2.4, 1.6, 1.6 m"
fluid = "air"
outside = "film"
film_coefficient = "5 W/m2/K"
outside_temperature = "10 degC"
[site]
seawater_temperature = "12 degC"
[racks.A]
position = "1.2, 0.4, 0.0 m"
size = "0.4, 0.4, 1.2 m"
front = "-x"
height_units = 6
power = "1.2 kW"
airflow = { law = "temperature_rise", rise = "12 K" }
[coolers.U]
position = "0.0, 0.0, 0.0 m"
size = "0.4, 1.6, 1.2 m"
supply_temperature = "17 degC"
flow = "0.2 m3/s"
outlet = { face = "+x", lower = "0.4, 0.0 m", upper = "1.2, 0.4 m" }
intake = { face = "+z", lower = "0.0, 0.0 m", upper = "0.4, 1.6 m" }
[blocks.stone]
position = "2.0, 0.0, 0.0 m"
size = "0.4, 0.4, 0.4 m"
material = "steel"
power = "50 W"
[panels.shield]
position = "0.8, 0.0, 1.2 m"
size = "0, 1.6, 0.4 m"
[solver]
resolution = "200 mm"
precision = "float64"
"""


def test_rows_that_fill_tables_up_do_nothing():
    """Every number of a round is that of the tables as they are, whatever the tables' length."""
    case = case_from_text(ROOM)
    level = make_level(case, 1.0, None, True)
    plain = layout_of(case, geometry_of(case, 1.0))
    assert plain.coolers.cell.shape[0] < level.layout.coolers.cell.shape[0] == roomy(plain.coolers.cell.shape[0])
    module = operate(plain, level.operation)
    flow = initial_state(module.model.mesh, 8.0, None, first_state(level).flow.turbulence)
    reports = []
    for each in (module, level.module):
        state = first_module_state(each, flow)
        for _ in range(2):
            state, report = advance_by(each, state, 1e-3, 3)
        reports.append(report)
    raw, padded = (r._replace(values={k: v for k, v in r.values.items() if k != "hull"}) for r in reports)
    for expected, found in zip(jax.tree_util.tree_leaves(raw), jax.tree_util.tree_leaves(padded), strict=True):
        np.testing.assert_allclose(found, expected, rtol=1e-9, atol=1e-9)
    patches = plain.hull.cell.shape[0]
    for name, values in reports[0].values["hull"].items():
        np.testing.assert_allclose(reports[1].values["hull"][name][:patches], values, rtol=1e-9, err_msg=name)


@pytest.mark.parametrize(
    "override",
    [
        "racks.A.power=2 kW",
        "racks.A.airflow.rise=9 K",
        "racks.A.liquid_share=0.2",
        "coils.a.ua=900 W/K",
        "coils.a.water_flow=0.4 kg/s",
        "site.seawater_temperature=14 degC",
        "vessel.pressure=2 bar",
        "solver.tolerance=0.01",
    ],
)
def test_what_is_operated_keeps_the_layout(override):
    more = ("liquid.ua=2 kW/K", "liquid.flow=0.5 kg/s", "liquid.water_flow=0.5 kg/s")
    extra = more if "liquid" in override else ()
    assert standing(load_case(SMALL, extra)) == standing(load_case(SMALL, (override, *extra)))


@pytest.mark.parametrize(
    "override",
    [
        "racks.A.position=0.5, -0.5, -0.6 m",
        'racks.A.airflow={ law = "fixed", flow = "0.3 m3/s" }',
        'racks.A.servers=[{ units = [1, 6], power = "6 kW" }]',
        "coils.a.arrangement=counter",
        "coils.a.area=5 m2",
        "loop.arrangement=series",
        "vessel.fluid=air",
        'vessel.layers=[{ material = "titanium", thickness = "20 mm" }]',
        "solver.turbulence=wale",
        "solver.resolution=150 mm",
    ],
)
def test_what_stands_has_a_layout_of_its_own(override):
    assert standing(load_case(SMALL)) != standing(load_case(SMALL, (override,)))


def test_units_that_are_open_and_burn_nothing_belong_to_what_stands():
    """A group of servers of 0 W lets gas through once the whole rack burns nothing, and not before."""
    groups = '{ units = [1, 6], power = "6 kW" }'
    idle = f'racks.A.servers=[{groups}, {{ units = [12, 12], power = "0 W" }}]'
    without = ("racks.A.power=0 W", "racks.A.fan_power=300 W", f"racks.A.servers=[{groups}]")
    assert standing(load_case(SMALL, (idle,))) != standing(load_case(SMALL, without))


def test_a_sweep_of_powers_places_things_once(monkeypatch):
    placed = []
    build = levels.build_geometry
    monkeypatch.setattr(levels, "build_geometry", lambda *given: placed.append(given) or build(*given))
    monkeypatch.setattr(levels, "_LAYOUTS", type(levels._LAYOUTS)())
    for power in (5, 6, 7):
        level = make_level(load_case(SMALL, (f"racks.A.power={power} kW",)), 1.0, None, True)
        assert float(jnp.sum(level.module.racks.power[0])) == pytest.approx(1e3 * power)
    assert len(placed) == 1


def test_a_checkpoint_of_other_shapes_is_refused_in_one_line():
    saved = named_leaves({"wall": np.zeros(3)})
    assert restored({"wall": np.ones(3)}, saved)["wall"].shape == (3,)
    with pytest.raises(CaseError, match=r"wall.*\(3,\).*expected \(4,\)"):
        restored({"wall": np.ones(4)}, saved)


def test_power_where_the_layout_lets_no_gas_through_is_refused():
    """It would heat nothing; traced powers cannot be looked at."""
    case = load_case(SMALL, ('racks.A.servers=[{ units = [1, 11], power = "6 kW" }]',))
    level = make_level(case, 1.0, None, True)
    power = level.operation.rack_power
    assert float(power[0, 11]) == 0
    more = replace(level.operation, rack_power=power.at[0, 11].set(100.0))
    with pytest.raises(ValueError, match="unit 12 of rack 1"):
        operate(level.layout, more)
    assert float(jax.jit(lambda o: operate(level.layout, o).loads.it_power)(more)) == pytest.approx(24100)
