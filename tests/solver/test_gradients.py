"""Derivatives through a step, backwards, against differences: what `jax.grad` says of power, UA, sea and viscosity."""

from dataclasses import replace
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jamsu.cases import load_case
from jamsu.cases.run.levels import first_state, make_level
from jamsu.solver.box import box_model
from jamsu.solver.flow.model import initial_state
from jamsu.solver.flow.step import step
from jamsu.solver.linear.conjugate_gradient import conjugate_gradient
from jamsu.solver.operate import operate
from jamsu.solver.round import advance, one_step

SMALL = Path(__file__).parents[1] / "small.toml"


def difference(function, at, change):
    """A central difference."""
    return (function(at + change) - function(at - change)) / (2 * change)


def test_a_solution_is_differentiated_by_solving_again():
    """x = A(a)^-1 b: dx/da = -A^-1 A' x, dx/db = A^-1, whatever the guess; A has a null space that b has no part of."""
    n = 20
    chain = np.diff(np.eye(n), axis=0)

    def solved(scale, rhs, guess):
        matrix = jnp.asarray(chain.T) @ (scale[:, None] * jnp.asarray(chain))
        found = conjugate_gradient(lambda x: matrix @ x, rhs, guess, lambda r: r, 1e-13 * jnp.linalg.norm(rhs), 200)
        return jnp.sum(jnp.sin(jnp.arange(n)) * (found.x - jnp.mean(found.x)))

    rng = np.random.default_rng(3)
    scale, rhs = jnp.asarray(1 + rng.random(n - 1)), rng.standard_normal(n)
    rhs, guess = jnp.asarray(rhs - rhs.mean()), jnp.asarray(rng.standard_normal(n))
    by_scale, by_rhs = jax.jit(jax.grad(solved, (0, 1)))(scale, rhs, guess)
    for number in (0, 7):
        along = jnp.zeros(n - 1).at[number].set(1.0)
        found = difference(lambda e, a=along: solved(scale + e * a, rhs, guess), 0.0, 1e-5)
        assert float(by_scale[number]) == pytest.approx(float(found), rel=1e-5)
    exact = np.linalg.pinv(chain.T @ (np.asarray(scale)[:, None] * chain)) @ np.sin(np.arange(n))
    np.testing.assert_allclose(by_rhs - by_rhs.mean(), exact - exact.mean(), atol=1e-9)


@pytest.mark.parametrize("turbulence", ["laminar", "wale"])
def test_through_a_step_of_a_box(turbulence):
    """A heated cavity on its way, by its viscosity and by the temperature of its hot side."""
    edges = [np.linspace(0, 1, n + 1) for n in (8, 6, 8)]
    model = box_model(
        edges,
        viscosity=2e-3,
        buoyancy=0.3,
        conductivity=3e-3,
        capacity=1.0,
        sides=[((1.0, np.inf), (0.0, np.inf)), (None, None), (None, None)],
        turbulence=turbulence,
        conduction="explicit",
        implicit_viscosity=False,
        dtype=jnp.float64,
    )
    dt = jnp.asarray(0.05)
    march = jax.jit(lambda model, state: jax.lax.fori_loop(0, 40, lambda _, s: step(model, s, dt)[0], state))
    state = march(model, initial_state(model.mesh, 0.5))

    def told(viscosity, hot):
        fluid = replace(model.fluid, viscosity=viscosity * model.fluid.viscosity)
        heat = replace(model.heat, exchange_temperature=hot * model.heat.exchange_temperature)
        now = state
        for _ in range(2):
            now, _report = step(replace(model, fluid=fluid, heat=heat), now, dt)
        return jnp.sum(now.temperature**2) + 10 * sum(jnp.sum(component**2) for component in now.velocity)

    one = jnp.asarray(1.0)
    told = jax.jit(told)
    by_viscosity, by_hot = jax.jit(jax.grad(told, (0, 1)))(one, one)
    assert float(by_viscosity) == pytest.approx(float(difference(lambda v: told(v, one), one, 1e-4)), rel=1e-5)
    assert float(by_hot) == pytest.approx(float(difference(lambda h: told(one, h), one, 1e-4)), rel=1e-5)


def check_module(level, state, dt):
    """Gradients of what one step tells against differences, for what an engineer can change."""

    def told(operation, viscosity):
        module = operate(level.layout, operation)
        gas = module.domains["gas"]
        fluid = replace(gas.fluid, viscosity=viscosity * gas.fluid.viscosity)
        tight = {"pressure_tolerance": jnp.asarray(1e-11), "continuity": jnp.asarray(0.0)}
        module = replace(module, domains={"gas": replace(gas, fluid=fluid, **tight)})
        now, report = one_step(module, state, jnp.asarray(dt))
        capacity = module.model.heat.capacity
        warmth = jnp.sum(capacity * now.flow.temperature**2) / jnp.sum(capacity)
        motion = sum(jnp.sum(component**2) for component in now.flow.velocity)
        return 1e-3 * warmth + 1e-4 * motion + 1e-4 * report.exchanged["coils"] + 1e-3 * report.exchanged["hull"]

    told = jax.jit(told)
    one, operation = jnp.asarray(1.0), level.operation
    by_operation, by_viscosity = jax.jit(jax.grad(told, (0, 1)))(operation, one)
    for name, at, share in (("rack_power", (0, 3), 1e-3), ("coil_ua", (1,), 1e-3), ("sea_temperature", (), 1e-6)):
        value = getattr(operation, name)

        def changed(e, name=name, value=value, at=at):
            return told(replace(operation, **{name: value.at[at].add(e)}), one)

        expected = difference(changed, 0.0, share * float(value[at]))
        assert float(getattr(by_operation, name)[at]) == pytest.approx(float(expected), rel=1e-5), name
    expected = difference(partial(told, operation), one, 1e-3)
    assert float(by_viscosity) == pytest.approx(float(expected), rel=1e-5)
    assert all(np.all(np.isfinite(leaf)) for leaf in jax.tree_util.tree_leaves(by_operation))


def marched(level, dt, rounds):
    state = first_state(level)
    for _ in range(rounds):
        state, _ = advance(level.module, state, jnp.asarray(dt), jnp.asarray(20))
    return state


def test_through_a_step_of_a_vessel():
    """Cut cells, racks with rear doors, k-epsilon, the hull's films."""
    case = load_case(SMALL, ("solver.turbulence=k_epsilon",))
    level = make_level(case, 1.0, None, True)
    check_module(level, marched(level, 2e-3, 2), 2e-3)


@pytest.mark.slow
def test_through_a_step_of_natick2():
    level = make_level(load_case("natick2", ("solver.precision=float64",)), 2.0, None, True)
    check_module(level, marched(level, 2e-3, 3), 2e-3)
