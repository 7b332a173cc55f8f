"""The group `/VTKHDF` of a result file: what ParaView sees of it, with no field held twice.

VTK's format 2, as the reader of VTK 9.7 and the netCDF readers both take it:

* A result of one time is a collection of named parts with an assembly: the `gas` (a rectilinear grid), and as faces
  the `racks`, the `coils` and the `hull` with their numbers. The fields of the gas are *virtual datasets*: views
  without the dimension of time on the variables of `/interior`, and `velocity` as one vector. (A vector so made is
  slow to read, some 1.5 s for a million cells.)
* A result of several times is the gas alone, with hard links for fields and a virtual dataset for its velocity: that
  reader fails on a rectilinear grid in time that is part of a collection, even on one that VTK itself has written.
* The reader goes through groups in the order of their creation, which has to be tracked; each child of `/VTKHDF` but
  the assembly is a part.
* netCDF looks for a variable's dimensions in its own group and the groups above it. So dimension scales are linked in,
  and every other dataset names its own dimension; without this no netCDF reader opens the file.
* `Type` is a fixed-length byte string.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import h5py
import numpy as np

from jamsu.cases.results import shapes
from jamsu.cases.results.variables import FIELD_DIMENSIONS

GROUP = "VTKHDF"
VERSION = (2, 6)  # the first format version with RectilinearGrid
EDGES = ("x_edge", "y_edge", "z_edge")
COMPONENTS = ("velocity_x", "velocity_y", "velocity_z")
TOPOLOGIES = ("Vertices", "Lines", "Polygons", "Strips")
OF_RACKS = ("power", "flow", "inlet_temperature", "outlet_temperature")
OF_COILS = ("duty", "gas_inlet_temperature", "gas_outlet_temperature", "water_inlet_temperature", "effectiveness")
OF_HULL = ("inner_temperature", "outer_temperature", "heat_flux", "area")


def link(file: h5py.File) -> None:
    """Add `/VTKHDF` to an open result file."""
    interior = file["interior"]
    times = interior["time"][:]
    fields = [name for name, item in interior.items() if _is_field(interior, item)]
    if len(times) > 1:
        group = _part(file, GROUP, "RectilinearGrid")
        _grid(group, interior)
        for name in fields:
            group["CellData"][name] = interior[name]
        _vector(group, interior, fields, slice(None))
        steps = group.create_group("Steps")
        steps.attrs["NSteps"] = len(times)
        _own_scale(steps, "Values", times.astype(np.float64))
        return
    root = _part(file, GROUP, "PartitionedDataSetCollection")
    gas = _part(root, "gas", "RectilinearGrid")
    _grid(gas, interior)
    for name in fields:
        _view(gas["CellData"], name, interior[name])
    _vector(gas, interior, fields, 0)
    for name, shape in _shapes(file).items():
        _faces(_part(root, name, "PolyData"), shape)
    _assemble(root)


def _assemble(root: h5py.Group) -> None:
    """Number the parts and name them in a tree of soft links."""
    parts = list(root)
    assembly = root.create_group("Assembly", track_order=True)
    for index, name in enumerate(parts):
        root[name].attrs["Index"] = index
        assembly[name] = h5py.SoftLink(f"/{GROUP}/{name}")


def _part(parent: h5py.Group, name: str, kind: str) -> h5py.Group:
    group = parent.create_group(name, track_order=True)
    group.attrs["Version"] = np.array(VERSION, dtype=np.int64)
    group.attrs["Type"] = np.bytes_(kind)
    return group


def _grid(group: h5py.Group, interior: h5py.Group) -> None:
    """Edges of the grid, dimension scales, and an empty group for its fields."""
    group.attrs["Dimensions"] = np.array([len(interior[edge]) for edge in EDGES], dtype=np.int64)
    for edge in EDGES:
        _own_scale(group, f"{edge[0].upper()}Coordinates", interior[edge][:].astype(np.float64))
    for dimension in FIELD_DIMENSIONS:
        group[dimension] = interior[dimension]
    group.create_group("CellData", track_order=True)


def _is_field(interior: h5py.Group, item: h5py.Dataset) -> bool:
    shape = tuple(len(interior[dimension]) for dimension in FIELD_DIMENSIONS)
    return isinstance(item, h5py.Dataset) and item.shape == shape


def _view(cells: h5py.Group, name: str, source: h5py.Dataset) -> None:
    """A field of one time without the dimension of time."""
    layout = h5py.VirtualLayout(shape=source.shape[1:], dtype=source.dtype)
    layout[...] = _source(source)[0]
    _attach(cells.create_virtual_dataset(name, layout), source, FIELD_DIMENSIONS[1:])


def _vector(group: h5py.Group, interior: h5py.Group, fields: list[str], when: slice | int) -> None:
    """The three components as one field."""
    if not set(COMPONENTS) <= set(fields):
        return
    first = interior[COMPONENTS[0]]
    names = FIELD_DIMENSIONS if isinstance(when, slice) else FIELD_DIMENSIONS[1:]
    shape = first.shape if isinstance(when, slice) else first.shape[1:]
    layout = h5py.VirtualLayout(shape=(*shape, 3), dtype=first.dtype)
    for index, component in enumerate(COMPONENTS):
        layout[..., index] = _source(interior[component])[when]
    vector = group["CellData"].create_virtual_dataset("velocity", layout)
    _attach(vector, first, names)
    vector.dims[len(names)].attach_scale(_own_scale(group, "component", np.arange(3)))


def _source(dataset: h5py.Dataset) -> h5py.VirtualSource:
    # "." is the file itself, whatever its name will be.
    return h5py.VirtualSource(".", dataset.name, shape=dataset.shape, dtype=dataset.dtype)


def _attach(dataset: h5py.Dataset, source: h5py.Dataset, names: tuple[str, ...]) -> None:
    for index, name in enumerate(names):
        dataset.dims[index].attach_scale(source.parent[name])


def _own_scale(group: h5py.Group, name: str, values: np.ndarray) -> h5py.Dataset:
    """A one-dimensional dataset that names its own dimension, so that netCDF readers need not invent one."""
    dataset = group.create_dataset(name, data=values, **_packed(values.size))
    dataset.make_scale(name)
    return dataset


def _shapes(file: h5py.File) -> dict[str, shapes.Shape]:
    """The parts beside the gas, as far as the result has them."""
    found: dict[str, shapes.Shape] = {}
    if "racks" in file and {"lower", "power"} <= set(file["racks"]):
        group = file["racks"]
        found["racks"] = shapes.racks(group["lower"][:], group["upper"][:], _data(group, OF_RACKS))
    if "coils" in file and "lower" in file["coils"]:
        group = file["coils"]
        numbers = {"coil": np.arange(1.0, len(group["lower"]) + 1)}
        found["coils"] = shapes.boxes(group["lower"][:], group["upper"][:], numbers | _data(group, OF_COILS))
    if "hull" in file and "position" in file["hull"]:
        group = file["hull"]
        found["hull"] = shapes.hull(group["position"][:], _data(group, OF_HULL), dict(group.attrs))
    return {name: shape for name, shape in found.items() if shape.cells}


def _data(group: h5py.Group, names: tuple[str, ...]) -> dict[str, np.ndarray]:
    return {name: group[name][:] for name in names if name in group}


def _faces(group: h5py.Group, shape: shapes.Shape) -> None:
    """Points, cells and their data of a part of faces."""
    count = len(shape.points)
    _own_scale(group, "NumberOfPoints", np.array([count], dtype=np.int64))
    points = group.create_dataset("Points", data=shape.points.astype(np.float32), **_packed(3 * count))
    points.dims[0].attach_scale(_own_scale(group, "point", np.arange(count)))
    points.dims[1].attach_scale(_own_scale(group, "component", np.arange(3)))
    cells = {"Vertices": [[index] for index in range(shape.vertices)], "Polygons": shape.polygons}
    for name in TOPOLOGIES:
        _cells(group.create_group(name, track_order=True), cells.get(name, []))
    data = group.create_group("CellData", track_order=True)
    cell = _own_scale(group, "cell", np.arange(shape.cells))
    for name, values in shape.data.items():
        held = data.create_dataset(name, data=values.astype(np.float32), **_packed(len(values)))
        held.dims[0].attach_scale(cell)


def _cells(group: h5py.Group, cells: Sequence[Sequence[int]]) -> None:
    """One kind of cells; of none a corner that no cell has, as netCDF has no dimension of length 0."""
    corners = [corner for cell in cells for corner in cell]
    _own_scale(group, "NumberOfCells", np.array([len(cells)], dtype=np.int64))
    _own_scale(group, "NumberOfConnectivityIds", np.array([len(corners)], dtype=np.int64))
    _own_scale(group, "Offsets", np.cumsum([0, *(len(cell) for cell in cells)], dtype=np.int64))
    _own_scale(group, "Connectivity", np.array(corners or [0], dtype=np.int64))


def _packed(values: int) -> dict[str, Any]:
    """How a dataset of so many values is stored: small ones as they are, as a chunk's index takes 2 KiB."""
    return {"compression": "gzip", "compression_opts": 1, "shuffle": True} if values > 1024 else {}
