"""The words of a picture: title, caption, status. Only Latin-1 characters, which VTK's own font has."""

from __future__ import annotations

import numpy as np
import xarray as xr

from jamsu.cases.results.output import tell
from jamsu.viz.scene import Scene
from jamsu.viz.streamlines import in_plane

SETTLED = ("converged", "finished")  # anything else is said in red


# Families with Korean, Japanese and Chinese characters, in the order of taste.
WIDE_FONTS = (
    "Noto Sans CJK KR",
    "Noto Sans KR",
    "NanumGothic",
    "Malgun Gothic",
    "Apple SD Gothic Neo",
    "Unifont",
)


def title(tree: xr.DataTree, fallback: str) -> tuple[str, str | None]:
    """The result's title and the font file it needs (None: VTK's own font has every character).

    Without an installed font for its characters the title is `fallback`, the file's name, rather than gaps; a warning
    (`OutputWarning`) says so.
    """
    text = " ".join(str(tree.attrs.get("title") or fallback).split())
    if is_latin(text):
        return text, None
    font = wide_font()
    if font:
        return text, font
    tell(
        f"no font here has the letters of the title {text!r}: the picture is called {fallback}; fonts-noto-cjk has them"
    )
    return fallback, None


def is_latin(text: str) -> bool:
    """Whether VTK's own font has every character of `text`."""
    return text.encode("latin-1", errors="ignore").decode("latin-1") == text


def wide_font() -> str | None:
    """The file of an installed font with Korean characters, if there is one."""
    from matplotlib import font_manager  # slow to import, seldom needed

    for family in WIDE_FONTS:
        try:
            return str(font_manager.findfont(family, fallback_to_default=False))
        except ValueError:
            continue
    return None


def is_settled(tree: xr.DataTree) -> bool:
    """Whether the run ended as it should."""
    return str(tree.attrs.get("status", "")).lower() in SETTLED


def status(tree: xr.DataTree) -> str:
    """The status and what it means, in capitals when the run did not settle."""
    status = str(tree.attrs.get("status", "unknown"))
    meaning = " ".join(str(tree.attrs.get("status_meaning", "")).split())
    said = status[:1].upper() + status[1:] if is_settled(tree) else f"NOT CONVERGED ({status})"
    if status.lower() == "not converged":
        said = "NOT CONVERGED"
    return f"{said}: {meaning}" if meaning and meaning.lower() != status.lower() else said


def caption_lines(scene: Scene) -> list[str]:
    """Up to five statements: inlets, heat balance, vessel and time, slice and paths, where the result comes from."""
    if scene.differs:
        return [line for line in (_vessel(scene), _slice(scene)) if line]
    last = scene.inlets_known
    said = (_inlet(scene) if last else "", _balance(scene.tree) if last else "", _vessel(scene), _slice(scene))
    return [line for line in (*said, _origin(scene.tree)) if line]


def _inlet(scene: Scene) -> str:
    rack = scene.hottest_rack
    if rack is None:
        return ""
    unit = int(np.nanargmax(rack.inlet_temperature)) + 1
    coolest = min(float(np.nanmin(other.inlet_temperature)) for other in scene.racks if np.isfinite(other.hottest))
    line = f"Hottest inlet {rack.hottest:.1f} °C: {rack.name}, unit {unit} from the bottom  ·  coolest {coolest:.1f} °C"
    outlets = scene.tree["racks"].data_vars.get("outlet_temperature")
    return line if outlets is None else line + f"  ·  outlets up to {float(outlets.max()):.1f} °C"


def _origin(tree: xr.DataTree) -> str:
    """Version, quality and date of the run, as far as the result has them."""
    attrs = tree.attrs
    parts = [f"jamsu {attrs['jamsu_version']}"] if "jamsu_version" in attrs else []
    if attrs.get("quality"):
        parts.append(f"quality {attrs['quality']}")
    if attrs.get("date"):
        parts.append(f"computed {str(attrs['date'])[:16].replace('T', ' ')} UTC")
    changed = len(str(attrs.get("overrides", "")).splitlines())
    if changed:
        parts.append(f"{changed} value{'s' if changed > 1 else ''} of the case changed")
    return "  ·  ".join(parts)


def _balance(tree: xr.DataTree) -> str:
    """Heat into the gas, heat out of it, what is stored: signs as in the file, so that heat out counts plus."""
    if "balance" not in tree.children:
        return ""
    balance = tree["balance"].to_dataset()
    watts = {str(name): float(np.ravel(balance[name])[-1]) for name in balance.data_vars}
    parts = []
    for start, names in BALANCE.items():
        told = [f"{label} {power(watts[name])}" for name, label in names.items() if abs(watts.get(name, 0.0)) >= 0.5]
        if told:
            parts.append(f"{start} {', '.join(told)}".strip())
    line = "  ·  ".join(parts)
    if watts.get("it_power") and "imbalance" in watts:
        steady = str(tree.attrs.get("status", "")) != "finished"
        open_heat = watts["imbalance"] + (watts.get("stored_heat", 0.0) if steady else 0.0)
        line += f"  ·  balance open by {abs(open_heat / watts['it_power']):.2%} of IT"
    return line


BALANCE = {
    "Heat in:": {"it_power": "IT", "fan_power": "fans"},
    "out:": {"coil_heat": "coils", "hull_heat": "hull", "liquid_heat": "liquid loop"},
    "": {"stored_heat": "stored"},
}


def _vessel(scene: Scene) -> str:
    times = np.atleast_1d(scene.tree["interior"]["time"].to_numpy())
    line = f"Vessel: {scene.vessel.size}  ·  {scene.open_cells:,} cells of gas"
    if len(times) == 1:
        return line
    line += f"  ·  at {scene.time:.4g} s of {float(times[-1]):.4g} s"
    return line if scene.inlets_known else line + ", inlets are kept for the last time only"


def _slice(scene: Scene) -> str:
    line = f"Slice at {scene.cut.place}"
    if "vectors" in scene.grid.cell_data:
        line += f"  ·  lines: {_lines(scene)}"
    return line + f"  ·  not drawn, as not readable: {', '.join(scene.unread)}" if scene.unread else line


def _lines(scene: Scene) -> str:
    if in_plane(scene):
        return "motion within the slice"
    units = any(fixture.kind == "outlet" for fixture in scene.fixtures)
    sources = [name for name, there in (("racks", scene.racks), ("cooling units", units)) if there]
    return f"paths of the gas from {' and '.join(sources)} to the next" if sources else "paths of the gas"


def power(watts: float) -> str:
    """A power as people write it: "63.1 kW", "850 W"."""
    if abs(watts) >= 1e6:
        return f"{watts / 1e6:.2f} MW"
    return f"{watts / 1e3:.1f} kW" if abs(watts) >= 1e3 else f"{watts:.0f} W"
