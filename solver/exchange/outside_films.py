"""Film coefficients on the hull's outside in seawater: mean Nusselt numbers of whole bodies.

Convection is natural, forced or mixed. All functions are traceable in single and double precision; numbers outside a
correlation's data are reported by `check_hull_outside_film`, never silently clipped.
`jamsu.solver.exchange.gas_films` has the inside.

    Ra = g beta dT L^3 / (nu alpha),  Re = U L / nu,  Pr = nu / alpha,  h = Nu k / L

Properties belong to the film temperature, the mean of wall and bulk, unless a source says otherwise.
Scatter of such correlations: 10 to 15 % inside their data, 25 to 30 % at the scale of a 3 m hull in the sea.
"""

import difflib
from collections.abc import Callable
from typing import NamedTuple

import jax.numpy as jnp
import numpy as np
from jax import Array

Real = float | int | np.floating | np.ndarray | Array

GRAVITY = 9.80665  # m/s2, standard
# Roots have no slope at 0; below these floors convection is negligible against conduction.
_SMALLEST_RAYLEIGH = 1e-6
_SMALLEST_SPEED = 1e-9  # m/s


class FilmProperties(NamedTuple):
    """Properties of a fluid at the film temperature; arrays broadcast against the patches."""

    conductivity: Real
    """W/(m K)"""
    viscosity: Real
    """dynamic, Pa s"""
    density: Real
    """kg/m3"""
    heat_capacity: Real
    """J/(kg K)"""
    expansion: Real
    """1/K; its size counts, so cold fresh water below 4 degC works too"""

    @property
    def prandtl(self) -> Real:
        return self.viscosity * self.heat_capacity / self.conductivity

    @property
    def kinematic_viscosity(self) -> Real:
        return self.viscosity / self.density

    @property
    def diffusivity(self) -> Real:
        return self.conductivity / (self.density * self.heat_capacity)


def rayleigh_per_volume(properties: FilmProperties, temperature_difference: Real, gravity: float = GRAVITY) -> Array:
    """Ra / L^3 = g |beta dT| / (nu alpha)  (1/m3)."""
    driving = gravity * jnp.abs(properties.expansion * temperature_difference)
    return driving / (properties.kinematic_viscosity * properties.diffusivity)


# --- Natural convection ---


def natural_horizontal_cylinder(rayleigh: Real, prandtl: Real) -> Array:
    """Mean Nu on the diameter of an isothermal horizontal cylinder, laminar and turbulent.

        Nu^(1/2) = 0.60 + 0.387 (Ra / [1 + (0.559/Pr)^(9/16)]^(16/9))^(1/6)

    Churchill & Chu, Int. J. Heat Mass Transfer 18 (1975) 1049, eq. 10; 1e-6 < Ra < 1e12 (Incropera 9.34).
    """
    reduced = rayleigh / (1.0 + (0.559 / prandtl) ** (9 / 16)) ** (16 / 9)
    return jnp.square(0.60 + 0.387 * jnp.power(reduced, 1 / 6))


def natural_vertical_plate(rayleigh: Real, prandtl: Real) -> Array:
    """Mean Nu on the height of an isothermal vertical plate, laminar and turbulent.

        Nu^(1/2) = 0.825 + 0.387 Ra^(1/6) / [1 + (0.492/Pr)^(9/16)]^(8/27)

    Churchill & Chu, Int. J. Heat Mass Transfer 18 (1975) 1323, eq. 9; 0.1 < Ra < 1e12 (Incropera 9.26). A
    vertical cylinder is a plate while D/H > 35 / Gr_H^(1/4).
    """
    reduced = rayleigh / (1.0 + (0.492 / prandtl) ** (9 / 16)) ** (16 / 9)
    return jnp.square(0.825 + 0.387 * jnp.power(reduced, 1 / 6))


def natural_sphere(rayleigh: Real, prandtl: Real) -> Array:
    """Mean Nu on the diameter of an isothermal sphere, laminar and turbulent.

        Nu = 2 + 0.589 Ra^(1/4) / F^(4/9) [1 + 7.44e-8 Ra / F^(16/9)]^(1/12),   F = 1 + (0.469/Pr)^(9/16)

    Churchill (1983), Heat Exchanger Design Handbook sec. 2.5.7; Ra < 1e13, Pr > 0.7.
    """
    reduced = rayleigh / (1.0 + (0.469 / prandtl) ** (9 / 16)) ** (16 / 9)
    return 2.0 + 0.589 * jnp.power(reduced, 1 / 4) * jnp.power(1.0 + 7.44e-8 * reduced, 1 / 12)


