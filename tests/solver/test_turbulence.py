"""Turbulence models and wall functions against their closed forms, and the bounds they keep."""

import json
from dataclasses import replace
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from orders import tanh_edges

from jamsu.solver.box import box_mesh, box_model
from jamsu.solver.exchange.gas_films import gas_forced_film
from jamsu.solver.flow.closure import Turbulence, closure, initial_turbulence, kays_diffusivity, renewed_walls
from jamsu.solver.flow.courant import courant_rate
from jamsu.solver.flow.model import initial_state
from jamsu.solver.flow.momentum import control_volume, viscous_force
from jamsu.solver.flow.step import step
from jamsu.solver.grid.fusion import halo_padded
from jamsu.solver.grid.mesh import AXES, Obstacles, full_area, pad_ends
from jamsu.solver.turbulence import k_epsilon
from jamsu.solver.turbulence.eddy_viscosity import strain_rate
from jamsu.solver.turbulence.wall_law import kader_temperature, reichardt_velocity, turbulent_friction_velocity
from jamsu.solver.turbulence.walls import FAR, box_walls, heat_factor, on_faces, speed_friction_factor
from jamsu.solver.turbulence.zero_equation import zero_equation

WALL_LAW = json.loads((Path(__file__).parents[1] / "reference" / "heat_transfer.json").read_text())
NU = 1.5e-5
FREE = np.zeros((3, 2))


def box(n=6, size=1.0, **options):
    edges = [np.linspace(0, size, n + 1)] * 3
    given = {
        "viscosity": NU,
        "conductivity": NU / 0.7,
        "conduction": "explicit",
        "implicit_viscosity": False,
        "wall_functions": True,
    }
    return box_model(edges, **(given | options))


def uniform(mesh, k, epsilon):
    return Turbulence(jnp.full(mesh.shape, k), jnp.full(mesh.shape, epsilon))


@jax.jit
def march(model, state, dt, steps):
    dt = jnp.asarray(dt, model.mesh.dtype)
    return jax.lax.fori_loop(0, steps, lambda _, s: step(model, s, dt)[0], state)


def test_reichardts_law_from_the_wall_to_the_log_layer():
    y_plus = jnp.array([1e-3, 1.0, 5.0, 10.0, 30.0, 100.0, 300.0, 1000.0, 1e6])
    spalding = np.array([1e-3, 0.9998352, 4.865648, 8.294498, 12.6338, 16.0771, 18.87936, 21.84823, np.nan])
    speed, slope = reichardt_velocity(y_plus)
    np.testing.assert_allclose(speed[:-1], spalding[:-1], rtol=0.07)
    np.testing.assert_allclose(speed[:2], spalding[:2], rtol=0.01)
    np.testing.assert_allclose(speed[-1], np.log(1e6) / 0.41 + 5.0, rtol=1e-4)
    each = jax.vmap(jax.grad(lambda y: reichardt_velocity(y)[0]))(y_plus)
    np.testing.assert_allclose(slope, each, rtol=1e-9)


def test_friction_velocity_of_sublayer_and_log_layer():
    # In the sublayer u_*^2 = nu u / y; in the log layer k is u_*^2 / sqrt(C_mu).
    still, share = turbulent_friction_velocity(
        jnp.asarray(1e-10), jnp.asarray(0.01), jnp.asarray(1e-3), jnp.asarray(NU)
    )
    assert still == pytest.approx(np.sqrt(NU * 0.01 / 1e-3), rel=1e-3)
    assert share == pytest.approx(1.0, rel=1e-3)
    fast = (jnp.asarray(value) for value in (0.3, 5.0, 0.05, NU))
    moving, share = turbulent_friction_velocity(*fast)
    assert moving == pytest.approx(np.sqrt(0.3 * 0.3), rel=1e-6)
    assert share < 1e-6


