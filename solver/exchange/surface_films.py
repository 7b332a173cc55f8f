"""Films on blocks and closed panels: heat between the gas and surfaces inside the vessel, face by face.

    Q = A (T_low - T_high) / (R_low + R_high),      R = 1/h on the gas's side, half a cell over k on a block's

with h the gas's film (`jamsu.solver.exchange.gas_films`) from the flow along the surface and the surface's own
temperature difference. A panel is thin metal: it has a film on either side and no resistance of its own. h and the
surface's temperature are iterated together; natural films go with the cube root of the difference, so that each
iteration leaves a third of the error at most.
"""

from __future__ import annotations

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jaxtyping import Array, Float, Int

from jamsu.solver.exchange.gas_films import gas_film, gas_natural_film
from jamsu.solver.exchange.outside_films import FilmProperties
from jamsu.solver.grid.mesh import Vector

FIRST_DIFFERENCE = 10.0  # K, of the iteration's start
TURNS = 5


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class SurfaceFilms:
    """Faces of blocks and closed panels.

    Attributes:
      face: number of each face among all faces (x-faces, then y, then z, flattened).
      cell: flat numbers of the cells below and above the face.
      area: area of the face, m2.
      resistance: resistance of half a cell of solid on either side, m2 K/W; 0 where there is gas.
      gas: 1 on the sides of the gas, else 0.
      distance: distance from the cell's centre to the face, m.
      axis: 1 for the axis across the face, else 0.
    """

    face: Int[Array, "face"]
    cell: Int[Array, "2 face"]
    area: Float[Array, "face"]
    resistance: Float[Array, "2 face"]
    gas: Float[Array, "2 face"]
    distance: Float[Array, "2 face"]
    axis: Float[Array, "3 face"]


def film_conductance(
    films: SurfaceFilms,
    properties: FilmProperties,
    temperature: Float[Array, "cell"],
    velocity: Vector,
    turbulent_energy: Float[Array, "cell"] | None,
) -> Float[Array, "face"]:
    """Conductance of each face for the gas's present state, W/K.

    Args:
      properties: properties of the gas.
      temperature: temperature of all cells, flat, K.
      velocity: velocity at the cells, flat, by axis, m/s.
      turbulent_energy: k of the cells, m2/s2, where the turbulence model has it.
    """
    both = temperature[films.cell]
    parts = jnp.stack([component[films.cell] for component in velocity])
    speed = jnp.sqrt(jnp.sum((parts * (1 - films.axis[:, None])) ** 2, 0) + 1e-12)
    energy = None if turbulent_energy is None else turbulent_energy[films.cell]
    upward = jnp.stack([films.axis[2], -films.axis[2]])  # z component of the normal out of either side

    def resistances(difference: Array, first: bool = False) -> Array:
        """Resistances of both sides, from the difference of either side's gas to the surface."""
        if first:
            film = gas_natural_film(properties, difference, upward)
        else:
            film = gas_film(properties, speed, films.distance, difference, upward, turbulent_energy=energy)
        return jnp.where(films.gas > 0, 1.0 / film, films.resistance)

    apart = jnp.stack([both[0] - both[1], both[1] - both[0]])
    now = resistances(FIRST_DIFFERENCE * jnp.sign(apart), first=True)

    def turn(_, now: Array) -> Array:
        return resistances(apart * now / jnp.sum(now, 0))

    now = jax.lax.fori_loop(0, TURNS, turn, now)
    return films.area / jnp.sum(now, 0)


def with_films(conductance: Vector, films: SurfaceFilms, values: Float[Array, "face"]) -> Vector:
    """Conductances of all faces by axis, W/K; the films' faces get `values`."""
    flat = jnp.concatenate([g.ravel() for g in conductance]).at[films.face].set(values)
    result, start = [], 0
    for g in conductance:
        result.append(flat[start : start + g.size].reshape(g.shape))
        start += g.size
    return (result[0], result[1], result[2])
