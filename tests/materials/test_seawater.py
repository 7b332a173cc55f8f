"""Seawater against TEOS-10 (gsw) over its range, and against published values."""

import gsw
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from roundoff import unit

from jamsu.materials import get_fluid, seawater

# TEOS-10 via gsw 3.6.23, practical salinity 35, sea pressure 0, t = 0, 5, ..., 30 degC.
CELSIUS = np.arange(0.0, 31.0, 5.0)
DENSITY = [1028.107, 1027.676, 1026.954, 1025.976, 1024.766, 1023.344, 1021.726]
HEAT_CAPACITY = [3986.453, 3987.577, 3990.057, 3993.078, 3996.136, 3998.977, 4001.539]
EXPANSION = [5.29895e-5, 1.134683e-4, 1.664094e-4, 2.139697e-4, 2.574625e-4, 2.975952e-4, 3.34661e-4]
# Salinity 35, t = 5, 10, ..., 30 degC: Sharqawy et al. 2010; Nayar et al. 2016; IAPWS G14-19 (iapws package).
VISCOSITY = [0.001619304, 0.001396766, 0.001219867, 0.001076629, 0.0009588283, 0.0008606494]
CONDUCTIVITY = [0.5633938, 0.574081, 0.5840315, 0.593276, 0.6018482, 0.6097837]
CONDUCTIVITY_IAPWS = [0.5635536, 0.5745483, 0.5845832, 0.5938038, 0.6023171, 0.6102022]
PRANDTL = [11.45783, 9.700102, 8.332476, 7.245415, 6.36597, 5.643904]

PROPERTIES = ("density", "heat_capacity", "expansion", "viscosity", "conductivity", "prandtl")


@pytest.fixture
def sea():
    """Salinity 0 to 42 and -1 to 40 degC: (practical salinity, Absolute Salinity, degC), each (22, 42)."""
    salinity, celsius = np.meshgrid(np.linspace(0, 42, 22), np.linspace(-1, 40, 42), indexing="ij")
    return salinity, salinity * 35.16504 / 35.0, celsius


def gsw_values(absolute, celsius):
    return {
        "density": gsw.rho_t_exact(absolute, celsius, 0.0),
        "heat_capacity": gsw.cp_t_exact(absolute, celsius, 0.0),
        "expansion": gsw.alpha_wrt_t_exact(absolute, celsius, 0.0),
    }


def test_thermodynamics_equal_teos10_to_round_off(sea):
    salinity, absolute, celsius = sea
    for name, expected in gsw_values(absolute, celsius).items():
        found = getattr(seawater, name)(celsius + 273.15, salinity)
        np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-17, err_msg=name)


def test_thermodynamics_in_single_precision(sea):
    salinity, absolute, celsius = (a.astype(np.float32) for a in sea)
    kelvin = (celsius + np.float32(273.15)).astype(np.float32)
    exact = gsw_values(absolute.astype(float), kelvin.astype(float) - 273.15)
    # Polynomials whose first term outweighs the others: the last few operations count. Expansion is a difference of
    # terms of some 2e-4 times its 20 operations.
    for name, roundings in (("density", 8), ("heat_capacity", 8), ("expansion", 40)):
        found = getattr(seawater, name)(kelvin, salinity)
        assert found.dtype == jnp.float32
        # Expansion goes through zero in fresh water: relative to a typical 2e-4 there.
        scale = np.maximum(np.abs(exact[name]), 2e-4)
        assert np.max(np.abs(found - exact[name]) / scale) < roundings * unit(np.float32), name


def test_comparison_with_teos10_can_fail(sea):
    """Practical salinity taken for Absolute Salinity must not go unnoticed."""
    salinity, absolute, celsius = sea
    wrong = seawater.density(celsius + 273.15, salinity * 35.0 / 35.16504)
    assert np.max(np.abs(wrong / gsw.rho_t_exact(absolute, celsius, 0.0) - 1.0)) > 1e-4


