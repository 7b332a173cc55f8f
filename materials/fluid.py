"""The interface that every fluid offers to the solver."""

from abc import ABC, abstractmethod
from dataclasses import dataclass

import jax.numpy as jnp
from jaxtyping import Array, ArrayLike, Float

from jamsu.materials.ranges import range_messages, warn_range

Property = Float[Array, "..."]


@dataclass(frozen=True)
class Fluid(ABC):
    """A fluid as functions of temperature (K) and absolute pressure (Pa).

    Both arguments may be numbers or arrays that broadcast against each other; every result has their common
    shape. All property methods can be traced (jit, grad, vmap), in single and double precision. They do not
    check ranges, since a traced value has none: call `check` or `warn` with concrete values.

    A fluid is a static, hashable value: two equal fluids share compiled code.
    """

    name: str
    source: str
    temperature_range: tuple[float, float]
    """K"""
    pressure_range: tuple[float, float]
    """Pa, absolute"""

    @abstractmethod
    def density(self, temperature: ArrayLike, pressure: ArrayLike) -> Property:
        """Density (kg/m3)."""

    @abstractmethod
    def heat_capacity(self, temperature: ArrayLike, pressure: ArrayLike) -> Property:
        """Specific heat capacity at constant pressure (J/(kg K))."""

    @abstractmethod
    def viscosity(self, temperature: ArrayLike, pressure: ArrayLike) -> Property:
        """Dynamic viscosity (Pa s)."""

    @abstractmethod
    def conductivity(self, temperature: ArrayLike, pressure: ArrayLike) -> Property:
        """Thermal conductivity (W/(m K))."""

    @abstractmethod
    def expansion(self, temperature: ArrayLike, pressure: ArrayLike) -> Property:
        """Thermal expansion -(1/rho) (d rho/d T) at constant pressure (1/K)."""

    def kinematic_viscosity(self, temperature: ArrayLike, pressure: ArrayLike) -> Property:
        """Kinematic viscosity mu / rho (m2/s)."""
        return self.viscosity(temperature, pressure) / self.density(temperature, pressure)

    def diffusivity(self, temperature: ArrayLike, pressure: ArrayLike) -> Property:
        """Thermal diffusivity k / (rho cp) (m2/s)."""
        volumetric = self.density(temperature, pressure) * self.heat_capacity(temperature, pressure)
        return self.conductivity(temperature, pressure) / volumetric

    def prandtl(self, temperature: ArrayLike, pressure: ArrayLike) -> Property:
        """Prandtl number mu cp / k (-)."""
        heat = self.viscosity(temperature, pressure) * self.heat_capacity(temperature, pressure)
        return heat / self.conductivity(temperature, pressure)

    def check(self, temperature: ArrayLike, pressure: ArrayLike) -> list[str]:
        """Messages on concrete values that are out of range, one a quantity; empty if none is."""
        return [
            *range_messages(self.name, "temperature", temperature, self.temperature_range, "K"),
            *range_messages(self.name, "pressure", pressure, self.pressure_range, "Pa"),
        ]

    def warn(self, temperature: ArrayLike, pressure: ArrayLike) -> None:
        """Send every message of `check` as a `RangeWarning`."""
        warn_range(self.check(temperature, pressure))


def of_temperature(temperature: ArrayLike, pressure: ArrayLike) -> Property:
    """The temperature, brought to the shape it shares with a pressure that a property does not depend on."""
    values = jnp.asarray(temperature) * 1.0  # whole numbers become floating point
    return jnp.broadcast_to(values, jnp.broadcast_shapes(values.shape, jnp.shape(pressure)))
