"""A picture of how two results differ: second less first, on one scale about zero."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import xarray as xr
from matplotlib import colormaps

from jamsu.cases.errors import CaseError, Problem
from jamsu.cases.results.comparison import difference
from jamsu.viz import caption, gl
from jamsu.viz.render import VIEWS, check_png, draw, save
from jamsu.viz.scale import Scale, nice_limits, scale_of
from jamsu.viz.scene import Scene, read_scene

COLOURS = colormaps["RdBu_r"]  # white where nothing changes


def render_difference(
    first: xr.DataTree,
    second: xr.DataTree,
    names: tuple[str, str],
    png_path: str | Path,
    *,
    size: tuple[int, int] = (1600, 900),
    view: str = "cutaway",
    field: str = "temperature",
) -> Path:
    """Draw second less first into `png_path` (PNG) and return that path; `names` are what the results are called.

    Vessel, racks and slice are those of the first. Raises CaseError as `jamsu.viz.render.render` does, and where a
    result lacks the field.
    """
    png_path = Path(png_path)
    gl.check_size(size)
    check_png(png_path)
    if view not in VIEWS:
        raise CaseError("", Problem("view", view, f"unknown view; one of {', '.join(VIEWS)}"))
    tree = difference(first, second, field)
    tree.attrs |= _status(dict(zip(names, (first, second), strict=True)))
    scene = read_scene(tree, "speed" if field == "velocity" else field, view, differs=True)
    gl.prepare()
    title = f"{names[1]} less {names[0]}", None
    save(draw(scene, title, size=size, scale=scale_about_zero(scene)), png_path)
    return png_path


def _status(results: dict[str, xr.DataTree]) -> dict[str, str]:
    """Status of a difference: settled only if both results are."""
    unsettled = [name for name, tree in results.items() if not caption.is_settled(tree)]
    if not unsettled:
        return {"status": "converged", "status_meaning": "both results"}
    return {"status": "not converged", "status_meaning": " and ".join(unsettled)}


def scale_about_zero(scene: Scene) -> Scale:
    """The scale of a difference: as far below zero as above, wide enough for the gas and the racks' inlets."""
    plain = scale_of(scene)
    finite = np.asarray(scene.grid.cell_data[scene.field])[scene.free]
    inlets = [value for rack in scene.racks for value in rack.inlet_temperature if np.isfinite(value)]
    far = float(np.quantile(np.abs(finite), 0.98)) if finite.size else 0.0
    if scene.field == "temperature":
        far = max([far, *map(abs, inlets)])
    end = nice_limits(-max(far, 1e-3), max(far, 1e-3))[1]
    name = f"{scene.field.replace('_', ' ').capitalize()}, second less first"
    return Scale(name, scene.unit, COLOURS, (-end, end), plain.drawn)
