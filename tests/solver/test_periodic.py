"""Periodic sides against exact solutions, and what a ring must be: without a beginning, and as good as its copies."""

from dataclasses import replace
from functools import partial

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from orders import GRADINGS, assert_expected_order, tanh_edges
from roundoff import direct_share, divergence_bound, sum_bound

import jamsu.solver.flow.periodic
from jamsu.solver.box import box_mesh, box_model, open_box_sides
from jamsu.solver.flow.closure import renewed_walls
from jamsu.solver.flow.model import initial_state
from jamsu.solver.flow.periodic import Halo, exact_edges
from jamsu.solver.flow.step import step
from jamsu.solver.grid.mesh import AXES, Obstacles
from jamsu.solver.grid.operators import divergence
from jamsu.solver.linear.fast_diagonalization import fast_diagonalization, stiffness

RING = 2 * np.pi
ALL = (True, True, True)
SLOW = pytest.mark.slow
EXPLICIT = {"implicit_viscosity": False, "conduction": "explicit"}


@jax.jit
def march(model, state, dt, steps):
    return jax.lax.fori_loop(0, steps, lambda _, s: step(model, s, dt)[0], state)


def places(mesh, axis=None):
    """Coordinates of the faces of one axis, or of the cells, three arrays (nx, ny, nz)."""
    return np.meshgrid(*(np.asarray(mesh.edges[a] if a == axis else mesh.centres(a)) for a in AXES), indexing="ij")


# Against exact solutions


def carried_vortices(mesh, time, viscosity, carrier=(1.0, -0.5)):
    """Taylor & Green's vortices in the xz-plane, carried along: u = U + sin a cos c e^(-2 nu t), a = x - U t."""
    decay = np.exp(-2 * viscosity * time)
    velocity = []
    for axis, (front, sign) in enumerate(((carrier[0], 1), (0.0, 0), (carrier[1], -1))):
        x, _, z = places(mesh, axis)
        a, c = x - carrier[0] * time, z - carrier[1] * time
        wave = np.sin(a) * np.cos(c) if axis == 0 else np.cos(a) * np.sin(c)
        velocity.append(jnp.asarray(front + sign * decay * wave))
    return tuple(velocity)


def vortex_error(cells, strength=0.0, viscosity=0.05, end=1.0, **options):
    ring = tanh_edges(cells, RING, strength)
    model = box_model(
        [ring, np.array([0.0, 1.0]), ring], viscosity=viscosity, implicitness=0.5, periodic=ALL, **options
    )
    start = carried_vortices(model.mesh, 0.0, viscosity)
    steps = 3 * cells
    state = march(model, initial_state(model.mesh, 0.0, start), jnp.asarray(end / steps), steps)
    exact = carried_vortices(model.mesh, end, viscosity)
    errors = [np.asarray(a - b)[:, 0, :] for a, b in zip(state.velocity, exact, strict=True)]
    return np.sqrt(np.mean(errors[0] ** 2) + np.mean(errors[2] ** 2))


@SLOW
@pytest.mark.parametrize("grading", ["uniform", "graded"])
def test_vortices_carried_through_the_ends_decay_at_second_order(grading):
    assert_expected_order(partial(vortex_error, strength=GRADINGS[grading]), (16, 32), 2)


@SLOW
def test_explicit_viscosity_decays_alike():
    assert vortex_error(16, implicit_viscosity=False) == pytest.approx(vortex_error(16), rel=0.05)


def wave_error(cells, axis, scheme="central"):
    """A wave of temperature carried round once; also the heat gained on the way, relative."""
    edges = [np.array([0.0, 1.0])] * 3
    edges[axis] = np.linspace(0.3, 1.3, cells + 1)
    model = box_model(edges, conductivity=0.0, heat_scheme=scheme, periodic=ALL, viscosity=0.0, **EXPLICIT)
    wave = 1.0 + np.sin(RING * places(model.mesh)[axis])
    speed = tuple(jnp.full(np.shape(a), float(a_axis == axis)) for a_axis, a in enumerate(model.mesh.area))
    steps = 5 * cells
    state = march(model, initial_state(model.mesh, wave, speed), jnp.asarray(1 / steps), steps)
    gained = np.sum(np.asarray(model.heat.capacity * (state.temperature - wave)))
    assert gained == pytest.approx(0, abs=1e-14 * cells)
    for velocity, same in zip(state.velocity, speed, strict=True):
        np.testing.assert_allclose(velocity, same, atol=1e-13)
    return np.sqrt(np.mean((np.asarray(state.temperature) - wave) ** 2))


