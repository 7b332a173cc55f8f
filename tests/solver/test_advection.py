"""Face values and fluxes: exactness, boundedness, and what advection does to momentum and kinetic energy."""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from orders import tanh_edges

from jamsu.solver.box import box_mesh
from jamsu.solver.flow.advection import axis_inflow, face_stencil_limits, face_value, line
from jamsu.solver.flow.momentum import advection, inner_faces
from jamsu.solver.flow.pressure import box_solver, project
from jamsu.solver.grid.fusion import closed_ends, halo_padded, without_halo
from jamsu.solver.grid.mesh import AXES, take
from jamsu.solver.grid.operators import volume_flux


@partial(jax.jit, static_argnums=(4, 5))
def value_on_faces(q, flux, position, face, axis, scheme):
    """Values on the inner faces of a closed box, whose flows are given."""
    near = without_halo(halo_padded(q), *(a for a in AXES if a != axis))
    value = face_value(near, closed_ends(flux, axis), line(position, face, q.shape[axis]), axis, scheme)
    return take(value, axis, 1, -1)


@partial(jax.jit, static_argnums=(4, 5))
def inflow_along(q, flux, position, face, axis, scheme, stencil_limits=None, allowed=None):
    return axis_inflow(
        halo_padded(q), closed_ends(flux, axis), position, face, axis, scheme, stencil_limits, allowed=allowed
    )


def points(strength=1.5, cells=12):
    edge = jnp.asarray(tanh_edges(cells, strength=strength))
    return (edge[1:] + edge[:-1]) / 2, edge[1:-1]


@pytest.mark.parametrize("sign", [1.0, -1.0])
@pytest.mark.parametrize("scheme", ["central", "limited"])
def test_linear_fields_are_carried_exactly(scheme, sign):
    position, face = points()
    q = (2 - 3 * position)[:, None, None]
    value = value_on_faces(q, jnp.full((11, 1, 1), sign), position, face, 0, scheme)[:, 0, 0]
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
    position, face = points()
    value = value_on_faces(q, jnp.asarray(rng.standard_normal(shape)), position, face, axis, scheme)
    low, high = (jnp.take(q, jnp.arange(start, start + 11), axis) for start in (0, 1))
    assert bool(jnp.all(value >= jnp.minimum(low, high) - 1e-14))
    assert bool(jnp.all(value <= jnp.maximum(low, high) + 1e-14))


def carried_step(scheme, turns=0.5, cells=100):
    """A pulse of 1 carried along a line by Euler steps at Courant number 0.2."""
    position, face = points(0.0, cells)
    q = jnp.where((position > 0.2) & (position < 0.4), 1.0, 0.0)[:, None, None]
    flux = jnp.ones((cells - 1, 1, 1))

    def once(_, q):
        return q + 0.2 * inflow_along(q, flux, position, face, 0, scheme)

    return jax.lax.fori_loop(0, int(turns * cells / 0.2), once, q)[:, 0, 0]


def test_limited_scheme_makes_no_new_extrema_and_keeps_the_sum():
    carried = carried_step("limited", 0.4)
    assert float(carried.min()) >= -1e-14
    assert float(carried.max()) <= 1 + 1e-14
    assert float(carried.sum()) == pytest.approx(20, rel=1e-12)
    assert float(carried_step("central", 0.05).min()) < -0.01  # the check can fail
    # Sharper than upwind: more of the step is still whole.
    assert int(jnp.sum(carried > 0.9)) > int(jnp.sum(carried_step("upwind", 0.4) > 0.9))


@pytest.mark.parametrize("scheme", ["central", "limited"])
def test_what_flows_through_a_closed_end_is_not_read(scheme):
    position, face = points()
    q = jnp.asarray(np.random.default_rng(2).random((12, 1, 1)))
    flux = jnp.ones((13, 1, 1))
    brought = jax.jit(axis_inflow, static_argnums=(4, 5))(halo_padded(q), flux, position, face, 0, scheme)
    assert float(jnp.sum(brought)) == pytest.approx(0, abs=1e-14)
    np.testing.assert_allclose(brought, inflow_along(q, flux[1:-1], position, face, 0, scheme), rtol=1e-14)


