"""Newton's method on the heat balance of all cells and the exchangers' states, and derivatives of its solution.

The unknowns are the cells' temperatures and the exchangers' states (walls, films, duties), which a round of the march
would leave as they are. The march's limiter and the films make their balance nonlinear. A Newton step solves the
balance's own linearisation by GMRES, with the upwind operator's lines as the preconditioner of the temperature
(`jamsu.solver.frozen_flow.upwind`). The limiter has kinks, so a step is halved until the residual falls. In the end
a rise of all cells alike takes up the sum of what is left, so that the heat
balance closes to about a millionth.

The solution is a root: `jax.lax.custom_root` differentiates it by one more linear system, forwards, or backwards by the
transpose.
Source: Knoll & Keyes, J. Comput. Phys. 193 (2004) 357 (Jacobian-free Newton-Krylov with a low-order preconditioner).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
from jax.flatten_util import ravel_pytree
from jaxtyping import Array, Float

from jamsu.solver.frozen_flow.equation import Transport, upwind_of
from jamsu.solver.frozen_flow.upwind import Lines, factored, preconditioned, preconditioned_transpose, product
from jamsu.solver.linear.gmres import gmres

MOST_STEPS = 40
MOST_ITERATIONS = 60  # of GMRES in a Newton step
FORCING = 0.1  # share of the residual that a Newton step's linear system may leave
HALVINGS = 4
SMALL_DIFFERENCE = 1e-6  # K
TOLERANCE = 1e-4  # sum of all cells' residuals over the heat that passes
CLOSURE = 0.1  # times the tolerance: the sum with signs, before the last rise of all cells
STATES = 1.0  # times the tolerance: root mean square of the exchangers' deviations over their size
DERIVATIVE_TOLERANCE = {4: 1e-5, 8: 1e-10}  # of a derivative's linear system, by bytes of a number
DERIVATIVE_ITERATIONS = 400

Unknown = tuple[Float[Array, "nx ny nz"], Any]
"""Temperature of the cells, K, and the exchangers' states: any pytree of floating-point arrays."""


class Steps(NamedTuple):
    """Newton steps taken, and 1 where the residuals became small enough, else 0."""

    taken: Array
    converged: Array


class _Weights(NamedTuple):
    """What makes residuals of the states comparable with watts.

    Attributes:
      passing: heat that passes the gas, W.
      cell: that heat over the root of the number of cells, W.
      states: like the states, 1 over the size of each, times `cell` over the root of the number of its entries.
    """

    passing: Array
    cell: Array
    states: Any


def balanced(
    balance: Callable[[Unknown], Unknown],
    start: Unknown,
    given: Transport,
    *,
    tolerance: Array | float = TOLERANCE,
) -> tuple[Unknown, Steps]:
    """The unknowns with `balance(unknown) = 0`, and how they were found.

    It is differentiable in all that `balance` is made of, not in `start` and `given`.

    Args:
      balance: what the cells have too much of (W; see `equation.heat_rate`), and by how much each state should change.
      start: a first guess.
      given: the transport at the start, for the preconditioner.
      tolerance: largest sum of all cells' residuals over the heat that passes the gas.
    """
    start, given = jax.lax.stop_gradient((start, given))
    operator = upwind_of(given)
    lines = factored(operator)
    free = jnp.where(given.held, 0.0, 1.0).astype(given.before.dtype)
    response = jnp.vdot(free, product(operator, free))
    # Without a sink it is round-off, and no rise closes the balance.
    response = jnp.where(response > 1e-8 * jnp.vdot(free, operator.diagonal), response, jnp.inf)
    weights = _weights(given, start, jnp.vdot(free, operator.diagonal))

    def weighted(unknown: Unknown) -> Unknown:
        rate, states = balance(unknown)
        return rate, jax.tree_util.tree_map(jnp.multiply, weights.states, states)

    def solve(f: Callable[[Unknown], Unknown], start: Unknown) -> tuple[Unknown, Steps]:
        return _newton(f, start, lines, given.held, weights, response, jnp.asarray(tolerance, given.before.dtype))

    def tangent(g: Callable[[Unknown], Unknown], rate: Unknown) -> Unknown:
        return _linear_root(g, rate, lines, weights)

    return jax.lax.custom_root(weighted, start, solve, tangent, has_aux=True)


def _weights(given: Transport, start: Unknown, diagonal: Array) -> _Weights:
    """Weights by the heat of all sources, or what the surroundings give at the start, and by the states' size there.

    `diagonal` is the sum of the upwind operator's over the free cells, W/K.
    """
    temperature, states = start
    heat = given.model.heat
    sources = jnp.sum(jnp.abs(heat.source))
    outside = jnp.sum(jnp.abs(heat.exchange * (heat.exchange_temperature - temperature)))
    # Without either it is the heat that a small difference would drive through all cells.
    least = SMALL_DIFFERENCE * diagonal
    passing = jnp.maximum(
        jnp.maximum(sources, outside), jnp.maximum(least, jnp.sqrt(jnp.finfo(temperature.dtype).tiny))
    )
    cell = passing / jnp.sqrt(float(temperature.size))

    def of(leaf: Array) -> Array:
        size = jnp.max(jnp.abs(leaf), initial=0.0)
        return jnp.broadcast_to(cell / (jnp.where(size > 0, size, 1) * max(leaf.size, 1) ** 0.5), leaf.shape)

    return _Weights(passing, cell, jax.tree_util.tree_map(of, states))