@pytest.mark.parametrize("axis", [0, pytest.param(1, marks=SLOW), pytest.param(2, marks=SLOW)])
def test_a_wave_carried_round_once_keeps_its_shape_at_second_order_and_its_heat(axis):
    assert_expected_order(partial(wave_error, axis=axis), (32, 64), 2)


@SLOW
def test_a_limited_wave_keeps_its_heat():
    assert wave_error(64, 0, "limited") < 0.02


@pytest.mark.parametrize("conduction", ["direct", pytest.param("explicit", marks=SLOW)])
def test_a_wave_decays_by_conduction(conduction):
    cells, diffusivity = 32, 0.7
    model = box_model(
        [np.linspace(0, RING, cells + 1), np.array([0.0, 1.0]), np.array([0.0, 1.0])],
        conductivity=diffusivity,
        capacity=1.0,
        conduction=conduction,
        implicitness=0.5,
        periodic=(True, False, False),
    )
    wave = np.cos(places(model.mesh)[0] - 0.4)
    width = RING / cells
    rate = diffusivity * (2 * np.sin(width / 2) / width) ** 2  # of the discrete operator's own wave
    state = march(model, initial_state(model.mesh, wave), jnp.asarray(1e-3), 500)
    np.testing.assert_allclose(state.temperature, wave * np.exp(-rate * 0.5), rtol=2e-4, atol=1e-12)


@pytest.mark.parametrize(
    ("flow", "wall", "along_cells", "factored"),
    [
        (0, 2, 1, False),
        (0, 2, 4, True),
        pytest.param(1, 0, 2, False, marks=SLOW),
        pytest.param(2, 1, 4, True, marks=SLOW),
    ],
)
def test_driven_flow_between_plates_is_the_discrete_parabola(flow, wall, along_cells, factored):
    """nu u'' = -a: the cells' parabola a z (1 - z) / (2 nu), plus a dz^2 / (8 nu) from the half cells at the plates."""
    cells, viscosity, acceleration = 10, 0.2, 0.6
    counts = [3, 3, 3]
    counts[flow], counts[wall] = along_cells, cells
    model = box_model(
        [np.linspace(0, 1, n + 1) for n in counts],
        viscosity=viscosity,
        acceleration=[acceleration if a == flow else 0.0 for a in AXES],
        periodic=tuple(a != wall for a in AXES),
        factored_viscosity=factored,
    )
    halo = Halo(model.mesh.shape, model.mesh.periodic)
    assert halo.viscous_solver(model.viscous_solver).factored == factored
    state = march(model, initial_state(model.mesh), jnp.asarray(0.5), 120)
    z, dz = places(model.mesh, flow)[wall], 1 / cells
    exact = acceleration / (2 * viscosity) * (z * (1 - z) + dz**2 / 4)
    np.testing.assert_allclose(state.velocity[flow], exact, rtol=1e-12)
    rate = np.sum(np.asarray(model.mesh.area[flow] * state.velocity[flow]).take(0, flow))
    assert rate == pytest.approx(acceleration / (12 * viscosity) * (1 + 2 * dz**2), rel=1e-12)


def test_a_closed_box_holds_against_an_acceleration():
    """Each step leaves the rounding of p in its gradient; explicit viscosity damps that, in steps that are stable."""
    cells, dt, steps = 6, 0.01, 5
    model = box_model([np.linspace(0, 1, cells + 1)] * 3, acceleration=(0.3, -0.2, 1.0), viscosity=0.1, **EXPLICIT)
    state = march(model, initial_state(model.mesh), jnp.asarray(dt), steps)
    rounded = direct_share(model.mesh.shape, "float64") * float(jnp.max(jnp.abs(state.pressure)))
    assert max(float(jnp.max(jnp.abs(v))) for v in state.velocity) < steps * dt * 2 * rounded * cells
    slope = np.diff(np.asarray(state.pressure), axis=2) * 6
    np.testing.assert_allclose(slope, 1.0, rtol=1e-12)


