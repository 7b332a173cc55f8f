"""Face values and fluxes: exactness, boundedness, and what advection does to momentum and kinetic energy."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from orders import tanh_edges

from solver.advection import axis_inflow, face_value
from solver.box import box_mesh
from solver.flow import advection, control_volume
from solver.mesh import AXES, pad_ends
from solver.operators import volume_flux
from solver.pressure import box_solver, project


def line(strength=1.5, cells=12):
    edge = jnp.asarray(tanh_edges(cells, strength=strength))
    return (edge[1:] + edge[:-1]) / 2, edge[1:-1]


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("scheme", ["central", "limited"])
def test_linear_fields_are_carried_exactly(scheme, sign):
    position, face = line()
    q = (2 - 3 * position)[:, None, None]
    value = face_value(q, jnp.full((11, 1, 1), sign), position, face, 0, scheme)[:, 0, 0]
    inner = slice(1, -1) if scheme == "limited" else slice(None)  # no second upwind point at the ends
    np.testing.assert_allclose(value[inner], (2 - 3 * face)[inner], rtol=1e-12)


@pytest.mark.parametrize("scheme", ["limited", "upwind"])
@pytest.mark.parametrize("axis", AXES)
def test_bounded_schemes_stay_between_the_neighbours(scheme, axis):
    rng = np.random.default_rng(0)
    shape = [4, 4, 4]
    shape[axis] = 12
    q = jnp.asarray(rng.standard_normal(shape))
    shape[axis] = 11
    position, face = line()
    value = face_value(q, jnp.asarray(rng.standard_normal(shape)), position, face, axis, scheme)
    low, high = (jnp.take(q, jnp.arange(start, start + 11), axis) for start in (0, 1))
    assert bool(jnp.all(value >= jnp.minimum(low, high) - 1e-14))
    assert bool(jnp.all(value <= jnp.maximum(low, high) + 1e-14))


def carried_step(scheme, turns=0.5, cells=100):
    """A pulse of 1 carried along a line by Euler steps at Courant number 0.2."""
    position, face = line(0.0, cells)
    q = jnp.where((position > 0.2) & (position < 0.4), 1.0, 0.0)[:, None, None]
    flux = jnp.ones((cells - 1, 1, 1))

    def once(_, q):
        return q + 0.2 * axis_inflow(q, flux, position, face, 0, scheme)

    return jax.lax.fori_loop(0, int(turns * cells / 0.2), once, q)[:, 0, 0]


def test_limited_scheme_makes_no_new_extrema_and_keeps_the_sum():
    carried = carried_step("limited", 0.4)
    assert float(carried.min()) >= -1e-14
    assert float(carried.max()) <= 1 + 1e-14
    assert float(carried.sum()) == pytest.approx(20, rel=1e-12)
    assert float(carried_step("central", 0.05).min()) < -0.01  # the check can fail
    # Sharper than upwind: more of the step is still whole.
    assert int(jnp.sum(carried > 0.9)) > int(jnp.sum(carried_step("upwind", 0.4) > 0.9))


def test_limiter_share_blends_to_upwind():
    position, face = line()
    q = jnp.asarray(np.random.default_rng(1).random((12, 1, 1)))
    flux = jnp.ones((11, 1, 1))
    given = (q, flux, position, face, 0)
    np.testing.assert_allclose(axis_inflow(*given, "limited", jnp.zeros((11, 1, 1))), axis_inflow(*given, "upwind"))
    np.testing.assert_allclose(
        axis_inflow(*given, "limited", jnp.ones((11, 1, 1))), axis_inflow(*given, "limited"), rtol=1e-12
    )


def solenoidal(strength):
    """A graded box and a random divergence-free flow in it."""
    mesh = box_mesh([tanh_edges(n, strength=strength) for n in (10, 8, 9)], jnp.float64)
    rng = np.random.default_rng(5)
    velocity = []
    for axis in AXES:
        inner = [n - (a == axis) for a, n in enumerate(mesh.shape)]
        velocity.append(pad_ends(jnp.asarray(rng.standard_normal(inner)), axis))
    return mesh, project(mesh, tuple(velocity), 1.0, box_solver(mesh)).velocity


@pytest.mark.parametrize("strength", [0.0, 1.5])
def test_central_advection_neither_makes_nor_takes_kinetic_energy(strength):
    mesh, velocity = solenoidal(strength)
    flux = volume_flux(mesh, velocity)
    power, size = 0.0, 0.0
    for axis in AXES:
        inner = jax.lax.slice_in_dim(velocity[axis], 1, -1, axis=axis)
        work = inner * advection(mesh, velocity, flux, axis, "central")
        power, size = power + float(jnp.sum(work)), size + float(jnp.sum(jnp.abs(work)))
    assert abs(power) <= 1e-12 * size


@pytest.mark.parametrize("scheme", ["limited", "upwind"])
def test_bounded_advection_takes_kinetic_energy(scheme):
    mesh, velocity = solenoidal(1.5)
    flux = volume_flux(mesh, velocity)
    power = sum(
        float(jnp.sum(jax.lax.slice_in_dim(velocity[a], 1, -1, axis=a) * advection(mesh, velocity, flux, a, scheme)))
        for a in AXES
    )
    assert power < 0


def test_a_uniform_velocity_is_carried_unchanged():
    """Away from the sides: a divergence-free flow brings in as much of a uniform component as it takes out."""
    mesh, velocity = solenoidal(1.5)
    flux = volume_flux(mesh, velocity)
    for axis in AXES:
        uniform = tuple(jnp.ones_like(v) if a == axis else v for a, v in enumerate(velocity))
        inflow = advection(mesh, uniform, flux, axis, "central") / control_volume(mesh, axis)
        scale = float(jnp.max(jnp.abs(advection(mesh, velocity, flux, axis, "central"))))
        assert float(jnp.max(jnp.abs(inflow))) <= 1e-9 * max(scale, 1.0)