# --- Forced and mixed convection ---


def forced_cylinder(reynolds: Real, prandtl: Real) -> Array:
    """Mean Nu on the diameter of a cylinder in cross flow.

        Nu = 0.3 + 0.62 Re^(1/2) Pr^(1/3) / [1 + (0.4/Pr)^(2/3)]^(1/4) [1 + (Re/282000)^(5/8)]^(4/5)

    Churchill & Bernstein, J. Heat Transfer 99 (1977) 300; Re Pr > 0.2. Data up to Re = 4e5, few up to 1e7;
    said there to be a lower bound. Between authors 5 to 15 %, above Re = 2e5 20 to 30 %.
    """
    laminar = 0.62 * jnp.sqrt(reynolds) * prandtl ** (1 / 3) / (1.0 + (0.4 / prandtl) ** (2 / 3)) ** 0.25
    return 0.3 + laminar * jnp.power(1.0 + jnp.power(reynolds / 282000.0, 5 / 8), 4 / 5)


def forced_sphere(reynolds: Real, prandtl: Real, viscosity_ratio: Real = 1.0) -> Array:
    """Mean Nu on the diameter of a sphere in a stream.

        Nu = 2 + (0.4 Re^(1/2) + 0.06 Re^(2/3)) Pr^(2/5) (mu/mu_wall)^(1/4)

    Whitaker, AIChE J. 18 (1972) 361 (Incropera 7.56); 3.5 < Re < 7.6e4, 0.71 < Pr < 380, properties of the
    bulk.
    """
    stream = 0.4 * jnp.sqrt(reynolds) + 0.06 * jnp.power(reynolds, 2 / 3)
    return 2.0 + stream * prandtl**0.4 * viscosity_ratio**0.25


def forced_plate(reynolds: Real, prandtl: Real) -> Array:
    """Mean Nu on the length of a flat plate along the stream, transition at Re = 5e5.

        Nu = 0.664 Re^(1/2) Pr^(1/3),   above 5e5:  (0.037 Re^(4/5) - 871) Pr^(1/3)

    Incropera eqs. 7.30 and 7.38; Re < 1e8, 0.6 < Pr < 60.
    """
    laminar = 0.664 * jnp.sqrt(reynolds)
    turbulent = 0.037 * jnp.power(reynolds, 0.8) - 871.0
    return jnp.where(jnp.asarray(reynolds) < 5e5, laminar, turbulent) * prandtl ** (1 / 3)


def mixed(natural: Real, forced: Real, exponent: float) -> Array:
    """Mixed convection  (forced^n + natural^n)^(1/n),  for Nu or h; both > 0.

    Churchill, AIChE J. 23 (1977) 10: n = 3 in general, where buoyancy assists the stream. n = 4 for cylinders
    and spheres with the stream across the buoyancy (Incropera sec. 9.9). A stream against the buoyancy is
    not covered.
    """
    larger = jnp.maximum(natural, forced)
    ratio = jnp.minimum(natural, forced) / larger  # keeps the power away from overflow in single precision
    return larger * jnp.power(1.0 + ratio**exponent, 1.0 / exponent)


class Range(NamedTuple):
    """Where a correlation has data, and whose."""

    low: float
    high: float
    source: str


class _Body(NamedTuple):
    """How a hull's shape picks its correlations; `exponent` of `mixed`."""

    natural: Callable[[Real, Real], Array]
    forced: Callable[[Real, Real], Array]
    exponent: float
    natural_range: Range  # of Ra
    forced_range: Range  # of Re


_CHURCHILL_CHU = "Churchill-Chu 1975"
_CHURCHILL_BERNSTEIN = Range(0.0, 4e5, "Churchill-Bernstein 1977; few data up to 1e7, scatter 20 to 30 %")
_PLATE_FLOW = Range(0.0, 1e8, "flat plate, Incropera 7.38")
BODIES = {
    "horizontal_cylinder": _Body(
        natural_horizontal_cylinder,
        forced_cylinder,
        4.0,
        Range(0.0, 1e12, _CHURCHILL_CHU),
        _CHURCHILL_BERNSTEIN,
    ),
    "vertical_cylinder": _Body(
        natural_vertical_plate, forced_cylinder, 4.0, Range(0.0, 1e12, _CHURCHILL_CHU), _CHURCHILL_BERNSTEIN
    ),
    "sphere": _Body(
        natural_sphere,
        forced_sphere,
        4.0,
        Range(0.0, 1e13, "Churchill 1983"),
        Range(3.5, 7.6e4, "Whitaker 1972"),
    ),
    "plate": _Body(natural_vertical_plate, forced_plate, 3.0, Range(0.0, 1e12, _CHURCHILL_CHU), _PLATE_FLOW),
}


