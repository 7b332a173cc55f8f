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

_NUMBER = re.compile(
    r"\s*([+-]?(?:(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?|(?:nan|inf|infinity)(?![A-Za-z])))", re.IGNORECASE
)
_UNIT = re.compile(r"[\w°%²³*/^().·\s+-]*")  # what units are written with; pint would take braces too
_PERCENT = re.compile(r"\s*([+-]?[\d.]+(?:[eE][+-]?\d+)?)\s*%\s*")
_POWER = re.compile(r"(?<![A-Za-z_])([A-Za-zµΩ°]+)([234])(?![\w.])")  # m2, m3/s as engineers write them
_TEMPERATURE_DIMENSION = "[temperature]"


@cache
def registry() -> pint.UnitRegistry[Any]:
    """The project's pint registry; pint's own, with the units that engineers of cooling write besides."""
    units: pint.UnitRegistry[Any] = pint.UnitRegistry()
    units.define("cfm = foot ** 3 / minute")  # pint alone reads centi-femtometre
    units.define("gpm = gallon / minute")
    units.define("lpm = liter / minute")
    units.define("practical_salinity_unit = gram / kilogram = psu = PSU")
    return units


def _refusal(message: str) -> PydanticCustomError:
    # pydantic fills {braces} of a message from a context: as a context the text may hold braces itself.
    return PydanticCustomError("quantity", "{text}", {"text": message})


@lru_cache(maxsize=1024)
def _unit(text: str) -> Any:
    """The pint unit of `text`; raises ValueError when there is none."""
    if not _UNIT.fullmatch(text):
        raise ValueError(f"unknown unit '{text}'")
    try:
        return registry().parse_units(_POWER.sub(r"\1**\2", text.replace("·", "*")))
    except Exception as error:  # pint raises many kinds, also tokenizer errors, for malformed text
        raise ValueError(f"unknown unit '{text}'") from error


@lru_cache(maxsize=8192)
def _to_si(number: float, unit_text: str, si: str) -> float:
    if unit_text == si:
        return number
    quantity = registry().Quantity(number, _unit(unit_text))
    return float(quantity.to(_unit(si)).magnitude)


