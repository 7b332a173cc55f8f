"""Coils: heat pipes with a water side of finite rate, water in series, gas that passes a coil from the rear."""

import jax.numpy as jnp
import numpy as np
import pytest

from jamsu.solver.exchange.coils import CoilLayout, Coils, coil_effectiveness, gas_rate, gas_temperatures, water_inlet
from jamsu.solver.exchange.effectiveness import heat_pipe_rate


def coils(arrangement="condenser", water_rate=(2437.0, 2437.0), series=False, share=0.5):
    """Two coils of 2 kW/K, each of one column of two cells: the middle ones of 0 to 3 and of 4 to 7."""
    table = np.array([[0, 1, 2, 3], [4, 5, 6, 7]])
    layout = CoilLayout(
        cell=jnp.array([1, 2, 5, 6]),
        cell_column=jnp.array([0, 0, 1, 1]),
        column_coil=jnp.array([0, 1]),
        column_face=jnp.array([0, 1]),
        column_sign=jnp.ones(2),
        column_before=jnp.asarray(table[:, 0]),
        column_first=jnp.asarray(table[:, 1]),
        column_last=jnp.asarray(table[:, 2]),
        column_behind=jnp.asarray(table[:, 3]),
        column_cells=jnp.full(2, 2.0),
        area=jnp.full(2, jnp.inf),
        sea_is_sink=jnp.zeros(2),
        order=jnp.array([0, 1]),
        arrangement=(arrangement, arrangement),
        series=series,
    )
    return Coils(
        layout=layout,
        conductance=jnp.full(2, 2000.0),
        water_rate=jnp.asarray(water_rate),
        water_flow=jnp.asarray(water_rate) / 4000.0,
        water_resistance=jnp.full(2, share / 2000.0),
        intake=jnp.asarray(0.0),
    )


def duty_a_kelvin(given, gas):
    """Heat of each coil for 1 K between entering gas and water, W/K."""
    effectiveness, share = coil_effectiveness(given, jnp.asarray(gas))
    smaller = np.minimum(np.asarray(gas), np.asarray(given.water_rate))
    np.testing.assert_allclose(np.asarray(effectiveness) * smaller, np.asarray(share) * np.asarray(gas), rtol=1e-12)
    return np.asarray(effectiveness) * smaller


def test_a_heat_pipe_by_hand():
    """12 kW of gas at 1 kW/K, 2 kW/K from gas to sea, 0.6 kg/s of seawater: 18.3 K from gas to sea, not 13.9.

    1 - exp(-4) = 0.98168 of 1000 W/K, 1 - exp(-4000/2437) = 0.80630 of 2437 W/K: 1/(1/981.7 + 1/1964.9) = 654.6 W/K.
    """
    given = duty_a_kelvin(coils(), [1000.0, 1000.0])
    np.testing.assert_allclose(given, 654.6, rtol=2e-4)
    assert 12000.0 / given[0] == pytest.approx(18.33, abs=0.01)


@pytest.mark.parametrize("gas", [1.0, 50.0, 1000.0, 1e5])
@pytest.mark.parametrize("water", [1.0, 80.0, 2437.0, 1e12])
@pytest.mark.parametrize("share", [0.0, 0.2, 1.0])
def test_no_heat_pipe_passes_the_second_law(gas, water, share):
    """Neither stream leaves beyond where the other one enters, nor beyond the vapour; more water never takes less."""
    resistance = share / 2000.0, (1 - share) / 2000.0
    rate = float(heat_pipe_rate(gas, water, resistance[1], resistance[0]))
    assert 0 < rate <= min(gas, water) * (1 + 1e-12)
    assert rate <= 2000.0
    vapour = rate / (water * -np.expm1(-1 / max(resistance[0] * water, 1e-30)))  # gas enters at 1, water at 0
    assert rate / water <= vapour * (1 + 1e-9)
    assert 1 - rate / gas >= vapour * (1 - 1e-9) - 1e-12
    assert float(heat_pipe_rate(gas, 2 * water, resistance[1], resistance[0])) >= rate * (1 - 1e-12)


def test_little_water_warms_no_further_than_the_gas():
    """0.02 kg/s, 80 W/K: the water used to leave at 135 degC from gas at 24 degC."""
    taken = duty_a_kelvin(coils(water_rate=(80.0, 80.0)), [800.0, 800.0])
    assert np.all(taken / 80.0 <= 1.0)


def test_heat_pipes_in_series_take_in_what_the_one_before_discharged():
    given = coils(series=True)
    np.testing.assert_allclose(water_inlet(given, jnp.array([10000.0, 8000.0])), [0.0, 10000.0 / 2437.0], rtol=1e-12)


def test_gas_that_passes_from_the_rear_enters_there():
    given = coils("counter").layout
    temperature = jnp.arange(8.0)
    entering, leaving = gas_temperatures(given, jnp.array([3.0, -2.0]), temperature)
    np.testing.assert_allclose(entering, [0.0, 7.0])
    np.testing.assert_allclose(leaving, [2.0, 5.0])
    np.testing.assert_allclose(gas_rate(given, jnp.array([3.0, -2.0])), [3.0, 2.0])
