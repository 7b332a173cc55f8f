"""Conduction: manufactured solutions with their orders, transient bodies in a film, the unit cube."""

import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from orders import GRADINGS, assert_expected_order, tanh_edges
from scipy.interpolate import RegularGridInterpolator

import jamsu.solver.flow.heat
from jamsu.benchmarks.obstacles import with_cut_walls
from jamsu.geometry.cutcells import cut_cells
from jamsu.geometry.grid import Grid
from jamsu.geometry.shapes import Cylinder, Sphere
from jamsu.geometry.smallcells import close_small_cells
from jamsu.solver.box import box_model, series_conductance, side_exchange
from jamsu.solver.flow.heat import advance_temperature
from jamsu.solver.grid.mesh import AXES

REFERENCE = json.loads((Path(__file__).parents[1] / "reference" / "conduction.json").read_text())
WALL = (0.0, np.inf)
ADIABATIC = (None, None)
WARM = (((1.0, np.inf), (1.0, np.inf)), ADIABATIC, ADIABATIC)


def centres(mesh):
    return np.meshgrid(*(np.asarray(mesh.centres(a)) for a in AXES), indexing="ij")


def mean_square(mesh, error):
    volume = np.asarray(mesh.volume)
    return np.sqrt(np.sum(volume * np.asarray(error) ** 2) / np.sum(volume))


def still(model, temperature, dt, steps):
    """Conduction alone, so many steps."""
    return _still(model.heat, model.heat_solver, temperature, dt, steps)


@jax.jit
def _still(heat, solver, temperature, dt, steps):
    def once(_, t):
        return advance_temperature(heat, t, jnp.zeros_like(t), heat.conductance, dt, solver, 1e-11)[0]

    return jax.lax.fori_loop(0, steps, once, temperature)


def at(mesh, field, point):
    """A field at a point of the middle, by cubic interpolation between the cell centres."""
    places = [np.asarray(mesh.centres(a)) for a in AXES]
    return RegularGridInterpolator(places, np.asarray(field), method="cubic")([point])[0]


# --- steady, conductivity in space -----------------------------------------------------------------------------
# T = sin(pi x) cos(pi y) cos(2 pi z), k = 1 + x / 2 + y z / 4; walls at x = 0, 1, the other sides adiabatic.


def steady_error(cells, strength):
    edges = [tanh_edges(cells, strength=strength), tanh_edges(cells, strength=strength), tanh_edges(cells)]
    x, y, z = np.meshgrid(*((e[1:] + e[:-1]) / 2 for e in edges), indexing="ij")
    sx, cx, cy, sy = np.sin(np.pi * x), np.cos(np.pi * x), np.cos(np.pi * y), np.sin(np.pi * y)
    cz, sz = np.cos(2 * np.pi * z), np.sin(2 * np.pi * z)
    exact, k = sx * cy * cz, 1 + x / 2 + y * z / 4
    slopes = (np.pi * cx * cy * cz, -np.pi * sx * sy * cz, -2 * np.pi * sx * cy * sz)
    source = k * 6 * np.pi**2 * exact - (slopes[0] / 2 + slopes[1] * z / 4 + slopes[2] * y / 4)
    model = box_model(
        edges, conductivity=k, source=source, sides=((WALL, WALL), ADIABATIC, ADIABATIC), conduction="implicit"
    )
    found = still(model, jnp.zeros(model.mesh.shape), 1e6, 2)
    return mean_square(model.mesh, found - exact)


def test_conduction_by_factors_is_that_of_the_whole_to_second_order():
    """In a fixed time the difference falls with dt^2; a steady state is the same."""

    def found(kind, dt, steps):
        model = box_model(
            [np.linspace(0, 1, 9)] * 3,
            sides=((WALL, (1.0, np.inf)), (WALL, WALL), (WALL, ADIABATIC[0])),
            conduction=kind,
            implicitness=0.5,
        )
        start = jnp.asarray(np.prod([np.sin(np.pi * x) for x in centres(model.mesh)], axis=0))
        return np.asarray(still(model, start, dt, steps))

    def apart(steps):
        return np.max(np.abs(found("factored", 0.02 / steps, steps) - found("direct", 0.02 / steps, steps)))

    assert np.log2(apart(16) / apart(32)) == pytest.approx(2, abs=0.1)
    assert apart(32) > 1e-7
    np.testing.assert_allclose(found("factored", 0.005, 2000), found("direct", 0.005, 2000), atol=1e-12)


