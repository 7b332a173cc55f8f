"""The command line: `jamsu COMMAND`. Each command is a file of its own; nothing heavy is imported here."""

from __future__ import annotations

import sys
from importlib.metadata import version as distribution_version
from typing import Annotated

import typer

from jamsu.command_audit import audit
from jamsu.command_cases import cases, check, show
from jamsu.command_compare import compare
from jamsu.command_render import render
from jamsu.command_run import run
from jamsu.command_sweep import sweep
from jamsu.errors import OneLineErrors
from jamsu.streams import lost_output, prepare_streams

app = typer.Typer(
    name="jamsu",
    cls=OneLineErrors,
    rich_markup_mode=None,  # plain help: quick, and right when it is piped
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)


def _print_version(wanted: bool = True) -> None:
    if wanted:
        print(f"jamsu {distribution_version('jamsu')}")
        raise typer.Exit()


@app.callback()
def jamsu(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and exit."),
    ] = False,
) -> None:
    """Thermal digital twin of underwater data centres: how hot the racks run, and where the heat goes.

    \b
    Start with:
      jamsu cases
      jamsu run natick2
      jamsu render natick2.vtkhdf
      jamsu version

    \b
    A module of your own:
      jamsu show natick2 > my-module.toml
      jamsu check my-module.toml
      jamsu run my-module.toml --set "racks.*.power=22 kW" --quality coarse -o 22kW.vtkhdf
      jamsu sweep my-module.toml --vary "site.seawater_temperature=8,12,16 degC"

    `jamsu COMMAND --help` explains a command, with examples.
    """


for command in (run, cases, show, check, audit, compare, render, sweep):
    app.command(command.__name__)(command)


@app.command("version")
def print_version() -> None:
    """Print the version.

    \b
    Example:
      jamsu version
    """
    _print_version()


def main() -> None:
    """Entry point of the `jamsu` command."""
    prepare_streams()
    try:
        app()
    except SystemExit as end:
        raise SystemExit(_told(end.code)) from None


def _told(code: str | int | None) -> str | int | None:
    """The exit code; 1 where all went well but the answer could not be written to stdout."""
    lost = lost_output()
    if lost is None:
        return code
    print(f"jamsu: the answer could not be written to standard output: {lost.strerror}", file=sys.stderr)
    return code or 1


if __name__ == "__main__":  # python -m jamsu.cli, where the command is not installed
    main()