def test_distances_in_a_box_are_those_to_its_no_slip_sides():
    mesh = box_mesh([tanh_edges(n, strength=1.5) for n in (7, 8, 9)], jnp.float64)
    sides = np.array([[1, 1], [0, 0], [1, 0]])
    walls = box_walls(mesh, sides, 0.7)
    x, _, z = np.meshgrid(*(np.asarray(mesh.centres(a)) for a in AXES), indexing="ij")
    np.testing.assert_allclose(walls.distance, np.minimum(np.minimum(x, 1 - x), z), rtol=1e-12)
    inside = np.asarray(walls.touching)[1:-1, :, 1:]
    assert not inside.any()
    assert np.asarray(walls.touching)[0].all()
    assert (box_walls(mesh, FREE, 0.7).distance == FAR).all()


@pytest.mark.parametrize("friction_velocity", [1e-4, 0.02, 0.3])
def test_friction_and_heat_of_a_cell_that_follows_the_law_of_the_wall(friction_velocity):
    """The factors give back the shear and the heat flux that the profile was made with, from sublayer to log layer."""
    mesh = box_mesh([np.linspace(0, 0.2, 3)] * 3, jnp.float64)
    walls = box_walls(mesh, np.array([[0, 0], [0, 0], [1, 0]]), 0.7)
    y = float(mesh.centres(2)[0])
    y_plus = friction_velocity * y / NU
    b = np.exp(-0.41 * 5.0)

    def spalding(u):
        return u + b * (np.exp(0.41 * u) - 1 - 0.41 * u - (0.41 * u) ** 2 / 2 - (0.41 * u) ** 3 / 6)

    grid = np.linspace(0, 40, 400_001)
    speed = friction_velocity * np.interp(y_plus, spalding(grid), grid)
    velocity = (jnp.full((3, 2, 2), speed), jnp.zeros((2, 3, 2)), jnp.zeros((2, 2, 3)))
    factor = speed_friction_factor(walls, velocity, jnp.asarray(NU))
    shear = NU * speed / y * factor[:, :, 0]
    np.testing.assert_allclose(shear, friction_velocity**2, rtol=1e-4)
    assert (factor[:, :, 1] == 1).all()
    heat = heat_factor(walls, jnp.full(mesh.shape, friction_velocity), jnp.asarray(NU))[:, :, 0]
    np.testing.assert_allclose(heat, 0.7 * y_plus / kader_temperature(y_plus, 0.7), rtol=1e-9)
    if y_plus < 1:
        np.testing.assert_allclose([shear[0, 0] / (NU * speed / y), heat[0, 0]], 1.0, rtol=1e-2)


def test_a_face_takes_its_factor_from_the_cell_that_touches_the_wall():
    mesh = box_mesh([np.linspace(0, 1, 4)] * 3, jnp.float64)
    walls = box_walls(mesh, np.array([[1, 0], [0, 0], [0, 0]]), 0.7)
    factor = jnp.where(walls.touching > 0, 5.0, 1.0)
    np.testing.assert_allclose(on_faces(walls, factor)[0][:, 0, 0], [5.0, 1.0])
    np.testing.assert_allclose(on_faces(walls, factor)[2][0], 5.0)
    np.testing.assert_allclose(on_faces(walls, factor)[2][1:], 1.0)


def test_wall_friction_slows_a_stream_by_the_law_of_the_wall():
    """The momentum a frictionless-topped channel loses is the shear of the law of the wall on its floor."""
    model = box_model(
        [np.linspace(0, 1, 9), np.linspace(0, 1, 2), np.linspace(0, 0.1, 3)],
        viscosity=NU,
        conduction="explicit",
        implicit_viscosity=False,
        turbulence="constant",
        wall_functions=True,
        no_slip=np.array([[0, 0], [0, 0], [1, 0]]),
    )
    velocity = initial_state(model.mesh).velocity
    velocity = (velocity[0] + 2.0, velocity[1], velocity[2])
    renewed = renewed_walls(model, velocity)
    turbulent = closure(renewed, velocity, None)
    factor = float(turbulent.friction_factor[4, 0, 0])
    y, shear = 0.025, factor * NU * 2.0 / 0.025
    u_star = np.sqrt(shear)
    assert 2.0 / u_star == pytest.approx(np.log(u_star * y / NU) / 0.41 + 5.0, rel=5e-3)
    assert (np.asarray(model.walls.friction_factor) == 1).all()


