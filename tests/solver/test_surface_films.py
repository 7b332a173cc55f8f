"""Films on blocks and closed panels against the gas's film, face by face.

By hand, air at 293 K and a difference of 10 K: g beta dT / (nu alpha) = 9.80665 / 293.15 * 10 / (1.5116e-5 * 2.1218e-5)
= 1.0430e9 per m3, its cube root 1014.1 per m; C = 0.387^2 / [1 + (0.492/0.7124)^(9/16)]^(16/27) = 0.1053; so still
gas at a vertical wall has 0.1053 * 0.0257 * 1014.1 = 2.744 W/m2/K. Walton's tilt: 7.238 / 6.238 = 1.1603 of it where
the layer is unstable, 1.382 / 2.382 = 0.5802 where it is stable.
"""

import jax.numpy as jnp
import numpy as np
import pytest
from scipy.optimize import brentq

from jamsu.solver.exchange.gas_films import gas_film
from jamsu.solver.exchange.outside_films import FilmProperties
from jamsu.solver.exchange.surface_films import SurfaceFilms, film_conductance, with_films

AIR = FilmProperties(0.0257, 1.82e-5, 1.204, 1006.0, 1 / 293.15)
AREA = 0.04  # m2
VERTICAL = 2.744  # W/m2/K at 10 K
UNSTABLE, STABLE = 1.1603, 0.5802


def face(solid=None, resistance=0.0, axis=0, distance=1.0):
    """One face between cells 0 and 1, `solid` the side of a block (None: a panel in gas), half of it `resistance`.

    Farther away than 0.1 m, the gas's conduction to the face is nothing beside its film.
    """
    gas = np.ones((2, 1))
    halves = np.zeros((2, 1))
    if solid is not None:
        gas[solid], halves[solid] = 0.0, resistance
    return SurfaceFilms(
        face=jnp.array([3]),
        cell=jnp.array([[0], [1]]),
        area=jnp.array([AREA]),
        resistance=jnp.asarray(halves),
        gas=jnp.asarray(gas),
        distance=jnp.full((2, 1), distance),
        axis=jnp.asarray(np.eye(3)[axis][:, None]),
    )


def conductance(films, low, high, velocity=(0.0, 0.0, 0.0), turbulent_energy=None):
    """W/K, with the same velocity in both cells, m/s."""
    temperature = jnp.array([low, high], float)
    speeds = tuple(jnp.full(2, float(v)) for v in velocity)
    energy = None if turbulent_energy is None else jnp.full(2, turbulent_energy)
    return float(film_conductance(films, AIR, temperature, speeds, energy)[0])


def test_still_gas_at_a_vertical_block_by_hand():
    assert conductance(face(solid=1), 10.0, 0.0) == pytest.approx(AREA * VERTICAL, rel=1e-3)


@pytest.mark.parametrize("solid", [0, 1])
@pytest.mark.parametrize("resistance", [1e-3, 0.1, 2.0])
@pytest.mark.parametrize("difference", [-40.0, 0.5, 10.0])
@pytest.mark.parametrize("speed", [1e-6, 1.0])
def test_a_film_lies_in_series_with_half_a_cell_of_the_block(solid, resistance, difference, speed):
    """The surface's temperature is where film and solid pass the same heat: found by bisection, not by turns."""
    films = face(solid=solid, resistance=resistance, distance=0.05)

    def film(drop):
        return float(gas_film(AIR, speed, 0.05, drop, 0.0))

    def excess(share):
        return film(share * difference) * share - (1 - share) / resistance

    share = brentq(excess, 1e-9, 1 - 1e-12, xtol=1e-12)
    expected = AREA / (1 / film(share * difference) + resistance)
    temperatures = (0.0, difference) if solid == 0 else (difference, 0.0)
    assert conductance(films, *temperatures, velocity=(0.0, speed, 0.0)) == pytest.approx(expected, rel=2e-3)


