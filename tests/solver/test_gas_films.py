"""The hull's inside film: law of the wall, limits, blending, messages, gradients."""

import json
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jamsu.solver.exchange import gas_films
from jamsu.solver.exchange.outside_films import FilmProperties, natural_vertical_plate
from jamsu.solver.turbulence.wall_law import kader_temperature, wall_distance_units

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "heat_transfer.json").read_text())
AIR = FilmProperties(0.0257, 1.82e-5, 1.204, 1006.0, 1 / 293.15)


def test_law_of_the_wall():
    wall = REFERENCE["wall_law"]
    y_plus, u_plus = np.array(wall["y_plus"], float), np.array(wall["spalding"])
    np.testing.assert_allclose(wall_distance_units(y_plus * u_plus, 1.0, 1.0), y_plus, rtol=1e-9)
    np.testing.assert_allclose(kader_temperature(y_plus, 0.71), wall["kader_0.71"], rtol=1e-9)
    np.testing.assert_allclose(kader_temperature(y_plus, 7.0), wall["kader_7"], rtol=1e-9)
    single = wall_distance_units(jnp.asarray(y_plus * u_plus, jnp.float32), 1.0, 1.0)
    assert single.dtype == jnp.float32
    np.testing.assert_allclose(single, y_plus, rtol=1e-5)
    slope = jax.grad(wall_distance_units)(1e4, 1.0, 1.0)
    rise = wall_distance_units(1e4 + 1.0, 1.0, 1.0) - wall_distance_units(1e4 - 1.0, 1.0, 1.0)
    assert float(slope) == pytest.approx(float(rise) / 2, rel=1e-7)


def test_forced_gas_film_ends_in_conduction():
    distance = np.array([1e-5, 1e-3, 0.05])
    np.testing.assert_allclose(gas_films.gas_forced_film(AIR, 0.0, distance), 0.0257 / distance, rtol=1e-6)
    assert float(gas_films.gas_forced_film(AIR, 1.0, 1e-5)) == pytest.approx(0.0257 / 1e-5, rel=1e-3)


def test_forced_gas_film_is_near_the_reynolds_analogy():
    """A plate's turbulent Nu_x = 0.0296 Re^0.8 Pr^(1/3) (Incropera 7.36), from a point of its log layer."""
    x, speed = 2.0, 3.0
    reynolds = speed * x / AIR.kinematic_viscosity
    plate = 0.0296 * reynolds**0.8 * AIR.prandtl ** (1 / 3) * AIR.conductivity / x
    friction_velocity = speed * np.sqrt(0.0592 / 2 * reynolds**-0.2)
    y_plus = 100.0
    local_speed = friction_velocity * REFERENCE["wall_law"]["spalding"][5]
    distance = y_plus * AIR.kinematic_viscosity / friction_velocity
    # The bulk is further out than the point: its film is smaller by Theta+ there over Theta+ of the edge.
    edge = kader_temperature(0.37 * x * reynolds**-0.2 * friction_velocity / AIR.kinematic_viscosity, AIR.prandtl)
    ours = gas_films.gas_forced_film(AIR, local_speed, distance) * kader_temperature(y_plus, AIR.prandtl) / edge
    assert float(ours) == pytest.approx(plate, rel=0.1)


def test_natural_gas_film_and_its_tilt():
    vertical = float(gas_films.gas_natural_film(AIR, 5.0))
    assert vertical == pytest.approx(1.31 * 5.0 ** (1 / 3), rel=0.05)  # ASHRAE, air, vertical wall
    assert float(gas_films.gas_natural_film(AIR, 5.0, 1.0)) == pytest.approx(1.52 * 5.0 ** (1 / 3), rel=0.05)
    assert float(gas_films.gas_natural_film(AIR, 5.0, -1.0)) == pytest.approx(0.76 * 5.0 ** (1 / 3), rel=0.05)
    # A wall warmer than the gas turns top and bottom round.
    assert float(gas_films.gas_natural_film(AIR, -5.0, -1.0)) == float(gas_films.gas_natural_film(AIR, 5.0, 1.0))
    # The high-Ra limit of the vertical plate itself, whatever the height.
    rayleigh = 1e18
    expected = natural_vertical_plate(rayleigh, AIR.prandtl) / np.cbrt(rayleigh)
    per_volume = gas_films.rayleigh_per_volume(AIR, 5.0)
    assert vertical / (AIR.conductivity * float(jnp.cbrt(per_volume))) == pytest.approx(float(expected), rel=0.01)


def test_gas_film_over_patches():
    speed, difference, tilt = np.meshgrid([0.0, 0.1, 2.0], [-8.0, 0.0, 8.0], [-1.0, 0.0, 1.0], indexing="ij")
    film = gas_films.gas_film(AIR, speed, 0.025, difference, tilt)
    parts = [gas_films.gas_forced_film(AIR, speed, 0.025), gas_films.gas_natural_film(AIR, difference, tilt)]
    assert film.shape == (3, 3, 3)
    assert np.all(film >= np.maximum(*parts))
    assert np.all(film <= 2 ** (1 / 3) * np.maximum(*parts) * (1 + 1e-12))
    assert np.all(np.diff(film, axis=0) > 0)
    np.testing.assert_allclose(gas_films.gas_film(AIR, 0.0, 0.025, 5.0, 0.0, gravity=0.0), 0.0257 / 0.025, rtol=1e-6)
    patches = (jnp.asarray(array, jnp.float32) for array in (speed, 0.025 + 0 * speed, difference, tilt))
    single = jax.jit(gas_films.gas_film)(AIR, *patches)
    assert single.dtype == jnp.float32
    np.testing.assert_allclose(single, film, rtol=1e-5)


def test_gas_film_gradients():
    slope = jax.grad(gas_films.gas_film, argnums=(1, 2, 3, 4))
    for point in [(0.0, 0.025, 0.0, 0.0), (1.0, 0.025, 5.0, 0.3), (1e-12, 1e-5, 1e-9, 1.0)]:
        assert np.all(np.isfinite(slope(AIR, *point)))
    got = slope(AIR, 0.5, 0.03, 4.0, 0.3)
    for axis, value in enumerate((0.5, 0.03, 4.0, 0.3)):
        up, down = ([0.5, 0.03, 4.0, 0.3] for _ in range(2))
        up[axis], down[axis] = value * (1 + 1e-5), value * (1 - 1e-5)
        rise = gas_films.gas_film(AIR, *up) - gas_films.gas_film(AIR, *down)
        assert float(got[axis]) == pytest.approx(float(rise) / (2e-5 * value), rel=1e-6)


def test_gas_messages():
    assert gas_films.check_gas_film(AIR, 0.5, 0.025, 5.0, height=3.0) == []
    assert "y+" in gas_films.check_gas_film(AIR, 20.0, 0.2, 5.0)[0]
    assert "Prandtl" in gas_films.check_gas_film(AIR._replace(conductivity=5.0), 0.5, 0.025, 5.0)[0]
    assert "Rayleigh" in gas_films.check_gas_film(AIR, 0.5, 0.025, 5.0, height=0.1)[0]