def test_published_values_at_salinity_35():
    kelvin = CELSIUS + 273.15
    np.testing.assert_allclose(seawater.density(kelvin, 35.0), DENSITY, rtol=1e-6)
    np.testing.assert_allclose(seawater.heat_capacity(kelvin, 35.0), HEAT_CAPACITY, rtol=1e-6)
    np.testing.assert_allclose(seawater.expansion(kelvin, 35.0), EXPANSION, rtol=1e-5)
    np.testing.assert_allclose(seawater.viscosity(kelvin[1:], 35.0), VISCOSITY, rtol=1e-6)
    np.testing.assert_allclose(seawater.conductivity(kelvin[1:], 35.0), CONDUCTIVITY, rtol=1e-6)
    np.testing.assert_allclose(seawater.conductivity(kelvin[1:], 35.0), CONDUCTIVITY_IAPWS, rtol=1e-3)
    np.testing.assert_allclose(seawater.prandtl(kelvin[1:], 35.0), PRANDTL, rtol=1.5e-3)


def test_coldest_liquid_is_air_saturated_water_at_its_freezing_point():
    """Less the millikelvin that nobody knows: water of exactly 0 degC is liquid at any salinity."""
    for salinity in np.linspace(0, 42, 22):
        expected = gsw.t_freezing(salinity * 35.16504 / 35.0, 0.0, 1.0)
        assert seawater.coldest_liquid(salinity) - 273.15 == pytest.approx(expected - 1e-3, abs=2e-4)
    assert seawater.coldest_liquid(0.0) < 273.15
    assert seawater.check(273.15, 0.0) == []
    assert "below the freezing point" in seawater.check(273.14, 0.0)[0]


def test_temperature_of_greatest_density():
    for salinity in (0.0, 1.0, 7.0, 15.0, 23.0):
        absolute = salinity * 35.16504 / 35.0
        expected = gsw.t_from_CT(absolute, gsw.CT_maxdensity(absolute, 0.0), 0.0)
        assert seawater.densest_temperature(salinity) - 273.15 == pytest.approx(expected, abs=0.01)
    assert seawater.densest_temperature(25.0) is None
    assert seawater.densest_temperature(35.0) is None


@pytest.mark.parametrize("name", PROPERTIES)
def test_traceable_with_true_gradients(name):
    function = getattr(seawater, name)
    temperature, salinity = 285.0, 33.0
    assert float(jax.jit(function)(temperature, salinity)) == pytest.approx(
        float(function(temperature, salinity)), rel=1e-12
    )
    by_temperature = jax.grad(function)(temperature, salinity)
    by_salinity = jax.grad(function, argnums=1)(temperature, salinity)
    step = 1e-3
    difference = (function(temperature + step, salinity) - function(temperature - step, salinity)) / (2 * step)
    assert float(by_temperature) == pytest.approx(float(difference), rel=1e-5)
    difference = (function(temperature, salinity + step) - function(temperature, salinity - step)) / (2 * step)
    assert float(by_salinity) == pytest.approx(float(difference), rel=1e-5)


@pytest.mark.parametrize("name", PROPERTIES)
def test_gradient_is_finite_in_fresh_water(name):
    at_zero = jax.grad(getattr(seawater, name), argnums=1)(288.15, 0.0)
    assert np.isfinite(at_zero)


def test_density_is_the_integral_of_expansion():
    """The two come from different tables of coefficients."""
    slope = jax.grad(seawater.density)(290.0, 34.0) / seawater.density(290.0, 34.0)
    assert float(-slope) == pytest.approx(float(seawater.expansion(290.0, 34.0)), rel=1e-10)


def test_arguments_broadcast():
    kelvin = np.linspace(275, 300, 4)[:, None]
    salinity = np.array([0.0, 20.0, 35.0])
    for name in PROPERTIES:
        assert getattr(seawater, name)(kelvin, salinity).shape == (4, 3)


def test_check_names_what_is_out_of_range():
    assert seawater.check(np.array([275.0, 300.0]), 35.0) == []
    assert "temperature 320 K" in seawater.check(320.0, 35.0)[0]
    assert "salinity 80 g/kg" in seawater.check(285.0, 80.0)[0]
    assert "below the freezing point" in seawater.check(272.0, 5.0)[0]
    assert seawater.check(np.array([285.0, np.nan]), 35.0) != []


def test_fluid_is_the_same_water_at_its_salinity():
    fluid = get_fluid("seawater", salinity=34.0)
    for name in PROPERTIES:
        assert float(getattr(fluid, name)(288.15, 3e5)) == float(getattr(seawater, name)(288.15, 34.0))
    assert "pressure" in fluid.check(288.15, 5e6)[0]
    with pytest.raises(ValueError, match="salinity"):
        get_fluid("seawater", salinity=-1.0)