@pytest.mark.parametrize("difference", [0.1, 1.0, 80.0])
def test_a_film_grows_with_the_cube_root_of_its_own_difference(difference):
    """It used to be that of 10 K: 2.15 times too much at 1 K, half of what it is at 80 K."""
    found = conductance(face(solid=1), difference, 0.0)
    assert found == pytest.approx(AREA * VERTICAL * (difference / 10) ** (1 / 3), rel=2e-3)


@pytest.mark.parametrize("difference", [2.0, 20.0])
def test_a_panel_has_a_film_on_either_side(difference):
    """Each at half the difference, in series: half of one film."""
    film = VERTICAL * (difference / 2 / 10) ** (1 / 3)
    for low, high in ((difference, 0.0), (0.0, difference)):
        assert conductance(face(), low, high) == pytest.approx(AREA * film / 2, rel=2e-3)


def test_a_film_knows_the_flow_along_it():
    """1 and 3 m/s past a block, 50 mm away; gas that blows at it, across the face, is no flow along it."""
    films = face(solid=1, distance=0.05)
    still = conductance(films, 10.0, 0.0)
    for speed in (1.0, 3.0):
        expected = AREA * float(gas_film(AIR, speed, 0.05, 10.0))
        assert conductance(films, 10.0, 0.0, velocity=(0.0, 0.0, -speed)) == pytest.approx(expected, rel=1e-5)
        aslant = (7.0, 0.6 * speed, 0.8 * speed)
        assert conductance(films, 10.0, 0.0, velocity=aslant) == pytest.approx(expected, rel=1e-5)
        assert expected > 1.2 * still
    assert conductance(films, 10.0, 0.0, velocity=(3.0, 0.0, 0.0)) == pytest.approx(still, rel=1e-5)


def test_a_film_knows_the_turbulence_beside_it():
    films = face(solid=1, distance=0.05)
    expected = AREA * float(gas_film(AIR, 1.0, 0.05, 10.0, turbulent_energy=0.2))
    found = conductance(films, 10.0, 0.0, velocity=(0.0, 1.0, 0.0), turbulent_energy=0.2)
    assert found == pytest.approx(expected, rel=1e-5)
    assert found > 1.2 * conductance(films, 10.0, 0.0, velocity=(0.0, 1.0, 0.0))


@pytest.mark.parametrize(
    ("solid", "block", "factor"),
    [
        (0, +10.0, UNSTABLE),  # warm top: the gas on it rises
        (0, -10.0, STABLE),  # cold top: cold gas lies on it
        (1, +10.0, STABLE),  # warm bottom: warm gas stays under it
        (1, -10.0, UNSTABLE),  # cold bottom: the gas under it falls
    ],
)
def test_tops_and_bottoms_of_hot_and_cold_blocks(solid, block, factor):
    temperatures = (block, 0.0) if solid == 0 else (0.0, block)
    found = conductance(face(solid=solid, axis=2), *temperatures)
    assert found == pytest.approx(AREA * VERTICAL * factor, rel=1e-3)


@pytest.mark.parametrize(("low", "factor"), [(10.0, UNSTABLE), (-10.0, STABLE)])
def test_a_level_panel_over_warm_and_over_cold_gas(low, factor):
    """Warm gas below: both its layers turn over; warm gas above: neither does."""
    film = factor * VERTICAL * 0.5 ** (1 / 3)
    assert conductance(face(axis=2), low, 0.0) == pytest.approx(AREA * film / 2, rel=2e-3)


def test_films_take_the_place_of_their_own_faces_only():
    given = (jnp.full((3, 1, 1), 5.0), jnp.full((2, 2, 1), 6.0), jnp.full((2, 1, 2), 7.0))
    x, y, z = with_films(given, face(solid=1), jnp.array([0.5]))  # face 3 is the first of the y-faces
    np.testing.assert_array_equal(x, given[0])
    np.testing.assert_array_equal(np.asarray(y).ravel(), [0.5, 6.0, 6.0, 6.0])
    np.testing.assert_array_equal(z, given[2])
