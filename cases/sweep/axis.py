"""One axis of a sweep: a dotted path of the case and the values it takes, with their unit."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from jamsu.cases.errors import CaseError, Problem, shown
from jamsu.cases.reading.overrides import places
from jamsu.cases.schema.paths import several_at

_NUMBER = re.compile(r"\s*([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)\s*([A-Za-z%°µμΩ].*)?\s*$")

_NUMBERS = re.compile(r"[\d.eE+,\s-]*\d\.?\s*([A-Za-z%°µμΩ].*)?$")


@dataclass(frozen=True)
class Axis:
    """Values of the case's key `path`.

    `texts` are the values as an override writes them ("8 degC"); `coordinate` the same as numbers in `units`
    ("1" for plain numbers), or the texts themselves with units "" where they are no numbers.
    """

    path: str
    texts: tuple[str, ...]
    coordinate: tuple[float, ...] | tuple[str, ...]
    units: str

    def __len__(self) -> int:
        return len(self.texts)

    def listed(self) -> str:
        """All values in one text, as `parse_axis` reads them."""
        return ("; " if any("," in text for text in self.texts) else ", ").join(self.texts)

    def override(self, index: int) -> str:
        """The override `path=value` of one value, as `cases.load_case` takes it."""
        return f"{self.path}={self.texts[index]}"


def parse_axis(text: str) -> Axis:
    """An axis from "path=a,b,c", e.g. "site.current_speed=0.2,0.5 m/s": the last unit holds for bare numbers.

    With a semicolon in it, semicolons part the values, each of which may be several numbers:
    "racks.R01.position=1, 0, 0 m; 2, 0, 0 m". Neither parts values inside brackets or quotes. Raises CaseError for
    anything else.
    """
    path, equals, values = text.partition("=")
    if not equals or not path.strip() or not values.strip():
        raise refusal(text, "", "expected path=value,value,..., such as site.current_speed=0.2,0.5 m/s")
    by_semicolon = _split(values, ";")
    return make_axis(path.strip(), by_semicolon if len(by_semicolon) > 1 else _split(values, ","))


def make_axis(path: str, values: Sequence[object]) -> Axis:
    """An axis from a path and its values: texts with units, or numbers where the key has none.

    Raises CaseError when there is no value, one is empty, one is given twice, or only some have a unit.
    """
    texts = [as_text(value) for value in values]
    if not texts or not all(texts):
        raise refusal(path, "", f"a value is missing: expected {path}=value,value,...")
    numbers = [_NUMBER.match(text) for text in texts]
    if not all(numbers):
        texts = _with_last_unit(texts)
        return _checked(Axis(path, tuple(texts), tuple(texts), ""))
    magnitudes = [match[1] for match in numbers if match]
    units = [(match[2] or "").strip() for match in numbers if match]
    units = [unit or units[-1] for unit in units]
    if not all(units) and any(units):
        bare = texts[units.index("")]
        raise refusal(path, shown(bare), "missing unit: write one after each value, or after the last one")
    written = tuple(f"{m} {u}".strip() for m, u in zip(magnitudes, units, strict=True))
    if len(set(units)) > 1:
        return _checked(_in_one_unit(path, written, [float(m) for m in magnitudes], units))
    return _checked(Axis(path, written, tuple(float(m) for m in magnitudes), units[0] or "1"))


def refusal(key: str, value: str, expected: str) -> CaseError:
    """The error for one axis of a sweep."""
    return CaseError("--vary", Problem(key, value, expected))


def _with_last_unit(texts: list[str]) -> list[str]:
    """Values of several numbers, those that are bare with the last one's unit; other texts as they are."""
    found = [_NUMBERS.match(text) for text in texts]
    unit = found[-1][1] if found[-1] else None
    return [
        f"{text} {unit}" if unit and match and not match[1] else text for text, match in zip(texts, found, strict=True)
    ]


def refuse_parted_values(axes: Sequence[Axis], tree: Mapping[str, Any]) -> None:
    """Raise for an axis of nothing but single numbers where the case (its raw tree) wants several for one value."""
    for axis in axes:
        single = [text for text in axis.texts if _NUMBER.match(text)]
        wanted = next(filter(None, (several_at(tree, place) for place in places(tree, axis.path))), "")
        if len(single) == len(axis) and wanted:
            expected = f'expected {wanted}; such values are parted by ";" ({axis.path}=VALUE; VALUE)'
            raise refusal(axis.path, shown(single[0]), expected)


def _in_one_unit(path: str, texts: tuple[str, ...], magnitudes: list[float], units: list[str]) -> Axis:
    """The axis of values in several units, its coordinate in the last of them."""
    import pint

    from jamsu.cases.schema.units import converted

    try:
        values = tuple(converted(m, unit, units[-1]) for m, unit in zip(magnitudes, units, strict=True))
    except (pint.PintError, ValueError):
        # Units of different kinds (a mass flow and a volume flow) have no common number line.
        return Axis(path, texts, texts, "")
    return Axis(path, texts, values, units[-1])


def _checked(axis: Axis) -> Axis:
    seen: set[object] = set()
    for text, value in zip(axis.texts, axis.coordinate, strict=True):
        if value in seen:
            raise refusal(axis.path, shown(text), "the value is given twice")
        seen.add(value)
    return axis


def as_text(value: object) -> str:
    """A value as an override writes it: texts as they are, numbers plainly, lists in brackets."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, list | tuple):
        return "[" + ", ".join(f'"{v}"' if isinstance(v, str) else as_text(v) for v in value) + "]"
    return str(value)


def _split(values: str, separator: str) -> list[str]:
    """Parts of a text between the separators that stand outside of brackets and quotes."""
    parts, depth, quote = [""], 0, ""
    for character in values:
        if quote:
            quote = "" if character == quote else quote
        elif character in "\"'":
            quote = character
        elif character in "[{(":
            depth += 1
        elif character in "]})":
            depth -= 1
        if character == separator and depth == 0 and not quote:
            parts.append("")
        else:
            parts[-1] += character
    return [part.strip() for part in parts]
