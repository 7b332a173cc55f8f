"""Nitrogen and air: a virial equation of state and published transport correlations.

Density    p v = R T + B(T) p, one virial coefficient: it differs from the equations of state of Span et al. (2000) and
           Lemmon et al. (2000) by less than 0.02 % up to 6 bar (the ideal gas: by up to 0.6 %).
cp         ideal-gas cp(T) - p T B''(T), which that equation of state implies.
Transport  Lemmon & Jacobsen (2004): the dilute gas, and the part of the residual that is linear in density.
"""

from dataclasses import dataclass

import jax
import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float

from jamsu.materials.fluid import Fluid, Property

GAS_CONSTANT = 8.31451
"""J/(mol K); the value that the equations of state below were made with (the 2018 one is 6 ppm larger)."""

_SCALE = 300.0
"""K; temperature by which those in the fits below are divided"""

_COLLISION = (0.431, -0.4623, 0.08406, 0.005341, -0.00331)
"""Lemmon & Jacobsen (2004), table II: collision integral, ln Omega = sum b_i (ln(T k/eps))^i."""

Terms = tuple[tuple[float, float], ...]


def _polynomial(coefficients: tuple[float, ...], x: Float[Array, "..."]) -> Float[Array, "..."]:
    """sum c_n x^n by Horner's rule."""
    total = jnp.full_like(x, coefficients[-1])
    for coefficient in coefficients[-2::-1]:
        total = total * x + coefficient
    return total


@jax.tree_util.register_static
@dataclass(frozen=True)
class Gas(Fluid):
    """A gas at low density: second virial coefficient, dilute-gas transport and its first density term.

    Transport after E. W. Lemmon and R. T. Jacobsen, Int. J. Thermophys. 25 (2004) 21-69, with
    tau = Tc/T and delta = rho/rho_c, viscosity in micropascal seconds, conductivity in mW/(m K):
    eta0 = 0.0266958 sqrt(M T)/(sigma^2 Omega) (eq. 2), lambda0 = N1 eta0 + N2 tau^t2 + N3 tau^t3 (eq. 5),
    and delta sum N tau^t for the linear part of the residuals (eqs. 3 and 6).
    """

    molar_mass: float
    """kg/mol"""
    heat_capacity_fit: tuple[float, ...]
    """ideal-gas cp/R = sum a_n (T/300 K)^n"""
    virial_fit: tuple[float, ...]
    """second virial coefficient (cm3/mol) = sum b_n (300 K/T)^n"""
    collision_diameter: float
    """sigma (nm)"""
    collision_temperature: float
    """eps/k (K)"""
    critical_temperature: float
    """K (air: of the maxcondentherm)"""
    critical_density: float
    """mol/m3 (air: of the maxcondentherm)"""
    viscosity_density_terms: Terms
    """(N, t) of each residual viscosity term linear in density"""
    conductivity_dilute: tuple[float, Terms]
    """N1, and (N, t) of the two further terms"""
    conductivity_density_terms: Terms
    """(N, t) of each residual conductivity term linear in density"""

    @property
    def specific_gas_constant(self) -> float:
        """R/M (J/(kg K))."""
        return GAS_CONSTANT / self.molar_mass

    def _virial(self, temperature: Property) -> tuple[Property, Property, Property]:
        """B (m3/kg), dB/dT and d2B/dT2."""
        x = _SCALE / temperature
        b = self.virial_fit
        # d/dT x^n = -n x^n / T, and again: n (n + 1) x^n / T^2.
        first = tuple(-n * c for n, c in enumerate(b))
        second = tuple(n * (n + 1) * c for n, c in enumerate(b))
        unit = 1e-6 / self.molar_mass
        return (
            unit * _polynomial(b, x),
            unit * _polynomial(first, x) / temperature,
            unit * _polynomial(second, x) / temperature**2,
        )

    def _state(self, temperature: ArrayLike, pressure: ArrayLike) -> tuple[Property, Property]:
        """Temperature and pressure as floating-point arrays of their common shape."""
        values = jnp.broadcast_arrays(jnp.asarray(temperature) * 1.0, jnp.asarray(pressure) * 1.0)
        return values[0], values[1]

    def density(self, temperature: ArrayLike, pressure: ArrayLike) -> Property:
        """rho = p/(R T + B p) (kg/m3)."""
        t, p = self._state(temperature, pressure)
        return p / (self.specific_gas_constant * t + self._virial(t)[0] * p)

    def expansion(self, temperature: ArrayLike, pressure: ArrayLike) -> Property:
        """(R + p dB/dT)/(R T + p B) (1/K)."""
        t, p = self._state(temperature, pressure)
        virial, slope, _ = self._virial(t)
        constant = self.specific_gas_constant
        return (constant + p * slope) / (constant * t + p * virial)

    def heat_capacity(self, temperature: ArrayLike, pressure: ArrayLike) -> Property:
        """cp = cp0(T) - p T d2B/dT2 (J/(kg K))."""
        t, p = self._state(temperature, pressure)
        ideal = self.specific_gas_constant * _polynomial(self.heat_capacity_fit, t / _SCALE)
        return ideal - p * t * self._virial(t)[2]

    def viscosity(self, temperature: ArrayLike, pressure: ArrayLike) -> Property:
        """Dynamic viscosity (Pa s), Lemmon & Jacobsen (2004)."""
        t, p = self._state(temperature, pressure)
        residual = self._density_part(self.viscosity_density_terms, t, p)
        return 1e-6 * (self._dilute_viscosity(t) + residual)

    def conductivity(self, temperature: ArrayLike, pressure: ArrayLike) -> Property:
        """Thermal conductivity (W/(m K)), Lemmon & Jacobsen (2004), without critical enhancement."""
        t, p = self._state(temperature, pressure)
        tau = self.critical_temperature / t
        first, others = self.conductivity_dilute
        dilute = first * self._dilute_viscosity(t)
        for factor, exponent in others:
            dilute = dilute + factor * tau**exponent
        return 1e-3 * (dilute + self._density_part(self.conductivity_density_terms, t, p))

    def _dilute_viscosity(self, temperature: Property) -> Property:
        """Viscosity at zero density (micropascal seconds)."""
        collision = jnp.exp(_polynomial(_COLLISION, jnp.log(temperature / self.collision_temperature)))
        thermal = jnp.sqrt(1e3 * self.molar_mass * temperature)
        return 0.0266958 * thermal / (self.collision_diameter**2 * collision)

    def _density_part(self, terms: Terms, temperature: Property, pressure: Property) -> Property:
        """delta * sum N tau^t."""
        tau = self.critical_temperature / temperature
        delta = self.density(temperature, pressure) / (self.molar_mass * self.critical_density)
        total = jnp.zeros_like(delta)
        for factor, exponent in terms:
            total = total + factor * tau**exponent
        return delta * total


