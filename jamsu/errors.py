"""What a person at the terminal sees when something goes wrong: one line, and a telling exit code."""

from __future__ import annotations

import contextlib
import difflib
import re
import signal
import sys
import threading
import warnings
from collections.abc import Iterator
from typing import Any

import typer
from typer.core import TyperGroup

BAD_INPUT = 2
NOT_CONVERGED = 3
KEPT_BESIDE = 4
INTERRUPTED = 130

# What ends a process from outside: a batch system, a container or a time limit; a terminal that closes.
_ENDINGS = {"SIGTERM": "terminated", "SIGHUP": "hung up"}
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
        """Run the command; wrong usage, CaseError and unusable files exit with 2, an interruption with 128 + signal."""
        try:
            with _endings_raised(), _warnings_told():
                return super().invoke(ctx)
        except KeyboardInterrupt as stop:
            word, code = (stop.word, 128 + stop.number) if isinstance(stop, Ended) else ("interrupted", INTERRUPTED)
            _say("; ".join((word, *getattr(stop, "__notes__", ()))))
            raise typer.Exit(code) from None
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


class Ended(KeyboardInterrupt):
    """A signal that ends the process: what catches Ctrl-C to save its work catches it too."""

    def __init__(self, number: int, word: str) -> None:
        super().__init__(word)
        self.number, self.word = number, word


@contextlib.contextmanager
def _endings_raised() -> Iterator[None]:
    """Raise `Ended` at the first signal that would end the process; those that it ignores (nohup) stay ignored."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    caught = {number: word for name, word in _ENDINGS.items() if (number := getattr(signal, name, None)) is not None}
    caught = {number: word for number, word in caught.items() if signal.getsignal(number) is signal.SIG_DFL}

    def end(number: int, _: Any) -> None:
        for other in caught:  # a second one must not cut the saving short
            signal.signal(other, signal.SIG_IGN)
        raise Ended(number, caught[number])

    for number in caught:
        signal.signal(number, end)
    try:
        yield
    finally:
        for number in caught:
            signal.signal(number, signal.SIG_DFL)


@contextlib.contextmanager
def _warnings_told() -> Iterator[None]:
    """Print a warning about a run's files as a line of ours; others as Python does."""
    with warnings.catch_warnings():
        others = warnings.showwarning

        def show(message: Warning | str, category: type[Warning], *args: Any, **options: Any) -> None:
            from jamsu.cases.results.output import OutputWarning

            if issubclass(category, OutputWarning):
                _say(f"warning: {message}")
            else:
                others(message, category, *args, **options)

        warnings.showwarning = show
        yield


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
