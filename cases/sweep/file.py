"""What a sweep leaves on disk at its end: one netCDF file of KPIs, with its axes as dimensions."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from jamsu.cases.errors import CaseError, Problem
from jamsu.cases.results.damaged import read_safely
from jamsu.cases.results.file import locking
from jamsu.cases.results.output import Stamp, put, refused
from jamsu.cases.results.variables import VARIABLES
from jamsu.cases.sweep.axis import Axis

FAILED = "failed"
# The parts of a run's summary that a sweep keeps: flat tables of scalars, and tables by rack and by coil.
_SCALARS = ("kpis", "balance", "timings")
_TABLES = {"racks": "rack", "coils": "coil"}
_OTHER = {"axes": "other axes", "jamsu_version": "another version of jamsu"}
# Units and long names of what a run's summary has besides the variables of a result file.
_SUMMARY_ONLY = {
    "racks": {"inlet_maximum": ("degC", "hottest gas entering a height unit of the rack")},
    "coils": {"approach": ("K", "gas leaving the coil less water entering it")},
    "timings": {
        "compile_s": ("s", "time spent on compiling"),
        "solve_s": ("s", "time spent on solving"),
        "total_s": ("s", "time of the point in all"),
        "compilations": ("1", "programs compiled"),
    },
}


@dataclass(frozen=True)
class Point:
    """One point of the sweep: where it stands on the axes, how it ended, and the run's summary."""

    index: tuple[int, ...]
    status: str
    message: str = ""
    summary: dict[str, Any] = field(default_factory=dict)

    @property
    def failed(self) -> bool:
        """Whether there is no answer at all (a run that did not converge has one)."""
        return self.status == FAILED


def finished_point(index: tuple[int, ...], summary: Mapping[str, Any]) -> Point:
    """The point of a run that came to its end; keeps what `dataset` reads of the summary."""
    kept = {key: summary[key] for key in (*_SCALARS, *_TABLES) if summary.get(key)}
    kept["warnings"] = list(summary.get("warnings", ()))
    return Point(index, str(summary["status"]), "", kept)


def difference(header: Mapping[str, str], found: Mapping[Any, Any]) -> str:
    """What another sweep's header has instead of ours ("another case and other axes"); empty where it is the same."""
    return " and ".join(_OTHER.get(key, f"another {key}") for key, value in header.items() if found.get(key) != value)


def dataset(axes: Sequence[Axis], points: Iterable[Point], header: Mapping[str, str]) -> xr.Dataset:
    """KPIs of all points with the axes as dimensions.

    Dimensions are named by the axes' paths, with their units; numbers of a failed point are NaN, its texts
    empty. Tables by rack and coil become variables `rack_...` and `coil_...` with one dimension more.
    """
    points = list(points)
    shape = tuple(len(axis) for axis in axes)
    dims = tuple(axis.path for axis in axes)
    result = xr.Dataset(coords={a.path: _coordinate(a) for a in axes}, attrs=dict(header))
    for group in reversed(_SCALARS):  # a name in two groups is taken from the first of them
        for name in _keys(p.summary.get(group, {}) for p in points):
            cells = {p.index: p.summary.get(group, {}).get(name) for p in points}
            result[name] = _variable(dims, shape, cells, _attributes(group, name))
    for group, dim in _TABLES.items():
        rows = _keys(p.summary.get(group, {}) for p in points)
        if not rows:
            continue
        result.coords[dim] = (dim, np.array(rows, dtype=object))
        for key in _keys(row for p in points for row in p.summary.get(group, {}).values()):
            cells = {
                (*p.index, i): p.summary.get(group, {}).get(row, {}).get(key)
                for p in points
                for i, row in enumerate(rows)
            }
            variable = _variable((*dims, dim), (*shape, len(rows)), cells, _attributes(group, key))
            result[f"{dim}_{key}"] = variable
    texts = {"status": lambda p: p.status, "message": lambda p: p.message, "warnings": _warnings}
    for name, text in texts.items():
        result[name] = _variable(dims, shape, {p.index: text(p) for p in points}, {})
    return result


def write_dataset(data: xr.Dataset, output: Path, replaces: Stamp) -> Path:
    """Write the dataset as netCDF-4 in place of the file with the stamp `replaces`; where it was written.

    That is a free name beside `output` where another file came to lie there. Raises CaseError when it cannot be
    written. HDF5 crashes the process when the disk is full, so the file is made in memory.
    """
    content = data.to_netcdf(engine="h5netcdf")
    try:
        return put(content, output, replaces)
    except OSError as error:
        raise refused(output, f"cannot write the sweep's file ({error.strerror or error})") from None


def read_dataset(path: Path) -> xr.Dataset:
    """The dataset of a finished sweep, in memory (the file is closed again).

    Raises CaseError when the file cannot be read as netCDF-4.
    """
    if path.is_file() and not _begins_as_hdf5(path):
        raise CaseError(str(path), Problem("", "", "no netCDF file of a sweep"))
    with read_safely(path):
        return xr.load_dataset(path, engine="h5netcdf", driver_kwds=locking(path))


def _begins_as_hdf5(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(8) == b"\x89HDF\r\n\x1a\n"


def _coordinate(axis: Axis) -> xr.Variable:
    numeric = axis.units != ""
    values = np.array(axis.coordinate, dtype=float if numeric else object)
    attributes = {"units": axis.units, "long_name": axis.path} if numeric else {"long_name": axis.path}
    return xr.Variable((axis.path,), values, attributes)


def _attributes(group: str, name: str) -> dict[str, str]:
    """CF attributes of a number of the summary, as in the result file; none for a name that is not known."""
    known = VARIABLES.get(group, {}) | _SUMMARY_ONLY.get(group, {})
    if name not in known:
        return {}
    units, long_name = known[name]
    return {"units": units, "long_name": long_name} if units else {"long_name": long_name}


def _variable(
    dims: tuple[str, ...],
    shape: tuple[int, ...],
    cells: Mapping[tuple[int, ...], Any],
    attributes: Mapping[str, str],
) -> xr.Variable:
    """An array of the entries at hand: text if one of them is text, otherwise numbers with NaN for gaps."""
    if any(isinstance(value, str) for value in cells.values()):
        texts = np.full(shape, "", dtype=object)
        for index, value in cells.items():
            texts[index] = "" if value is None else str(value)
        return xr.Variable(dims, texts, {k: v for k, v in attributes.items() if k != "units"})
    numbers = np.full(shape, np.nan)
    for index, value in cells.items():
        numbers[index] = np.nan if value is None else float(value)
    return xr.Variable(dims, numbers, dict(attributes))


def _keys(tables: Iterable[Mapping[str, Any]]) -> list[str]:
    """Keys of all tables in the order of their first appearance."""
    keys: dict[str, None] = {}
    for table in tables:
        for key in table:
            keys.setdefault(key)
    return list(keys)


def _warnings(point: Point) -> str:
    return "; ".join(point.summary.get("warnings", ()))