def test_free_turbulence_decays_as_the_model_has_it():
    """k = k0 (1 + (C2 - 1) t e0/k0)^(-1/(C2 - 1)) without strain, walls or gradients."""
    model = box(turbulence="k_epsilon", no_slip=FREE)
    k, epsilon, t = 0.04, 0.02, 2.0
    state = initial_state(model.mesh, turbulence=uniform(model.mesh, k, epsilon))
    errors = []
    for steps in (100, 200):
        found = march(model, state, t / steps, steps).turbulence
        assert float(jnp.ptp(found.k)) < 1e-12
        exact = k * (1 + 0.9 * t * epsilon / k) ** (-1 / 0.9)
        errors.append(abs(float(found.k[2, 2, 2]) / exact - 1))
    assert errors[1] < 3e-3
    assert errors[0] / errors[1] == pytest.approx(2.0, rel=0.1)


def test_far_from_walls_the_viscosity_is_that_of_the_k_epsilon_model():
    model = box(turbulence="k_epsilon", no_slip=FREE)
    fields = uniform(model.mesh, 0.04, 0.02)
    at_rest = initial_state(model.mesh).velocity
    np.testing.assert_allclose(closure(model, at_rest, fields).eddy, 0.09 * 0.04**2 / 0.02, rtol=1e-6)


def test_viscosity_keeps_normal_stresses_positive():
    model = box(turbulence="k_epsilon", no_slip=FREE)
    rng = np.random.default_rng(1)
    velocity = tuple(jnp.asarray(rng.normal(size=v.shape)) for v in initial_state(model.mesh).velocity)
    fields = uniform(model.mesh, 0.04, 1e-4)  # k / e far too long for this strain
    eddy = closure(model, velocity, fields).eddy
    strain = strain_rate(model.mesh, velocity)
    assert (np.asarray(eddy * strain) <= 0.6 * 0.04 / np.sqrt(3) * (1 + 1e-12)).all()
    assert (np.asarray(eddy) < 0.09 * 0.04**2 / 1e-4).all()


@pytest.mark.parametrize("dtype", [jnp.float32, pytest.param(jnp.float64, marks=pytest.mark.slow)])
def test_fields_stay_positive_and_finite_in_a_violent_start(dtype):
    model = box(8, turbulence="k_epsilon", scheme="limited", heat_scheme="limited", dtype=dtype, buoyancy=0.03)
    rng = np.random.default_rng(2)
    start = initial_state(model.mesh, 20 * rng.random(model.mesh.shape))
    noise = [
        jnp.asarray(np.pad(rng.normal(size=t.shape), [(1, 1) if a == b else (0, 0) for b in AXES]), dtype)
        for a, t in enumerate(start.tendency)
    ]
    k = jnp.asarray(10.0 ** rng.uniform(-12, 0, model.mesh.shape), dtype)
    state = replace(start, velocity=tuple(noise), turbulence=Turbulence(k, jnp.asarray(k * 0.01, dtype)))
    for _ in range(5):
        state = march(model, state, float(min(0.3 / courant_rate(model, state), 0.01)), 20)
        for field in state.turbulence:
            assert bool(jnp.all(jnp.isfinite(field)))
            assert float(jnp.min(field)) > 0
    assert float(jnp.max(jnp.abs(state.temperature - 10))) < 15


