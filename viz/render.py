"""`jamsu render`: one picture of a result, drawn off-screen.

The hull is cut open on the viewer's side; the racks carry the colour of their inlet temperature, unit by
unit; behind them stands a vertical slice of the gas temperature; lines follow the gas from the rack outlets.
One colour scale serves all. The view "section" cuts across the vessel at the rack with the hottest inlet.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyvista as pv
from PIL import Image

from cases.errors import CaseError, Problem
from cases.result_file import read_result
from viz import camera, caption, gl, meshes
from viz.scene import Scene, read_scene

Plotter = Any  # pyvista decorates the methods of its Plotter in a way that mypy takes for plain functions
VIEWS = tuple(camera.VIEWS)
COLOURS = "RdYlBu_r"
INK, QUIET, ALARM = "#1c2733", "#51606e", "#b3261e"
SCALE_LEFT, SCALE_RIGHT = 0.66, 0.97
MOST_LABELS = 24
PAPER, SEA = "#ffffff", "#dfe9ef"
STEEL, COIL, NOTHING, FLOW = "#c3ced6", "#5c6f80", "#d9dde1", "#2b3a48"


def render(
    result_path: str | Path,
    png_path: str | Path,
    *,
    size: tuple[int, int] = (1600, 900),
    view: str = "cutaway",
    field: str = "temperature",
) -> Path:
    """Draw the result in `result_path` at its last time into `png_path` (PNG) and return that path.

    `size` is width and height in pixels; `view` one of VIEWS; `field` the variable on the slice: any field of
    `/interior`, or "velocity" for the speed. Raises CaseError (one line) when the file is no result, the view
    or the field is unknown, the picture cannot be written, or this machine cannot draw (`gl.GraphicsError`).
    """
    png_path = Path(png_path)
    if view not in VIEWS:
        raise CaseError("", Problem("view", view, f"unknown view; one of {', '.join(VIEWS)}"))
    if png_path.suffix.lower() != ".png":
        raise CaseError(str(png_path), Problem("", "", "expected a name that ends in .png"))
    if not png_path.parent.is_dir():
        raise CaseError(str(png_path), Problem("", "", "cannot write the picture (no such folder)"))
    tree = read_result(result_path)
    scene = read_scene(tree, field, section=view == "section")
    gl.prepare()
    image = draw(scene, caption.title(tree, Path(result_path).stem), size=size, view=view, field=field)
    _save(image, png_path)
    return png_path


def draw(scene: Scene, title: tuple[str, str | None], *, size: tuple[int, int], view: str, field: str) -> np.ndarray:
    """The picture of `scene` as an array (height, width, 3) of bytes."""
    plotter: Plotter = pv.Plotter(off_screen=True, window_size=list(size))
    try:
        plotter.set_background(SEA, top=PAPER)
        limits = colour_limits(scene, field)
        _draw_hull(plotter, scene, view)
        _draw_slice(plotter, scene, field, limits)
        _draw_boxes(plotter, scene, field, limits)
        _draw_streamlines(plotter, scene)
        shown = meshes.opened_hull(scene) if scene.section else scene.vessel.surface
        corners = np.asarray(shown.points, dtype=float)
        camera.place(plotter, corners, scene.front, scene.along, view)
        _draw_rack_labels(plotter, scene)
        _draw_words(plotter, scene, title, field)
        _draw_scale(plotter, scene, field, limits)
        plotter.enable_anti_aliasing("ssaa")
        return np.asarray(plotter.screenshot(return_img=True))
    finally:
        plotter.close()


def colour_limits(scene: Scene, field: str) -> tuple[float, float]:
    """Ends of the colour scale: the open cells without the outer half per cent, and every rack inlet."""
    values, _ = scene.values(field)
    known = values[(scene.grid.cell_data["open_fraction"] > 0) & np.isfinite(values)]
    ends = [float(end) for end in np.percentile(known, (0.5, 99.5))] if known.size else [0.0, 1.0]
    if field == "temperature":
        inlets = np.concatenate([rack.inlet_temperature for rack in scene.racks] or [np.empty(0)])
        ends += [float(value) for value in inlets[np.isfinite(inlets)]]
    return nice_limits(min(ends), max(ends))


def nice_limits(low: float, high: float) -> tuple[float, float]:
    """The narrowest limits around `low` to `high` whose five labels are round numbers."""
    if high - low <= 1e-6 * max(1.0, abs(low), abs(high)):
        low, high = low - 0.5, high + 0.5
    power = 10.0 ** np.floor(np.log10((high - low) / 4))
    for step in power * np.array([1.0, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0, 6.0, 7.5, 8.0, 10.0, 20.0]):
        start = np.floor(low / step) * step
        if start + 4 * step >= high:
            break
    return float(start), float(start + 4 * step)


def _draw_hull(plotter: Plotter, scene: Scene, view: str) -> None:
    """The half away from the viewer; from a room or from above, whatever inner side faces the viewer."""
    inside = not scene.section and (scene.vessel.room or view == "top")
    hull = scene.vessel.surface if inside else meshes.opened_hull(scene)
    plotter.add_mesh(hull, color=STEEL, ambient=0.5, diffuse=0.55, culling="front" if inside else None)
    if not inside:
        _edges(plotter, hull, INK, 2.5)
    if not scene.section and scene.vessel.inside is not None:  # a contour has no rim worth drawing
        _edges(plotter, scene.vessel.surface, QUIET, 1.5)


def _draw_slice(plotter: Plotter, scene: Scene, field: str, limits: tuple[float, float]) -> None:
    cut = meshes.vertical_slice(scene)
    if cut.n_points == 0:
        return
    plotter.add_mesh(
        cut,
        scalars=field,
        cmap=COLOURS,
        clim=limits,
        lighting=False,
        show_scalar_bar=False,
        interpolate_before_map=True,
    )


def _draw_boxes(plotter: Plotter, scene: Scene, field: str, limits: tuple[float, float]) -> None:
    for rack in scene.racks:
        surface = meshes.rack_box(rack)
        if field == "temperature":
            plotter.add_mesh(
                surface,
                scalars="inlet_temperature",
                cmap=COLOURS,
                clim=limits,
                nan_color=NOTHING,
                ambient=0.75,
                diffuse=0.3,
                show_scalar_bar=False,
            )
        else:
            plotter.add_mesh(surface, color=NOTHING, ambient=0.4, diffuse=0.6)
        _outline(plotter, rack.lower, rack.upper)
    for coil in scene.coils:
        plotter.add_mesh(meshes.box(coil.lower, coil.upper), color=COIL, ambient=0.4, diffuse=0.6)
        _outline(plotter, coil.lower, coil.upper)


def _edges(plotter: Plotter, surface: pv.PolyData, colour: str, width: float) -> None:
    lines = meshes.rim(surface)
    if lines.n_points:  # a whole sphere has none
        plotter.add_mesh(lines, color=colour, line_width=width, lighting=False)


def _outline(plotter: Plotter, lower: np.ndarray, upper: np.ndarray) -> None:
    _edges(plotter, meshes.box(lower, upper), INK, 1.6)


def _draw_streamlines(plotter: Plotter, scene: Scene) -> None:
    lines = meshes.streamlines(scene)
    if lines is None:
        return
    extent = float(np.diff(scene.vessel.bounds, axis=0).max())
    tubes = lines.tube(radius=extent / 2200, n_sides=8)
    plotter.add_mesh(tubes, color=FLOW, ambient=0.5, diffuse=0.5, opacity=0.65)


def _draw_words(plotter: Plotter, scene: Scene, title: tuple[str, str | None], field: str) -> None:
    height = _letter(plotter)
    lines = caption.caption_lines(scene)
    _text(plotter, title[0], (0.03, 0.925), height * 0.030, INK, bold=True, font_file=title[1])
    for index, line in enumerate(lines):
        _text(plotter, line, (0.03, 0.125 - 0.034 * index), height * 0.0165, QUIET)
    settled = caption.is_settled(scene.tree)
    _text(
        plotter,
        caption.status_line(scene.tree),
        (0.03, 0.163),
        height * 0.0165,
        QUIET if settled else ALARM,
        bold=not settled,
    )


def _draw_scale(plotter: Plotter, scene: Scene, field: str, limits: tuple[float, float]) -> None:
    height = _letter(plotter)
    name, unit = field.replace("_", " ").capitalize(), scene.unit(field)
    _text(plotter, f"{name} ({unit})" if unit else name, (SCALE_LEFT, 0.125), height * 0.02, INK)
    mapper = pv.DataSetMapper(pv.PolyData())
    mapper.lookup_table = pv.LookupTable(cmap=COLOURS, scalar_range=limits)
    mapper.scalar_range = limits
    bar = plotter.add_scalar_bar(
        title=" ",
        mapper=mapper,
        n_labels=5,
        fmt="%.4g",
        color=INK,
        label_font_size=int(height * 0.018),
        position_x=SCALE_LEFT,
        position_y=0.035,
        width=SCALE_RIGHT - SCALE_LEFT,
        height=0.08,
    )
    bar.SetTextPositionToPrecedeScalarBar()
    bar.SetTitle("")
    bar.SetUnconstrainedFontSize(True)
    bar.GetLabelTextProperty().SetFontSize(int(height * 0.018))
    bar.SetBarRatio(0.3)
    bar.SetTextPad(round(height * 0.008))


def _draw_rack_labels(plotter: Plotter, scene: Scene) -> None:
    """The hottest inlet over each rack, the hottest of all in red."""
    hottest = scene.hottest_rack
    for rack in scene.racks if len(scene.racks) <= MOST_LABELS else ((hottest,) if hottest else ()):
        if not np.isfinite(rack.hottest):
            continue
        top = np.array([*(rack.lower + rack.upper)[:2] / 2, rack.upper[2]])
        label = _text(
            plotter,
            f" {rack.hottest:.1f} ",
            camera.on_picture(plotter, top),
            _letter(plotter) * 0.017,
            PAPER if rack is hottest else INK,
            bold=True,
        )
        label.prop.justification_horizontal = "center"
        label.prop.justification_vertical = "center"
        label.prop.background_color = ALARM if rack is hottest else PAPER
        label.prop.background_opacity = 0.9


def _letter(plotter: Plotter) -> float:
    """The length that sizes of letters are shares of: the height, or less in a narrow picture."""
    width, height = plotter.window_size
    return float(min(height, width * 9 / 16))


def _text(
    plotter: Plotter,
    text: str,
    position: tuple[float, float],
    size: float,
    colour: str,
    *,
    bold: bool = False,
    font_file: str | None = None,
) -> pv.Text:
    actor = plotter.add_text(text, position=position, viewport=True, font_size=10, color=colour, font_file=font_file)
    actor.prop.font_size = round(size)
    actor.prop.bold = bold
    return actor


def _save(image: np.ndarray, path: Path) -> None:
    try:
        Image.fromarray(image).save(path)
    except OSError as error:
        raise CaseError(str(path), Problem("", "", f"cannot write the picture ({error.strerror})")) from None
