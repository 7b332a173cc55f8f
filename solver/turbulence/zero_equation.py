"""Zero-equation eddy viscosity of indoor air flow, for quick work.

    nu_t = 0.03874 |u| l,      l = distance to the nearest wall

Source: Chen & Xu, Energy and Buildings 28 (1998) 137: natural, forced and mixed convection and displacement
ventilation in rooms. Range: rooms and enclosures with turbulent flow; the coefficient is theirs and universal. A
jet far from walls mixes too strongly, stratified layers are not damped.
"""

from __future__ import annotations

from jaxtyping import Array, Float

from jamsu.solver.grid.mesh import Vector
from jamsu.solver.turbulence.walls import Walls, cell_speed

COEFFICIENT = 0.03874


def zero_equation(walls: Walls, velocity: Vector) -> Float[Array, "nx ny nz"]:
    """Eddy viscosity per cell, m2/s."""
    return COEFFICIENT * cell_speed(velocity) * walls.distance