# What a ring is


def stirred(edges, periodic, dtype=jnp.float64, **options):
    """A model with buoyancy, and a random velocity (not yet free of divergence) and temperature."""
    model = box_model(edges, viscosity=0.01, buoyancy=1.0, conductivity=0.01, periodic=periodic, dtype=dtype, **options)
    random = np.random.default_rng(0)
    start = initial_state(model.mesh, random.uniform(0, 1, model.mesh.shape))
    velocity = [random.uniform(-0.3, 0.3, v.shape) for v in start.velocity]
    for axis, v in enumerate(velocity):
        low, high = (slice(None),) * axis + (0,), (slice(None),) * axis + (-1,)
        v[high] = v[low] = v[low] if periodic[axis] else 0.0
    return model, replace(start, velocity=tuple(jnp.asarray(v, dtype) for v in velocity))


def moved(values, axis, cells, count):
    """Cells or faces of a ring of `count` cells, moved on by `cells`."""
    values = np.asarray(values)
    if values.shape[axis] == count:
        return np.roll(values, cells, axis)
    core = np.roll(np.take(values, range(count), axis), cells, axis)
    return np.concatenate([core, np.take(core, [0], axis)], axis)


def shift_difference(kernels, shift=(3, 1, 0), steps=5):
    """Largest difference between a shifted solution and the solution from the shifted start; rings where shifted."""
    counts = (8, 6, 7)
    model, start = stirred(
        [np.linspace(0, 1 + 0.1 * n, n + 1) for n in counts], tuple(cells > 0 for cells in shift), **KERNELS[kernels]
    )

    def change(values):
        for axis, cells in enumerate(shift):
            values = moved(values, axis, cells, counts[axis]) if cells else values
        return jnp.asarray(values)

    dt = jnp.asarray(0.02)
    found = march(model, start, dt, steps)
    again = march(model, replace(start, **{n: jax.tree.map(change, getattr(start, n)) for n in FIELDS}), dt, steps)
    return max(
        float(jnp.max(jnp.abs(change(a) - b)))
        for n in FIELDS
        for a, b in zip(jax.tree.leaves(getattr(found, n)), jax.tree.leaves(getattr(again, n)), strict=True)
    )


FIELDS = ("velocity", "temperature", "pressure", "tendency", "advected")
KERNELS = {
    "central": {},
    "limited": {"scheme": "limited", "heat_scheme": "limited", **EXPLICIT},
    "wale": {"turbulence": "wale", **EXPLICIT},
    "smagorinsky": {"turbulence": "smagorinsky", **EXPLICIT},
}


@pytest.mark.parametrize(
    "kernels", ["limited", *(pytest.param(k, marks=SLOW) for k in ("wale", "central", "smagorinsky"))]
)
def test_a_ring_has_no_beginning(kernels):
    assert shift_difference(kernels) < 1e-12


@SLOW
def test_three_rings_have_no_beginning():
    assert shift_difference("limited", (3, 1, 5)) < 1e-12


@SLOW
def test_that_a_halo_of_one_layer_would_not_do(monkeypatch):
    whole = march.__wrapped__
    monkeypatch.setattr(jamsu.solver.flow.periodic, "LAYERS", 1)
    monkeypatch.setitem(globals(), "march", jax.jit(lambda *given: whole(*given)))
    assert shift_difference("limited") > 1e-6


