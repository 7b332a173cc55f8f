"""What is drawn, read from a result: the grid with its last time, the boxes, the vessel, the cut.

Nothing here draws; `viz.render` does. All lengths in metres, temperatures in degC.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

import numpy as np
import pyvista as pv
import xarray as xr

from cases.errors import CaseError, Problem
from cases.result_variables import VARIABLES
from viz.vessel import Vessel, read_vessel

SIDES = {"-x": (0, -1.0), "+x": (0, 1.0), "-y": (1, -1.0), "+y": (1, 1.0)}


@dataclass(frozen=True)
class Rack:
    """A rack's box and its inlet temperature per height unit from the bottom up (NaN where no gas flows)."""

    name: str
    lower: np.ndarray
    upper: np.ndarray
    front: str
    inlet_temperature: np.ndarray

    @property
    def hottest(self) -> float:
        """The hottest inlet of the rack (degC), NaN when no gas flows at all."""
        known = self.inlet_temperature[np.isfinite(self.inlet_temperature)]
        return float(known.max()) if known.size else float("nan")


@dataclass(frozen=True)
class Box:
    """A coil's box."""

    name: str
    lower: np.ndarray
    upper: np.ndarray


@dataclass(frozen=True)
class Scene:
    """Everything a picture shows.

    `front` is the horizontal direction to the viewer across the vessel, `along` that of its long axis.
    `normal` points out of the vertical slice to the viewer's side, `slice_origin` lies on the slice and
    `hull_origin` on the plane where the hull is cut open. `racks` and `coils` are those that are drawn.
    """

    tree: xr.DataTree
    grid: pv.RectilinearGrid
    vessel: Vessel
    all_racks: tuple[Rack, ...]
    racks: tuple[Rack, ...]
    coils: tuple[Box, ...]
    front: np.ndarray
    along: np.ndarray
    normal: np.ndarray
    slice_origin: np.ndarray
    hull_origin: np.ndarray

    @property
    def section(self) -> bool:
        """Whether the cut goes across the vessel and not along it."""
        return bool(abs(self.normal @ self.front) < 0.5)

    @property
    def hottest_rack(self) -> Rack | None:
        """The rack with the hottest inlet, of those that are drawn."""
        return _hottest(self.racks)

    def values(self, field: str) -> tuple[np.ndarray, str]:
        """Values of `field` in every cell (the order of the grid's cells) and its unit."""
        return np.asarray(self.grid.cell_data[field]), self.unit(field)

    def unit(self, field: str) -> str:
        """The unit of `field` as it is written in a picture."""
        name = "velocity_x" if field == "velocity" else field
        known = VARIABLES["interior"].get(name, ("", ""))[0]
        units = str(self.tree["interior"][name].attrs.get("units", known))
        return {"degC": "°C", "m s-1": "m/s", "W m-3": "W/m³", "1": ""}.get(units, units)


def fields(tree: xr.DataTree) -> list[str]:
    """Names that can be drawn on the slice."""
    interior = tree["interior"].to_dataset()
    names = sorted(str(name) for name in interior.data_vars if {"z", "y", "x"} <= set(interior[name].dims))
    return [*names, "velocity"] if "velocity_x" in names else names


def read_scene(tree: xr.DataTree, field: str, *, section: bool = False) -> Scene:
    """The scene of a result at its last time, cut along the vessel, or across it when `section` is true.

    Raises CaseError when `field` is not in the result.
    """
    known = fields(tree)
    if field not in known:
        raise CaseError("", Problem("field", field, f"not in the result; one of {', '.join(known)}"))
    grid = _grid(tree, {field, "temperature", "open_fraction"} & set(known))
    vessel = read_vessel(tree, grid)
    racks, coils = _racks(tree), _coils(tree)
    front = _front(racks, np.diff(vessel.bounds, axis=0)[0])
    along = np.array([abs(front[1]), abs(front[0]), 0.0])
    middle = vessel.bounds.mean(axis=0)
    if not section:
        behind = _behind(vessel, (*racks, *coils), front)
        return Scene(tree, grid, vessel, racks, racks, coils, front, along, front, behind, middle)
    hottest = _hottest(racks)
    station = (hottest.lower + hottest.upper) / 2 if hottest else middle

    def kept(item: Rack | Box) -> bool:
        return float(((item.lower + item.upper) / 2 - station) @ along) > -1e-3

    shown, coils = tuple(filter(kept, racks)), tuple(filter(kept, coils))
    return Scene(tree, grid, vessel, racks, shown, coils, front, along, -along, station, station)


