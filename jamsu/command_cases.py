"""`jamsu cases`, `jamsu show`, `jamsu check`: look at cases without solving them."""

from __future__ import annotations

import tomllib
from typing import Any

from jamsu.options import CaseArgument, JsonOption, Quality, QualityOption, SetOption


def cases(as_json: JsonOption = False) -> None:
    """List the cases of the library.

    \b
    Examples:
      jamsu cases
      jamsu cases --json
    """
    from jamsu.cases import case_text, library_names

    rows = [_card(name, case_text(name)) for name in library_names()]
    from jamsu.console import answers, print_json

    if as_json:
        print_json(rows)
        return
    from rich.markup import escape
    from rich.table import Table

    table = Table(show_edge=False, pad_edge=False)
    table.add_column("case", no_wrap=True, style="bold")
    table.add_column("what it is")
    table.add_column("vessel", no_wrap=True)
    table.add_column("racks", justify="right")
    table.add_column("coils", justify="right")
    for row in rows:
        table.add_row(row["name"], escape(row["title"]), row["vessel"], str(row["racks"]), str(row["coils"]))
    answers().print(table)


def show(case: CaseArgument, set_: SetOption = None) -> None:
    """Print a case as TOML text.

    As it is written, with its comments; with --set as it is solved, every value in place. A library case
    printed to a file is where a case of your own begins.

    \b
    Examples:
      jamsu show natick2
      jamsu show natick2 > my-module.toml
      jamsu show natick2 --set "racks.*.power=22 kW"
      jamsu show natick2 | sed s/nitrogen/air/ | jamsu check -
    """
    from jamsu.cases import case_text, load_case
    from jamsu.console import print_toml

    print_toml(load_case(case, set_).to_toml() if set_ else case_text(case))


def check(
    case: CaseArgument,
    set_: SetOption = None,
    quality: QualityOption = Quality.default,
    as_json: JsonOption = False,
) -> None:
    """Check a case without solving it.

    Prints the grid, its cells and memory, what of it the hull cuts, and warnings: where the case leaves the range
    of a model.

    \b
    Examples:
      jamsu check natick2
      jamsu check my-module.toml --quality fine
      jamsu check natick2 --set "solver.resolution=50 mm" --json
    """
    from jamsu.cases import CaseError, load_case
    from jamsu.cases.reading.loader import error_as_typed

    loaded = load_case(case, set_ or ())
    from jamsu.cases.run.runner import check_case
    from jamsu.console import answers, print_json

    try:
        facts = check_case(loaded, quality.value)
    except CaseError as error:
        raise error_as_typed(error, case, set_ or ()) from error
    if as_json:
        print_json(facts)
        return
    from rich.markup import escape
    from rich.table import Table

    from jamsu.cases.reading.source import is_pipe
    from jamsu.facts import fact_rows

    name = loaded.name if is_pipe(case) else case
    title = f"{escape(name)}, {quality.value} quality"
    table = Table(title=title, title_justify="left", title_style="bold", show_header=False, show_edge=False)
    table.add_column(no_wrap=True)
    table.add_column()
    for label, text in fact_rows(facts):
        table.add_row(label, escape(text))
    console = answers()
    console.print(table)
    for warning in facts["warnings"]:
        console.print(f"[yellow]warning:[/] {escape(str(warning))}", soft_wrap=True)
    if not facts["warnings"]:
        console.print("[green]no warnings[/]")


def _card(name: str, text: str) -> dict[str, Any]:
    """What the list says of a case, read from its text alone: validating all would take seconds."""
    tree = tomllib.loads(text)
    return {
        "name": name,
        "title": tree.get("title", ""),
        "vessel": tree.get("vessel", {}).get("shape", ""),
        "racks": len(tree.get("racks", {})),
        "coils": len(tree.get("coils", {})),
    }
