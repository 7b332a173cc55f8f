"""What cannot be is refused at once: the value as typed, the bound in the unit typed, and the reason."""

import re

import pytest

from jamsu import cases
from jamsu.cases.errors import Problem
from jamsu.cases.reading.overrides import set_path, split_override
from jamsu.cases.schema.paths import field_at
from jamsu.cases.schema.validation import validated


def refusal(*overrides, case="natick2"):
    """The line with which a case and these overrides are refused."""
    with pytest.raises(cases.CaseError) as caught:
        cases.load_case(case, overrides)
    message = str(caught.value)
    assert "\n" not in message
    return message


SHIP, DEEPEST, SLIP = "the longest ship", "the deepest sea floor is at 10.9 km", "a rack of today takes up to 0.6 MW"
SEA, WATER = "expected a temperature of the sea of", "expected a mass flow or volume flow of water of"
ICE = "below the sea's freezing point, -1.9"
FAST = "through its face: expected at most 100 m/s"

# Override, and what is said after file and key.
ABSURD = [
    ("vessel.pressure=500 atm", "'500 atm': expected a pressure of at most 98.6923 atm: the gas's density"),
    ("vessel.pressure=1e-3 Pa", "'1e-3 Pa': expected a pressure of at least 100 Pa: next to a vacuum"),
    ("site.current_speed=1e9 m/s", "'1e9 m/s': expected a speed of at most 20 m/s: the fastest tidal streams"),
    ("site.current_speed=100 knot", "'100 knot': expected a speed of at most 38.8769 knot: the fastest"),
    ("site.depth=12000 m", f"'12000 m': expected a depth of at most 11000 m: {DEEPEST}"),
    ("site.depth=12 km", f"'12 km': expected a depth of at most 11 km: {DEEPEST}"),
    ("site.depth=0 m", "'0 m': expected a depth above 0 m"),
    ("site.salinity=300 g/kg", "'300 g/kg': expected a salinity of at most 120 g/kg: TEOS-10"),
    ("site.seawater_temperature=120 degC", f"'120 degC': {SEA} at most 100 degC: the sea would boil"),
    ("site.seawater_temperature=300 degF", f"'300 degF': {SEA} at most 212 degF: the sea would boil"),
    ("site.seawater_temperature=-300 degC", f"'-300 degC': {ICE}"),
    ("site.seawater_temperature=12 K", f"'12 K': {ICE}"),
    ("loop.intake_temperature_offset=95 K", "'95 K': the intake would be at 105 degC: expected no boiling sea"),
    ("loop.intake_temperature_offset=1e5 K", "'1e5 K': expected a temperature difference of at most 100 K"),
    ("coils.C01.ua=1e9 W/K", "'1e9 W/K': expected a conductance of at most 1e+07 W/K: a rear door has some kW/K"),
    ("coils.C01.ua=1e6 kW/K", "'1e6 kW/K': expected a conductance of at most 10000 kW/K: a rear door"),
    ("coils.C01.water_flow=1e6 kg/s", f"'1e6 kg/s': {WATER} at most 10000 kg/s: as much as a river"),
    ("coils.C01.water_flow=100 m3/s", f"'100 m3/s': {WATER} at most 10000 kg/s: as much as a river"),
    ("coils.C01.water_flow=-1 L/s", f"'-1 L/s': {WATER} zero or more"),
    ("coils.C01.gas_loss_coefficient=1e9", "1000000000.0: expected a loss coefficient from 0 to 1e+06: no gas"),
    ("coils.C01.fouling_resistance=1e4 m2*K/W", "'1e4 m2*K/W': expected a thermal resistance of at most 100 m2"),
    ("vessel.diameter=2.8 km", f"'2.8 km': expected a length of at most 0.5 km: {SHIP}"),
    ("vessel.length=12200 m", f"'12200 m': expected a length of at most 500 m: {SHIP}"),
    ("vessel.diameter=2.8 mm", "'2.8 mm': expected a length of at least 10 mm: no server fits"),
    ("vessel.layers.0.thickness=25 m", "'25 m': expected a thickness of at most 5 m: no hull is as thick"),
    ("racks.R01.position=850, -650, -950 m", f"'850, -650, -950 m': expected a position of at most 500 m: {SHIP}"),
    ("racks.R01.size=600, 1100, 2000 m", f"'600, 1100, 2000 m': expected a length of at most 500 m: {SHIP}"),
    ("racks.R01.power=20 GW", f"'20 GW': expected a power of at most 0.01 GW: {SLIP}"),
    ("racks.R01.power=-20 kW", "'-20 kW': expected a power of zero or more"),
    ("racks.R01.fan_power=-1 W", "'-1 W': expected a power of zero or more"),
    ("racks.R01.airflow.rise=0 K", "'0 K': expected a temperature difference above 0 K"),
    ("racks.R01.airflow.rise=5000 K", "'5000 K': expected a temperature difference of at most 500 K: the servers"),
    ("racks.R01.airflow.rise=0.01 K", f"'0.01 K': moves the gas at 1.37e+03 m/s {FAST}"),
    ('racks.R01.airflow={law = "fixed", flow = "900 m3/s"}', f"'900 m3/s': moves the gas at 750 m/s {FAST}"),
    ('racks.R01.airflow={law = "fixed", flow = "1 mL/s"}', "'1 mL/s': warms the gas by 1.65e+07 K: expected at"),
    ('racks.R01.airflow={law = "per_power", flow_per_power = "1 m3/s/W"}', "'1 m3/s/W': expected a volume flow per"),
    ("solver.resolution=1e-9 m", "'1e-9 m': expected a cell width of at least 0.001 m: no machine holds so many"),
    ("solver.resolution=75 m", "'75 m': expected a cell width of at most 10 m: a flow needs some cells"),
    ("solver.wall_resolution=1 nm", "'1 nm': expected a cell width of at least 1e+06 nm: no machine"),
    ("solver.tolerance=0.9", "0.9: expected a share of the IT power above 0 and of at most 0.5: half of the heat"),
    ("solver.tolerance=0", "0: expected a share of the IT power above 0 and of at most 0.5"),
    ("solver.tolerance=-1 %", "'-1 %': expected a share of the IT power above 0"),
    ("solver.tolerance=true", "True: expected a share of the IT power: a finite number"),
    ("solver.tolerance=nan", "nan: expected a share of the IT power: a finite number, such as 0.003"),
    ("solver.max_time=1e9 s", "'1e9 s': expected a time of at most 3.2e+07 s: no machine follows a flow for a year"),
    ("solver.max_time=0 s", "'0 s': expected a time above 0 s"),
    ("racks.R01.height_units=0", "0: expected greater than or equal to 1"),
    ("racks.R01.height_units=100000", "100000: expected less than or equal to 500"),
    ("racks.R01.liquid_share=120 %", "'120 %': expected a share from 0 to 1"),
]


