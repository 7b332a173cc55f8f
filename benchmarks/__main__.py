"""The command line of the benchmarks.

    python -m benchmarks list
    python -m benchmarks run wall inside_film=8 layers='[[0.02, 50], [0.0003, 0.25]]' --json

Exit code 2 and one line on stderr for a wrong name, key or value.
"""

import argparse
import json
import sys
from collections.abc import Sequence
from typing import Any, NoReturn

from rich.console import Console
from rich.table import Table

from benchmarks import registry


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise registry.BenchmarkError(message)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="benchmarks", description="Run jamsu's benchmarks.")
    parser.add_argument("command", nargs="?", default="", help="list, or run NAME [KEY=VALUE ...]")
    parser.add_argument("words", nargs="*", help="name of the benchmark, and its parameters", metavar="word")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    return parser


def _print_json(value: Any) -> None:
    print(json.dumps(value, allow_nan=False))


def _list(as_json: bool) -> None:
    known = registry.all_benchmarks()
    if as_json:
        return _print_json(
            {
                item.name: {
                    "description": item.description,
                    "parameters": {
                        key: {"default": p.default, "unit": p.unit, "description": p.description}
                        for key, p in item.parameters.items()
                    },
                    "gives": {key: {"unit": unit, "description": text} for key, (unit, text) in item.gives.items()},
                }
                for item in known.values()
            }
        )
    console = Console(highlight=False, markup=False, soft_wrap=True)
    for item in known.values():
        console.print(item.name, style="bold", end="")
        console.print(f"  {item.description}")
        for key, parameter in item.parameters.items():
            unit = f" {parameter.unit}" if parameter.unit else ""
            console.print(f"  {key}={_text(parameter.default)}{unit}  {parameter.description}")
        console.print(f"  gives {', '.join(item.gives)}\n")
    return None


def _text(value: Any) -> str:
    if value is None:
        return "none"
    return value if isinstance(value, str) else json.dumps(value)


def _shown(value: Any) -> str:
    if isinstance(value, float):
        return f"{value:.7g}"
    if isinstance(value, list):
        return ", ".join(_shown(item) for item in value)
    return _text(value)


def _given(words: Sequence[str]) -> dict[str, str]:
    given: dict[str, str] = {}
    for word in words:
        key, equals, value = word.partition("=")
        if not equals or not key:
            raise registry.BenchmarkError(f"{word!r}: expected KEY=VALUE")
        if key in given:
            raise registry.BenchmarkError(f"{key} is given twice")
        given[key] = value
    return given


def _run(words: Sequence[str], as_json: bool) -> None:
    if not words:
        raise registry.BenchmarkError(f"run: which benchmark? Known: {', '.join(registry.all_benchmarks())}")
    name, *rest = words
    result = registry.run(name, _given(rest))
    if as_json:
        return _print_json(result)
    gives = registry.find(name).gives
    table = Table("quantity", "value", "unit", title=name, title_justify="left")
    for key, value in result.items():
        unit, _ = gives.get(key, ("", ""))
        table.add_row(key, _shown(value), unit)
    Console(highlight=False, markup=False).print(table)
    return None


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    try:
        options = _parser().parse_intermixed_args(arguments)
        if options.command == "list" and not options.words:
            _list(options.json)
        elif options.command == "run":
            _run(options.words, options.json)
        else:
            asked = " ".join([options.command, *options.words])
            raise registry.BenchmarkError(f"no command {asked!r}; known: list, run NAME [KEY=VALUE ...]")
    except registry.BenchmarkError as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
