"""Other things inside a vessel: fans, panels, solid blocks."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from jamsu.cases.errors import nearest
from jamsu.cases.schema.base import Direction, Frozen, key_error
from jamsu.cases.schema.quantities import FlatSize, LeakageArea, Position, PositiveFlow, Power, Share, Size


def _flat_axis(size: tuple[float, float, float]) -> int:
    """The axis of the one extent that is zero; raises the schema's error when there is not exactly one."""
    flat = [axis for axis in range(3) if size[axis] == 0]
    if len(flat) != 1:
        raise key_error("size", "expected exactly one extent of 0 (a flat rectangle)")
    return flat[0]


class Fan(Frozen):
    """A flat rectangle that drives a given gas flow through itself."""

    position: Position = Field(description="Lower corner, m.")
    size: FlatSize = Field(description="Extents in x, y, z, one of them 0, m.")
    direction: Direction = Field(description="Direction in which the gas is driven, across the rectangle.")
    flow: PositiveFlow = Field(description="Gas flow, m3/s.")
    fan_power: Power = Field(default=0.0, description="Power of the fan, W; all of it heats the gas.")

    @model_validator(mode="after")
    def _across(self) -> Fan:
        across = "xyz"[_flat_axis(self.size)]
        if self.direction[1] != across:
            raise key_error("direction", f'expected "-{across}" or "+{across}", across the flat extent')
        return self


class Panel(Frozen):
    """A thin plate that closes (or, perforated, throttles) the faces it lies on."""

    position: Position = Field(description="Lower corner, m.")
    size: FlatSize = Field(description="Extents in x, y, z, one of them 0, m.")
    open_fraction: Share = Field(default=0.0, description="Open share of the plate, 0 (closed) to 1.")
    leakage_area: LeakageArea | None = Field(
        default=None, description="Free area of the gaps in and around it, instead of its open share, m2."
    )
    kind: Literal["panel", "floor", "bulkhead"] = Field(default="panel", description="What it is, for pictures.")

    @model_validator(mode="after")
    def _flat(self) -> Panel:
        _flat_axis(self.size)
        if self.leakage_area is not None:
            if self.open_fraction > 0:
                raise key_error("leakage_area", "expected either a leakage_area or an open_fraction")
            if self.leakage_area >= self.area:
                raise key_error("leakage_area", f"expected less than the panel's own area, {self.area:.4g} m2")
        return self

    @property
    def area(self) -> float:
        """Area of the rectangle, m2."""
        a, b = (length for length in self.size if length > 0)
        return a * b

    @property
    def open_share(self) -> float:
        """Open share of the plate: its holes', or its gaps'."""
        return self.open_fraction if self.leakage_area is None else self.leakage_area / self.area

    @property
    def axis(self) -> int:
        """The axis across the plate: 0 (x), 1 (y) or 2 (z)."""
        return _flat_axis(self.size)


class Block(Frozen):
    """A solid box that conducts heat and may produce some, evenly over its volume; or takes no part in heat at all."""

    position: Position = Field(description="Lower corner, m.")
    size: Size = Field(description="Extents in x, y, z, m.")
    material: str = Field(default="", description="Name of a solid in the library of materials.")
    adiabatic: bool = Field(default=False, description="Whether it only stands in the way, without any heat.")
    power: Power = Field(default=0.0, description="Heat produced inside, W.")

    @model_validator(mode="after")
    def _material(self) -> Block:
        from jamsu.materials import solid_names

        if self.adiabatic:
            if self.material or self.power > 0:
                key = "power" if self.power > 0 else "material"
                raise key_error(key, "has no effect in an adiabatic block")
            return self
        if not self.material:
            raise key_error("material", 'expected a material such as "steel", or adiabatic = true')
        names = solid_names()
        if self.material not in names:
            raise key_error("material", "unknown material", nearest(self.material, names) or tuple(names))
        return self