@pytest.mark.parametrize(
    ("axis", "kernels"),
    [(1, "limited"), (0, "limited"), (2, "wale"), (1, "central")],
)
@SLOW
@pytest.mark.parametrize("cells", [1, 2, 3])
def test_a_ring_of_few_cells_is_as_good_as_its_copies(axis, kernels, cells):
    graded = np.cumsum([0.0, 0.2, 0.3, 0.25])[: cells + 1]
    copies = 6 // cells
    edges = [np.linspace(0, 1, n + 1) for n in (5, 4, 6)]
    edges[axis] = graded
    periodic = tuple(a == axis for a in AXES)
    model, start = stirred(edges, periodic, **KERNELS[kernels])
    edges[axis] = np.concatenate([graded[:-1] + k * graded[-1] for k in range(copies)] + [graded[-1:] * copies])
    long, begun = stirred(edges, periodic, **KERNELS[kernels])

    def repeated(values):
        core = np.take(np.asarray(values), range(cells), axis)
        ends = [] if np.shape(values)[axis] == cells else [np.take(core, [0], axis)]
        return jnp.asarray(np.concatenate([core] * copies + ends, axis))

    begun = replace(begun, **{n: jax.tree.map(repeated, getattr(start, n)) for n in FIELDS})
    found, expected = march(model, start, jnp.asarray(0.02), 5), march(long, begun, jnp.asarray(0.02), 5)
    for name in FIELDS:
        for a, b in zip(jax.tree.leaves(getattr(found, name)), jax.tree.leaves(getattr(expected, name)), strict=True):
            np.testing.assert_allclose(repeated(a), b, atol=1e-12)


@pytest.mark.parametrize("dtype", [jnp.float32, pytest.param(jnp.float64, marks=SLOW)])
def test_mass_and_heat_close_and_the_last_face_is_the_first(dtype):
    edges = [np.linspace(0, 1.7, 12), np.linspace(0, 1, 8) ** 1.3, tanh_edges(9, 1.0, 1.0)]
    model, start = stirred(edges, (True, False, True), dtype, **KERNELS["limited"])
    state = march(model, start, jnp.asarray(0.01, dtype), 20)
    share = direct_share(model.mesh.shape, dtype)
    bound = divergence_bound(model.mesh, state.increment, state.velocity, 0.01, share)
    assert float(jnp.max(jnp.abs(divergence(model.mesh, state.velocity)))) < bound
    advected = np.asarray(state.advected, float)
    # Six fluxes to a cell, each of some ten roundings.
    assert abs(np.sum(advected)) < sum_bound(60 * advected.size, np.sum(np.abs(advected)), dtype)
    for axis in (0, 2):
        first, last = (np.take(np.asarray(state.velocity[axis]), k, axis) for k in (0, -1))
        np.testing.assert_array_equal(first, last)


# The parts


@pytest.mark.parametrize("dtype", [np.float32, np.float64])
@pytest.mark.parametrize("count", [1, 2, 37])
def test_cells_and_their_copies_have_the_same_widths_to_the_last_bit(dtype, count):
    edge = exact_edges(0.1 + np.cumsum(np.linspace(0.7, 1.3, count + 1)) / 3, dtype)
    assert edge == pytest.approx(0.1 + np.cumsum(np.linspace(0.7, 1.3, count + 1)) / 3, rel=1e-5)
    one = np.array([0.0, 1.0])
    mesh = box_mesh([edge, one, one], dtype, (True, False, False))
    width = np.asarray(mesh.widths(0))
    wide = Halo(mesh.shape, mesh.periodic).mesh(mesh)
    np.testing.assert_array_equal(wide.widths(0), np.pad(width, 2, mode="wrap"))
    np.testing.assert_array_equal(np.asarray(wide.edges[0])[2 : 3 + count], edge.astype(dtype))


@pytest.mark.parametrize("count", [1, 2, 5])
def test_direct_solution_on_a_ring(count):
    random = np.random.default_rng(1)
    width, others = random.uniform(0.5, 1.5, count), [np.full(3, 0.4), np.full(2, 0.3)]
    ends = [("periodic", "periodic"), ("neumann", "dirichlet"), ("neumann", "neumann")]
    distances = [np.concatenate([w[:1] / 2, (w[1:] + w[:-1]) / 2, w[-1:] / 2]) for w in (width, *others)]
    ring = np.zeros((count, count))
    for i in range(count):  # cell by cell, from its two neighbours
        for j in ((i + 1) % count, (i - 1) % count):
            link = 2 / (width[i] + width[j])
            ring[i, i] += link
            ring[i, j] -= link
    np.testing.assert_allclose(stiffness(distances[0], ends[0]), ring, atol=1e-15)
    k = [ring] + [stiffness(d, e) for d, e in zip(distances[1:], ends[1:], strict=True)]
    m = [np.diag(w) for w in (width, *others)]
    operator = sum(
        np.kron(np.kron(*(k[a] if a == b else m[a] for a in (0, 1))), k[2] if b == 2 else m[2]) for b in AXES
    )
    rhs = random.standard_normal((count, 3, 2))
    found = fast_diagonalization(distances, [width, *others], ends, jnp.float64).solve(jnp.asarray(rhs))
    np.testing.assert_allclose(operator @ np.asarray(found).ravel(), rhs.ravel(), atol=1e-12)


