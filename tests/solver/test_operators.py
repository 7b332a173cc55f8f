"""Differences, divergence and face means on graded meshes."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from orders import assert_expected_order, tanh_edges

from jamsu.solver.box import box_mesh
from jamsu.solver.grid.mesh import AXES, along, take
from jamsu.solver.grid.operators import difference, divergence, face_mean, net_outflow

MESH = box_mesh([tanh_edges(7, 2.0), tanh_edges(5, 1.0, 1.0), np.cumsum([0.0, 0.2, 0.5, 0.1, 0.4])], jnp.float64)


def faces(rng):
    """Random velocities on the inner faces, nothing on the sides."""
    velocity = []
    for axis in AXES:
        shape = [n + (a == axis) for a, n in enumerate(MESH.shape)]
        value = rng.standard_normal(shape)
        index = [slice(None)] * 3
        for end in (0, -1):
            index[axis] = end
            value[tuple(index)] = 0
        velocity.append(jnp.asarray(value))
    return tuple(velocity)


def test_divergence_is_minus_the_adjoint_of_the_difference():
    """sum_cells p div(u) = - sum_faces A u (p_after - p_before)."""
    rng = np.random.default_rng(0)
    velocity, field = faces(rng), jnp.asarray(rng.standard_normal(MESH.shape))
    left, right = both_sides(MESH, velocity, field)
    assert float(left + right) == pytest.approx(0, abs=1e-12 * float(abs(left)))


@jax.jit
def both_sides(mesh, velocity, field):
    right = sum(jnp.sum(take(mesh.area[a] * velocity[a], a, 1, -1) * difference(field, a)) for a in AXES)
    return jnp.sum(field * divergence(mesh, velocity)), right


@jax.jit
def linear_errors(mesh, slopes):
    """Largest errors of difference quotients and face means of a linear field with these slopes."""
    x, y, z = jnp.meshgrid(*(mesh.centres(a) for a in AXES), indexing="ij")
    field = 1 + slopes[0] * x + slopes[1] * y + slopes[2] * z
    quotients = [difference(field, a) / along(mesh.spacing(a)[1:-1], a) for a in AXES]
    errors = [jnp.max(jnp.abs(q - slopes[a])) for a, q in enumerate(quotients)]
    for axis in AXES:
        places = [mesh.edges[a][1:-1] if a == axis else mesh.centres(a) for a in AXES]
        fx, fy, fz = jnp.meshgrid(*places, indexing="ij")
        expected = 1 + slopes[0] * fx + slopes[1] * fy + slopes[2] * fz
        errors.append(jnp.max(jnp.abs(face_mean(mesh, field, axis) - expected)))
    return jnp.stack(errors)


def test_linear_fields_are_exact():
    np.testing.assert_allclose(linear_errors(MESH, jnp.asarray([2.0, -3.0, 0.5])), 0, atol=1e-12)


def test_net_outflow_sums_to_what_leaves_the_box():
    flux = faces(np.random.default_rng(1))
    assert float(jnp.sum(jax.jit(net_outflow)(flux))) == pytest.approx(0, abs=1e-13)


@jax.jit
def quotient_error(mesh):
    slope = difference(jnp.sin(3 * mesh.centres(0))[:, None, None], 0)[:, 0, 0] / mesh.spacing(0)[1:-1]
    wrong = slope - 3 * jnp.cos(3 * mesh.x_edge[1:-1])
    return jnp.sqrt(jnp.sum(mesh.spacing(0)[1:-1] * wrong**2))


@pytest.mark.parametrize("strength", [0.0, 1.5])
def test_difference_quotient_is_second_order(strength):
    def error(cells):
        edges = [tanh_edges(cells, strength=strength), np.array([0.0, 1.0]), np.array([0.0, 1.0])]
        return float(quotient_error(box_mesh(edges, jnp.float64)))

    assert_expected_order(error, (16, 32, 64), 2)
