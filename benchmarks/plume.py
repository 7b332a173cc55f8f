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

from jamsu.benchmarks.registry import Parameter, benchmark
from jamsu.benchmarks.similarity import plume_profile

if TYPE_CHECKING:
    import numpy as np

    from jamsu.solver.flow.model import FlowModel, FlowState

HEIGHTS = (0.35, 0.75)  # of the box, between which the constants are fitted
WIDE = {"line": 1.0, "round": 0.5}  # half width of the box, heights
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
        "tolerance": Parameter("number", 1e-2, "", "distance from the steady state, relative", above=0.0),
        "largest_time": Parameter("number", 40.0, "", "gives up after this time", above=0.0),
    },
    gives={
        "velocity_constant": ("", "C_u of a line, C_w of a point"),
        "buoyancy_constant": ("", "C_g"),
        "velocity_constant_exact": ("", "by the similarity equations"),
        "buoyancy_constant_exact": ("", "by the similarity equations"),
        "flux_share": ("", "buoyancy flux carried at the heights of the fit over that of the source"),
        "grid": ("", "cells along x, y, z"),
        "remaining": ("", "estimated distance from the steady state, relative"),
        "converged": ("", "whether that is within the tolerance"),
        "steps": ("", "time steps"),
    },
)
def plume(
    kind: str, prandtl: float, cells: int, grashof: float | None, tolerance: float, largest_time: float
) -> dict[str, Any]:
    """March the plume to its steady state."""
    from jamsu.benchmarks.streams import settle
    from jamsu.solver.flow.model import initial_state

    exact = plume_profile(kind, prandtl)
    model, strength = plume_model(kind, prandtl, cells, GRASHOF[kind] if grashof is None else grashof)
    state, remaining, steps = settle(
        model, initial_state(model.mesh), TRANSIT, tolerance, largest_time, COURANT, longest=LONGEST
    )
    return {
        **constants(model, state, kind, strength),
        "velocity_constant_exact": exact.velocity_constant,
        "buoyancy_constant_exact": exact.buoyancy_constant,
        "grid": list(model.mesh.shape),
        "remaining": remaining,
        "converged": remaining <= tolerance,
        "steps": steps,
    }


def plume_model(kind: str, prandtl: float, cells: int, grashof: float) -> tuple[FlowModel, float]:
    """Half of the box (a quarter for a point) and the part of the buoyancy flux that is released in it."""
    import jax.numpy as jnp
    import numpy as np

    from jamsu.benchmarks.streams import growing
    from jamsu.solver.box import box_model, open_box_sides

    profile = plume_profile(kind, prandtl)
    # The units make B'^2 H / nu = 1 with B' = nu^(1/2), or B / nu = 1.
    viscosity = grashof ** (-0.4 if kind == "line" else -0.5)
    flux = viscosity**0.5 if kind == "line" else viscosity
    half_width = profile.half_width(viscosity, HEIGHTS[0])
    near = half_width / cells
    wide = profile.half_width(viscosity, 1.0) * 4
    across = growing(near, 1.5 * near, wide, WIDE[kind], GROWTH)
    up = growing(2 * near, 1.0, 0.0, 1.0, 1 + 1 / (ALONG * cells))
    up = up / up[-1]
    side = across if kind == "round" else np.array([0.0, 1.0])
    share = 0.5 if kind == "line" else 0.25
    # A source as wide as half of the plume at the lowest height of the fit.
    hot = max(1, cells // 2)
    released = np.zeros((len(across) - 1, len(side) - 1, len(up) - 1))
    released[:hot, : hot if kind == "round" else 1, 0] = 1.0
    volume = np.diff(across)[:, None, None] * np.diff(side)[:, None] * np.diff(up)
    released *= share * flux / float((released * volume).sum())
    out = ("entraining", (0.0, 0.0, 0.0), 0.0)
    sides = {(0, 1): out, (2, 1): out, **({(1, 1): out} if kind == "round" else {})}
    model = box_model(
        [across, side, up],
        viscosity=viscosity,
        buoyancy=1.0,
        conductivity=viscosity / prandtl,
        source=released,
        no_slip=np.zeros((3, 2)),
        open_sides=open_box_sides(sides, jnp.float64),  # type: ignore[arg-type]  # literal kinds
    )
    return model, share * flux


def constants(model: FlowModel, state: FlowState, kind: str, strength: float) -> dict[str, float]:
    """Both constants by straight lines through the values on the axis between the heights of the fit."""
    import numpy as np

    mesh = model.mesh
    share = 0.5 if kind == "line" else 0.25
    viscosity = float(model.fluid.viscosity)
    w, g = np.asarray(state.velocity[2]), np.asarray(state.temperature)
    z, face = np.asarray(mesh.centres(2)), np.asarray(mesh.z_edge)
    inner = face[1:-1]
    area = np.asarray(mesh.area[2])[:, :, 1:-1]
    between = g[:, :, :-1] + (g[:, :, 1:] - g[:, :, :-1]) * (inner - z[:-1]) / np.diff(z)
    carried = (area * w[:, :, 1:-1] * between).sum((0, 1))
    at_faces, at_cells = ((x > HEIGHTS[0]) & (x < HEIGHTS[1]) for x in (inner, z))
    flux = float(carried[at_faces].mean()) / share
    velocity, buoyancy = on_axis(w)[1:-1][at_faces], on_axis(g)[at_cells]
    found = {"flux_share": flux * share / strength}
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
