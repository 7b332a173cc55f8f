"""The linear algebra of a given flow's temperature: GMRES, the upwind operator, and its lines as a preconditioner."""

from dataclasses import replace
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np

from jamsu.solver.frozen_flow.upwind import factored, preconditioned, preconditioned_transpose, product, upwind
from jamsu.solver.linear.gmres import gmres


def random_flow(shape=(4, 5, 3), seed=1):
    """Divergence-free capacity rates through all faces (a curl, with closed sides), and conductances, W/K."""
    rng = np.random.default_rng(seed)
    nx, ny, nz = shape

    def potential(*points):
        values = rng.standard_normal(points)
        inner = np.zeros(points)
        inner[1:-1, 1:-1] = values[1:-1, 1:-1]
        return inner

    along_z = potential(nx + 1, ny + 1, nz)
    flux = [np.diff(along_z, axis=1), -np.diff(along_z, axis=0), np.zeros((nx, ny, nz + 1))]
    conductance = []
    for axis in range(3):
        g = 0.1 * rng.random(flux[axis].shape)
        ends = [slice(None)] * 3
        for end in (0, -1):
            ends[axis] = end
            g[tuple(ends)] = 0
        conductance.append(g)
    return tuple(map(jnp.asarray, flux)), tuple(map(jnp.asarray, conductance))


def random_operator(storage=0.0, held=True):
    flux, conductance = random_flow()
    shape = (*flux[2].shape[:2], flux[2].shape[2] - 1)
    exchange = jnp.asarray(0.3 * np.random.default_rng(2).random(shape))
    cells = jnp.zeros(shape, bool).at[1, 2, 1].set(held)
    return upwind(flux, conductance, exchange, storage, cells)


def matrix(function, shape):
    """The matrix of a linear function of cells."""
    columns = jax.vmap(lambda e: function(e.reshape(shape)).ravel())(jnp.eye(int(np.prod(shape))))
    return np.asarray(columns).T


def test_gmres_solves_a_system_without_symmetry():
    rng = np.random.default_rng(5)
    n = 30
    a = jnp.asarray(np.eye(n) * 4 + rng.standard_normal((n, n)) * 0.6)
    b = jnp.asarray(rng.standard_normal(n))
    found = gmres(lambda x: a @ x, b, lambda r: r / jnp.diag(a), 1e-10, 200, restart=12)
    np.testing.assert_allclose(found.x, np.linalg.solve(a, b), rtol=1e-8, atol=1e-9)
    assert 12 < int(found.iterations) < 100  # it restarted
    assert np.linalg.norm(found.residual) <= 1e-10
    short = gmres(lambda x: a @ x, b, lambda r: r, 1e-10, 12, restart=12)
    assert int(short.iterations) == 12
    np.testing.assert_allclose(short.residual, b - a @ short.x, atol=1e-10)


def test_gmres_says_what_a_singular_system_leaves():
    """What the operator cannot reach stays in the residual, and x stays finite."""
    diagonal = jnp.asarray([0.0, 2.0, 3.0, 4.0])
    for b, left in (([1.0, 0, 0, 0], [1.0, 0, 0, 0]), ([0, 4.0, 3.0, 2.0], [0, 0, 0, 0])):
        found = gmres(lambda x: diagonal * x, jnp.asarray(b), lambda r: r, 1e-9, 8, restart=4)
        np.testing.assert_allclose(found.residual, left, atol=1e-8)
        assert np.all(np.isfinite(found.x))
    np.testing.assert_allclose(found.x, [0, 2, 1, 0.5], atol=1e-8)


def test_the_upwind_operator_is_an_m_matrix_that_keeps_heat():
    a = random_operator()
    dense = matrix(partial(product, a), a.diagonal.shape)
    off = dense - np.diag(np.diag(dense))
    assert off.max() <= 0
    assert np.diag(dense).min() > 0
    inverse = np.linalg.inv(dense)
    assert inverse.min() >= -1e-14  # no cell gets colder where another is heated
    # Without a held cell, what leaves a cell enters others: its column sums to its own exchange.
    whole = random_operator(held=False)
    exchange = 0.3 * np.random.default_rng(2).random(a.diagonal.shape).ravel()
    np.testing.assert_allclose(matrix(partial(product, whole), a.diagonal.shape).sum(0), exchange, atol=1e-12)


def test_the_preconditioner_is_exact_along_one_axis_and_has_a_transpose():
    a = random_operator(storage=0.5)
    shape = a.diagonal.shape
    lines = factored(a)
    forward, backward = (matrix(partial(p, lines), shape) for p in (preconditioned, preconditioned_transpose))
    np.testing.assert_allclose(backward, forward.T, atol=1e-12)
    zero = jnp.zeros_like(a.diagonal)
    for axis in range(3):
        only = replace(
            a,
            below=tuple(c if b == axis else zero for b, c in enumerate(a.below)),
            above=tuple(c if b == axis else zero for b, c in enumerate(a.above)),
        )
        found = matrix(partial(preconditioned, factored(only)), shape) @ matrix(partial(product, only), shape)
        np.testing.assert_allclose(found, np.eye(a.diagonal.size), atol=1e-11)