def _newton(
    function: Callable[[Unknown], Unknown],
    start: Unknown,
    lines: Lines,
    held: Array,
    weights: _Weights,
    response: Array,
    tolerance: Array,
) -> tuple[Unknown, Steps]:
    """Newton steps until the residuals are small, or no step makes them smaller.

    `response` is the heat that all free cells lose when all are 1 K warmer, W/K.
    """
    flat, unraveled = ravel_pytree(start)
    free = ravel_pytree((jnp.where(held, 0.0, 1.0).astype(flat.dtype), _zeros(start[1])))[0]
    approximate = _preconditioner(start, lines, weights, preconditioned)

    def flat_function(x: Array) -> Array:
        return ravel_pytree(function(unraveled(x)))[0]

    def done(residual: Array) -> Array:
        _, states = unraveled(residual)
        enough = tolerance * weights.passing
        settled = _norm(ravel_pytree(states)[0]) <= STATES * tolerance * weights.cell
        total = jnp.vdot(free, residual)
        return (jnp.vdot(free, jnp.abs(residual)) <= enough) & (jnp.abs(total) <= CLOSURE * enough) & settled

    def going(carry: tuple[Array, Array, Array, Array]) -> Array:
        _, count, on, _ = carry
        return on & (count < MOST_STEPS)

    # The balance is traced twice and its linearisation once in all: compiling them is most of a first call's time.
    def step(carry: tuple[Array, Array, Array, Array]) -> tuple[Array, Array, Array, Array]:
        x, count, *_ = carry
        residual, slope = jax.linearize(flat_function, x)
        size = _norm(residual)
        found = gmres(
            lambda v: -slope(v),
            residual,
            approximate,
            jnp.where(done(residual), jnp.inf, FORCING * size),
            MOST_ITERATIONS,
        )
        change = found.x + jnp.vdot(free, found.residual) / response * free

        def shorter(carry: tuple[Array, Array, Array]) -> tuple[Array, Array, Array]:
            share, _, tries = carry
            return 0.5 * share, _norm(flat_function(x + 0.5 * share * change)), tries + 1

        def worse(carry: tuple[Array, Array, Array]) -> Array:
            _, new, tries = carry
            return ~(new < size) & (tries <= HALVINGS) & ~done(residual)

        first = (jnp.full((), 2.0, x.dtype), jnp.full((), jnp.inf, x.dtype), jnp.asarray(0))
        share, _, _ = jax.lax.while_loop(worse, shorter, first)
        # Where no step helps, the shortest is taken all the same: it leaves the kink.
        ended = done(residual)
        taken = count + jnp.where(ended, 0, 1)
        return jnp.where(ended, x, x + share * change), taken, ~ended, jnp.vdot(free, residual)

    carry = (flat, jnp.asarray(0), jnp.asarray(True), jnp.zeros((), flat.dtype))
    x, count, on, left = jax.lax.while_loop(going, step, carry)
    rise = jnp.where(on, 0, left / response)  # the last sum is that of x only where it was found good
    # A root's further outputs need tangents too, so they are no whole numbers.
    return unraveled(x + rise * free), Steps(count.astype(x.dtype), jnp.where(on, 0, 1).astype(x.dtype))


def _preconditioner(
    like: Unknown, lines: Lines, weights: _Weights, cells: Callable[[Lines, Array], Array]
) -> Callable[[Array], Array]:
    """An approximate inverse of minus the linearisation, on flat vectors: lines for the cells, weights for the rest."""
    _, unraveled = ravel_pytree(like)

    def approximate(x: Array) -> Array:
        rate, states = unraveled(x)
        return ravel_pytree((cells(lines, rate), jax.tree_util.tree_map(jnp.divide, states, weights.states)))[0]

    return approximate


def _linear_root(g: Callable[[Unknown], Unknown], rate: Unknown, lines: Lines, weights: _Weights) -> Unknown:
    """x with g(x) = `rate`, g being the weighted balance's linearisation."""
    _, unraveled = ravel_pytree(rate)

    def by(cells: Callable[[Lines, Array], Array]) -> Callable[[Callable[[Unknown], Unknown], Unknown], Unknown]:
        approximate = _preconditioner(rate, lines, weights, cells)

        def solve(operator: Callable[[Unknown], Unknown], b: Unknown) -> Unknown:
            flat = ravel_pytree(b)[0]
            enough = DERIVATIVE_TOLERANCE[flat.dtype.itemsize] * _norm(flat)

            def negative(x: Array) -> Array:
                return -ravel_pytree(operator(unraveled(x)))[0]

            return unraveled(-gmres(negative, flat, approximate, enough, DERIVATIVE_ITERATIONS).x)

        return solve

    backward = by(preconditioned_transpose)
    return jax.lax.custom_linear_solve(g, rate, by(preconditioned), transpose_solve=backward)


def _zeros(tree: Any) -> Any:
    return jax.tree_util.tree_map(jnp.zeros_like, tree)


def _norm(x: Array) -> Array:
    return jnp.sqrt(jnp.vdot(x, x))
