"""The site: the state of the sea around the module."""

from __future__ import annotations

from pydantic import Field

from cases.schema.base import Frozen
from cases.schema.quantities import Depth, Salinity, SeaTemperature, Speed


class Site(Frozen):
    """The sea at the module. Uniform and steady: one temperature, salinity and current."""

    name: str = Field(default="", description="Name of the place, for titles; no effect on the answer.")
    depth: Depth = Field(default=10.0, description="Depth of the module below the surface, m.")
    seawater_temperature: SeaTemperature = Field(description="Temperature of the sea at that depth, K.")
    salinity: Salinity = Field(default=35.0, description="Salinity of the sea, g/kg (practical salinity).")
    current_speed: Speed = Field(default=0.0, description="Speed of the current across the hull, m/s.")
