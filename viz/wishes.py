"""What a user asks of a picture as text with units: the ends of its scale, the place of its slice, its time."""

from __future__ import annotations

import re
from dataclasses import dataclass

import numpy as np
from pydantic_core import PydanticCustomError

from jamsu.cases.errors import CaseError, Problem
from jamsu.cases.schema.units import Quantity, QuantityList

ZERO_CELSIUS = 273.15
PLACE = Quantity("a place", "m", '"1.2 m"')
TIME = Quantity("a time", "s", '"60 s"')
# Unit of a field in its file -> (unit that pint reads, a right value).
UNITS = {
    "degC": ("K", '"18 degC"'),
    "m s-1": ("m/s", '"1 m/s"'),
    "Pa": ("Pa", '"2 Pa"'),
    "W m-3": ("W/m3", '"10 W/m3"'),
    "m2 s-1": ("m2/s", '"1e-4 m2/s"'),
    "m2 s-2": ("m2/s2", '"0.1 m2/s2"'),
}


@dataclass(frozen=True)
class Slice:
    """A plane across an axis: 0, 1 or 2, and the coordinate on it (m)."""

    axis: int
    place: float


def read_range(text: str, units: str) -> tuple[float, float]:
    """The ends of a scale from a text such as "15, 32 degC", in the field's unit (`units`, as the file has it).

    Raises CaseError.
    """
    known, example = UNITS.get(units, ("", '"0.5"'))
    quantity = Quantity("an end of the scale", known, example, absolute=units == "degC")
    try:
        if known:
            low, high = QuantityList(quantity, length=2, names="low, high").parse(text)
        else:
            low, high = (float(part) for part in text.split(","))
    except PydanticCustomError as error:
        raise CaseError("", Problem("range", text, str(error))) from None
    except ValueError:
        raise CaseError("", Problem("range", text, "expected two numbers, such as 0,1")) from None
    if units == "degC":  # rounded: 15 degC is 288.15 K, and 15 degC again, only but for the last bit
        low, high = (round(end - ZERO_CELSIUS, 9) for end in (low, high))
    if not np.isfinite([low, high]).all() or low >= high:
        raise CaseError("", Problem("range", text, "expected the lower end first, and a higher one"))
    return low, high


def read_slice(text: str) -> Slice:
    """The plane of a text such as "z = 1.2 m". Raises CaseError."""
    found = re.fullmatch(r"\s*([xyz])\s*=\s*(.+)", text)
    if not found:
        raise CaseError("", Problem("slice", text, "expected AXIS=VALUE with a unit, such as z=1.2 m"))
    return Slice("xyz".index(found[1]), _parsed("slice", found[2], PLACE))


def read_time(text: str) -> float:
    """The time (s) of a text such as "90 s" or "2 min". Raises CaseError."""
    return _parsed("time", text, TIME)


def _parsed(key: str, text: str, quantity: Quantity) -> float:
    try:
        return quantity.parse(text)
    except PydanticCustomError as error:
        raise CaseError("", Problem(key, text, str(error))) from None
