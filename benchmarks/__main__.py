"""The command line of the benchmarks.

    python -m jamsu.benchmarks list
    python -m jamsu.benchmarks run wall inside_film=8 layers='[[0.02, 50], [0.0003, 0.25]]' --json
    python -m jamsu.benchmarks validate --quick --only cavity wall -o validation
    python -m jamsu.benchmarks peers --quick --only cube

Exit code 2 and one line on stderr for a wrong name, key or value; 1 when a check of the validation fails.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NoReturn

from rich.console import Console
from rich.table import Table

from jamsu.benchmarks import registry

if TYPE_CHECKING:
    from jamsu.benchmarks.ladder import Rung


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> NoReturn:
        raise registry.BenchmarkError(message)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="benchmarks", description="Run jamsu's benchmarks.")
    parser.add_argument("command", nargs="?", default="", help="list, run NAME [KEY=VALUE ...], or validate")
    parser.add_argument("words", nargs="*", help="name of the benchmark, and its parameters", metavar="word")
    parser.add_argument("--json", action="store_true", help="print one JSON object")
    ladder = parser.add_argument_group("validate: run the published cases and write a page that compares")
    ladder.add_argument("--quick", action="store_true", help="coarse grids and wider tolerances, some cases only")
    ladder.add_argument("--only", nargs="+", metavar="NAME", help="benchmarks to compare; all unless given")
    ladder.add_argument("-o", "--output", type=_folder, metavar="FOLDER", help="of the page; validation unless given")
    return parser


def _folder(text: str) -> Path:
    if not text.strip():
        raise argparse.ArgumentTypeError("'': expected a folder's name")
    return Path(text)


def _print_json(value: Any) -> None:
    print(json.dumps(value, allow_nan=False))


def _list(as_json: bool) -> None:
    known = registry.all_benchmarks().values()
    if as_json:
        return _print_json({item.name: item.plain() for item in known})
    console = Console(highlight=False, markup=False, soft_wrap=True)
    for item in known:
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


def _validate(options: argparse.Namespace) -> int:
    """Climb the ladder, saying how each case went as it ends; 1 if a check failed."""
    from jamsu.benchmarks.ladder import climb, load_cases
    from jamsu.benchmarks.page import told, write_page

    cases = load_cases(options.only or (), options.quick)
    folder = options.output or Path("validation")
    console = Console(highlight=False, markup=False, soft_wrap=True, stderr=options.json)
    title = "Validation, quick" if options.quick else "Validation"
    rungs: list[Rung] = []
    interrupted = False
    try:  # before an hour's work
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise registry.BenchmarkError(f"--output: {error.filename}: {error.strerror}") from None
    try:
        for rung in climb(cases, half=not options.quick):
            rungs.append(rung)
            for check in rung.checks:
                console.print(told(check), style="" if check.passed else "red")
    except KeyboardInterrupt:  # what is done goes onto the page
        interrupted = True
        title += ", interrupted"
        console.print(f"interrupted: {len(rungs)} of {len(cases)} cases are done")
    try:
        written = write_page(rungs, folder, title)
    except OSError as error:
        raise registry.BenchmarkError(f"{error.filename}: {error.strerror}") from None
    checks = [check for rung in rungs for check in rung.checks]
    failed = sum(not check.passed for check in checks)
    pages = [str(path) for path in written if path.suffix != ".svg"]
    console.print(f"{len(checks)} checks, {failed or 'none'} failed: {', '.join(pages)}")
    if options.json:
        _print_json({"checks": [check.plain() for check in checks], "failed": failed, "pages": pages})
    return 130 if interrupted else int(failed > 0)


def _ladder_options(options: argparse.Namespace) -> None:
    """What belongs to validate alone is refused elsewhere."""
    given = {"--quick": options.quick, "--only": options.only, "--output": options.output}
    for name, value in given.items():
        if value:
            raise registry.BenchmarkError(f"{name} belongs to validate")


def _peers(arguments: Sequence[str]) -> int:
    try:
        from jamsu.benchmarks.peers.command import peers
    except ModuleNotFoundError as error:
        if not str(error.name).startswith("jamsu.benchmarks.peers"):
            raise
        raise registry.BenchmarkError("peers: not in the installed package; run it from a checkout") from None
    return peers(_Parser(prog="benchmarks peers"), arguments)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command line; the exit code."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    try:
        if [word for word in given if not word.startswith("-")][:1] == ["peers"]:
            given.remove("peers")
            return _peers(given)
        options = _parser().parse_intermixed_args(arguments)
        if options.command == "validate" and not options.words:
            return _validate(options)
        _ladder_options(options)
        if options.command == "list" and not options.words:
            _list(options.json)
        elif options.command == "run":
            _run(options.words, options.json)
        else:
            asked = " ".join([options.command, *options.words])
            raise registry.BenchmarkError(
                f"no command {asked!r}; known: list, run NAME [KEY=VALUE ...], validate, peers"
            )
    except registry.BenchmarkError as error:
        print(f"benchmarks: {error}", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