@pytest.mark.parametrize(("override", "words"), ABSURD, ids=[override for override, _ in ABSURD])
def test_absurd_value(override, words):
    message = refusal(override)
    assert message.startswith(f"natick2.toml: {override.partition('=')[0]}")
    assert words in message


FIXED = 'racks.R01.airflow={law = "fixed", flow = "1 L/s"}'
PER_POWER = 'racks.R01.airflow={law = "per_power", flow_per_power = "125 cfm/kW"}'
IN_TIME = "solver.mode=transient"
# Overrides that are right alone, and what is said of them together.
TOGETHER = [
    (("solver.averaging_time=1 h",), "averaging_time: '1 h': expected at most max_time, 1200 s, after which the run"),
    (("solver.max_time=5 s",), "averaging_time: '9 s': expected at most max_time, 5 s, after which the run gives up"),
    ((IN_TIME,), "solver.duration: missing: needed with"),
    ((IN_TIME, "solver.duration=0 s"), "solver.duration: '0 s': expected a time above 0 s"),
    ((IN_TIME, "solver.duration=1 h", "solver.output_interval=1 ms"), "'1 ms': saves 3,600,000 fields: expected at"),
    (("solver.resolution=50 mm", "solver.wall_resolution=60 mm"), "'60 mm': expected at most the resolution, 0.05 m"),
    (("racks.R01.power=0 W", "racks.R01.fan_power=1 W", PER_POWER), "'125 cfm/kW': no gas flow takes up the heat"),
    (("site.seawater_temperature=-1 degC", "loop.intake_temperature_offset=-2 K"), "'-2 K': the intake would be below"),
    (("racks.R01.position=850, -700, -950 mm", "racks.R02.position=1300, -650, -950 mm"), "'1300, -650, -950 mm': ra"),
    (("site=5", "site.depth=3 m"), "natick2.toml: site: 5: expected a table of keys"),
]


@pytest.mark.parametrize(("overrides", "words"), TOGETHER, ids=[overrides[-1] for overrides, _ in TOGETHER])
def test_values_that_do_not_go_together(overrides, words):
    assert words in refusal(*overrides)


def test_a_small_flow_is_enough_for_a_small_heat():
    """The bound is on what follows from the values: 1 L/s is warmed by 17000 K by 20 kW, by less than 1 K by 1 W."""
    assert "warms the gas by 1.65e+04 K" in refusal(FIXED)
    cases.load_case("natick2", ("racks.R01.power=1 W", FIXED))


def test_a_default_that_does_not_fit_is_not_blamed():
    message = refusal("solver.max_time=20 s", case="ulsan-20m")  # the window's default is 30 s
    assert "solver.max_time: '20 s': expected at least averaging_time, 30 s" in message


@pytest.mark.parametrize(("flow", "word"), [("2000 m3/s", "2e+03 m/s"), ("150 m3/s", "150 m/s")])
def test_a_fan_faster_than_a_gas_can_be_taken_for_incompressible(flow, word):
    fan = f'\n[fans.F]\nposition = "0.2, -0.5, -0.5 m"\nsize = "0, 1, 1 m"\ndirection = "+x"\nflow = "{flow}"\n'
    with pytest.raises(cases.CaseError, match=rf"fans\.F\.flow: '{flow}': moves the gas at ") as caught:
        cases.case_from_text(cases.case_text("natick2") + fan)
    assert word in str(caught.value)


