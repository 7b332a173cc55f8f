"""Anderson acceleration: GMRES on linear maps, the same steady state in fewer steps, and it keeps what is linear."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest

from jamsu.benchmarks import cavity, marching, registry
from jamsu.solver.box import box_mesh
from jamsu.solver.flow.model import initial_state
from jamsu.solver.grid.operators import divergence
from jamsu.solver.march.acceleration import Mixture, weights

RAYLEIGH, PRANDTL, CELLS = 1e5, 0.71, 24


@pytest.fixture(scope="module")
def marches():
    """The cavity's steady state by marching alone and with acceleration."""
    model = cavity.cavity_model(RAYLEIGH, PRANDTL, CELLS)
    start = marching.falling_along(0, model)
    decay = marching.diffusive_decay(PRANDTL)
    found = {faster: marching.steady(model, start, decay, 1e-8, 5.0, faster) for faster in (False, True)}
    return model, found


def test_the_steady_state_is_the_same_in_fewer_steps(marches):
    _, found = marches
    (plain, _, steps), (fast, remaining, fewer) = found[False], found[True]
    assert remaining <= 1e-8
    assert fewer <= 0.75 * steps
    np.testing.assert_allclose(fast.temperature, plain.temperature, atol=1e-7)
    speed = max(float(jnp.max(jnp.abs(v))) for v in plain.velocity)
    for a, b in zip(fast.velocity, plain.velocity, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-7 * speed)


def test_a_mixture_keeps_walls_and_continuity(marches):
    """Of any three states without divergence, however far apart."""
    model, found = marches
    steady = found[False][0]
    march, _ = marching._compiled()
    mixture, state = Mixture(model.mesh), marching.falling_along(0, model)
    for _ in range(3):
        after, _ = march(model, state, jnp.asarray(2e-5))
        state = mixture.next(state, after)
    assert float(jnp.max(jnp.abs(state.temperature - steady.temperature))) > 1e-2
    assert float(jnp.max(jnp.abs(state.temperature - after.temperature))) > 1e-6
    flow = float(jnp.max(jnp.abs(state.velocity[2]))) * float(jnp.max(model.mesh.widths(0)))
    assert float(jnp.max(jnp.abs(divergence(model.mesh, state.velocity)))) < 1e-11 * flow
    assert not np.any(np.asarray(state.velocity[0])[[0, -1]])


def test_a_linear_map_is_solved_in_as_many_blocks_as_it_has_modes():
    """Temperatures that decay to a fixed field at 4 rates, two of them oscillating: 5 blocks instead of hundreds."""
    edges = np.linspace(0, 1, 5)
    mesh = box_mesh([edges, edges[:2], edges[:2]], jnp.float64)
    shrink = np.zeros((4, 4))
    shrink[0, 0], shrink[1, 1] = 0.99, -0.9
    shrink[2:, 2:] = 0.97 * np.array([[np.cos(0.3), -np.sin(0.3)], [np.sin(0.3), np.cos(0.3)]])
    turn = np.linalg.qr(np.random.default_rng(0).standard_normal((4, 4)))[0]
    fixed = np.array([1.0, -2.0, 3.0, 0.5])
    state, mixture = initial_state(mesh), Mixture(mesh)
    for _ in range(6):
        now = np.asarray(state.temperature)[:, 0, 0]
        after = fixed + turn @ shrink @ turn.T @ (now - fixed)
        state = mixture.next(state, replace(state, temperature=jnp.asarray(after[:, None, None])))
        mixture.smallest = np.inf  # GMRES's residual may rise on its way
    np.testing.assert_allclose(np.asarray(state.temperature)[:, 0, 0], fixed, atol=1e-6)


def test_weights_are_those_of_least_squares():
    plain = np.random.default_rng(1).standard_normal((3, 50))
    size = np.array([1.0, 1e-6, 1e3])
    rows = np.append(plain * size[:, None], np.zeros((1, 50)), axis=0)
    target = np.random.default_rng(2).standard_normal(50)
    expected = np.linalg.lstsq(plain.T, target, rcond=None)[0] / size
    np.testing.assert_allclose(weights(rows @ rows.T, rows @ target), [*expected, 0.0], rtol=1e-9)


def test_a_history_ends_when_it_makes_things_worse():
    edges = np.linspace(0, 1, 3)
    mesh = box_mesh([edges, edges[:2], edges[:2]], jnp.float64)
    mixture, state = Mixture(mesh), initial_state(mesh)
    small, large = (replace(state, temperature=state.temperature + change) for change in (1e-3, 1.0))
    mixture.next(state, small)
    assert mixture.next(state, large) is large
    assert mixture.history is None


@pytest.mark.parametrize("acceleration", ["anderson", pytest.param("none", marks=pytest.mark.slow)])
def test_cavity_says_how_long_it_took(acceleration):
    found = registry.run("cavity", {"rayleigh": 1e4, "cells": 16, "acceleration": acceleration})
    assert found["converged"]
    assert 0 < found["answer_seconds"] <= found["seconds"]
