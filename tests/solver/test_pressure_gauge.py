"""The pressure of a closed vessel is known up to a constant: its mean is 0, whatever the first guess says."""

import jax.numpy as jnp
import numpy as np
import pytest
from test_pressure import random_velocity, solve

from jamsu.benchmarks.throughput import vessel_model
from jamsu.solver.flow.pressure import box_solver


@pytest.fixture(scope="module")
def mesh():
    return vessel_model(12, jnp.float32).mesh


def mean(mesh, increment):
    volume = np.asarray(mesh.volume * mesh.obstacles.driven_cell, float)
    return np.sum(volume * np.asarray(increment, float)) / volume.sum()


def test_a_constant_in_the_first_guess_is_dropped(mesh):
    """It would be handed on from step to step, and each would add it to the pressure."""
    velocity = random_velocity(mesh)
    zero = jnp.zeros(mesh.shape, jnp.float32)
    plain = solve(mesh, velocity, solver=box_solver(mesh), guess=zero)
    shifted = solve(mesh, velocity, solver=box_solver(mesh), guess=zero + 1.0 * mesh.obstacles.driven_cell)
    size = float(jnp.max(jnp.abs(plain.increment)))
    assert size > 0.01
    for found in (plain, shifted):
        assert abs(mean(mesh, found.increment)) < 1e-6 * size
        assert not np.any(np.asarray(found.increment)[np.asarray(mesh.obstacles.driven_cell) == 0])
    np.testing.assert_allclose(shifted.increment, plain.increment, atol=1e-3 * size)
