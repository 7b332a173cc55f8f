"""The benchmarks by name: their parameters, what they give, and running one with checked values.

@benchmark(
    "wall",
    "Steady heat through a layered plane wall",
    parameters={"inside_film": Parameter("number", 10.0, "W/(m2 K)", "film coefficient inside", above=0.0)},
    gives={"heat_flux": ("W/m2", "from inside to outside")},
)
def wall(inside_film: float) -> dict[str, object]: ...
"""

import ast
import difflib
import importlib
import json
import math
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from jamsu import benchmarks

Kind = Literal["number", "integer", "flag", "name", "numbers", "pairs", "points"]

_EXPECTED = {
    "number": "a number",
    "integer": "a whole number",
    "flag": "true or false",
    "name": "a name",
    "numbers": "a list of numbers, such as [1, 2.5]",
    "pairs": "a list of pairs of numbers, such as [[0.02, 50], [0.003, 0.25]]",
    "points": "a list of points, such as [[1, 0, 0], [2, 0.5, 0.25]]",
}


class BenchmarkError(Exception):
    """One line for the person who asked: what is wrong, what was expected, the nearest right name."""


@dataclass(frozen=True)
class Parameter:
    """A parameter of a benchmark. A default of None also lets "none" be given.

    `minimum` and `maximum` are allowed themselves, `above` is not; in lists they hold for every number.
    """

    kind: Kind
    default: Any
    unit: str = ""
    description: str = ""
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    above: float | None = None
    maximum: float | None = None

    @property
    def expected(self) -> str:
        """What a value has to be, in words."""
        words = f"one of {', '.join(self.choices)}" if self.choices else _EXPECTED[self.kind]
        limits = [
            f"{word} {limit:g}"
            for word, limit in (("from", self.minimum), ("above", self.above), ("up to", self.maximum))
            if limit is not None
        ]
        unit = f"in {self.unit}" if self.unit else ""
        none = "or none" if self.default is None else ""
        return " ".join(part for part in (words, *limits, unit, none) if part)

    def read(self, value: Any) -> Any:
        """The value, from text or from Python; raises ValueError saying what is expected."""
        try:
            return self._read(value)
        except (ValueError, OverflowError):
            raise ValueError(f"expected {self.expected}") from None

    def _read(self, value: Any) -> Any:
        if self.default is None and (value is None or str(value).strip().lower() in ("none", "null")):
            return None
        if isinstance(value, str) and self.kind != "name":
            value = _literal(value)
        if self.kind == "name":
            if not isinstance(value, str) or (self.choices and value not in self.choices):
                raise ValueError
            return value
        if self.kind == "flag":
            if not isinstance(value, bool):
                raise ValueError
            return value
        if self.kind == "integer":
            number = self._number(value)
            if number != int(number):
                raise ValueError
            return int(number)
        if self.kind == "number":
            return self._number(value)
        if self.kind == "numbers" and isinstance(value, int | float):
            value = [value]
        if not isinstance(value, list | tuple):
            raise ValueError
        if self.kind == "numbers":
            return [self._number(item) for item in value]
        size = 2 if self.kind == "pairs" else 3
        if not all(isinstance(item, list | tuple) and len(item) == size for item in value):
            raise ValueError
        return [tuple(self._number(number) for number in item) for item in value]

    def _number(self, value: Any) -> float:
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise ValueError
        if self.minimum is not None and value < self.minimum:
            raise ValueError
        if self.above is not None and value <= self.above:
            raise ValueError
        if self.maximum is not None and value > self.maximum:
            raise ValueError
        return float(value)


def _literal(text: str) -> Any:
    """JSON, or Python's tuples and lists; text that is neither stays text, which no kind but "name" takes."""
    try:
        return json.loads(text.lower() if text.lower() in ("true", "false") else text)
    except ValueError:
        pass
    try:
        return ast.literal_eval(text.strip())
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return text


@dataclass(frozen=True)
class Benchmark:
    """A benchmark: `function(**values)` returns the quantities named in `gives` (unit, description)."""

    name: str
    description: str
    parameters: Mapping[str, Parameter]
    gives: Mapping[str, tuple[str, str]]
    function: Callable[..., Mapping[str, Any]]
    double: bool = True

    def values(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Every parameter's value, checked: those given, defaults for the rest."""
        for key in given:
            if key not in self.parameters:
                raise BenchmarkError(f"{self.name}: no parameter {key!r}; {_known(key, self.parameters)}")
        values = {}
        for key, parameter in self.parameters.items():
            try:
                values[key] = parameter.read(given[key]) if key in given else parameter.default
            except ValueError as error:
                raise BenchmarkError(
                    f"{self.name}: {key}={_short(given[key])}: {error}" + _near(given[key], parameter.choices)
                ) from None
        return values


_BENCHMARKS: dict[str, Benchmark] = {}


def benchmark(
    name: str,
    description: str,
    *,
    parameters: Mapping[str, Parameter],
    gives: Mapping[str, tuple[str, str]],
    double: bool = True,
) -> Callable[[Callable[..., Mapping[str, Any]]], Callable[..., Mapping[str, Any]]]:
    """Register the function below under `name`; `double=False` leaves JAX in its default single precision."""

    def register(function: Callable[..., Mapping[str, Any]]) -> Callable[..., Mapping[str, Any]]:
        if name in _BENCHMARKS:
            raise ValueError(f"two benchmarks are named {name!r}")
        _BENCHMARKS[name] = Benchmark(name, description, parameters, gives, function, double)
        return function

    return register


def all_benchmarks() -> dict[str, Benchmark]:
    """Every benchmark by name; imports each file of the package once."""
    for module in sorted(found.name for found in pkgutil.iter_modules(benchmarks.__path__)):
        if not module.startswith("_"):
            importlib.import_module(f"jamsu.benchmarks.{module}")
    return dict(sorted(_BENCHMARKS.items()))


def find(name: str) -> Benchmark:
    """The benchmark of that name; raises BenchmarkError naming the nearest."""
    known = all_benchmarks()
    if name not in known:
        raise BenchmarkError(f"no benchmark {name!r}; {_known(name, known)}")
    return known[name]


def run(name: str, given: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Run a benchmark with the given parameters (text or Python values) and return plain numbers and lists.

    Raises:
        BenchmarkError: unknown name or parameter, or a value that is not what is expected.
    """
    chosen = find(name)
    values = chosen.values(given or {})
    if chosen.double:
        import jax

        jax.config.update("jax_enable_x64", True)
    return {key: _plain(value) for key, value in chosen.function(**values).items()}


def _plain(value: Any) -> Any:
    """Numbers, lists, text and mappings as JSON knows them; what is not finite becomes None."""
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float) and not math.isfinite(value):
        return None
    return value


def _short(value: Any) -> str:
    """A value on one line of an error message."""
    text = " ".join(str(value).split())
    return text if len(text) <= 80 else f"{text[:77]}..."


def _near(word: Any, known: Iterable[str]) -> str:
    near = difflib.get_close_matches(str(word), list(known), n=1, cutoff=0.4)
    return f" (nearest: {near[0]})" if near else ""


def _known(word: str, known: Iterable[str]) -> str:
    names = list(known)
    return f"known: {', '.join(names)}{_near(word, names)}"
