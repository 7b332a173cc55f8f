"""The hull: surface patches that carry heat from the gas to the sea through films and layers.

Each patch of inner area A passes Q = U A (T_gas - T_out), 1/U = 1/h_i + R + 1/(h_o a), with R the layers'
resistance per inner area and a the outer over the inner area (`jamsu.solver.exchange.shell`). The films depend on the
wall's temperatures (natural convection, properties), which are those of the last update: they converge along the
march. In
the sea that takes a mean with the film before: near the sea's density maximum a film can rise faster than the
difference of temperature, and the two would swing.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from jamsu.solver.exchange.gas_films import gas_film
from jamsu.solver.exchange.outside_films import FilmProperties, hull_outside_film
from jamsu.solver.exchange.sea_film import sea_film_properties

Outside = Literal["sea", "film", "adiabatic"]


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Hull:
    """Attributes:
    cell, area, distance: of each patch: flat cell number, m2 of inner surface, m from the gas to the wall.
    conduction: of patches behind solid blocks, W/m2/K from the middle of the block's cell; 0 where gas wets the wall.
    normal: (patch, 3) unit normal out of the gas.
    reach: from the wall to the open centroid of each patch's cell, or from there to its centre if that is more, m.
    resistance: m2 K/W. area_ratio: outer over inner area.
    size, height: lengths of the outside film, m. current: speed of the sea, m/s.
    outside_temperature: of the sea (or of a given film), K from the reference.
    film: given outside film, W/m2/K.
    sea_temperature, salinity: of the sea, K and practical salinity; its properties in the film follow from them.
    gas: properties for the inner film.
    shape: of the outside film. outside: what the hull gives its heat to.
    """

    cell: Int[Array, "patch"]
    area: Float[Array, "patch"]
    distance: Float[Array, "patch"]
    conduction: Float[Array, "patch"]
    normal: Float[Array, "patch 3"]
    reach: Float[Array, "patch"]
    resistance: Array
    area_ratio: Array
    size: Array
    height: Array
    current: Array
    outside_temperature: Array
    film: Array
    sea_temperature: Array
    salinity: Array
    gas: FilmProperties
    shape: str = field(metadata={"static": True}, default="horizontal_cylinder")
    outside: Outside = field(metadata={"static": True}, default="sea")


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class WallState:
    """Temperatures of the patches (K from the reference), films (W/m2/K) of the last update; a film of 0 is unknown."""

    inner: Float[Array | np.ndarray, "patch"]
    outer: Float[Array | np.ndarray, "patch"]
    film_inner: Float[Array | np.ndarray, "patch"]
    film_outer: Float[Array | np.ndarray, "patch"]


def initial_wall(hull: Hull, inner: float = 5.0) -> WallState:
    ones = np.ones(hull.area.shape, hull.area.dtype)
    outside = np.asarray(hull.outside_temperature)
    values = (outside + 0.5 * inner * ones, outside + 0.1 * inner * ones, 0 * ones, 0 * ones)
    return WallState(*(jnp.asarray(v.astype(ones.dtype)) for v in values))


def update_wall(
    hull: Hull,
    wall: WallState,
    gas_temperature: Float[Array, "patch"],
    velocity: Float[Array, "patch 3"],
    turbulent_energy: Float[Array, "patch"] | None = None,
) -> tuple[WallState, Float[Array, "patch"]]:
    """Films and wall temperatures for the gas's present state, and each patch's conductance U A, W/K.

    Args:
      turbulent_energy: k of the patches' cells, m2/s2, where the turbulence model has it.
    """
    along = velocity - jnp.sum(velocity * hull.normal, 1, keepdims=True) * hull.normal
    speed = jnp.sqrt(jnp.sum(along**2, 1) + 1e-12)
    film_inner = gas_film(
        hull.gas,
        speed,
        hull.distance,
        gas_temperature - wall.inner,
        hull.normal[:, 2],
        turbulent_energy=turbulent_energy,
    )
    film_inner = jnp.where(hull.conduction > 0, hull.conduction, film_inner)
    if hull.outside == "adiabatic":
        zero = jnp.zeros_like(hull.area)
        return WallState(gas_temperature, gas_temperature, film_inner, zero), zero
    film_outer = jnp.broadcast_to(hull.film, hull.area.shape) if hull.outside == "film" else _sea_film(hull, wall)
    overall = 1.0 / (1.0 / film_inner + hull.resistance + 1.0 / (film_outer * hull.area_ratio))
    flux = overall * (gas_temperature - hull.outside_temperature)
    inner = gas_temperature - flux / film_inner
    outer = hull.outside_temperature + flux / (film_outer * hull.area_ratio)
    return WallState(inner, outer, film_inner, film_outer), overall * hull.area


def shift_share(
    hull: Hull, wall: WallState, eddy_diffusivity: Float[Array, "patch"] | None, fluid_capacity: Array
) -> Float[Array, "patch"]:
    """How much of `HeatEquation.wall_shift` counts where the film, not the gas's own conduction, carries the heat: 0
    to 1.

    The shift extends the gas's temperature linearly by s q / k, as if q went through gas of conductivity k up to the
    wall. A film of more than k / y passes the heat with less difference: between the cell and the wall there is q / h
    in all, and the cell's centre is no further than that. With s the shift and y the distance from the wall,

        share = min(1, k_eff / (h max(y, s))),      k_eff = k + rho c a_t / 2, a_t the eddies' diffusivity,

    half of the cell's own eddies being the least that a face to it conducts with. Without the share a cell beside a cut
    one loses more than it can draw, and gas gets colder than the sea.
    """
    conductivity = hull.gas.conductivity
    if eddy_diffusivity is not None:
        conductivity = conductivity + 0.5 * fluid_capacity * eddy_diffusivity
    return jnp.minimum(1.0, conductivity / (wall.film_inner * hull.reach))


def _sea_film(hull: Hull, wall: WallState) -> Float[Array, "patch"]:
    """The sea's film at the walls' temperatures, W/m2/K: the geometric mean with that of the last update."""
    rise = wall.outer - hull.outside_temperature
    film = hull_outside_film(
        hull.shape,
        hull.size,
        rise,
        jnp.zeros_like(rise),
        hull.current,
        sea_film_properties(hull.sea_temperature + rise, hull.sea_temperature, hull.salinity),
        height=hull.height,
    )
    return jnp.where(wall.film_outer > 0, jnp.sqrt(wall.film_outer * film), film)
