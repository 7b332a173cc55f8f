"""Jets: the momentum of gas that leaves an opening through less than its whole area, or turned by vanes.

An opening's faces carry flow / area. Through a free area A_f the gas leaves faster, at q / A_f, in a direction d. A jet
keeps its momentum while it draws in the gas beside it, so what crosses the centre of the first cell outside carries

    q (q / A_f) d         q flow of a face, m4/s2

whatever it has drawn in by then (momentum method: Chen & Moser, 12th AIVC Conference 1991; Srebric & Chen, HVAC&R
Research 8 (2002) 277). Across the opening it replaces the advected momentum F u there (`advection.face_value`, of which
this is the case of a velocity along its own axis) in the first control volume; along the opening it enters both faces
of the cell, half each. `jamsu.cases.assembly.jets` makes the table.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from jamsu.solver.grid.mesh import AXES, Mesh, Vector, take
from jamsu.solver.grid.operators import mean, volume_flux


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Jets:
    """Jets by their entries (one a face on which momentum acts, and height unit) and by their openings' faces.

    Numbers count all faces: x-faces, then y, then z.

    Attributes:
      face: face on which an entry acts.
      machine: machine whose flow it is.
      slot: rack * units + unit of a rack's entry; the number after the last one for other machines.
      force: momentum that enters there over density, m4/s2; in a layout per square of the flow (1/m2), see `jets_at`.
      source: face of the opening.
      beyond: next face outwards.
      behind: next face inwards.
      sign: 1 where outwards is towards larger coordinates, else -1.
      reach: distance from source to beyond, m.
      before: distance from behind to source, m.
    """

    face: Int[Array, "entry"]
    machine: Int[Array, "entry"]
    slot: Int[Array, "entry"]
    force: Float[Array, "entry"]
    source: Int[Array, "opening"]
    beyond: Int[Array, "opening"]
    behind: Int[Array, "opening"]
    sign: Float[Array, "opening"]
    reach: Float[Array, "opening"]
    before: Float[Array, "opening"]


def jets_at(layout: Jets, unit_share: Float[Array, "rack unit"]) -> Jets:
    """The jets at an operating point: forces at a flow of 1 m3/s of the whole machine."""
    share = jnp.append(unit_share.ravel(), 1)[layout.slot]
    return replace(layout, force=layout.force * share**2)


def jets_of_flow(jets: Jets, flow: Float[Array, "machine"]) -> Jets:
    """The jets at the machines' present flow, m3/s."""
    return replace(jets, force=jets.force * flow[jets.machine] ** 2)


def jet_acceleration(jets: Jets, mesh: Mesh, velocity: Vector) -> Vector:
    """Acceleration by the jets on the inner faces by axis, m/s2; `velocity` on faces, m/s."""
    flat = jnp.concatenate([v.ravel() for v in velocity])
    flux = jnp.concatenate([f.ravel() for f in volume_flux(mesh, velocity)])
    force = jnp.zeros_like(flat).at[jets.face].add(jets.force)
    force = force.at[jets.beyond].add(-jets.sign * advected_momentum(jets, flat, flux))
    found, first = [], 0
    for axis in AXES:
        size = velocity[axis].size
        of_axis = force[first : first + size].reshape(velocity[axis].shape)
        found.append(take(of_axis, axis, 1, -1) / mean(mesh.volume, axis))
        first += size
    return (found[0], found[1], found[2])


def advected_momentum(
    jets: Jets, velocity: Float[Array, "face"], flux: Float[Array, "face"]
) -> Float[Array, "opening"]:
    """What the limited scheme carries outwards through the centre of the first cell, m4/s2."""
    at, beyond, behind = (jets.sign * velocity[face] for face in (jets.source, jets.beyond, jets.behind))
    through = 0.5 * jets.sign * (flux[jets.source] + flux[jets.beyond])
    a, b = (at - behind) / jets.before, (beyond - at) / jets.reach
    steep = a * b > 0
    bend = jnp.where(steep, a * b / jnp.where(steep, a + b, 1), 0)
    return through * (at + jets.reach * bend)
