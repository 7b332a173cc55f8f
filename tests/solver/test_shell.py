"""Layered walls: hand-worked series resistances, contact jumps, curvature, precision, gradients."""

import json
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jamsu.solver.exchange.shell import Contact, Layer, cylindrical_shell, hull_resistance, plane_wall

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "heat_transfer.json").read_text())
FLUIDS = {"inside_temperature": 40.0, "inside_film": 10.0, "outside_temperature": 12.0, "outside_film": 500.0}
WALL = [Layer(0.02, 50.0), Contact(2e-4), Layer(0.0003, 0.25)]


def test_plane_wall_with_a_contact():
    state = plane_wall(WALL, **FLUIDS)
    expected = REFERENCE["wall"]
    assert float(state.heat_flux) == pytest.approx(expected["heat_flux"], rel=1e-10)
    assert float(state.overall_coefficient) == pytest.approx(expected["overall_coefficient"], rel=1e-10)
    np.testing.assert_allclose(state.temperatures, expected["temperatures"], atol=1e-9)


def test_cylindrical_shell():
    state = cylindrical_shell(1.47, [Layer(0.03, 16.3)], **FLUIDS)
    assert float(state.heat_per_length) == pytest.approx(REFERENCE["shell"]["heat_per_length"], rel=1e-10)
    np.testing.assert_allclose(state.temperatures, REFERENCE["shell"]["temperatures"], atol=1e-9)


def test_contact_in_a_cylinder_lies_at_its_own_radius():
    elements = [Layer(0.1, 2.0), Contact(1e-2), Layer(0.2, 5.0)]
    state = cylindrical_shell(0.5, elements, **FLUIDS)
    parts = [
        1 / (2 * np.pi * 0.5 * 10),
        np.log(0.6 / 0.5) / (2 * np.pi * 2),
        1e-2 / (2 * np.pi * 0.6),
        np.log(0.8 / 0.6) / (2 * np.pi * 5),
        1 / (2 * np.pi * 0.8 * 500),
    ]
    heat = 28 / sum(parts)
    assert float(state.heat_per_length) == pytest.approx(heat, rel=1e-12)
    np.testing.assert_allclose(state.temperatures, 40 - heat * np.cumsum([0, *parts]), rtol=1e-12)


def test_a_large_radius_is_a_plane():
    rate, temperatures = cylindrical_shell(1e6, WALL, **FLUIDS)
    plane = plane_wall(WALL, **FLUIDS)
    assert float(rate) / (2 * np.pi * 1e6) == pytest.approx(float(plane.heat_flux), rel=1e-6)
    np.testing.assert_allclose(temperatures, plane.temperatures, atol=1e-5)


def test_hull_resistance_of_a_cylinder_gives_the_same_heat():
    resistance, ratio = hull_resistance("cylinder", WALL, 1.47)
    flux = 28.0 / (1 / 10.0 + resistance + 1 / (500.0 * ratio))
    heat = cylindrical_shell(1.47, WALL, **FLUIDS).heat_per_length
    assert float(flux * 2 * np.pi * 1.47) == pytest.approx(float(heat), rel=1e-12)


def test_hull_resistance_of_a_sphere():
    resistance, ratio = hull_resistance("sphere", [Layer(0.1, 2.0), Contact(1e-2)], 0.5)
    whole = (1 / 0.5 - 1 / 0.6) / (4 * np.pi * 2) + 1e-2 / (4 * np.pi * 0.36)  # K/W
    assert float(resistance) == pytest.approx(whole * 4 * np.pi * 0.25, rel=1e-12)
    assert float(ratio) == pytest.approx(1.44, rel=1e-12)


def test_hull_resistance_of_a_plane_and_of_no_layers():
    resistance, ratio = hull_resistance("plane", WALL)
    assert float(resistance) == pytest.approx(0.02 / 50 + 2e-4 + 0.0003 / 0.25, rel=1e-12)
    assert float(ratio) == 1.0
    assert float(hull_resistance("cylinder", [], 2.0).resistance) == 0.0
    with pytest.raises(ValueError, match="unknown shape 'cone'"):
        hull_resistance("cone", WALL)


def test_patches_and_single_precision():
    films = jnp.asarray([5.0, 10.0, 20.0], jnp.float32)
    gas = jnp.asarray([[300.0], [310.0]], jnp.float32)

    @jax.jit
    def solve(gas, film):
        fluids = {"inside_temperature": gas, "inside_film": film}
        return plane_wall(WALL, **fluids, outside_temperature=285.0, outside_film=500.0)

    state = solve(gas, films)
    assert state.temperatures.dtype == jnp.float32
    assert state.temperatures.shape == (2, 3, 6)
    assert state.heat_flux.shape == (2, 3)
    assert np.all(np.diff(state.temperatures, axis=-1) < 0)
    # A coating of 0.3 mm on a hull of 1.5 m keeps its digits.
    single = hull_resistance("cylinder", [Layer(jnp.float32(3e-4), jnp.float32(0.25))], jnp.float32(1.5))
    assert single.resistance.dtype == jnp.float32
    assert float(single.resistance) == pytest.approx(1.5 * np.log1p(3e-4 / 1.5) / 0.25, rel=1e-6)


def test_gradient_by_conductivity():
    def heat(k):
        return cylindrical_shell(1.0, [Layer(0.1, k)], **FLUIDS).heat_per_length

    rise = (heat(0.5 + 1e-6) - heat(0.5 - 1e-6)) / 2e-6
    assert float(jax.grad(heat)(0.5)) == pytest.approx(float(rise), rel=1e-6)
