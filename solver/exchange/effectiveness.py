"""Heat exchangers by the effectiveness-NTU method.

    effectiveness = duty / (C_min (T_hot,in - T_cold,in)),   NTU = UA / C_min,   C = C_min / C_max

All functions are traceable and finite, with finite gradients, for NTU >= 0 and 0 <= C <= 1, the ends
included. The textbook forms divide zero by zero at C = 0, C = 1 or NTU = 0, so each is rewritten here with

    phi(x) = (1 - exp(-x)) / x,   phi(0) = 1.

Sources: Kays & London, Compact Heat Exchangers, 3rd ed. (1984) ch. 2; Incropera et al., Fundamentals of
Heat and Mass Transfer, 7th ed. (2011), tables 11.3 and 11.4; Mason (1955) for cross flow with both streams
unmixed.
"""

import difflib
import math
import re
from collections.abc import Callable

import jax.numpy as jnp
import numpy as np
from jax import Array
from jax.scipy.special import erfc
from scipy.special import gammaln

Real = float | int | np.floating | np.ndarray | Array

_SERIES_TERMS = 144  # enough for a Poisson variable of mean _SERIES_LIMIT: the tail left out is below 1e-15
_SERIES_LIMIT = 60.0
_SERIES_POWERS = np.arange(_SERIES_TERMS)
_SERIES_FACTORS = np.exp(_SERIES_POWERS * np.log(_SERIES_LIMIT) - gammaln(_SERIES_POWERS + 2))
_TINY = 1e-30


def _phi(x: Real) -> Array:
    """(1 - exp(-x)) / x, with its limit 1 and a finite slope at x = 0."""
    small = jnp.abs(x) < 0.05
    safe = jnp.where(small, 1.0, x)
    series = 1.0 - x / 2.0 * (1.0 - x / 3.0 * (1.0 - x / 4.0 * (1.0 - x / 5.0 * (1.0 - x / 6.0))))
    return jnp.where(small, series, -jnp.expm1(-safe) / safe)


def _counter(n: Real, c: Real) -> Array:
    p = jnp.multiply(n, _phi(n * (1.0 - c)))
    return p / (1.0 + c * p)


def _parallel(n: Real, c: Real) -> Array:
    return jnp.multiply(n, _phi(n * (1.0 + c)))


def _shell_and_tube(n: Real, c: Real) -> Array:
    s = jnp.sqrt(1.0 + c**2)
    t = jnp.tanh(0.5 * n * s)
    return 2.0 * t / ((1.0 + c) * t + s)


def _cross_both_unmixed(n: Real, c: Real) -> Array:
    # The power has no slope at 0; there the factor n alone carries the value.
    power = jnp.maximum(n, 1e-9) ** 0.78
    return -jnp.expm1(-n * _phi(c * power))


def _poisson_tails_over_mean(mean: Array) -> Array:
    """P(X > k) / mean for k = 0, 1, ..., X a Poisson variable; exact at mean = 0. Shape (..., terms).

    The mass e^-mean mean^m / m! is written with (mean / 60)^m, so that single precision does not overflow.
    """
    scaled = mean[..., None] / _SERIES_LIMIT
    higher = jnp.power(scaled, jnp.asarray(_SERIES_POWERS[1:], mean.dtype))
    powers = jnp.concatenate([jnp.ones_like(scaled), higher], axis=-1)  # the slope of 0^0 would be nan
    mass = jnp.exp(-mean)[..., None] * powers * jnp.asarray(_SERIES_FACTORS, mean.dtype)
    return jnp.cumsum(mass[..., ::-1], axis=-1)[..., ::-1]


def _cross_both_unmixed_exact(n: Real, c: Real) -> Array:
    """Mason's series  1/(C N) sum_k P(X > k) P(Y > k)  with X, Y Poisson variables of means N and C N.

    It equals E[min(X, Y)] / (C N). The number of terms is fixed, as tracing needs; beyond N = 60 the
    difference X - Y is taken as normal with the first Edgeworth and lattice corrections, off by less than
    1e-6 there.
    """
    n, c = jnp.broadcast_arrays(jnp.asarray(n), jnp.asarray(c))
    few = jnp.minimum(n, _SERIES_LIMIT)
    tails, cold_tails = _poisson_tails_over_mean(few), _poisson_tails_over_mean(c * few)
    series = few * jnp.sum(tails * cold_tails, axis=-1)

    many, c_many = jnp.maximum(n, _SERIES_LIMIT), jnp.maximum(c, 1e-3)
    mean, deviation = many * (1.0 - c_many), jnp.sqrt(many * (1.0 + c_many))
    z = mean / deviation
    # E[min] = C N - E[max(0, Y - X)], and for a normal variable K, E[max(0, -K)] = s (pdf(z) - z Q(z)).
    pdf = jnp.exp(-0.5 * z**2) / math.sqrt(2.0 * math.pi)
    correction = 1.0 - (1.0 + z**2) / (8.0 * deviation**2)
    shortfall = deviation * (pdf * correction - z * 0.5 * erfc(z / math.sqrt(2.0)))
    normal = jnp.where(c < 1e-3, 1.0, 1.0 - shortfall / (c_many * many))
    return jnp.where(n <= _SERIES_LIMIT, series, normal)


def _cross_cmax_mixed(n: Real, c: Real) -> Array:
    y = -jnp.expm1(-n)
    return y * _phi(c * y)


def _cross_cmin_mixed(n: Real, c: Real) -> Array:
    return -jnp.expm1(-n * _phi(c * n))


