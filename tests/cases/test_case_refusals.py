"""Bad input: each kind gives one line that names file, key, value and what was expected."""

import math

import pytest

from jamsu import cases

GOOD = """
[site]
seawater_temperature = "10 degC"

[vessel]
shape = "cylinder"
diameter = "2.8 m"
length = "6 m"
fluid = "nitrogen"
layers = [{ material = "steel", thickness = "25 mm" }]

[racks.R1]
position = "1, -0.65, -0.95 m"
size = "0.6, 1.1, 2.0 m"
front = "-y"
height_units = 4
power = "20 kW"
airflow = { law = "per_power", flow_per_power = "125 cfm/kW" }

[racks.R2]
like = "R1"
position = "2, -0.65, -0.95 m"

[coils.C1]
rack = "R1"
depth = "150 mm"
ua = "2 kW/K"
water_flow = "1 kg/s"

[coils.C2]
like = "C1"
rack = "R2"
"""


def refusal(text):
    """The message of the CaseError that `text` raises."""
    with pytest.raises(cases.CaseError) as caught:
        cases.case_from_text(text, label="module.toml")
    message = str(caught.value)
    assert "\n" not in message
    assert message.startswith("module.toml: ")
    return message


def changed(old, new):
    assert old in GOOD
    return GOOD.replace(old, new, 1)


def test_the_good_case_is_good():
    case = cases.case_from_text(GOOD)
    assert case.name == "case"
    assert case.racks["R2"].power == 20e3


