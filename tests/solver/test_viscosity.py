"""Eddy viscosities against their closed forms in shear, strain and rotation."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from orders import tanh_edges

from jamsu.solver.box import box_mesh
from jamsu.solver.grid.mesh import AXES
from jamsu.solver.turbulence.eddy_viscosity import smagorinsky, velocity_gradient, wale

RATE = 3.0
SHEAR, STRAIN, ROTATION = ((0, 2, RATE),), ((0, 0, RATE), (1, 1, -RATE)), ((0, 1, -RATE), (1, 0, RATE))


def linear_flow(dtype, terms, strength=1.0):
    """A mesh and a velocity u_a = sum of rate * x_b over `terms` (a, b, rate)."""
    mesh = box_mesh([tanh_edges(n, strength=strength) for n in (7, 8, 9)], dtype)
    velocity = []
    for axis in AXES:
        points = [mesh.edges[a] if a == axis else mesh.centres(a) for a in AXES]
        x = jnp.meshgrid(*points, indexing="ij")
        velocity.append(sum((rate * x[b] for a, b, rate in terms if a == axis), jnp.zeros_like(x[0])))
    return mesh, tuple(velocity)


def inside(field):
    return np.asarray(field)[1:-1, 1:-1, 1:-1]


@pytest.mark.parametrize("terms", [SHEAR, STRAIN, ROTATION])
def test_the_gradient_of_a_linear_flow_is_exact_on_graded_cells(terms):
    mesh, velocity = linear_flow(jnp.float64, terms)
    expected = np.zeros((3, 3))
    for a, b, rate in terms:
        expected[a, b] = rate
    found = jax.jit(velocity_gradient)(mesh, velocity)
    for a in AXES:
        for b in AXES:
            np.testing.assert_allclose(inside(found[a][b]), expected[a, b], atol=1e-12)


@pytest.mark.parametrize(
    ("terms", "rate"),
    [
        (SHEAR, 0.0),  # laminar shear is left alone
        (ROTATION, (2 / 3) ** 0.25 * RATE),
        (STRAIN, (2 / 3) ** 1.5 / (2**2.5 + (2 / 3) ** 1.25) * RATE),
    ],
)
@pytest.mark.parametrize("dtype", [jnp.float32, jnp.float64])
def test_wale_in_shear_rotation_and_strain(terms, rate, dtype):
    mesh, velocity = linear_flow(dtype, terms)
    width = np.cbrt(np.asarray(mesh.volume, float))
    found = jax.jit(wale)(mesh, velocity, 0.325)
    assert found.dtype == dtype
    np.testing.assert_allclose(inside(found), (0.325**2 * width**2 * rate)[1:-1, 1:-1, 1:-1], rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize(("terms", "rate"), [(SHEAR, RATE), (STRAIN, 2 * RATE), (ROTATION, 0.0)])
def test_smagorinsky_in_shear_strain_and_rotation(terms, rate):
    mesh, velocity = linear_flow(jnp.float64, terms)
    width = np.cbrt(np.asarray(mesh.volume))
    found = jax.jit(smagorinsky)(mesh, velocity, 0.17)
    np.testing.assert_allclose(inside(found), (0.17**2 * width**2 * rate)[1:-1, 1:-1, 1:-1], atol=1e-12)


def test_wale_falls_with_the_third_power_of_the_wall_distance():
    """u ~ z, v ~ z^2 (with w ~ z^2 by continuity), as beside a wall: nu_t ~ z^3."""
    edges = [np.linspace(0, 1, 9), np.linspace(0, 1, 9), np.concatenate([[0], np.geomspace(1e-3, 1e-1, 41)])]
    mesh = box_mesh(edges, jnp.float64)
    velocity = []
    for axis in AXES:
        points = [mesh.edges[a] if a == axis else mesh.centres(a) for a in AXES]
        x, y, z = jnp.meshgrid(*points, indexing="ij")
        velocity.append((z * (1 + x) * (1 + 0.5 * y), z * x * y, -(z**2) * (1 + 0.5 * y + x) / 2)[axis])
    found = np.asarray(jax.jit(wale)(mesh, tuple(velocity), 1.0))[4, 4, 4:36]
    width = np.asarray(mesh.widths(2))[4:36] ** (2 / 3)
    z = np.asarray(mesh.centres(2))[4:36]
    slope = np.polyfit(np.log(z), np.log(found / width), 1)[0]
    assert slope == pytest.approx(3.0, abs=0.2)