@pytest.mark.parametrize("grading", GRADINGS)
def test_steady_conduction_is_second_order(grading):
    assert_expected_order(partial(steady_error, strength=GRADINGS[grading]), (16, 32), 2)


def test_steady_order_notices_a_doubled_conductance(monkeypatch):
    true, march = jamsu.solver.flow.heat.conducted_heat, _still.__wrapped__
    monkeypatch.setattr(jamsu.solver.flow.heat, "conducted_heat", lambda g, t: 2 * true(g, t))
    monkeypatch.setitem(globals(), "_still", jax.jit(lambda *given: march(*given)))
    with pytest.raises(AssertionError, match="order"):
        assert_expected_order(partial(steady_error, strength=0.0), (8, 16), 2)


# --- transient, conductivity with temperature, capacity in space -----------------------------------------------
# T = 1 + e^-t sin(pi x) cos(pi y) cos(2 pi z) / 2, k = 1 + 0.2 T, rho c = 1 + x / 2 (Roache 2002; Salari & Knupp
# SAND2000-1444). k is taken at the old temperature extrapolated to the middle (Crank-Nicolson) or end of the step.


@jax.jit
def manufactured(x, y, z, t):
    """T and the source rho c dT/dt - div(k grad T)."""
    decay = 0.5 * jnp.exp(-t)
    sx, cx, cy, sy = jnp.sin(jnp.pi * x), jnp.cos(jnp.pi * x), jnp.cos(jnp.pi * y), jnp.sin(jnp.pi * y)
    cz, sz = jnp.cos(2 * jnp.pi * z), jnp.sin(2 * jnp.pi * z)
    wave = decay * sx * cy * cz
    slope2 = (jnp.pi * decay) ** 2 * ((cx * cy * cz) ** 2 + (sx * sy * cz) ** 2 + 4 * (sx * cy * sz) ** 2)
    k = 1 + 0.2 * (1 + wave)
    return 1 + wave, -(1 + x / 2) * wave + 6 * jnp.pi**2 * k * wave - 0.2 * slope2


def transient(cells, strength, steps, theta, end=0.2):
    """Mesh, temperature at the end, exact temperature."""
    edges = [tanh_edges(cells, strength=strength), tanh_edges(cells), tanh_edges(cells, strength=strength)]
    x = (edges[0][1:] + edges[0][:-1])[:, None, None] / 2
    model = box_model(
        edges,
        conductivity=np.ones((cells,) * 3),
        capacity=np.broadcast_to(1 + x / 2, (cells,) * 3),
        sides=WARM,
        conduction="implicit",
        implicitness=theta,
    )
    points = centres(model.mesh)
    found = _transient(model, end / steps, steps, manufactured(*points, 0.0)[0])
    return model.mesh, found, manufactured(*points, end)[0]


@jax.jit
def _transient(model, dt, steps, start):
    mesh, theta = model.mesh, model.heat.implicitness
    points = jnp.meshgrid(*(mesh.centres(a) for a in AXES), indexing="ij")

    def once(i, carry):
        now, before = carry
        k = 1 + 0.2 * (now + theta * (now - before))
        exchange, external = side_exchange(mesh, k, WARM)
        link = series_conductance(mesh, k)
        source = manufactured(*points, (i + theta) * dt)[1] * mesh.volume
        heat = replace(model.heat, conductance=link, exchange=exchange, exchange_temperature=external, source=source)
        new, _ = advance_temperature(heat, now, jnp.zeros_like(now), link, dt, None, 1e-10)
        return new, now

    return jax.lax.fori_loop(0, steps, once, (start, manufactured(*points, -dt)[0]))[0]


def transient_error(cells, strength):
    mesh, found, exact = transient(cells, strength, 20, 0.5)
    return mean_square(mesh, found - exact)


