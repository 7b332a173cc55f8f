"""The direct solver against the assembled operator, and its edge cases."""

from itertools import product

import jax.numpy as jnp
import numpy as np
import pytest
from orders import tanh_edges

from jamsu.solver.linear.fast_diagonalization import fast_diagonalization, stiffness

ENDS = ("neumann", "dirichlet")


def axis_operators(cells, length, strength, ends):
    """Distances, widths, and the dense stiffness and mass of one direction."""
    edges = tanh_edges(cells, length, strength)
    width = np.diff(edges)
    distance = np.concatenate([width[:1] / 2, (width[1:] + width[:-1]) / 2, width[-1:] / 2])
    return distance, width, stiffness(distance, ends), np.diag(width)


def problem(ends, dtype=jnp.float64, shape=(6, 4, 5)):
    axes = [axis_operators(n, 1.0 + a, 1.0 * a, ends[a]) for a, n in enumerate(shape)]
    solver = fast_diagonalization([a[0] for a in axes], [a[1] for a in axes], ends, dtype)
    (kx, mx), (ky, my), (kz, mz) = (a[2:] for a in axes)

    def kron(a, b, c):
        return np.kron(np.kron(a, b), c)

    return solver, kron(kx, my, mz) + kron(mx, ky, mz) + kron(mx, my, kz), kron(mx, my, mz)


@pytest.mark.parametrize(
    "ends",
    [
        (("dirichlet", "dirichlet"),) * 3,
        (("neumann", "dirichlet"), ("neumann", "neumann"), ("dirichlet", "neumann")),
    ],
)
@pytest.mark.parametrize(("shift", "scale"), [(0.0, 1.0), (3.0, 0.2)])
def test_solves_the_assembled_operator(ends, shift, scale):
    solver, operator, mass = problem(ends)
    rhs = np.random.default_rng(0).standard_normal((6, 4, 5))
    found = solver.solve(jnp.asarray(rhs), shift, scale)
    expected = np.linalg.solve(shift * mass + scale * operator, rhs.ravel()).reshape(rhs.shape)
    np.testing.assert_allclose(found, expected, rtol=1e-10, atol=1e-12)


def test_factors_solve_the_product_of_three_lines():
    ends = (("neumann", "dirichlet"), ("neumann", "neumann"), ("dirichlet", "dirichlet"))
    axes = [axis_operators(n, 1.0 + a, 1.0 * a, ends[a]) for a, n in enumerate((6, 4, 5))]
    solver, _, _ = problem(ends)
    x, y, z = (mass + 0.3 * stiff for _, _, stiff, mass in axes)
    rhs = np.random.default_rng(3).standard_normal((6, 4, 5))
    expected = np.linalg.solve(np.kron(np.kron(x, y), z), rhs.ravel()).reshape(rhs.shape)
    np.testing.assert_allclose(solver.solve_factors(jnp.asarray(rhs), 0.3), expected, rtol=1e-10)


def test_factors_come_second_order_close_to_the_whole():
    solver, _, _ = problem((("dirichlet", "dirichlet"),) * 3)
    rhs = np.random.default_rng(4).standard_normal((6, 4, 5))

    def apart(scale):
        return np.linalg.norm(
            solver.solve_factors(jnp.asarray(rhs), scale) - solver.solve(jnp.asarray(rhs), 1.0, scale)
        )

    # The steps are short: scale times the largest eigenvalue is well below one.
    assert np.log2(apart(2e-5) / apart(1e-5)) == pytest.approx(2, abs=0.05)


def test_a_long_duct_keeps_its_slowest_mode():
    """Its eigenvalue is 1e-15 of the largest, yet it carries the flow: an open end is no singular problem."""
    ends = (("neumann", "dirichlet"), ("neumann", "neumann"), ("neumann", "neumann"))
    axes = [axis_operators(n, length, 0.0, e) for n, length, e in zip((8, 1, 4), (1e5, 1.0, 1e-2), ends, strict=True)]
    solver = fast_diagonalization([a[0] for a in axes], [a[1] for a in axes], ends, jnp.float64)
    rhs = np.zeros((8, 1, 4))
    rhs[0] = 1.0  # let in at the closed end: each section passes it on
    found = np.asarray(solver.solve(jnp.asarray(rhs)))[:, 0]
    passed = -np.diff(found.sum(1)) * (1e-2 / 4) / (1e5 / 8)
    np.testing.assert_allclose(passed, 4.0, rtol=1e-9)


@pytest.mark.parametrize(("dtype", "tolerance"), [(jnp.float64, 1e-12), (jnp.float32, 2e-5)])
def test_closed_box_leaves_the_constant_out(dtype, tolerance):
    solver, operator, mass = problem((("neumann", "neumann"),) * 3, dtype)
    rhs = np.random.default_rng(1).standard_normal((6, 4, 5))
    rhs -= rhs.mean()
    found = np.asarray(solver.solve(jnp.asarray(rhs, dtype)), float)
    assert found.dtype == np.float64
    np.testing.assert_allclose((operator @ found.ravel()).reshape(rhs.shape), rhs, atol=tolerance * 10)
    assert abs(np.sum(mass @ found.ravel())) <= tolerance * 10


def test_one_cell_along_an_axis():
    for where in range(3):
        shape = tuple(1 if a == where else 5 for a in range(3))
        solver, operator, _ = problem(((("dirichlet", "dirichlet")),) * 3, shape=shape)
        rhs = np.random.default_rng(2).standard_normal(shape)
        expected = np.linalg.solve(operator, rhs.ravel()).reshape(shape)
        np.testing.assert_allclose(solver.solve(jnp.asarray(rhs)), expected, rtol=1e-10)


def test_every_pair_of_ends_is_symmetric_and_not_negative():
    for ends in product(ENDS, repeat=2):
        matrix = stiffness(np.array([0.5, 1.0, 2.0, 0.25]), ends)
        np.testing.assert_array_equal(matrix, matrix.T)
        smallest = np.linalg.eigvalsh(matrix)[0]
        assert smallest == pytest.approx(0, abs=1e-14) if ends == ("neumann",) * 2 else smallest > 0
