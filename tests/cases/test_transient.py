"""Runs in time: heat is stored as it should be, times are met, an interrupted run ends with the same."""

import json

import numpy as np
import pytest
import xarray as xr

from jamsu.cases import load_case
from jamsu.cases.assembly.start import initial_temperature
from jamsu.cases.errors import CaseError
from jamsu.cases.results.file import read_result
from jamsu.cases.run import checkpoint_writer
from jamsu.cases.run.levels import make_level
from jamsu.cases.run.runner import run_case
from jamsu.materials import get_solid
from jamsu.solver.march.transient import Schedule

POWER = 500.0  # W
SIZE = (1.6, 1.2, 1.2)  # m
BOX = """
[site]
seawater_temperature = "12 degC"
[vessel]
shape = "box"
size = "1.6, 1.2, 1.2 m"
fluid = "air"
pressure = "1 atm"
outside = "adiabatic"
[solver]
resolution = "200 mm"
precision = "float64"
mode = "transient"
duration = "20 s"
output_interval = "4 s"
"""
RACK = """
[racks.A]
position = "0.6, 0.4, 0.2 m"
size = "0.4, 0.4, 0.6 m"
front = "-x"
height_units = 3
power = "500 W"
airflow = { law = "fixed", flow = "0.2 m3/s" }
"""
DOOR = """
[coils.door]
rack = "A"
depth = "200 mm"
ua = "120 W/K"
water_flow = "0.2 kg/s"
"""
BLOCK = """
[blocks.slab]
position = "0.4, 0.4, 0.0 m"
size = "0.8, 0.4, 0.2 m"
material = "aluminium"
power = "500 W"
"""


def box_case(folder, *things, overrides=()):
    path = folder / "box.toml"
    path.write_text(BOX + "".join(things))
    return load_case(path, overrides)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("transient")


@pytest.fixture(scope="module")
def closed(folder):
    """A rack in a closed box, its rear door without effect: (case, run)."""
    case = box_case(folder, RACK, DOOR, overrides=("coils.door.ua=1e-9 W/K",))
    return case, run_case(case, output=folder / "closed.vtkhdf")


@pytest.fixture(scope="module")
def cooled(folder):
    """The same with a rear door that cools, and a last interval that is shorter: (case, run)."""
    case = box_case(folder, RACK, DOOR, overrides=("solver.duration=9 s",))
    return case, run_case(case, output=folder / "cooled.vtkhdf")


def heat_held(case, tree):
    """Heat above the sea's temperature in the gas at every saved time, J."""
    level = make_level(case, 1.0, None, True)
    volume = np.asarray(level.geometry.grid.cell_volume)
    rise = tree["interior/temperature"].to_numpy().T - 12.0
    return float(level.module.model.heat.fluid_capacity) * np.einsum("xyz,xyzt->t", volume, rise)


def test_a_closed_box_stores_exactly_what_is_released(closed):
    case, run = closed
    times = run.tree["interior/time"].to_numpy()
    np.testing.assert_allclose(heat_held(case, run.tree), POWER * times, rtol=1e-9)
    assert run.summary["balance"]["stored_heat"] == pytest.approx(POWER, rel=1e-9)
    assert abs(run.summary["balance"]["imbalance"]) < 1e-6 * POWER


def test_a_well_mixed_box_warms_as_a_lump(closed):
    """dT/dt = P / (rho cp V), with properties of dry air from the ideal gas law at 22 degC, 101325 Pa."""
    _, run = closed
    mean = run.tree["interior/temperature"].mean(("x", "y", "z")).to_numpy()
    times = run.tree["interior/time"].to_numpy()
    slope = np.polyfit(times, mean, 1)[0]
    density = 101325 / (287.05 * 295.15)
    assert slope == pytest.approx(POWER / (density * 1006.5 * np.prod(SIZE)), rel=5e-3)


def test_times_are_met_and_saved(closed, folder):
    _, run = closed
    tree = read_result(folder / "closed.vtkhdf")
    np.testing.assert_array_equal(tree["interior/time"], [4.0, 8.0, 12.0, 16.0, 20.0])
    assert tree["history/time"].to_numpy()[-1] == 20.0
    assert np.all(np.diff(tree["history/time"]) > 0)
    assert tree.attrs["status"] == "finished"
    assert "12 degC" in tree["interior"].attrs["initial_state"]
    np.testing.assert_array_equal(tree["interior/velocity_x"], run.tree["interior/velocity_x"])
    assert {p.name for p in folder.glob("closed*")} == {"closed.vtkhdf"}


def test_turbulence_is_saved_at_every_time(closed, folder):
    interior = read_result(folder / "closed.vtkhdf")["interior"].to_dataset()
    names = ("eddy_viscosity", "turbulent_kinetic_energy")
    assert [interior[name].attrs["units"] for name in names] == ["m2 s-1", "m2 s-2"]
    shut = np.isnan(interior["pressure"].to_numpy())
    for name in names:
        field = interior[name].to_numpy()
        np.testing.assert_array_equal(np.isnan(field), shut)
        assert field[~shut].min() >= 0
        moments = np.nanmean(field, axis=(1, 2, 3))
        assert moments.min() > 0
        assert len(set(moments)) == len(moments)  # each time has its own


def test_the_summary_is_that_of_a_steady_run(closed):
    _, run = closed
    asked = "quality overrides command date versions"
    keys = (
        f"case status status_meaning {asked} result cells balance racks coils sinks blocks probes kpis warnings timings"
    )
    assert list(run.summary) == keys.split()
    assert run.summary["status"] == "finished"
    assert run.summary["cells"] == 8 * 6 * 6
    json.dumps(run.summary)