@pytest.mark.parametrize("grading", GRADINGS)
def test_transient_conduction_is_second_order_in_space(grading):
    assert_expected_order(partial(transient_error, strength=GRADINGS[grading]), (16, 32), 2)


@pytest.mark.slow
@pytest.mark.parametrize("grading", GRADINGS)
def test_transient_conduction_is_second_order_in_space_on_fine_grids(grading):
    assert_expected_order(partial(transient_error, strength=GRADINGS[grading]), (16, 32, 64), 2)


@pytest.mark.parametrize(("theta", "expected"), [(1.0, 1), (0.5, 2)], ids=["backward Euler", "Crank-Nicolson"])
def test_order_in_time(theta, expected):
    _, fine, _ = transient(8, 0.0, 640, theta, end=0.4)

    def error(steps):
        mesh, found, _ = transient(8, 0.0, steps, theta, end=0.4)
        return mean_square(mesh, found - fine)

    assert_expected_order(error, (10, 20, 40), expected, unit="steps")


# --- bodies cooling in a film -----------------------------------------------------------------------------------


@pytest.mark.parametrize("case", REFERENCE["COND-BIOT"]["theta"], ids=lambda c: f"Bi{c['biot']}-Fo{c['fourier']}")
def test_plane_wall_in_a_film(case):
    cells, steps = 40, 400
    film = (0.0, case["biot"])
    model = box_model(
        (tanh_edges(cells, strength=0.0), np.array([0.0, 1.0]), np.array([0.0, 1.0])),
        conductivity=np.ones((cells, 1, 1)),
        sides=((None, film), ADIABATIC, ADIABATIC),
        conduction="implicit",
        implicitness=0.5,
    )
    found = still(model, jnp.ones(model.mesh.shape), case["fourier"] / steps, steps)
    theta = np.asarray(found)[:, 0, 0]
    centre = (9 * theta[0] - theta[1]) / 8
    surface = np.sum(np.asarray(model.heat.exchange)[:, 0, 0] * theta) / case["biot"]
    tolerance = REFERENCE["COND-BIOT"]["tolerance"]
    assert [centre, surface, theta.mean()] == pytest.approx(case["plane"], abs=tolerance)


def cut_body(shape, cells, flat, biot):
    """A quarter of a cylinder along y, or an eighth of a sphere, of radius 1 and k = rho c = 1, in a film.

    The heat arrays follow from the cut cells: capacity by open volume, conductances as in a module, and exchange by
    true wall area through the solid from open centroid to wall, then the film.
    """
    edges = np.linspace(0, 1.1, cells + 1)
    grid = Grid(edges, np.array([0.0, 1.0]) if flat else edges, edges)
    cut = close_small_cells(cut_cells(grid, shape, closed_box=False), 0.05)
    model = box_model(
        [grid.edges(a) for a in AXES],
        conductivity=np.ones(grid.shape),
        conduction="implicit",
        implicitness=0.5,
    )
    open_ = cut.volume_fraction > 0
    wall = np.where(open_, cut.wall_area, 0.0)
    heat = replace(
        with_cut_walls(model, cut, 1.0, 0.0).heat,
        capacity=jnp.asarray(np.where(open_, cut.cell_open_volume, grid.cell_volume)),
        exchange=jnp.asarray(wall / (cut.wall_distance + 1 / biot)),
    )
    return replace(model, heat=heat), cut, wall


def compare_cut_body(case, body, cells, tolerance):
    """Centre, surface and mean of a body of `cells` cells a side of its box (radius: 10/11 of it)."""
    flat = body == "cylinder"
    shape = Cylinder((0.0, -1.0, 0.0), (0.0, 2.0, 0.0), 1.0) if flat else Sphere((0.0, 0.0, 0.0), 1.0)
    model, cut, wall = cut_body(shape, cells, flat, case["biot"])
    steps = 60
    theta = np.asarray(still(model, jnp.ones(model.mesh.shape), case["fourier"] / steps, steps))
    beside = theta[1, 0, 1 if flat else 0]  # even about the centre
    centre = theta[0, 0, 0] + (theta[0, 0, 0] - beside) * (1 if flat else 3) / 8
    surface = np.sum(np.asarray(model.heat.exchange) * theta) / case["biot"] / wall.sum()
    mean = np.sum(theta * cut.cell_open_volume) / cut.open_volume
    print([centre, surface, mean] - np.array(case[body]))
    assert [centre, surface, mean] == pytest.approx(case[body], abs=tolerance)


