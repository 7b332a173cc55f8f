"""From a case to its grid: cell edges that follow the objects, and the cut cells of the vessel."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from jamsu.cases.errors import CaseError, Problem
from jamsu.cases.reading.layout import vessel_shape
from jamsu.cases.schema.case import Case
from jamsu.cases.schema.extents import Extent, axis_of, flat_extents, opening_extent, server_extent, solid_extents
from jamsu.geometry.cutcells import CutCells, cut_cells
from jamsu.geometry.grading import axis_edges, check_planes, growth_of, widest
from jamsu.geometry.grid import Grid
from jamsu.geometry.smallcells import SMALLEST_OPEN_SHARE, close_small_cells

QUALITY = {"coarse": 2.0, "default": 1.0, "fine": 0.5}  # cell width in units of the case's resolution
FEWEST_CELLS = 4  # cells across the vessel's smallest extent
STEEPEST = 20  # a wall resolution finer than this share of the resolution makes more cells than anyone wants
MOST_CELLS = 20_000_000
BYTES_A_CELL = 1050  # in single precision, see `runner.check_case`
RATIO = 1.3  # of neighbouring cells
SMALLEST_GAP = 0.05  # planes that are not merged (`placing`) need this share of a cell between them


def case_extents(case: Case, bounds: tuple[np.ndarray, np.ndarray]) -> dict[str, Extent]:
    """Boxes and rectangles of all objects by path, cut off at the grid's bounds."""
    extents = dict(solid_extents(case)) | dict(flat_extents(case))
    for name, rack in case.racks.items():
        if rack.front_plenum or rack.rear_plenum:
            extents[f"racks.{name}.servers"] = server_extent(rack)
    for name, cooler in case.coolers.items():
        for number, outlet in enumerate(cooler.outlets):
            extents[f"coolers.{name}.outlet{number or ''}"] = opening_extent(cooler, outlet)
        extents[f"coolers.{name}.intake"] = opening_extent(cooler, cooler.intake)
    lower, upper = bounds
    # Three values each: the type checker cannot count what a generator yields.
    return {
        path: Extent(
            tuple(float(v) for v in np.clip(e.lower, lower, upper)),  # type: ignore[arg-type]  # three
            tuple(float(v) for v in np.clip(e.upper, lower, upper)),  # type: ignore[arg-type]  # three
        )
        for path, e in extents.items()
    }


def fits(case: Case, coarseness: float) -> bool:
    """Whether the vessel is at least `FEWEST_CELLS` cells wide."""
    lower, upper = vessel_shape(case).bounds()
    extent = float(np.min(np.asarray(upper) - np.asarray(lower)))
    return case.solver.resolution * coarseness <= extent / FEWEST_CELLS * (1 + 1e-9)


def build_grid(case: Case, coarseness: float = 1.0) -> Grid:
    """Graded grid whose planes hold every face of every object, as the case has them (`placing.place` moves some).

    Args:
      coarseness: cell width in units of the case's resolution.

    Raises:
      CaseError: two objects so close that no cell fits between them; a resolution wider than the vessel.
    """
    shape = vessel_shape(case)
    bounds = shape.bounds()
    lower, upper = np.asarray(bounds[0], float), np.asarray(bounds[1], float)
    spacing = case.solver.resolution * coarseness
    if not fits(case, coarseness):
        most = np.min(upper - lower) / FEWEST_CELLS
        raise _resolution_error(
            case,
            f"cells of {spacing:g} m are too wide: expected at most 1/{FEWEST_CELLS} of the vessel's smallest extent, "
            f"{most:.4g} m",
        )
    _check_count(case, float(np.prod((upper - lower) / spacing)))
    fine = _fine_width(case, coarseness)
    if fine is not None and fine < spacing / STEEPEST:
        raise CaseError(
            case.name,
            Problem("solver.wall_resolution", f"{fine:g} m", f"expected at least 1/{STEEPEST} of the resolution"),
        )
    extents = case_extents(case, (lower, upper))
    edges = []
    for axis in range(3):
        planes = _planes(extents, axis)
        minimum = SMALLEST_GAP * case.solver.resolution * min(coarseness, 1.0)
        try:
            check_planes({**planes, "hull (low)": lower[axis], "hull (high)": upper[axis]}, minimum)
        except ValueError as error:
            raise _resolution_error(case, str(error)) from None
        faces = _fine_planes(extents, axis, (lower, upper))
        edges.append(
            axis_edges(
                lower[axis],
                upper[axis],
                list(planes.values()),
                spacing,
                fine_planes=faces if fine is not None else (),
                fine_spacing=fine,
                ratio=RATIO,
                minimum=1e-6,
                narrowest=case.solver.merge_faces,
            )
        )
    _check_count(case, float(np.prod([len(edge) - 1.0 for edge in edges])))
    return Grid(*edges)


def local_width(
    case: Case,
    coarseness: float,
    extents: dict[str, Extent],
    bounds: tuple[np.ndarray, np.ndarray],
    axis: int,
) -> Callable[[float], float]:
    """The widest cell that the grid has at a position along an axis, m, as a function of the position."""
    spacing, fine = case.solver.resolution * coarseness, _fine_width(case, coarseness)
    places = [] if fine is None else _fine_planes(extents, axis, bounds)
    sources = [(place, min(fine or spacing, spacing)) for place in places]
    return lambda position: float(widest(np.array([position]), spacing, sources, growth_of(RATIO))[0])


def _fine_width(case: Case, coarseness: float) -> float | None:
    return None if case.solver.wall_resolution is None else case.solver.wall_resolution * coarseness


def _fine_planes(extents: dict[str, Extent], axis: int, bounds: tuple[np.ndarray, np.ndarray]) -> list[float]:
    """Planes at which cells have the wall's resolution: hull, racks, coils."""
    return [float(bounds[0][axis]), float(bounds[1][axis]), *_planes(_fine_extents(extents), axis).values()]


def _check_count(case: Case, cells: float) -> None:
    if not cells <= MOST_CELLS:
        raise _resolution_error(
            case, f"needs {cells:.3g} cells, some {cells * BYTES_A_CELL / 1e9:.3g} GB: expected at most {MOST_CELLS:g}"
        )


def _resolution_error(case: Case, expected: str) -> CaseError:
    return CaseError(case.name, Problem("solver.resolution", f"{case.solver.resolution:g} m", expected))


def _planes(extents: dict[str, Extent], axis: int) -> dict[str, float]:
    planes: dict[str, float] = {}
    for path, extent in extents.items():
        planes[f"{path} (low {'xyz'[axis]})"] = extent.lower[axis]
        planes[f"{path} (high {'xyz'[axis]})"] = extent.upper[axis]
    return planes


def _fine_extents(extents: dict[str, Extent]) -> dict[str, Extent]:
    return {path: e for path, e in extents.items() if path.startswith(("racks.", "coils."))}


def build_cut_cells(case: Case, grid: Grid) -> CutCells:
    """Open shares of the vessel on its grid; too small cells closed."""
    return close_small_cells(cut_cells(grid, vessel_shape(case)), SMALLEST_OPEN_SHARE)


def flow_axis(front: str) -> tuple[int, int]:
    """(axis, sign) of the gas flow through a machine whose intake is its side `front`."""
    return axis_of(front), 1 if front[0] == "-" else -1
