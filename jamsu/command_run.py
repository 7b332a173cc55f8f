"""`jamsu run`: solve a case."""

from __future__ import annotations

from pathlib import Path

import typer

from jamsu.errors import NOT_CONVERGED
from jamsu.options import (
    CaseArgument,
    ForceOption,
    JsonOption,
    OutputOption,
    Quality,
    QualityOption,
    ResumeOption,
    SetOption,
    command_line,
    only_one,
)


def run(
    case: CaseArgument,
    output: OutputOption = None,
    force: ForceOption = False,
    set_: SetOption = None,
    quality: QualityOption = Quality.default,
    resume: ResumeOption = False,
    as_json: JsonOption = False,
) -> None:
    """Solve a case; write the result and print its report.

    Without -o the result is CASE's name with .vtkhdf in this folder. The file opens in ParaView and in
    xarray.open_datatree. Progress goes to stderr, the answer to stdout.

    \b
    Examples:
      jamsu run natick2
      jamsu run natick2 --set "site.seawater_temperature=16 degC" -o warm.vtkhdf
      jamsu run my-module.toml --set "racks.*.power=22 kW" --quality coarse --force
      jamsu run natick2 --json > natick2.json

    \b
    Exit codes:
      0  converged (transient: came to its end)
      2  bad input; nothing was solved
      3  a result was written, but the run did not converge
      130  interrupted; --resume goes on
    """
    only_one(force=force, resume=resume)
    from jamsu.api import default_name, solve
    from jamsu.console import answers, print_json
    from jamsu.progress import shown_progress
    from jamsu.report import GOOD_STATUS, print_report

    name = default_name(case)
    path = output if output is not None else Path(f"{name}.vtkhdf")
    with shown_progress(name) as display:
        solved = solve(
            case,
            set_ or (),
            output=path,
            quality=quality.value,
            resume=resume,
            force=force,
            progress=display,
            command=command_line(),
        )
    if as_json:
        print_json(solved.summary)
    else:
        print_report(solved.summary, answers())
    if solved.summary["status"] not in GOOD_STATUS:
        raise typer.Exit(NOT_CONVERGED)
