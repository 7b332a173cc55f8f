"""Flows through open sides: boxes, curved walls cut out of their grid, and marching to a steady state."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import numpy as np

from jamsu.benchmarks.grids import ONE
from jamsu.benchmarks.marching import STEPS_A_ROUND, _compiled, controlled, viscous_limit

if TYPE_CHECKING:
    from jamsu.geometry.cutcells import CutCells
    from jamsu.geometry.shapes import Shape
    from jamsu.solver.box import OpenSide
    from jamsu.solver.flow.model import FlowModel, FlowState
    from jamsu.solver.turbulence.k_epsilon import Turbulence

    Sides = Mapping[tuple[int, int], OpenSide]

# Adams-Bashforth is stable for upwind advection up to Courant numbers of 1/2 and for viscosity up to the viscous limit,
# but not for both at once.
COURANT = 0.3
VISCOUS = 0.6  # of the viscous limit
DRAWN: OpenSide = ("entraining", (0.0, 0.0, 0.0), 0.0)  # a side through which fluid at rest is drawn in, or leaves


def passing(velocity: float | np.ndarray, temperature: float | np.ndarray = 0.0) -> Sides:
    """Open sides of a stream along x: what enters is given, and it leaves at zero pressure."""
    return {
        (0, 0): ("inflow", (velocity, 0.0, 0.0), temperature),
        (0, 1): ("outflow", (0.0, 0.0, 0.0), 0.0),
    }


def open_box(edges: Sequence[np.ndarray], openings: Sides, dtype: str = "float64", **options: Any) -> FlowModel:
    """A box with open sides."""
    from jamsu.solver.box import box_model, open_box_sides

    return box_model(edges, open_sides=open_box_sides(openings, dtype), dtype=dtype, **options)


def cut_out(edges: Sequence[np.ndarray], shape: Shape) -> CutCells:
    """The part of a grid that a shape fills; small cells are closed as a module's are."""
    from jamsu.geometry.cutcells import cut_cells
    from jamsu.geometry.grid import Grid
    from jamsu.geometry.smallcells import SMALLEST_OPEN_SHARE, close_small_cells

    return close_small_cells(cut_cells(Grid(*edges), shape, closed_box=False), SMALLEST_OPEN_SHARE)


def around_cylinder(x: np.ndarray, z: np.ndarray, walls: tuple[float, float] | None = None) -> CutCells:
    """Fluid around a cylinder of diameter 1 at the origin, along y; between two walls across z, or without an end."""
    from jamsu.geometry.shapes import Box, Cylinder

    far = 4 * float(max(np.abs(x).max(), np.abs(z).max()))
    low, high = walls or (-far, far)
    cylinder = Cylinder((0.0, -far, 0.0), (0.0, far, 0.0), 0.5)
    return cut_out((x, ONE, z), Box((-far, -far, low), (far, far, high)) - cylinder)


def cut_stream(
    cut: CutCells, sides: Sides, *, conductivity: float, wall_temperature: float, **options: Any
) -> FlowModel:
    """Fluid of unit heat capacity past cut walls of one temperature; the box's closed sides are frictionless."""
    from jamsu.benchmarks.obstacles import with_cut_walls

    edges = [cut.grid.edges(axis) for axis in range(3)]
    explicit = {"conduction": "implicit", "implicit_viscosity": False, **options}
    model = open_box(edges, sides, conductivity=conductivity, **explicit)
    return with_cut_walls(model, cut, conductivity, wall_temperature)


def streaming(
    model: FlowModel, velocity: Any = None, temperature: Any = 0.0, turbulence: Turbulence | None = None
) -> FlowState:
    """A velocity along x everywhere, that of the inflow unless another is given."""
    import jax.numpy as jnp

    from jamsu.solver.flow.model import initial_state

    state = initial_state(model.mesh, temperature, turbulence=turbulence)
    if velocity is None:
        assert model.sides is not None
        velocity = model.sides.velocity[0][0][0]
    u = jnp.broadcast_to(jnp.asarray(velocity), state.velocity[0].shape)
    return replace(state, velocity=(u, *state.velocity[1:]))


def settle(
    model: FlowModel,
    state: FlowState,
    decay: float,
    tolerance: float,
    largest_time: float,
    courant: float = COURANT,
    longest: float = np.inf,
) -> tuple[FlowState, float, int]:
    """March until rate of change times `decay` (time) is within the tolerance; velocities are of order 1.

    Args:
      longest: time step, where nothing moves yet.

    Returns:
      state, remaining distance from the steady state (infinite if the march has broken down), time steps taken.
    """
    longest = min(longest, VISCOUS * viscous_limit(model))
    state, remaining, rounds = controlled(_compiled(), model, state, decay, tolerance, largest_time, courant, longest)
    return state, remaining, rounds * STEPS_A_ROUND
