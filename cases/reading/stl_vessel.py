"""A vessel from an STL file: its surface, read once; what is wrong with it, and what should be said about it."""

from __future__ import annotations

import functools
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from jamsu.cases.errors import Problem, shown
from jamsu.cases.schema.case import Case, StlVessel
from jamsu.cases.schema.quantities import LARGEST_EXTENT, SMALLEST_VESSEL

if TYPE_CHECKING:
    from jamsu.geometry.stl import StlShape

_DRAWN_IN = {"m": 1.0, "mm": 1e-3, "inches": 0.0254}  # metres per unit
_USUAL_LENGTH = 8.0  # m, of a vessel
_USUAL_EXTENT = (0.2, 100.0)  # m: the longest side of a vessel that nothing needs to be said about


def stl_shape(vessel: StlVessel) -> StlShape:
    """The inside of an STL file's surface. Raises Problem if the file has none, or one of no vessel's size."""
    try:
        shape = _read_stl(vessel.file, vessel.scale, _version(vessel.file))
    except FileNotFoundError as error:
        raise Problem("vessel.file", shown(vessel.file), "no such file") from error
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise Problem("vessel.file", shown(vessel.file), reason) from error
    extents = _extents(shape)
    if extents.max() > LARGEST_EXTENT or extents.min() < SMALLEST_VESSEL:
        bounds = f"{SMALLEST_VESSEL:g} to {LARGEST_EXTENT:g} m a side"
        expected = f"makes a vessel of {_size(extents)}: expected {bounds}{_other_scale(vessel, extents)}"
        raise Problem("vessel.scale", f"{vessel.scale:g}", expected)
    return shape


def vessel_notes(case: Case) -> list[str]:
    """What should be said about the vessel's STL file; nothing for the other vessels."""
    vessel = case.vessel
    if not isinstance(vessel, StlVessel):
        return []
    try:
        shape = stl_shape(vessel)
    except Problem as problem:  # the file has changed since the run began: its result must not be lost for that
        return [problem.line()]
    found = [f"vessel.file: {Path(vessel.file).name}: {note}" for note in shape.notes]
    extents = _extents(shape)
    if not _USUAL_EXTENT[0] <= extents.max() <= _USUAL_EXTENT[1]:
        found.append(
            f"vessel.scale: {vessel.scale:g} makes a vessel of {_size(extents)}{_other_scale(vessel, extents)}"
        )
    return found


_SHAPE = {
    "shape",
    "axis",
    "diameter",
    "length",
    "size",
    "file",
    "scale",
}  # keys of a vessel that its surface follows from


def vessel_key(case: Case) -> str:
    """Equal for equal vessels: the key of what is kept of them. An STL file that was written anew is another vessel."""
    vessel = case.vessel
    shape = vessel.model_dump_json(include=_SHAPE)
    return shape + (str(_version(vessel.file)) if isinstance(vessel, StlVessel) else "")


def _version(file: str) -> tuple[int, int]:
    status = Path(file).stat()
    return status.st_mtime_ns, status.st_size


@functools.lru_cache(maxsize=2)
def _read_stl(file: str, scale: float, version: tuple[int, int]) -> StlShape:
    """The surface as it stands in the file of this `version` (time of change, bytes): reading and checking is dear."""
    from jamsu.geometry.stl import StlShape

    return StlShape(file, scale)


def _extents(shape: StlShape) -> np.ndarray:
    lower, upper = shape.bounds()
    return np.asarray(upper) - np.asarray(lower)


def _size(extents: np.ndarray) -> str:
    return " x ".join(f"{extent:.4g}" for extent in extents) + " m"


def _other_scale(vessel: StlVessel, extents: np.ndarray) -> str:
    """The unit, of those that drawings come in, that brings the file nearest to a usual vessel's size."""
    unscaled = extents / vessel.scale
    unit, scale = min(_DRAWN_IN.items(), key=lambda item: abs(np.log(unscaled.max() * item[1] / _USUAL_LENGTH)))
    if np.isclose(scale, vessel.scale):
        return ""
    return f" (scale {scale:g} for a file in {unit} makes {_size(unscaled * scale)})"
