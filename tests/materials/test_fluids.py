"""What holds for every fluid: names, shapes, ranges, warnings; and the oil against CoolProp."""

import warnings

import CoolProp.CoolProp as CoolProp
import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jamsu.materials import Fluid, RangeWarning, filling_names, get_fluid, is_gas

QUANTITIES = (
    "density",
    "heat_capacity",
    "viscosity",
    "conductivity",
    "expansion",
    "prandtl",
    "kinematic_viscosity",
    "diffusivity",
)

FLUIDS = {*filling_names(), "seawater"}


def test_names():
    assert {"nitrogen", "air", "dielectric-oil", "seawater"} == FLUIDS
    for name in FLUIDS:
        fluid = get_fluid(name)
        assert isinstance(fluid, Fluid)
        assert fluid.name == name
        assert len(fluid.source) > 20


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("nitrogn", "'nitrogen'"), ("dielectric_oil", "'dielectric-oil'"), ("Sea Water", "'seawater'")],
)
def test_unknown_name_suggests_the_nearest(name, nearest):
    with pytest.raises(KeyError) as caught:
        get_fluid(name)
    assert f"did you mean {nearest}?" in str(caught.value)
    assert "\n" not in str(caught.value)


def test_unknown_name_with_nothing_near_lists_all():
    with pytest.raises(KeyError, match="known: air, dielectric-oil, nitrogen, seawater"):
        get_fluid("qqq")


@pytest.mark.parametrize("dtype", [jnp.float32, jnp.float64])
@pytest.mark.parametrize("quantity", QUANTITIES)
@pytest.mark.parametrize("name", sorted(FLUIDS))
def test_results_have_the_common_shape_and_precision(name, quantity, dtype):
    temperature = jnp.linspace(285.0, 305.0, 3, dtype=dtype)[:, None]
    pressure = jnp.linspace(1e5, 3e5, 4, dtype=dtype)
    result = getattr(get_fluid(name), quantity)(temperature, pressure)
    assert result.shape == (3, 4)
    assert result.dtype == dtype
    assert np.all(np.asarray(result) > 0)
    assert getattr(get_fluid(name), quantity)(300, 100000).shape == ()  # plain whole numbers too


@pytest.mark.parametrize("name", sorted(FLUIDS))
def test_derived_quantities(name):
    fluid, state = get_fluid(name), (295.0, 1.5e5)
    density, viscosity = fluid.density(*state), fluid.viscosity(*state)
    assert float(fluid.kinematic_viscosity(*state)) == pytest.approx(float(viscosity / density), rel=1e-12)
    ratio = fluid.kinematic_viscosity(*state) / fluid.diffusivity(*state)
    assert float(fluid.prandtl(*state)) == pytest.approx(float(ratio), rel=1e-12)


@pytest.mark.parametrize("name", sorted(FLUIDS))
def test_out_of_range_warns(name):
    fluid = get_fluid(name)
    lower, upper = fluid.temperature_range
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        fluid.warn(np.array([290.0, 300.0]), 101325.0)
        fluid.warn(np.array([]), 101325.0)
    for temperature in (lower - 5.0, upper + 5.0, float("nan")):
        with pytest.warns(RangeWarning, match="temperature"):
            fluid.warn(np.array([290.0, temperature]), 101325.0)
    with pytest.warns(RangeWarning, match="pressure"):
        fluid.warn(290.0, fluid.pressure_range[1] * 2.0)


def test_equal_fluids_share_compiled_code():
    traced = []

    @jax.jit
    def heat(fluid, temperature):
        traced.append(fluid.name)
        return fluid.heat_capacity(temperature, 1e5)

    heat(get_fluid("seawater", 34.0), 290.0)
    heat(get_fluid("seawater", 34.0), 291.0)
    assert len(traced) == 1
    heat(get_fluid("nitrogen"), 291.0)
    assert len(traced) == 2


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
def test_oil_follows_its_data_sheet(dtype):
    """CoolProp INCOMP::PNF2: Paratherm NF, data sheet of 2013 as fitted by Skovrup."""
    oil = get_fluid("dielectric-oil")
    temperature = np.linspace(*oil.temperature_range, 11).astype(dtype)
    for quantity, key in (
        ("density", "D"),
        ("heat_capacity", "C"),
        ("viscosity", "V"),
        ("conductivity", "L"),
    ):
        expected = CoolProp.PropsSI(key, "T", temperature.astype(float), "P", 101325.0, "INCOMP::PNF2")
        found = getattr(oil, quantity)(temperature, 101325.0)
        np.testing.assert_allclose(found, expected, rtol=1e-5, err_msg=quantity)


def test_oil_expansion_is_the_slope_of_density():
    oil = get_fluid("dielectric-oil")
    slope = jax.grad(oil.density)(310.0, 1e5) / oil.density(310.0, 1e5)
    assert float(-slope) == pytest.approx(float(oil.expansion(310.0, 1e5)), rel=1e-12)
    assert float(oil.kinematic_viscosity(313.15, 1e5)) == pytest.approx(19.2e-6, rel=0.01)


def test_what_fills_a_vessel_and_what_of_it_is_a_gas():
    assert {name: is_gas(name) for name in filling_names()} == {"nitrogen": True, "air": True, "dielectric-oil": False}
