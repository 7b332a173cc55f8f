"""The site: the state of the sea around the module."""

from __future__ import annotations

from pydantic import Field, model_validator

from jamsu.cases.schema.base import Frozen, key_error
from jamsu.cases.schema.quantities import Depth, Salinity, SeaTemperature, Speed


class Site(Frozen):
    """The sea at the module. Uniform and steady: one temperature, salinity and current."""

    name: str = Field(default="", description="Name of the place, for titles; no effect on the answer.")
    depth: Depth = Field(default=10.0, description="Depth of the module below the surface, m.")
    seawater_temperature: SeaTemperature = Field(description="Temperature of the sea at that depth, K.")
    salinity: Salinity = Field(default=35.0, description="Salinity of the sea, g/kg (practical salinity).")
    current_speed: Speed = Field(default=0.0, description="Speed of the current across the hull, m/s.")

    @model_validator(mode="after")
    def _no_ice(self) -> Site:
        from jamsu.materials import seawater

        coldest = seawater.coldest_liquid(self.salinity)
        if self.seawater_temperature < coldest:
            limit = f"{coldest - 273.15:.3f} degC at {self.salinity:g} g/kg"
            raise key_error("seawater_temperature", f"below the sea's freezing point, {limit}")
        return self
