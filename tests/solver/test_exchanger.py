"""Heat exchangers: published values, an independent library, limits, the second law, gradients."""

import json
from functools import partial
from pathlib import Path

import ht
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from roundoff import SURE, unit

from jamsu.solver.exchange.effectiveness import (
    arrangement_names,
    check_effectiveness,
    effectiveness,
    find_arrangement,
    fouled_conductance,
    heat_exchange,
    log_mean_temperature_difference,
    overall_conductance,
)

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "heat_transfer.json").read_text())["exchanger"]
# 55.15 and 0.903: where single precision loses most of Mason's series.
NTU = np.array([0.0, 1e-8, 0.01, 0.3, 1.0, 2.5, 7.0, 40.0, 55.15015, 59.9, 60.1, 1e3, 1e6])[:, None]
CAPACITY_RATIO = np.array([0.0, 1e-9, 1e-3, 0.2, 0.5, 0.9031563, 1.0 - 1e-9, 1.0])


@pytest.mark.parametrize("point", REFERENCE["effectiveness"], ids=lambda p: f"{p['ntu']}-{p['capacity_ratio']}")
def test_published_effectiveness(point):
    names = [key for key in point if key not in ("ntu", "capacity_ratio")]
    assert len(names) == 8
    for name in names:
        ours = effectiveness(point["ntu"], point["capacity_ratio"], name)
        assert float(ours) == pytest.approx(point[name], abs=1e-9), name


@pytest.mark.parametrize(
    ("ours", "theirs"),
    [
        ("counter", "counterflow"),
        ("parallel", "parallel"),
        ("shell_and_tube", "S&T"),
        ("cross_both_unmixed", "crossflow approximate"),
        ("cross_both_unmixed_exact", "crossflow"),
        ("cross_cmax_mixed", "crossflow, mixed Cmax"),
        ("cross_cmin_mixed", "crossflow, mixed Cmin"),
        ("condenser", "condenser"),
    ],
)
def test_agrees_with_ht(ours, theirs):
    for ntu in (0.1, 0.8, 2.0, 6.0, 15.0):
        for ratio in (0.05, 0.4, 0.95):
            expected = ht.hx.effectiveness_from_NTU(ntu, ratio, theirs)
            assert float(effectiveness(ntu, ratio, ours)) == pytest.approx(expected, rel=1e-7), (ntu, ratio)


@pytest.mark.parametrize("arrangement", arrangement_names())
def test_limits_and_second_law(arrangement):
    eps = np.asarray(effectiveness(NTU, CAPACITY_RATIO, arrangement))
    assert np.all((eps >= 0) & (eps <= 1))
    assert np.all(eps[0] == 0)
    np.testing.assert_allclose(eps[1], 1e-8, rtol=1e-6)  # little area: eps = NTU
    np.testing.assert_allclose(eps[:, 0], -np.expm1(-NTU[:, 0]), rtol=1e-12)  # C = 0: all arrangements alike
    np.testing.assert_allclose(eps[:, 1], eps[:, 0], atol=1e-8)
    np.testing.assert_allclose(eps[:, -2], eps[:, -1], atol=1e-8)
    # Neither stream may cross the other's inlet, and counter flow is the best of all.
    best = np.asarray(effectiveness(NTU, CAPACITY_RATIO, "counter"))
    if arrangement != "condenser":
        bound = 0.005 if arrangement == "cross_both_unmixed" else 1e-12  # that one is an approximation
        assert np.all(eps <= best + bound)


def test_infinite_area():
    eps = {name: np.asarray(effectiveness(1e6, CAPACITY_RATIO, name)) for name in arrangement_names()}
    np.testing.assert_allclose(eps["counter"], 1.0, atol=1e-5)
    np.testing.assert_allclose(eps["parallel"], 1 / (1 + CAPACITY_RATIO), rtol=1e-9)
    root = np.sqrt(1 + CAPACITY_RATIO**2)
    np.testing.assert_allclose(eps["shell_and_tube"], 2 / (1 + CAPACITY_RATIO + root), rtol=1e-9)
    np.testing.assert_allclose(eps["cross_both_unmixed_exact"], 1.0, atol=1e-3)


def test_exact_cross_flow_is_smooth_where_its_series_ends():
    below, above = (effectiveness(n, CAPACITY_RATIO, "cross_both_unmixed_exact") for n in (60.0, 60.0 + 1e-9))
    np.testing.assert_allclose(below, above, atol=1e-6)


@pytest.mark.parametrize("arrangement", arrangement_names())
def test_gradients_are_finite_and_right(arrangement):
    formula = partial(effectiveness, arrangement=arrangement)
    slope = jax.jit(jax.vmap(jax.grad(formula, argnums=(0, 1))))
    ntu, ratio = (array.ravel() for array in np.broadcast_arrays(NTU, CAPACITY_RATIO))
    by_ntu, by_ratio = slope(ntu, ratio)
    assert np.all(np.isfinite(by_ntu))
    assert np.all(np.isfinite(by_ratio))
    np.testing.assert_allclose(by_ntu[ntu == 0], 1.0, rtol=1e-6)

    inside = (ntu >= 0.01) & (ntu < 59) & (ratio > 1e-3) & (ratio < 0.99)
    n, c, step = ntu[inside], ratio[inside], 1e-5
    rise = formula(n + step, c) - formula(n - step, c), formula(n, c + step) - formula(n, c - step)
    np.testing.assert_allclose(by_ntu[inside], rise[0] / (2 * step), atol=1e-7)
    np.testing.assert_allclose(by_ratio[inside], rise[1] / (2 * step), atol=1e-7)


