"""Properties of fluids and solids, as functions JAX can trace, and where each number comes from."""

from jamsu.materials import fouling, seawater
from jamsu.materials.fluids import Fluid, filling_names, get_fluid, is_gas
from jamsu.materials.fouling import Fouling, fouling_names, fouling_resistance, get_fouling, growing_resistance
from jamsu.materials.ranges import RangeWarning
from jamsu.materials.solids import Solid, get_solid, solid_names

__all__ = [
    "Fluid",
    "Fouling",
    "RangeWarning",
    "Solid",
    "filling_names",
    "fouling",
    "fouling_names",
    "fouling_resistance",
    "get_fluid",
    "get_fouling",
    "get_solid",
    "growing_resistance",
    "is_gas",
    "seawater",
    "solid_names",
]