_FITS = (
    "ideal-gas cp and second virial coefficient fitted over 240 to 420 K (largest error 5e-6 and"
    " 0.0004 cm3/mol) to that equation of state as evaluated by CoolProp 8.0.0; viscosity and conductivity"
    " of E. W. Lemmon and R. T. Jacobsen, Int. J. Thermophys. 25 (2004) 21-69"
)

NITROGEN = Gas(
    name="nitrogen",
    source="R. Span et al., J. Phys. Chem. Ref. Data 29 (2000) 1361-1433: " + _FITS,
    temperature_range=(250.0, 400.0),
    pressure_range=(1e4, 6e5),
    molar_mass=0.02801348,
    heat_capacity_fit=(3.44056474, 0.23195779, -0.31653842, 0.16957641, -0.02251645),
    virial_fit=(38.05332742, -21.10534366, -30.58893155, 11.4651364, -2.3779629),
    collision_diameter=0.3656,
    collision_temperature=98.94,
    critical_temperature=126.192,
    critical_density=11183.9,
    viscosity_density_terms=((4.620, 0.3),),
    conductivity_dilute=(1.511, ((2.117, -1.0), (-3.332, -0.7))),
    conductivity_density_terms=((8.862, 0.0),),
)

AIR = Gas(
    name="air",
    source="dry air, E. W. Lemmon et al., J. Phys. Chem. Ref. Data 29 (2000) 331-385: " + _FITS,
    temperature_range=(250.0, 400.0),
    pressure_range=(1e4, 6e5),
    molar_mass=0.02896546,
    heat_capacity_fit=(3.44526601, 0.21590889, -0.36881826, 0.25907763, -0.05107257),
    virial_fit=(34.93320739, -19.70165571, -33.56688693, 13.44880968, -2.87566864),
    collision_diameter=0.360,
    collision_temperature=103.3,
    critical_temperature=132.6312,
    critical_density=10447.7,
    viscosity_density_terms=((10.72, 0.2), (-8.876, 0.6)),
    conductivity_dilute=(1.308, ((1.405, -1.1), (-1.036, -0.3))),
    conductivity_density_terms=((8.743, 0.1),),
)
