"""`jamsu audit`: recompute from a result's own numbers whether it can be believed."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jamsu.errors import NOT_CONVERGED
from jamsu.options import JsonOption, result_name


def audit(
    result: Annotated[Path, typer.Argument(metavar="RESULT", parser=result_name, help="A result file of `jamsu run`.")],
    as_json: JsonOption = False,
) -> None:
    """Check a result against its own numbers.

    Every run does this by itself, and one that fails is not called converged: gas within sources and sinks, the second
    law at every coil, each height unit's outlet against its heat and flow, stores of heat steady, the hull's heat
    against its films, the balance against its parts.

    \b
    Examples:
      jamsu audit natick2.vtkhdf
      jamsu audit natick2.vtkhdf --json

    \b
    Exit codes:
      0  every check holds
      2  no result that can be read
      3  a check fails
    """
    from jamsu.api import open_result
    from jamsu.cases.errors import CaseError, Problem
    from jamsu.cases.results.audit import audit as checks_of
    from jamsu.console import answers, print_json

    tree = open_result(result)
    try:
        checks = checks_of(tree)
    except (KeyError, AttributeError) as error:
        reason = f"lacks {error}, which an audit needs: it is of an earlier version of jamsu; expected a new run"
        raise CaseError(str(result), Problem("", "", reason)) from None
    passed = all(check.passed for check in checks)
    if as_json:
        rows = [
            {"name": c.name, "what": c.what, "found": c.found, "allowed": c.allowed, "passed": c.passed} for c in checks
        ]
        print_json({"result": result, "status": tree.attrs["status"], "passed": passed, "checks": rows})
    else:
        from rich.markup import escape
        from rich.table import Table

        table = Table(show_edge=False, pad_edge=False)
        for column in ("of", "what", "found", "allowed", ""):
            table.add_column(column, justify="right" if column in ("found", "allowed") else "left")
        for c in checks:
            end = "ok" if c.passed else "FAILS"
            style = "" if c.passed else "bold red"
            table.add_row(escape(c.name), escape(c.what), f"{c.found:.4g}", f"{c.allowed:.3g}", end, style=style)
        console = answers()
        console.print(table)
        failed = sum(not c.passed for c in checks)
        console.print(f"{len(checks)} checks, {failed} failed; status: {escape(str(tree.attrs['status']))}")
    if not passed:
        raise typer.Exit(NOT_CONVERGED)
