"""Probes: places at which a result tells the gas's temperature and speed."""

from __future__ import annotations

from pydantic import Field, model_validator

from jamsu.cases.schema.base import Frozen, key_error
from jamsu.cases.schema.quantities import Heights, Place, Position

Point = tuple[float, float, float]


class Probe(Frozen):
    """A point (`position`), or a strip of several heights at one place (`place`, `heights`)."""

    position: Position | None = Field(default=None, description="Where a single probe is, m.")
    place: Place | None = Field(default=None, description="Where a strip is, x and y, m.")
    heights: Heights | None = Field(default=None, description="Heights (z) of a strip's probes, m.")

    @model_validator(mode="after")
    def _point_or_strip(self) -> Probe:
        if self.position is not None:
            for key in ("place", "heights"):
                if getattr(self, key) is not None:
                    raise key_error(key, "expected either a position, or a place with heights (a strip)")
        elif self.place is None and self.heights is None:
            raise key_error("position", 'expected a position such as "1.0, 0.5, 1.2 m", or a place with heights')
        elif self.place is None:
            raise key_error("place", 'needed with heights: x and y, such as "1.0, 0.5 m"')
        elif self.heights is None:
            raise key_error("heights", 'needed with place, such as "0.4, 1.2, 2.0 m"')
        return self

    @property
    def points(self) -> tuple[Point, ...]:
        """All points, in the order of the heights."""
        if self.position is not None:
            return (self.position,)
        assert self.place is not None  # the model asks for both
        assert self.heights is not None
        x, y = self.place
        return tuple((x, y, z) for z in self.heights)
