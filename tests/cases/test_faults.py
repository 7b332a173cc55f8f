"""Whole runs of cases that were wrong when found by use, 2026, against right values by hand.

Each case stands in `tests/cases/faults/` with what it showed.
"""

from functools import cache
from pathlib import Path

import numpy as np
import pytest
import scipy.sparse
import scipy.sparse.linalg

from jamsu.cases import load_case
from jamsu.cases.errors import CaseError
from jamsu.cases.run.levels import first_state, make_level
from jamsu.cases.run.runner import run_case
from jamsu.materials import get_fluid, get_solid, seawater
from jamsu.solver.march.steady import STEPS_A_ROUND, begin, march_round

FAULTS = Path(__file__).parent / "faults"
WATER_HEAT = float(seawater.heat_capacity(283.15, 35.0))  # J/kg/K


def run(name, *changes, quality="coarse"):
    return _solved(name, changes, quality)


@cache
def _solved(name, changes, quality):
    return run_case(load_case(FAULTS / f"{name}.toml", changes), quality=quality)


def gas_temperatures(solved):
    interior = solved.tree["interior"]
    return interior["temperature"].values[interior["open_fraction"].values > 0]


# --- no gas colder than all that could cool it ---


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "quality", "sink"),
    [("cylinder", "default", 10.0), ("passive_coil", "coarse", 10.0), ("unit_and_liquid", "coarse", 18.0)],
)
def test_no_gas_is_colder_than_the_only_sink(name, quality, sink):
    """The sea, a coil's water, a cooling unit's supply; it was colder by 4.8, 10.2 and 1.3 K."""
    solved = run(name, quality=quality)
    assert solved.summary["status"] == "converged"
    coldest = np.nanmin(gas_temperatures(solved))
    assert sink - 0.01 <= coldest < sink + 10


# --- coils ---


@pytest.mark.slow
def test_heat_pipes_in_series_pass_the_water_on():
    """The second takes in what the first discharges, 10 degC + duty / (0.3 kg/s cp); neither stream of either passes
    the other; all heat is in the water."""
    solved = run("condensers_in_series")
    one, two = (solved.summary["coils"][name] for name in ("one", "two"))
    assert one["water_inlet_temperature"] == pytest.approx(10.0, abs=1e-4)
    assert two["water_inlet_temperature"] == pytest.approx(one["water_outlet_temperature"], abs=0.01)
    assert one["water_outlet_temperature"] == pytest.approx(10.0 + one["duty"] / (0.3 * WATER_HEAT), abs=0.01)
    assert two["water_inlet_temperature"] > 15  # some 8 kW or more have entered it
    for coil in (one, two):
        assert coil["water_inlet_temperature"] < coil["gas_outlet_temperature"] < coil["gas_inlet_temperature"]
        assert coil["water_inlet_temperature"] < coil["water_outlet_temperature"] < coil["gas_inlet_temperature"]
    total = one["duty"] + two["duty"]
    assert total == pytest.approx(20e3, rel=0.003)
    assert two["water_outlet_temperature"] == pytest.approx(10.0 + total / (0.3 * WATER_HEAT), abs=0.02)


@pytest.mark.slow
def test_a_free_coil_named_the_wrong_way_round_is_the_same_coil():
    """Gas enters where it comes from: warmer than it leaves, the same duty and effectiveness.

    eps = duty / (C_min (T_gas,in - T_water,in)), C_min the gas's: 1 - (gas out - water in) / (gas in - water in).
    """
    named, reverse = (run("passive_coil", *changes) for changes in ((), ("coils.free.front=-z",)))
    for solved in (named, reverse):
        coil = solved.summary["coils"]["free"]
        assert coil["gas_inlet_temperature"] > coil["gas_outlet_temperature"] + 1
        above = coil["gas_outlet_temperature"] - 10.0, coil["gas_inlet_temperature"] - 10.0
        assert coil["effectiveness"] == pytest.approx(1 - above[0] / above[1], abs=0.02)
        assert coil["duty"] == pytest.approx(2000.0, rel=0.003)
        assert coil["gas_flow"] == pytest.approx(_downward_flow(solved), rel=0.01)
    for key, value in named.summary["coils"]["free"].items():
        assert reverse.summary["coils"]["free"][key] == pytest.approx(value, rel=1e-3, abs=0.05), key


