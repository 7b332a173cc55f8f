"""The hull's heat: series resistances, and no dependence on where the grid happens to lie."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest
from turned import Turned

from jamsu.geometry.cutcells import cut_cells
from jamsu.geometry.grid import Grid
from jamsu.geometry.shapes import Cylinder
from jamsu.geometry.smallcells import close_small_cells
from jamsu.solver.exchange.hull import Hull, HullLayout, update_wall
from jamsu.solver.exchange.outside_films import FilmProperties, hull_outside_film
from jamsu.solver.exchange.sea_film import sea_film_properties

GAS = FilmProperties(conductivity=0.026, viscosity=1.78e-5, density=1.16, heat_capacity=1041.0, expansion=1 / 293)
DIAMETER, LENGTH, GAS_TEMPERATURE = 2.0, 5.0, 12.0


def hull_of(shape, cells=20):
    """Patches of a vessel on one fixed grid of `cells` cells a diameter."""
    width = DIAMETER / cells
    edges = [width * np.arange(-n - 1, n + 2) for n in (28, 24, 13)]
    cut = close_small_cells(cut_cells(Grid(*edges), shape, closed_box=False), 0.25)
    touching = np.flatnonzero((cut.wall_area > 0).ravel())
    vector = cut.wall_vector.reshape(3, -1)[:, touching].T
    normal = vector / np.linalg.norm(vector, axis=1, keepdims=True)
    distance = np.full(touching.size, 0.5 * width)
    number = jnp.asarray(0.0)
    layout = HullLayout(
        cell=jnp.asarray(touching),
        area=jnp.asarray(cut.wall_area.ravel()[touching]),
        distance=jnp.asarray(distance),
        conduction=jnp.zeros(len(touching)),
        normal=jnp.asarray(normal),
        reach=jnp.asarray(distance),
        size=jnp.asarray(DIAMETER),
        height=jnp.asarray(DIAMETER),
        thickness=jnp.zeros(0),
        conductivity=jnp.zeros(0),
    )
    return Hull(
        layout=layout,
        resistance=jnp.asarray(2e-3),
        area_ratio=jnp.asarray(1.02),
        current=jnp.asarray(0.3),
        outside_temperature=number,
        film=number,
        gas=GAS,
        sea_temperature=jnp.asarray(283.15),
        salinity=jnp.asarray(35.0),
    )


def heat(hull):
    """Heat to the sea with the gas at one temperature, moving along the wall at 0.5 m/s, W."""
    wall = hull.initial_state()
    gas = jnp.full(hull.layout.area.shape, GAS_TEMPERATURE)
    along = jnp.stack([-hull.layout.normal[:, 1], hull.layout.normal[:, 0], jnp.zeros_like(gas)], 1)
    length = jnp.linalg.norm(along, axis=1, keepdims=True)
    flow = jnp.where(length > 0.1, 0.5 * along / jnp.where(length > 0.1, length, 1), jnp.array([0.5, 0.0, 0.0]))
    for _ in range(20):
        wall, conductance = update_wall(hull, wall, gas, flow)
    return float(jnp.sum(conductance * GAS_TEMPERATURE)), wall, conductance


def vessel(turn=0.0, shift=(0.0, 0.0, 0.0)):
    """The vessel turned about the vertical and shifted on the grid's scale."""
    body = Cylinder((-LENGTH / 2, 0.0, 0.0), (LENGTH / 2, 0.0, 0.0), DIAMETER / 2)
    c, s = np.cos(turn), np.sin(turn)
    return Turned(body, np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]]), np.asarray(shift))


def test_each_patch_is_a_series_of_resistances():
    hull = hull_of(vessel())
    _, wall, conductance = heat(hull)
    flux = conductance * GAS_TEMPERATURE / hull.layout.area
    np.testing.assert_allclose(flux, wall.film_inner * (GAS_TEMPERATURE - wall.inner), rtol=1e-6)
    np.testing.assert_allclose(flux, (wall.inner - wall.outer) / 2e-3, rtol=1e-6)
    np.testing.assert_allclose(flux, wall.film_outer * 1.02 * wall.outer, rtol=1e-6)


@pytest.mark.parametrize(
    ("turn", "shift"),
    [(0.0, (0.013, 0.031, 0.047)), (0.0, (0.04, 0.02, 0.07)), (0.2, (0, 0, 0)), (0.7, (0.01, 0.02, 0.03))],
)
def test_shifting_or_turning_the_vessel_on_its_grid_keeps_the_hulls_heat(turn, shift):
    reference = heat(hull_of(vessel()))[0]
    assert heat(hull_of(vessel(turn, shift)))[0] == pytest.approx(reference, rel=0.005)


def still_water(sea, salinity, **changes):
    """Patches of a lying hull in still water, sea in degC."""
    values = {
        "sea_temperature": jnp.asarray(sea + 273.15),
        "salinity": jnp.asarray(salinity),
        "current": jnp.asarray(0.0),
    }
    return replace(hull_of(vessel()), **(values | changes))


def settled(hull, gas_temperature, rounds):
    """The wall and the outer films of the last two of so many rounds."""
    wall, gas = hull.initial_state(), jnp.full(hull.layout.area.shape, gas_temperature)
    before = wall
    for _ in range(rounds):
        before = wall
        wall, _ = update_wall(hull, wall, gas, jnp.full((*gas.shape, 3), 0.3))
    return wall, np.asarray(before.film_outer), np.asarray(wall.film_outer)


@pytest.mark.parametrize(("sea", "salinity"), [(3.5, 0.0), (2.0, 7.0), (10.0, 35.0)])
def test_the_seas_film_is_that_of_its_own_temperature(sea, salinity):
    """Once settled, each patch's film is the correlation's at the wall that it leads to."""
    wall, _, film = settled(still_water(sea, salinity), GAS_TEMPERATURE, 40)
    rise = np.asarray(wall.outer, float)
    assert rise.min() > 0.1
    properties = sea_film_properties(sea + 273.15 + rise, sea + 273.15, salinity)
    expected = hull_outside_film("horizontal_cylinder", DIAMETER, rise, 0.0, 0.0, properties)
    np.testing.assert_allclose(film, expected, rtol=1e-4)


@pytest.mark.parametrize("gas_temperature", [16.0, 20.0, 30.0])
def test_films_settle_near_the_density_maximum(gas_temperature):
    """Where the film rises faster than the difference: without a mean with the film before it swings to its double."""
    _, before, film = settled(still_water(3.5, 0.0), gas_temperature, 60)
    np.testing.assert_allclose(film, before, rtol=0.01)
