"""Dotted paths: every path that scripts rely on, and what `*`, `like` and numbers do."""

import pytest

from jamsu import cases
from jamsu.cases.errors import Problem
from jamsu.cases.reading.overrides import split_override


@pytest.mark.parametrize(
    ("override", "read", "expected"),
    [
        ("site.seawater_temperature=12 degC", lambda c: c.site.seawater_temperature, 285.15),
        ("site.seawater_temperature=285 K", lambda c: c.site.seawater_temperature, 285.0),
        ("site.current_speed=1 knot", lambda c: c.site.current_speed, 1852 / 3600),
        ("solver.resolution=80 mm", lambda c: c.solver.resolution, 0.08),
        ("solver.wall_resolution=4 cm", lambda c: c.solver.wall_resolution, 0.04),
        ("solver.tolerance=0.005", lambda c: c.solver.tolerance, 0.005),
        ("racks.R03.power=25 kW", lambda c: c.racks["R03"].power, 25e3),
        ("racks.R01.power=25 kW", lambda c: c.racks["R02"].power, 20e3),
        ("racks.*.power=18 kW", lambda c: c.it_power, 216e3),
        ("racks.R0*.power=18 kW", lambda c: c.it_power, 9 * 18e3 + 3 * 20e3),
        ("racks.R01.position=850, -650, -950 mm", lambda c: c.racks["R01"].position[1], -0.65),
        ("racks.R01.liquid_share=0 %", lambda c: c.racks["R01"].liquid_share, 0.0),
        ("coils.C01.ua=1500 W/K", lambda c: c.coils["C01"].ua, 1500.0),
        ("coils.*.water_flow=2 kg/s", lambda c: sum(k.water_flow for k in c.coils.values()), 24.0),
        ("loop.pump_power=3 kW", lambda c: c.loop.pump_power, 3e3),
        ("vessel.layers.0.thickness=1 inch", lambda c: c.vessel.layers[0].thickness, 0.0254),
        ('racks.R01.airflow={law = "fixed", flow = "1 m3/s"}', lambda c: c.racks["R01"].airflow.flow, 1.0),
        ("racks.*.airflow.rise=15 delta_degC", lambda c: c.racks["R07"].airflow.rise, 15.0),
    ],
)
def test_override(override, read, expected):
    assert read(cases.load_case("natick2", [override])) == pytest.approx(expected, rel=1e-12)


def test_overrides_apply_in_turn():
    case = cases.load_case("natick2", ["racks.*.power=18 kW", "racks.R02.power=19 kW"])
    assert (case.racks["R01"].power, case.racks["R02"].power) == (18e3, 19e3)


def test_power_of_a_rack_with_servers_scales_them():
    rack = cases.load_case("box-room", ["racks.*.power=8 kW"]).racks["A1"]
    assert rack.power == 8e3
    assert sum(rack.unit_powers) == pytest.approx(8e3)
    assert rack.unit_powers[14] == pytest.approx(400.0)  # 1.6 kW over 8 units, doubled


def test_volume_flow_is_taken_at_the_sites_density():
    from jamsu.materials import seawater

    case = cases.load_case("natick2", ["coils.C01.water_flow=1.2 L/s"])
    density = float(seawater.density(283.15, 35.0))
    assert case.coils["C01"].water_flow == pytest.approx(1.2e-3 * density, rel=1e-12)


def test_overrides_are_in_the_text():
    case = cases.load_case("ulsan-20m", ["site.seawater_temperature=29 degC", "racks.*.power=20 kW"])
    again = cases.case_from_text(case.to_toml())
    assert again == case
    assert again.it_power == 160e3


def test_set_path_leaves_the_tree_alone():
    tree = {"site": {"seawater_temperature": "10 degC"}}
    changed = cases.set_path(tree, "site.current_speed", "1 m/s")
    assert changed["site"] == {"seawater_temperature": "10 degC", "current_speed": "1 m/s"}
    assert tree == {"site": {"seawater_temperature": "10 degC"}}


@pytest.mark.parametrize(
    ("tree", "path", "where"),
    [
        ({"site": 5}, "site.depth", "site: 5"),
        ({"solver": []}, "solver.mode", "solver: []"),
        ({"racks": {"A": [{"power": "1 kW"}]}}, "racks.*.power", "racks.A: "),
        ({"racks": {"A": [{"power": "1 kW"}]}}, "racks.A.0.power", None),
    ],
)
def test_a_path_through_what_is_no_table(tree, path, where):
    with pytest.raises(Problem) as caught:
        cases.set_path(tree, path, "1 m")
    if where is None:
        assert "addresses nothing" in str(caught.value)
    else:
        assert str(caught.value).startswith(where)
        assert str(caught.value).endswith("expected a table of keys")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.b=12 degC", "12 degC"),
        ("a.b=0.5", 0.5),
        ("a.b=true", True),
        ('a.b="x"', "x"),
        ("a.b=[1, 2]", [1, 2]),
        ("a.b=1, 2 m", "1, 2 m"),
        ("a.b=2020-01-01", "2020-01-01"),
    ],
)
def test_value_of_an_override(text, expected):
    assert split_override(text) == ("a.b", expected)
