"""The projection: no divergence left, idempotent, never adds kinetic energy; open boxes and obstacles."""

from dataclasses import replace
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from orders import tanh_edges
from roundoff import direct_share, divergence_bound, flux_noise, iterative_share

from jamsu.benchmarks.throughput import vessel_model
from jamsu.solver.box import box_mesh
from jamsu.solver.flow import pressure
from jamsu.solver.flow.pressure import box_solver, project
from jamsu.solver.grid.mesh import AXES, along, pad_ends
from jamsu.solver.grid.operators import difference, divergence

DT = 0.1
solve = jax.jit(partial(project, dt=DT), static_argnames=("tolerance", "continuity"))
outflow = jax.jit(divergence)


def open_box(dtype, strength):
    return box_mesh([tanh_edges(n, length, strength) for n, length in ((12, 1.0), (9, 2.0), (10, 0.5))], dtype)


def random_velocity(mesh, seed=0):
    """Random on the inner faces, nothing through the sides and through closed faces."""
    rng = np.random.default_rng(seed)
    velocity = []
    for axis in AXES:
        inner = [n - (a == axis) for a, n in enumerate(mesh.shape)]
        value = np.pad(rng.standard_normal(inner), [(1, 1) if a == axis else (0, 0) for a in AXES])
        if mesh.obstacles is not None:
            value = value * np.asarray(mesh.obstacles.free[axis])
        velocity.append(jnp.asarray(value, mesh.dtype))
    return tuple(velocity)


@jax.jit
def energy(mesh, velocity):
    """Sum of area times distance times u^2 / 2, the norm in which the projection is orthogonal."""
    return sum(jnp.sum(mesh.area[a] * along(mesh.spacing(a), a) * velocity[a] ** 2) / 2 for a in AXES)


@jax.jit
def slopes(mesh, potential):
    return tuple(pad_ends(difference(potential, a) / along(mesh.spacing(a)[1:-1], a), a) for a in AXES)


@pytest.mark.parametrize("strength", [0.0, 1.5])
@pytest.mark.parametrize("dtype", [jnp.float64, jnp.float32])
def test_open_box_is_left_without_divergence(dtype, strength):
    mesh = open_box(dtype, strength)
    velocity = random_velocity(mesh)
    found = solve(mesh, velocity, solver=box_solver(mesh))
    before, after = (float(jnp.max(jnp.abs(outflow(mesh, v)))) for v in (velocity, found.velocity))
    bound = divergence_bound(mesh, found.increment, velocity, DT, direct_share(mesh.shape, dtype))
    assert after <= bound < 1000 * float(jnp.finfo(dtype).eps) * before
    assert int(found.iterations) == 0
    assert energy(mesh, found.velocity) < energy(mesh, velocity)


@pytest.mark.parametrize("cells", [12, 24])
def test_vessel_with_a_block_is_left_without_divergence(cells):
    mesh = vessel_model(cells, jnp.float64).mesh
    velocity = random_velocity(mesh)
    found = solve(mesh, velocity, solver=box_solver(mesh), tolerance=1e-12, continuity=0.0)
    before, after = (float(jnp.linalg.norm(outflow(mesh, v))) for v in (velocity, found.velocity))
    # The iterations' own residual ends at the tolerance; rounding keeps the true one off it.
    noise = DT * np.linalg.norm(flux_noise(mesh, found.increment))
    assert after <= 1e-12 * before + 2 * iterative_share(found.iterations, jnp.float64) * noise
    assert int(found.iterations) <= 50
    assert energy(mesh, found.velocity) < energy(mesh, velocity)
    for axis in AXES:
        assert not np.any(np.asarray(found.velocity[axis])[np.asarray(mesh.area[axis]) == 0])


def test_iterations_hardly_grow_with_the_grid():
    """The preconditioner is the open box's direct solution; 1e-6 in about 20 iterations."""
    counts = []
    for cells in (12, 24):
        mesh = vessel_model(cells, jnp.float64).mesh
        found = solve(mesh, random_velocity(mesh), solver=box_solver(mesh), tolerance=1e-6, continuity=0.0)
        counts.append(int(found.iterations))
    print(counts)
    assert counts[1] <= 25
    assert counts[1] <= counts[0] + 6


def test_sweeps_spare_iterations(monkeypatch):
    """Jacobi sweeps after the direct solution take out what it leaves in cut cells and beside the block."""
    mesh = vessel_model(16, jnp.float64).mesh
    counts = {}
    for sweeps in (pressure.SWEEPS, ()):
        monkeypatch.setattr(pressure, "SWEEPS", sweeps)
        afresh = jax.jit(lambda mesh, velocity, solver: project(mesh, velocity, DT, solver, tolerance=1e-6).iterations)
        counts[len(sweeps)] = int(afresh(mesh, random_velocity(mesh), box_solver(mesh)))
    print(counts)
    assert counts[3] <= 0.75 * counts[0]


def test_a_gradient_is_removed_whole_and_a_solution_kept():
    mesh = open_box(jnp.float64, 1.0)
    potential = jnp.asarray(np.random.default_rng(3).standard_normal(mesh.shape))
    slope = slopes(mesh, potential)
    gone = solve(mesh, slope, solver=box_solver(mesh)).velocity
    assert max(float(jnp.max(jnp.abs(v))) for v in gone) < 1e-11
    once = solve(mesh, random_velocity(mesh), solver=box_solver(mesh)).velocity
    twice = solve(mesh, once, solver=box_solver(mesh)).velocity
    for a, b in zip(once, twice, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-12)


def test_faces_that_are_not_free_keep_their_velocity():
    mesh = vessel_model(12, jnp.float64).mesh
    obstacles = mesh.obstacles
    free = np.array(obstacles.free[0])
    free[6, 6:9, 3:9] = 0  # a fan in the flow
    mesh = replace(mesh, obstacles=replace(obstacles, free=(jnp.asarray(free), *obstacles.free[1:])))
    velocity = random_velocity(mesh)
    given = velocity[0].at[6, 6:9, 3:9].set(0.3)
    found = solve(mesh, (given, *velocity[1:]), solver=box_solver(mesh), tolerance=1e-10, continuity=0.0)
    np.testing.assert_array_equal(found.velocity[0][6, 6:9, 3:9], 0.3)
    assert float(jnp.max(jnp.abs(outflow(mesh, found.velocity)))) < 1e-8
