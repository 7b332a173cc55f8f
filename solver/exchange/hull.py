"""The hull: surface patches that carry heat from the gas to the sea through films and layers.

Each patch of inner area A passes Q = U A (T_gas - T_out), 1/U = 1/h_i + R + 1/(h_o a), with R the layers'
resistance per inner area and a the outer over the inner area (`jamsu.solver.exchange.shell`). The films depend on the
wall's temperatures (natural convection, properties) at the last update: they converge along the march. The sea's film
is averaged with the one before: near the sea's density maximum a film can rise faster than the difference of
temperature, and the two would oscillate.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import ClassVar, Literal

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, Float, Int

from jamsu.solver.exchange.exchanger import DomainFields, Exchange
from jamsu.solver.exchange.gas_films import gas_film
from jamsu.solver.exchange.outside_films import FilmProperties, hull_outside_film
from jamsu.solver.exchange.sea_film import sea_film_properties
from jamsu.solver.exchange.shell import Contact, Layer, hull_resistance
from jamsu.solver.operation import Operation
from jamsu.solver.variables import Values

FIRST_RISE = 5.0  # K of the gas above the sea, from which the march begins

Outside = Literal["sea", "film", "adiabatic"]


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class HullLayout:
    """The hull as surface patches: a surface with a map to the cells on its inner side.

    Attributes:
      cell: flat number of each patch's cell.
      area: inner surface of each patch, m2.
      distance: distance from the gas to the wall, m.
      conduction: conductance from the middle of a solid block's cell to the wall behind it, W/m2/K; 0 where gas wets
        the wall.
      normal: unit normal out of the gas.
      reach: distance from the wall to the open centroid of the patch's cell, or from there to its centre if that is
        more, m.
      size: length of forced flow outside, m.
      height: length of natural flow outside, m.
      thickness: of each layer with a material, inside out, m.
      conductivity: conductivity of these layers, W/(m K).
      solid: by layer from the inside out, whether it has a material; the others are resistances.
      wall: kind of the shell, "plane", "cylinder" or "sphere".
      shape: shape by which the outside film is found.
      outside: what the hull gives its heat to.
    """

    cell: Int[Array, "patch"]
    area: Float[Array, "patch"]
    distance: Float[Array, "patch"]
    conduction: Float[Array, "patch"]
    normal: Float[Array, "patch 3"]
    reach: Float[Array, "patch"]
    size: Array
    height: Array
    thickness: Float[Array, "layer"]
    conductivity: Float[Array, "layer"]
    solid: tuple[bool, ...] = field(metadata={"static": True}, default=())
    wall: str = field(metadata={"static": True}, default="cylinder")
    shape: str = field(metadata={"static": True}, default="horizontal_cylinder")
    outside: Outside = field(metadata={"static": True}, default="sea")


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class WallState:
    """Patches at the last update: temperatures (K from the reference), films (W/m2/K); a film of 0 is unknown."""

    inner: Float[Array | np.ndarray, "patch"]
    outer: Float[Array | np.ndarray, "patch"]
    film_inner: Float[Array | np.ndarray, "patch"]
    film_outer: Float[Array | np.ndarray, "patch"]


@jax.tree_util.register_dataclass
@dataclass(frozen=True)
class Hull:
    """The hull at one operating point; its state is the temperatures and films of its walls.

    Attributes:
      layout: its patches.
      resistance: resistance of its layers per inner area, m2 K/W.
      area_ratio: outer over inner area.
      current: speed of the sea, m/s.
      outside_temperature: temperature of the sea, or beyond a given film, K from the reference.
      film: given outside film, W/m2/K.
      sea_temperature: temperature of the sea, K.
      salinity: practical salinity of the sea.
      gas: properties for the inner film.
    """

    layout: HullLayout
    resistance: Array
    area_ratio: Array
    current: Array
    outside_temperature: Array
    film: Array
    sea_temperature: Array
    salinity: Array
    gas: FilmProperties

    balance: ClassVar[str] = "hull_heat"
    holds: ClassVar[bool] = False

    def initial_state(self) -> WallState:
        ones = jnp.ones_like(self.layout.area)
        outside = self.outside_temperature
        return WallState(outside + 0.5 * FIRST_RISE * ones, outside + 0.1 * FIRST_RISE * ones, 0 * ones, 0 * ones)

    def exchange(self, fields: DomainFields, state: WallState) -> tuple[Exchange, WallState]:
        """Conductances from the gas through films and layers to the sea."""
        cell = self.layout.cell
        near = jnp.stack([component[cell] for component in fields.velocity], 1)
        energy = None if fields.turbulent_energy is None else fields.turbulent_energy[cell]
        wall, conductance = update_wall(self, state, fields.temperature[cell], near, energy)
        outside = jnp.broadcast_to(self.outside_temperature, conductance.shape)
        eddies = None if fields.eddy_diffusivity is None else fields.eddy_diffusivity[cell]
        share = shift_share(self, wall, eddies, fields.fluid_capacity)
        return Exchange(cell, conductance, outside, shift_share=share), wall

    def report(
        self, exchange: Exchange, heat: Float[Array, "own"], temperature: Float[Array, "cell"], state: WallState
    ) -> tuple[Values, WallState]:
        """Temperatures, films and heat of the patches."""
        told = {
            "inner_temperature": state.inner,
            "outer_temperature": state.outer,
            "heat_flux": heat / jnp.where(self.layout.area > 0, self.layout.area, 1),
            "film_coefficient_inner": state.film_inner,
            "film_coefficient_outer": state.film_outer,
            "facing_temperature": temperature[self.layout.cell],
        }
        return {"hull": told}, state

    def heat(self, values: Values) -> Array:
        return jnp.sum(values["hull"]["heat_flux"] * self.layout.area)

    def coldest(self) -> Array | None:
        return None if self.layout.outside == "adiabatic" else self.outside_temperature


def hull_at(layout: HullLayout, operation: Operation, gas: FilmProperties) -> Hull:
    """The hull at an operating point; `gas`: properties for the inner film."""
    elements: list[Layer | Contact] = []
    layers, contacts = 0, 0
    for solid in layout.solid:
        if solid:
            elements.append(Layer(layout.thickness[layers], layout.conductivity[layers]))
            layers += 1
        else:
            elements.append(Contact(operation.hull_resistance[contacts]))
            contacts += 1
    wall = hull_resistance(layout.wall, elements, layout.size / 2)
    outside = operation.outside_temperature if layout.outside == "film" else operation.sea_temperature
    dtype = layout.area.dtype
    return Hull(
        layout=layout,
        resistance=jnp.asarray(wall.resistance, dtype),
        area_ratio=jnp.asarray(wall.area_ratio, dtype),
        current=operation.current_speed,
        outside_temperature=outside - operation.reference_temperature,
        film=operation.outside_film,
        sea_temperature=operation.sea_temperature,
        salinity=operation.salinity,
        gas=gas,
    )


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
    along = velocity - jnp.sum(velocity * hull.layout.normal, 1, keepdims=True) * hull.layout.normal
    speed = jnp.sqrt(jnp.sum(along**2, 1) + 1e-12)
    film_inner = gas_film(
        hull.gas,
        speed,
        hull.layout.distance,
        gas_temperature - wall.inner,
        hull.layout.normal[:, 2],
        turbulent_energy=turbulent_energy,
    )
    film_inner = jnp.where(hull.layout.conduction > 0, hull.layout.conduction, film_inner)
    if hull.layout.outside == "adiabatic":
        zero = jnp.zeros_like(hull.layout.area)
        return WallState(gas_temperature, gas_temperature, film_inner, zero), zero
    film_outer = (
        jnp.broadcast_to(hull.film, hull.layout.area.shape) if hull.layout.outside == "film" else _sea_film(hull, wall)
    )
    overall = 1.0 / (1.0 / film_inner + hull.resistance + 1.0 / (film_outer * hull.area_ratio))
    flux = overall * (gas_temperature - hull.outside_temperature)
    inner = gas_temperature - flux / film_inner
    outer = hull.outside_temperature + flux / (film_outer * hull.area_ratio)
    return WallState(inner, outer, film_inner, film_outer), overall * hull.layout.area


def shift_share(
    hull: Hull, wall: WallState, eddy_diffusivity: Float[Array, "patch"] | None, fluid_capacity: Array
) -> Float[Array, "patch"]:
    """Share of `HeatEquation.wall_shift` that counts where the film, not the gas's own conduction, carries the heat.

    The shift extends the gas's temperature linearly by s q / k, as if q went through gas of conductivity k up to the
    wall. A film of more than k / y passes the heat with less difference: between the cell and the wall there is q / h
    in all, and the cell's centre is no further than that. With s the shift and y the distance from the wall,

        share = min(1, k_eff / (h max(y, s))),      k_eff = k + rho c a_t / 2, a_t the eddies' diffusivity,

    half of the cell's own eddies being the least that a face to it conducts with. Without the share a neighbour of a
    cut cell loses more than it can draw, and gas gets colder than the sea.
    """
    conductivity = hull.gas.conductivity
    if eddy_diffusivity is not None:
        conductivity = conductivity + 0.5 * fluid_capacity * eddy_diffusivity
    return jnp.minimum(1.0, conductivity / (wall.film_inner * hull.layout.reach))


def _sea_film(hull: Hull, wall: WallState) -> Float[Array, "patch"]:
    """The sea's film at the walls' temperatures, W/m2/K: the geometric mean with the last update's film."""
    rise = wall.outer - hull.outside_temperature
    film = hull_outside_film(
        hull.layout.shape,
        hull.layout.size,
        rise,
        jnp.zeros_like(rise),
        hull.current,
        sea_film_properties(hull.sea_temperature + rise, hull.sea_temperature, hull.salinity),
        height=hull.layout.height,
    )
    return jnp.where(wall.film_outer > 0, jnp.sqrt(wall.film_outer * film), film)