def test_the_sum_of_servers_is_bounded():
    text = re.sub(r'power = "[\d.]+ kW"', 'power = "9 MW"', cases.case_text("box-room"))
    with pytest.raises(
        cases.CaseError, match=r"racks\.A1\.servers: .*their sum is 2\.7e\+07 W: expected a power of at"
    ):
        cases.case_from_text(text)


def test_a_hull_in_wrong_units_is_refused(tmp_path):
    import pyvista

    hull = pyvista.Cylinder(center=(3000, 0, 0), direction=(1, 0, 0), radius=1400, height=6000, resolution=24)
    hull.triangulate().clean().save(tmp_path / "hull.stl")
    vessel = '[vessel]\nshape = "stl"\nfile = "hull.stl"\nfluid = "nitrogen"\noutside = "adiabatic"\n'
    (tmp_path / "module.toml").write_text(vessel)
    with pytest.raises(
        cases.CaseError, match=r"vessel\.scale: 1: makes a vessel of 6000 x .*scale 0\.001 for a file in mm"
    ):
        cases.load_case(tmp_path / "module.toml")
    cases.load_case(tmp_path / "module.toml", ["vessel.scale=0.001"])


# --- Numbers that are none -----------------------------------------------------------------------------------------


def all_tables():
    """The input reference with its commented tables, one rack and one coil, every default spelled out, as a tree."""
    lines = cases.case_text("natick2").splitlines()
    start = next(i for i, line in enumerate(lines) if line.startswith("# [liquid]"))
    stop = next(i for i, line in enumerate(lines) if line.startswith("# [coolers.A]"))
    extra = "\n".join(line.removeprefix("#").strip() for line in lines[start:stop])
    times = ("solver.mode=transient", "solver.duration=60 s", "solver.output_interval=5 s")
    tree = cases.case_from_text("\n".join([*lines, extra]), (*times, "solver.wall_resolution=70 mm")).to_tree()
    kept = {"racks": "R01", "coils": "C01"}
    return {key: {kept[key]: table[kept[key]]} if key in kept else table for key, table in tree.items()}


def numeric_paths(tree, path=()):
    for key, value in tree.items():
        if isinstance(value, dict):
            yield from numeric_paths(value, (*path, key))
        elif isinstance(value, int | float) or (isinstance(value, str) and value[:1] in set("-0123456789")):
            yield (*path, key)


TREE = all_tables()
PATHS = list(numeric_paths(TREE))


def test_the_numeric_keys_are_those_of_the_schema():
    assert len(PATHS) == 48
    assert [path for path in PATHS if field_at(TREE, path) is None] == []


@pytest.mark.parametrize("path", PATHS, ids=".".join)
def test_no_numeric_key_takes_what_is_no_number(path):
    """NaN, infinity and overflow, bare and with the key's own unit: one line that names the key."""
    written = TREE
    for key in path:
        written = written[key]
    unit = written.split(",")[-1].split(maxsplit=1)[-1] if isinstance(written, str) else ""
    for number in ("nan", "inf", "-inf", "1e400", "9" * 400):
        for value in [number, f'"{number} {unit}"'] if unit else [number]:
            with pytest.raises(Problem) as caught:
                validated(set_path(TREE, *split_override(f"{'.'.join(path)}={value}")))
            message = str(caught.value)
            assert message.startswith(f"{'.'.join(path)}: ")
            assert "expected" in message
            assert "\n" not in message


@pytest.mark.parametrize("shares", ["nan, 1", "inf, 1", "-1, 2", "0, 0", "1e400, 1", "9" * 400 + ", 1"])
def test_power_maps_of_what_is_no_number(shares):
    message = refusal("racks.R01.height_units=2", f"racks.R01.power_map=[{shares}]")
    assert "expected shares that are finite, zero or more, and do not all vanish" in message


# --- Text that reads like a number and is none ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        "20 kW**9**9**9**9",  # a number of more digits than there are atoms: not to be worked out
        "20 9**9**9**9",
        "20 kW^9^9^9",
        "20 kW**99999999999",
        "20 " + "kW*" * 400,
        "1 000 W",
        "1_000 W",
        "1,5 kW",
        "20 * 2 kW",
        "20 kW + 5 kW",
        "20 kw",
        "20 dBW",
        "0x14 kW",
        "20 {kW}",
        "__import__('os') kW",
        "20 kW\\u0000",
    ],
)
def test_hostile_units(text):
    with pytest.raises(Problem, match=r"^racks\.R01\.power: ") as caught:
        validated(set_path(TREE, "racks.R01.power", text))
    assert len(str(caught.value)) < 300


@pytest.mark.parametrize(
    "text",
    ["a = " + "[" * 5000 + "]" * 5000, "a = " + "9" * 5000, 'a = "\\ud800"', "a = 1\x00", "[" * 3000, "a.b = 1\na = 2"],
)
def test_hostile_toml(text):
    with pytest.raises(cases.CaseError) as caught:
        cases.case_from_text(text, label="x.toml")
    assert str(caught.value).startswith("x.toml: ")
    assert "\n" not in str(caught.value)
