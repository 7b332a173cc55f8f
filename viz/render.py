"""`jamsu render`: one picture of a result, drawn off-screen.

The hull is cut open; the racks carry the colour of their inlet temperature, unit by unit; a slice shows the gas. "side"
and "section" cut along and across the vessel at the rack with the hottest inlet, "top" is a plan at half the height of
the racks, and the "cutaway" looks from above on a level slice low at the racks, with paths of the gas from the racks.
"""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pyvista as pv
from matplotlib.colors import to_hex, to_rgb
from PIL import Image

from jamsu.cases.errors import CaseError, Problem
from jamsu.cases.results.file import read_result
from jamsu.cases.results.output import part_name, write_through
from jamsu.viz import camera, caption, gl, inlets, meshes, overlay, signs
from jamsu.viz.layout import ROOM, Layout, lay_out, letter_size, words_width
from jamsu.viz.letters import INK, PAPER, QUIET, Plotter
from jamsu.viz.paint import Area, Paint
from jamsu.viz.scale import ABOVE, BELOW, Scale, rack_values, scale_of
from jamsu.viz.scene import Scene, read_scene
from jamsu.viz.streamlines import arrowheads, in_plane, starts_of, streamlines
from jamsu.viz.wishes import read_range, read_slice, read_time

VIEWS = tuple(camera.VIEWS)
SEA, STEEL, NOTHING = "#dfe9ef", "#c3ced6", "#d9dde1"
PLATE = "#75607f"
LINE = 0.15  # thickness of a path in letters
SEAM, HEAD, START = (
    1.7,
    6.0,
    1.6,
)  # of its seam, length of its arrowhead, radius of its start, in thicknesses of the path

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
    ends: str | None = None,
    plane: str | None = None,
    time: str | None = None,
    hull: bool = True,
) -> Path:
    """Draw the result in `result_path` into `png_path` (PNG) and return that path.

    Args:
      size: width and height in pixels, `gl.LARGEST_SIDE` at most.
      view: one of VIEWS.
      field: the variable on the slice: any field of `/interior`, or "velocity" for the speed.
      ends: ends of the colour scale with their unit, such as "15, 32 degC" (None: as `jamsu.viz.scale` says).
      plane: where the slice lies, such as "z = 1.2 m" (None: where the view puts it).
      time: which saved time is drawn, the nearest one, such as "90 s" (None: the last).
      hull: whether the vessel is drawn.

    Raises CaseError (one line) when the file is no result, a value cannot be, the picture cannot be written, or this
    machine cannot draw (`gl.GraphicsError`). A title whose letters no font has is replaced, with a warning.
    """
    png_path = Path(png_path)
    gl.check_size(size)
    if view not in VIEWS:
        raise CaseError("", Problem("view", view, f"unknown view; one of {', '.join(VIEWS)}"))
    check_png(png_path)
    where = read_slice(plane) if plane is not None else None
    when = read_time(time) if time is not None else None
    tree = read_result(result_path)
    scene = read_scene(tree, field, view, plane=where, time=when)
    limits = read_range(ends, scene.file_unit) if ends is not None else None
    gl.prepare()
    title = caption.title(tree, Path(result_path).stem)
    save(draw(scene, title, size=size, scale=scale_of(scene, limits), hull=hull), png_path)
    return png_path


def check_png(path: Path) -> None:
    """Raise CaseError for a path that cannot become a picture."""
    if path.suffix.lower() != ".png":
        raise CaseError(str(path), Problem("", "", "expected a name that ends in .png"))
    if not path.parent.is_dir():
        raise CaseError(str(path), Problem("", "", "cannot write the picture (no such folder)"))


