"""Values that can be but are out of all use, as a wrong prefix leaves them: "10 mW" for a rack, "40 kPa" for a fan.

Each quantity has its usual range in cases/schema/quantities.py; zero, where it is allowed, means none of it.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from jamsu.cases.schema.units import Quantity, QuantityList, converted

MILLI_OR_MEGA = ("W", "W/K", "Pa")  # units that both go with
PREFIX = 10.0  # beyond a bound by this factor a prefix is at fault, rather than a taste


def unusual_values(model: BaseModel, path: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """The dotted path of each value out of its quantity's usual range, and what is to be said of it."""
    for key, field in type(model).model_fields.items():
        yield from _unusual(getattr(model, key), field, (*path, key))


def _unusual(value: Any, field: FieldInfo, path: tuple[str, ...]) -> Iterator[tuple[str, str]]:
    if isinstance(value, BaseModel):
        yield from unusual_values(value, path)
    elif isinstance(value, dict):
        for name, item in value.items():
            yield from _unusual(item, field, (*path, str(name)))
    elif isinstance(value, tuple):
        for number, item in enumerate(value):
            if isinstance(item, BaseModel):
                yield from unusual_values(item, (*path, str(number)))
        texts = [text for item in value if (text := _said(item, quantity_of(field)))]
        yield from ((".".join(path), text) for text in texts[:1])
    elif text := _said(value, quantity_of(field)):
        yield ".".join(path), text


def quantity_of(field: FieldInfo) -> Quantity | None:
    """The quantity of a field, one value or several; None for what has no unit."""
    options = get_args(field.annotation)
    notes = [*field.metadata, *(note for kind in options for note in getattr(kind, "__metadata__", ()))]
    for note in notes:
        if isinstance(note, QuantityList):
            return note.quantity
        if isinstance(note, Quantity):
            return note
    return None


def _said(value: Any, quantity: Quantity | None) -> str:
    """What is to be said of a value (SI); nothing of a usual one, of zero, and of what is no number."""
    if quantity is None or not isinstance(value, float) or value == 0:
        return ""
    low, high = quantity.usual
    size = value if quantity.absolute else abs(value)
    if low is not None and size < low:
        bound, word, factor = low, "at least", low / size
    elif high is not None and size > high:
        bound, word, factor = high, "at most", size / high
    else:
        return ""
    hint = "; m is milli, M is mega" if factor >= PREFIX and quantity.si in MILLI_OR_MEGA else ""
    return f"{_short(value, quantity)}; {quantity.kind} is usually {word} {_short(bound, quantity)}{hint}"


def _short(value: float, quantity: Quantity) -> str:
    """A value (SI) with few digits, in the first of the quantity's units in which it is neither long nor tiny."""
    units = (*quantity.display, quantity.si)
    numbers = [converted(value, quantity.si, unit) for unit in units]
    readable = (i for i, number in enumerate(numbers) if 0.1 <= abs(number) < 1e4)
    i = next(readable, len(units) - 1)
    return f"{numbers[i]:.4g} {units[i]}"
