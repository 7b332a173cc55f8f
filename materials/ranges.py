"""Ranges of validity: messages for values outside them, and the warning that carries such messages."""

import warnings
from collections.abc import Iterable

import numpy as np
from jaxtyping import ArrayLike


class RangeWarning(UserWarning):
    """A property was asked for outside the range in which its source holds."""


def range_messages(subject: str, quantity: str, values: ArrayLike, bounds: tuple[float, float], unit: str) -> list[str]:
    """One message if any of `values` (concrete, any shape) is outside `bounds` or not a number, else none."""
    array = np.asarray(values, dtype=float)
    if array.size == 0:
        return []
    lowest, highest = float(array.min()), float(array.max())
    lower, upper = bounds
    # Negated so that a NaN, which compares false with everything, is reported too.
    if lowest >= lower and highest <= upper:
        return []
    found = f"{lowest:g}" if lowest == highest else f"{lowest:g} to {highest:g}"
    return [f"{subject}: {quantity} {found} {unit} is outside the valid range {lower:g} to {upper:g} {unit}"]


def warn_range(messages: Iterable[str], stacklevel: int = 3) -> None:
    """Send each message as a `RangeWarning`, by default in the name of the caller of the calling function."""
    for message in messages:
        warnings.warn(message, RangeWarning, stacklevel=stacklevel)
