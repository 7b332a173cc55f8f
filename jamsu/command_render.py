"""`jamsu render`: draw a result."""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Annotated

import typer

from jamsu.options import file_name, result_name


def render(
    result: Annotated[Path, typer.Argument(metavar="RESULT", parser=result_name, help="A result file of `jamsu run`.")],
    output: Annotated[
        Path | None,
        typer.Option(
            "-o", "--output", metavar="PNG", parser=file_name, help="The picture to write.", show_default=False
        ),
    ] = None,
    view: Annotated[str, typer.Option("--view", help="Where to look from; a wrong name lists them.")] = "cutaway",
    field: Annotated[
        str, typer.Option("--field", help="What the slice shows: a field of the result, or velocity.")
    ] = "temperature",
    size: Annotated[str, typer.Option("--size", metavar="WxH", help="Size in pixels.")] = "1600x900",
    ends: Annotated[
        str | None,
        typer.Option(
            "--range",
            metavar="LOW,HIGH",
            help="Ends of the colour scale, with their unit; without it they hold the ASHRAE inlet limits.",
            show_default=False,
        ),
    ] = None,
    plane: Annotated[
        str | None,
        typer.Option("--slice", metavar="AXIS=VALUE", help="Where the slice lies, with its unit.", show_default=False),
    ] = None,
    time: Annotated[
        str | None,
        typer.Option("--time", metavar="TIME", help="Which saved time; without it the last.", show_default=False),
    ] = None,
    hull: Annotated[bool, typer.Option("--hull/--no-hull", help="Draw the vessel.")] = True,
) -> None:
    """Draw a result to a PNG file, without a display.

    Without -o the picture is RESULT's name with .png in this folder; one that exists is replaced.

    The temperature's scale spans at least 15 to 32 degC, the inlets that ASHRAE class A1 allows, and goes farther where
    the gas does. So red is too hot for an inlet in every picture. --range magnifies what is smaller, in other hues.

    \b
    Examples:
      jamsu render natick2.vtkhdf
      jamsu render natick2.vtkhdf -o speed.png --field velocity --size 2400x1350
      jamsu render natick2.vtkhdf --view top --slice "z=0.5 m" --range "16,17 degC"
      jamsu render failure.vtkhdf --time "90 s" --no-hull
    """
    pixels = _pixels(size)
    # matplotlib, of which colours and fonts are taken, tells at length of a home folder that it cannot write to.
    logging.getLogger("matplotlib").setLevel(logging.ERROR)
    from jamsu.api import render as draw

    asked = {"range": ends, "slice": plane, "time": time}
    wishes = {name: value for name, value in asked.items() if value is not None}
    print(draw(result, output, size=pixels, view=view, field=field, hull=hull, **wishes))


def _pixels(size: str) -> tuple[int, int]:
    """Width and height of a text such as "1600x900"."""
    found = re.fullmatch(r"([1-9]\d{0,4})[x×]([1-9]\d{0,4})", size.strip())
    if not found:
        raise typer.BadParameter(f"--size {size}: expected width x height in pixels, such as 1600x900")
    from jamsu.viz.gl import check_size  # light: says what is wrong before anything is read

    pixels = int(found[1]), int(found[2])
    check_size(pixels)
    return pixels
