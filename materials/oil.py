"""The dielectric oil: a hydrotreated white mineral oil, the class of the first immersion-cooled data centres.

The numbers belong to one product of the class with a full published data sheet, Paratherm NF (Paratherm
2013), as fitted by M. Skovrup (2013) and carried by CoolProp 8.0.0 as INCOMP::PNF2. It is sold as a
heat-transfer oil, not as a dielectric, and stands for the class. Early white oils had its viscosity, 19 mm2/s at
40 degC; coolants made for immersion since (gas-to-liquid, polyalphaolefin) are two to four
times thinner, and conduct 0.13 to 0.145 W/(m K) where this one conducts 0.10 (general knowledge, not
checked). Results for such a product need its own data sheet.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jaxtyping import ArrayLike

from jamsu.materials.fluid import Fluid, Property, of_temperature

_CENTRE = 428.15
"""K; temperature from which the polynomials below count"""


@jax.tree_util.register_static
@dataclass(frozen=True)
class Oil(Fluid):
    """A liquid whose properties depend on temperature alone.

    Cubics in T - 428.15 K for density, heat capacity and conductivity;
    mu = exp(m) (1/(T - T0) + 1/(T - T0)^2)^n for the viscosity.
    """

    density_fit: tuple[float, float, float, float]
    """kg/m3 and powers of 1/K"""
    heat_capacity_fit: tuple[float, float, float, float]
    """J/(kg K) and powers of 1/K"""
    conductivity_fit: tuple[float, float, float, float]
    """W/(m K) and powers of 1/K"""
    viscosity_fit: tuple[float, float, float]
    """T0 (K), n (-), m (-)"""

    def density(self, temperature: ArrayLike, pressure: ArrayLike) -> Property:
        return _cubic(self.density_fit, temperature, pressure)

    def heat_capacity(self, temperature: ArrayLike, pressure: ArrayLike) -> Property:
        return _cubic(self.heat_capacity_fit, temperature, pressure)

    def conductivity(self, temperature: ArrayLike, pressure: ArrayLike) -> Property:
        return _cubic(self.conductivity_fit, temperature, pressure)

    def viscosity(self, temperature: ArrayLike, pressure: ArrayLike) -> Property:
        offset, power, level = self.viscosity_fit
        x = 1.0 / (of_temperature(temperature, pressure) - offset)
        return jnp.exp(level + power * jnp.log(x + x**2))

    def expansion(self, temperature: ArrayLike, pressure: ArrayLike) -> Property:
        _, first, second, third = self.density_fit
        slope = _cubic((first, 2.0 * second, 3.0 * third, 0.0), temperature, pressure)
        return -slope / self.density(temperature, pressure)


def _cubic(fit: tuple[float, float, float, float], temperature: ArrayLike, pressure: ArrayLike) -> Property:
    x = of_temperature(temperature, pressure) - _CENTRE
    a, b, c, d = fit
    return a + x * (b + x * (c + x * d))


DIELECTRIC_OIL = Oil(
    name="dielectric-oil",
    source=(
        "hydrotreated white mineral oil: data sheet of Paratherm NF (Paratherm 2013) as fitted by Skovrup"
        " (2013), CoolProp INCOMP::PNF2; stands for the class, not for one immersion coolant"
    ),
    temperature_range=(273.15, 373.15),
    pressure_range=(1e4, 2.1e6),
    density_fit=(797.2963, -0.6647276, -1.010632e-4, 5.776002e-8),
    heat_capacity_fit=(2531.432, 5.136381, 3.978864e-6, 5.066952e-7),
    conductivity_fit=(0.09743428, -5.076714e-5, 3.127387e-8, -3.788073e-12),
    viscosity_fit=(240.0889, 2.880136, 8.230876),
)
