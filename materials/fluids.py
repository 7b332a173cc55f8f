"""The fluids by name."""

from collections.abc import Callable

from jamsu.materials.fluid import Fluid
from jamsu.materials.gases import AIR, NITROGEN
from jamsu.materials.lookup import look_up
from jamsu.materials.oil import DIELECTRIC_OIL
from jamsu.materials.seawater import seawater

__all__ = ["Fluid", "fluid_names", "get_fluid"]

_FLUIDS: dict[str, Callable[[float], Fluid]] = {
    "nitrogen": lambda salinity: NITROGEN,
    "air": lambda salinity: AIR,
    "dielectric-oil": lambda salinity: DIELECTRIC_OIL,
    "seawater": seawater,
}


def fluid_names() -> tuple[str, ...]:
    """All names that `get_fluid` knows."""
    return tuple(_FLUIDS)


def get_fluid(name: str, salinity: float = 35.0) -> Fluid:
    """The fluid of that name; `salinity` (practical) matters to seawater only.

    Raises KeyError with the nearest names if there is none, ValueError for a negative salinity of seawater.
    """
    return look_up("fluid", name, _FLUIDS)(salinity)
