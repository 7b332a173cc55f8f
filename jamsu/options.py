"""The options that several commands share, and how their values are read."""

from __future__ import annotations

import shlex
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Quality(StrEnum):
    """How fine the grid is."""

    coarse = "coarse"
    default = "default"
    fine = "fine"


def file_name(text: str) -> Path:
    """The value of -o: the name of a file, for a folder takes no result."""
    path = Path(text)
    if not text.strip():
        raise typer.BadParameter("'': is empty; expected the name of a file")
    if not path.name or text.endswith(("/", "/.", "..")) or path.is_dir():
        raise typer.BadParameter(f"'{text}': is a folder; expected the name of a file")
    return path


def result_name(text: str) -> Path:
    """The value of RESULT: the name of a file (whether it is a result shows when it is read)."""
    if not text.strip():
        raise typer.BadParameter("'': is empty; expected the name of a result file")
    return Path(text)


def _overrides(values: list[str] | None) -> list[str] | None:
    """The values of --set, each of the form PATH=VALUE, no PATH twice (what they mean is for the case to judge)."""
    paths: set[str] = set()
    for text in values or ():
        path, equals, value = text.partition("=")
        if not equals or not path.strip() or not value.strip():
            raise typer.BadParameter(f"'{text}': expected PATH=VALUE, such as site.seawater_temperature='12 degC'")
        if path.strip() in paths:
            raise typer.BadParameter(f"{path.strip()}: the path is given twice")
        paths.add(path.strip())
    return values


def _case(case: str) -> str:
    """The value of CASE; says so where a file of this folder is left aside for a case of the library."""
    if case and Path(case).name == case and (Path(f"{case}.toml").is_file() or Path(case).is_file()):
        from jamsu.cases.reading.source import shadowed_file  # only now: help must be quick

        if file := shadowed_file(case):
            print(f"jamsu: {case}: the library's case; the file of that name here is ./{file}", file=sys.stderr)
    return case


CaseArgument = Annotated[
    str,
    typer.Argument(
        metavar="CASE",
        callback=_case,
        help="A name of the library (`jamsu cases`), a TOML file, or - for standard input.",
    ),
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        callback=_overrides,
        help="Change a value of the case, with its unit; may be repeated. A * stands for every name.",
    ),
]
QualityOption = Annotated[Quality, typer.Option("--quality", help="How fine the grid is.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace the output if it exists.")]
ResumeOption = Annotated[bool, typer.Option("--resume", help="Go on where an interrupted one stopped.")]
OutputOption = Annotated[
    Path | None,
    typer.Option("-o", "--output", metavar="FILE", parser=file_name, help="The file to write.", show_default=False),
]


def command_line() -> str:
    """The command as it was typed, for the result to keep."""
    return shlex.join(["jamsu", *sys.argv[1:]])


def only_one(**flags: bool) -> None:
    """Refuse flags that contradict each other, as wrong usage."""
    given = [f"--{name}" for name, value in flags.items() if value]
    if len(given) > 1:
        raise typer.BadParameter(f"{' and '.join(given)} contradict each other: give one of them")
