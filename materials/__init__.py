"""Properties of fluids and solids, as functions JAX can trace, and where each number comes from."""

from jamsu.materials import seawater
from jamsu.materials.fluids import Fluid, filling_names, get_fluid, is_gas
from jamsu.materials.fouling import fouling_resistance
from jamsu.materials.ranges import RangeWarning
from jamsu.materials.solids import Solid, get_solid, solid_names

__all__ = [
    "Fluid",
    "RangeWarning",
    "Solid",
    "filling_names",
    "fouling_resistance",
    "get_fluid",
    "get_solid",
    "is_gas",
    "seawater",
    "solid_names",
]
