"""What can be but leaves a model's range is warned of, in words that name the key; what is usual is not."""

import pytest

from jamsu.cases import case_from_text, library_names, load_case
from jamsu.cases.run.levels import make_level
from jamsu.cases.run.warnings import collect_warnings, sea_film
from jamsu.cases.schema.ranges import estimates, range_warnings

IN_TIME = ("solver.mode=transient", "solver.duration=20 s")

# Overrides of natick2, and the start of the one line they bring.
UNUSUAL = [
    (("site.depth=1000 m",), "site.depth: 1000 m; seawater's properties are those near the surface, at this depth its "
     "expansion is some 11 % larger"),
    (("site.current_speed=8 m/s",), "site.current_speed: 8 m/s; only a few straits have streams above 5 m/s"),
    (("racks.R01.airflow.rise=80 K",), "racks.R01.airflow.rise: the gas is warmed by 80 K; servers stand some 10 to"),
    (("racks.*.airflow.rise=80 K",), "racks.R01.airflow.rise and 11 more: the gas is warmed by 80 K; servers stand"),
    (("racks.R01.airflow.rise=0.5 K",), "racks.R01.airflow.rise: the gas passes at 27.5 m/s; fans move it at some m/s"),
    (("racks.R01.power=1.5 MW", "racks.R01.airflow.rise=60 K"), "racks.R01.power: 1.5 MW; racks of today take up to"),
    (("coils.C01.ua=100 kW/K",), "coils.C01.ua: 100 kW/K in 0.18 m3; gas-to-water exchangers reach 200 kW/K a cubic"),
    (("coils.C01.fouling_resistance=0.02 m2*K/W", "coils.C01.area=8 m2"),
     "coils.C01.fouling_resistance: 0.02 m2*K/W; the usual design value for seawater is 9e-5 m2*K/W"),
    (("solver.tolerance=5 %",), "solver.tolerance: 0.05 of the heat may be unaccounted for in the answer"),
    (("solver.tolerance=1e-7",), "solver.tolerance: 1e-07 is finer than float32 tells: it may never be met"),
    (("solver.duration=20 s",), 'solver.duration: has an effect only with mode = "transient" (mode is "steady")'),
    (("solver.eddy_viscosity=1e-3 m2/s",), "solver.eddy_viscosity: has an effect only with turbulence ="),
    (("solver.reference_temperature=20 degC",), "solver.reference_temperature: has an effect only with properties ="),
    (("solver.turbulence=constant", "solver.eddy_viscosity=1 m2/s"), "solver.eddy_viscosity: 1 m2/s; rooms and modul"),
    ((*IN_TIME, "solver.output_interval=30 s"), "solver.output_interval: 30 s, the duration 20 s; only the last fiel"),
    ((*IN_TIME, "solver.averaging_time=30 s"), "solver.averaging_time: 30 s, the duration 20 s; the means begin at"),
]  # fmt: skip


@pytest.mark.parametrize(("overrides", "start"), UNUSUAL, ids=[" ".join(overrides) for overrides, _ in UNUSUAL])
def test_unusual_value(overrides, start):
    (line,) = range_warnings(load_case("natick2", overrides))
    assert line.startswith(start)
    assert "\n" not in line


# 240 kW: 26.4 kW/K of all coils want 9 K, 12 kg/s of seawater are warmed by 240/(12 * 3.99) = 5 K.
@pytest.mark.parametrize(
    ("case", "overrides", "lines"),
    [
        ("natick2", ("coils.*.ua=300 W/K",), ["coils: their ua needs 66.7 K between gas and water for all heat"]),
        ("natick2", ("coils.*.water_flow=0.1 kg/s",), ["coils: the seawater leaves at 60.1 degC if it takes all heat"]),
        ("natick2", ("loop.arrangement=series",), ["coils: the seawater leaves at 70.1 degC if it takes all heat"]),
        ("natick2", ("loop.arrangement=series", "coils.*.water_flow=12 kg/s"), []),
        ("hainan-cabin", (), []),  # condensers without a water flow
        ("ulsan-ai", ("liquid.flow=0.5 kg/s",), ["liquid.flow: the coolant is warmed by 99.9 K; cold plates stand"]),
        ("ulsan-ai", ("liquid.water_flow=1 kg/s",), ["liquid: the seawater leaves at 65.5 degC if it takes all heat"]),
    ],
)
def test_estimates(case, overrides, lines):
    found = estimates(load_case(case, overrides))
    assert [line[: len(start)] for line, start in zip(found, lines, strict=True)] == lines


