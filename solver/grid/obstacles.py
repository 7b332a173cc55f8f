"""The solver's mesh of a domain: what closes parts of the box, as arrays of the run's precision."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from jax.typing import DTypeLike

from jamsu.geometry.domain import Domain
from jamsu.geometry.wall_friction import wall_friction
from jamsu.solver.grid.arrays import on_device
from jamsu.solver.grid.mesh import Mesh, Obstacles, Vector

SMALLEST_INERTIA = 0.5  # cut cells keep at least this share of a full cell's inertia and heat capacity


def domain_mesh(domain: Domain, dtype: DTypeLike) -> Mesh:
    """Metrics, open areas and volumes, walls' friction and drag of a domain."""
    grid = domain.grid
    x, y, z = (on_device(np.asarray(grid.edges(a)), dtype) for a in range(3))
    full = np.broadcast_to(np.asarray(grid.cell_volume), grid.shape)
    gas = domain.open_cell
    volume = np.where(gas, np.maximum(domain.cut.volume_fraction, SMALLEST_INERTIA) * full, full)
    driven = gas & (domain.machine < 0)

    def triple(arrays: Sequence[np.ndarray]) -> Vector:
        a, b, c = (on_device(np.asarray(v, float), dtype) for v in arrays)
        return (a, b, c)

    friction, shift = wall_friction(domain)
    has_drag = any(np.any(d > 0) for d in domain.drag)
    obstacles = Obstacles(
        volume=on_device(volume, dtype),
        area=triple(domain.area),
        free=triple(domain.free),
        friction=triple(friction),
        open_cell=on_device(gas.astype(float), dtype),
        driven_cell=on_device(driven.astype(float), dtype),
        drag=triple(domain.drag) if has_drag else None,
        wall_shift=triple(shift) if any(np.any(s) for s in shift) else None,
    )
    return Mesh(x, y, z, obstacles)
