"""Iterations of the pressure projection's conjugate gradients behind obstacles, from a zero guess.

`cylinder`: a cylinder of diameter 0.4 across a closed unit cube. `vessel`: a horizontal cylinder of diameter and length
0.96 in it, divided by two thin walls, one from below over 0.6 of the height and one from above. Cut cells are made as
those of a module; sources are divergences of velocities on the free faces.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

from jamsu.benchmarks.registry import Parameter, benchmark

if TYPE_CHECKING:
    import numpy as np

    from jamsu.solver.grid.mesh import Mesh

WALLS = ((1 / 3, (0.0, 0.6)), (2 / 3, (0.4, 1.0)))  # x, and from which height to which
PRECONDITIONERS = ("panels", "box")


@benchmark(
    "pressure",
    "Iterations of the pressure's conjugate gradients behind obstacles",
    parameters={
        "obstacle": Parameter("name", "vessel", "", "cylinder or vessel", choices=("cylinder", "vessel")),
        "cells": Parameter("integer", 64, "", "a side", minimum=8, maximum=256),
        "stretching": Parameter("number", 1.0, "", "widest cell over narrowest", minimum=1.0, maximum=100.0),
        "precision": Parameter("name", "float64", "", "float32 or float64", choices=("float32", "float64")),
        "tolerance": Parameter("number", 1e-6, "", "of the residual's 2-norm, relative", above=0.0),
        "preconditioner": Parameter(
            "name", "panels", "", "solver.preconditioner, or the open box alone", choices=PRECONDITIONERS
        ),
    },
    gives={
        "iterations_rough": ("", "random velocities"),
        "iterations_smooth": ("", "velocities of a few waves"),
        "remaining_rough": ("", "divergence that is left, relative"),
        "remaining_smooth": ("", "divergence that is left, relative"),
        "milliseconds": ("ms", "an iteration, mean of both"),
    },
)
def pressure(
    obstacle: str, cells: int, stretching: float, precision: str, tolerance: float, preconditioner: str
) -> dict[str, Any]:
    """Project two velocities; count, and check what is left."""
    import jax
    import jax.numpy as jnp

    from jamsu.solver.flow.pressure import box_solver, project
    from jamsu.solver.grid.operators import divergence
    from jamsu.solver.linear import preconditioner as walls

    mesh = obstacle_mesh(obstacle, cells, stretching, precision)
    box = box_solver(mesh)
    solver = walls.preconditioner(mesh, box) if preconditioner == "panels" else box
    solve = jax.jit(
        lambda mesh, velocity, solver: project(
            mesh, velocity, 1.0, solver, tolerance=tolerance, continuity=0.0, maximum=500
        )
    )
    net = jax.jit(lambda mesh, velocity: jnp.linalg.norm(divergence(mesh, velocity)))
    found: dict[str, Any] = {}
    seconds, count = 0.0, 0
    for name, velocity in velocities(mesh).items():
        jax.block_until_ready(solve(mesh, velocity, solver))
        started = time.perf_counter()
        projection = jax.block_until_ready(solve(mesh, velocity, solver))
        seconds += time.perf_counter() - started
        count += int(projection.iterations)
        found[f"iterations_{name}"] = int(projection.iterations)
        found[f"remaining_{name}"] = float(net(mesh, projection.velocity) / net(mesh, velocity))
    return {**found, "milliseconds": 1e3 * seconds / max(count, 1)}


def obstacle_mesh(obstacle: str, cells: int, stretching: float, precision: str) -> Mesh:
    """The unit cube with one of the obstacles, cut and closed as a module's grid is."""
    import jax.numpy as jnp

    from jamsu.geometry.cutcells import cut_cells
    from jamsu.geometry.domain import open_domain, panel_faces
    from jamsu.geometry.grid import Grid
    from jamsu.geometry.shapes import Box, Cylinder
    from jamsu.geometry.smallcells import SMALLEST_OPEN_SHARE, close_small_cells
    from jamsu.solver.grid.obstacles import domain_mesh

    edges = stretched(cells, stretching)
    if obstacle == "cylinder":
        shape = Box((-9.0, -9.0, -9.0), (9.0, 9.0, 9.0)) - Cylinder((0.5, -9.0, 0.5), (0.5, 9.0, 0.5), 0.2)
    else:
        shape = Cylinder((0.02, 0.5, 0.5), (0.98, 0.5, 0.5), 0.48)
    domain = open_domain(close_small_cells(cut_cells(Grid(edges, edges, edges), shape), SMALLEST_OPEN_SHARE))
    for x, (low, high) in WALLS if obstacle == "vessel" else ():
        faces = panel_faces(domain, 0, (x, 0.0, low), (x, 1.0, high))
        domain.area[0][faces] = 0.0
        domain.free[0][faces] = False
    return domain_mesh(domain, jnp.dtype(precision))


def stretched(cells: int, ratio: float) -> np.ndarray:
    """Edges on [0, 1] that narrow to both ends by a hyperbolic tangent, the widest cell over the narrowest given."""
    import numpy as np
    from scipy.optimize import brentq

    from jamsu.benchmarks.grids import tanh_graded

    if ratio <= 1.0:
        return np.linspace(0.0, 1.0, cells + 1)

    def excess(share: float) -> float:
        width = np.diff(tanh_graded(cells, share))
        return float(width.max() / width.min()) - ratio

    return tanh_graded(cells, brentq(excess, 1e-4, 1 - 1e-6))


def velocities(mesh: Mesh) -> dict[str, Any]:
    """A rough and a smooth velocity on the free faces."""
    import jax.numpy as jnp
    import numpy as np

    assert mesh.obstacles is not None
    random = np.random.default_rng(0)
    rough, smooth = [], []
    for axis, free in enumerate(np.asarray(f) for f in mesh.obstacles.free):
        places = [np.asarray(mesh.edges[b] if b == axis else mesh.centres(b)) for b in range(3)]
        at = np.meshgrid(*places, indexing="ij")
        waves = np.sin(np.pi * at[axis]) * np.cos(np.pi * at[(axis + 1) % 3]) + np.cos(1 + axis + 2 * at[axis])
        smooth.append(jnp.asarray(waves * free, mesh.dtype))
        rough.append(jnp.asarray(random.standard_normal(free.shape) * free, mesh.dtype))
    return {"rough": tuple(rough), "smooth": tuple(smooth)}