BAD = [
    # what to replace, by what, key, value, words of the expectation
    ("seawater_temperature", "seawater_temprature", "site.seawater_temprature", "'10 degC'",
     "unknown key (nearest: seawater_temperature)"),
    ("[site]", "[sites]", "sites", "", "unknown key (nearest: site)"),
    ("height_units = 4", "height_units = 4\nthermal_mass = 5", "racks.R1.thermal_mass", "5",
     "unknown key: expected one of position"),
    ("height_units = 4", "height_units = 4\nservers = []", "racks.R1.servers", "[]",
     "expected at least one group of servers"),
    ('power = "20 kW"', "servers = []", "racks.R1.servers", "[]", "expected at least one group of servers"),
    ('flow_per_power = "125 cfm/kW"', 'flow_per_power = "125 cfm/kW", rise = "10 K"', "racks.R1.airflow.rise",
     "'10 K'", 'unknown key: law "per_power" takes flow_per_power'),
    ("[racks.R2]", "[rack.R2]", "rack", "", "unknown key (nearest: racks)"),
    ('power = "20 kW"', 'power = "20 kW/K"', "racks.R1.power", "'20 kW/K'",
     "wrong unit 'kW/K': expected a power"),
    ('power = "20 kW"', "power = 20", "racks.R1.power", "20", "missing unit: expected a power"),
    ('power = "20 kW"', 'power = "20"', "racks.R1.power", "'20'", "missing unit: expected a power"),
    ('power = "20 kW"', 'power = "-20 kW"', "racks.R1.power", "'-20 kW'", "expected a power of zero or more"),
    ('power = "20 kW"', 'power = "nan kW"', "racks.R1.power", "'nan kW'", "finite"),
    ('power = "20 kW"', "power = nan", "racks.R1.power", "nan", "finite"),
    ('power = "20 kW"', 'power = "inf kW"', "racks.R1.power", "'inf kW'", "finite"),
    ('power = "20 kW"', "", "racks.R1.power", "missing", "expected this key"),
    ('power = "20 kW"', 'power = "20 kWh"', "racks.R1.power", "'20 kWh'", "wrong unit"),
    ('seawater_temperature = "10 degC"', 'seawater_temperature = "10 delta_degC"',
     "site.seawater_temperature",
     "'10 delta_degC'", "wrong unit"),
    ('seawater_temperature = "10 degC"', 'seawater_temperature = "-3 degC"', "site.seawater_temperature",
     "'-3 degC'", "freezing point, -1.922 degC"),
    ('position = "1, -0.65, -0.95 m"', 'position = "1, -0.65 m"', "racks.R1.position", "'1, -0.65 m'",
     "expected 3 values (x, y, z)"),
    ('position = "1, -0.65, -0.95 m"', 'position = ["1 m", 2, "3 m"]', "racks.R1.position", "",
     "missing unit"),
    ('position = "1, -0.65, -0.95 m"', 'position = "1.5, -0.65, -0.95 m"', "racks.R2.position",
     "'2, -0.65, -0.95 m'", "racks.R2 overlaps racks.R1 (by 0.1, 1.1, 2 m"),
    ('position = "1, -0.65, -0.95 m"', 'position = "1, -0.65, 0 m"', "racks.R1.position", "'1, -0.65, 0 m'",
     "racks.R1 reaches 0.703 m outside the vessel"),
    ('depth = "150 mm"', 'depth = "900 mm"', "coils.C1.depth", "'900 mm'", "coils.C1 reaches"),
    ('material = "steel"', 'material = "steal"', "vessel.layers.0.material", "'steal'",
     "unknown material (nearest: steel"),
    ('thickness = "25 mm"', 'resistance = "1e-4 m2 K/W"', "vessel.layers.0.resistance", "'1e-4 m2 K/W'",
     "either"),
    ('fluid = "nitrogen"', 'fluid = "nitrogn"', "vessel.fluid", "'nitrogn'",
     "expected one of nitrogen, air, dielectric-oil (nearest: nitrogen)"),
    ('shape = "cylinder"', 'shape = "cilinder"', "vessel.shape", "'cilinder'",
     "expected one of cylinder, box, sphere, stl (nearest: cylinder)"),
    ('shape = "cylinder"', "", "vessel.shape", "missing", "expected one of cylinder, box, sphere, stl"),
    ('diameter = "2.8 m"', "", "vessel.diameter", "missing", "expected this key: Inner diameter, m"),
    ('diameter = "2.8 m"', 'diametre = "2.8 m"', "vessel.diametre", "'2.8 m'",
     "unknown key (nearest: diameter)"),
    ('law = "per_power"', 'law = "per_watt"', "racks.R1.airflow.law", "'per_watt'",
     "expected one of per_power"),
    ('flow_per_power = "125 cfm/kW"', 'flow_per_power = "125 cfm"', "racks.R1.airflow.flow_per_power",
     "'125 cfm'", "wrong unit"),
    ("height_units = 4", "height_units = 4\npower_map = [1, 2, 3]", "racks.R1.power_map", "[1, 2, 3]",
     "expected 4 values (height_units), got 3"),
    ("height_units = 4", "height_units = 4\npower_map = [1, 2, 3, -1]", "racks.R1.power_map", "[1, 2, 3, -1]",
     "zero or more"),
    ("height_units = 4", 'height_units = 4\nservers = [{units = [3, 5], power = "1 kW"}]',
     "racks.R1.servers", "",
     "expected 1 <= first <= last <= 4"),
    ("height_units = 4", "height_units = 4.5", "racks.R1.height_units", "4.5", "integer"),
    ("height_units = 4", "height_units = 4\nliquid_share = 0.8", "racks.R1.liquid_share", "0.8", "[liquid]"),
    ('front = "-y"', 'front = "y"', "racks.R1.front", "'y'", "expected one of -x, +x, -y, +y"),
    ('front = "-y"', 'front = "-z"', "racks.R1.front", "'-z'", "expected one of -x, +x, -y, +y"),
    ('water_flow = "1 kg/s"', 'water_flow = "0 kg/s"', "coils.C1.water_flow", "'0 kg/s'",
     "coil without water"),
    ('water_flow = "1 kg/s"', "", "coils.C1.water_flow", "missing", "coil without water"),
    ('water_flow = "1 kg/s"', 'water_flow = "1 m"', "coils.C1.water_flow", "'1 m'", "wrong unit"),
    ('rack = "R2"', 'rack = "R22"', "coils.C2.rack", "'R22'", "no such rack (nearest: R2"),
    ('rack = "R2"', "", "coils.C2.rack", "'R1'", "has a rear door already: coils.C1"),
    ('depth = "150 mm"', "", "coils.C1.depth", "missing", "needed for a rear door"),
    ('like = "R1"', 'like = "R2"', "racks.R2.like", "'R2'", "not a circle (R2 -> R2)"),
    ('like = "R1"', 'like = "R9"', "racks.R2.like", "'R9'",
     "expected the name of another of the racks (nearest:"),
    ("[racks.R2]", "[racks.R1]", "line 20", "'[racks.R1]'", "duplicate name"),
    ("[racks.R2]", '[racks."R 2"]', "racks.R 2", "", "a name of letters, digits, _ and - only"),
    ("[racks.R2]", "[racks.R2", "line 20", "'[racks.R2'", "not TOML"),
    ('ua = "2 kW/K"', 'ua = "2 kW/K"\narrangement = "cross"', "coils.C1.arrangement", "'cross'",
     "expected one of"),
    ('shape = "cylinder"\ndiameter = "2.8 m"\nlength = "6 m"', 'shape = "stl"\nfile = "x.stl"\nscale = 0',
     "vessel.scale", "0", "expected a number of metres per unit above 0"),
    ("[site]", 'coolers = 5\n[site]', "coolers", "5", "expected a table of keys"),
    ("height_units = 4", 'height_units = 4\nservers = [{units = [1], power = "1 kW"}]',
     "racks.R1.servers.0.units.1", "missing", "expected one more value"),
    ("[site]", '[loop]\narrangement = "series"\norder = ["C1", "C3"]\n[site]', "loop.order", "'C3'",
     "no such coil (nearest: C2, C1)"),
    ("[site]", '[solver]\nturbulence = "constant"\n[site]', "solver.eddy_viscosity", "missing",
     "needed with"),
    ("[site]", '[solver]\nwall_resolution = "1 m"\n[site]', "solver.wall_resolution", "'1 m'",
     "at most the res"),
    ("[site]", '[panels.P]\nposition = "1, 0, 0 m"\nsize = "1, 1, 1 m"\n[site]', "panels.P.size",
     "'1, 1, 1 m'",
     "exactly one extent of 0"),
    ("[site]",
     '[fans.F]\nposition = "1, 0, 0 m"\nsize = "1, 0, 1 m"\ndirection = "+x"\nflow = "1 m3/s"\n[site]',
     "fans.F.direction", "'+x'", 'expected "-y" or "+y"'),
    ('[site]\nseawater_temperature = "10 degC"', "", "site", "missing", "expected the sea's temperature"),
    ('[site]\nseawater_temperature = "10 degC"', "site = 5", "site", "5", "expected a table of keys"),
]  # fmt: skip
IDS = [f"{bad[2]}-{i}" for i, bad in enumerate(BAD)]


