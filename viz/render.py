"""`jamsu render`: one picture of a result, drawn off-screen.

The hull is cut open on the viewer's side; the racks carry the colour of their inlet temperature, unit by
unit; behind them stands a slice of the gas temperature; lines follow the gas from the racks' outlets. Into a
low room or deck one looks from above, and the slice lies level at half the height of the racks. The view
"section" cuts across the vessel at the rack with the hottest inlet.
"""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyvista as pv
from matplotlib.colors import to_hex, to_rgb
from PIL import Image

from jamsu.cases.errors import CaseError, Problem
from jamsu.cases.results.file import read_result
from jamsu.viz import camera, caption, gl, meshes
from jamsu.viz.overlay import (
    INK,
    PAPER,
    QUIET,
    Paint,
    Plotter,
    draw_bars,
    draw_legend,
    draw_rack_labels,
    draw_words,
    letter,
)
from jamsu.viz.scale import ABOVE, BELOW, Scale, rack_values, scales
from jamsu.viz.scene import Scene, read_scene
from jamsu.viz.streamlines import arrowheads, in_plane, streamlines

VIEWS = tuple(camera.VIEWS)
SEA, STEEL, NOTHING = "#dfe9ef", "#c3ced6", "#d9dde1"
PLATE = "#75607f"
LINE = 1 / 420  # thickness of a path in `overlay.letter`s
SEAM, HEAD = 1.7, 6.0  # thickness of its seam and length of its arrowhead in thicknesses of the path

# kind of a fixture -> colour and opacity; hues that are on no colour scale
KINDS = {
    "coil": ("#5c6f80", 1.0),
    "cooling unit": ("#3c7a6b", 1.0),
    "outlet": ("#bfe3d8", 1.0),
    "intake": ("#16382f", 1.0),
    "fan": ("#8a4fa0", 1.0),
    "block": ("#8d7a66", 1.0),
    "panel": (PLATE, 0.5),
    "floor": (PLATE, 0.5),
    "bulkhead": (PLATE, 0.5),
    "perforated panel": (PLATE, 0.25),
    "perforated floor": (PLATE, 0.25),
    "perforated bulkhead": (PLATE, 0.25),
}


def render(
    result_path: str | Path,
    png_path: str | Path,
    *,
    size: tuple[int, int] = (1600, 900),
    view: str = "cutaway",
    field: str = "temperature",
) -> Path:
    """Draw the result in `result_path` at its last time into `png_path` (PNG) and return that path.

    `size` is width and height in pixels (`gl.LARGEST_SIDE` at most); `view` one of VIEWS; `field` the variable on the
    slice: any field of `/interior`, or "velocity" for the speed. Raises CaseError (one line) when the file is no
    result, size, view or field cannot be, the picture cannot be written, or this machine cannot draw
    (`gl.GraphicsError`).
    """
    png_path = Path(png_path)
    gl.check_size(size)
    if view not in VIEWS:
        raise CaseError("", Problem("view", view, f"unknown view; one of {', '.join(VIEWS)}"))
    if png_path.suffix.lower() != ".png":
        raise CaseError(str(png_path), Problem("", "", "expected a name that ends in .png"))
    if not png_path.parent.is_dir():
        raise CaseError(str(png_path), Problem("", "", "cannot write the picture (no such folder)"))
    tree = read_result(result_path)
    scene = read_scene(tree, field, view)
    gl.prepare()
    image = draw(scene, caption.title(tree, Path(result_path).stem), size=size, view=view)
    _save(image, png_path)
    return png_path


def draw(scene: Scene, title: tuple[str, str | None], *, size: tuple[int, int], view: str) -> np.ndarray:
    """The picture of `scene` as an array (height, width, 3) of bytes."""
    plotter: Plotter = pv.Plotter(off_screen=True, window_size=list(size))
    try:
        plotter.set_background(SEA, top=PAPER)
        gas, inlets = scales(scene)
        _draw_hull(plotter, scene)
        _draw_slice(plotter, scene, gas)
        _draw_racks(plotter, scene, inlets)
        _draw_fixtures(plotter, scene)
        shown = meshes.opened_hull(scene) if scene.cut.kind == "through" else scene.vessel.surface
        camera.place(plotter, np.asarray(shown.points, dtype=float), scene.front, scene.cut, view)
        _draw_paths(plotter, scene, gas)
        paint = Paint()
        draw_rack_labels(plotter, scene)
        draw_words(plotter, scene, title)
        draw_bars(plotter, paint, [gas] if inlets is gas else [gas, inlets])
        draw_legend(plotter, paint, scene, _legend(scene))
        plotter.enable_anti_aliasing("ssaa")
        return paint.on(np.asarray(plotter.screenshot(return_img=True)))
    finally:
        plotter.close()


