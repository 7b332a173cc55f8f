"""Every kind of bad input ends in one line on stderr and exit code 2, before anything is solved."""

from pathlib import Path

import pytest
import xarray as xr

GOOD = """
[site]
depth = "20 m"
seawater_temperature = "12 degC"
current_speed = "0.3 m/s"

[vessel]
shape = "box"
size = "3, 2, 2.5 m"
fluid = "nitrogen"
layers = [{ material = "steel", thickness = "25 mm" }]

[racks.r1]
position = "1, 0.2, 0 m"
size = "1, 0.6, 2 m"
front = "-x"
height_units = 40
power = "5 kW"
airflow = { law = "temperature_rise", rise = "12 K" }

[racks.r2]
like = "r1"
position = "1, 1.2, 0 m"
"""

# What is replaced in the good case, by what, and a word the message must have.
BAD_FILES = {
    "unknown key": ("fluid =", "fluids =", "fluid"),
    "wrong unit": ('"12 degC"', '"12 m"', "12 m"),
    "missing unit": ('"20 m"', "20", "unit"),
    "negative power": ('"5 kW"', '"-5 kW"', "power"),
    "not a number": ('"5 kW"', '"nan kW"', "power"),
    "NaN without unit": ('"5 kW"', "nan", "power"),
    "unknown material": ('"steel"', '"steal"', "steel"),
    "unknown fluid": ('"nitrogen"', '"nitrogn"', "nitrogen"),
    "unknown shape": ('"box"', '"bix"', "box"),
    "racks overlap": ("1.2, 0 m", "0.5, 0 m", "r1"),
    "rack outside": ("1.2, 0 m", "1.7, 0 m", "r2"),
    "power map": ('power = "5 kW"', 'power = "5 kW"\npower_map = [1, 2]', "power_map"),
    "sea frozen": ('"12 degC"', '"-5 degC"', "freez"),
    "like nobody": ('"r1"', '"r7"', "r7"),
    "coil without water": (
        "[racks.r2]",
        '[coils.c]\nrack = "r1"\ndepth = "0.2 m"\nua = "2 kW/K"\n[racks.r2]',
        "water_flow",
    ),
    "not TOML": ("[site]", "[site", "TOML"),
    "same key twice": ("[racks.r2]", "[racks.r1]", "twice|once|declare|duplicate"),
}


def refused(result):
    assert result.exit_code == 2
    assert result.stdout == ""
    assert result.stderr.count("\n") == 1
    assert result.stderr.startswith("jamsu: ")
    return result.stderr


@pytest.mark.parametrize("kind", BAD_FILES)
def test_bad_case_file(idle_runner, jamsu_command, kind):
    old, new, word = BAD_FILES[kind]
    assert old in GOOD
    Path("bad.toml").write_text(GOOD.replace(old, new))
    message = refused(jamsu_command("run", "bad.toml"))
    assert "bad.toml" in message
    assert any(alternative in message for alternative in word.split("|"))
    assert idle_runner.calls == []


@pytest.mark.parametrize("content", [b"", b"# nothing\n", b"\xff\xfe\x00", None], ids=str)
def test_what_is_no_case_file(idle_runner, jamsu_command, content):
    if content is not None:
        Path("bad.toml").write_bytes(content)
    assert "bad.toml" in refused(jamsu_command("run", "bad.toml"))


@pytest.mark.parametrize(
    ("arguments", "word"),
    [
        (("run", "natick3"), "natick2"),
        (("run", "natick2", "--set", "site.seawater_temprature=12 degC"), "site.seawater_temperature"),
        (("run", "natick2", "--set", "site.depth"), "PATH=VALUE"),
        (("run", "natick2", "-o", "no/such/folder.vtkhdf"), "folder.vtkhdf"),
        (("show", "natick3"), "natick2"),
        (("check", "natick2", "--set", "racks.*.power=20"), "unit"),
        (("sweep", "natick2", "--vary", "site.depth=1,2 K"), "site.depth"),
    ],
)
def test_bad_arguments(idle_runner, jamsu_command, arguments, word):
    assert word in refused(jamsu_command(*arguments))
    assert idle_runner.calls == []


def test_the_good_case_is_good(idle_runner, jamsu_command):
    Path("good.toml").write_text(GOOD)
    assert jamsu_command("run", "good.toml").exit_code == 0
    assert idle_runner.calls[0]["output"] == Path("good.vtkhdf")


def test_every_key_that_scripts_rely_on_can_be_swept(idle_runner, jamsu_command):
    axes = {
        "site.seawater_temperature": "8 degC,12 degC",
        "site.current_speed": "0.2,0.5 m/s",
        "racks.*.power": "18,20 kW",
    }
    vary = [part for path, values in axes.items() for part in ("--vary", f"{path}={values}")]
    assert jamsu_command("sweep", "natick2", *vary, "-o", "out.nc").exit_code == 0
    data = xr.load_dataset("out.nc")
    assert data["hottest_inlet"].dims == tuple(axes)
    solved = [call["case"] for call in idle_runner.calls if "case" in call]
    assert [case.site.current_speed for case in solved] == pytest.approx([0.2, 0.2, 0.5, 0.5] * 2)
    assert all(rack.power == pytest.approx(18e3) for rack in solved[0].racks.values())
    assert solved[-1].site.seawater_temperature == pytest.approx(285.15)
