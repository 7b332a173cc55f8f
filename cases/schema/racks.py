"""Racks: where they stand, what they burn at each height unit, how much gas they move."""

from __future__ import annotations

from math import inf
from typing import Annotated, Any, Literal

import numpy as np
from pydantic import BeforeValidator, Field, PlainSerializer, model_validator
from pydantic_core import PydanticCustomError

from jamsu.cases.schema.airflow import Airflow
from jamsu.cases.schema.base import Frozen, HorizontalDirection, key_error
from jamsu.cases.schema.quantities import (
    POWERS,
    LeakageArea,
    Length,
    LossCoefficient,
    Position,
    Power,
    Share,
    Size,
)
from jamsu.cases.schema.units import is_finite, refusal
from jamsu.solver.exchange.airflow import LAWS, RackHeat


class Servers(Frozen):
    """A group of servers that fills the height units from `units[0]` to `units[1]`, both included."""

    units: tuple[int, int] = Field(description="First and last height unit, from 1 at the bottom.", strict=False)
    power: Power = Field(description="Power of the whole group, W.")
    flow_share: Share | None = Field(
        default=None,
        description="Share of the rack's gas flow through the group; for laws that do not split it by heat.",
    )


def _shares(value: Any) -> Any:
    """A power map as fractions of the rack's power, from numbers (shares) or from powers with a unit."""
    if isinstance(value, list | tuple) and value and all(_is_number(item) for item in value):
        numbers = tuple(float(item) if is_finite(item) else inf for item in value)
    else:
        numbers = POWERS.parse(value)
    total = sum(numbers)
    if not all(0 <= number < float("inf") for number in numbers) or not 0 < total < float("inf"):
        raise refusal("expected shares that are finite, zero or more, and do not all vanish")
    return tuple(number / total for number in numbers) if abs(total - 1) > 1e-12 else numbers


def _is_number(item: Any) -> bool:
    return isinstance(item, int | float) and not isinstance(item, bool)


PowerMap = Annotated[tuple[float, ...], BeforeValidator(_shares), PlainSerializer(list)]


