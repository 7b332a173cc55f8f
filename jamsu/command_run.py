"""`jamsu run`: solve a case."""

from __future__ import annotations

from pathlib import Path

import typer

from jamsu.errors import KEPT_BESIDE, NOT_CONVERGED
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
      4  solved, but another file came to lie at the output: the result is beside it, as told
      130, 143, 129  ended by Ctrl-C, SIGTERM, SIGHUP; what was done is saved, and --resume goes on from there

    A run saves where it is every 15 s, in a checkpoint beside the output. While it writes an output, no other
    run or sweep can: a file .lock beside it says who does.
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
    if solved.summary["result"] != str(path):
        raise typer.Exit(KEPT_BESIDE)
    if solved.summary["status"] not in GOOD_STATUS:
        raise typer.Exit(NOT_CONVERGED)
