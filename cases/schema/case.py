"""The schema of a case: what may stand in a case file, with units and meaning.

`Case` holds the models of the other modules of this folder. Attributes are SI floats (temperatures in kelvin); in
the file they are texts with units. Every model is frozen and refuses unknown keys. `Case.to_toml` writes the
case as a file that loads to an equal case.
"""

from __future__ import annotations

from typing import Any

import tomli_w
from pydantic import Field, ValidationInfo, field_validator

from jamsu.cases.schema.base import Frozen, Name
from jamsu.cases.schema.cooling import Arrangement, Coil, Cooler, Liquid, Loop, Opening, in_mass_flow
from jamsu.cases.schema.objects import Block, Fan, Panel
from jamsu.cases.schema.probes import Probe
from jamsu.cases.schema.racks import Rack, Servers
from jamsu.cases.schema.site import Site
from jamsu.cases.schema.solver import Solver
from jamsu.cases.schema.vessel import BoxVessel, CylinderVessel, Layer, SphereVessel, StlVessel, Vessel

_LAND_TEMPERATURE = 288.15  # K; never read: a case without coils, hull or liquid loop to the sea has no site


class Case(Frozen):
    """A submerged module (or a room), its site and how it is to be solved."""

    name: Name = Field(description="Short name; results are called after it (default: the file's name).")
    title: str = Field(default="", description="One line for titles.")
    description: str = Field(default="", description="What the case is and where its numbers come from.")
    site: Site = Field(
        default_factory=lambda: Site.model_construct(seawater_temperature=_LAND_TEMPERATURE),
        description="The sea. May be left out only where nothing gives heat to it.",
    )
    vessel: Vessel = Field(description="The vessel or room.")
    racks: dict[Name, Rack] = Field(default_factory=dict, description="Racks by name.")
    coils: dict[Name, Coil] = Field(default_factory=dict, description="Gas-to-seawater coils by name.")
    coolers: dict[Name, Cooler] = Field(default_factory=dict, description="Cooling units of a room by name.")
    fans: dict[Name, Fan] = Field(default_factory=dict, description="Fans by name.")
    panels: dict[Name, Panel] = Field(default_factory=dict, description="Thin panels by name.")
    blocks: dict[Name, Block] = Field(default_factory=dict, description="Solid blocks by name.")
    probes: dict[Name, Probe] = Field(default_factory=dict, description="Places at which the gas is told, by name.")
    loop: Loop = Field(default_factory=Loop, description="The seawater circuit of the coils.")
    liquid: Liquid | None = Field(default=None, description="Direct liquid cooling; needed where a liquid_share is.")
    solver: Solver = Field(default_factory=Solver, description="How the case is solved.")

    @field_validator("coils", mode="before")
    @classmethod
    def _coil_mass_flows(cls, value: Any, info: ValidationInfo) -> Any:
        site = info.data.get("site")
        if not isinstance(value, dict) or site is None:
            return value
        return {name: in_mass_flow(table, lambda: _sea_density(site)) for name, table in value.items()}

    @field_validator("liquid", mode="before")
    @classmethod
    def _liquid_mass_flow(cls, value: Any, info: ValidationInfo) -> Any:
        site = info.data.get("site")
        return value if site is None else in_mass_flow(value, lambda: _sea_density(site))

    @property
    def it_power(self) -> float:
        """Electrical power of all racks, W."""
        return sum(rack.power for rack in self.racks.values())

    @property
    def solids(self) -> dict[str, Block]:
        """The blocks that conduct heat."""
        return {name: block for name, block in self.blocks.items() if not block.adiabatic}

    @property
    def water_order(self) -> tuple[str, ...]:
        """Names of the coils in the order in which the water meets them."""
        return self.loop.order or tuple(self.coils)

    def to_tree(self) -> dict[str, Any]:
        """The case as the nested dictionary that a case file holds: every value, defaults too, with units."""
        tree = self.model_dump(exclude_none=True)
        return {key: value for key, value in tree.items() if value != {}}

    def to_toml(self) -> str:
        """The case as a TOML file that loads to an equal case (overrides applied, `like` spelled out)."""
        return tomli_w.dumps(self.to_tree())


def _sea_density(site: Site) -> float:
    from jamsu.materials import seawater

    return float(seawater.density(site.seawater_temperature, site.salinity))


__all__ = [
    "Arrangement",
    "Block",
    "BoxVessel",
    "Case",
    "Coil",
    "Cooler",
    "CylinderVessel",
    "Fan",
    "Layer",
    "Liquid",
    "Loop",
    "Opening",
    "Panel",
    "Probe",
    "Rack",
    "Servers",
    "Site",
    "Solver",
    "SphereVessel",
    "StlVessel",
    "Vessel",
]