def _cross_both_mixed(n: Real, c: Real) -> Array:
    return jnp.divide(n, 1.0 / _phi(n) + 1.0 / _phi(c * n) - 1.0)


def _condenser(n: Real, c: Real) -> Array:
    return -jnp.expm1(-n) + 0.0 * c


_FORMULAS: dict[str, Callable[[Real, Real], Array]] = {
    "counter": _counter,
    "parallel": _parallel,
    "shell_and_tube": _shell_and_tube,
    "cross_both_unmixed_exact": _cross_both_unmixed_exact,
    "cross_both_unmixed": _cross_both_unmixed,
    "cross_cmax_mixed": _cross_cmax_mixed,
    "cross_cmin_mixed": _cross_cmin_mixed,
    "cross_both_mixed": _cross_both_mixed,
    "condenser": _condenser,
}

_ALIASES = {
    "counterflow": "counter",
    "countercurrent": "counter",
    "counter_current": "counter",
    "parallelflow": "parallel",
    "cocurrent": "parallel",
    "co_current": "parallel",
    "shell12": "shell_and_tube",
    "shell_1_2": "shell_and_tube",
    "shell_tube": "shell_and_tube",
    "tema_e": "shell_and_tube",
    "cross": "cross_both_unmixed_exact",
    "cross_unmixed": "cross_both_unmixed_exact",
    "cross_both_unmixed_approx": "cross_both_unmixed",
    "cross_cmax_mixed_cmin_unmixed": "cross_cmax_mixed",
    "cross_cmin_mixed_cmax_unmixed": "cross_cmin_mixed",
    "cross_cmin_unmixed": "cross_cmax_mixed",
    "cross_cmax_unmixed": "cross_cmin_mixed",
    "cross_mixed": "cross_both_mixed",
    "evaporator": "condenser",
    "boiler": "condenser",
    "heat_pipe": "condenser",
    "thermosyphon": "condenser",
}


def find_arrangement(name: str) -> str:
    """The arrangement meant by a usual spelling of it ("counter-flow", "Cross, Cmax mixed", "shell12").

    Raises:
        ValueError: no such arrangement; the message names the nearest one and lists all.
    """
    key = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_")
    key = re.sub(r"(?<=[a-z])_?flow(?=_|$)", "", key)
    key = _ALIASES.get(key, key)
    if key in _FORMULAS:
        return key
    near = difflib.get_close_matches(key, [*_FORMULAS, *_ALIASES], n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise ValueError(f"unknown arrangement {name!r}.{hint} Known: {', '.join(_FORMULAS)}")


def effectiveness(ntu: Real, capacity_ratio: Real, arrangement: str) -> Array:
    """Effectiveness of a heat exchanger (-), 0 to 1. Traceable in both numbers.

    Args:
        ntu: UA / C_min (-), >= 0; broadcasts against `capacity_ratio`.
        capacity_ratio: C = C_min / C_max (-), 0 to 1.
        arrangement: one of these or a usual spelling of it (see `find_arrangement`):

            counter                    (1 - e^(-N(1-C))) / (1 - C e^(-N(1-C)))            Incropera 11.29
            parallel                   (1 - e^(-N(1+C))) / (1 + C)                          11.28
            shell_and_tube             one shell pass, 2, 4, ... tube passes               11.30
            cross_both_unmixed_exact   Mason's series
            cross_both_unmixed         1 - exp(N^0.22 (exp(-C N^0.78) - 1) / C)            11.32, 1 to 2 % off
            cross_cmax_mixed           (1 - exp(-C (1 - e^-N))) / C                        11.33
            cross_cmin_mixed           1 - exp(-(1 - e^(-C N)) / C)                        11.34
            cross_both_mixed           1 / (1/(1-e^-N) + C/(1-e^(-C N)) - 1/N)             Kays & London
            condenser                  1 - e^-N, for any C: one side changes phase (see `heat_pipe_rate`)  11.35

    Raises:
        ValueError: unknown arrangement.
    """
    formula = _FORMULAS[find_arrangement(arrangement)]
    # Rounding may push a result past the second law.
    return jnp.minimum(formula(ntu, capacity_ratio), 1.0)


def heat_pipe_rate(gas_rate: Real, water_rate: Real, gas_resistance: Real, water_resistance: Real) -> Array:
    """Heat that a heat pipe moves for 1 K between the entering gas and the entering water, W/K. Traceable.

        1/K = 1/(eps_g C_g) + 1/(eps_w C_w),    eps = 1 - exp(-1 / (R C)) on either side

    Vapour of one temperature lies between two exchangers, each with one side that changes phase (Incropera 11.35; A.
    Faghri, Heat Pipe Science and Technology (1995), ch. on heat-pipe exchangers). K is below C_g and C_w: neither side
    crosses the vapour's temperature, and the gas does not cross the water's.

    Args:
        gas_rate, water_rate: capacity rates C (W/K), >= 0; one of 1e12 keeps its temperature.
        gas_resistance, water_resistance: R from the gas to the vapour and from it to the water (K/W), >= 0.
    """
    sides = []
    for rate, resistance in ((gas_rate, gas_resistance), (water_rate, water_resistance)):
        product = jnp.maximum(jnp.asarray(resistance) * rate, _TINY)
        sides.append(jnp.maximum(rate * -jnp.expm1(-1.0 / product), _TINY))
    # The smaller over the sum: a product of two small rates would vanish in single precision.
    return jnp.minimum(*sides) / (1.0 + jnp.minimum(*sides) / jnp.maximum(*sides))
