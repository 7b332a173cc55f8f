"""Nitrogen and air against CoolProp over their range, and against published values."""

import CoolProp.CoolProp as CoolProp
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jamsu.materials import get_fluid

# Largest relative difference allowed: density, cp, viscosity, conductivity, Prandtl number, expansion.
TOLERANCE = {
    "density": 2e-3,
    "heat_capacity": 1e-3,
    "viscosity": 1e-2,
    "conductivity": 1.5e-2,
    "prandtl": 1.5e-2,
    "expansion": 1e-3,
}
# What the correlations reach, so that a slip in a coefficient does not hide below the allowance.
REACHED = {
    "density": 2e-4,
    "heat_capacity": 2e-4,
    "viscosity": 3e-4,
    "conductivity": 1e-3,
    "prandtl": 1e-3,
    "expansion": 2e-4,
}
COOLPROP = {
    "density": "D",
    "heat_capacity": "C",
    "viscosity": "V",
    "conductivity": "L",
    "prandtl": "PRANDTL",
    "expansion": "ISOBARIC_EXPANSION_COEFFICIENT",
}
# CoolProp 8.0.0 (equations of state of Span and Lemmon, transport of Lemmon and Jacobsen), order as above.
PUBLISHED = [
    ("air", 300.0, 101325.0, [1.176996, 1006.374, 1.853734e-5, 0.02638447, 0.7070636, 0.003342221]),
    ("nitrogen", 300.0, 101325.0, [1.138165, 1041.356, 1.789009e-5, 0.02596868, 0.7174012, 0.003341707]),
    ("air", 293.15, 101325.0, [1.204575, 1006.144, 1.820568e-5, 0.02587383, 0.707956, 0.003420988]),
    ("nitrogen", 313.15, 101325.0, [1.09026, 1041.46, 1.849046e-5, 0.02690989, 0.7156131, 0.003200339]),
    ("nitrogen", 300.0, 2e5, [2.246952, 1042.952, 1.790295e-5, 0.02600118, 0.7181177]),
    ("nitrogen", 300.0, 5e5, [5.620195, 1047.807, 1.794305e-5, 0.02610447, 0.7202158]),
]


@pytest.mark.parametrize(("name", "temperature", "pressure", "values"), PUBLISHED)
def test_published_values(name, temperature, pressure, values):
    gas = get_fluid(name)
    for quantity, expected in zip(TOLERANCE, values, strict=False):
        found = float(getattr(gas, quantity)(temperature, pressure))
        assert found == pytest.approx(expected, rel=TOLERANCE[quantity]), quantity


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize(("name", "oracle"), [("nitrogen", "Nitrogen"), ("air", "Air")])
def test_follows_coolprop_over_the_whole_range(name, oracle, dtype):
    gas = get_fluid(name)
    temperature, pressure = np.meshgrid(np.linspace(*gas.temperature_range, 16), [1e4, 1e5, 2e5, 4e5, 6e5])
    temperature, pressure = temperature.ravel().astype(dtype), pressure.ravel().astype(dtype)
    for quantity, key in COOLPROP.items():
        found = getattr(gas, quantity)(temperature, pressure)
        expected = CoolProp.PropsSI(key, "T", temperature.astype(float), "P", pressure.astype(float), oracle)
        assert found.dtype == dtype
        np.testing.assert_allclose(found, expected, rtol=REACHED[quantity], err_msg=f"{name} {quantity}")


def test_ideal_gas_would_fail_that_comparison():
    """The virial term matters: 0.24 % of the expansion of nitrogen at 1 bar and 300 K."""
    assert float(get_fluid("nitrogen").expansion(300.0, 1e5)) * 300.0 - 1.0 > REACHED["expansion"]


def test_closed_rigid_vessel():
    """60 m3 of nitrogen at 1 atm: mass, and the pressure rise on heating from 300 to 330 K (ideal gas)."""
    nitrogen = get_fluid("nitrogen")
    assert 60.0 * float(nitrogen.density(300.0, 101325.0)) == pytest.approx(68.28988, rel=2e-3)
    density = nitrogen.density(300.0, 101325.0)
    assert float(nitrogen.density(330.0, 101325.0 + 10132.5)) == pytest.approx(float(density), rel=3e-4)


@pytest.mark.parametrize("name", ["nitrogen", "air"])
def test_expansion_is_the_slope_of_density(name):
    gas = get_fluid(name)
    slope = jax.grad(gas.density)(310.0, 3e5) / gas.density(310.0, 3e5)
    assert float(-slope) == pytest.approx(float(gas.expansion(310.0, 3e5)), rel=1e-10)


@pytest.mark.parametrize("name", ["nitrogen", "air"])
def test_heat_capacity_obeys_maxwell(name):
    """(d cp/d p)_T = -T (d2 v/d T2)_p, by differentiating both."""
    gas = get_fluid(name)
    left = jax.grad(gas.heat_capacity, argnums=1)(300.0, 2e5)
    right = -300.0 * jax.grad(jax.grad(lambda t: 1.0 / gas.density(t, 2e5)))(300.0)
    assert float(left) == pytest.approx(float(right), rel=1e-8)


@pytest.mark.parametrize("quantity", list(TOLERANCE))
def test_traceable(quantity):
    method = getattr(get_fluid("air"), quantity)
    temperature = jnp.linspace(280.0, 320.0, 5)
    np.testing.assert_allclose(jax.jit(method)(temperature, 1e5), method(temperature, 1e5), rtol=1e-12)
    gradients = jax.vmap(jax.grad(method), in_axes=(0, None))(temperature, 1e5)
    steps = (method(temperature + 1e-3, 1e5) - method(temperature - 1e-3, 1e5)) / 2e-3
    np.testing.assert_allclose(gradients, steps, rtol=1e-5)