def test_balance_of_the_last_interval(cooled):
    """With a coil, P = Q_coil + dE/dt; the last interval is the piece from 8 to 9 s."""
    case, run = cooled
    assert list(run.tree["interior/time"].to_numpy()) == [4.0, 8.0, 9.0]
    balance = run.summary["balance"]
    assert 0.2 * POWER < balance["coil_heat"] < POWER
    assert abs(balance["imbalance"]) < 1e-6 * POWER
    held = heat_held(case, run.tree)
    assert balance["stored_heat"] == pytest.approx(held[-1] - held[-2], rel=1e-6)
    history = run.tree["history"].to_dataset()
    late = history.hottest_inlet.where(history.time > 8.0, drop=True)
    assert late.min() <= run.summary["kpis"]["hottest_inlet"] <= late.max()


@pytest.mark.slow  # compiles a program of its own
def test_a_heated_block_keeps_its_own_heat_capacity(folder):
    """Gas and block together store the power; the aluminium warms 1000 times slower than gas would."""
    case = box_case(folder, BLOCK, overrides=("solver.duration=5 s",))
    tree = run_case(case).tree
    metal = get_solid("aluminium")
    slab = tree["interior/temperature"].isel(time=-1).sel(x=slice(0.4, 1.2), y=slice(0.4, 0.8), z=slice(0, 0.2))
    slope = (float(slab.mean()) - 12.0) / 5.0
    lump = POWER / (metal.density * metal.heat_capacity * 0.8 * 0.4 * 0.2)
    assert 0.97 * lump < slope < lump
    assert float(tree["balance/stored_heat"]) == pytest.approx(POWER, rel=1e-5)
    assert float(tree["interior/velocity_z"].max()) > 0  # the gas beside it has begun to rise


class Stopped(Exception):
    pass


@pytest.mark.parametrize("share", [0.1, 0.6, 0.95])
def test_an_interrupted_run_ends_with_the_same_numbers(cooled, folder, monkeypatch, share):
    case, undisturbed = cooled
    monkeypatch.setattr(checkpoint_writer, "SECONDS_BETWEEN_CHECKPOINTS", 0.0)
    output = folder / f"stopped-{share}.vtkhdf"

    def stop(progress):
        if progress.fraction > share:
            raise Stopped

    with pytest.raises(Stopped):
        run_case(case, output=output, progress=stop)
    assert not output.exists()
    told = []
    resumed = run_case(case, output=output, resume=True, progress=lambda p: told.append(p.fraction))
    assert min(told[2:]) > share
    for group in ("interior", "history", "racks", "coils", "hull", "balance", "kpis"):
        xr.testing.assert_identical(
            resumed.tree[group].to_dataset().drop_attrs(), undisturbed.tree[group].to_dataset().drop_attrs()
        )
    assert {p.name for p in folder.glob(f"stopped-{share}*")} == {output.name}


def test_a_lost_saved_field_is_told(cooled, folder, monkeypatch):
    case, _ = cooled
    monkeypatch.setattr(checkpoint_writer, "SECONDS_BETWEEN_CHECKPOINTS", 0.0)
    output = folder / "lost.vtkhdf"

    def stop(progress):
        if progress.fraction > 0.9:
            raise Stopped

    with pytest.raises(Stopped):
        run_case(case, output=output, progress=stop)
    (folder / "lost.vtkhdf.steps" / "000001").unlink()
    with pytest.raises(CaseError, match="no such file"):
        run_case(case, output=output, resume=True)
    assert list(run_case(case, output=output).tree["interior/time"].to_numpy()) == [4.0, 8.0, 9.0]


def test_without_an_interval_only_the_last_time_is_saved(folder):
    case = box_case(folder, RACK, DOOR, overrides=("solver.duration=2.5 s",))
    case = case.model_copy(update={"solver": case.solver.model_copy(update={"output_interval": None})})
    tree = run_case(case).tree
    assert list(tree["interior/time"].to_numpy()) == [2.5]
    assert tree["interior"].sizes["time"] == 1
    assert abs(float(tree["balance/imbalance"])) < 1e-6 * POWER


@pytest.mark.parametrize(
    ("duration", "interval", "saved", "window"),
    [
        (10.0, 2.5, [2.5, 5.0, 7.5, 10.0], 7.5),
        (1.0, 0.3, [0.3, 0.6, 0.9, 1.0], 0.9),
        (0.9, 0.3, [0.3, 0.6, 0.9], 0.6),
        (0.2, 0.3, [0.2], 0.0),
        (100.0, None, [100.0], 70.0),
        (20.0, None, [20.0], 0.0),
    ],
)
def test_stops(duration, interval, saved, window):
    schedule = Schedule(duration, interval, 30.0)
    time, stops = 0.0, []
    while time < duration:
        time = schedule.next_stop(time)
        stops.append(time)
    assert stops == pytest.approx(sorted({*saved, *({window} - {0.0})}))
    assert [s for s in stops if schedule.output_at(s)] == pytest.approx(saved)
    assert [schedule.output_at(s) for s in stops if schedule.output_at(s)] == list(range(1, len(saved) + 1))
    assert schedule.window_start == pytest.approx(window)
    assert stops[-1] == duration


def test_a_room_begins_at_what_its_cooling_units_supply():
    assert initial_temperature(load_case("box-room")) == pytest.approx(291.15)
    assert initial_temperature(load_case("natick2")) == load_case("natick2").site.seawater_temperature
