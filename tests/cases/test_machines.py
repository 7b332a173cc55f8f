"""Machines other than a rack with a given flow: fan curves, passive coils, fans, panels, cooling units, blocks."""

from pathlib import Path

import jax.numpy as jnp
import numpy as np
import pytest

from jamsu.cases import load_case
from jamsu.cases.errors import CaseError
from jamsu.cases.reading.loader import case_from_text
from jamsu.cases.run.levels import make_level
from jamsu.cases.run.runner import run_case
from jamsu.solver.exchange.gas_films import gas_natural_film
from jamsu.solver.exchange.surface_films import film_conductance, with_films
from jamsu.solver.flow.losses import perforation_loss

SMALL = Path(__file__).parents[1] / "small.toml"
ROOM = """
[vessel]
shape = "box"
size = "3.0, 2.4, 2.0 m"
fluid = "air"
outside = "adiabatic"

[racks.A]
position = "1.4, 0.8, 0.0 m"
size = "0.6, 0.8, 1.2 m"
front = "-x"
height_units = 6
servers = [{ units = [1, 2], power = "1 kW" }, { units = [5, 6], power = "2 kW" }]
airflow = { law = "per_power", flow_per_power = "0.08 m3/s/kW" }

[coolers.unit]
position = "0.0, 0.8, 0.0 m"
size = "0.4, 0.8, 1.2 m"
outlet = { face = "+x", lower = "1.0, 0.2 m", upper = "1.4, 0.6 m" }
intake = { face = "+z", lower = "0.0, 0.8 m", upper = "0.4, 1.6 m" }
supply_temperature = "18 degC"
flow = "0.25 m3/s"
fan_power = "100 W"

[blocks.heater]
position = "2.4, 0.2, 0.0 m"
size = "0.4, 0.4, 0.6 m"
material = "steel"
power = "150 W"

[fans.mixer]
position = "0.8, 1.8, 1.4 m"
size = "0, 0.4, 0.4 m"
direction = "+x"
flow = "0.1 m3/s"
fan_power = "20 W"

[solver]
resolution = "200 mm"
precision = "float64"
averaging_time = "60 s"
max_time = "400 s"
"""


@pytest.fixture(scope="module")
def room():
    return run_case(case_from_text(ROOM, name="room"), quality="default")


def test_a_cooling_unit_takes_all_heat_of_a_room(room):
    balance = room.summary["balance"]
    given = 3000 + 150 + 100 + 20
    assert balance["it_power"] + balance["fan_power"] == pytest.approx(given)
    assert balance["coil_heat"] == pytest.approx(given, rel=0.005)
    assert abs(balance["imbalance"]) < 1e-6 * given
    unit = room.summary["coils"]["unit"]
    assert unit["gas_outlet_temperature"] == pytest.approx(18.0)
    assert unit["gas_inlet_temperature"] > 18


def test_a_room_on_land_has_no_figures_of_hull_and_sea(room):
    absent = {"hull_share", "hull_share_spread", "seawater_rise", "seawater_rise_spread", "wake_rise"}
    assert not absent & set(room.summary["kpis"])
    assert not absent & set(room.tree["kpis"].data_vars)
    assert room.summary["sinks"] == {"coils": [], "coolers": ["unit"], "outside": "adiabatic", "liquid": False}


def test_gas_flows_only_through_filled_units(room):
    rack = room.tree["racks"].sel(rack="A")
    flow = rack["flow"].values
    np.testing.assert_allclose(flow, [0.04, 0.04, 0, 0, 0.08, 0.08], atol=1e-9)
    assert np.isnan(rack["inlet_temperature"].values[2:4]).all()
    speed = room.tree["interior"]["velocity_x"].sel(x=1.7, y=1.1, method="nearest").squeeze()
    assert float(abs(speed.sel(z=0.5, method="nearest"))) < 1e-12  # units 3 and 4 are blank
    assert float(speed.sel(z=0.9, method="nearest")) == pytest.approx(0.08 / (0.8 * 0.2), rel=0.01)


def test_a_heated_block_is_warmer_than_the_room(room):
    inside = room.tree["interior"]["temperature"].sel(x=2.6, y=0.4, z=0.3, method="nearest")
    assert float(inside.squeeze()) > room.summary["racks"]["A"]["inlet_temperature"] + 2


