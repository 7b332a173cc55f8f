"""What a run says of faces that were moved onto one plane of the grid: a line each, and the table of the result."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import xarray as xr

from jamsu.cases.assembly.faces import FLAT, Gap
from jamsu.cases.assembly.placing import Placement

DIGITS = 9  # of a position in metres: planes that are written alike are one
MOST_NAMED = 4  # things that a line names
SMALL_CHANGE = 1e-6  # share of an area below which it counts as unchanged


def placement_notes(placement: Placement) -> list[str]:
    """Messages on what was moved, which areas changed, which gaps were closed and which kept."""
    return [*_moves(placement), *_areas(placement), *map(_closed, _once(placement.closed)), *_narrow(placement)]


def _moves(placement: Placement) -> Iterator[str]:
    groups: dict[tuple[int, float, float], list[str]] = {}
    for move in placement.moves:
        side = "" if move.side == FLAT else f" ({move.side})"
        key = (move.axis, round(move.given, DIGITS), round(move.placed, DIGITS))
        groups.setdefault(key, []).append(move.path + side)
    for (axis, given, placed), paths in groups.items():
        by = 1e3 * (placed - given)
        yield (
            f"moved faces: {'xyz'[axis]} = {given:.6g} m to {placed:.6g} m ({by:+.3g} mm), so that no cell is narrower "
            f"than {placement.case.solver.merge_faces:g} of its neighbourhood's width: {_named(paths)}"
        )


def _areas(placement: Placement) -> Iterator[str]:
    groups: dict[str, list[str]] = {}
    for path, (given, placed) in placement.areas.items():
        if abs(placed - given) > SMALL_CHANGE * given:
            change = f"{given:.4g} to {placed:.4g} m2 ({100 * (placed / given - 1):+.2g} %)"
            groups.setdefault(change, []).append(path)
    if groups:
        told = [f"{_named(paths)} {change}" for change, paths in groups.items()]
        yield f"moved faces: areas changed, flows and powers are as given: {'; '.join(told)}"


def _named(paths: list[str]) -> str:
    """The first few of many things by name; the result's table has them all."""
    if len(paths) <= MOST_NAMED:
        return ", ".join(paths)
    return f"{', '.join(paths[: MOST_NAMED - 1])} and {len(paths) - MOST_NAMED + 1} more"


def _once(gaps: tuple[Gap, ...]) -> list[Gap]:
    return list(dict.fromkeys(gaps))


def _closed(gap: Gap) -> str:
    where = f"{1e3 * gap.width:.3g} mm in {'xyz'[gap.axis]} between {gap.first} and {gap.second}"
    return f"moved faces: the gap of {where} is closed: no gas passes there; solver.merge_faces = 0 keeps it open"


def _narrow(placement: Placement) -> Iterator[str]:
    for gap in _once(placement.narrow):
        axis, width = "xyz"[gap.axis], f"{1e3 * gap.width:.3g} mm"
        if gap.thin:
            what = f"{gap.first} is {width} thin in {axis} and keeps its extent"
        elif gap.gas:
            what = f"the gap of {width} in {axis} between {gap.first} and {gap.second} stays, as gas passes their faces"
        else:
            what = f"the faces of {gap.first} and {gap.second}, {width} apart in {axis}, cannot move onto each other"
        yield f"narrow cells: {what}; cells so narrow make many short steps"


def moved_faces(placement: Placement) -> xr.Dataset:
    """The table of moved faces for a result: a row a face."""
    moves = placement.moves
    areas = np.array([placement.areas[move.path] for move in moves], float).reshape(-1, 2)
    texts = {"object": [m.path for m in moves], "axis": ["xyz"[m.axis] for m in moves], "side": [m.side for m in moves]}
    return xr.Dataset(
        {name: ("face", np.array(values, dtype=str)) for name, values in texts.items()}
        | {
            "given": ("face", np.array([m.given for m in moves], float)),
            "placed": ("face", np.array([m.placed for m in moves], float)),
            "area_given": ("face", areas[:, 0]),
            "area_placed": ("face", areas[:, 1]),
        }
    )
