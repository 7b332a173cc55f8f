"""What takes the heat away: coils on the seawater loop, the racks' liquid loop, cooling units."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Literal

from pydantic import Field, model_validator

from jamsu.cases.schema.base import Direction, Frozen, Name, key_error
from jamsu.cases.schema.quantities import (
    Angles,
    Area,
    Conductance,
    FacePoint,
    HeatCapacity,
    LeakageArea,
    Length,
    LossCoefficient,
    MassFlow,
    Position,
    PositiveFlow,
    Power,
    SeaOffset,
    Share,
    Size,
    Speed,
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


class Throw(Frozen):
    """A diffuser's throw as catalogues give it: how far from it a free jet has fallen to a speed, at a flow.

    The jet is round and free: far from its origin u = 6.5 (q V)^(1/2) / x, q flow, V speed in the free area (from
    u = 5.8 V d / x, Hussein, Capp & George, J. Fluid Mech. 258 (1994) 31). Along a ceiling, where a jet entrains on one
    side only and keeps 2^(1/2) times the speed, divide the published distance by 1.4.
    """

    flow: PositiveFlow = Field(description="Flow of the data, m3/s.")
    distance: Length = Field(description="Distance at which the largest speed is `speed`, m.")
    speed: Speed = Field(description="The speed there, m/s.")

    @property
    def free_area(self) -> float:
        """Free area of a jet of that throw, m2."""
        return (JET * self.flow / (self.speed * self.distance)) ** 2


JET = 6.5  # decay of a round jet, u x / (q V)^(1/2)


class Outlet(Opening):
    """An opening by which gas leaves a unit: unless more is said, evenly, straight and at flow / area."""

    free_area: LeakageArea | None = Field(
        default=None, description="Free area of grille or nozzles: gas leaves at flow / free area, m2."
    )
    throw: Throw | None = Field(default=None, description="A diffuser's published throw instead of its free area.")
    deflection: Angles | None = Field(
        default=None, description="Angles by which vanes turn the jet towards the face's two coordinates, rad."
    )
    flow_share: Share | None = Field(
        default=None, description="Share of the unit's flow (default: by the areas of its outlets)."
    )

    @model_validator(mode="after")
    def _jet(self) -> Outlet:
        if self.throw is not None and self.free_area is not None:
            raise key_error("throw", "expected either a free_area or a throw")
        if self.throw is not None and self.throw.speed == 0:
            raise key_error("throw", "expected a speed above zero")
        if self.jet_area > self.area * (1 + 1e-9):
            key = "free_area" if self.throw is None else "throw"
            raise key_error(
                key, f"{self.jet_area:.4g} m2 free: expected at most the opening's area, {self.area:.4g} m2"
            )
        return self

    @property
    def area(self) -> float:
        """Area of the opening, m2."""
        (a, b), (c, d) = zip(self.lower, self.upper, strict=True)
        return (b - a) * (d - c)

    @property
    def jet_area(self) -> float:
        """Area through which the gas leaves, m2."""
        if self.throw is not None:
            return self.throw.free_area
        return self.area if self.free_area is None else self.free_area

    @property
    def is_jet(self) -> bool:
        """Whether the gas leaves otherwise than straight through the whole opening."""
        return self.throw is not None or self.free_area is not None or self.deflection is not None

    @property
    def direction(self) -> tuple[float, float, float]:
        """Unit vector of the jet."""
        axis = "xyz".index(self.face[1])
        slopes = [math.tan(angle) for angle in self.deflection or (0.0, 0.0)]
        slopes.insert(axis, 1.0 if self.face[0] == "+" else -1.0)
        length = math.sqrt(sum(slope**2 for slope in slopes))
        x, y, z = (slope / length for slope in slopes)
        return (x, y, z)


class Cooler(Frozen):
    """A cooling unit of a room: draws gas in at its intake and blows it out at a given temperature."""

    position: Position = Field(description="Lower corner, m.")
    size: Size = Field(description="Extents in x, y, z, m.")
    outlet: Outlet = Field(description="Where cooled gas leaves the unit.")
    more_outlets: tuple[Outlet, ...] = Field(default=(), strict=False, description="Further outlets of the unit.")
    intake: Opening = Field(description="Where the unit draws gas in.")
    supply_temperature: Temperature = Field(description="Temperature of the gas that leaves the unit, K.")
    flow: PositiveFlow = Field(description="Gas flow through the unit, m3/s.")
    fan_power: Power = Field(default=0.0, description="Power of the unit's fans, W; taken out again by the unit.")

    @model_validator(mode="after")
    def _shares(self) -> Cooler:
        given = [outlet.flow_share for outlet in self.outlets if outlet.flow_share is not None]
        if not given:
            return self
        key = "more_outlets" if self.outlet.flow_share is not None and self.more_outlets else "outlet"
        if len(given) < len(self.outlets):
            raise key_error(key, "expected a flow_share for every outlet, or for none")
        if abs(sum(given) - 1) > 1e-6 or min(given) <= 0:
            raise key_error(key, f"flow_share: expected shares above 0 that sum to 1, got {sum(given):.6g}")
        return self

    @property
    def outlets(self) -> tuple[Outlet, ...]:
        """All outlets."""
        return (self.outlet, *self.more_outlets)

    @property
    def openings(self) -> dict[str, Opening]:
        """All openings by name: "outlet", "outlet1" and so on of `more_outlets`, "intake"."""
        outlets = {f"outlet{number or ''}": outlet for number, outlet in enumerate(self.outlets)}
        return {**outlets, "intake": self.intake}

    @property
    def outlet_shares(self) -> tuple[float, ...]:
        """Share of the flow by outlet."""
        areas = [outlet.area for outlet in self.outlets]
        even = [area / sum(areas) for area in areas]
        given = [outlet.flow_share for outlet in self.outlets]
        return tuple(e if share is None else share for e, share in zip(even, given, strict=True))


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