def draw(
    scene: Scene, title: tuple[str, str | None], *, size: tuple[int, int], scale: Scale | None = None, hull: bool = True
) -> np.ndarray:
    """The picture of `scene` as an array (height, width, 3) of bytes; without `scale` on the one that its field has."""
    plotter: Plotter = pv.Plotter(off_screen=True, window_size=list(size))
    try:
        plotter.set_background(SEA, top=PAPER)
        scale = scale or scale_of(scene)
        layout, words, rows = _laid_out(plotter, scene, size, title)
        if hull:
            _draw_hull(plotter, scene)
        _draw_slice(plotter, scene, scale)
        _draw_racks(plotter, scene, scale)
        _draw_fixtures(plotter, scene)
        _draw_paths(plotter, layout, scene, scale)
        plotter.reset_camera_clipping_range()
        paint = Paint()
        overlay.draw_rack_labels(plotter, layout, scene)
        overlay.draw_words(plotter, layout, title, words)
        overlay.draw_bar(plotter, paint, layout, scale)
        overlay.draw_legend(plotter, paint, layout, rows)
        inlets.draw_chart(plotter, paint, layout, scene)
        signs.draw_axes(plotter, paint, layout, scene)
        signs.draw_current(plotter, paint, layout, scene)
        signs.draw_dimensions(plotter, paint, layout, scene)
        plotter.enable_anti_aliasing("ssaa")
        return paint.on(np.asarray(plotter.screenshot(return_img=True)))
    finally:
        plotter.close()


def _laid_out(
    plotter: Plotter, scene: Scene, size: tuple[int, int], title: tuple[str, str | None]
) -> tuple[Layout, overlay.Words, list[list[tuple[float, overlay.Entry]]]]:
    """The places, with the camera aimed at the vessel, the words in lines, and the legend in rows."""
    letter = letter_size(*size)
    words = overlay.words_of(scene, words_width(*size), letter, size[1])
    layout = lay_out(*size, len(words), 1)
    rows = overlay.legend_rows(size[0] - 2 * layout.margin, letter, _legend(scene))
    layout = lay_out(*size, len(words), len(rows))
    layout = layout.with_chart(_aimed(plotter, layout, scene), bool(inlets.charted(scene)))
    _aimed(plotter, layout, scene)
    return layout, words, rows


def _aimed(plotter: Plotter, layout: Layout, scene: Scene) -> Area:
    """Aim the camera so that the vessel and its dimensions fill the free part; where both are seen then, px."""
    corners = np.asarray(meshes.opened_hull(scene).points, dtype=float)
    room = ROOM * layout.letter
    left, bottom, right, top = layout.free
    free = layout.share((left + room, bottom + room, right - room, top - 0.5 * room))
    for _ in range(2):  # which edges are measured shows once the camera stands
        camera.place(plotter, corners, scene.towards, scene.front, free)
        edges = [end for ends in signs.measured(plotter, scene).values() for end in ends]
        corners = np.concatenate([corners, np.array(edges).reshape(-1, 3)])
    across, above = np.array([overlay.on_pixel(plotter, corner) for corner in corners]).T
    return (
        float(across.min()) - room,
        float(above.min()) - room,
        float(across.max()) + room,
        float(above.max()) + 0.5 * room,
    )


def _draw_hull(plotter: Plotter, scene: Scene) -> None:
    """What lies beyond an upright cut; from above, whatever inner side faces the viewer."""
    level = scene.cut.kind == "level"
    hull = meshes.opened_hull(scene)
    look = {"color": STEEL, "ambient": 0.5, "diffuse": 0.55, "reset_camera": False}
    plotter.add_mesh(hull, culling="front" if level else None, **look)
    if not level:
        _edges(plotter, hull, INK, 2.5)
    elif not scene.vessel.smooth:
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
        "reset_camera": False,
    }