@pytest.mark.slow
def test_a_fan_curve_meets_the_pressure_of_its_surroundings():
    curve = 'racks.A.airflow={ law = "fan_curve", flows = "0, 0.5, 1.0 m3/s", pressures = "20, 15, 0 Pa" }'
    free = run_case(load_case(SMALL, (curve,)))
    throttled = run_case(load_case(SMALL, (curve, "coils.a.gas_loss_coefficient=60")))
    flow, less = (r.summary["racks"]["A"]["flow"] for r in (free, throttled))
    assert 0.2 < less < flow < 1.0
    # The door's loss K rho u^2 / 2 is what the throttled rack's fans work against, beside the room's resistance.
    density = 101325 / (296.8 * 293.15)
    door = 60 * density * (less / (0.6 * 1.2)) ** 2 / 2
    pressure = float(np.interp(less, [0, 0.5, 1.0], [20, 15, 0]))
    assert pressure == pytest.approx(door, abs=1.5)


@pytest.mark.slow
def test_a_passive_coil_lets_gas_through_and_cools_it():
    text = (
        SMALL.read_text()
        + """
[coils.extra]
position = "1.8, -0.5, -0.6 m"
size = "0.4, 0.2, 1.2 m"
front = "+y"
gas_loss_coefficient = 4
ua = "200 W/K"
water_flow = "0.2 kg/s"
"""
    )
    solved = run_case(case_from_text(text, name="passive"))
    coil = solved.summary["coils"]["extra"]
    assert 0 < coil["duty"] < 4000
    assert 0 < coil["effectiveness"] < 1
    assert abs(solved.summary["balance"]["imbalance"]) < 1e-6 * 24e3


def test_a_perforated_plate_loses_what_its_jets_lose():
    # Borda-Carnot behind contracted jets, K = (1/(f C) - 1)^2, sharp-edged contraction C = 0.611 + 0.389 f^3.
    for share in (0.1, 0.3, 0.5):
        jets = (1 / (share * (0.611 + 0.389 * share**3)) - 1) ** 2
        assert perforation_loss(share) == pytest.approx(jets, rel=0.1)
    assert perforation_loss(0.999) < 0.01


def test_a_closed_panel_passes_heat_through_a_film_on_either_side():
    panel = """
[panels.middle]
position = "1.9, -1.0, -1.0 m"
size = "0, 2.0, 2.0 m"
"""
    level = make_level(case_from_text(SMALL.read_text() + panel, name="panel"), 1.0, None, True)
    heat, films = level.module.model.heat, level.module.films
    edges = np.asarray(level.geometry.grid.x_edge)
    face = int(np.argmin(np.abs(edges - 1.9)))
    warm = np.where(np.asarray(level.geometry.grid.centres(0)) < 1.9, 20.0, 0.0)[:, None, None]
    temperature = jnp.asarray(np.broadcast_to(warm, heat.capacity.shape).ravel(), jnp.float32)
    still = (jnp.zeros_like(temperature),) * 3
    conductance = with_films(
        heat.conductance, films, film_conductance(films, level.module.gas, temperature, still, None)
    )
    film = float(gas_natural_film(level.module.gas, 10.0))  # half of the difference on either side
    assert 1.0 < film < 3.0
    # Two films on the cross-section of the cylinder, 2 m across, less the slivers at its rim.
    assert float(conductance[0][face].sum()) == pytest.approx(film / 2 * np.pi, rel=0.02)
    assert not np.any(heat.turbulent_link[0][face])
    assert np.any(heat.turbulent_link[0][face + 1])


def test_machines_that_blow_into_a_closed_space_are_refused():
    text = (
        SMALL.read_text()
        + """
[fans.through]
position = "1.9, -0.2, 0.7 m"
size = "0, 0.4, 0.2 m"
direction = "+x"
flow = "0.2 m3/s"

[panels.left]
position = "1.9, -1.0, -1.0 m"
size = "0, 2.0, 1.7 m"

[panels.right]
position = "1.9, -1.0, 0.7 m"
size = "0, 0.8, 0.3 m"

[panels.over]
position = "1.9, 0.2, 0.7 m"
size = "0, 0.8, 0.3 m"

[panels.top]
position = "1.9, -0.2, 0.9 m"
size = "0, 0.4, 0.1 m"
"""
    )
    with pytest.raises(CaseError, match=r"fans\.through.*way back"):
        make_level(case_from_text(text, name="closed"), 1.0, None, True)


def test_objects_too_close_for_a_cell_are_refused_by_name():
    case = load_case(SMALL, ("racks.B.position=1.005, -0.5, -0.6 m", "solver.merge_faces=0"))
    with pytest.raises(CaseError, match=r"coils\.a.*racks\.B"):
        make_level(case, 1.0, None, True)