@pytest.mark.parametrize(("lapse", "sign"), [(-10.0, 1), (10.0, -1)])
def test_buoyancy_feeds_turbulence_where_warm_lies_below_cold(lapse, sign):
    model = box(turbulence="k_epsilon", buoyancy=0.03, no_slip=FREE)
    temperature = jnp.broadcast_to(lapse * model.mesh.centres(2), model.mesh.shape)
    eddy = jnp.full(model.mesh.shape, 1e-3)
    found = k_epsilon.buoyant_production(
        model.mesh, halo_padded(temperature), model.heat.turbulent_link, eddy, model.fluid.buoyancy
    )
    np.testing.assert_allclose(found, -0.03 * 1e-3 * lapse, rtol=1e-9)
    state = initial_state(model.mesh, temperature, turbulence=uniform(model.mesh, 0.01, 0.001))
    plain = replace(model, fluid=replace(model.fluid, buoyancy=jnp.asarray(0.0)))
    with_it, without = (march(m, state, 0.01, 1).turbulence.k[3, 3, 3] for m in (model, plain))
    assert np.sign(float(with_it - without)) == sign


def test_turbulence_is_carried_and_spread_without_loss():
    """What leaves a cell enters its neighbour: transport alone keeps the sum."""
    model = box(turbulence="k_epsilon")
    rng = np.random.default_rng(3)
    field = jnp.asarray(rng.random(model.mesh.shape))
    flux = tuple(
        jnp.asarray(np.pad(rng.normal(size=t.shape), [(1, 1) if a == b else (0, 0) for b in AXES]))
        for a, t in enumerate(initial_state(model.mesh).tendency)
    )
    moved = k_epsilon.transported(model.mesh, flux, model.heat.turbulent_link, halo_padded(field), halo_padded(field))
    assert abs(float(jnp.sum(moved))) < 1e-12
    assert float(jnp.max(jnp.abs(moved))) > 1e-3


def test_the_dissipation_beside_a_wall():
    k, y = jnp.asarray(0.3), jnp.asarray(0.05)
    log_layer = k_epsilon.wall_dissipation(k, y, jnp.asarray(0.0), jnp.asarray(NU))
    u_star = np.sqrt(0.3 * float(k))
    assert log_layer == pytest.approx(u_star**3 / (0.41 * 0.05), rel=1e-6)  # production balances it there
    assert k_epsilon.wall_dissipation(k, y, jnp.asarray(1.0), jnp.asarray(NU)) == pytest.approx(2 * NU * 0.3 / 0.05**2)


def test_what_machines_blow_out():
    model = box(4, turbulence="k_epsilon")
    mesh = model.mesh
    driven = np.ones(mesh.shape)
    driven[1, 1, 1] = 0.0
    one = jnp.ones(mesh.shape)
    mesh = replace(
        mesh,
        obstacles=Obstacles(mesh.volume, full_area(mesh), full_area(mesh), full_area(mesh), one, jnp.asarray(driven)),
    )
    velocity = (jnp.full((5, 4, 4), 2.0), jnp.zeros((4, 5, 4)), jnp.zeros((4, 4, 5)))
    held = k_epsilon._held(mesh, velocity, uniform(mesh, 1.0, 1.0))
    assert held.k[1, 1, 1] == pytest.approx(1.5 * 0.2**2)
    assert held.epsilon[1, 1, 1] == pytest.approx(0.09**0.75 * (1.5 * 0.2**2) ** 1.5 / (0.07 * 0.0445))
    assert held.k[2, 2, 2] == 1.0


def test_zero_equation_model():
    mesh = box_mesh([np.linspace(0, 1, 5)] * 3, jnp.float64)
    walls = box_walls(mesh, np.array([[0, 0], [0, 0], [1, 0]]), 0.7)
    velocity = (jnp.full((5, 4, 4), 0.3), jnp.zeros((4, 5, 4)), jnp.full((4, 4, 5), 0.4))
    found = zero_equation(walls, velocity)
    np.testing.assert_allclose(found[0, 0], 0.03874 * 0.5 * np.asarray(mesh.centres(2)), rtol=1e-6)