class Rack(Frozen):
    """A box that draws gas in at its front, heats it height unit by height unit and blows it out at its rear.

    The total is `power`. `power_map` or `servers` say where it goes; without `power` the total is their
    sum, with it they are scaled to it. In the file, `like = "other"` takes that rack's keys first.
    """

    position: Position = Field(description="Lower corner (least x, y, z), m.")
    size: Size = Field(description="Extents in x, y, z, m.")
    front: HorizontalDirection = Field(description="Side at which gas enters; it leaves at the opposite side.")
    height_units: int = Field(default=42, ge=1, le=500, description="Number of height units from bottom to top.")
    power: Power = Field(description="Electrical power of the whole rack, W.")
    power_map: PowerMap | None = Field(
        default=None, description="Share of the power in each height unit, bottom to top; one value a unit."
    )
    servers: tuple[Servers, ...] | None = Field(
        default=None,
        description="Groups of servers; gas flows only through the units they fill.",
        strict=False,
    )
    empty_units: Literal["blanked", "open"] = Field(
        default="blanked",
        description="Height units that servers (or the power map) leave empty: closed by blanking panels, or open.",
    )
    empty_loss_coefficient: LossCoefficient | None = Field(
        default=None,
        description="Loss K of open empty units, in dp = K rho u^2 / 2 at the speed in them, either way (default 0.5: "
        "a sharp-edged entrance; the loss at the exit is the computed flow's own).",
    )
    opening_width: Length | None = Field(
        default=None, description="Width of the servers' openings, in the middle of front and rear (default: all), m."
    )
    exhaust_area: LeakageArea | None = Field(
        default=None,
        description="Free area of all servers' exhausts: gas leaves at flow / this area (default: the open units').",
    )
    front_plenum: Length | None = Field(
        default=None, description="Depth between the rack's front and its servers, closed at the sides, m."
    )
    rear_plenum: Length | None = Field(
        default=None, description="Depth between the servers and the rack's rear, closed at the sides, m."
    )
    door_open_fraction: Share | None = Field(
        default=None, description="Open share of perforated doors before these plenums (default: no doors)."
    )
    leakage_area: LeakageArea | None = Field(
        default=None, description="Free area of the gaps by which gas passes the rack from front to rear or back, m2."
    )
    leakage_at: Literal["floor", "empty_units"] = Field(
        default="floor", description="Where these gaps are: under the rack, or around the panels of its empty units."
    )
    airflow: Airflow = Field(description="Law of the gas flow through the rack.")
    liquid_share: Share = Field(default=0.0, description="Share of the power that goes to the liquid loop, 0 to 1.")
    fan_power: Power = Field(
        default=0.0, description="Power of fans not counted in `power`, W; all of it heats the gas."
    )

    @model_validator(mode="before")
    @classmethod
    def _total(cls, data: Any) -> Any:
        """Without `power`, the total of the servers or of a map in watts."""
        if isinstance(data, dict) and data.get("servers") in ([], ()):
            raise key_error("servers", "expected at least one group of servers, or no such key for all units alike")
        if not isinstance(data, dict) or "power" in data:
            return data
        key, powers = _listed_powers(data)
        if powers is None:
            return data
        try:
            POWERS.quantity.parse(total := f"{sum(powers)!r} W")
        except PydanticCustomError as error:
            raise key_error(key, f"their sum is {sum(powers):g} W: {error}") from error
        return {**data, "power": total}

    @model_validator(mode="after")
    def _distribution(self) -> Rack:
        if self.power_map is not None and self.servers is not None:
            raise key_error("servers", "expected either servers or a power_map, not both")
        if self.power_map is not None and len(self.power_map) != self.height_units:
            raise key_error(
                "power_map", f"expected {self.height_units} values (height_units), got {len(self.power_map)}"
            )
        if self.servers is not None:
            self._check_servers()
        return self

    @model_validator(mode="after")
    def _openings(self) -> Rack:
        if self.opening_width is not None and self.opening_width > self.width * (1 + 1e-9):
            raise key_error("opening_width", f"expected at most the rack's width, {self.width:g} m")
        if self.exhaust_area is not None and self.exhaust_area > self.open_face * (1 + 1e-9):
            raise key_error("exhaust_area", f"expected at most the open units' area, {self.open_face:.4g} m2")
        depth = self.size[0 if self.front[1] == "x" else 1]
        plenums = [depth for depth in (self.front_plenum, self.rear_plenum) if depth is not None]
        if sum(plenums) > 0.9 * depth:
            key = "rear_plenum" if self.rear_plenum is not None else "front_plenum"
            raise key_error(key, f"expected servers in at least a tenth of the rack's depth, {depth:g} m")
        if self.door_open_fraction is not None and not plenums:
            raise key_error("door_open_fraction", "has an effect only with a front_plenum or a rear_plenum")
        if self.door_open_fraction == 0:
            raise key_error("door_open_fraction", "expected a share above 0: no gas would pass")
        given = [group.flow_share for group in self.servers or () if group.flow_share is not None]
        if not given:
            return self
        if LAWS[self.airflow.law].by_heat:
            raise key_error("servers", f'flow_share: airflow law "{self.airflow.law}" splits the flow by heat')
        if len(given) < len(self.servers or ()) or abs(sum(given) - 1) > 1e-6:
            raise key_error("servers", f"flow_share: expected one for every group, of sum 1, got {sum(given):.6g}")
        return self

    @model_validator(mode="after")
    def _passages(self) -> Rack:
        if self.empty_loss_coefficient is not None and self.empty_units != "open":
            raise key_error("empty_loss_coefficient", 'has an effect only with empty_units = "open"')
        if self.leakage_area is None and "leakage_at" in self.model_fields_set and self.leakage_at != "floor":
            raise key_error("leakage_at", "has an effect only with a leakage_area")
        by_units = self.leakage_area is not None and self.leakage_at == "empty_units"
        if (self.empty_units == "open" or by_units) and not any(self.unit_empty):
            key = "empty_units" if self.empty_units == "open" else "leakage_at"
            raise key_error(key, "expected servers or a power_map that leave some height units empty")
        return self

    def _check_servers(self) -> None:
        taken: set[int] = set()
        for group in self.servers or ():
            first, last = group.units
            if not 1 <= first <= last <= self.height_units:
                raise key_error(
                    "servers", f"units {first} to {last}: expected 1 <= first <= last <= {self.height_units}"
                )
            units = set(range(first, last + 1))
            if taken & units:
                raise key_error("servers", f"unit {min(taken & units)} is filled twice")
            taken |= units
        if not taken:
            raise key_error("servers", "expected at least one group of servers")
        if self.power > 0 and not any(group.power for group in self.servers or ()):
            raise key_error("servers", "expected servers with some power, as the rack's power is not zero")

    @property
    def unit_powers(self) -> tuple[float, ...]:
        """Power in each height unit from bottom to top, (height_units,), W; sums to `power`."""
        if self.power_map is not None:
            return tuple(share * self.power for share in self.power_map)
        if self.servers is None:
            return (self.power / self.height_units,) * self.height_units
        units = [0.0] * self.height_units
        total = sum(group.power for group in self.servers)
        for group in self.servers:
            first, last = group.units
            for unit in range(first - 1, last):
                units[unit] = group.power / (last - first + 1) * (self.power / total if total else 0.0)
        return tuple(units)

    @property
    def unit_open(self) -> tuple[bool, ...]:
        """Whether gas flows through each height unit, (height_units,): all, or those that servers fill."""
        if self.servers is None:
            return (True,) * self.height_units
        filled = {unit for group in self.servers for unit in range(group.units[0], group.units[1] + 1)}
        return tuple(unit + 1 in filled for unit in range(self.height_units))

    @property
    def unit_weight(self) -> tuple[float, ...]:
        """How a flow that is not split by heat is: weight of each height unit, (height_units,), 0 where none passes."""
        weights = [float(is_open) for is_open in self.unit_open]
        for group in self.servers or ():
            first, last = group.units
            if group.flow_share is not None:
                weights[first - 1 : last] = [group.flow_share / (last - first + 1)] * (last - first + 1)
        return tuple(weights)

    @property
    def width(self) -> float:
        """Extent across the flow, m."""
        return self.size[1 if self.front[1] == "x" else 0]

    @property
    def unit_empty(self) -> tuple[bool, ...]:
        """Whether nothing stands in each height unit, (height_units,): not filled by servers, or no share of a map."""
        if self.servers is None and self.power_map is not None:
            return tuple(share == 0 for share in self.power_map)
        return tuple(not filled for filled in self.unit_open)

    @property
    def gas_power(self) -> float:
        """Heat that the rack gives to the gas, W: power * (1 - liquid_share) + fan_power."""
        return self.power * (1 - self.liquid_share) + self.fan_power

    def gas_flow(self, heat_per_volume: float) -> float:
        """Gas flow through the whole rack, m3/s; of a fan curve its largest. heat_per_volume: rho cp, J/m3/K."""
        law = LAWS[self.airflow.law]
        given: dict[str, Any] = {name: np.asarray(getattr(self.airflow, name))[None] for name in law.parameters}
        if law.largest is not None:
            return float(law.largest(given)[0])
        power, heat = np.array([self.power * (1 - self.liquid_share)]), np.array([self.gas_power])
        return float(np.ravel(law.flow(given, RackHeat(power, heat), heat_per_volume))[0])  # type: ignore[arg-type]  # numpy

    @property
    def open_face(self) -> float:
        """Area through which gas flows, m2: of the openings' width, at the height units that let it through."""
        width = self.width if self.opening_width is None else self.opening_width
        return width * self.size[2] * sum(self.unit_open) / self.height_units

    @property
    def liquid_power(self) -> float:
        """Heat that the rack gives to the liquid loop, W."""
        return self.power * self.liquid_share


def _listed_powers(data: dict[str, Any]) -> tuple[str, tuple[float, ...] | None]:
    """The key of the powers in `servers` or in a power map in watts, and the powers, W.

    None where there are none or they cannot be read (which is reported later).
    """
    servers, power_map = data.get("servers"), data.get("power_map")
    try:
        if isinstance(servers, list | tuple) and servers:
            return "servers", POWERS.parse([group["power"] for group in servers])
        if isinstance(power_map, str) or (isinstance(power_map, list) and not all(map(_is_number, power_map))):
            return "power_map", POWERS.parse(power_map)
    except (PydanticCustomError, KeyError, TypeError):
        pass
    return "", None
