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
import math
import pkgutil
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, create_model

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
_WORDS = {"true": True, "false": False, "none": None, "null": None}


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

    @property
    def type(self) -> Any:
        """The type that pydantic checks: text of numbers, lists and flags is read first."""
        limits = Field(strict=True, allow_inf_nan=False, ge=self.minimum, gt=self.above, le=self.maximum)
        number: Any = Annotated[float, limits]
        if self.kind == "name":
            return Literal[self.choices] if self.choices else str
        checked = {
            "number": number,
            "integer": Annotated[number, Field(multiple_of=1), AfterValidator(int)],
            "flag": Annotated[bool, Field(strict=True)],
            "numbers": Annotated[list[number], BeforeValidator(lambda v: [v] if isinstance(v, int | float) else v)],
            "pairs": list[tuple[number, number]],
            "points": list[tuple[number, number, number]],
        }[self.kind]
        return Annotated[checked | None if self.default is None else checked, BeforeValidator(_literal)]


def _literal(value: Any) -> Any:
    """What a text says in JSON's or Python's notation; other text stays text, which only names may be."""
    if not isinstance(value, str):
        return value
    text = value.strip()
    try:
        return _WORDS[text.lower()] if text.lower() in _WORDS else ast.literal_eval(text)
    except (ValueError, SyntaxError, MemoryError, RecursionError):
        return value


@dataclass(frozen=True)
class Benchmark:
    """A benchmark: `function(**values)` returns the quantities named in `gives` (unit, description)."""

    name: str
    description: str
    parameters: Mapping[str, Parameter]
    gives: Mapping[str, tuple[str, str]]
    function: Callable[..., Mapping[str, Any]]

    def plain(self) -> dict[str, Any]:
        """As JSON knows it."""
        parameters = {
            key: {"default": p.default, "unit": p.unit, "description": p.description}
            for key, p in self.parameters.items()
        }
        gives = {key: {"unit": unit, "description": text} for key, (unit, text) in self.gives.items()}
        return {"description": self.description, "parameters": parameters, "gives": gives}

    @cached_property
    def model(self) -> type[BaseModel]:
        """The parameters as a pydantic model."""
        fields: dict[str, Any] = {
            key: (parameter.type, parameter.default) for key, parameter in self.parameters.items()
        }
        return create_model(self.name, __config__=ConfigDict(extra="forbid"), **fields)

    def values(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Every parameter's value, checked: those given (text or Python values), defaults for the rest."""
        try:
            return dict(self.model.model_validate(dict(given)))
        except ValidationError as error:
            wrong = [str(found["loc"][0]) for found in error.errors()]
        for key in wrong:
            if key not in self.parameters:
                raise BenchmarkError(f"{self.name}: no parameter {key!r}; {known_names(key, self.parameters)}")
        key, parameter = wrong[0], self.parameters[wrong[0]]
        near = _near(given[key], parameter.choices)
        raise BenchmarkError(f"{self.name}: {key}={_short(given[key])}: expected {parameter.expected}{near}")


_BENCHMARKS: dict[str, Benchmark] = {}
Function = Callable[..., Mapping[str, Any]]


def benchmark(
    name: str, description: str, *, parameters: Mapping[str, Parameter], gives: Mapping[str, tuple[str, str]]
) -> Callable[[Function], Function]:
    """Register the function below under `name`."""

    def register(function: Function) -> Function:
        if name in _BENCHMARKS:
            raise ValueError(f"two benchmarks are named {name!r}")
        _BENCHMARKS[name] = Benchmark(name, description, parameters, gives, function)
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
        raise BenchmarkError(f"no benchmark {name!r}; {known_names(name, known)}")
    return known[name]


def run(name: str, given: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Run a benchmark with the given parameters (text or Python values) and return plain numbers and lists.

    Raises:
        BenchmarkError: unknown name or parameter, or a value that is not what is expected.
    """
    chosen = find(name)
    values = chosen.values(given or {})
    import jax

    jax.config.update("jax_enable_x64", True)
    found = chosen.function(**values)
    return {key: plain(found[key]) for key in sorted(found, key=list(chosen.gives).index)}


def plain(value: Any) -> Any:
    """Numbers, lists, text and mappings as JSON knows them; what is not finite becomes None."""
    if isinstance(value, Mapping):
        return {str(key): plain(item) for key, item in value.items()}
    if hasattr(value, "tolist"):
        value = value.tolist()
    if isinstance(value, list | tuple):
        return [plain(item) for item in value]
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


def known_names(word: str, known: Iterable[str]) -> str:
    """The names that there are, with the one most like a word."""
    names = list(known)
    return f"known: {', '.join(names)}{_near(word, names)}"