@pytest.mark.parametrize("arrangement", arrangement_names())
def test_single_precision(arrangement):
    single = jax.jit(effectiveness, static_argnums=2)(
        jnp.asarray(NTU, jnp.float32), jnp.asarray(CAPACITY_RATIO, jnp.float32), arrangement
    )
    assert single.dtype == jnp.float32
    # A formula of some ten operations. Mason's series has two factors, each (mean / 60)^k with k near 60, which
    # multiplies the rounding of mean / 60 by k, and a sum of 144 terms.
    roundings = 2 * (60 + SURE * np.sqrt(144)) if arrangement == "cross_both_unmixed_exact" else 10
    exact = effectiveness(
        NTU.astype(np.float32).astype(float), CAPACITY_RATIO.astype(np.float32).astype(float), arrangement
    )
    np.testing.assert_allclose(single, exact, rtol=0, atol=roundings * unit(np.float32))


def test_usual_spellings():
    assert find_arrangement("Counter-flow") == "counter"
    assert find_arrangement("parallel flow") == "parallel"
    assert find_arrangement("cross flow, both unmixed") == "cross_both_unmixed"
    assert find_arrangement("crossflow") == "cross_both_unmixed_exact"
    assert find_arrangement("cross_Cmin_mixed_Cmax_unmixed") == "cross_cmin_mixed"
    assert find_arrangement("heat-pipe") == "condenser"
    with pytest.raises(ValueError, match="Did you mean 'counter'"):
        find_arrangement("conter")


def test_range_messages():
    assert check_effectiveness(NTU, CAPACITY_RATIO) == []
    assert check_effectiveness(-1.0, 0.5) == ["number of transfer units -1 is outside 0 or more"]
    assert "1.5" in check_effectiveness(1.0, np.array([0.2, 1.5]))[0]


def test_coil_of_nitrogen_and_seawater():
    ntu, ratio, eps, duty, hot_outlet, cold_outlet = REFERENCE["coil"]
    coil = heat_exchange(0.6 * 1041, 2 * 3990.0, 35.0, 10.0, 1500.0, "counter")
    got = (coil.ntu, coil.capacity_ratio, coil.effectiveness, coil.duty, coil.hot_outlet, coil.cold_outlet)
    np.testing.assert_allclose(got, (ntu, ratio, eps, duty, hot_outlet, cold_outlet), rtol=1e-9)
    # The same duty from UA times the log-mean difference.
    difference = log_mean_temperature_difference(35.0, hot_outlet, 10.0, cold_outlet)
    assert float(1500.0 * difference) == pytest.approx(duty, rel=1e-9)


def test_streams_at_rest_and_the_energy_balance():
    hot, cold = np.array([0.0, 500.0, 500.0, 800.0]), np.array([400.0, 0.0, 400.0, 800.0])
    for name in arrangement_names():
        exchange = jax.jit(partial(heat_exchange, arrangement=name))
        got = exchange(hot, cold, 300.0, 280.0, 900.0)
        assert np.all(np.isfinite(np.stack(got)))
        np.testing.assert_array_equal(got.duty[:2], 0.0)
        np.testing.assert_allclose(hot * (300.0 - got.hot_outlet), got.duty, atol=1e-9)
        np.testing.assert_allclose(cold * (got.cold_outlet - 280.0), got.duty, atol=1e-9)
        assert np.all((got.hot_outlet >= 280.0) & (got.cold_outlet <= 300.0))
        assert np.isfinite(jax.grad(lambda c, n=name: heat_exchange(c, 400.0, 300.0, 280.0, 9e2, n).duty)(0.0))


def test_log_mean_difference():
    counter, parallel = REFERENCE["log_mean"]
    assert float(log_mean_temperature_difference(40.0, 20.0, 10.0, 25.0)) == pytest.approx(counter, rel=1e-9)
    got = log_mean_temperature_difference(40.0, 28.0, 10.0, 20.0, "parallel")
    assert float(got) == pytest.approx(parallel, rel=1e-9)
    assert float(log_mean_temperature_difference(30.0, 20.0, 10.0, 20.0)) == 10.0
    slope = jax.grad(log_mean_temperature_difference, argnums=(0, 1))(30.0, 20.0, 10.0, 20.0)
    np.testing.assert_allclose(slope, 0.5)
    with pytest.raises(ValueError, match="use 'counter' or 'parallel'"):
        log_mean_temperature_difference(40.0, 28.0, 10.0, 20.0, "shell_and_tube")


def test_conductance_from_resistances():
    clean = overall_conductance(gas_film=50.0, gas_area=20.0, water_film=4000.0, water_area=2.0)
    assert float(clean) == pytest.approx(1 / (1 / 1000 + 1 / 8000))
    fouled = overall_conductance(gas_film=50.0, gas_area=20.0, water_film=4000.0, water_area=2.0, water_fouling=2e-4)
    assert float(fouled) == pytest.approx(float(fouled_conductance(clean, 2e-4, 2.0)))
    assert float(fouled_conductance(1500.0, 0.0, 2.0)) == 1500.0
    finned = overall_conductance(
        gas_film=50.0,
        gas_area=20.0,
        gas_fouling=1e-3,
        water_film=4000.0,
        water_area=2.0,
        wall_resistance=1e-5,
        surface_efficiency=0.8,
    )
    assert float(finned) == pytest.approx(1 / ((0.02 + 1e-3) / 16 + 1e-5 + 1 / 8000))