def _draw_racks(plotter: Plotter, scene: Scene, scale: Scale) -> None:
    for rack in filter(scene.cut.shows, scene.racks):
        values = rack_values(scene, rack)
        surface = meshes.box(scene, rack, values)
        if values is None:
            plotter.add_mesh(surface, color=NOTHING, ambient=0.4, diffuse=0.6, reset_camera=False)
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
            plotter.add_mesh(surface, color=colour, opacity=opacity, ambient=0.4, diffuse=0.6, reset_camera=False)
            _edges(plotter, surface, INK, 1.6)
        trace = meshes.trace(scene, item) if flat else None
        if trace is not None:
            width = 2 if item.kind.startswith("perforated") else 5
            ink = colour if opacity == 1 else INK
            plotter.add_mesh(trace, color=ink, line_width=width, lighting=False, reset_camera=False)
        arrow = meshes.arrow(item)
        if arrow is not None:
            colour = KINDS["fan" if item.kind == "fan" else "cooling unit"][0]
            plotter.add_mesh(arrow, color=colour, ambient=0.4, reset_camera=False)


def _legend(scene: Scene) -> list[overlay.Entry]:
    """Names and colours of what is drawn without a scale, and what the numbers on the racks are."""
    present = {item.kind for item in filter(scene.cut.shows, scene.fixtures)}
    entries: list[overlay.Entry] = [(kind, _on_paper(*KINDS[kind])) for kind in KINDS if kind in present]
    values = [rack_values(scene, rack) for rack in filter(scene.cut.shows, scene.racks)]
    if any(known is None for known in values):
        entries.append(("rack", NOTHING))
    elif scene.field == "temperature" and any(np.isnan(known).any() for known in values if known is not None):
        entries.append(("no gas through this unit", NOTHING))
    if overlay.labelled(scene):
        said = (
            "greatest change of an inlet (K)"
            if scene.differs
            else "name, hottest inlet (°C), ASHRAE class met, as far as they fit"
        )
        entries.append((f"on racks: {said}", None))
    return entries


def _on_paper(colour: str, opacity: float) -> str:
    """A colour as it looks through its opacity on white."""
    red, green, blue = (1 - opacity * (1 - share) for share in to_rgb(colour))
    return to_hex((red, green, blue))


def _edges(plotter: Plotter, surface: pv.PolyData, colour: str, width: float) -> None:
    lines = meshes.rim(surface)
    if lines.n_points:  # a whole sphere has none
        plotter.add_mesh(lines, color=colour, line_width=width, lighting=False, reset_camera=False)


def _draw_paths(plotter: Plotter, layout: Layout, scene: Scene, scale: Scale) -> None:
    """Paths of the gas in the colours of the scale, each from a dot, with a dark seam; all dark within a slice."""
    lines = streamlines(scene)
    if lines is None:
        return
    width = camera.width_of(plotter, LINE * layout.letter / plotter.window_size[1])
    dark = {"color": INK, "lighting": False, "reset_camera": False}
    lit = {"scalars": scene.field, "ambient": 0.8, "diffuse": 0.25, **_coloured(scale)}
    heads = arrowheads(lines, HEAD * width)
    if in_plane(scene):
        for mesh in filter(None, (lines.tube(radius=width / 2, n_sides=8), heads)):
            mesh.points += 2 * width * scene.cut.normal  # in front of the slice, not in it
            plotter.add_mesh(mesh, **dark)
        return
    plotter.add_mesh(lines.tube(radius=SEAM / 2 * width, n_sides=8), culling="front", **dark)
    dots = starts_of(lines).glyph(orient=False, scale=False, geom=pv.Sphere(radius=START * width))
    plotter.add_mesh(dots, **dark)
    for mesh in filter(None, (lines.tube(radius=width / 2, n_sides=8), heads)):
        plotter.add_mesh(mesh, **lit)


def save(image: np.ndarray, path: Path) -> None:
    """Write a picture under another name and rename it, so that nobody sees half of one. Raises CaseError."""
    part, content = part_name(path), io.BytesIO()
    Image.fromarray(image).save(content, format="PNG")
    try:
        write_through(part, content.getbuffer())
        part.replace(path)
    except OSError as error:
        raise CaseError(str(path), Problem("", "", f"cannot write the picture ({error.strerror})")) from None
    finally:
        part.unlink(missing_ok=True)