def _body(shape: str) -> _Body:
    if shape in BODIES:
        return BODIES[shape]
    near = difflib.get_close_matches(shape, BODIES, n=1)
    hint = f" Did you mean {near[0]!r}?" if near else ""
    raise ValueError(f"unknown hull shape {shape!r}.{hint} Known: {', '.join(BODIES)}")


def hull_outside_film(
    shape: str,
    size: Real,
    wall_temperature: Real,
    sea_temperature: Real,
    current_speed: Real,
    properties: FilmProperties,
    *,
    height: Real | None = None,
    gravity: float = GRAVITY,
) -> Array:
    """Film coefficient (W/(m2 K)) on the outside of a hull: natural, forced and mixed convection. Traceable.

    Args:
        shape: "horizontal_cylinder" (current across the axis: the higher film; n = 4), "vertical_cylinder",
            "sphere" (n = 4) or "plate" (a box's vertical walls along the current, n = 3); n as in `mixed`.
        size: length of the forced flow (m): the diameter, or a plate's length along the current.
        wall_temperature: temperature of the outer surface (K).
        sea_temperature: temperature of the undisturbed sea (K).
        current_speed: m/s, >= 0.
        properties: seawater at the film temperature.
        height: length of the natural flow (m) of "vertical_cylinder" and "plate"; default `size`.
        gravity: m/s2.

    Returns:
        an array of the arguments' broadcast shape: the mean over the hull. With patches of different temperature it
        is the mean film that a hull wholly at that temperature would have.

    Raises:
        ValueError: unknown shape. `check_hull_outside_film` reports Ra, Re and Pr outside the data.
    """
    body = _body(shape)
    tall = size if height is None else height
    rayleigh = rayleigh_per_volume(properties, wall_temperature - sea_temperature, gravity) * tall**3
    reynolds = jnp.maximum(current_speed, _SMALLEST_SPEED) * size / properties.kinematic_viscosity
    natural = body.natural(jnp.maximum(rayleigh, _SMALLEST_RAYLEIGH), properties.prandtl) / tall
    forced = body.forced(reynolds, properties.prandtl) / size
    return jnp.multiply(properties.conductivity, mixed(natural, forced, body.exponent))


def extrapolated(name: str, values: Real, allowed: Range) -> list[str]:
    """One message when any of `values` lies outside the range, else none."""
    values = np.asarray(values, float)
    low, high = float(np.min(values)), float(np.max(values))
    if low >= allowed.low and high <= allowed.high:
        return []
    span = f"{low:.3g}" if low == high else f"{low:.3g} to {high:.3g}"
    return [f"{name} {span} is outside {allowed.low:g} to {allowed.high:g} ({allowed.source}): extrapolated"]


def check_hull_outside_film(
    shape: str,
    size: Real,
    wall_temperature: Real,
    sea_temperature: Real,
    current_speed: Real,
    properties: FilmProperties,
    *,
    height: Real | None = None,
    gravity: float = GRAVITY,
) -> list[str]:
    """One-line messages where `hull_outside_film` of the same arguments leaves its data; empty when inside.

    It takes concrete arrays only. Hulls of some metres in the sea are beyond the data of most correlations.
    """
    body = _body(shape)
    tall = size if height is None else height
    rayleigh = rayleigh_per_volume(properties, wall_temperature - sea_temperature, gravity) * tall**3
    messages = extrapolated(f"outside film, {shape}: Rayleigh number", rayleigh, body.natural_range)
    moving = np.asarray(current_speed, float)
    reynolds = moving * size / properties.kinematic_viscosity
    if np.any(moving > 0):
        messages += extrapolated(f"outside film, {shape}: Reynolds number", reynolds, body.forced_range)
    prandtl = Range(0.7, 60.0, "water and gas data of these correlations")
    return messages + extrapolated(f"outside film, {shape}: Prandtl number", properties.prandtl, prandtl)