def _draw_hull(plotter: Plotter, scene: Scene) -> None:
    """The half away from the viewer; of a room, and from above, whatever inner side faces the viewer."""
    inside = scene.cut.kind == "level" or (scene.vessel.room and scene.cut.kind == "behind")
    hull = scene.vessel.surface if inside else meshes.opened_hull(scene)
    plotter.add_mesh(hull, color=STEEL, ambient=0.5, diffuse=0.55, culling="front" if inside else None)
    if not inside:
        _edges(plotter, hull, INK, 2.5)
    if scene.cut.kind != "through" and not scene.vessel.smooth:
        _edges(plotter, scene.vessel.surface, QUIET, 1.5)


def _draw_slice(plotter: Plotter, scene: Scene, scale: Scale) -> None:
    cut = meshes.slice_of_gas(scene)
    if cut.n_points:
        plotter.add_mesh(cut, scalars=scene.field, lighting=False, interpolate_before_map=True, **_coloured(scale))


def _coloured(scale: Scale) -> dict[str, object]:
    """How a mesh is coloured by a scale."""
    return {
        "cmap": scale.colours,
        "clim": scale.limits,
        "below_color": BELOW,
        "above_color": ABOVE,
        "nan_color": NOTHING,
        "show_scalar_bar": False,
    }


def _draw_racks(plotter: Plotter, scene: Scene, scale: Scale) -> None:
    for rack in filter(scene.cut.shows, scene.racks):
        values = rack_values(scene, rack)
        surface = meshes.box(scene, rack, values)
        if values is None:
            plotter.add_mesh(surface, color=NOTHING, ambient=0.4, diffuse=0.6)
        else:
            plotter.add_mesh(surface, scalars="layer", ambient=0.88, diffuse=0.14, **_coloured(scale))
        _edges(plotter, surface, INK, 1.6)


def _draw_fixtures(plotter: Plotter, scene: Scene) -> None:
    """Coils, cooling units, blocks as boxes; fans, panels and openings as plates; arrows where gas is driven."""
    for item in filter(scene.cut.shows, scene.fixtures):
        colour, opacity = KINDS[item.kind]
        flat = bool(np.any(item.lower == item.upper))
        surface = meshes.plate(scene, item) if flat else meshes.box(scene, item)
        if surface.n_points:
            plotter.add_mesh(surface, color=colour, opacity=opacity, ambient=0.4, diffuse=0.6)
            _edges(plotter, surface, INK, 1.6)
        trace = meshes.trace(scene, item) if flat and scene.cut.kind != "behind" else None
        if trace is not None:
            width = 2 if item.kind.startswith("perforated") else 5
            plotter.add_mesh(trace, color=colour if opacity == 1 else INK, line_width=width, lighting=False)
        arrow = meshes.arrow(item)
        if arrow is not None:
            plotter.add_mesh(arrow, color=KINDS["fan" if item.kind == "fan" else "cooling unit"][0], ambient=0.4)


def _legend(scene: Scene) -> list[tuple[str, str]]:
    """Names and colours of the kinds that are drawn, in the order of KINDS."""
    present = {item.kind for item in filter(scene.cut.shows, scene.fixtures)}
    entries = [(kind, _on_paper(*KINDS[kind])) for kind in KINDS if kind in present]
    racks = list(filter(scene.cut.shows, scene.racks))
    if scene.field == "temperature" and any(np.isnan(rack.inlet_temperature).any() for rack in racks):
        entries.append(("no gas through this unit", NOTHING))
    return entries


def _on_paper(colour: str, opacity: float) -> str:
    """A colour as it looks through its opacity on white."""
    red, green, blue = (1 - opacity * (1 - share) for share in to_rgb(colour))
    return to_hex((red, green, blue))


def _edges(plotter: Plotter, surface: pv.PolyData, colour: str, width: float) -> None:
    lines = meshes.rim(surface)
    if lines.n_points:  # a whole sphere has none
        plotter.add_mesh(lines, color=colour, line_width=width, lighting=False)


def _draw_paths(plotter: Plotter, scene: Scene, scale: Scale) -> None:
    """Paths of the gas in the colours of the scale, with a dark seam; all dark within a slice."""
    lines = streamlines(scene)
    if lines is None:
        return
    width = camera.width_of(plotter, LINE * letter(plotter) / plotter.window_size[1])
    dark = {"color": INK, "lighting": False, "reset_camera": False}
    lit = dark if in_plane(scene) else {"scalars": scene.field, "ambient": 0.8, "diffuse": 0.25, **_coloured(scale)}
    tubes, heads = lines.tube(radius=width / 2, n_sides=8), arrowheads(lines, HEAD * width)
    if in_plane(scene):
        for mesh in filter(None, (tubes, heads)):
            mesh.points += width * scene.cut.normal  # in front of the slice, not in it
    else:
        plotter.add_mesh(lines.tube(radius=SEAM / 2 * width, n_sides=8), culling="front", **dark)
    for mesh in filter(None, (tubes, heads)):
        plotter.add_mesh(mesh, **{**lit, "reset_camera": False})


def _save(image: np.ndarray, path: Path) -> None:
    try:
        Image.fromarray(image).save(path)
    except OSError as error:
        raise CaseError(str(path), Problem("", "", f"cannot write the picture ({error.strerror})")) from None