@pytest.mark.parametrize("sign", [1.0, -1.0])
def test_faces_read_upwind_or_not_through_walls(sign):
    """Beyond the wall, at the fifth face, stands a wild value, which nothing on this side may see."""
    position, face = points()
    given = jnp.full((11, 1, 1), sign).at[4].set(0.0), position, face, 0
    even = 3 - 2 * position[:, None, None]
    wild = even.at[4 if sign > 0 else 5].set(1e3)
    area = np.ones((13, 1, 1))
    area[[0, 5, -1]] = 0.0
    walled = jnp.asarray(face_stencil_limits(area, None, 0))
    upwind = jnp.asarray(face_stencil_limits(area, np.ones(area.shape, bool), 0))
    here = slice(5, None) if sign > 0 else slice(None, 5)  # this side of the wall
    central = inflow_along(even, *given, "central")[here]
    whole = (halo_padded(jnp.ones(even.shape)),) * 2  # all that is linear is allowed
    np.testing.assert_allclose(inflow_along(wild, *given, "limited", walled, whole)[here], central, rtol=1e-12)
    assert not np.allclose(inflow_along(wild, *given, "limited")[here], central, rtol=1e-3)
    np.testing.assert_allclose(inflow_along(wild, *given, "limited", upwind), inflow_along(wild, *given, "upwind"))


@jax.jit
def solved(mesh, velocity, solver):
    return project(mesh, velocity, 1.0, solver).velocity


def solenoidal(strength):
    """A graded box and a random divergence-free flow in it."""
    mesh = box_mesh([tanh_edges(n, strength=strength) for n in (10, 8, 9)], jnp.float64)
    rng = np.random.default_rng(5)
    velocity = []
    for axis in AXES:
        inner = [n - (a == axis) for a, n in enumerate(mesh.shape)]
        ends = [(1, 1) if a == axis else (0, 0) for a in AXES]
        velocity.append(jnp.asarray(np.pad(rng.standard_normal(inner), ends)))
    return mesh, solved(mesh, tuple(velocity), box_solver(mesh))


@partial(jax.jit, static_argnames="scheme")
def work(mesh, velocity, scheme):
    """Power of advection, m5/s3: the sum over all control volumes, and that of absolute values."""
    flux = volume_flux(mesh, velocity)
    power = [inner_faces(velocity[a], a) * advection(mesh, halo_padded(velocity[a]), flux, a, scheme) for a in AXES]
    return sum(jnp.sum(p) for p in power), sum(jnp.sum(jnp.abs(p)) for p in power)


@pytest.mark.parametrize("strength", [0.0, 1.5])
def test_central_advection_neither_makes_nor_takes_kinetic_energy(strength):
    power, size = work(*solenoidal(strength), "central")
    assert abs(float(power)) <= 1e-12 * float(size)


@pytest.mark.parametrize("scheme", ["limited", "upwind"])
def test_bounded_advection_takes_kinetic_energy(scheme):
    power, size = work(*solenoidal(1.5), scheme)
    assert float(power) < -1e-3 * float(size)


@jax.jit
def brought_in(mesh, velocity):
    """Largest net inflow of a uniform component, and of the flow's own, m4/s2."""
    flux = volume_flux(mesh, velocity)
    uniform = [tuple(jnp.ones_like(v) if a == axis else v for a, v in enumerate(velocity)) for axis in AXES]
    inflow = [jnp.max(jnp.abs(advection(mesh, halo_padded(uniform[a][a]), flux, a, "central"))) for a in AXES]
    return jnp.stack(inflow), jnp.max(jnp.abs(advection(mesh, halo_padded(velocity[0]), flux, 0, "central")))


def test_a_uniform_velocity_is_carried_unchanged():
    """A divergence-free flow brings in as much of a uniform component as it takes out."""
    inflow, scale = brought_in(*solenoidal(1.5))
    assert float(jnp.max(inflow)) <= 1e-12 * float(scale)
