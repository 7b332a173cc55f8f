"""What takes the heat away: coils on the seawater loop, the racks' liquid loop, cooling units."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

from pydantic import Field, model_validator

from jamsu.cases.schema.base import Direction, Frozen, Name, key_error
from jamsu.cases.schema.quantities import (
    Area,
    Conductance,
    FacePoint,
    HeatCapacity,
    Length,
    LossCoefficient,
    MassFlow,
    Position,
    PositiveFlow,
    Power,
    SeaOffset,
    Share,
    Size,
    Temperature,
    ThermalResistance,
    WaterFlow,
    volume_flow,
)

Arrangement = Literal[
    "counter",
    "parallel",
    "cross_both_unmixed_exact",
    "cross_both_unmixed",
    "cross_cmax_mixed",
    "cross_cmin_mixed",
    "cross_both_mixed",
    "shell_and_tube",
    "condenser",
]


HALF = 0.5  # of a heat pipe's resistance on the seawater's side where nothing is said


class Coil(Frozen):
    """A gas-to-seawater exchanger: the rear door of a rack, or standing free.

    A rear door (`rack`, `depth`) covers the rear of its rack and takes the rack's gas flow. A free coil
    (`position`, `size`, `front`) has a fan of its own (`gas_flow`) or lets the gas pass on its own
    (no `gas_flow`, then `gas_loss_coefficient` is needed). With arrangement "condenser" a boiling and
    condensing fluid (gravity heat pipe) lies between gas and sea, its vapour at one temperature: 1/`ua` is the
    resistance from the gas to the sea, of which `water_share` lies on the seawater's side. `water_flow` may be left
    out: the sea itself is then the sink and keeps its temperature.
    """

    rack: Name | None = Field(default=None, description="The rack whose rear door this coil is.")
    depth: Length | None = Field(default=None, description="Thickness of a rear door along the flow, m.")
    position: Position | None = Field(default=None, description="Lower corner of a free coil, m.")
    size: Size | None = Field(default=None, description="Extents of a free coil in x, y, z, m.")
    front: Direction | None = Field(default=None, description="Side of a free coil at which gas enters.")
    gas_flow: PositiveFlow | None = Field(default=None, description="Gas flow of a free coil's own fan, m3/s.")
    gas_loss_coefficient: LossCoefficient = Field(
        default=0.0, description="Pressure loss K in dp = K rho u^2 / 2 (face speed)."
    )
    ua: Conductance = Field(description="Overall conductance UA when clean, W/K.")
    arrangement: Arrangement = Field(default="cross_both_unmixed", description="Arrangement of the two streams.")
    water_flow: WaterFlow | None = Field(
        default=None,
        description="Seawater through the coil, kg/s (a volume flow is converted at the site's density).",
    )
    water_share: Share | None = Field(
        default=None,
        description='Share of 1/ua between vapour and seawater (default 0.5); for arrangement "condenser".',
    )
    fouling_resistance: ThermalResistance = Field(default=0.0, description="Fouling on the seawater side, m2 K/W.")
    area: Area | None = Field(default=None, description="Seawater-side area that the fouling covers, m2.")
    fan_power: Power = Field(default=0.0, description="Power of the coil's fans, W; all of it heats the gas.")

    @model_validator(mode="after")
    def _placed(self) -> Coil:
        free = ("position", "size", "front")
        if self.rack is not None:
            for key in (*free, "gas_flow"):
                if getattr(self, key) is not None:
                    raise key_error(key, "a rear door (with rack) takes its place and its flow from the rack")
            if self.depth is None:
                raise key_error("depth", 'needed for a rear door, such as "150 mm"')
            return self
        if all(getattr(self, key) is None for key in free):
            raise key_error("rack", "expected a rack (rear door), or position, size and front (free coil)")
        for key in free:
            if getattr(self, key) is None:
                raise key_error(key, "needed for a coil without a rack")
        if self.depth is not None:
            raise key_error("depth", "only for a rear door (with rack); a free coil has a size")
        if self.gas_flow is None and self.fan_power > 0:
            raise key_error("fan_power", "a passive coil has no fans: expected a gas_flow with it, or no fan_power")
        if self.gas_flow is None and self.gas_loss_coefficient == 0:
            raise key_error("gas_flow", "expected a gas_flow, or a gas_loss_coefficient above 0 (passive coil)")
        return self

    @model_validator(mode="after")
    def _water(self) -> Coil:
        if self.arrangement != "condenser" and not self.water_flow:
            raise key_error("water_flow", 'coil without water: expected a flow above zero, such as "1.2 kg/s"')
        if self.water_flow == 0:
            raise key_error("water_flow", "expected a flow above zero, or no such key (the sea itself is the sink)")
        if self.arrangement != "condenser" and self.water_share is not None:
            raise key_error("water_share", 'has an effect only with arrangement = "condenser" (heat pipe)')
        if self.fouling_resistance > 0 and self.area is None:
            raise key_error("area", "needed with fouling_resistance")
        return self

    @property
    def water_resistance(self) -> float:
        """The part of a heat pipe's 1/UA from its vapour to the seawater, fouling included, K/W."""
        fouling = 0.0 if self.area is None else self.fouling_resistance / self.area
        return (HALF if self.water_share is None else self.water_share) / self.ua + fouling

    @property
    def fouled_ua(self) -> float:
        """UA with fouling, W/K: 1 / (1/ua + fouling_resistance/area)."""
        if self.area is None:
            return self.ua
        return 1.0 / (1.0 / self.ua + self.fouling_resistance / self.area)


