"""The hull's heat: series resistances, and no dependence on where the grid happens to lie."""

import jax.numpy as jnp
import numpy as np
import pytest

from jamsu.geometry.cutcells import cut_cells
from jamsu.geometry.grid import Grid
from jamsu.geometry.shapes import Cylinder, Transformed
from jamsu.solver.films import FilmProperties
from jamsu.solver.hull import Hull, initial_wall, update_wall

GAS = FilmProperties(conductivity=0.026, viscosity=1.78e-5, density=1.16, heat_capacity=1041.0, expansion=1 / 293)
SEA = FilmProperties(conductivity=0.58, viscosity=1.4e-3, density=1026.0, heat_capacity=3993.0, expansion=1.6e-4)
DIAMETER, LENGTH, GAS_TEMPERATURE = 2.0, 5.0, 12.0


def hull_of(shape, cells=20):
    """Patches of a vessel on one fixed grid of `cells` cells a diameter."""
    width = DIAMETER / cells
    edges = [width * np.arange(-n - 1, n + 2) for n in (28, 24, 13)]
    cut = cut_cells(Grid(*edges), shape, closed_box=False).floor(0.25)
    touching = np.flatnonzero((cut.wall_area > 0).ravel())
    vector = cut.wall_vector.reshape(3, -1)[:, touching].T
    normal = vector / np.linalg.norm(vector, axis=1, keepdims=True)
    distance = np.full(touching.size, 0.5 * width)
    number = jnp.asarray(0.0)
    return Hull(
        cell=jnp.asarray(touching),
        area=jnp.asarray(cut.wall_area.ravel()[touching]),
        distance=jnp.asarray(distance),
        normal=jnp.asarray(normal),
        resistance=jnp.asarray(2e-3),
        area_ratio=jnp.asarray(1.02),
        size=jnp.asarray(DIAMETER),
        height=jnp.asarray(DIAMETER),
        current=jnp.asarray(0.3),
        outside_temperature=number,
        film=number,
        gas=GAS,
        sea=SEA,
    )


def heat(hull):
    """Heat to the sea with the gas at one temperature, moving along the wall at 0.5 m/s, W."""
    wall = initial_wall(hull)
    gas = jnp.full(hull.area.shape, GAS_TEMPERATURE)
    along = jnp.stack([-hull.normal[:, 1], hull.normal[:, 0], jnp.zeros_like(gas)], 1)
    length = jnp.linalg.norm(along, axis=1, keepdims=True)
    flow = jnp.where(length > 0.1, 0.5 * along / jnp.where(length > 0.1, length, 1), jnp.array([0.5, 0.0, 0.0]))
    for _ in range(20):
        wall, conductance = update_wall(hull, wall, gas, flow)
    return float(jnp.sum(conductance * GAS_TEMPERATURE)), wall, conductance


def vessel(turn=0.0, shift=(0.0, 0.0, 0.0)):
    """The vessel turned about the vertical and shifted on the grid's scale."""
    body = Cylinder((-LENGTH / 2, 0.0, 0.0), (LENGTH / 2, 0.0, 0.0), DIAMETER / 2)
    c, s = np.cos(turn), np.sin(turn)
    return Transformed(body, np.array([[c, -s, 0.0], [s, c, 0.0], [0.0, 0.0, 1.0]]), np.asarray(shift))


def test_each_patch_is_a_series_of_resistances():
    hull = hull_of(vessel())
    _, wall, conductance = heat(hull)
    flux = conductance * GAS_TEMPERATURE / hull.area
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
