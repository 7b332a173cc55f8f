"""Probes: what they tell is the field, interpolated in the gas alone."""

import jax.numpy as jnp
import numpy as np
import pytest

from jamsu.cases.errors import CaseError
from jamsu.cases.reading.loader import case_from_text
from jamsu.cases.results.file import read_result
from jamsu.cases.run.levels import make_level
from jamsu.cases.run.runner import run_case
from jamsu.solver.probes import at_probes

ROOM = """
[vessel]
shape = "box"
size = "3.0, 1.2, 2.0 m"
fluid = "air"
outside = "adiabatic"

[racks.A]
position = "1.4, 0.0, 0.0 m"
size = "0.6, 1.2, 1.0 m"
front = "-x"
power = "1 kW"
airflow = { law = "fixed", flow = "0.1 m3/s" }

[coolers.unit]
position = "0.0, 0.0, 0.0 m"
size = "0.4, 1.2, 1.0 m"
outlet = { face = "+x", lower = "0.0, 0.2 m", upper = "1.2, 0.6 m" }
intake = { face = "+z", lower = "0.0, 0.0 m", upper = "0.4, 1.2 m" }
supply_temperature = "18 degC"
flow = "0.12 m3/s"

[panels.wall]
position = "2.4, 0.0, 0.0 m"
size = "0, 1.2, 1.4 m"

[probes.free]
position = "0.93, 0.55, 1.48 m"

[probes.strip]
place = "1.36, 0.61 m"
heights = "0.33, 0.71, 1.21 m"

[probes.beside-panel]
position = "2.43, 0.61, 0.5 m"

[solver]
resolution = "200 mm"
precision = "float64"
averaging_time = "4 s"
max_time = "8 s"
"""


@pytest.fixture(scope="module")
def level():
    return make_level(case_from_text(ROOM, name="room"), 1.0, None, True)


def test_a_linear_field_is_told_exactly_and_only_by_gas(level):
    grid, domain = level.geometry.grid, level.geometry.domain
    x, y, z = (np.asarray(grid.centres(a)) for a in range(3))
    linear = 1 + 2 * x[:, None, None] - 3 * y[None, :, None] + 0.5 * z[None, None, :]
    gas = domain.open_cell & (domain.machine < 0)
    told = at_probes(level.module.probes, jnp.asarray(np.where(gas, linear, 1e6).ravel()))
    assert told[0] == pytest.approx(1 + 2 * 0.93 - 3 * 0.55 + 0.5 * 1.48, rel=1e-12)
    # Before the rack (x = 1.4 m) the nearest gas has its centre at 1.3 m; y and z are interpolated.
    assert told[1] == pytest.approx(1 + 2 * 1.3 - 3 * 0.61 + 0.5 * 0.33, rel=1e-12)
    assert told[4] == pytest.approx(1 + 2 * 2.5 - 3 * 0.61 + 0.5 * 0.5, rel=1e-12)  # not the other side's gas


def test_what_a_run_tells_is_its_mean_field(tmp_path):
    run = run_case(case_from_text(ROOM, name="room"), output=tmp_path / "a.vtkhdf")
    tree = read_result(tmp_path / "a.vtkhdf")
    probes, field = tree["probes"].to_dataset(), tree["interior"]["temperature"].isel(time=-1)
    x, y, z = probes["position"].sel(probe="free").to_numpy()
    assert (x, y, z) == (0.93, 0.55, 1.48)
    there = float(field.interp(x=x, y=y, z=z))
    assert float(field.max() - field.min()) > 5
    assert float(probes["temperature"].sel(probe="free")) == pytest.approx(
        there, abs=1e-6
    )  # fields are averaged in single precision
    strip = probes["temperature"].sel(probe="strip").to_numpy()
    expected = [float(field.sel(x=1.3, method="nearest").interp(y=0.61, z=z)) for z in (0.33, 0.71)]
    np.testing.assert_allclose(strip[:2], expected, atol=1e-9)
    told = run.summary["probes"]
    assert list(told) == ["free", "strip", "beside-panel"]
    assert told["strip"]["temperature"] == strip.tolist()
    assert told["strip"]["position"][2] == [1.36, 0.61, 1.21]
    assert told["free"]["speed"][0] > 0


def test_a_run_in_time_tells_every_round():
    timed = ROOM + 'mode = "transient"\nduration = "6 s"\noutput_interval = "3 s"\n'
    tree = run_case(case_from_text(timed, name="room")).tree
    probes = tree["probes"].to_dataset()
    told = probes["temperature_in_time"].sel(probe="free")
    time = probes["time"].to_numpy()
    np.testing.assert_array_equal(time, tree["history"]["time"])
    assert len(time) >= 4
    # The mean of the last window, half of the run, is the mean of its rounds.
    length = np.diff(np.concatenate([[0], time]))
    late = time > 3 + 1e-9
    mean = np.average(told.to_numpy()[late], weights=length[late])
    assert mean == pytest.approx(float(probes["temperature"].sel(probe="free")), abs=1e-9)
    field = tree["interior"]["temperature"].isel(time=-1).interp(x=0.93, y=0.55, z=1.48)
    assert float(told[-1]) == pytest.approx(float(field), abs=0.05)


@pytest.mark.parametrize(
    ("probe", "message"),
    [
        ('position = "1.5, 0.6, 0.5 m"', r"probes\.bad\.position.*inside racks\.A"),
        ('place = "3.5, 0.6 m"\nheights = "0.5 m"', r"probes\.bad\.place.*outside the vessel"),
        ('heights = "0.5 m"', r"probes\.bad\.place.*x and y"),
        ('position = "1.0, 0.6, 0.5 m"\nheights = "0.5 m"', r"probes\.bad\.heights.*either a position"),
        ("", r"probes\.bad\.position"),
    ],
)
def test_a_probe_that_tells_nothing_is_refused(probe, message):
    with pytest.raises(CaseError, match=message):
        case_from_text(ROOM + f"\n[probes.bad]\n{probe}\n", name="room")
