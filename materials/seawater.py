"""Seawater at the pressure of the sea surface, as functions of in-situ temperature (K) and salinity.

Salinity is practical salinity, a number close to g/kg; the thermodynamic functions convert it to Absolute
Salinity by 35.16504/35, without the regional anomaly (below 0.03 g/kg, 2e-5 of density).

Each 100 m of depth adds 0.045 % to the density, takes 0.07 % off the heat capacity and adds 1.1 % to the
expansion (at 10 degC); at the 10 to 60 m of today's modules that is left out.

All functions can be traced (jit, grad, vmap), in single and double precision; `check` names what is out of
range among concrete values.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
import numpy as np
from jaxtyping import Array, ArrayLike, Float

from jamsu.materials import gibbs
from jamsu.materials.fluid import Fluid, Property, of_temperature
from jamsu.materials.ranges import range_messages

ZERO_CELSIUS = 273.15
TEMPERATURE_RANGE = (271.15, 313.15)
"""K: TEOS-10 holds from the freezing point to 40 degC"""
SALINITY_RANGE = (0.0, 42.0)
"""practical salinity: TEOS-10 holds to 42 g/kg Absolute Salinity"""

AIR_DEPRESSION = 2.4e-3
"""K: by how much air, dissolved to saturation, lowers the freezing point of fresh water (TEOS-10)"""
FREEZING_UNCERTAINTY = 1e-3
"""K: within which the freezing point is known (the polynomial below leaves TEOS-10 by up to 6e-4 K)"""

SOURCE = (
    "TEOS-10 (IAPWS R13-08) density, heat capacity, expansion; viscosity of Sharqawy, Lienhard and Zubair"
    " (2010); conductivity of Sharqawy (2013) as in Nayar et al. (2016)"
)

_FREEZING = (
    0.002519,
    -5.946302841607319,
    4.136051661346983,
    -11.15150523403847,
    14.76878746184548,
    -10.88873263630961,
    2.961018839640730,
)
"""TEOS-10 freezing temperature, powers of sqrt(S_A/100) after a constant and a first factor S_A/100"""

_State = tuple[Float[Array, "..."], Float[Array, "..."]]


def _state(temperature: ArrayLike, salinity: ArrayLike) -> _State:
    """Temperature (degC) and practical salinity as floating-point arrays of their common shape."""
    values = jnp.broadcast_arrays(jnp.asarray(temperature) - ZERO_CELSIUS, jnp.asarray(salinity) * 1.0)
    return values[0], values[1]


def density(temperature: ArrayLike, salinity: ArrayLike) -> Property:
    """Density 1/(dg/dp) (kg/m3), TEOS-10; -1 to 40 degC, salinity 0 to 42."""
    t, s = _state(temperature, salinity)
    return 1.0 / gibbs.specific_volume(s * gibbs.REFERENCE_SALINITY, t)


def heat_capacity(temperature: ArrayLike, salinity: ArrayLike) -> Property:
    """Specific heat capacity at constant pressure -T d2g/dT2 (J/(kg K)), TEOS-10."""
    t, s = _state(temperature, salinity)
    return -(t + ZERO_CELSIUS) * gibbs.energy_curvature(s * gibbs.REFERENCE_SALINITY, t)


def expansion(temperature: ArrayLike, salinity: ArrayLike) -> Property:
    """Thermal expansion (1/v) dv/dT (1/K) at constant in-situ pressure and salinity, TEOS-10.

    Negative below the temperature of greatest density (4 degC in fresh water; never in the sea).
    """
    t, s = _state(temperature, salinity)
    absolute = s * gibbs.REFERENCE_SALINITY
    return gibbs.volume_slope(absolute, t) / gibbs.specific_volume(absolute, t)


def viscosity(temperature: ArrayLike, salinity: ArrayLike) -> Property:
    """Dynamic viscosity (Pa s).

    M. H. Sharqawy, J. H. Lienhard V, S. M. Zubair, Desalin. Water Treat. 16 (2010) 354-380, eqs. 22 and 23;
    0 to 180 degC, 0 to 150 g/kg, stated accuracy 1.5 %.
    """
    t, salinity_number = _state(temperature, salinity)
    s = 1e-3 * salinity_number
    water = 4.2844e-5 + 1.0 / (0.157 * (t + 64.993) ** 2 - 91.296)
    a = 1.541 + 1.998e-2 * t - 9.52e-5 * t**2
    b = 7.974 - 7.561e-2 * t + 4.724e-4 * t**2
    return water * (1.0 + a * s + b * s**2)


def conductivity(temperature: ArrayLike, salinity: ArrayLike) -> Property:
    """Thermal conductivity (W/(m K)).

    M. H. Sharqawy, Desalination 313 (2013) 97-104, as in K. G. Nayar et al., Desalination 390 (2016) 1-24,
    at 0.1 MPa; stated for 10 to 90 degC and 0 to 120 g/kg, accuracy 2.6 %. Between 5 and 30 degC (salinity
    35) it is within 0.1 % of the IAPWS guideline G14-19; below 5 degC it is an extrapolation.
    """
    t, s = _state(temperature, salinity)
    r = (t + ZERO_CELSIUS) / 300.0
    water = (
        0.797015135 * r**-0.193823894
        - 0.251242021 * r**-4.7166384
        + 0.0964365893 * r**-6.38463554
        - 0.0326956491 * r**-2.13362102
    )
    return water / (1.0 + 2.2e-4 * s)


def prandtl(temperature: ArrayLike, salinity: ArrayLike) -> Property:
    """Prandtl number mu cp / k (-)."""
    heat = viscosity(temperature, salinity) * heat_capacity(temperature, salinity)
    return heat / conductivity(temperature, salinity)


def coldest_liquid(salinity: float) -> float:
    """Temperature (K) below which the sea is certainly ice; fresh water at 0 degC counts as liquid.

    It is the freezing point of air-saturated water (GSW library 3, `gsw_t_freezing`: 2.4 mK below the point of air-free
    water, half of it in the ocean), less its uncertainty.
    """
    air = AIR_DEPRESSION - 0.5e-3 * salinity / 35.0
    # NumPy doubles: single precision leaves a few hundredths of a millikelvin of a temperature near 273 K.
    absolute = 0.01 * gibbs.REFERENCE_SALINITY * np.float64(salinity)
    below = np.polynomial.Polynomial(_FREEZING[1:])(np.sqrt(absolute)) * absolute
    return float(ZERO_CELSIUS + _FREEZING[0] + below - air - FREEZING_UNCERTAINTY)


def densest_temperature(salinity: float) -> float | None:
    """Temperature (K) of greatest density, below which seawater expands as it cools; None where ice forms first.

    There the expansion of TEOS-10 changes its sign: at 3.98 degC in fresh water, 0.2 K lower with each g/kg, at the
    freezing point with 24.7 g/kg.
    """
    celsius = np.linspace(coldest_liquid(salinity) - ZERO_CELSIUS, 5.0, 600)
    slope = np.asarray(expansion(celsius + ZERO_CELSIUS, salinity), float)
    return None if slope[0] >= 0 else ZERO_CELSIUS + float(np.interp(0.0, slope, celsius))


def check(temperature: ArrayLike, salinity: ArrayLike) -> list[str]:
    """Messages on concrete values that are out of range; empty if none is."""
    messages = [
        *range_messages("seawater", "temperature", temperature, TEMPERATURE_RANGE, "K"),
        *range_messages("seawater", "salinity", salinity, SALINITY_RANGE, "g/kg"),
    ]
    allowed = np.clip(np.asarray(salinity, dtype=float), *SALINITY_RANGE)
    margin = np.asarray(temperature, dtype=float) - np.vectorize(coldest_liquid, otypes=[float])(allowed)
    if margin.size and margin.min() < 0:
        messages.append(f"seawater: temperature is {-margin.min():.3g} K below the freezing point")
    return messages


@jax.tree_util.register_static
@dataclass(frozen=True)
class Seawater(Fluid):
    """Seawater of one salinity. The pressure is accepted and left out (see the module's text)."""

    salinity: float

    def density(self, temperature: ArrayLike, pressure: ArrayLike) -> Property:
        return density(of_temperature(temperature, pressure), self.salinity)

    def heat_capacity(self, temperature: ArrayLike, pressure: ArrayLike) -> Property:
        return heat_capacity(of_temperature(temperature, pressure), self.salinity)

    def viscosity(self, temperature: ArrayLike, pressure: ArrayLike) -> Property:
        return viscosity(of_temperature(temperature, pressure), self.salinity)

    def conductivity(self, temperature: ArrayLike, pressure: ArrayLike) -> Property:
        return conductivity(of_temperature(temperature, pressure), self.salinity)

    def expansion(self, temperature: ArrayLike, pressure: ArrayLike) -> Property:
        return expansion(of_temperature(temperature, pressure), self.salinity)

    def check(self, temperature: ArrayLike, pressure: ArrayLike) -> list[str]:
        in_depth = range_messages(self.name, "pressure", pressure, self.pressure_range, "Pa")
        return [*check(temperature, self.salinity), *in_depth]


def seawater(salinity: float) -> Seawater:
    """Seawater of a practical salinity as a `Fluid`, for pressures to 2.1 MPa (200 m).

    Raises ValueError if the salinity is negative or not a number.
    """
    if not salinity >= 0:
        raise ValueError(f"salinity must be zero or more, got {salinity!r}")
    return Seawater(
        name="seawater",
        source=SOURCE,
        temperature_range=TEMPERATURE_RANGE,
        pressure_range=(5e4, 2.1e6),
        salinity=float(salinity),
    )
