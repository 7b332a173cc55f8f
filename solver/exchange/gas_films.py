"""Film coefficients on the hull's inside: local, from what the flow solver knows at the first gas cell.

Speed, distance and temperature difference of the cell give a forced film by the law of the wall and a natural one,
blended. All functions are traceable in single and double precision; numbers outside the data are reported by
`check_gas_film`, never silently clipped.
"""

import jax.numpy as jnp
import numpy as np
from jax import Array

from jamsu.solver.exchange.outside_films import (
    GRAVITY,
    FilmProperties,
    Range,
    Real,
    extrapolated,
    mixed,
    rayleigh_per_volume,
)
from jamsu.solver.turbulence.wall_law import kader_temperature, turbulent_friction_velocity, wall_distance_units

_SMALLEST_RAYLEIGH_PER_VOLUME = 1.0  # 1/m3; a root has no slope at 0, and below it convection is nothing


def gas_forced_film(
    properties: FilmProperties, speed: Real, distance: Real, turbulent_energy: Real | None = None
) -> Array:
    """Film (W/(m2 K)) from the speed at the first cell: wall functions of momentum and heat. Traceable.

        h = rho cp u_tau / Theta+(y+)  =  (k / y) Pr y+ / Theta+

    with y+ from `wall_distance_units`, or where a turbulence model knows the cell's turbulent kinetic energy (m2/s2)
    from `turbulent_friction_velocity`, and Theta+ from `kader_temperature`. It ends in plain conduction
    k / y as the gas comes to rest or the cell reaches the viscous sublayer.
    """
    viscosity = properties.kinematic_viscosity
    if turbulent_energy is None:
        y_plus = wall_distance_units(speed, distance, viscosity)
    else:
        given = (jnp.asarray(value) for value in (turbulent_energy, speed, distance, viscosity))
        y_plus = jnp.maximum(turbulent_friction_velocity(*given)[0] * distance / viscosity, 1e-6)
    enhancement = properties.prandtl * y_plus / kader_temperature(y_plus, properties.prandtl)
    return jnp.multiply(properties.conductivity / distance, enhancement)


def gas_natural_film(
    properties: FilmProperties,
    temperature_difference: Real,
    inclination: Real = 0.0,
    gravity: float = GRAVITY,
) -> Array:
    """Local film (W/(m2 K)) of turbulent natural convection, independent of any length. Traceable.

        h = C f k (g beta |dT| / (nu alpha))^(1/3),   C = 0.150 / [1 + (0.492/Pr)^(9/16)]^(16/27)
        f = 7.238 / (7.238 - |n_z|) where the layer is unstable, 1.382 / (1.382 + |n_z|) where it is stable

    C is the limit of high Ra of Churchill & Chu's vertical plate (1975): 0.105 at Pr = 0.71, between the
    0.10 of McAdams (1954) and the 0.11 of ASHRAE's 1.31 |dT|^(1/3) for air. f is the tilt of Walton (1983),
    Thermal Analysis Research Program, NBSIR 83-2655, as in EnergyPlus, made dimensionless by its own
    vertical wall: 1.16 at an unstable horizontal surface, 0.58 at a stable one. It holds for walls taller than
    about 1 m at some K (Ra > 1e9).

    Args:
        temperature_difference: T_gas - T_wall (K), with its sign.
        inclination: z component n_z of the unit normal that points OUT of the gas: 0 a vertical wall, +1 a
            ceiling, -1 a floor. Warm gas under a cold ceiling is unstable, over a cold floor stable.
    """
    prandtl_factor = (1.0 + (0.492 / properties.prandtl) ** (9 / 16)) ** (16 / 27)
    rayleigh = rayleigh_per_volume(properties, temperature_difference, gravity)
    vertical = 0.387**2 / prandtl_factor * jnp.cbrt(jnp.maximum(rayleigh, _SMALLEST_RAYLEIGH_PER_VOLUME))
    tilt = jnp.abs(inclination)
    unstable = inclination * jnp.sign(temperature_difference) > 0
    factor = jnp.where(unstable, 7.238 / (7.238 - tilt), 1.382 / (1.382 + tilt))
    return jnp.multiply(properties.conductivity, vertical * factor)


def gas_film(
    properties: FilmProperties,
    speed: Real,
    distance: Real,
    temperature_difference: Real,
    inclination: Real = 0.0,
    gravity: float = GRAVITY,
    turbulent_energy: Real | None = None,
) -> Array:
    """Film coefficient (W/(m2 K)) between the hull and the first gas cell, per patch. Traceable.

        h = (h_forced^3 + h_natural^3)^(1/3)        Churchill, AIChE J. 23 (1977) 10, assisting flow

    The parts are `gas_forced_film`, which ends in conduction k / distance, and `gas_natural_film`. Two equal parts
    give 26 % more than one: the blend may overrate by that much where the flow solver already resolves the
    buoyant layer. The film is convection only, without radiation.

    Args:
        properties: gas at the film temperature, per patch or uniform.
        speed: speed of the gas at the cell along the wall (m/s), >= 0.
        distance: distance from the cell to the wall (m), > 0.
        temperature_difference: T_gas - T_wall (K), with its sign.
        inclination: z component of the unit normal out of the gas (see `gas_natural_film`).
        gravity: m/s2; 0 leaves the forced film.
        turbulent_energy: k of the cell where the flow solver has it, m2/s2.
    """
    natural = gas_natural_film(properties, temperature_difference, inclination, gravity)
    return mixed(natural, gas_forced_film(properties, speed, distance, turbulent_energy), 3.0)


def check_gas_film(
    properties: FilmProperties,
    speed: Real,
    distance: Real,
    temperature_difference: Real,
    height: Real | None = None,
    gravity: float = GRAVITY,
) -> list[str]:
    """One-line messages where `gas_film` leaves its data; empty when inside.

    It takes concrete arrays only. `height` of the wall (m), where known, shows whether natural convection is
    turbulent.
    """
    y_plus = wall_distance_units(speed, distance, properties.kinematic_viscosity)
    messages = extrapolated("inside film: y+ of the first cell", y_plus, Range(0.0, 1000.0, "log layer, Kader 1981"))
    prandtl = Range(0.6, 4e4, "Churchill-Chu 1975, Kader 1981")
    messages += extrapolated("inside film: Prandtl number", properties.prandtl, prandtl)
    if height is not None:
        rayleigh = rayleigh_per_volume(properties, temperature_difference, gravity) * height**3
        messages += extrapolated(
            "inside film: Rayleigh number on the height",
            np.max(rayleigh),
            Range(1e9, 1e13, "turbulent natural film"),
        )
    return messages
