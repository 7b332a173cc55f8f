"""Isothermal flow in a ventilated room, two-dimensional (Nielsen 1990, IEA Annex 20).

              .--------------------------------------------.
    slot h    | u0 -->     jet along the ceiling            |     L = 3 H, h = 0.056 H, t = 0.16 H
              |                                            |     Re = u0 h / nu = 5000
              |      <-----  returns along the floor       |
              |                                            |
              |                                            | -->   outlet t
              '--------------------------------------------'

Units: height H and velocity u0 of the slot. The inflow carries k = 1.5 (0.04 u0)^2 and epsilon = k^(3/2) / (h/10); it
leaves evenly through the outlet. Profiles are given over y, measured down from the ceiling.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Any

import numpy as np

from jamsu.benchmarks import turbulent
from jamsu.benchmarks.grids import ONE, segments, tanh_graded
from jamsu.benchmarks.registry import Parameter, benchmark

if TYPE_CHECKING:
    from jamsu.solver.flow.model import FlowModel, FlowState

LENGTH, SLOT, OUTLET = 3.0, 0.056, 0.16  # H
REYNOLDS = 5000.0  # of the slot
INTENSITY, SCALE = 0.04, SLOT / 10  # of what flows in; m over H
STATIONS = (
    *(0.06, 0.09, 0.11, 0.14, 0.18, 0.22, 0.29, 0.36, 0.43, 0.51),
    *(0.59, 0.66, 0.73, 0.8, 0.84, 0.88, 0.92, 0.955, 0.99),
)  # y/H
PLACES = (1.0, 2.0)  # x/H
DECAY = 30.0  # H/u0: once around at a tenth of u0
LARGEST_TIME = 300.0
NEAR_FLOOR = 0.75  # y/H: the reverse flow's peak is sought below
COARSEST = 20
END_CELL = 0.5  # width of cells at both ends over that of even ones


@benchmark(
    "room",
    "A two-dimensional room ventilated by a slot under the ceiling",
    parameters={
        "model": turbulent.model_parameter(),
        "cells": Parameter("integer", 40, "", "over the height; a fifth more along", minimum=20, maximum=512),
        "stations": Parameter("numbers", list(STATIONS), "H", "depths of the profiles", minimum=0.0, maximum=1.0),
        **turbulent.PARAMETERS,
    },
    gives={
        "profiles": ("u0", 'u at the cells\' heights, by x/H "1" and "2", with their y (H, down from the ceiling)'),
        "y": ("H", "stations, down from the ceiling"),
        "velocity_1": ("u0", "u at x = H at the stations"),
        "velocity_2": ("u0", "u at x = 2 H at the stations"),
        "reverse_peak_1": ("u0", "strongest flow back near the floor at x = H"),
        "reverse_peak_2": ("u0", "at x = 2 H"),
        "viscosity_ratio": ("", "eddy over molecular viscosity in the middle of the room"),
        "wall_y_plus": ("", "largest of the cells beside walls"),
        "mass_balance": ("", "(flow in - flow out) / flow in"),
        **turbulent.GIVES,
    },
)
def room(model: str, cells: int, stations: Sequence[float], tolerance: float) -> dict[str, Any]:
    """March on half of the cells, then on all."""
    found = turbulent.marched_on_grids(
        partial(room_model, model),
        begin,
        partial(measure, stations=stations),
        cells,
        coarsest=COARSEST,
        decay=DECAY,
        tolerance=tolerance,
        largest_time=LARGEST_TIME,
        follow=("reverse_peak_1", "reverse_peak_2", "velocity_2"),
    )
    return {**found, "y": stations}


def room_model(name: str, cells: int) -> FlowModel:
    """A plain box: what flows in and out is given on its two ends, and nothing crosses the rest of them."""
    import jax.numpy as jnp

    from jamsu.solver.box import box_model, open_box_sides

    x = LENGTH * tanh_graded(round(1.2 * cells), END_CELL)
    z, part = segments((OUTLET, 1 - OUTLET - SLOT, SLOT), cells, SLOT / max(3, round(cells / 12)))
    blown, leaving = (np.where(part == i, value, 0.0)[None, None, :] for i, value in ((2, 1.0), (0, SLOT / OUTLET)))
    sides = open_box_sides(
        {(0, 0): ("inflow", (blown, 0.0, 0.0), 0.0), (0, 1): ("inflow", (leaving, 0.0, 0.0), 0.0)}, "float64"
    )
    k = 1.5 * INTENSITY**2
    carried = (jnp.full((1, 1, 1), k), jnp.full((1, 1, 1), k**1.5 / SCALE))
    viscosity = SLOT / REYNOLDS
    model = box_model(
        [x, ONE, z],
        viscosity=viscosity,
        conductivity=viscosity,
        scheme="limited",
        heat_scheme="limited",
        open_sides=replace(sides, turbulence=((carried, carried),) * 3),
        **turbulent.options(name),
    )
    if model.walls is None:
        return model
    distance, touching = (jnp.asarray(a[:, None, :]) for a in walls_beside_openings(x, z))
    return replace(model, walls=replace(model.walls, distance=distance, touching=touching))


def walls_beside_openings(x: np.ndarray, z: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Distance to the nearest wall, and 1 where a cell touches one, (nx, nz), from the edges: openings are no walls."""
    along, up = 0.5 * (x[1:] + x[:-1])[:, None], 0.5 * (z[1:] + z[:-1])[None, :]
    left = np.hypot(along, np.maximum(up - (1 - SLOT), 0))
    right = np.hypot(LENGTH - along, np.maximum(OUTLET - up, 0))
    distance = np.minimum(np.minimum(left, right), np.minimum(up, 1 - up))
    touching = np.zeros_like(distance)
    touching[:, [0, -1]] = 1.0
    touching[0, up[0] < 1 - SLOT] = 1.0
    touching[-1, up[0] > OUTLET] = 1.0
    return distance, touching


