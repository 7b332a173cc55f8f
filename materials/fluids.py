"""The fluids by name."""

from collections.abc import Callable

from jamsu.materials.fluid import Fluid
from jamsu.materials.gases import AIR, NITROGEN, Gas
from jamsu.materials.lookup import look_up
from jamsu.materials.oil import DIELECTRIC_OIL
from jamsu.materials.seawater import seawater

__all__ = ["FLUIDS", "Fluid", "filling_names", "get_fluid", "is_gas"]

FLUIDS: dict[str, Callable[[float], Fluid]] = {
    "nitrogen": lambda salinity: NITROGEN,
    "air": lambda salinity: AIR,
    "dielectric-oil": lambda salinity: DIELECTRIC_OIL,
    "seawater": seawater,
}


def filling_names() -> tuple[str, ...]:
    """Names of the fluids that may fill a vessel: all but the sea."""
    return tuple(name for name in FLUIDS if name != "seawater")


def is_gas(name: str) -> bool:
    """Whether the fluid of that name is a gas."""
    return isinstance(get_fluid(name), Gas)


def get_fluid(name: str, salinity: float = 35.0) -> Fluid:
    """The fluid of that name; `salinity` (practical) matters to seawater only.

    Raises:
      KeyError: no such fluid; the message has the nearest names.
      ValueError: a negative salinity of seawater.
    """
    return look_up("fluid", name, FLUIDS)(salinity)