@dataclass(frozen=True)
class Quantity:
    """The dimension and range of one value, for `Annotated[float, Quantity(...)]` in a pydantic model.

    Attributes: `kind` names the quantity in messages ("a power"), `si` is the unit of the float, `example` a
    right value; `low` (`above`) is the smallest value allowed (not itself allowed), in SI; `display` are the
    units tried in turn when the value is written out. `absolute` marks a temperature on a scale: then
    "12 degC" and "285.15 K" are read and differences refused; else units with an offset are refused.
    """

    kind: str
    si: str
    example: str
    low: float | None = None
    above: float | None = None
    high: float | None = None
    display: tuple[str, ...] = ()
    absolute: bool = False

    def parse(self, value: object) -> float:
        """`value` (text: number and unit) in SI. Raises PydanticCustomError that says what was expected."""
        if isinstance(value, bool) or not isinstance(value, int | float | str):
            raise _refusal(f"expected {self.kind}: a number and a unit in quotes, such as {self.example}")
        if not isinstance(value, str):
            if not math.isfinite(value):
                raise _refusal(f"expected {self.kind}: a finite number and a unit, such as {self.example}")
            raise _refusal(f"missing unit: expected {self.kind} such as {self.example}")
        found = _NUMBER.match(value)
        if not found:
            raise _refusal(f"expected {self.kind}: a number and a unit, such as {self.example}")
        return self.convert(float(found.group(1)), value[found.end() :].strip())

    def convert(self, number: float, unit_text: str) -> float:
        """`number` in the unit named by `unit_text`, as SI; range and dimension checked."""
        if not math.isfinite(number):
            raise _refusal(f"expected {self.kind}: a finite number and a unit, such as {self.example}")
        if not unit_text and self.si:
            raise _refusal(f"missing unit: expected {self.kind} such as {self.example}")
        self._check_dimension(unit_text)
        return self._check_range(_to_si(number, unit_text, self.si))

    def _check_dimension(self, unit_text: str) -> None:
        if unit_text == self.si:
            return
        try:
            unit = _unit(unit_text)
        except ValueError as error:
            raise _refusal(f"{error}: expected {self.kind} such as {self.example}") from error
        if unit.dimensionality != _unit(self.si).dimensionality:
            raise _refusal(f"wrong unit '{unit_text}': expected {self.kind} such as {self.example}")
        if unit.dimensionality != {_TEMPERATURE_DIMENSION: 1}:
            return
        offset = not registry().Quantity(1.0, unit)._is_multiplicative
        difference = str(unit).startswith("delta_")
        if (self.absolute and difference) or (not self.absolute and offset):
            raise _refusal(f"wrong unit '{unit_text}': expected {self.kind} such as {self.example}")

    def _check_range(self, value: float) -> float:
        if self.low is not None and value < self.low:
            floor = "of zero or more" if self.low == 0 else f"of {self.low:g} {self.si} or more"
            raise _refusal(f"expected {self.kind} {floor}, such as {self.example}")
        if self.above is not None and value <= self.above:
            raise _refusal(f"expected {self.kind} above {self.above:g} {self.si}, such as {self.example}")
        if self.high is not None and value > self.high:
            raise _refusal(f"expected {self.kind} of {self.high:g} {self.si} or less, such as {self.example}")
        return value

    def format(self, value: float) -> str:
        """`value` (SI) as text that `parse` reads back to the very same float."""
        for unit in self.display:
            number = float(registry().Quantity(value, _unit(self.si)).to(_unit(unit)).magnitude)
            text = f"{number:.12g} {unit}"
            if (value == 0 or 0.01 <= abs(number) < 1e5) and self.parse(text) == value:
                return text
        return f"{_plain(value)} {self.si}"

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[..., Any]) -> core_schema.CoreSchema:
        return _schema(self.parse, self.format)


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
            raise _refusal(f"expected {self._wanted()}, got {len(numbers)}")
        if len(numbers) < self.shortest:
            raise _refusal(f"expected at least {self.shortest} values, got {len(numbers)}")
        return tuple(numbers)

    def _values(self, value: object) -> list[float]:
        if isinstance(value, str):
            *first, last = value.split(",")
            found = _NUMBER.match(last)
            if not found:
                raise _refusal(f"expected {self._wanted()}")
            unit = last[found.end() :].strip()
            return [self._shared(part, unit) for part in first] + [self.quantity.convert(float(found.group(1)), unit)]
        if isinstance(value, Sequence):
            return [self.quantity.parse(item) for item in value]
        raise _refusal(f"expected {self._wanted()}")

    def _shared(self, part: str, unit: str) -> float:
        found = _NUMBER.fullmatch(part.rstrip())
        if not found:
            raise _refusal(f"expected {self._wanted()}; '{part.strip()}' is not a number")
        return self.quantity.convert(float(found.group(1)), unit)

    def _wanted(self) -> str:
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
        return _schema(self.parse, self.format)


@dataclass(frozen=True)
class Fraction:
    """A share between 0 and 1, read from a bare number or from a percentage ("87 %")."""

    def parse(self, value: object) -> float:
        """The share as a float. Raises PydanticCustomError when it is no number from 0 to 1."""
        found = _PERCENT.fullmatch(value) if isinstance(value, str) else None
        number: object = value
        if found:
            try:
                number = float(found.group(1)) / 100
            except ValueError:
                number = None
        if isinstance(number, bool) or not isinstance(number, int | float) or not 0 <= number <= 1:
            raise _refusal('expected a share from 0 to 1, such as 0.87 or "87 %"')
        return float(number)

    def __get_pydantic_core_schema__(self, source: Any, handler: Callable[..., Any]) -> core_schema.CoreSchema:
        return _schema(self.parse, float)


def _plain(value: float) -> str:
    """The shortest text that reads back as this float, without a trailing `.0`."""
    text = repr(float(value))
    return text[:-2] if text.endswith(".0") else text


def _schema(parse: Callable[[object], Any], write: Callable[[Any], Any]) -> core_schema.CoreSchema:
    return core_schema.no_info_plain_validator_function(
        parse, serialization=core_schema.plain_serializer_function_ser_schema(write)
    )
