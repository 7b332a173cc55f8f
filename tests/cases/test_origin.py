"""A result says what was asked, when, and with what: in its file, in its summary, and a sweep's in its own."""

import json
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import numpy
import pytest
import xarray as xr

import jamsu
from jamsu.api import solve
from jamsu.cases.results.origin import Origin, attributes, in_summary

ROOM = """
name = "room"
[site]
seawater_temperature = "12 degC"
[vessel]
shape = "box"
size = "1.6, 1.2, 1.2 m"
fluid = "air"
dew_point = "1 degC"
[racks.A]
position = "0.4, 0.3, 0 m"
size = "0.4, 0.6, 0.9 m"
front = "-x"
power = "200 W"
airflow = { law = "temperature_rise", rise = "10 K" }
[solver]
resolution = "150 mm"
averaging_time = "0.1 s"
max_time = "0.2 s"
"""
IN_TIME = ("solver.mode=transient", "solver.duration=0.2 s", "solver.averaging_time=0.1 s")


@pytest.fixture
def room(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    Path("room.toml").write_text(ROOM)
    return "room.toml"


def is_now(date):
    told = datetime.strptime(date, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return timedelta(0) <= datetime.now(UTC) - told < timedelta(minutes=10)


@pytest.mark.slow
@pytest.mark.parametrize("extra", [(), IN_TIME], ids=["steady", "in time"])
def test_a_result_holds_its_origin(room, extra):
    changes = ("racks.A.power=0.3 kW", *extra)
    solved = solve(room, changes, output=Path("out.vtkhdf"), quality="coarse", command="jamsu run room.toml")
    attrs = jamsu.open_result("out.vtkhdf").attrs
    assert attrs["quality"] == "coarse"
    assert attrs["overrides"] == "\n".join(changes)
    assert attrs["command"] == "jamsu run room.toml"
    assert is_now(attrs["date"])
    assert attrs["numpy_version"] == numpy.__version__
    assert {"jamsu_version", "jax_version", "python_version"} <= set(attrs)
    assert 'power = "0.3 kW"' in attrs["case"]
    summary = json.loads(json.dumps({key: solved.summary[key] for key in in_summary({})}))
    assert summary == in_summary(attrs)
    assert summary["overrides"] == list(changes)
    assert summary["versions"]["python"] == ".".join(map(str, sys.version_info[:3]))


def test_a_call_in_python_is_the_command(room, monkeypatch):
    asked = []
    monkeypatch.setattr("jamsu.api.solve", lambda *given, **options: asked.append(options) or solved())
    monkeypatch.setattr("jamsu.cases.sweep.sweep.run_sweep", lambda *given, **options: asked.append(options))

    def solved():
        return type("Run", (), {"tree": None})

    jamsu.run(Path(room), set={"site.depth": "20 m"}, quality="coarse")
    assert asked[0]["command"] == "jamsu.run('room.toml', set={'site.depth': '20 m'}, quality='coarse')"
    jamsu.run(jamsu.load_case(room), output=Path("a.vtkhdf"), force=True)
    assert asked[1]["command"] == "jamsu.run(<room>, output='a.vtkhdf', quality='default', force=True)"
    jamsu.sweep(room, {"site.depth": ["1 m"]}, set={"racks.A.power": "1 kW"})
    called = "jamsu.sweep('room.toml', {'site.depth': ['1 m']}, set={'racks.A.power': '1 kW'}, quality='default')"
    assert asked[2]["origin"] == Origin(("racks.A.power=1 kW",), called)


def test_names_that_no_text_holds_do_not_cost_the_result(tmp_path):
    told = attributes(Origin(("title=a\nb",), "jamsu run a\udcff.toml -o \udcc3\udcb6.vtkhdf"), "fine")
    assert told["command"] == "jamsu run a\ufffd.toml -o ö.vtkhdf"
    assert told["overrides"] == "title=a b"
    xr.Dataset(attrs=told).to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    assert xr.load_dataset(tmp_path / "a.nc").attrs == told


def test_nothing_asked_is_held_as_nothing(tmp_path):
    told = attributes(None, "default")
    xr.Dataset(attrs=told).to_netcdf(tmp_path / "a.nc", engine="h5netcdf")
    attrs = xr.load_dataset(tmp_path / "a.nc").attrs
    assert (attrs["overrides"], attrs["command"]) == ("", "")
    assert in_summary(attrs)["overrides"] == []
    assert not any(word in str(told) for word in ("/home", "/root", "host"))
