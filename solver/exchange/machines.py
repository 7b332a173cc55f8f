"""Machines that set the gas flow through themselves: racks, coils with fans, fans, cooling units.

A machine's faces carry a velocity in proportion to its flow, so a new flow compiles nothing. Flow in, flow out and
every cell between balance exactly, so the pressure need not act inside a machine.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from jamsu.solver.grid.mesh import Mesh, Vector
from jamsu.solver.operation import Operation


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class MachineLayout:
    """Faces that carry a machine's flow, and cells that hold the heat of machines and blocks.

    Machines are counted in this order: racks, coils with a fan of their own, fans, cooling units. Sources of heat:
    height units (rack * units + unit), coils' fans, fans, blocks.

    Attributes:
      face: number of the face among all faces (x-faces, then y, then z, flattened), one entry a face and height unit.
      machine: machine that the entry's flow belongs to.
      slot: rack * units + unit of a rack's entry; the number after the last one for other machines.
      velocity: velocity of the face where the height unit (or the whole machine) moves 1 m3/s, with its sign, 1/m2.
      fanned_coil: coils with a fan of their own.
      heated_cell: flat number of a cell that takes up heat, one entry a cell and source.
      source: source of the entry.
      share: share of the source's heat that the cell takes up.
    """

    face: Int[Array, "entry"]
    machine: Int[Array, "entry"]
    slot: Int[Array, "entry"]
    velocity: Float[Array, "entry"]
    fanned_coil: Int[Array, "fanned"]
    heated_cell: Int[Array, "heated"]
    source: Int[Array, "heated"]
    share: Float[Array, "heated"]


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Machines:
    """Machines at one operating point.

    Attributes:
      face: see `MachineLayout`.
      machine: see there.
      velocity: velocity of the face at a machine's flow of 1 m3/s, 1/m2; entries of one face add up.
      flow: given flow of each machine, m3/s.
    """

    face: Int[Array, "entry"]
    machine: Int[Array, "entry"]
    velocity: Float[Array, "entry"]
    flow: Float[Array, "machine"]


def machines_at(
    layout: MachineLayout, operation: Operation, rack_flow: Float[Array, "rack"], unit_share: Float[Array, "rack unit"]
) -> Machines:
    """The machines at an operating point.

    Args:
      rack_flow: flow of each rack, m3/s.
      unit_share: share of the rack's flow in each height unit.
    """
    share = jnp.append(unit_share.ravel(), 1)[layout.slot]
    fanned = operation.coil_gas_flow[layout.fanned_coil]
    flow = jnp.concatenate([rack_flow, fanned, operation.fan_flow, operation.cooler_flow])
    return Machines(layout.face, layout.machine, layout.velocity * share, flow)


def heat_of_cells(layout: MachineLayout, operation: Operation, gas_heat: Array, cells: int) -> Float[Array, "cell"]:
    """Heat that machines and blocks release in each cell, W; `gas_heat` by rack and height unit, W."""
    sources = jnp.concatenate([gas_heat.ravel(), operation.coil_fan_power, operation.fan_power, operation.block_power])
    none = jnp.zeros(cells, layout.share.dtype)
    return none.at[layout.heated_cell].add(layout.share * sources[layout.source])


def prescribed_velocity(machines: Machines, flow: Float[Array, "machine"], mesh: Mesh) -> Vector:
    """Velocity that the machines set, on all faces by axis, m/s; 0 elsewhere."""
    nx, ny, nz = mesh.shape
    shapes = ((nx + 1, ny, nz), (nx, ny + 1, nz), (nx, ny, nz + 1))
    sizes = [x * y * z for x, y, z in shapes]
    flat = jnp.zeros(sum(sizes), flow.dtype)
    flat = flat.at[machines.face].add(machines.velocity * flow[machines.machine])
    first = (0, sizes[0], sizes[0] + sizes[1])
    u, v, w = (flat[i : i + n].reshape(shape) for i, n, shape in zip(first, sizes, shapes, strict=True))
    return (u, v, w)
