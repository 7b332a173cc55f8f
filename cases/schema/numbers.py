"""Plain numbers of a case: counts of nothing but themselves, and shares, which may be written as percentages."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pydantic_core import core_schema

from jamsu.cases.schema.units import is_finite, plain_schema, refusal

_PERCENT = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*%\s*")


@dataclass(frozen=True)
class Number:
    """A number without a unit, for `Annotated[float, Number(...)]` in a pydantic model.

    Attributes: `kind` names it in messages, `example` is a right one; `low` (`above`) is the smallest value
    allowed (not itself allowed), `high` the largest, `why` says what stands against larger ones. A `percent`
    may also be written as text ("87 %").
    """

    kind: str
    example: str
    low: float | None = None
    above: float | None = None
    high: float | None = None
    why: str = ""
    percent: bool = False

    def parse(self, value: object) -> float:
        """The number as a float. Raises PydanticCustomError when it is none or out of bounds."""
        found = _PERCENT.fullmatch(value) if self.percent and isinstance(value, str) else None
        number: object = float(found[1]) / 100 if found else value
        if isinstance(number, bool) or not isinstance(number, int | float) or not is_finite(number):
            raise refusal(f"expected {self.kind}: a finite number, such as {self.example}")
        too_low = self.low is not None and number < self.low
        too_high = self.high is not None and number > self.high
        if too_low or too_high or (self.above is not None and number <= self.above):
            reason = f": {self.why}" if too_high and self.why else f", such as {self.example}"
            raise refusal(f"expected {self.kind}{self._range()}{reason}")
        return float(number) + 0.0  # no -0

    def _range(self) -> str:
        if self.above is not None:
            return f" above {self.above:g}" + ("" if self.high is None else f" and of at most {self.high:g}")
        if self.low is not None and self.high is not None:
            return f" from {self.low:g} to {self.high:g}"
        return "" if self.low is None else f" of {self.low:g} or more"

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[..., Any]) -> core_schema.CoreSchema:
        return plain_schema(self.parse, float)


def share(
    kind: str = "a share",
    example: str = '0.87 or "87 %"',
    *,
    above: float | None = None,
    high: float = 1.0,
    why: str = "",
) -> Number:
    """A share from 0 (or `above`) to `high`, from a bare number or a percentage ("87 %")."""
    low = 0.0 if above is None else None
    return Number(kind, example, low=low, above=above, high=high, why=why, percent=True)
