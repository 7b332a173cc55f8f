"""Quantities with units: text such as "240 kW" to a float in SI, and back.

One pint registry serves the project. A field of the schema declares its dimension once, through `Quantity`
(one value) or `QuantityList` (several values that may share a unit), and then takes any unit of it.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

import pint
from pydantic_core import PydanticCustomError, core_schema

from jamsu.cases.errors import shown

_NUMBER = re.compile(
    r"\s*([+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|(?:nan|inf|infinity)(?![A-Za-z])))", re.IGNORECASE
)
_UNIT = re.compile(r"[\w°%²³*/^().·\s+-]{0,60}")  # what units are written with; pint would take braces too
_EXPONENT = re.compile(r"(\*\*|\^)\s*\(?[+-]?\d(\.\d+)?\)?(?!\s*(\*\*|\^|[\d.]))")
_POWER = re.compile(r"(?<![A-Za-z_])([A-Za-zµΩ°]+)([234])(?![\w.])")  # m2, m3/s as engineers write them


@cache
def registry() -> pint.UnitRegistry[Any]:
    """The project's pint registry; pint's own, with the units that engineers of cooling write besides."""
    units: pint.UnitRegistry[Any] = pint.UnitRegistry()
    units.define("cfm = foot ** 3 / minute")  # pint alone reads centi-femtometre
    units.define("gpm = gallon / minute")
    units.define("lpm = liter / minute")
    units.define("practical_salinity_unit = gram / kilogram = psu = PSU")
    return units


def refusal(message: str) -> PydanticCustomError:
    """The error of a value, for pydantic: `message` says what was expected."""
    # pydantic fills {braces} of a message from a context: as a context the text may hold braces itself.
    return PydanticCustomError("quantity", "{text}", {"text": message})


@lru_cache(maxsize=1024)
def _unit(text: str) -> Any:
    """The pint unit of `text`; raises ValueError when there is none."""
    # A power of a power is a number that pint would spend hours on (9**9**9**9).
    if not _UNIT.fullmatch(text) or re.search(r"\*\*|\^", _EXPONENT.sub("", text)):
        raise ValueError(f"unknown unit {shown(text)}")
    try:
        return registry().parse_units(_POWER.sub(r"\1**\2", text.replace("·", "*")))
    except Exception as error:  # pint raises many kinds, also tokenizer errors, for malformed text
        raise ValueError(f"unknown unit {shown(text)}") from error


@lru_cache(maxsize=8192)
def _to_si(number: float, unit_text: str, si: str) -> float:
    if unit_text == si:
        return number
    return converted(number, unit_text, si)


def converted(number: float, unit_text: str, wanted: str) -> float:
    """A number of one unit in another; infinite where a float does not hold it.

    Raises ValueError for an unknown unit, pint.DimensionalityError for units of different kinds.
    """
    try:
        return float(registry().Quantity(number, _unit(unit_text)).to(_unit(wanted)).magnitude)
    except OverflowError:
        return math.inf


@dataclass(frozen=True)
class Quantity:
    """The dimension and range of one value, for `Annotated[float, Quantity(...)]` in a pydantic model.

    Attributes: `kind` names the quantity in messages ("a power"), `si` is the unit of the float, `example` a
    right value; `low` (`above`) is the smallest value allowed (not itself allowed), `high` the largest, in SI;
    `why_low` and `why` say what stands against smaller and larger ones; `display` are the units tried in turn
    when the value is written out; what is smaller or larger than `usual` (in SI) is allowed and warned of.
    `absolute` marks a temperature on a scale: then "12 degC" and "285.15 K" are read and differences refused; else
    units with an offset are refused.
    """

    kind: str
    si: str
    example: str
    low: float | None = None
    above: float | None = None
    high: float | None = None
    display: tuple[str, ...] = ()
    absolute: bool = False
    why: str = ""
    why_low: str = ""
    usual: tuple[float | None, float | None] = (None, None)

    def parse(self, value: object) -> float:
        """`value` (text: number and unit) in SI. Raises PydanticCustomError that says what was expected."""
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise refusal(f"expected {self.kind}: a number and a unit in quotes, such as {self.example}")
        if not isinstance(value, str):
            if not is_finite(value):
                raise refusal(f"expected {self.kind}: a finite number and a unit, such as {self.example}")
            raise refusal(f"missing unit: expected {self.kind} such as {self.example}")
        found = _NUMBER.match(value)
        if not found:
            raise refusal(f"expected {self.kind}: a number and a unit, such as {self.example}")
        return self.convert(float(found.group(1)), value[found.end() :].strip())

    def convert(self, number: float, unit_text: str) -> float:
        """`number` in the unit named by `unit_text`, as SI; range and dimension checked."""
        if not math.isfinite(number):
            raise refusal(f"expected {self.kind}: a finite number and a unit, such as {self.example}")
        if not unit_text and self.si:
            raise refusal(f"missing unit: expected {self.kind} such as {self.example}")
        self._check_dimension(unit_text)
        return self._in_range(_to_si(number, unit_text, self.si) + 0.0, unit_text)  # + 0.0: no -0

    def _check_dimension(self, unit_text: str) -> None:
        if unit_text == self.si:
            return
        try:
            unit = _unit(unit_text)
        except ValueError as error:
            raise refusal(f"{error}: expected {self.kind} such as {self.example}") from error
        if unit.dimensionality != _unit(self.si).dimensionality:
            raise refusal(f"wrong unit {shown(unit_text)}: expected {self.kind} such as {self.example}")
        offset = not registry().Quantity(1.0, unit)._is_multiplicative  # degC; also dBW, which nobody means
        difference = str(unit).startswith("delta_")
        if (self.absolute and difference) or (not self.absolute and offset):
            raise refusal(f"wrong unit {shown(unit_text)}: expected {self.kind} such as {self.example}")

    def _in_range(self, value: float, unit_text: str) -> float:
        example = f", such as {self.example}"
        if self.low is not None and value < self.low:
            floor = "zero or more" if self.low == 0 else f"at least {self._bound(self.low, unit_text)}"
            raise refusal(f"expected {self.kind} of {floor}{_because(self.why_low) or example}")
        if self.above is not None and value <= self.above:
            raise refusal(f"expected {self.kind} above {self._bound(self.above, unit_text)}{example}")
        if self.high is not None and value > self.high:
            ceiling = self._bound(self.high, unit_text)
            raise refusal(f"expected {self.kind} of at most {ceiling}{_because(self.why) or example}")
        if not math.isfinite(value):
            raise refusal(f"expected {self.kind}: a finite number and a unit{example}")
        return value

    def _bound(self, bound: float, unit_text: str) -> str:
        """A bound (SI) in the unit in which the value was written."""
        return f"{converted(bound, self.si, unit_text):.6g} {unit_text}".rstrip()

    def format(self, value: float) -> str:
        """`value` (SI) as text that `parse` reads back to the very same float."""
        for unit in self.display:
            number = f"{converted(value, self.si, unit):.12g}"
            readable = value == 0 or 0.01 <= abs(float(number)) < 1e5
            if readable and _to_si(float(number), unit, self.si) == value:
                return f"{number} {unit}"
        return f"{_plain(value)} {self.si}"

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[..., Any]) -> core_schema.CoreSchema:
        return plain_schema(self.parse, self.format)


@dataclass(frozen=True)
class QuantityList:
    """Several values of one `Quantity`, for `Annotated[tuple[float, ...], QuantityList(...)]`.

    Read from a list of texts (`["1 m", "-65 cm"]`) or from one text whose numbers share its unit
    (`"1, -0.65 m"`). `length` is the number of values wanted (None: any number from `shortest` on); `names`
    says in messages what they are ("x, y, z").
    """

    quantity: Quantity
    length: int | None = None
    shortest: int = 1
    names: str = ""

    def parse(self, value: object) -> tuple[float, ...]:
        """The values in SI. Raises PydanticCustomError for a wrong length, a wrong unit or a wrong value."""
        numbers = self._values(value)
        if self.length is not None and len(numbers) != self.length:
            raise refusal(f"expected {self.wanted()}, got {len(numbers)}")
        if len(numbers) < self.shortest:
            raise refusal(f"expected at least {self.shortest} values, got {len(numbers)}")
        return tuple(numbers)

    def _values(self, value: object) -> list[float]:
        if isinstance(value, str):
            *first, last = value.split(",")
            found = _NUMBER.match(last)
            if not found:
                raise refusal(f"expected {self.wanted()}")
            unit = last[found.end() :].strip()
            return [self._shared(part, unit) for part in first] + [self.quantity.convert(float(found.group(1)), unit)]
        if isinstance(value, Sequence):
            return [self.quantity.parse(item) for item in value]
        raise refusal(f"expected {self.wanted()}")

    def _shared(self, part: str, unit: str) -> float:
        found = _NUMBER.fullmatch(part.rstrip())
        if not found:
            raise refusal(f"expected {self.wanted()}; '{part.strip()}' is not a number")
        return self.quantity.convert(float(found.group(1)), unit)

    def wanted(self) -> str:
        """How many values are wanted, and a right text of them."""
        count = f"{self.length} values" if self.length else "values"
        names = f" ({self.names})" if self.names else ""
        return f'{count}{names} with a unit, such as "{self._example()}"'

    def _example(self) -> str:
        number, unit = self.quantity.example.strip('"').split(maxsplit=1)
        return ", ".join([number] * (self.length or 3)) + f" {unit}"

    def format(self, values: Sequence[float]) -> str:
        """The values as one text with a shared SI unit, which `parse` reads back exactly."""
        return ", ".join(_plain(value) for value in values) + f" {self.quantity.si}"

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[..., Any]) -> core_schema.CoreSchema:
        return plain_schema(self.parse, self.format)


def is_finite(number: float) -> bool:
    """Whether a number is one that a float can hold."""
    try:
        return math.isfinite(number)
    except OverflowError:  # a whole number of more than 308 digits
        return False


def _because(reason: str) -> str:
    return f": {reason}" if reason else ""


def _plain(value: float) -> str:
    """The shortest text that reads back as this float, without a trailing `.0`."""
    text = repr(float(value))
    return text[:-2] if text.endswith(".0") else text


def plain_schema(parse: Callable[[object], Any], write: Callable[[Any], Any]) -> core_schema.CoreSchema:
    return core_schema.no_info_plain_validator_function(
        parse, serialization=core_schema.plain_serializer_function_ser_schema(write)
    )