TOLERANCE = REFERENCE["COND-BIOT"]["tolerance"]


@pytest.mark.parametrize(("body", "cells", "tolerance"), [("cylinder", 44, TOLERANCE), ("sphere", 22, 2.2 * TOLERANCE)])
@pytest.mark.parametrize("case", REFERENCE["COND-BIOT"]["theta"], ids=lambda c: f"Bi{c['biot']}-Fo{c['fourier']}")
def test_cut_bodies_in_a_film(case, body, cells, tolerance):
    """A cylinder of 40 cells to the radius; a sphere of 20, at the looser tolerance that it needs then."""
    compare_cut_body(case, body, cells, tolerance)


@pytest.mark.slow
@pytest.mark.parametrize("case", REFERENCE["COND-BIOT"]["theta"][-2:], ids=lambda c: f"Bi{c['biot']}-Fo{c['fourier']}")
def test_cut_sphere_of_many_cells_in_a_film(case):
    compare_cut_body(case, "sphere", 48, TOLERANCE)


# --- the unit cube -----------------------------------------------------------------------------------------------


def cube(strength, source=0.0, theta=1.0):
    edges = [tanh_edges(32, strength=strength)] * 3
    return box_model(edges, source=source, sides=((WALL, WALL),) * 3, conduction="direct", implicitness=theta)


def test_cube_with_a_uniform_source():
    reference = REFERENCE["COND-BOX"]
    model = cube(1.0, source=1.0)  # on uniform cells the mean is 0.6 % off, as cells lump what the wall bends
    found = still(model, jnp.zeros(model.mesh.shape), 1e9, 1)
    mean = float(jnp.sum(found * model.mesh.volume))
    relative = reference["tolerance"]
    assert at(model.mesh, found, (0.5, 0.5, 0.5)) == pytest.approx(reference["source_centre"], rel=relative)
    assert at(model.mesh, found, (0.25, 0.5, 0.5)) == pytest.approx(reference["source_quarter"], rel=relative)
    assert mean == pytest.approx(reference["source_mean"], rel=relative)


def test_cube_cooling_after_a_step():
    reference = REFERENCE["COND-BOX"]
    model = cube(0.0, theta=0.5)
    found, time, dt = jnp.ones(model.mesh.shape), 0.0, 2.5e-4
    for fourier, expected in zip(reference["cooling_fourier"], reference["cooling_centre"], strict=True):
        found = still(model, found, dt, round((fourier - time) / dt))
        time = fourier
        centre = at(model.mesh, found, (0.5, 0.5, 0.5))
        assert centre == pytest.approx(expected, rel=reference["tolerance"])


def test_direct_and_iterative_conduction_agree():
    edges = [tanh_edges(8), tanh_edges(6, strength=0.0), tanh_edges(10)]
    sides = ((WALL, (2.0, np.inf)), ADIABATIC, (None, (1.0, np.inf)))
    start = jnp.asarray(np.random.default_rng(1).random((8, 6, 10)))
    found = [
        still(box_model(edges, sides=sides, source=3.0, conductivity=0.7, capacity=2.0, conduction=way), start, 0.05, 3)
        for way in ("direct", "implicit")
    ]
    np.testing.assert_allclose(found[0], found[1], atol=1e-9)
    explicit = box_model(edges, sides=sides, source=3.0, conductivity=0.7, capacity=2.0, conduction="explicit")
    fine = still(explicit, start, 0.15 / 4000, 4000)
    implicit = box_model(edges, sides=sides, source=3.0, conductivity=0.7, capacity=2.0, implicitness=0.5)
    np.testing.assert_allclose(fine, still(implicit, start, 0.15 / 400, 400), atol=2e-3)
