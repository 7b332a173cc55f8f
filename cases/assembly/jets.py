"""Jets of outlets and servers' exhausts on the grid: the faces that their momentum acts on."""

from __future__ import annotations

import jax.numpy as jnp
import numpy as np

from jamsu.cases.assembly.machinery import OTHER_MACHINES, Machinery
from jamsu.geometry.domain import Domain, Index, plane_of
from jamsu.solver.flow.jets import Jets
from jamsu.solver.grid.arrays import on_device


def add_jet(
    domain: Domain,
    made: Machinery,
    axis: int,
    index: Index,
    side: int,
    part: np.ndarray,
    speed: np.ndarray | float,
    direction: np.ndarray,
    machine: int,
    slots: np.ndarray | None = None,
) -> None:
    """Add the jet of a plane of faces.

    Args:
      index: the faces, all in one plane across `axis`.
      side: 1 where gas leaves towards larger coordinates, else -1.
      part: part of the flow through each face; with `slots`, of each of these height units in one axis more.
      speed: speed of the jet at a flow of 1 m3/s (of the unit), 1/m2.
      direction: unit vector of the jet, (3,).
      machine: number of the machine.
    """
    if slots is None:
        part, slots = part[..., None], np.array([OTHER_MACHINES])
    numbers = _numbers(domain)
    face = index[axis].start
    beyond, cell = plane_of(index, axis, face + side), plane_of(index, axis, face if side > 0 else face - 1)
    for along in range(3):
        if direction[along] == 0:
            continue
        whole = [(beyond, domain.free[axis][beyond].astype(float))]
        for target, share in whole if along == axis else _halves(domain, cell, along):
            force = part * speed * direction[along] * share[..., None]
            kept = force != 0
            made.jets.add(
                face=np.broadcast_to(numbers[along][target][..., None], kept.shape)[kept],
                machine=np.full(int(kept.sum()), machine),
                slot=np.broadcast_to(slots, kept.shape)[kept],
                force=force[kept],
            )
    behind = plane_of(index, axis, face - side)
    width = np.asarray(domain.grid.widths(axis))
    outside, inside = (face, face - 1) if side > 0 else (face - 1, face)
    open_beyond = domain.free[axis][beyond] & (part.sum(-1) > 0)  # not the empty units beside the servers
    made.jet_faces.add(
        source=numbers[axis][index][open_beyond],
        beyond=numbers[axis][beyond][open_beyond],
        behind=numbers[axis][behind][open_beyond],
        sign=np.full(int(open_beyond.sum()), float(side)),
        reach=np.full(int(open_beyond.sum()), width[outside]),
        before=np.full(int(open_beyond.sum()), width[inside]),
    )


def _halves(domain: Domain, cell: Index, axis: int) -> list[tuple[Index, np.ndarray]]:
    """The two faces of each cell of a plane across another axis, each with its share: half, or all beside a wall."""
    start, stop = cell[axis].start, cell[axis].stop
    low, high = list(cell), list(cell)
    low[axis], high[axis] = slice(start, stop), slice(start + 1, stop + 1)
    below, above = (low[0], low[1], low[2]), (high[0], high[1], high[2])
    free = [domain.free[axis][index].astype(float) for index in (below, above)]
    both = np.maximum(free[0] + free[1], 1.0)
    return [(below, free[0] / both), (above, free[1] / both)]


def _numbers(domain: Domain) -> list[np.ndarray]:
    """Numbers of all faces by axis."""
    sizes = np.cumsum([0] + [a.size for a in domain.area])
    return [sizes[a] + np.arange(area.size).reshape(area.shape) for a, area in enumerate(domain.area)]


def build_jets(made: Machinery, cast) -> Jets | None:
    """The table of all jets; None where openings blow through their whole area."""
    entries, faces = made.jets, made.jet_faces
    if not entries.columns:
        return None

    def integers(values) -> jnp.ndarray:
        return on_device(values, np.int32)

    return Jets(
        face=integers(entries.array("face", np.int32)),
        machine=integers(entries.array("machine", np.int32)),
        slot=integers(entries.array("slot", np.int32)),
        force=cast(entries.array("force", float)),
        source=integers(faces.array("source", np.int32)),
        beyond=integers(faces.array("beyond", np.int32)),
        behind=integers(faces.array("behind", np.int32)),
        sign=cast(faces.array("sign", float)),
        reach=cast(faces.array("reach", float)),
        before=cast(faces.array("before", float)),
    )
