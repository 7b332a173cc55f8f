"""A state carried from one grid to another: the start of a finer level.

Cell values are interpolated linearly between centres after closed cells have taken their nearest open
neighbour's value (so that walls do not count); face velocities likewise within their own lattice. The first
pressure projection removes the divergence that the interpolation leaves.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from scipy.interpolate import RegularGridInterpolator
from scipy.ndimage import distance_transform_edt

from jamsu.solver.flow.closure import Turbulence
from jamsu.solver.flow.model import FlowState, initial_state
from jamsu.solver.grid.arrays import on_device
from jamsu.solver.grid.mesh import AXES, Mesh, Vector


def refine(
    state: FlowState, old: Mesh, new: Mesh, prescribed: Vector, solid: tuple[np.ndarray, np.ndarray] | None = None
) -> FlowState:
    """The fields of `state` on the mesh `new`; time continues, and the next step is a first one (Euler).

    Args:
      prescribed: velocities that the machines set on the new mesh, m/s.
      solid: the cells of the old and of the new mesh that are closed to the flow but hold a temperature (bool).
    """
    open_old, open_new = np.asarray(old.open_cell) > 0, np.asarray(new.open_cell) > 0
    warm_old, warm_new = (open_old, open_new) if solid is None else (open_old | solid[0], open_new | solid[1])
    temperature = _interpolate(_filled(np.asarray(state.temperature), warm_old), _centres(old), _centres(new))
    pressure = _interpolate(_filled(np.asarray(state.pressure), open_old), _centres(old), _centres(new))
    velocity = []
    for axis in AXES:
        value = _interpolate(np.asarray(state.velocity[axis]), _faces(old, axis), _faces(new, axis))
        if new.obstacles is not None:
            value = value * np.asarray(new.obstacles.free[axis]) + np.asarray(prescribed[axis])
        velocity.append(on_device(value, new.dtype))
    start = initial_state(new)
    return replace(
        start,
        velocity=(velocity[0], velocity[1], velocity[2]),
        pressure=on_device(np.where(open_new, pressure, 0.0), new.dtype),
        temperature=on_device(np.where(warm_new, temperature, 0.0), new.dtype),
        time=on_device(state.time, new.dtype),
        turbulence=_turbulence(state, old, new),
    )


def _turbulence(state: FlowState, old: Mesh, new: Mesh) -> Turbulence | None:
    """k and epsilon on the new mesh, interpolated by their logarithms, so that they stay positive near walls."""
    if state.turbulence is None:
        return None
    known = np.asarray(old.open_cell) > 0
    fields = [
        np.exp(_interpolate(_filled(np.log(np.asarray(f, float)), known), _centres(old), _centres(new)))
        for f in state.turbulence
    ]
    return Turbulence(*(on_device(f, new.dtype) for f in fields))


def _centres(mesh: Mesh) -> tuple[np.ndarray, ...]:
    return tuple(np.asarray(mesh.centres(a), float) for a in AXES)


def _faces(mesh: Mesh, axis: int) -> tuple[np.ndarray, ...]:
    return tuple(np.asarray(mesh.edges[a] if a == axis else mesh.centres(a), float) for a in AXES)


def _filled(values: np.ndarray, known: np.ndarray) -> np.ndarray:
    """`values` with those that are not known replaced by the nearest known one."""
    index = distance_transform_edt(~known, return_distances=False, return_indices=True)
    return values[tuple(index)]


def _interpolate(values: np.ndarray, old: tuple[np.ndarray, ...], new: tuple[np.ndarray, ...]) -> np.ndarray:
    """Interpolate linearly within the old points; values are constant beyond them."""
    kept = [a for a in AXES if len(old[a]) > 1]
    inside = [np.clip(new[a], old[a][0], old[a][-1]) for a in kept]
    flat = values.reshape([values.shape[a] for a in kept])
    found = RegularGridInterpolator([old[a] for a in kept], flat)(np.stack(np.meshgrid(*inside, indexing="ij"), -1))
    shape = [len(new[a]) if a in kept else 1 for a in AXES]
    return np.broadcast_to(found.reshape(shape), [len(n) for n in new])