class Opening(Frozen):
    """A rectangle on one face of a cooling unit, in the face's two coordinates (x before y before z)."""

    face: Direction = Field(description="The face of the unit's box that the rectangle lies on.")
    lower: FacePoint = Field(description="Lower corner in the face's two coordinates (of the room), m.")
    upper: FacePoint = Field(description="Upper corner in the face's two coordinates (of the room), m.")

    @model_validator(mode="after")
    def _rectangle(self) -> Opening:
        if any(high <= low for low, high in zip(self.lower, self.upper, strict=True)):
            raise key_error("upper", "expected both coordinates above those of lower")
        return self


class Cooler(Frozen):
    """A cooling unit of a room: draws gas in at its intake and blows it out at a given temperature."""

    position: Position = Field(description="Lower corner, m.")
    size: Size = Field(description="Extents in x, y, z, m.")
    outlet: Opening = Field(description="Where cooled gas leaves the unit.")
    intake: Opening = Field(description="Where the unit draws gas in.")
    supply_temperature: Temperature = Field(description="Temperature of the gas that leaves the unit, K.")
    flow: PositiveFlow = Field(description="Gas flow through the unit, m3/s.")
    fan_power: Power = Field(default=0.0, description="Power of the unit's fans, W; taken out again by the unit.")


class Loop(Frozen):
    """The seawater circuit of the coils: one intake, coils side by side or in turn, one discharge."""

    arrangement: Literal["parallel", "series"] = Field(
        default="parallel", description="Each coil with its own water, or the same water through all in turn."
    )
    order: tuple[Name, ...] = Field(
        default=(),
        strict=False,
        description="Coils in the order of the water, for series (default: as in the file).",
    )
    intake_temperature_offset: SeaOffset = Field(
        default=0.0, description="Intake water warmer than the site's by this, K (recirculated discharge)."
    )
    pump_power: Power = Field(default=0.0, description="Power of the seawater pumps, W; counts as cooling power.")


class Liquid(Frozen):
    """The direct liquid cooling of the racks: one coolant loop and a coolant-to-seawater exchanger (CDU)."""

    flow: MassFlow = Field(description="Coolant mass flow, kg/s.")
    heat_capacity: HeatCapacity = Field(default=4180.0, description="Specific heat of the coolant, J/kg/K (water).")
    ua: Conductance | None = Field(default=None, description="UA of the CDU's exchanger, W/K; or give effectiveness.")
    effectiveness: Share | None = Field(default=None, description="Effectiveness of the CDU, 0 to 1; or give ua.")
    arrangement: Arrangement = Field(default="counter", description="Arrangement of the CDU's exchanger.")
    water_flow: WaterFlow = Field(description="Seawater through the CDU, kg/s (a volume flow is converted).")
    pump_power: Power = Field(default=0.0, description="Power of the coolant and seawater pumps of this loop, W.")

    @model_validator(mode="after")
    def _exchanger(self) -> Liquid:
        if (self.ua is None) == (self.effectiveness is None):
            raise key_error("ua", "expected either ua or effectiveness")
        if self.effectiveness == 0:
            raise key_error("effectiveness", "expected a share above 0")
        for key in ("flow", "water_flow"):
            if getattr(self, key) == 0:
                raise key_error(key, "expected a flow above zero")
        return self


def in_mass_flow(table: Any, density: Callable[[], float]) -> Any:
    """`table` (raw keys of a coil or the liquid loop) with a volume `water_flow` turned into a mass flow.

    `density()` is the seawater's, kg/m3. Whatever is no volume flow stays as it is, for validation to judge.
    """
    if not isinstance(table, dict) or (flow := volume_flow(table.get("water_flow"))) is None:
        return table
    return {**table, "water_flow": f"{flow * density()!r} kg/s"}