def test_a_single_periodic_end_is_refused():
    with pytest.raises(ValueError, match='two "periodic" ends'):
        stiffness(np.array([0.5, 1.0, 0.5]), ("periodic", "neumann"))


def empty_obstacles(shape):
    cells = jnp.ones(shape)
    faces = tuple(jnp.ones([n + (a == axis) for a, n in enumerate(shape)]) for axis in AXES)
    return Obstacles(cells, faces, faces, faces, cells, cells)


def test_what_periodic_sides_cannot_be_is_refused():
    edges = [np.linspace(0, 1, 4)] * 3
    ring = (True, False, False)
    with pytest.raises(ValueError, match="axis 0 is periodic: expected no walls"):
        box_model(edges, sides=(((1.0, np.inf), None), (None, None), (None, None)), periodic=ring)
    with pytest.raises(ValueError, match='another conduction than "implicit"'):
        box_model(edges, conduction="implicit", periodic=ring)
    stream = open_box_sides({(0, 0): ("inflow", (1.0, 0.0, 0.0), 0.0)}, jnp.float64)
    with pytest.raises(ValueError, match="expected no open sides"):
        box_model(edges, open_sides=stream, periodic=ring)
    with pytest.raises(ValueError, match="expected no obstacles"):
        Halo((3, 3, 3), ring).mesh(replace(box_mesh(edges, jnp.float64, ring), obstacles=empty_obstacles((3, 3, 3))))
    uneven = open_box_sides({(2, 0): ("inflow", (0.0, 0.0, np.ones((3, 1, 1))), 0.0)}, jnp.float64)
    with pytest.raises(ValueError, match="uniform along it"):
        box_model(edges, open_sides=uneven, periodic=ring)


def test_streams_beside_a_ring_stay_as_they_are():
    """Inflow and outflow along z, periodic across: a plug of fluid that brings its temperature."""
    sides = open_box_sides(
        {(2, 0): ("inflow", (0.0, 0.0, 0.8), 2.0), (2, 1): ("outflow", (0.0, 0.0, 0.0), 0.0)}, jnp.float64
    )
    model = box_model([np.linspace(0, 1, 5)] * 3, viscosity=0.1, open_sides=sides, periodic=(True, True, False))
    state = march(model, initial_state(model.mesh), jnp.asarray(0.05), 600)
    np.testing.assert_allclose(state.velocity[2], 0.8, rtol=1e-12)
    np.testing.assert_allclose(state.velocity[0], 0.0, atol=1e-12)
    np.testing.assert_allclose(state.temperature, 2.0, rtol=1e-6)


def test_walls_renewed_beside_a_ring_take_the_same_friction():
    """Wall functions found once for a round of steps, in a box whose flow leaves and enters along x."""
    edges = [np.linspace(0, 1, n + 1) for n in (1, 6, 4)]
    model = box_model(
        edges,
        viscosity=1e-4,
        buoyancy=0.0,
        conductivity=1e-4,
        capacity=1.0,
        sides=[(None, None), (None, None), (None, None)],
        turbulence="zero_equation",
        wall_functions=True,
        conduction="explicit",
        implicit_viscosity=False,
        periodic=(True, False, False),
        acceleration=(1e-2, 0.0, 0.0),
        dtype=jnp.float64,
    )
    state = initial_state(model.mesh)
    for _ in range(3):
        state, _report = jax.jit(step)(model, state, jnp.asarray(0.1))
    renewed = renewed_walls(model, state.velocity)
    assert float(jnp.max(renewed.walls.friction_factor)) > 1.0
    found, _report = jax.jit(step)(renewed, state, jnp.asarray(0.1))
    plain = replace(renewed, walls=replace(renewed.walls, face_friction=None))
    expected, _report = jax.jit(step)(plain, state, jnp.asarray(0.1))
    np.testing.assert_array_equal(found.velocity[0], expected.velocity[0])
    assert float(jnp.max(found.velocity[0])) > 0
