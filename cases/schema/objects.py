"""Other things inside a vessel: fans, panels, solid blocks."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from jamsu.cases.errors import nearest
from jamsu.cases.schema.base import Direction, Frozen, key_error
from jamsu.cases.schema.quantities import FlatSize, Position, PositiveFlow, Power, Share, Size


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
    kind: Literal["panel", "floor", "bulkhead"] = Field(default="panel", description="What it is, for pictures.")

    @model_validator(mode="after")
    def _flat(self) -> Panel:
        _flat_axis(self.size)
        return self

    @property
    def axis(self) -> int:
        """The axis across the plate: 0 (x), 1 (y) or 2 (z)."""
        return _flat_axis(self.size)


class Block(Frozen):
    """A solid box that conducts heat and may produce some, evenly over its volume."""

    position: Position = Field(description="Lower corner, m.")
    size: Size = Field(description="Extents in x, y, z, m.")
    material: str = Field(description="Name of a solid in the library of materials.")
    power: Power = Field(default=0.0, description="Heat produced inside, W.")

    @model_validator(mode="after")
    def _material(self) -> Block:
        from jamsu.materials import solid_names

        names = solid_names()
        if self.material not in names:
            raise key_error("material", "unknown material", nearest(self.material, names) or tuple(names))
        return self
