"""Probes: the gas's temperature and speed at given points, interpolated between the centres of the cells around them.

Linear in each direction between two cell centres. Cells that are no gas (machines, blocks, beyond a wall or a closed
panel) have no weight and the others share theirs, so that a probe in front of a rack does not see the rack's inside.
`jamsu.cases.assembly.probes` makes the weights.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from jamsu.solver.grid.mesh import Vector
from jamsu.solver.grid.operators import cell_velocity


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Probes:
    """Where probes are, one row a point.

    Attributes:
      cell: flat numbers of the cells around the point.
      weight: their weights, of sum 1.
    """

    cell: Int[Array, "probe corner"]
    weight: Float[Array, "probe corner"]


def at_probes(probes: Probes, field: Float[Array, "cell"]) -> Float[Array, "probe"]:
    """A field of the cells, flat, at the probes."""
    return jnp.sum(probes.weight * field[probes.cell], 1)


def probe_report(probes: Probes, temperature: Float[Array, "cell"], velocity: Vector) -> dict[str, Array]:
    """Temperature (K from the reference) and speed (m/s) at the probes; `velocity` on faces, m/s."""
    components = [at_probes(probes, component.ravel()) for component in cell_velocity(velocity)]
    # A root has no slope at 0: gas at rest has a speed of 1e-8 m/s.
    speed = jnp.sqrt(sum((component**2 for component in components), jnp.full_like(components[0], 1e-16)))
    return {"temperature": at_probes(probes, temperature), "speed": speed}
