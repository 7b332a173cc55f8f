"""Steady conduction through layered walls: plane, cylindrical and spherical, with films and contact
resistances.

A wall is a sequence, from inside to outside, of `Layer` (a thickness that conducts) and `Contact` (a
resistance without thickness: contact, fouling, paint known by its resistance only). Resistances in series:

    Q = (T_inside - T_outside) / sum(R)

    R of            plane wall (per m2)    cylinder (per m length)      sphere (whole)
    film            1/h                    1/(2 pi r h)                 1/(4 pi r^2 h)
    layer           s/k                    ln(r2/r1)/(2 pi k)           (1/r1 - 1/r2)/(4 pi k)
    contact R''     R''                    R''/(2 pi r)                 R''/(4 pi r^2)

Source: Incropera et al., Fundamentals of Heat and Mass Transfer, 7th ed. (2011), sections 3.1 to 3.3.
Exact for one-dimensional steady conduction with constant conductivity. Everything is traceable; the number
and kind of the layers are static.
"""

from collections.abc import Sequence
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array

Real = float | int | np.floating | np.ndarray | Array


class Layer(NamedTuple):
    """A conducting layer."""

    thickness: Real
    """m, > 0"""
    conductivity: Real
    """W/(m K), > 0"""


class Contact(NamedTuple):
    """A resistance without thickness; the temperature jumps across it."""

    resistance: Real
    """m2 K/W, >= 0, per area of the surface it lies on"""


class PlaneWall(NamedTuple):
    """Steady state of a plane wall; shapes are the broadcast shape of the inputs."""

    heat_flux: Array
    """W/m2, positive from inside to outside"""
    overall_coefficient: Array
    """W/(m2 K), both films included"""
    temperatures: Array
    """(..., elements + 3): inside fluid, inner surface, the far side of each element in turn (the last is
    the outer surface), outside fluid. A contact's two sides follow one another: the jump."""


class CylindricalShell(NamedTuple):
    """Steady state of an infinite layered cylinder; shapes as in `PlaneWall`."""

    heat_per_length: Array
    """W/m, positive from inside to outside"""
    temperatures: Array


class HullResistance(NamedTuple):
    """A hull's layers as one resistance between its wetted surfaces, as surface patches use it."""

    resistance: Array
    """m2 K/W, per m2 of INNER surface, without the films"""
    area_ratio: Array
    """outer over inner surface area (-)"""


def _outer_radius(radius: Real, element: Layer | Contact) -> Real:
    return radius + element.thickness if isinstance(element, Layer) else radius


def _resistances(shape: str, inner_radius: Real, elements: Sequence[Layer | Contact]) -> tuple[list[Real], Real]:
    """Resistance of each element referred to 1 m2 of inner surface (m2 K/W), and the outer radius (m)."""
    if shape not in ("plane", "cylinder", "sphere"):
        raise ValueError(f"unknown shape {shape!r} of a wall; known: plane, cylinder, sphere")
    radius = inner_radius
    values: list[Real] = []
    for element in elements:
        outer = _outer_radius(radius, element)
        if isinstance(element, Contact):
            values.append(element.resistance / _area_ratio(shape, inner_radius, radius))
        elif shape == "plane":
            values.append(element.thickness / element.conductivity)
        elif shape == "cylinder":
            # log1p keeps the digits of a thin coating on a large hull in single precision.
            values.append(inner_radius * jnp.log1p(element.thickness / radius) / element.conductivity)
        else:
            values.append(inner_radius**2 * element.thickness / (radius * outer) / element.conductivity)
        radius = outer
    return values, radius


def _area_ratio(shape: str, inner_radius: Real, radius: Real) -> Real:
    exponent = {"plane": 0, "cylinder": 1, "sphere": 2}[shape]
    return (radius / inner_radius) ** exponent


def _series(inside: Real, outside: Real, resistances: Sequence[Real]) -> tuple[Array, Array, Array]:
    """Heat flux, total resistance and the temperatures (..., n + 1) between n resistances in series."""
    running = jnp.cumsum(jnp.stack(jnp.broadcast_arrays(*resistances), axis=-1), axis=-1)
    total = running[..., -1]
    flux = jnp.divide(inside - outside, total)
    between = jnp.expand_dims(inside, -1) - flux[..., None] * running[..., :-1]
    first = jnp.broadcast_to(jnp.asarray(inside, between.dtype), flux.shape)[..., None]
    last = jnp.broadcast_to(jnp.asarray(outside, between.dtype), flux.shape)[..., None]
    return flux, total, jnp.concatenate([first, between, last], axis=-1)


def _wall(
    shape: str,
    inner_radius: Real,
    elements: Sequence[Layer | Contact],
    inside: tuple[Real, Real],
    outside: tuple[Real, Real],
) -> tuple[Array, Array, Array]:
    (inside_temperature, inside_film), (outside_temperature, outside_film) = inside, outside
    solid, outer_radius = _resistances(shape, inner_radius, elements)
    outer_film = 1.0 / (outside_film * _area_ratio(shape, inner_radius, outer_radius))
    return _series(inside_temperature, outside_temperature, [1.0 / inside_film, *solid, outer_film])


def plane_wall(
    elements: Sequence[Layer | Contact],
    *,
    inside_temperature: Real,
    inside_film: Real,
    outside_temperature: Real,
    outside_film: Real,
) -> PlaneWall:
    """Steady heat flux and temperatures of a layered plane wall between two fluids. Traceable.

    Args:
        elements: layers and contacts from inside to outside.
        inside_temperature: temperature of the inner fluid (K). All numbers broadcast against each other.
        inside_film: inner film coefficient (W/(m2 K)), > 0.
        outside_temperature: temperature of the outer fluid (K).
        outside_film: outer film coefficient (W/(m2 K)), > 0.
    """
    flux, total, temperatures = _wall(
        "plane", 1.0, elements, (inside_temperature, inside_film), (outside_temperature, outside_film)
    )
    return PlaneWall(flux, jnp.reciprocal(total), temperatures)


def cylindrical_shell(
    inner_radius: Real,
    elements: Sequence[Layer | Contact],
    *,
    inside_temperature: Real,
    inside_film: Real,
    outside_temperature: Real,
    outside_film: Real,
) -> CylindricalShell:
    """Steady heat per metre of an infinite layered cylinder. Arguments as `plane_wall`; radius in m.
    Traceable."""
    flux, _, temperatures = _wall(
        "cylinder",
        inner_radius,
        elements,
        (inside_temperature, inside_film),
        (outside_temperature, outside_film),
    )
    return CylindricalShell(flux * (2.0 * jnp.pi * inner_radius), temperatures)


def hull_resistance(shape: str, elements: Sequence[Layer | Contact], inner_radius: Real = 1.0) -> HullResistance:
    """The layers of a hull as one resistance per m2 of its inner surface, and the ratio of its two areas.
    Traceable.

    A patch of inner area A then passes  A (T_gas - T_sea) / (1/h_i + resistance + 1/(h_o area_ratio)).

    Args:
        shape: "plane", "cylinder" or "sphere".
        inner_radius: m; not used for "plane".

    Raises:
        ValueError: unknown shape.
    """
    values, outer = _resistances(shape, inner_radius, elements)
    return HullResistance(jnp.asarray(sum(values, 0.0)), jnp.asarray(_area_ratio(shape, inner_radius, outer)))