@pytest.mark.parametrize(("old", "new", "key", "value", "words"), BAD, ids=IDS)
def test_bad_value(old, new, key, value, words):
    message = refusal(changed(old, new))
    assert message.startswith(f"module.toml: {key}: {value}")
    assert words in message


def test_circle_of_names():
    message = refusal(changed('like = "R1"', 'like = "R3"') + '\n[racks.R3]\nlike = "R2"\n')
    assert "racks.R3.like: 'R2': expected another of the racks, not a circle (R2 -> R3 -> R2)" in message


def test_blocked_front():
    text = GOOD + '\n[blocks.B]\nposition = "1, -0.7, -0.95 m"\nsize = "0.6, 0.05, 2 m"\nmaterial = "steel"\n'
    assert "racks.R1.position: '1, -0.65, -0.95 m': the front (-y) of racks.R1 is blocked" in refusal(text)


def test_no_way_out_for_the_heat():
    text = changed('fluid = "nitrogen"', 'fluid = "air"\noutside = "adiabatic"')
    text = text[: text.index("[coils.C1]")]
    assert "vessel.outside: 'adiabatic': no way out for the heat" in refusal(text)


def test_outlet_off_its_face():
    text = cases.case_text("box-room").replace('lower = "2.1, 0.2 m"', 'lower = "1.9, 0.2 m"', 1)
    assert "coolers.west.outlet.lower: '1.9, 0.2 m': the outlet reaches beyond its face" in refusal(text)


@pytest.mark.parametrize("text", ["", "\n\n", "# only a comment\n"])
def test_empty_file(text):
    assert refusal(text).startswith("module.toml: empty file: expected a case with [site], [vessel] and")


def test_stl_that_is_not_there(tmp_path):
    path = tmp_path / "module.toml"
    vessel = 'shape = "stl"\nfile = "hull.stl"\nfluid'
    path.write_text(changed('shape = "cylinder"\ndiameter = "2.8 m"\nlength = "6 m"\nfluid', vessel))
    with pytest.raises(cases.CaseError) as caught:
        cases.load_case(path)
    assert str(caught.value).startswith(f"{path}: vessel.file: ")
    assert str(caught.value).endswith(": no such file")


def test_stl_that_is_none_is_one_line(tmp_path, capfd):
    path = tmp_path / "module.toml"
    (tmp_path / "junk.stl").write_text("junk")
    vessel = 'shape = "stl"\nfile = "junk.stl"'
    path.write_text(changed('shape = "cylinder"\ndiameter = "2.8 m"\nlength = "6 m"', vessel))
    with pytest.raises(cases.CaseError, match=r"vessel\.file: .*: not an STL file \(no triangles"):
        cases.load_case(path)
    assert capfd.readouterr() == ("", "")


