"""The preconditioner behind thin walls: exact where it should be, symmetric, and few iterations that hardly grow."""

import jax
import jax.numpy as jnp
import numpy as np
import pytest

from jamsu.benchmarks import registry
from jamsu.benchmarks.pressure import obstacle_mesh
from jamsu.geometry.cutcells import cut_cells
from jamsu.geometry.domain import open_domain, panel_faces
from jamsu.geometry.grid import Grid
from jamsu.geometry.shapes import Box
from jamsu.solver.flow.pressure import box_solver, conductance, negative_laplacian
from jamsu.solver.grid.obstacles import domain_mesh
from jamsu.solver.linear.preconditioner import preconditioner

MOST = {"cylinder": 12, "vessel": 20}


def counts(obstacle, cells, stretching, **more):
    given = {"obstacle": obstacle, "cells": cells, "stretching": stretching, **more}
    found = registry.run("pressure", given)
    assert max(found["remaining_rough"], found["remaining_smooth"]) <= 1.001e-6
    return max(found["iterations_rough"], found["iterations_smooth"])


@pytest.mark.parametrize("obstacle", ["cylinder", "vessel"])
@pytest.mark.parametrize("stretching", [1, 20])
def test_iterations(obstacle, stretching):
    coarse, fine = (counts(obstacle, cells, stretching) for cells in (32, 64))
    assert fine <= MOST[obstacle]
    assert fine <= 1.3 * coarse


@pytest.mark.slow
@pytest.mark.parametrize("obstacle", ["cylinder", "vessel"])
@pytest.mark.parametrize("stretching", [1, 20])
def test_iterations_on_fine_grids(obstacle, stretching):
    coarse, fine = (counts(obstacle, cells, stretching) for cells in (32, 128))
    assert fine <= 1.1 * MOST[obstacle]
    assert fine <= 1.4 * coarse


def test_thin_walls_cost_the_open_box_alone_twice_as_many():
    assert counts("vessel", 32, 1, preconditioner="box") > 1.7 * counts("vessel", 32, 1)


def test_one_wall_from_side_to_side_is_solved_at_once():
    """Two closed boxes: Woodbury's formula is then the inverse, up to a constant in each."""
    x, y, z = np.array([0, 0.1, 0.25, 0.4, 0.7, 1.0]), np.linspace(0, 2, 5) ** 1.3, np.linspace(0, 1, 4)
    domain = open_domain(cut_cells(Grid(x, y, z), Box((-1.0, -1.0, -1.0), (9.0, 9.0, 9.0)), closed_box=False))
    for axis, ends in enumerate(domain.area):
        for end in (0, -1):
            np.moveaxis(ends, axis, 0)[end] = 0
            np.moveaxis(domain.free[axis], axis, 0)[end] = False
    wall = panel_faces(domain, 0, (0.4, y[0], 0.0), (0.4, y[-1], 1.0))
    domain.area[0][wall], domain.free[0][wall] = 0.0, False
    mesh = domain_mesh(domain, jnp.float64)
    solver = preconditioner(mesh, box_solver(mesh))
    links = conductance(mesh, mesh.obstacles.free)
    field = np.random.default_rng(0).standard_normal(mesh.shape)
    found = np.asarray(solver.solve(negative_laplacian(links, jnp.asarray(field))))
    local = np.asarray(solver.local * negative_laplacian(links, jnp.asarray(field)))
    error = found - local - field
    for side in (error[:3], error[3:]):
        # All modes along the wall but the constant one, which is left to the iterations.
        np.testing.assert_allclose(side - side.mean(axis=(1, 2), keepdims=True), 0, atol=1e-11)


def test_it_is_symmetric_and_positive():
    mesh = obstacle_mesh("vessel", 12, 5.0, "float64")
    solver = preconditioner(mesh, box_solver(mesh))
    driven = mesh.obstacles.driven_cell
    apply = jax.jit(lambda r: driven * solver.solve(driven * r))
    rng = np.random.default_rng(1)
    a, b = (jnp.asarray(rng.standard_normal(mesh.shape)) for _ in range(2))
    assert float(jnp.vdot(a, apply(b))) == pytest.approx(float(jnp.vdot(b, apply(a))), rel=1e-10)
    assert float(jnp.vdot(a, apply(a))) > 0
