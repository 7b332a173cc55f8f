"""Advection and diffusion of heat by a given flow: a manufactured solution through whole time steps.

The flow in the plane of two axes (a, b) comes from the stream function psi = sin(pi a)^2 sin(pi b)^2 / pi, which
vanishes on the sides; differences of psi at the corners make it divergence-free to round-off. It is given to the
solver as machines give theirs: on faces that the pressure does not drive.
"""

from dataclasses import replace
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from orders import GRADINGS, assert_expected_order, tanh_edges

from jamsu.solver.box import box_model
from jamsu.solver.flow.model import initial_state
from jamsu.solver.flow.step import step
from jamsu.solver.grid.mesh import AXES, Obstacles, full_area

DIFFUSIVITY = 0.05
END = 0.5
PLANES = {"xy": (0, 1), "yz": (1, 2), "zx": (2, 0)}


def flow(edges, plane):
    """Face velocities: along a, d psi / d b; along b, -d psi / d a."""
    a, b = plane
    psi = np.sin(np.pi * edges[a])[:, None] ** 2 * np.sin(np.pi * edges[b])[None, :] ** 2 / np.pi
    cells = [len(e) - 1 for e in edges]
    velocity = [np.zeros([n + (axis == other) for other, n in enumerate(cells)]) for axis in AXES]
    along = np.diff(psi, axis=1) / np.diff(edges[b])[None, :]
    across = -np.diff(psi, axis=0) / np.diff(edges[a])[:, None]
    third = 3 - a - b
    for axis, value in ((a, along), (b, across)):
        velocity[axis] = np.expand_dims(value if a < b else value.T, third)
    return [jnp.asarray(v) for v in velocity]


def given_flow(model, velocity):
    """The model with that flow on all faces, none of them driven by the pressure."""
    mesh = model.mesh
    closed = tuple(jnp.zeros_like(v) for v in velocity)
    ones = jnp.ones(mesh.shape)
    obstacles = Obstacles(mesh.volume, full_area(mesh), closed, closed, ones, jnp.zeros(mesh.shape))
    mesh = replace(mesh, obstacles=obstacles)
    return replace(model, mesh=mesh, prescribed=tuple(velocity), viscous_solver=None)


@jax.jit
def march(model, state, load, dt, steps):
    """Steps with the source e^-t load, taken in the middle of each step."""

    def once(_, s):
        source = jnp.exp(-(s.time + dt / 2)) * load
        return step(replace(model, heat=replace(model.heat, source=source)), s, dt)[0]

    return jax.lax.fori_loop(0, steps, once, state)


def error(cells, strength, scheme, plane="zx", steps=None):
    """Of T = 1 + e^-t f at the end; f = sin(pi a) cos(pi b) between walls at T = 1, or for the limited scheme
    cos(pi a) cos(pi b) with adiabatic sides, which has no extremum inside for the limiter to clip."""
    a, b = PLANES[plane]
    edges = [tanh_edges(cells, strength=strength) if axis in (a, b) else np.array([0.0, 1.0]) for axis in AXES]
    middle = np.meshgrid(*((e[1:] + e[:-1]) / 2 for e in edges), indexing="ij")
    ca, cb, sa, sb = (f(np.pi * middle[axis]) for f in (np.cos, np.sin) for axis in (a, b))
    walls = scheme == "central"
    f = (sa if walls else ca) * cb
    slope_a, slope_b = np.pi * (ca if walls else -sa) * cb, -np.pi * (sa if walls else ca) * sb
    along = 2 * sa**2 * sb * cb
    across = -2 * sa * ca * sb**2
    load = -f + along * slope_a + across * slope_b + 2 * np.pi**2 * DIFFUSIVITY * f
    sides = [(None, None)] * 3
    if walls:
        sides[a] = ((1.0, np.inf), (1.0, np.inf))
    model = box_model(
        edges, conductivity=DIFFUSIVITY, sides=sides, heat_scheme=scheme, conduction="direct", implicitness=0.5
    )
    velocity = flow(edges, (a, b))
    model = given_flow(model, velocity)
    state = initial_state(model.mesh, 1 + f, tuple(velocity))
    steps = steps or 3 * cells
    end = march(model, state, jnp.asarray(load) * model.mesh.volume, END / steps, steps)
    for now, given in zip(end.velocity, velocity, strict=True):
        np.testing.assert_array_equal(now, given)
    wrong = np.asarray(end.temperature) - (1 + np.exp(-END) * f)
    return np.sqrt(np.sum(np.asarray(model.mesh.volume) * wrong**2))


@pytest.mark.parametrize("scheme", ["central", "limited"])
@pytest.mark.parametrize("grading", [pytest.param("uniform", marks=pytest.mark.slow), "graded"])
def test_advection_diffusion_is_second_order(scheme, grading):
    assert_expected_order(partial(error, strength=GRADINGS[grading], scheme=scheme), (16, 32), 2)


@pytest.mark.slow
@pytest.mark.parametrize("scheme", ["central", "limited"])
@pytest.mark.parametrize("grading", GRADINGS)
def test_advection_diffusion_is_second_order_on_fine_grids(scheme, grading):
    assert_expected_order(partial(error, strength=GRADINGS[grading], scheme=scheme), (32, 64, 128), 2)


def test_order_notices_a_first_order_face():
    with pytest.raises(AssertionError, match=r"order (0\.[89]|1\.[01])"):
        assert_expected_order(partial(error, strength=0.0, scheme="upwind"), (16, 32), 2)


def test_another_plane_gives_the_same():
    assert error(16, 1.5, "limited", "yz") == pytest.approx(error(16, 1.5, "limited"), rel=1e-9)
