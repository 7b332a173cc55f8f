"""Film coefficients: published points, an independent library, limits, blending, messages, gradients."""

import json
from pathlib import Path

import ht
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jamsu.solver.exchange import outside_films as films
from jamsu.solver.exchange.outside_films import FilmProperties

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "heat_transfer.json").read_text())
SEA = FilmProperties(*(REFERENCE["hull"][name] for name in FilmProperties._fields))
AIR = FilmProperties(0.0257, 1.82e-5, 1.204, 1006.0, 1 / 293.15)
HULL = ("horizontal_cylinder", 3.0, 288.15, 283.15)


def test_natural_cylinder_points():
    for rayleigh, prandtl, churchill_chu, kuehn_goldstein in REFERENCE["natural_cylinder"]["points"]:
        ours = float(films.natural_horizontal_cylinder(rayleigh, prandtl))
        assert ours == pytest.approx(churchill_chu, rel=1e-6)
        # Two independent correlations of one thing: within their known scatter.
        assert ours == pytest.approx((churchill_chu + kuehn_goldstein) / 2, rel=0.25)


def test_forced_cylinder_points():
    for reynolds, prandtl, expected in REFERENCE["forced_cylinder"]["points"]:
        assert float(films.forced_cylinder(reynolds, prandtl)) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("prandtl", [0.71, 7.0, 12.0])
@pytest.mark.parametrize("number", [1e3, 1e6, 1e9, 1e12])
def test_agrees_with_ht(number, prandtl):
    natural = ht.conv_free_immersed
    grashof = number / prandtl
    for ours, theirs in [
        (films.natural_horizontal_cylinder, natural.Nu_horizontal_cylinder_Churchill_Chu),
        (films.natural_vertical_plate, natural.Nu_vertical_plate_Churchill),
        (films.natural_sphere, natural.Nu_sphere_Churchill),
    ]:
        assert float(ours(number, prandtl)) == pytest.approx(theirs(prandtl, grashof), rel=1e-6)
    reynolds = np.sqrt(number)
    expected = ht.conv_external.Nu_cylinder_Churchill_Bernstein(reynolds, prandtl)
    assert float(films.forced_cylinder(reynolds, prandtl)) == pytest.approx(expected, rel=1e-9)


def test_still_fluid_is_conduction():
    assert float(films.natural_sphere(0.0, 7.0)) == 2.0
    assert float(films.forced_sphere(0.0, 7.0)) == 2.0
    assert float(films.natural_horizontal_cylinder(0.0, 7.0)) == pytest.approx(0.36)


def test_forced_sphere_and_plate():
    # Incropera et al., example 7.6: Re = 6510, Pr = 0.708, mu/mu_s = 181.6/197.8 gives Nu = 47.4.
    assert float(films.forced_sphere(6510.0, 0.708, 181.6 / 197.8)) == pytest.approx(47.4, abs=0.15)
    assert float(films.forced_plate(1e4, 0.7)) == pytest.approx(0.664 * 100 * 0.7 ** (1 / 3))
    below, above = films.forced_plate(np.array([5e5 - 1.0, 5e5 + 1.0]), 0.7)
    assert float(below) == pytest.approx(float(above), rel=2e-3)  # the constant 871 joins the two


def test_hull_of_3_metres_in_the_sea():
    hull = REFERENCE["hull"]
    rayleigh = films.rayleigh_per_volume(SEA, 5.0, 9.81) * 27.0
    assert float(rayleigh) == pytest.approx(hull["rayleigh"], rel=1e-9)
    still = films.hull_outside_film(*HULL, 0.0, SEA, gravity=9.81)
    assert float(still) == pytest.approx(hull["natural"], rel=1e-6)
    for speed, forced in hull["forced"].items():
        expected = (hull["natural"] ** 4 + forced**4) ** 0.25
        got = films.hull_outside_film(*HULL, float(speed), SEA, gravity=9.81)
        assert float(got) == pytest.approx(expected, rel=1e-6)


@pytest.mark.parametrize("shape", films.BODIES)
def test_hull_film_rises_with_current_and_difference(shape):
    walls, speeds = 283.15 + np.array([0.0, 0.5, 5.0, 20.0])[:, None], np.array([0.0, 1e-3, 0.1, 1.0, 3.0])
    film = np.asarray(films.hull_outside_film(shape, 3.0, walls, 283.15, speeds, SEA, height=2.0))
    assert film.shape == (4, 5)
    assert np.all(np.diff(film, axis=0) >= 0)
    assert np.all(np.diff(film, axis=1) >= 0)
    np.testing.assert_allclose(film[:, -1], film[0, -1], rtol=0.2)  # a strong current rules
    cold = films.hull_outside_film(shape, 3.0, 278.15, 283.15, 0.0, SEA, height=2.0)
    assert float(cold) == pytest.approx(film[2, 0], rel=1e-12)  # a colder hull convects downwards as well


@pytest.mark.parametrize("shape", films.BODIES)
def test_hull_film_gradients(shape):
    def film(wall, speed):
        return films.hull_outside_film(shape, 3.0, wall, 283.15, speed, SEA)

    assert np.all(np.isfinite(jax.grad(film, argnums=(0, 1))(283.15, 0.0)))
    by_wall, by_speed = jax.grad(film, argnums=(0, 1))(288.15, 0.2)
    assert float(by_wall) == pytest.approx(float(film(288.151, 0.2) - film(288.149, 0.2)) / 2e-3, rel=1e-5)
    assert float(by_speed) == pytest.approx(float(film(288.15, 0.2001) - film(288.15, 0.1999)) / 2e-4, rel=1e-4)


def test_hull_messages():
    assert films.check_hull_outside_film("horizontal_cylinder", 0.3, 285.0, 283.15, 0.2, SEA) == []
    messages = films.check_hull_outside_film(*HULL, np.array([0.0, 0.5]), SEA)
    assert len(messages) == 2
    assert "Rayleigh number 1.3e+12 is outside" in messages[0]
    assert "Reynolds number 0 to 1.16e+06 is outside 0 to 400000" in messages[1]
    assert any("Whitaker" in text for text in films.check_hull_outside_film("sphere", 3.0, 284.0, 283.0, 1.0, SEA))
    oil = SEA._replace(viscosity=0.1)
    assert "Prandtl number" in films.check_hull_outside_film("plate", 0.3, 285.0, 283.15, 0.0, oil)[0]
    with pytest.raises(ValueError, match="Did you mean 'horizontal_cylinder'"):
        films.hull_outside_film("horizontal_cylindre", 3.0, 285.0, 283.0, 0.0, SEA)


def test_mixed_convection_bounds():
    natural, forced = np.array([1.0, 10.0, 5.0]), np.array([10.0, 1.0, 5.0])
    got = np.asarray(films.mixed(natural, forced, 3.0))
    np.testing.assert_allclose(got, (natural**3 + forced**3) ** (1 / 3))
    assert np.isfinite(films.mixed(jnp.float32(1e15), jnp.float32(1e15), 4.0))
