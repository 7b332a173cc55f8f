"""The options that several commands share, and how their values are read."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Quality(StrEnum):
    """How fine the grid is."""

    coarse = "coarse"
    default = "default"
    fine = "fine"


CaseArgument = Annotated[
    str, typer.Argument(metavar="CASE", help="A name of the library (`jamsu cases`) or a TOML file.")
]
SetOption = Annotated[
    list[str] | None,
    typer.Option(
        "--set",
        metavar="PATH=VALUE",
        help="Change a value of the case, with its unit; may be repeated. A * stands for every name.",
    ),
]
QualityOption = Annotated[Quality, typer.Option("--quality", help="How fine the grid is.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print one JSON object instead of tables.")]
ForceOption = Annotated[bool, typer.Option("--force", help="Replace the output if it exists.")]
ResumeOption = Annotated[bool, typer.Option("--resume", help="Go on where an interrupted one stopped.")]
OutputOption = Annotated[
    Path | None, typer.Option("-o", "--output", metavar="FILE", help="The file to write.", show_default=False)
]


def only_one(**flags: bool) -> None:
    """Refuse flags that contradict each other, as wrong usage."""
    given = [f"--{name}" for name, value in flags.items() if value]
    if len(given) > 1:
        raise typer.BadParameter(f"{' and '.join(given)} contradict each other: give one of them")