def begin(model: FlowModel) -> FlowState:
    """Air at rest between the openings; k and epsilon of a tenth of u0."""
    from jamsu.solver.flow.model import initial_state
    from jamsu.solver.flow.open_sides import side_velocity

    assert model.sides is not None
    state = initial_state(model.mesh, turbulence=turbulent.starting_fields(model))
    return replace(state, velocity=(side_velocity(model.sides, state.velocity[0], 0), *state.velocity[1:]))


def measure(model: FlowModel, state: FlowState, stations: Sequence[float]) -> dict[str, Any]:
    """Velocity profiles at x = H and 2 H."""
    from scipy.interpolate import PchipInterpolator

    from jamsu.solver.turbulence.walls import cell_speed

    mesh = model.mesh
    x, z = np.asarray(mesh.x_edge), np.asarray(mesh.centres(2))
    u = np.asarray(state.velocity[0])[:, 0, :]
    depth = 1 - z[::-1]
    found: dict[str, Any] = {"profiles": {}}
    for place in PLACES:
        values = np.array([np.interp(place, x, row) for row in u.T])[::-1]
        curve = PchipInterpolator(np.r_[0, depth, 1], np.r_[0, values, 0])
        found["profiles"][f"{place:g}"] = {"y": depth, "velocity": values}
        found[f"velocity_{place:g}"] = curve(stations)
        found[f"reverse_peak_{place:g}"] = curve(np.linspace(NEAR_FLOOR, 1, 501)).min()
    eddies = turbulent.closed(model, state)
    flow = np.asarray(mesh.area[0] * state.velocity[0]).sum((1, 2))
    nu = float(model.fluid.viscosity)
    y_plus, middle = None, 0.0
    if eddies.eddy is not None and eddies.friction_factor is not None and model.walls is not None:
        distance, beside = np.asarray(model.walls.distance), np.asarray(model.walls.touching) > 0
        stress = nu * np.asarray(eddies.friction_factor) * np.asarray(cell_speed(state.velocity)) / distance
        y_plus = float((np.sqrt(stress) * distance / nu)[beside].max())
        middle = float(np.asarray(eddies.eddy)[np.searchsorted(x, LENGTH / 2), 0, np.searchsorted(z, 0.5)]) / nu
    return {
        **found,
        "viscosity_ratio": middle,
        "wall_y_plus": y_plus,
        "mass_balance": float((flow[0] - flow[-1]) / flow[0]),
    }
