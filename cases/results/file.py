"""Result files `NAME.vtkhdf`: one HDF5 file that xarray and ParaView both open, with nothing held twice.

The file is netCDF-4, written from an `xarray.DataTree` through h5netcdf. An additional group `/VTKHDF` describes the
same fields to VTK, and racks, coils and hull as geometry: see `jamsu.cases.results.vtkhdf`.
"""

from __future__ import annotations

import contextlib
import errno
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import h5py
import numpy as np
import xarray as xr

from jamsu.cases.results import vtkhdf
from jamsu.cases.results.damaged import read_safely
from jamsu.cases.results.output import Stamp, put, refused
from jamsu.cases.results.variables import AXES, FIELD_DIMENSIONS, VARIABLES

CHUNK_VALUES = 1 << 20  # 4 MiB in float32: one read per chunk stays small on large grids


def store_result(path: Path, tree: xr.DataTree, replaces: Stamp) -> Path:
    """Write `tree` as a result file in place of the file with the stamp `replaces` only, and return its path.

    `tree` has the group `/interior` with coordinates time (s), z, y, x (m, cell centres) and x_edge, y_edge,
    z_edge (m), fields with dimensions (time, z, y, x), and any of the groups in `VARIABLES`. Units and long names
    known there are filled in where the tree does not give its own.

    The file is written under another name and renamed at the end: a reader never sees half a file, and a
    killed run leaves the old one. Where another file has appeared at `path`, the result goes to a free name next to
    it.

    Raises:
      CaseError: the file cannot be written.
      ValueError: `/interior` lacks a coordinate.
    """
    content = io.BytesIO()
    described = _described(tree)
    # In memory first: HDF5 crashes the process when the disk is full, and wants locks that not every file system has.
    described.to_netcdf(
        content,
        engine="h5netcdf",
        encoding={node.path: _encoding(node.to_dataset(inherit=False)) for node in described.subtree},
        unlimited_dims={"/interior": {"time"}},
    )
    with h5py.File(content, "r+") as file:
        vtkhdf.link(file)
    try:
        return put(content.getbuffer(), path, replaces)
    except OSError as error:
        raise refused(path, f"cannot write the result file ({error.strerror or error})") from None


def read_result(path: str | Path) -> xr.DataTree:
    """The result in `path` as a DataTree in memory (without the VTK group).

    Raises CaseError when the file is missing or is not a jamsu result.
    """
    path = Path(path)
    with open_result(path) as tree, read_safely(path):
        return tree.load()


@contextlib.contextmanager
def open_result(path: str | Path) -> Iterator[xr.DataTree]:
    """The result in `path` as a DataTree that reads a field when it is asked for. Errors as `read_result`."""
    path = Path(path)
    _check_result(path)
    with contextlib.ExitStack() as stack:
        with read_safely(path):
            names = ("/", *(f"/{name}" for name in _groups(path)))
            how: dict[str, Any] = {"engine": "h5netcdf", "driver_kwds": locking(path)}
            opened = {name: xr.open_dataset(path, group=name, **how) for name in names}
            for dataset in opened.values():
                stack.enter_context(dataset)
            tree = xr.DataTree.from_dict(opened)
        yield tree


def locking(path: Path) -> dict[str, Any]:
    """Arguments of `h5py.File` for the file system of an HDF5 file: no locks where it has none.

    Raises OSError as `h5py.File` does for a file that cannot be opened, or that another program has locked.
    """
    try:
        h5py.File(path, "r").close()
    except OSError as error:
        if not _lock_failed(error) or error.errno == errno.EAGAIN:  # another program's lock; all else: no locks here
            raise
        return {"locking": False}
    return {}


def _lock_failed(error: OSError) -> bool:
    return "unable to lock file" in str(error)


def _check_result(path: Path) -> None:
    """Raise a one-line CaseError unless the file is a jamsu result."""
    try:
        file = h5py.File(path, "r", **locking(path))
    except FileNotFoundError:
        raise refused(path, "no such file") from None
    except PermissionError:
        raise refused(path, "file is not readable") from None
    except IsADirectoryError:
        raise refused(path, "is a folder; expected a result file") from None
    except OSError as error:
        if _lock_failed(error):
            raise refused(path, "another program holds the file open") from None
        raise refused(path, _no_result(path)) from None
    with file, read_safely(path):
        is_result = "jamsu_version" in file.attrs and "interior" in file
    if not is_result:
        raise refused(path, "not a jamsu result file (HDF5, but without jamsu's groups)")


def _no_result(path: Path) -> str:
    with open(path, "rb") as file:
        damaged = file.read(8) == b"\x89HDF\r\n\x1a\n"
    return "the file is damaged or cut short" if damaged else "not a jamsu result file (not HDF5)"


def _groups(path: Path) -> list[str]:
    with h5py.File(path, "r", **locking(path)) as file:
        return [name for name, item in file.items() if isinstance(item, h5py.Group) and name != vtkhdf.GROUP]


def _described(tree: xr.DataTree) -> xr.DataTree:
    """A shallow copy of `tree` in the file's order of dimensions, with the CF attributes filled in."""
    if "interior" not in tree.children:
        raise ValueError("a result needs the group /interior")
    missing = [name for name in (*FIELD_DIMENSIONS, *vtkhdf.EDGES) if name not in tree["interior"].coords]
    if missing:
        raise ValueError(f"/interior lacks the coordinate {', '.join(missing)}")
    groups = {}
    for node in tree.subtree:
        dataset = node.to_dataset(inherit=False)
        if node.path == "/interior":
            dataset = dataset.transpose(*FIELD_DIMENSIONS, ..., missing_dims="ignore")
        groups[node.path] = _with_attributes(dataset, VARIABLES.get(node.path.strip("/"), {}))
    groups["/"].attrs.setdefault("Conventions", "CF-1.11")
    return xr.DataTree.from_dict(groups)


def _with_attributes(dataset: xr.Dataset, known: dict[str, tuple[str, str]]) -> xr.Dataset:
    dataset = dataset.copy(deep=False)
    for key, variable in dataset.variables.items():
        name = str(key)
        if name not in known:
            continue
        units, long_name = known[name]
        given = {"long_name": long_name}
        if units:
            given["units"] = units
        if name in AXES and variable.dims == (name,):
            given["axis"] = AXES[name]
        variable.attrs = given | dict(variable.attrs)
    return dataset


def _encoding(dataset: xr.Dataset) -> dict[str, dict]:
    """Encoding with compressed fields, at most one time a chunk, and numbers without a fill value."""
    encoding: dict[str, dict] = {}
    for key, variable in dataset.variables.items():
        name = str(key)
        if variable.dims == FIELD_DIMENSIONS:
            _, nz, ny, nx = variable.shape
            layers = max(1, min(nz, CHUNK_VALUES // max(1, nx * ny)))
            encoding[name] = {
                "zlib": True,
                "complevel": 1,
                "shuffle": True,
                "chunksizes": (1, layers, ny, nx),
                "_FillValue": None,
            }
        elif np.issubdtype(variable.dtype, np.floating):
            encoding[name] = {"_FillValue": None}
    return encoding