def _downward_flow(solved):
    """Volume flow down through the free coil, m3/s, from the velocities in it."""
    inside = {"x": slice(0.2, 0.8), "y": slice(0.2, 1.4)}
    interior = solved.tree["interior"].to_dataset().isel(time=0)
    speed = -interior["velocity_z"].sel(z=1.5, method="nearest").sel(inside)
    return float(speed.mean()) * 0.6 * 1.2  # cells of one size


@pytest.mark.slow
def test_the_seawaters_rise_counts_what_enters_it():
    """10 kW / (0.5 kg/s * 3990 J/kg/K) = 5.01 K; the cooling unit's 10 kW enter other water."""
    solved = run("unit_and_liquid")
    assert solved.summary["balance"]["coil_heat"] == pytest.approx(10e3, rel=0.005)
    assert solved.summary["kpis"]["seawater_rise"] == pytest.approx(5.01, abs=0.01)


# --- blocks ---


@pytest.mark.slow
def test_a_block_is_steady_by_its_own_measure():
    """Its temperature is that of a run 300 times as strict, within 0.2 K, and what it stores is worth less than 0.1 K.

    Averaged over 40 s: the still gas around the block needs that to settle.
    """
    usual, strict = (
        run("block_beside_rack", "solver.averaging_time=40 s", *changes)
        for changes in ((), ("solver.tolerance=1e-5", "solver.max_time=1 h"))
    )
    for solved in (usual, strict, run("block_beside_rack")):
        assert solved.summary["status"] == "converged"
        block = solved.summary["blocks"]["transformer"]
        assert abs(block["stored_heat"]) < 0.1 * block["conductance"]
    found, right = (solved.summary["blocks"]["transformer"]["temperature"] for solved in (usual, strict))
    assert found == pytest.approx(right, abs=0.2)


def conduction_in_the_block(outside):
    """Mean temperature of 1.6 by 1.2 by 0.3 m of steel that 1 kW warms evenly, degC; heat through its floor, W;
    and the mean flux through the floor 0.2 m and more away from the walls, W/m2.

    Finite volumes; five sides at `outside` W/m2/K to 15 degC, the top insulated: what the gas takes there, some watts
    at its few W/m2/K, is left out.
    """
    size, shape = (1.6, 1.2, 0.3), (32, 24, 12)
    conductivity = float(get_solid("steel").conductivity)
    width = [length / n for length, n in zip(size, shape, strict=True)]
    matrix = scipy.sparse.csr_matrix((np.prod(shape), np.prod(shape)))
    floor = np.zeros(shape)
    for axis in range(3):
        n, area = shape[axis], np.prod(width) / width[axis]
        link = conductivity * area / width[axis]
        film = area / (1 / outside + width[axis] / (2 * conductivity))
        ends = (film, 0.0 if axis == 2 else film)
        line = scipy.sparse.diags([-link * np.ones(n - 1), 2 * link * np.ones(n), -link * np.ones(n - 1)], (-1, 0, 1))
        line = line.tolil()
        line[0, 0], line[n - 1, n - 1] = link + ends[0], link + ends[1]
        parts = [line if a == axis else scipy.sparse.identity(shape[a]) for a in range(3)]
        matrix = matrix + scipy.sparse.kron(scipy.sparse.kron(parts[0], parts[1]), parts[2], format="csr")
        if axis == 2:
            floor[:, :, 0] = film
    rise = scipy.sparse.linalg.spsolve(matrix.tocsc(), np.full(np.prod(shape), 1000.0 / np.prod(shape)))
    through = floor * rise.reshape(shape)
    middle = through[4:28, 4:20, 0] / (width[0] * width[1])
    return 15.0 + rise.mean(), float(through.sum()), float(middle.mean())


