"""Seawater in the film on a hull's outside: its properties there, also where its density has a maximum.

Properties are taken at the film temperature T_f, the mean of wall and sea. To second order, the expansion there gives
the whole difference of density: beta(T_f) = -(rho_wall - rho_sea) / (rho (T_wall - T_sea)); its absolute value counts.

Fresh and brackish water is densest at T_m (4 degC to -1.3 degC, for 0 to 24.7 g/kg). Where T_m lies between sea and
wall, the water next to the wall is driven one way and the water further out the other way. The difference of density
passes zero, but the flow does not. There the larger of two expansions counts:

    beta = max(|beta(T_f)|, |beta(T_sea + (T_wall - T_sea)/3)|)

To second order, the second gives the mean buoyancy over the layer,
2 int_0^1 (rho_sea - rho)/rho dphi / (T_wall - T_sea), with phi the share of the way from sea to wall.

With R = (T_m - T_sea)/(T_wall - T_sea), exact laminar layers on an isothermal vertical plate (equations and density
rho_m (1 - a |T - T_m|^1.894816) of B. Gebhart and J. Mollendorf, J. Fluid Mech. 89 (1978) 673 and Deep-Sea Res. 24
(1977) 831; Pr = 11) give these ratios to the Nusselt numbers with this beta:

    R      -1     0      0.06   0.12   0.15   0.30   0.33   0.36   0.40   0.45   0.50   1.0
    ratio  0.96   0.85   0.82   0.77   0.72   0.61   0.78   0.89   1.05   1.10   1.07   1.02

Between R = 0.152 and 0.292 no steady layer was found (V. Carey, B. Gebhart and J. Mollendorf, J. Fluid Mech. 97
(1980) 279). `check_density_maximum` reports R of a hull.
"""

import jax.numpy as jnp
import numpy as np

from jamsu.materials import seawater
from jamsu.materials.seawater import ZERO_CELSIUS
from jamsu.solver.exchange.outside_films import FilmProperties, Real

LAMINAR = {0.0: 0.85, 0.06: 0.82, 0.12: 0.77, 0.15: 0.72, 0.30: 0.61, 0.33: 0.78, 0.36: 0.89, 0.40: 1.05, 0.50: 1.07}
"""R in which water along the wall is driven both ways: Nusselt number of exact laminar layers over the one taken"""


def sea_film_properties(wall_temperature: Real, sea_temperature: Real, salinity: Real) -> FilmProperties:
    """Seawater's properties in the film between a wall and the sea (K, practical salinity); see above. Traceable.

    Returns arrays of the arguments' common shape.
    """
    rise = jnp.asarray(wall_temperature) - sea_temperature
    film = sea_temperature + 0.5 * rise
    expansion = jnp.abs(seawater.expansion(jnp.stack([film, sea_temperature + rise / 3.0]), salinity))
    return FilmProperties(
        conductivity=seawater.conductivity(film, salinity),
        viscosity=seawater.viscosity(film, salinity),
        density=seawater.density(film, salinity),
        heat_capacity=seawater.heat_capacity(film, salinity),
        expansion=jnp.max(expansion, axis=0),
    )


def density_maximum_ratio(wall_temperature: float, sea_temperature: float, salinity: float) -> float | None:
    """R = (T_m - T_sea)/(T_wall - T_sea) from temperatures in K; None for water that freezes before it is densest."""
    densest = seawater.densest_temperature(salinity)
    if densest is None or wall_temperature == sea_temperature:
        return None
    return (densest - sea_temperature) / (wall_temperature - sea_temperature)


def check_density_maximum(wall_temperature: float, sea_temperature: float, salinity: float) -> list[str]:
    """A one-line message where the sea's natural flow along the hull is driven both ways; else an empty list."""
    ratio = density_maximum_ratio(wall_temperature, sea_temperature, salinity)
    if ratio is None or not min(LAMINAR) < ratio < max(LAMINAR):
        return []
    exact = float(np.interp(ratio, list(LAMINAR), list(LAMINAR.values())))
    densest = sea_temperature + ratio * (wall_temperature - sea_temperature) - ZERO_CELSIUS
    return [
        f"outside film: the sea is densest at {densest:.1f} degC, between its own {sea_temperature - ZERO_CELSIUS:.1f} "
        f"and the hull's {wall_temperature - ZERO_CELSIUS:.1f} degC: water along the hull is driven both ways, which "
        f"natural films do not cover; exact laminar layers carry some {exact:.0%} of the film taken"
    ]