def test_a_thick_wall_of_a_room():
    case = load_case("box-room", ('vessel.layers=[{ material = "concrete", thickness = "2 m" }]',))
    assert range_warnings(case)[0].startswith("vessel.layers: 2 m thick; the walls of a box count as flat")


@pytest.mark.parametrize("name", library_names())
def test_the_library_is_usual(name):
    case = load_case(name)
    assert range_warnings(case) + estimates(case) == []


ROOM = """
[site]
seawater_temperature = "12 degC"
[vessel]
shape = "box"
size = "1.6, 1.2, 1.2 m"
fluid = "air"
[solver]
resolution = "300 mm"
"""


@pytest.mark.parametrize(
    ("overrides", "words"),
    [
        (("vessel.pressure=20 bar",), "air: pressure 2e+06 Pa is outside the valid range"),
        (("vessel.pressure=5 kPa",), "air: pressure 5000 Pa is outside the valid range"),
        (("site.salinity=80 g/kg",), "seawater: salinity 80 g/kg is outside the valid range"),
        (("site.seawater_temperature=60 degC",), "seawater: temperature 333.15 K is outside the valid range"),
        (("site.current_speed=18 m/s",), "site.current_speed: 18 m/s; only a few straits"),
        (
            ("vessel.outside=film", "vessel.film_coefficient=5 W/m2/K", "vessel.outside_temperature=200 degC"),
            "air: temperature 473.15 K is outside the valid range",
        ),
        (
            ("solver.properties=constant", "solver.reference_temperature=150 degC"),
            "air: temperature 423.15 K is outside the valid range",
        ),
        (("solver.max_time=31 s",), "solver.max_time: 31 s; settling takes 15.5 s and averaging 30 s: a flow"),
    ],
)
def test_the_check_tells_what_the_run_would(overrides, words):
    case = case_from_text(ROOM, overrides)
    found = collect_warnings(case, make_level(case, 1.0, None, True), None, None)
    assert any(line.startswith(words) for line in found), found


def test_the_check_of_a_plain_room_is_silent():
    case = case_from_text(ROOM, ("vessel.dew_point=11 degC",))
    assert collect_warnings(case, make_level(case, 1.0, None, True), None, None) == []


def test_reference_temperature_is_the_gas_s_alone():
    """A gas at 50 degC, a sea at 12: the sea's film has its own temperature, its water its own heat capacity."""
    constant = ("solver.properties=constant", "solver.reference_temperature=50 degC", "vessel.dew_point=1 degC")
    level, plain = (make_level(case_from_text(ROOM, o), 1.0, None, True) for o in (constant, ()))
    assert float(level.operation.gas_temperature) == pytest.approx(323.15)
    assert level.module.loads == plain.module.loads
    assert float(level.module.hull.sea_temperature) == pytest.approx(285.15)
    assert collect_warnings(case_from_text(ROOM, constant), level, None, None) == []


def test_cold_fresh_water_is_told_about_its_density_maximum():
    """Once a hull warmer than the maximum is known (3.98 degC), and not where the water is warmer than that."""
    case = case_from_text(ROOM, ("site.salinity=0 g/kg", "site.seawater_temperature=3 degC", "vessel.dew_point=1 degC"))
    level = make_level(case, 1.0, None, True)
    assert any("densest at 4.0 degC, between its own 3.0" in line for line in sea_film(case, level, 6.0))
    assert not any("densest" in line for line in sea_film(case, level, 0.0))
    assert any("seawater: temperature 320.65 K" in line for line in sea_film(case, level, 89.0))