def test_the_films_of_a_turbulent_cell():
    """In the log layer of a known k the film is rho cp u_* / Theta+."""
    from jamsu.solver.exchange.outside_films import FilmProperties

    gas = FilmProperties(density=1.2, viscosity=1.8e-5, conductivity=0.0257, heat_capacity=1005.0, expansion=1 / 293.0)
    k, y = 0.2, 0.04
    u_star = np.sqrt(0.3 * k)
    y_plus = u_star * y / (1.8e-5 / 1.2)
    expected = 1.2 * 1005.0 * u_star / kader_temperature(y_plus, float(gas.prandtl))
    assert gas_forced_film(gas, 0.5, y, k) == pytest.approx(float(expected), rel=1e-6)


@pytest.mark.parametrize("prandtl", [0.025, 0.71, 7.0])
def test_eddies_carry_less_heat_near_a_wall(prandtl):
    """Pr_t = 0.85 + 0.7 / (Pr nu_t / nu), and 0.85 in air far from walls."""
    ratio = np.array([0.1, 1.0, 10.0, 1000.0])
    found = kays_diffusivity(jnp.asarray(NU * ratio), jnp.asarray(NU / prandtl))
    np.testing.assert_allclose(NU * ratio / found, 0.85 + 0.7 / (prandtl * ratio), rtol=1e-9)
    assert kays_diffusivity(jnp.asarray(0.0), jnp.asarray(NU)) == 0


def test_a_varying_viscosity_needs_explicit_viscosity():
    with pytest.raises(ValueError, match="k_epsilon"):
        box_model([np.linspace(0, 1, 5)] * 3, turbulence="k_epsilon")


def test_a_start_of_ten_times_the_molecular_viscosity():
    mesh = box_mesh([np.linspace(0, 1, 5)] * 3, jnp.float64)
    k, epsilon = (float(f[0, 0, 0]) for f in initial_turbulence(mesh, 2.0, NU))
    assert k == pytest.approx(1.5 * 0.1**2)
    assert 0.09 * k**2 / epsilon == pytest.approx(10 * NU)


def test_courant_rate_of_a_flow_that_is_no_number_is_infinite():
    """A maximum passes over NaN, and a diverged flow must not look slow."""
    model = box(4, turbulence="k_epsilon")
    state = initial_state(model.mesh, turbulence=uniform(model.mesh, 0.01, 0.001))
    u = state.velocity[0].at[2, 1, 1].set(jnp.nan)
    assert np.isinf(courant_rate(model, replace(state, velocity=(u, *state.velocity[1:]))))


@pytest.mark.parametrize("thin", AXES)
def test_courant_rate_covers_the_stress_of_eddies(thin):
    """The largest decay rate of a velocity component under its viscous force, by power iteration: Adams-Bashforth's
    second step is stable up to 1 over it. Thin cells across one axis show twice the stress along that axis."""
    edges = [np.linspace(0, 0.1 if axis == thin else 2.0, 9) for axis in AXES]
    model = box_model(
        edges, viscosity=1e-9, turbulence="constant", implicit_viscosity=False, conduction="explicit", no_slip=FREE
    )
    model = replace(model, eddy_viscosity=jnp.asarray(0.1))
    mesh, state = model.mesh, initial_state(model.mesh)
    viscosity = halo_padded(jnp.full(mesh.shape, 0.1))
    start = jnp.asarray(np.random.default_rng(0).normal(size=state.tendency[thin].shape))

    def decay(q):
        velocity = list(state.velocity)
        velocity[thin] = pad_ends(q, thin)
        force = viscous_force(mesh, model.fluid, tuple(velocity), halo_padded(velocity[thin]), viscosity, thin)
        return -force / control_volume(mesh, thin)

    def iterate(_, carry):
        q = decay(carry[0])
        size = jnp.linalg.norm(q)
        return q / size, size

    largest = jax.lax.fori_loop(0, 300, iterate, (start / jnp.linalg.norm(start), jnp.asarray(0.0)))[1]
    rate = float(courant_rate(model, state))
    assert 0.9 * rate < float(largest) < rate