def _hottest(racks: tuple[Rack, ...]) -> Rack | None:
    breathing = [rack for rack in racks if np.isfinite(rack.hottest)]
    return max(breathing, key=lambda rack: rack.hottest, default=None)


def _behind(vessel: Vessel, items: tuple[Rack | Box, ...], front: np.ndarray) -> np.ndarray:
    """A point on the slice: the vessel's middle, unless a slice there would hide racks or coils.

    Then half-way between the rearmost of them and the hull.
    """
    middle = vessel.bounds.mean(axis=0)
    rear = min((float(corner @ front) for item in items for corner in (item.lower, item.upper)), default=np.inf)
    hull = float((vessel.bounds @ front).min())
    depth = min(float(middle @ front), (rear + hull) / 2)
    return middle + (depth - middle @ front) * front


def _front(racks: tuple[Rack, ...], extent: np.ndarray) -> np.ndarray:
    """The horizontal direction towards the viewer: across a long vessel, on the side of most rack fronts."""
    counts = Counter(SIDES[rack.front] for rack in racks if rack.front in SIDES)
    long_axis = int(np.argmax(extent[:2])) if max(extent[:2]) > 1.2 * min(extent[:2]) else None
    across = {side: count for side, count in counts.items() if side[0] != long_axis}
    if across:
        axis, sign = max(across, key=lambda side: across[side])
    else:
        axis, sign = (0, 1.0) if long_axis == 1 else (1, -1.0)
    direction = np.zeros(3)
    direction[axis] = sign
    return direction


def _grid(tree: xr.DataTree, names: set[str]) -> pv.RectilinearGrid:
    interior = tree["interior"].to_dataset()
    grid = pv.RectilinearGrid(*(interior[f"{axis}_edge"].to_numpy() for axis in "xyz"))

    def last(name: str) -> np.ndarray:
        array = interior[name]
        array = array.isel(time=-1) if "time" in array.dims else array
        return array.transpose("z", "y", "x").to_numpy().ravel()

    components = [f"velocity_{axis}" for axis in "xyz"]
    if all(name in interior for name in components):
        vectors = np.stack([last(name) for name in components], axis=1)
        grid.cell_data["vectors"] = vectors
        grid.cell_data["velocity"] = np.linalg.norm(vectors, axis=1)
    for name in names - {"velocity"}:
        grid.cell_data[name] = last(name)
    if "open_fraction" not in grid.cell_data:
        grid.cell_data["open_fraction"] = np.ones(grid.n_cells)
    return grid


def _racks(tree: xr.DataTree) -> tuple[Rack, ...]:
    if "racks" not in tree.children or "lower" not in tree["racks"].data_vars:
        return ()
    racks = tree["racks"].to_dataset()
    return tuple(
        Rack(
            name,
            racks["lower"].to_numpy()[index],
            racks["upper"].to_numpy()[index],
            str(racks["front"].to_numpy()[index]) if "front" in racks else "",
            racks["inlet_temperature"].transpose("rack", ...).to_numpy()[index].reshape(-1),
        )
        for index, name in enumerate(_names(racks, "rack"))
    )


def _coils(tree: xr.DataTree) -> tuple[Box, ...]:
    if "coils" not in tree.children or "lower" not in tree["coils"].data_vars:
        return ()
    coils = tree["coils"].to_dataset()
    corners = zip(coils["lower"].to_numpy(), coils["upper"].to_numpy(), strict=True)
    return tuple(Box(name, lower, upper) for name, (lower, upper) in zip(_names(coils, "coil"), corners, strict=True))


def _names(dataset: xr.Dataset, dimension: str) -> list[str]:
    if dimension in dataset.coords:
        return [str(name) for name in dataset[dimension].to_numpy()]
    return [f"{dimension} {index + 1}" for index in range(dataset.sizes[dimension])]
