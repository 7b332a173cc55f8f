"""Decay of Taylor-Green vortices in a box with frictionless sides: u = sin a cos b e^(-2 nu t) on [0, pi]^2.

Taylor & Green, Proc. R. Soc. A 158 (1937) 499. The quarter of the periodic vortex array that symmetry leaves.
"""

from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from orders import GRADINGS, assert_expected_order, tanh_edges

import jamsu.solver.flow.momentum
from jamsu.solver.box import box_model
from jamsu.solver.flow.model import FlowState, initial_state
from jamsu.solver.flow.step import step
from jamsu.solver.grid.mesh import AXES, Mesh

VISCOSITY = 0.01
PLANES = {"xy": (0, 1), "yz": (1, 2), "zx": (2, 0)}


def vortex(mesh: Mesh, plane):
    """Velocity on the faces at t = 0: sin a cos b along a, -cos a sin b along b."""
    velocity = []
    for axis in AXES:
        places = [np.asarray(mesh.edges[c] if c == axis else mesh.centres(c)) for c in AXES]
        a, b = (np.meshgrid(*places, indexing="ij")[c] for c in plane)
        value = {plane[0]: np.sin(a) * np.cos(b), plane[1]: -np.cos(a) * np.sin(b)}.get(axis, np.zeros_like(a))
        velocity.append(jnp.asarray(value))
    return tuple(velocity)


@jax.jit
def march(model, state: FlowState, dt, steps):
    return jax.lax.fori_loop(0, steps, lambda _, s: step(model, s, dt)[0], state)


def decayed(cells, end, strength=0.0, plane="zx", steps=None, **options):
    """Mesh, velocity at the end, exact velocity."""
    edges = [tanh_edges(cells, np.pi, strength) if c in PLANES[plane] else np.array([0.0, 1.0]) for c in AXES]
    model = box_model(edges, viscosity=VISCOSITY, no_slip=np.zeros((3, 2)), implicitness=0.5, **options)
    start = vortex(model.mesh, PLANES[plane])
    steps = steps or round(end * cells / 2)
    state = march(model, initial_state(model.mesh, 0.0, start), jnp.asarray(end / steps), steps)
    return model.mesh, state.velocity, [v * np.exp(-2 * VISCOSITY * end) for v in start]


def energy(mesh, velocity):
    """Kinetic energy of the faces' control volumes, m5/s2."""
    total = 0.0
    for axis in AXES:
        widths = [np.asarray(mesh.spacing(c) if c == axis else mesh.widths(c)) for c in AXES]
        total += np.einsum("ijk,i,j,k->", np.asarray(velocity[axis]) ** 2, *widths) / 2
    return total


def error(cells, strength, plane="zx", **options):
    mesh, found, exact = decayed(cells, 1.0, strength, plane, **options)
    return np.sqrt(energy(mesh, [a - b for a, b in zip(found, exact, strict=True)]))


@pytest.mark.parametrize("grading", GRADINGS)
def test_decay_is_second_order(grading):
    assert_expected_order(partial(error, strength=GRADINGS[grading]), (16, 32), 2)


def test_another_plane_decays_alike():
    assert error(16, 1.5, "xy") == pytest.approx(error(16, 1.5), rel=1e-6)


def test_explicit_viscosity_decays_alike():
    # With the step of the order test the difference of the two time schemes is below their error.
    assert error(16, 0.0, implicit_viscosity=False) == pytest.approx(error(16, 0.0), rel=0.05)


def test_factored_viscosity_decays_alike():
    assert error(16, 0.0, factored_viscosity=True) == pytest.approx(error(16, 0.0), rel=0.05)


@pytest.mark.parametrize("end", [1.0, 5.0, 10.0])
def test_energy_at_64_cells(end):
    mesh, found, _ = decayed(64, end)
    start = energy(mesh, vortex(mesh, PLANES["zx"]))
    assert energy(mesh, found) / start == pytest.approx(np.exp(-4 * VISCOSITY * end), rel=1e-3)


def test_energy_notices_a_wrong_viscosity(monkeypatch):
    true, whole = jamsu.solver.flow.momentum.viscous_force, march.__wrapped__
    monkeypatch.setattr("jamsu.solver.flow.step.viscous_force", lambda *given: 1.1 * true(*given))
    monkeypatch.setitem(globals(), "march", jax.jit(lambda *given: whole(*given)))
    mesh, found, _ = decayed(16, 1.0)
    start = energy(mesh, vortex(mesh, PLANES["zx"]))
    assert energy(mesh, found) / start != pytest.approx(np.exp(-4 * VISCOSITY), rel=1e-3)