@pytest.mark.slow
def test_a_block_on_the_floor_conducts_to_the_hull():
    """By hand: a film of 500 W/m2/K and 10 mm of steel, 454 W/m2/K in series, and a third of the way through the block,
    0.3 m / (3 k), bring 1 kW through 1.92 m2 of floor with 1.15 + 1.0 K: 17.2 degC in the mean; four strips of wall of
    0.3 m take some of it. By conduction in three dimensions 16.26 degC, and 593 W leave through the floor. It was
    241 degC.
    """
    outside = 1 / (1 / 500 + 0.01 / float(get_solid("steel").conductivity))
    mean, through_floor, flux = conduction_in_the_block(outside)
    assert 15.5 < mean < 17.2
    assert through_floor > 500
    solved = run("block_on_floor")
    assert solved.summary["status"] == "converged"
    assert solved.summary["blocks"]["supply"]["temperature"] == pytest.approx(mean, abs=0.2)
    hull = solved.tree["hull"]
    height, heat = hull["position"].values[:, 2], (hull["area"] * hull["heat_flux"]).values
    assert heat[height < 0.3].sum() == pytest.approx(1000.0, rel=0.01)  # the block's own wall, not the gas's
    # Cells at the edges face two walls at once; those of the floor's middle tell its flux.
    middle, area = height < 1e-6, hull["area"].values
    assert area[middle].sum() == pytest.approx(1.2 * 0.8, rel=1e-4)
    assert heat[middle].sum() / area[middle].sum() == pytest.approx(flux, rel=0.1)


# --- height units and fans ---


@pytest.mark.slow
@pytest.mark.parametrize("quality", ["coarse", "default"])
def test_the_outlet_of_a_unit_is_its_inlet_its_heat_and_its_flow(quality):
    """3 kW in unit 12 of 24, 0.025 m3/s of nitrogen of 12 degC: 1.197 kg/m3 * 1041 J/kg/K * 0.025 m3/s = 31.2 W/K,
    96.3 K: 108.5 degC. Unit 11, in the same row of cells, is dead."""
    solved = run("one_hot_unit", quality=quality)
    rack = solved.tree["racks"].sel(rack="hot")
    inlet, outlet, flow = (rack[key].values for key in ("inlet_temperature", "outlet_temperature", "flow"))
    nitrogen = get_fluid("nitrogen")
    capacity = float(nitrogen.density(285.15, 101325.0) * nitrogen.heat_capacity(285.15, 101325.0))
    np.testing.assert_allclose(flow, 0.025, rtol=1e-5)
    assert outlet[11] == pytest.approx(108.5, abs=0.3)
    assert outlet[11] - inlet[11] == pytest.approx(3000.0 / (capacity * 0.025), abs=0.5)
    dead = np.arange(24) != 11
    np.testing.assert_allclose(outlet[dead], inlet[dead], atol=0.1)
    # The same heat in the field, in the table and in the balance.
    edges = [np.diff(solved.tree["interior"][f"{axis}_edge"].values) for axis in "zyx"]
    volume = edges[0][:, None, None] * edges[1][:, None] * edges[2]
    assert np.sum(solved.tree["interior"]["power_density"].values[0] * volume) == pytest.approx(3000.0, rel=1e-5)
    gas = solved.tree["racks"].attrs["gas_heat_capacity"]
    assert gas == pytest.approx(capacity, rel=0.005)
    balance = solved.summary["balance"]
    assert np.sum(gas * flow * (outlet - inlet)) == pytest.approx(3000.0 - balance["stored_heat"], abs=25.0)
    assert balance["it_power"] == pytest.approx(3000.0)
    assert balance["coil_heat"] + balance["stored_heat"] == pytest.approx(3000.0, abs=0.1)


@pytest.mark.slow
def test_fans_of_a_half_filled_rack_blow_through_half_its_door():
    """100 - 80 Q = 100 rho / (2 A^2) Q^2 with rho = 1.195 kg/m3 (12.6 degC) and half the face, A = 0.36 m2, in
    m3/s: Q = 0.387; the room's own resistance takes little. With the whole face it would be 0.624."""
    solved = run("half_filled_rack")
    gas = gas_temperatures(solved)
    density = 101325 / (296.8 * (np.nanmedian(gas) + 273.15))
    flows = []
    for area in (0.36, 0.72):
        loss = 100 * density / (2 * area**2)
        # 100 Pa falls to 60 at 0.5 m3/s, and from there to 0 at 1 m3/s.
        curve = [(100.0, -80.0)] if area == 0.36 else [(120.0, -120.0)]
        start, slope = curve[0]
        flows.append((slope + np.sqrt(slope**2 + 4 * loss * start)) / (2 * loss))
    assert flows[0] == pytest.approx(0.386, abs=0.002)
    assert flows[1] == pytest.approx(0.624, abs=0.006)
    assert solved.summary["racks"]["half"]["flow"] == pytest.approx(flows[0], rel=0.02)


