"""Laminar plumes above a line or a point source (Gebhart, Pera & Schorr 1970; Yih 1951; Fujii 1963).

       out at zero pressure                 line    u = C_u (B'^2 / nu)^(1/5) x^(1/5)     B' in m3/s3
     .--------------------.                         g' = C_g (B' / nu^(1/2))^(4/5) x^(-3/5)
     | plume              |  drawn in at
     | )                  |  zero pressure  point   w = C_w (B / nu)^(1/2)                B in m4/s3
     | )                  |                         g' = C_g B / (nu z)
     `#-------------------'
       source on the plane(s) of symmetry   on the axis, at a height x or z above the virtual origin

The full equations are solved in half of the plume (a quarter of the round one) above a frictionless floor, with a
source of finite size. Far above it the boundary-layer solutions hold. Their constants are found without knowing the
virtual origin: u^5, g'^(-5/3) and 1/g' grow linearly with height, and their slopes do not depend on it; w is constant.
Units: height of the box, and the velocity (B'^2 H / nu)^(1/5) or (B / nu)^(1/2); g' is the temperature. The buoyancy
flux is that which the flow carries at the heights of the fit. The same constants by the similarity equations, for any
Prandtl number, are given beside them (`jamsu.benchmarks.similarity`).
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from jamsu.benchmarks.grids import ONE, growing
from jamsu.benchmarks.levels import ENDS, ended, limits
from jamsu.benchmarks.registry import Parameter, benchmark
from jamsu.benchmarks.similarity import plume_profile
from jamsu.benchmarks.streams import DRAWN, open_box, settle

if TYPE_CHECKING:
    from jamsu.solver.flow.model import FlowModel, FlowState

HEIGHTS = (0.35, 0.75)  # of the box, between which the constants are fitted
WIDE = {"line": 1.0, "round": 0.5}  # half width of the box, heights
SHARE = {"line": 0.5, "round": 0.25}  # of the plume that is computed
GRASHOF = {"line": 1e10, "round": 1e8}  # finite ones change the constants by about Gr^(-1/5), Gr^(-1/2)
ALONG = 3.0  # cells are so many times smaller than their height over the source, for each cell of `cells`
GROWTH = 1.12  # of a cell to the next outer one
LONGEST = 0.05  # time step, H over the unit of velocity
COURANT = 0.5
TRANSIT = 5.0  # disturbances take so long to leave, H over the unit of velocity


@benchmark(
    "plume",
    "A laminar plume above a line or a point source",
    parameters={
        "kind": Parameter("name", "line", "", "above a point (round), or a line", choices=("round", "line")),
        "prandtl": Parameter("number", 0.7, "", "nu / alpha", minimum=0.1, maximum=100.0),
        "cells": Parameter("integer", 5, "", "in the half width of the narrower profile", minimum=2, maximum=32),
        "grashof": Parameter("number", None, "", "B' H^3 / nu^3 or B H^2 / nu^3; by the kind if none", minimum=1e5),
        **limits(1e-2, 40.0),
    },
    gives={
        "velocity_constant": ("", "C_u of a line, C_w of a point"),
        "buoyancy_constant": ("", "C_g"),
        "velocity_constant_exact": ("", "by the similarity equations"),
        "buoyancy_constant_exact": ("", "by the similarity equations"),
        "flux_share": ("", "buoyancy flux carried at the heights of the fit over that of the source"),
        "grid": ("", "cells along x, y, z"),
        **ENDS,
    },
)
def plume(
    kind: str, prandtl: float, cells: int, grashof: float | None, tolerance: float, largest_time: float
) -> dict[str, Any]:
    """March the plume to its steady state."""
    from jamsu.solver.flow.model import initial_state

    exact = plume_profile(kind, prandtl)
    model, strength = plume_model(kind, prandtl, cells, GRASHOF[kind] if grashof is None else grashof)
    start = initial_state(model.mesh)
    state, remaining, steps = settle(model, start, TRANSIT, tolerance, largest_time, COURANT, LONGEST)
    found = {
        **constants(model, state, kind, strength),
        "velocity_constant_exact": exact.velocity_constant,
        "buoyancy_constant_exact": exact.buoyancy_constant,
        "grid": model.mesh.shape,
    }
    return ended(found, remaining, tolerance, steps)


def plume_model(kind: str, prandtl: float, cells: int, grashof: float) -> tuple[FlowModel, float]:
    """Half of the box (a quarter for a point) and the part of the buoyancy flux that is released in it."""
    profile = plume_profile(kind, prandtl)
    # The units make B'^2 H / nu = 1 with B' = nu^(1/2), or B / nu = 1.
    viscosity = grashof ** (-0.4 if kind == "line" else -0.5)
    strength = SHARE[kind] * (viscosity**0.5 if kind == "line" else viscosity)
    near = profile.half_width(viscosity, HEIGHTS[0]) / cells
    across = growing(near, 1.5 * near, profile.half_width(viscosity, 1.0) * 4, WIDE[kind], GROWTH)
    up = growing(2 * near, 1.0, 0.0, 1.0, 1 + 1 / (ALONG * cells))
    up = up / up[-1]
    side = across if kind == "round" else ONE
    # A source as wide as half of the plume at the lowest height of the fit.
    hot = max(1, cells // 2)
    released = np.zeros((len(across) - 1, len(side) - 1, len(up) - 1))
    released[:hot, : hot if kind == "round" else 1, 0] = 1.0
    volume = np.diff(across)[:, None, None] * np.diff(side)[:, None] * np.diff(up)
    model = open_box(
        [across, side, up],
        {(0, 1): DRAWN, (2, 1): DRAWN, **({(1, 1): DRAWN} if kind == "round" else {})},
        viscosity=viscosity,
        buoyancy=1.0,
        conductivity=viscosity / prandtl,
        source=released * (strength / float((released * volume).sum())),
        no_slip=np.zeros((3, 2)),
    )
    return model, strength


def constants(model: FlowModel, state: FlowState, kind: str, strength: float) -> dict[str, float]:
    """Both constants by straight lines through the values on the axis between the heights of the fit."""
    mesh = model.mesh
    viscosity = float(model.fluid.viscosity)
    w, g = np.asarray(state.velocity[2]), np.asarray(state.temperature)
    z, face = np.asarray(mesh.centres(2)), np.asarray(mesh.z_edge)
    inner = face[1:-1]
    area = np.asarray(mesh.area[2])[:, :, 1:-1]
    between = g[:, :, :-1] + (g[:, :, 1:] - g[:, :, :-1]) * (inner - z[:-1]) / np.diff(z)
    carried = (area * w[:, :, 1:-1] * between).sum((0, 1))
    at_faces, at_cells = ((x > HEIGHTS[0]) & (x < HEIGHTS[1]) for x in (inner, z))
    flux = float(carried[at_faces].mean()) / SHARE[kind]
    velocity, buoyancy = on_axis(w)[1:-1][at_faces], on_axis(g)[at_cells]
    found = {"flux_share": flux * SHARE[kind] / strength}
    if kind == "line":
        # u^5 = C_u^5 B'^2 / nu (x - x_0);  g'^(-5/3) = (C_g (B' / nu^(1/2))^(4/5))^(-5/3) (x - x_0)
        velocity_slope = np.polyfit(inner[at_faces], velocity**5, 1)[0]
        buoyancy_slope = np.polyfit(z[at_cells], buoyancy ** (-5 / 3), 1)[0]
        found["velocity_constant"] = float((velocity_slope * viscosity / flux**2) ** 0.2)
        found["buoyancy_constant"] = float(buoyancy_slope**-0.6 / (flux / viscosity**0.5) ** 0.8)
    else:
        slope = np.polyfit(z[at_cells], 1 / buoyancy, 1)[0]  # 1 / g' = nu / (C_g B) (z - z_0)
        found["velocity_constant"] = float(velocity.mean() * (viscosity / flux) ** 0.5)
        found["buoyancy_constant"] = float(viscosity / (slope * flux))
    return found


def on_axis(values: np.ndarray) -> np.ndarray:
    """Values on the axis by parabolas, even about the planes of symmetry, through the two cells beside them."""
    first = (9 * values[0] - values[1]) / 8
    return first[0] if len(first) == 1 else (9 * first[0] - first[1]) / 8
