"""jamsu's heated cylinder across a duct, on cut cells of a graded grid."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from jamsu.benchmarks.peers.cylinder import END, RADIUS, REYNOLDS, START, WALL, cut_edges
from jamsu.benchmarks.peers.problems import PRANDTL
from jamsu.benchmarks.profiles import received
from jamsu.benchmarks.streams import cut_out, cut_stream, passing
from jamsu.geometry.shapes import Box, Cylinder
from jamsu.solver.flow.model import FlowModel, FlowState

# The pressure is solved until the divergence has fallen to this share: then dt mean |div u| is OpenFOAM's.
PRESSURE_TOLERANCE = 1e-2


def duct_model(cells: int, precision: str) -> FlowModel:
    """Fluid of unit density and heat capacity in units of D, U and the cylinder's temperature."""
    cylinder = Cylinder((0.0, -2 * WALL, 0.0), (0.0, 2 * WALL, 0.0), RADIUS)

    def walled(wall: float) -> FlowModel:
        duct = Box((2 * START, -wall, -wall), (2 * END, wall, wall))
        return cut_stream(
            cut_out(cut_edges(cells), duct - cylinder),
            passing(1.0),
            viscosity=1 / REYNOLDS,
            conductivity=1 / (REYNOLDS * PRANDTL),
            wall_temperature=1.0,
            conduction="explicit",
            dtype=precision,
        )

    # All walls drag, but only the cylinder gives heat.
    return replace(walled(WALL), heat=walled(2 * WALL).heat, pressure_tolerance=PRESSURE_TOLERANCE)


def nusselt(model: FlowModel, state: FlowState) -> float:
    """Mean of h D / k over the cylinder: the heat that its cells receive, over the cylinder's true area."""
    return float(np.sum(received(model, state), dtype=float)) * REYNOLDS * PRANDTL / (2 * np.pi * RADIUS * 2 * WALL)
