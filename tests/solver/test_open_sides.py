"""Flow through the sides of a box: developed channel flow, closing balances, flow back in, walls in the stream."""

from dataclasses import replace

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jamsu.geometry.cutcells import cut_cells
from jamsu.geometry.domain import open_domain
from jamsu.geometry.grid import Grid
from jamsu.geometry.shapes import Box, Cylinder
from jamsu.geometry.smallcells import close_small_cells
from jamsu.solver.box import OpenSide, box_model, open_box_sides
from jamsu.solver.flow.model import initial_state
from jamsu.solver.flow.step import step
from jamsu.solver.grid.obstacles import domain_mesh
from jamsu.solver.grid.operators import divergence

VISCOSITY = 0.05


def channel(cells, inflow=1.0, temperature=2.0, length=4.0, **options):
    """A plane channel of height 1, uniform inflow at x = 0, outflow at x = length, its sides rotated to `axis`."""
    sides: dict[tuple[int, int], OpenSide] = {
        (0, 0): ("inflow", (inflow, 0.0, 0.0), temperature),
        (0, 1): ("outflow", (0.0, 0.0, 0.0), 0.5),
    }
    edges = [np.linspace(0, length, 2 * cells + 1), np.array([0.0, 1.0]), np.linspace(0, 1, cells + 1)]
    return box_model(
        edges, viscosity=VISCOSITY, conductivity=0.01, open_sides=open_box_sides(sides, jnp.float64), **options
    )


@jax.jit
def march(model, state, dt, steps):
    return jax.lax.fori_loop(0, steps, lambda _, s: step(model, s, dt)[0], state)


