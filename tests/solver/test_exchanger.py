"""Heat exchangers: published values, an independent library, limits, the second law, gradients."""

import json
from functools import partial
from pathlib import Path
from typing import get_args

import ht
import jax
import jax.numpy as jnp
import numpy as np
import pytest
from roundoff import SURE, unit

from jamsu.cases.schema.case import Arrangement
from jamsu.solver.exchange.effectiveness import (
    effectiveness,
    find_arrangement,
)

ARRANGEMENTS = get_args(Arrangement)  # what a case may ask for
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


@pytest.mark.parametrize("arrangement", ARRANGEMENTS)
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
    eps = {name: np.asarray(effectiveness(1e6, CAPACITY_RATIO, name)) for name in ARRANGEMENTS}
    np.testing.assert_allclose(eps["counter"], 1.0, atol=1e-5)
    np.testing.assert_allclose(eps["parallel"], 1 / (1 + CAPACITY_RATIO), rtol=1e-9)
    root = np.sqrt(1 + CAPACITY_RATIO**2)
    np.testing.assert_allclose(eps["shell_and_tube"], 2 / (1 + CAPACITY_RATIO + root), rtol=1e-9)
    np.testing.assert_allclose(eps["cross_both_unmixed_exact"], 1.0, atol=1e-3)


def test_exact_cross_flow_is_smooth_where_its_series_ends():
    below, above = (effectiveness(n, CAPACITY_RATIO, "cross_both_unmixed_exact") for n in (60.0, 60.0 + 1e-9))
    np.testing.assert_allclose(below, above, atol=1e-6)


@pytest.mark.parametrize("arrangement", ARRANGEMENTS)
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


@pytest.mark.parametrize("arrangement", ARRANGEMENTS)
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
