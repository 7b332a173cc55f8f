"""What is drawn, read from a result: the grid at one time, what stands in it, the vessel, the cut, the sea.

Nothing here draws; `jamsu.viz.render` does. All lengths in metres, temperatures in degC.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pyvista as pv
import xarray as xr
from scipy.ndimage import distance_transform_edt

from jamsu.cases.errors import CaseError, Problem
from jamsu.cases.results.variables import VARIABLES
from jamsu.viz.camera import direction
from jamsu.viz.cut import Cut, choose_cut, cut_at, hottest, viewing_side
from jamsu.viz.items import Box, Fixture, Rack, coils_of, fixtures_of, racks_of
from jamsu.viz.sea import Sea, sea_of
from jamsu.viz.vessel import Vessel, read_vessel
from jamsu.viz.wishes import Slice

WRITTEN = {"degC": "°C", "m s-1": "m/s", "W m-3": "W/m³", "m2 s-1": "m²/s", "m2 s-2": "m²/s²", "1": ""}  # of units


@dataclass(frozen=True)
class Scene:
    """Everything a picture shows.

    `front` is the horizontal direction to the viewer across the vessel, `towards` the direction to the viewer itself.
    `time` is that of the fields (s), `inlets_known` whether it is the last one, of which the racks' inlets are; `sea`
    is None where nothing of the vessel meets it; `differs` whether fields and inlets are differences of two results.
    Cell data of `grid`: `vectors`
    (velocity, where the result has it), `open_fraction`, `machine` (inside a machine or block), `free` (other
    cells with gas), and the field drawn, which outside the free gas goes on with the nearest free cell's
    value; `all_values` is the field as it is in every cell. `unread` are paths of the case that should have
    been drawn but could not be read.
    """

    tree: xr.DataTree
    field: str
    grid: pv.RectilinearGrid
    vessel: Vessel
    racks: tuple[Rack, ...]
    fixtures: tuple[Fixture, ...]
    unread: tuple[str, ...]
    all_values: np.ndarray
    front: np.ndarray
    towards: np.ndarray
    cut: Cut
    sea: Sea | None
    time: float
    inlets_known: bool
    differs: bool = False

    @property
    def seen_bounds(self) -> tuple[np.ndarray, np.ndarray]:
        """Lower and upper corner of what is seen of the vessel: all of it, or what lies beyond an upright cut."""
        low, high = self.vessel.bounds
        if self.cut.kind == "through":
            axis = int(np.argmax(np.abs(self.cut.normal)))
            (high if self.cut.normal[axis] > 0 else low)[axis] = self.cut.origin[axis]
        return low, high

    @property
    def hottest_rack(self) -> Rack | None:
        """The rack with the hottest inlet."""
        return hottest(self.racks)

    @property
    def free(self) -> np.ndarray:
        """Whether each cell holds gas and no machine, (cells,)."""
        return np.asarray(self.grid.cell_data["free"]) > 0

    @property
    def open_cells(self) -> int:
        """Number of cells that hold gas, those in machines too."""
        return int(np.count_nonzero(np.asarray(self.grid.cell_data["open_fraction"]) > 0))

    @property
    def extent(self) -> float:
        """The greatest extent of what is seen, m: of the vessel, or of a cut through its machines."""
        extents = np.diff(self.vessel.bounds, axis=0)[0]
        return float((extents * (1 - np.abs(self.cut.normal))).max() if self.cut.kind == "through" else extents.max())

    def inside_of(self, rack: Rack) -> np.ndarray:
        """The field in the middle of each height unit of a rack, (units,), from the bottom."""
        count = rack.inlet_temperature.size
        points = np.repeat(rack.centre[None], count, axis=0)
        points[:, 2] = rack.lower[2] + (rack.upper[2] - rack.lower[2]) * (np.arange(count) + 0.5) / count
        return self.all_values[self.grid.find_containing_cell(points)]

    @property
    def file_unit(self) -> str:
        """The unit of the field as the file has it, such as "degC" or "m s-1"."""
        name = "velocity_x" if self.field == "velocity" else self.field
        known = VARIABLES["interior"].get(name, ("", ""))[0]
        return str(self.tree["interior"][name].attrs.get("units", known))

    @property
    def unit(self) -> str:
        """The unit of the field as it is written in a picture."""
        return WRITTEN.get(self.file_unit, self.file_unit)


def fields(tree: xr.DataTree) -> list[str]:
    """Names that can be drawn on the slice."""
    interior = tree["interior"].to_dataset()
    names = sorted(str(name) for name in interior.data_vars if {"z", "y", "x"} <= set(interior[name].dims))
    return [*names, "velocity"] if "velocity_x" in names else names


def read_scene(
    tree: xr.DataTree,
    field: str,
    view: str = "cutaway",
    *,
    plane: Slice | None = None,
    time: float | None = None,
    differs: bool = False,
) -> Scene:
    """The scene of a result as `view` (one of `jamsu.viz.camera.VIEWS`) shows it.

    `plane` is where the slice lies (None: where the view puts it), `time` (s) which of the saved times is meant, the
    nearest one (None: the last); `differs` says that the field is a difference of two results
    (`jamsu.cases.results.comparison.difference`). Raises CaseError when field, plane or time is not in the result.
    """
    known = fields(tree)
    if field not in known:
        raise CaseError("", Problem("field", field, f"not in the result; one of {', '.join(known)}"))
    times = np.atleast_1d(tree["interior"]["time"].to_numpy()) if "time" in tree["interior"].coords else np.zeros(1)
    step = _step(times, time)
    grid = _grid(tree, field, step)
    racks, coils = racks_of(tree), coils_of(tree)
    fixtures, unread = fixtures_of(tree)
    units = {fixture.name for fixture in fixtures if fixture.kind == "cooling unit"}
    blocks = [fixture for fixture in fixtures if fixture.kind == "block"]
    machines = [*racks, *coils]
    fixtures = (*(coil for coil in coils if coil.name not in units), *fixtures)
    vessel = read_vessel(tree, grid, _within(grid, blocks))
    all_values = np.array(grid.cell_data[field])
    _mark_free(grid, field, [*machines, *blocks])
    front = viewing_side(racks, np.diff(vessel.bounds, axis=0)[0])
    towards = direction(view, front, vessel.low)
    cut = choose_cut(view, vessel, racks, front) if plane is None else cut_at(plane, vessel, towards, view)
    return Scene(
        tree, field, grid, vessel, racks, fixtures, unread, all_values, front, towards, cut,
        None if differs else sea_of(tree), float(times[step]), step == len(times) - 1, differs,
    )  # fmt: skip


def _step(times: np.ndarray, wanted: float | None) -> int:
    """The index of the saved time nearest to the one wanted; the last one where none is. Raises CaseError."""
    if wanted is None:
        return len(times) - 1
    first, last = float(times[0]), float(times[-1])
    slack = 1e-6 * max(abs(first), abs(last), 1.0)
    if not first - slack <= wanted <= last + slack:
        held = f"{first:g} to {last:g} s in {len(times)} steps" if len(times) > 1 else f"one time only, {last:g} s"
        raise CaseError("", Problem("time", f"{wanted:g} s", f"not in the result, which holds {held}"))
    return int(np.argmin(np.abs(times - wanted)))


def _grid(tree: xr.DataTree, field: str, step: int) -> pv.RectilinearGrid:
    interior = tree["interior"].to_dataset()
    grid = pv.RectilinearGrid(*(interior[f"{axis}_edge"].to_numpy() for axis in "xyz"))

    def read(name: str) -> np.ndarray:
        array = interior[name]
        array = array.isel(time=step) if "time" in array.dims else array
        return np.asarray(array.transpose("z", "y", "x").to_numpy().ravel())

    components = [f"velocity_{axis}" for axis in "xyz"]
    if all(name in interior for name in components):
        vectors = np.stack([read(name) for name in components], axis=1)
        grid.cell_data["vectors"] = vectors
        if field == "velocity":
            grid.cell_data[field] = np.linalg.norm(vectors, axis=1)
    if field != "velocity":
        grid.cell_data[field] = read(field)
    shares = read("open_fraction") if "open_fraction" in interior else np.ones(grid.n_cells)
    grid.cell_data["open_fraction"] = shares
    return grid


def _within(grid: pv.RectilinearGrid, boxes: Sequence[Box]) -> np.ndarray:
    """Whether each cell's centre lies inside one of the boxes, (cells,)."""
    centres = grid.cell_centers().points
    inside = np.zeros(len(centres), bool)
    for box in boxes:
        inside |= np.all((centres > box.lower) & (centres < box.upper), axis=1)
    return inside


def _mark_free(grid: pv.RectilinearGrid, field: str, boxes: Sequence[Box]) -> None:
    """Put `free` into the cell data, and carry the field's free values on into the other cells.

    Smoothed over the points of cells, the heat inside machines would seem to stand in the gas beside them,
    and the wall cells that the solver closed would leave holes along the hull.
    """
    values, machine = np.asarray(grid.cell_data[field]), _within(grid, boxes)
    free = (np.asarray(grid.cell_data["open_fraction"]) > 0) & np.isfinite(values) & ~machine
    grid.cell_data["free"], grid.cell_data["machine"] = free.astype(float), machine.astype(float)
    if free.any() and not free.all():
        shape = tuple(count - 1 for count in reversed(grid.dimensions))
        nearest = distance_transform_edt(~free.reshape(shape), return_distances=False, return_indices=True)
        grid.cell_data[field] = values.reshape(shape)[tuple(nearest)].ravel()