def test_a_channel_develops_poiseuilles_profile_and_pressure_at_second_order():
    errors = []
    for cells in (8, 16):
        model = channel(cells)
        state = march(model, initial_state(model.mesh), jnp.asarray(0.05 / (cells / 8)), 240 * cells // 8)
        z = np.asarray(model.mesh.centres(2))
        u = np.asarray(state.velocity[0])[:, 0, :]
        np.testing.assert_allclose(u.mean(1), 1.0, atol=1e-12)  # what enters passes every section
        assert np.max(np.abs(u[-1] - u[-3])) < 1e-3  # developed
        errors.append(np.max(np.abs(u[-1] - 6 * z * (1 - z))))
        p, x = np.asarray(state.pressure)[:, 0, :].mean(1), np.asarray(model.mesh.centres(0))
        slope = (p[-1] - p[-5]) / (x[-1] - x[-5])
        assert slope == pytest.approx(-12 * VISCOSITY, rel=0.035 * (8 / cells) ** 2)
    assert errors[0] / errors[1] > 3.4


@pytest.mark.parametrize(
    ("axis", "end", "out"),
    [
        (2, 0, "outflow"),
        *(
            pytest.param(*variant, marks=pytest.mark.slow)
            for variant in (
                (0, 0, "outflow"),
                (1, 0, "outflow"),
                (0, 1, "entraining"),
                (1, 1, "entraining"),
                (2, 1, "entraining"),
            )
        ),
    ],
)
def test_every_side_can_be_an_inflow_and_heat_and_mass_close(axis, end, out):
    """The heat of a box changes by what the sides carry, step by step; and no side is special."""
    other = (axis + 1) % 3
    speed = [0.0, 0.0, 0.0]
    speed[axis] = 0.7 if end == 0 else -0.7
    sides: dict[tuple[int, int], OpenSide] = {
        (axis, end): ("inflow", tuple(speed), 1.5),
        (other, 1): (out, (0.0, 0.0, 0.0), 0.0),
    }
    model = box_model(
        [np.linspace(0, 1, 6) ** 1.2, np.linspace(0, 1, 7), np.linspace(0, 1, 8)],
        viscosity=0.02,
        conductivity=0.02,
        open_sides=open_box_sides(sides, jnp.float64),
        scheme="limited",
        heat_scheme="limited",
    )
    dt = jnp.asarray(0.02)
    state = march(model, initial_state(model.mesh, 0.3), dt, 10)
    new, report = jax.jit(step)(model, state, dt)
    gain = jnp.sum(model.heat.capacity * (new.temperature - state.temperature)) / dt
    assert float(gain) == pytest.approx(float(jnp.sum(report.advected)), abs=1e-12)
    assert float(jnp.max(jnp.abs(divergence(model.mesh, new.velocity)))) < 1e-13
    carried = np.sum(np.asarray(model.mesh.area[axis]).take(0 if end == 0 else -1, axis)) * 0.7
    leaving = np.sum(np.asarray(model.mesh.area[other] * new.velocity[other]).take(-1, other))
    assert leaving == pytest.approx(carried, rel=1e-12)
    # At last the box holds what flows in.
    full = march(model, state, dt, 3000)
    np.testing.assert_allclose(full.temperature, 1.5, atol=1e-3)


def test_fluid_that_an_outflow_draws_in_brings_its_given_temperature():
    model = channel(8, inflow=-1.0)  # suction: the "inflow" takes fluid out, the outflow lets it in
    state = march(model, initial_state(model.mesh), jnp.asarray(0.05), 400)
    np.testing.assert_allclose(state.temperature, 0.5, atol=1e-4)
    np.testing.assert_allclose(np.asarray(state.velocity[0])[-1, 0].mean(), -1.0, atol=1e-12)


@pytest.mark.parametrize("axis", [0, 2])
def test_fluid_between_entraining_sides_comes_to_rest(axis):
    """What is drawn in has no energy: L du/dt = -u^2/2, u = 1 / (1 + t / 2L), whichever way it flows."""
    edges = [np.linspace(0, 1, 9), np.linspace(0, 1, 6), np.linspace(0, 1, 7)]
    edges[axis] = np.linspace(0, 2, 11) ** 1.1
    drawn: OpenSide = ("entraining", (0.0, 0.0, 0.0), 0.0)
    sides = open_box_sides({(axis, 0): drawn, (axis, 1): drawn}, jnp.float64)
    model = box_model(edges, viscosity=0.01, no_slip=np.zeros((3, 2)), open_sides=sides)
    still = initial_state(model.mesh)
    for direction in (1.0, -1.0):
        errors = []
        for steps in (50, 100):
            velocity = tuple(direction * jnp.ones_like(v) if a == axis else v for a, v in enumerate(still.velocity))
            state = march(model, replace(still, velocity=velocity), jnp.asarray(4.0 / steps), steps)
            exact = direction / (1 + 4.0 / (2 * edges[axis][-1]))
            errors.append(float(jnp.max(jnp.abs(state.velocity[axis] - exact))))
        assert errors[1] < 0.01
        assert errors[0] / errors[1] > 1.7


def test_a_warm_shaft_draws_as_torricelli_says():
    """Warm fluid enters below, w^2 / 2 = g beta T H; and no shaft draws if what enters is not warm."""
    for warmth, expected in ((0.5, np.sqrt(2 * 3.0 * 0.5 * 2.0)), (0.0, 0.0)):
        drawn: OpenSide = ("entraining", (0.0, 0.0, 0.0), warmth)
        model = box_model(
            [np.linspace(0, 1, 6), np.array([0.0, 1.0]), np.linspace(0, 2, 11)],
            viscosity=0.01,
            buoyancy=3.0,
            conductivity=0.01,
            no_slip=np.zeros((3, 2)),
            open_sides=open_box_sides({(2, 0): drawn, (2, 1): drawn}, jnp.float64),
        )
        state = march(model, initial_state(model.mesh, warmth), jnp.asarray(0.02), 1000)
        np.testing.assert_allclose(state.velocity[2], expected, rtol=1e-6, atol=1e-12)
        np.testing.assert_allclose(state.temperature, warmth, rtol=1e-9)


def test_a_lid_of_given_velocity_is_an_inflow_without_normal_velocity():
    edges = [np.linspace(0, 1, 17), np.array([0.0, 1.0]), np.linspace(0, 1, 17)]
    lid = np.zeros((3, 2, 3))
    lid[2, 1, 0] = 1.0
    wall = box_model(edges, viscosity=0.1, wall_velocity=lid)
    sides = open_box_sides({(2, 1): ("inflow", (1.0, 0.0, 0.0), 0.0)}, jnp.float64)
    open_ = box_model(edges, viscosity=0.1, open_sides=sides)
    found = [march(m, initial_state(m.mesh), jnp.asarray(0.02), 50).velocity for m in (wall, open_)]
    assert float(jnp.max(jnp.abs(found[0][0]))) > 0.1
    for a, b in zip(*found, strict=True):
        np.testing.assert_allclose(a, b, atol=1e-12)


def cylinder_in_channel(cells):
    """A cut cylinder of diameter 0.4 across a channel of height 1 with frictionless walls."""
    edges = [np.linspace(0, 2, 2 * cells + 1), np.array([0.0, 1.0]), np.linspace(0, 1, cells + 1)]
    sides: dict[tuple[int, int], OpenSide] = {
        (0, 0): ("inflow", (1.0, 0.0, 0.0), 1.0),
        (0, 1): ("outflow", (0.0, 0.0, 0.0), 0.0),
    }
    model = box_model(
        edges,
        viscosity=0.01,
        conductivity=0.01,
        conduction="explicit",
        implicit_viscosity=False,
        open_sides=open_box_sides(sides, jnp.float64),
        heat_scheme="limited",
        scheme="limited",
    )
    grid = Grid(*edges)
    shape = Box((-1.0, -1.0, -1.0), (3.0, 2.0, 2.0)) - Cylinder((0.7, -1.0, 0.5), (0.7, 2.0, 0.5), 0.2)
    cut = close_small_cells(cut_cells(grid, shape, closed_box=False), 0.05)
    domain = open_domain(cut)
    for axis, free in enumerate(domain.free):  # the box's own sides are no faces that the pressure drives
        free[(slice(None),) * axis + ([0, -1],)] = False
    domain.area[1][:, [0, -1]] = 0.0
    return replace(model, mesh=domain_mesh(domain, jnp.float64), pressure_tolerance=0.0, continuity=1e-12)


def test_a_stream_past_cut_walls_closes_and_pushes_them_downstream():
    model = cylinder_in_channel(20)
    state = march(model, initial_state(model.mesh), jnp.asarray(0.01), 300)
    new, report = jax.jit(step)(model, state, jnp.asarray(0.01))
    assert 0 < int(report.iterations) <= 25
    left = np.asarray(divergence(model.mesh, new.velocity) * model.mesh.obstacles.open_cell)
    assert np.max(np.abs(left)) < 1e-8
    flow = np.sum(np.asarray(model.mesh.area[0] * new.velocity[0]), (1, 2))
    np.testing.assert_allclose(flow, 1.0, atol=1e-8)
    pressure = np.asarray(new.pressure)[:, 0, :]
    assert pressure[8:10, 10].mean() > pressure[18:20, 10].mean() + 0.5  # stagnation before, base pressure behind
