"""The grid: what follows from the edges, as NumPy and under JAX, and what is refused."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jamsu.geometry.grid import Grid


def graded() -> Grid:
    return Grid(np.array([0.0, 1.0, 3.0]), np.array([-1.0, 0.0, 0.5, 2.0]), np.linspace(0.0, 2.0, 5))


def test_metrics_of_a_graded_grid():
    grid = graded()
    assert grid.shape == (2, 3, 4)
    assert grid.cell_count == 24
    np.testing.assert_allclose(grid.widths(1), [1.0, 0.5, 1.5])
    np.testing.assert_allclose(grid.centres(0), [0.5, 2.0])
    np.testing.assert_allclose(grid.spacing(1), [0.5, 0.75, 1.0, 0.75])
    assert grid.cell_volume.shape == (2, 3, 4)
    assert grid.cell_volume.sum() == pytest.approx(3 * 3 * 2)
    assert grid.face_area(1).shape == (2, 1, 4)
    assert grid.face_area(1).sum() == pytest.approx(3 * 2)
    assert (grid.lower, grid.upper) == ((0.0, -1.0, 0.0), (3.0, 2.0, 2.0))


def test_edges_are_leaves_and_a_new_grading_compiles_nothing():
    compilations = 0

    @jax.jit
    def volume(grid: Grid):
        nonlocal compilations
        compilations += 1
        return jnp.sum(grid.cell_volume) + jnp.sum(grid.spacing(0))

    first, second = graded(), Grid(np.array([0.0, 2.0, 3.0]), *(graded().edges(a) for a in (1, 2)))
    assert volume(first) == pytest.approx(18 + 3)
    assert volume(second) == pytest.approx(18 + 3)
    assert compilations == 1
    assert len(jax.tree.leaves(first)) == 3
    gradient = jax.grad(lambda grid: jnp.sum(grid.cell_volume))(jax.tree.map(jnp.asarray, first))
    np.testing.assert_allclose(gradient.x_edge, [-6.0, 0.0, 6.0], atol=1e-12)


def test_bad_edges_are_named():
    good = np.linspace(0.0, 1.0, 3)
    with pytest.raises(ValueError, match="y_edge: edges must increase; edge 1"):
        Grid(good, np.array([0.0, 1.0, 1.0]), good)
    with pytest.raises(ValueError, match="z_edge: not finite at index 1"):
        Grid(good, good, np.array([0.0, np.nan, 1.0]))
    with pytest.raises(ValueError, match="x_edge: expected one dimension"):
        Grid(np.zeros((2, 2)), good, good)