def test_stl_vessel(tmp_path):
    """A closed surface holds the same racks as the cylinder it was made from, whatever the working folder."""
    import pyvista

    hull = pyvista.Cylinder(center=(3000, 0, 0), direction=(1, 0, 0), radius=1400, height=6000, resolution=72)
    hull.triangulate().clean().save(tmp_path / "hull.stl")
    path = tmp_path / "module.toml"
    vessel = 'shape = "stl"\nfile = "hull.stl"\nscale = 0.001\n'
    text = changed('shape = "cylinder"\ndiameter = "2.8 m"\nlength = "6 m"\n', vessel)
    path.write_text(text)
    case = cases.load_case(path)
    assert cases.case_from_text(case.to_toml()) == case
    path.write_text(text.replace("2, -0.65, -0.95 m", "5.5, -0.65, -0.95 m"))
    with pytest.raises(cases.CaseError, match=r"racks.R2 reaches 0\.1 m outside the vessel"):
        cases.load_case(path)


@pytest.mark.parametrize(
    ("override", "expected"),
    [
        (
            "site.seawater_temprature=12 degC",
            "nothing in the case (nearest: site.seawater_temperature",
        ),
        ("racks.R99.power=20 kW", "(nearest: racks.R09.power)"),
        ("racks.R01.powr=20 kW", "(nearest: racks.R01.power)"),
        ("racks.*.airflow.flow=1 m3/s", 'racks.*.airflow: law "temperature_rise" takes rise'),
        ("racks.*.powr=20 kW", "racks.*.power"),
        ("racks.R01.power=20", "natick2.toml: racks.R01.power: 20: missing unit"),
        ("racks.R01.power=many", "natick2.toml: racks.R01.power: 'many': expected a power"),
        ("racks.R01.power", "expected path=value"),
        ("=5", "expected path=value"),
        ("coils.*.water_flow=0 kg/s", "natick2.toml: coils.C01.water_flow: '0 kg/s': coil without water"),
        (
            "site.salinity=-1 g/kg",
            "site.salinity: '-1 g/kg': expected a salinity of zero or more",
        ),
    ],
)
def test_bad_override(override, expected):
    with pytest.raises(cases.CaseError) as caught:
        cases.load_case("natick2", [override])
    assert expected in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("racks.A1.thermal_mass=5 kg", "this path addresses nothing in the case"),
        ("racks.A1.airflow.rise=10 K", 'racks.A1.airflow: law "fixed" takes flow'),
    ],
)
def test_a_hint_is_near_or_there_is_none(path, told):
    fixed = 'racks.A1.airflow={ law = "fixed", flow = "0.3 m3/s" }'
    with pytest.raises(cases.CaseError) as caught:
        cases.load_case("box-room", [fixed, path])
    assert str(caught.value).endswith(told)


def test_fresh_water_of_0_degC_is_liquid():
    """At the freezing point itself; the limit is told with digits that tell it from 0."""
    fresh = ["site.salinity=0 g/kg", "coils.*.ua=2 kW/K"]
    assert cases.load_case("natick2", [*fresh, "site.seawater_temperature=0 degC"]).site.seawater_temperature == 273.15
    with pytest.raises(cases.CaseError, match=r"'-0\.01 degC': below the sea's freezing point, -0\.001 degC at 0 g/kg"):
        cases.load_case("natick2", [*fresh, "site.seawater_temperature=-0.01 degC"])
    warm = [*fresh, "site.seawater_temperature=2 degC"]
    assert (
        cases.load_case("natick2", [*warm, "loop.intake_temperature_offset=-2 K"]).loop.intake_temperature_offset == -2
    )
    with pytest.raises(cases.CaseError, match=r"'-2\.01 K': the intake would be below .* -0\.001 degC"):
        cases.load_case("natick2", [*warm, "loop.intake_temperature_offset=-2.01 K"])


def test_unknown_case_names_the_nearest():
    with pytest.raises(cases.CaseError, match=r"^natik2: no such case .* \(nearest: natick2"):
        cases.load_case("natik2")
    with pytest.raises(cases.CaseError, match=r"nearest: box-room, .*ulsan-ai"):
        cases.load_case("zzz")


@pytest.mark.parametrize("name", ["missing.toml", "."])
def test_unreadable_file(tmp_path, name):
    with pytest.raises(cases.CaseError, match="cannot be read: "):
        cases.load_case(tmp_path / name)


def test_file_that_is_not_text(tmp_path):
    path = tmp_path / "module.toml"
    path.write_bytes(b"\xff\xfe\x00\x01")
    with pytest.raises(cases.CaseError, match=r"module\.toml: not a case file: expected TOML in UTF-8"):
        cases.load_case(path)


def test_a_long_value_stays_on_one_line():
    message = refusal(changed('power = "20 kW"', 'power = """' + "x\n" * 300 + '"""'))
    assert len(message) < 250


def test_models_are_frozen():
    from pydantic import ValidationError

    case = cases.case_from_text(GOOD)
    with pytest.raises(ValidationError):
        case.site.depth = 5.0
    assert math.isclose(case.site.depth, 10.0)
