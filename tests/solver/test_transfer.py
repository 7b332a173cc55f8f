"""A state on a finer grid: linear fields exactly, walls that do not bleed in, solids that keep their heat."""

from dataclasses import replace

import jax.numpy as jnp
import numpy as np
import pytest

from jamsu.benchmarks.throughput import vessel_model
from jamsu.solver.box import box_mesh
from jamsu.solver.flow.model import initial_state
from jamsu.solver.march.transfer import refine


def edges(cells):
    return [np.linspace(0, 1, n + 1) for n in cells]


def centred(mesh):
    x, y, z = (np.asarray(mesh.centres(a)) for a in range(3))
    return 1 + 2 * x[:, None, None] - y[None, :, None] + 3 * z[None, None, :]


def test_linear_fields_are_carried_exactly_inside():
    old, new = box_mesh(edges((4, 5, 6)), jnp.float64), box_mesh(edges((8, 10, 12)), jnp.float64)
    state = replace(initial_state(old, centred(old)), time=jnp.asarray(3.0))
    fine = refine(state, old, new, initial_state(new).velocity)
    inside = (slice(1, -1),) * 3  # beyond the outermost old centres the value stays constant
    np.testing.assert_allclose(np.asarray(fine.temperature)[inside], centred(new)[inside], atol=1e-12)
    assert float(fine.time) == 3.0
    assert float(fine.last_dt) == 0.0  # the next step is a first one


def test_what_is_closed_neither_bleeds_into_the_fluid_nor_is_forgotten_where_it_is_solid():
    old, new = vessel_model(12, jnp.float64).mesh, vessel_model(24, jnp.float64).mesh
    closed = [np.asarray(mesh.open_cell) == 0 for mesh in (old, new)]
    state = initial_state(old, np.where(closed[0], 500.0, 20.0))
    still = initial_state(new).velocity
    fluid = np.asarray(refine(state, old, new, still).temperature)
    np.testing.assert_allclose(fluid[~closed[1]], 20.0)
    assert not np.any(fluid[closed[1]])
    kept = np.asarray(refine(state, old, new, still, (closed[0], closed[1])).temperature)
    assert kept[closed[1]].max() == pytest.approx(500.0)
    assert kept[closed[1]].mean() > 400.0  # not all: the finer grid closes cells where the coarse one had fluid
