"""How well a mean is known: time scales and half-widths of series whose statistics are known."""

import numpy as np
import pytest

from jamsu.solver.march.statistics import (
    batch_half_width,
    evenly,
    half_width,
    halves,
    integral_time_scale,
    trend,
)


def autoregressive(count, memory, seed):
    """A series of variance 1 with the autocorrelation memory^k, whose integral is (1 + memory) / (1 - memory) / 2."""
    random = np.random.default_rng(seed)
    noise = random.normal(size=count) * np.sqrt(1 - memory**2)
    values = np.empty(count)
    values[0] = random.normal()
    for i in range(1, count):
        values[i] = memory * values[i - 1] + noise[i]
    return values


@pytest.mark.parametrize("memory", [0.0, 0.5, 0.9, 0.97])
def test_the_time_scale_of_a_series_that_forgets(memory):
    found = integral_time_scale(autoregressive(40_000, memory, 3), 0.25)
    assert found == pytest.approx(0.25 * 0.5 * (1 + memory) / (1 - memory), rel=0.12)


def test_a_series_that_does_not_move_has_half_a_step():
    assert integral_time_scale(np.full(100, 3.0), 0.5) == 0.25
    assert half_width(0.0, 0.25, 50.0) == 0.0


def test_the_mean_lies_within_the_half_width_in_19_of_20():
    """Of 300 series of 40 time scales each; with the variance of independent values it would be 1 in 3."""
    memory, count = 0.9, 760
    inside = naive = 0
    for seed in range(300):
        values = autoregressive(count, memory, seed)
        spread = float(values.std())
        inside += abs(values.mean()) <= half_width(spread, integral_time_scale(values, 1.0), float(count))
        naive += abs(values.mean()) <= 2 * spread / np.sqrt(count)
    assert 0.88 <= inside / 300 <= 0.99
    assert naive / 300 < 0.5


def test_batch_means_know_the_mean_where_batches_are_long():
    inside = 0
    for seed in range(300):
        batches = autoregressive(1600, 0.9, seed).reshape(8, 200).mean(1)
        inside += abs(batches.mean()) <= float(batch_half_width(batches))
    assert 0.9 <= inside / 300 <= 0.98


def test_less_than_two_independent_values_tell_nothing():
    assert half_width(1.0, 30.0, 60.0) == np.inf


def test_a_trend_is_told_from_chance():
    random = np.random.default_rng(5)
    by_chance = sum(trend(random.normal(size=8)) != 0 for _ in range(500))
    assert by_chance / 500 < 0.08
    assert trend(np.arange(8.0)) == pytest.approx(4.0)
    assert trend(-0.1 * np.arange(7.0)) == pytest.approx(-0.35)
    assert trend(np.full(8, 2.0)) == 0.0


def test_halves_of_an_odd_number():
    older, newer = halves(np.arange(5))
    assert (older.tolist(), newer.tolist()) == ([0, 1, 2], [3, 4])


def test_a_series_at_equal_steps():
    values, step = evenly(np.array([0.0, 1.0, 4.0]), np.array([0.0, 10.0, 40.0]))
    assert step == 2.0
    np.testing.assert_allclose(values, [0.0, 20.0, 40.0])
