"""What a stream does to a cut cylinder of diameter 1 at the origin: forces, pressures, heat, and the wake behind it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np

from jamsu.benchmarks.profiles import crossings, lagrange

if TYPE_CHECKING:
    from jamsu.geometry.cutcells import CutCells
    from jamsu.solver.flow.model import FlowModel, FlowState

PROBE = (2.0, 0.0)  # x, z from the centre where the oscillation is followed, D
REACH = 0.75  # from the centre the balance of forces is made, D


def front_to_rear(cut: CutCells) -> np.ndarray:
    """Weights of the cells' pressures for that at the front less that at the rear, (nx, 1, nz): the parabola through
    the three nearest whole cells of the rows beside the axis."""
    x, z = np.asarray(cut.grid.centres(0)), np.asarray(cut.grid.centres(2))
    weights = np.zeros(cut.grid.shape)
    rows = np.flatnonzero(np.isclose(np.abs(z), np.abs(z).min()))
    for end in (-1, 1):
        for row in rows:
            whole = np.flatnonzero((end * x > 0.4) & (cut.volume_fraction[:, 0, row] > 0.999))
            cells = whole[np.argsort(np.abs(x[whole]))[:3]]
            weights[cells, 0, row] = -end * lagrange(x[cells], 0.5 * end) / len(rows)
    return weights


def forces(model: FlowModel, state: FlowState, ends: Any) -> dict[str, Any]:
    """Forces on the cylinder, pressure difference (`ends`: its weights) and mean Nusselt number, as far as the part
    that is computed makes them, and the cross-flow at the probe."""
    import jax.numpy as jnp

    mesh, heat = model.mesh, model.heat
    drag, drag_pressure = force(model, state, 0)
    lost = jnp.sum(heat.exchange * (heat.exchange_temperature - state.temperature))
    at = jnp.argmin(jnp.abs(mesh.centres(0) - PROBE[0])), 0, jnp.argmin(jnp.abs(mesh.z_edge - PROBE[1]))
    return {
        "drag": 2 * drag,
        "drag_pressure": 2 * drag_pressure,
        "lift": 2 * force(model, state, 2)[0],
        "pressure_difference": jnp.sum(ends * state.pressure),
        "nusselt_mean": lost / heat.box_conductivity / jnp.pi,
        "probe": state.velocity[2][at],
    }


def force(model: FlowModel, state: FlowState, axis: int) -> tuple[Any, Any]:
    """Force on the cylinder along an axis over rho, and its part by pressure, from the cells within `REACH`.

    Friction is what the walls take from the momentum of the faces' fluid, and what the stress between them gives to
    closed faces, which stand still. The pressure's force on the fluid is that of the ends of these cells less what it
    exerts on the cylinder; it is the sum over the faces' volumes.
    """
    import jax.numpy as jnp

    from jamsu.solver.flow.momentum import control_volume, inner_faces, viscous_force
    from jamsu.solver.grid.fusion import halo_padded
    from jamsu.solver.grid.mesh import along, take
    from jamsu.solver.grid.operators import difference

    mesh = model.mesh
    assert mesh.obstacles is not None
    near = [jnp.where(jnp.abs(mesh.centres(a)) < REACH, 1.0, 0.0) for a in range(3)]
    across = along(near[2 - axis], 2 - axis)
    inside = along(near[axis][1:] * near[axis][:-1], axis) * across  # faces between two of these cells
    free = inner_faces(mesh.obstacles.free[axis], axis)
    nu = model.fluid.viscosity
    velocity = inner_faces(state.velocity[axis], axis)
    stress = viscous_force(mesh, model.fluid, state.velocity, halo_padded(state.velocity[axis]), nu, axis)
    rubbed = free * nu * inner_faces(mesh.obstacles.friction[axis], axis) * velocity + (1 - free) * stress
    friction = jnp.sum(inside * rubbed)
    slope = difference(state.pressure, axis) / along(mesh.spacing(axis)[1:-1], axis)
    edge = along(jnp.diff(near[axis]), axis)  # 1 before the first of these cells, -1 behind the last
    low, high = take(state.pressure, axis, None, -1), take(state.pressure, axis, 1, None)
    area = inner_faces(mesh.area[axis], axis) * across
    ends = jnp.sum(area * (jnp.maximum(edge, 0.0) * high - jnp.maximum(-edge, 0.0) * low))
    pressed = ends + jnp.sum(inside * free * control_volume(mesh, axis) * slope)
    return friction + pressed, pressed


def wake_length(model: FlowModel, state: FlowState) -> float | None:
    """Where the velocity on the axis behind the cylinder turns forward, from its rear; None if it always is.

    On the axis the velocity is that of the parabola through two cells that is even about it, (9 u_1 - u_2) / 8.
    """
    x, z = np.asarray(model.mesh.x_edge), np.asarray(model.mesh.centres(2))
    first = int(np.flatnonzero(z > 0)[0])
    u = np.asarray(state.velocity[0])[:, 0, first : first + 2]
    if first > 0:  # the whole is computed, symmetric or not: the mean of both sides
        u = (u + np.asarray(state.velocity[0])[:, 0, first - 1 : first - 3 : -1]) / 2
    behind = x > 0.5
    turns = crossings(x[behind], ((9 * u[:, 0] - u[:, 1]) / 8)[behind])
    return float(turns[-1] - 0.5) if len(turns) else None
