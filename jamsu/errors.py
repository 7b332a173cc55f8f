"""What a person at the terminal sees when something goes wrong: one line, and a telling exit code."""

from __future__ import annotations

import difflib
import re
import sys
from typing import Any

import typer
from typer.core import TyperGroup

BAD_INPUT = 2
NOT_CONVERGED = 3
INTERRUPTED = 130

_RESUMABLE = ("run", "sweep")
# Newer releases of typer carry their own click, so that its errors are to be had from typer alone.
_UsageError: type[Exception] = typer.BadParameter.__mro__[1]


class OneLineErrors(TyperGroup):
    """A command group that turns errors of the input into one line on stderr.

    A defect of the program keeps its traceback.
    """

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:
        """Without arguments, print the help: nothing was asked wrongly."""
        if not args and not ctx.resilient_parsing:
            print(ctx.get_help())
            raise typer.Exit()
        return super().parse_args(ctx, args)

    def make_context(self, *args: Any, **options: Any) -> Any:
        """Read the arguments before the command; wrong usage exits with 2."""
        try:
            return super().make_context(*args, **options)
        except _UsageError as error:
            raise _refused(usage_message(error)) from None

    def invoke(self, ctx: Any) -> Any:
        """Run the command; wrong usage, CaseError and unusable files exit with 2, an interruption with 130."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            advice = ": the same command with --resume goes on from here"
            _say("interrupted" + (advice if ctx.invoked_subcommand in _RESUMABLE else ""))
            raise typer.Exit(INTERRUPTED) from None
        except _UsageError as error:
            raise _refused(usage_message(error, ctx.invoked_subcommand or "")) from None
        except OSError as error:
            if error.filename is None:  # not about a file of the user's, e.g. a closed pipe
                raise
            raise _refused(f"{error.filename}: {error.strerror or error}") from None
        except Exception as error:
            from jamsu.cases.errors import CaseError  # the schema comes with it: not for `jamsu --help`

            if not isinstance(error, CaseError):
                raise
            raise _refused(str(error)) from None


def usage_message(error: Any, command: str = "") -> str:
    """What is wrong with the arguments of a command: "run: --qualty: no such option (nearest: --quality)"."""
    if error.ctx is not None and error.ctx.parent is not None:
        command = error.ctx.info_name
    return (f"{command}: " if command else "") + _complaint(error)


def _complaint(error: Any) -> str:
    kind, parameter = type(error).__name__, getattr(error, "param", None)
    if kind == "NoSuchOption":
        return f"{error.option_name}: no such option{_near(error.option_name, _options(error.ctx))}"
    if kind == "BadOptionUsage":
        wanted = "takes no value" if "does not take" in error.message else "a value is missing after it"
        return f"{error.option_name}: {wanted}"
    if kind == "MissingParameter" and parameter is not None:
        return f"{_written(parameter)} is missing: {_help(parameter)}"
    if isinstance(error, typer.BadParameter):
        return error.message if parameter is None else f"{_option(parameter)}: {_choice(error.message)}"
    commands = list(getattr(error.ctx.command, "commands", ())) if error.ctx is not None else []
    if found := re.match(r"No such command '(.*?)'", error.message):
        return f"{found[1]}: no such command{_near(found[1], commands)}"
    if found := re.match(r"Got unexpected extra arguments?(?:\(s\))? \((.*)\)", error.message):
        return f"{found[1]}: one argument too many; a value with blanks in it stands in quotes"
    if error.message.startswith("Missing command"):
        return f"expected a command, one of {', '.join(commands)}"
    return str(error.message).rstrip(".")


def _choice(message: str) -> str:
    """click's "'best' is not one of 'coarse', 'fine'" with the nearest of them."""
    found = re.search(r"'(.*)' is not one of (.*)", message)
    if not found:
        return message.rstrip(".")
    choices = re.findall(r"'(.*?)'", found[2])
    near = difflib.get_close_matches(found[1], choices, n=1, cutoff=0.5)
    hint = f" (nearest: {near[0]})" if near else ""
    return f"'{found[1]}': expected one of {', '.join(choices)}{hint}"


def _near(word: str, known: list[str]) -> str:
    """The known names most like a word; if none is, all of them."""
    near = difflib.get_close_matches(word, known, n=3, cutoff=0.6)
    return f" (nearest: {', '.join(near)})" if near else f"; expected one of {', '.join(known)}"


def _options(ctx: Any) -> list[str]:
    """The long names of a command's options."""
    return [_option(entry) for entry in ctx.command.get_params(ctx) if entry.opts[0].startswith("-")]


def _option(parameter: Any) -> str:
    """The name of an option or argument as it is typed."""
    return max(parameter.opts, key=len) if parameter.opts[0].startswith("-") else parameter.metavar


def _written(parameter: Any) -> str:
    """An option with its value, or an argument."""
    name = _option(parameter)
    return f"{name} {parameter.metavar}" if name.startswith("-") and parameter.metavar else name


def _help(parameter: Any) -> str:
    text = parameter.help.rstrip(".")
    return text[:1].lower() + text[1:]


def _refused(message: str) -> typer.Exit:
    _say(message)
    return typer.Exit(BAD_INPUT)


def _say(message: str) -> None:
    line = " ".join(message.split())
    # A name of a file may hold what a terminal would obey.
    print("jamsu: " + "".join(c if c.isprintable() else "\ufffd" for c in line), file=sys.stderr)
