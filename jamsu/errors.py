"""What a person at the terminal sees when something goes wrong: one line, and a telling exit code."""

from __future__ import annotations

import sys
from typing import Any

import typer
from typer.core import TyperGroup

BAD_INPUT = 2
NOT_CONVERGED = 3
INTERRUPTED = 130

_RESUMABLE = ("run", "sweep")


class OneLineErrors(TyperGroup):
    """A command group that turns errors of the input into one line on stderr.

    A defect of the program keeps its traceback.
    """

    def invoke(self, ctx: Any) -> Any:
        """Run the command; CaseError and unusable files exit with 2, an interruption with 130."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            advice = ": the same command with --resume goes on from here"
            _say("interrupted" + (advice if ctx.invoked_subcommand in _RESUMABLE else ""))
            raise typer.Exit(INTERRUPTED) from None
        except OSError as error:
            if error.filename is None:  # not about a file of the user's, e.g. a closed pipe
                raise
            _say(f"{error.filename}: {error.strerror or error}")
            raise typer.Exit(BAD_INPUT) from None
        except Exception as error:
            from cases.errors import CaseError  # the schema comes with it: not for `jamsu --help`

            if not isinstance(error, CaseError):
                raise
            _say(str(error))
            raise typer.Exit(BAD_INPUT) from None


def _say(message: str) -> None:
    print(f"jamsu: {' '.join(message.split())}", file=sys.stderr)