# --- no sink; a stiff sink; no outlet for the pressure ---


@pytest.mark.slow
def test_a_run_in_time_without_any_sink_ends():
    """20 W for 60 s into 0.5236 m3 of air at 1212 J/m3/K (cells of cut spheres hold a little less or more): 1.9 K."""
    solved = run("fan_in_a_sphere")
    assert solved.summary["status"] == "finished"
    assert np.isnan(solved.summary["kpis"]["hull_share"])
    assert solved.summary["balance"]["stored_heat"] == pytest.approx(20.0, abs=0.01)
    interior = solved.tree["interior"]
    edges = [np.diff(interior[f"{axis}_edge"].values) for axis in "zyx"]
    volume = edges[0][:, None, None] * edges[1][:, None] * edges[2] * interior["open_fraction"].values[-1]
    last = interior["temperature"].values[-1]
    mean = np.nansum(last * volume) / np.sum(volume[np.isfinite(last)])
    assert mean == pytest.approx(10.0 + 20 * 60 / (0.5236 * 1212), rel=0.02)


@pytest.mark.slow
def test_a_stiff_film_outside_neither_stalls_nor_lies():
    """1e6 W/m2/K: 400 W through 3.84 m2 of 5 mm steel leave the outside at 15 degC and the inside 0.01 K above it in
    the mean, at most 0.1 K at 1 kW/m2. A film of 1e8 is refused: nothing is as good."""
    solved = run("stiff_film")
    assert solved.summary["status"] == "converged"
    balance = solved.summary["balance"]
    assert balance["hull_heat"] == pytest.approx(400.0, rel=0.004)
    assert abs(balance["imbalance"]) < 0.01
    hull = solved.tree["hull"]
    area, flux = hull["area"].values, hull["heat_flux"].values
    assert area.sum() == pytest.approx(6 * 0.8**2, rel=1e-4)
    np.testing.assert_allclose(hull["outer_temperature"], 15.0 + flux / 1e6, atol=2e-4)
    steel = float(get_solid("steel").conductivity)
    np.testing.assert_allclose(hull["inner_temperature"], 15.0 + flux * (1e-6 + 0.005 / steel), atol=2e-3)
    assert np.sum(area * flux) == pytest.approx(balance["hull_heat"], rel=1e-5)
    with pytest.raises(CaseError, match="film_coefficient"):
        load_case(FAULTS / "stiff_film.toml", ("vessel.film_coefficient=1e8 W/m2/K",))


@pytest.mark.slow
@pytest.mark.parametrize("name", ["one_hot_unit", "cylinder"])
def test_the_pressure_of_a_sealed_vessel_does_not_drift(name):
    """The pressure is known up to a constant: over 20,000 steps in single precision its mean stays where it was, in
    units of what the flow makes of it."""
    level = make_level(load_case(FAULTS / f"{name}.toml"), 2.0, None, True)
    march = begin(level.module, first_state(level), level.criteria)
    assert march.state.flow.pressure.dtype == np.float32
    obstacles = level.module.model.mesh.obstacles
    volume = np.asarray(level.module.model.mesh.volume, float) * np.asarray(obstacles.driven_cell, float)
    weight = volume / volume.sum()
    means, spreads = [], []
    for _ in range(20000 // STEPS_A_ROUND):
        march_round(level.module, march, level.criteria, level.turnover)
        pressure = np.asarray(march.state.flow.pressure, float)
        means.append(np.sum(weight * pressure))
        spreads.append(np.sqrt(np.sum(weight * (pressure - means[-1]) ** 2)))
    settled = len(means) // 4
    first, last = np.mean(means[settled : 2 * settled]), np.mean(means[-settled:])
    assert np.mean(spreads[settled:]) > 0.05  # it has something to be compared with
    assert abs(last - first) < 1e-3 * np.mean(spreads[settled:])
