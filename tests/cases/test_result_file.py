"""Result files: the same numbers through xarray's engines and through VTK's reader, held once."""

import errno
import os
import stat

import h5py
import numpy as np
import pytest
import xarray as xr
from synthetic import synthetic_result, write_result
from vtkmodules.util.numpy_support import vtk_to_numpy
from vtkmodules.vtkCommonDataModel import vtkCompositeDataSet
from vtkmodules.vtkCommonExecutionModel import vtkStreamingDemandDrivenPipeline
from vtkmodules.vtkIOHDF import vtkHDFReader

from jamsu.cases.errors import CaseError
from jamsu.cases.results import shapes
from jamsu.cases.results.file import open_result, read_result, store_result
from jamsu.cases.results.output import check_output

CELLS = (9, 7, 5)
FIELDS = (
    "open_fraction",
    "power_density",
    "pressure",
    "temperature",
    "velocity_x",
    "velocity_y",
    "velocity_z",
)
TIMES = pytest.mark.parametrize("times", [(0.0,), (12.5,), (0.0, 10.0, 20.0)])


@pytest.fixture
def tree():
    return synthetic_result(cells=CELLS)


def vtk_reader(path):
    """VTK's reader of a file, informed."""
    reader = vtkHDFReader()
    reader.SetFileName(str(path))
    assert reader.CanReadFile(str(path))
    reader.UpdateInformation()
    return reader


def vtk_parts(path):
    """The parts by name that VTK sees in a result of one time."""
    reader = vtk_reader(path)
    reader.Update()
    whole = reader.GetOutputDataObject(0)
    count = whole.GetNumberOfPartitionedDataSets()
    names = [whole.GetMetaData(index).Get(vtkCompositeDataSet.NAME()) for index in range(count)]
    assert whole.GetDataAssembly().GetDataSetIndices(0) == tuple(range(count))
    return {name: whole.GetPartitionedDataSet(index).GetPartition(0) for index, name in enumerate(names)}


def cell_data(part):
    """The cell data of a part by name."""
    data = part.GetCellData()
    names = [data.GetArrayName(index) for index in range(data.GetNumberOfArrays())]
    return {name: vtk_to_numpy(data.GetArray(name)) for name in names}


def vtk_steps(path):
    """Every step VTK sees: (times, [(kind, edges, {field: array (z, y, x[, component])}), ...])."""
    reader = vtk_reader(path)
    times = reader.GetOutputInformation(0).Get(vtkStreamingDemandDrivenPipeline.TIME_STEPS())
    steps = []
    for time in times or [None]:
        if time is None:
            grid = vtk_parts(path)["gas"]
        else:
            reader.UpdateTimeStep(time)
            grid = reader.GetOutput()
        shape = tuple(count - 1 for count in reversed(grid.GetDimensions()))
        fields = {name: values.reshape(*shape, *values.shape[1:]).copy() for name, values in cell_data(grid).items()}
        edges = [vtk_to_numpy(getattr(grid, f"Get{axis}Coordinates")()).copy() for axis in ("X", "Y", "Z")]
        steps.append((grid.GetClassName(), edges, fields))
    return times, steps


@TIMES
def test_vtk_and_xarray_agree(tmp_path, times):
    tree = synthetic_result(cells=CELLS, times=times)
    path = write_result(tmp_path / "a.vtkhdf", tree)
    interior = read_result(path)["interior"].to_dataset()
    seen, steps = vtk_steps(path)
    assert seen == (times if len(times) > 1 else None)
    assert len(steps) == len(times)
    for time, (kind, edges, fields) in zip(times, steps, strict=True):
        assert kind == "vtkRectilinearGrid"
        assert sorted(fields) == sorted([*FIELDS, "velocity"])
        vector = fields.pop("velocity")
        components = [interior[f"velocity_{axis}"].sel(time=time) for axis in "xyz"]
        np.testing.assert_array_equal(vector, np.stack(components, axis=-1))
        for axis, edge in zip("xyz", edges, strict=True):
            np.testing.assert_array_equal(edge, interior[f"{axis}_edge"])
        for name, values in fields.items():
            at = interior[name].sel(time=time)
            assert at.dims == ("z", "y", "x")
            np.testing.assert_array_equal(values, at)


@TIMES
@pytest.mark.parametrize("engine", [None, "h5netcdf", "netcdf4"])
@pytest.mark.filterwarnings("error::UserWarning")
def test_plain_xarray_opens_the_file(tmp_path, times, engine):
    if engine == "netcdf4":
        pytest.importorskip("netCDF4")
    tree = synthetic_result(cells=CELLS, times=times)
    path = write_result(tmp_path / "a.vtkhdf", tree)
    with xr.open_datatree(path, engine=engine) as seen:
        interior = seen["interior"].to_dataset()
        np.testing.assert_array_equal(interior["temperature"], tree["interior/temperature"])
        assert interior["temperature"].attrs["units"] == "degC"
        assert interior["time"].dtype == np.float64
        assert seen.attrs["title"] == tree.attrs["title"]
        assert list(seen["racks"]["front"].to_numpy()) == ["-y", "-y", "-y"]
        assert seen["hull"].attrs["diameter"] == 2.8


def test_round_trip_keeps_everything(tmp_path, tree):
    read = read_result(write_result(tmp_path / "a.vtkhdf", tree))
    assert [node.path for node in read.subtree] == [node.path for node in tree.subtree]
    for node in tree.subtree:
        other = read[node.path]
        xr.testing.assert_equal(node.to_dataset(inherit=False), other.to_dataset(inherit=False))
        assert dict(node.attrs).items() <= dict(other.attrs).items()
    assert read.attrs["Conventions"].startswith("CF-")
    assert "units" not in tree["interior/temperature"].attrs  # the caller's tree is left alone


@pytest.mark.parametrize("times", [(0.0,), (0.0, 5.0)])
def test_fields_are_held_once(tmp_path, times):
    tree = synthetic_result(cells=(40, 30, 30), times=times)
    rng = np.random.default_rng(1)
    for name in FIELDS:  # noise does not compress: a copy would show in the size
        tree["interior"][name].values[:] = rng.random((len(times), 30, 30, 40), dtype=np.float32)
    path = write_result(tmp_path / "a.vtkhdf", tree)
    once = len(FIELDS) * len(times) * 40 * 30 * 30 * 4
    assert 0.8 * once < path.stat().st_size < 1.17 * once
    with h5py.File(path) as file:
        cells = file["VTKHDF/gas/CellData" if len(times) == 1 else "VTKHDF/CellData"]
        assert cells["velocity"].is_virtual
        for name in FIELDS:
            assert file["interior"][name].chunks[0] == 1
            assert cells[name].is_virtual if len(times) == 1 else cells[name] == file["interior"][name]


def test_a_file_that_was_moved_and_renamed_still_has_its_fields(tmp_path, tree, monkeypatch):
    """A virtual dataset names the file that it reads; ours names none."""
    path = write_result(tmp_path / "a.vtkhdf", tree)
    other = tmp_path / "far"
    other.mkdir()
    path.rename(other / "b.vtkhdf")
    monkeypatch.chdir("/")
    fields = cell_data(vtk_parts(other / "b.vtkhdf")["gas"])
    assert fields["velocity"].any()
    expected = tree["interior/temperature"].isel(time=0).to_numpy().ravel()
    np.testing.assert_array_equal(fields["temperature"], expected)


def test_racks_coils_and_hull_are_named_geometry(tmp_path, tree):
    parts = vtk_parts(write_result(tmp_path / "a.vtkhdf", tree))
    assert list(parts) == ["gas", "racks", "coils", "hull"]
    racks, inlet = tree["racks"].to_dataset(), cell_data(parts["racks"])["inlet_temperature"]
    low, high = racks["lower"].min("rack").to_numpy(), racks["upper"].max("rack").to_numpy()
    np.testing.assert_allclose(parts["racks"].GetBounds(), np.stack([low, high], axis=1).ravel(), atol=1e-6)
    np.testing.assert_allclose(inlet, np.repeat(racks["inlet_temperature"].to_numpy().ravel(), 6), atol=1e-5)
    unit = cell_data(parts["racks"])["unit"]
    top = vtk_to_numpy(parts["racks"].GetPoints().GetData())[:, 2].max()
    uppermost = max(parts["racks"].GetCell(int(face)).GetBounds()[5] for face in np.flatnonzero(unit == 8))
    assert uppermost == pytest.approx(top)  # numbered from the bottom
    assert cell_data(parts["coils"])["duty"].tolist() == [20e3] * 18
    hull = tree["hull"].to_dataset()
    flux = cell_data(parts["hull"])["heat_flux"]
    np.testing.assert_allclose(flux[: hull.sizes["patch"]], hull["heat_flux"], rtol=1e-6)
    assert np.isnan(flux[hull.sizes["patch"] :]).all()  # the surface that is drawn
    np.testing.assert_allclose(parts["hull"].GetBounds(), (0, 6, -1.4, 1.4, -1.4, 1.4), atol=1e-6)


@pytest.mark.parametrize(
    ("attributes", "bounds", "polygons"),
    [
        ({"shape": "box", "size": np.array([4.0, 3.0, 2.0])}, (0, 4, 0, 3, 0, 2), 6),
        ({"shape": "sphere", "diameter": 3.0}, (-1.5, 1.5, -1.5, 1.5, -1.5, 1.5), 48 * 24),
        ({"shape": "cylinder", "axis": "z", "diameter": 2.0, "length": 5.0}, (-1, 1, -1, 1, 0, 5), 50),
        ({"shape": "stl"}, (0, 0, 0, 0, 0, 0), 0),
    ],
)
def test_every_vessel_has_its_surface(attributes, bounds, polygons):
    shape = shapes.hull(np.zeros((1, 3)), {"area": np.ones(1)}, attributes)
    np.testing.assert_allclose(np.stack([shape.points.min(axis=0), shape.points.max(axis=0)], axis=1).ravel(), bounds)
    assert len(shape.polygons) == polygons
    assert len(shape.data["area"]) == shape.cells == polygons + 1


def test_a_rack_with_fewer_units_is_as_high_as_the_others():
    power = np.array([[1.0, 1.0, 1.0, 1.0], [1.0, 1.0, np.nan, np.nan]])
    lower, upper = np.zeros((2, 3)), np.tile([1.0, 1.0, 2.0], (2, 1))
    shape = shapes.racks(lower, upper, {"power": power})
    assert shape.cells == 6 * 6
    second = shape.points[4 * 8 :, 2]
    assert sorted(set(second)) == [0.0, 1.0, 2.0]


def test_a_result_without_machines_and_hull_is_read_too(tmp_path, tree):
    bare = tree.filter(lambda node: node.path in ("/", "/interior"))
    assert list(vtk_parts(write_result(tmp_path / "a.vtkhdf", bare))) == ["gas"]


def test_open_result_reads_lazily(tmp_path, tree):
    path = write_result(tmp_path / "a.vtkhdf", tree)
    with open_result(path) as seen:
        assert "VTKHDF" not in seen.children
        assert not seen["interior"].variables["temperature"]._in_memory
        assert float(seen["interior/temperature"].max()) == float(tree["interior/temperature"].max())


def test_an_existing_file_is_kept_unless_told(tmp_path, tree):
    path = tmp_path / "a.vtkhdf"
    path.write_text("old")
    with pytest.raises(CaseError, match=r"a\.vtkhdf: file exists.*--force"):
        write_result(path, tree)
    assert path.read_text() == "old"
    write_result(path, tree, overwrite=True)
    assert read_result(path).attrs["title"] == tree.attrs["title"]
    assert os.listdir(tmp_path) == ["a.vtkhdf"]


def test_a_failed_write_leaves_the_old_file_and_no_rubbish(tmp_path, tree, monkeypatch):
    path = write_result(tmp_path / "a.vtkhdf", tree)
    old = path.read_bytes()
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(28, "full")))
    with pytest.raises(CaseError, match=r"cannot write the result file \(full\)"):
        write_result(path, tree, overwrite=True)
    assert path.read_bytes() == old
    assert os.listdir(tmp_path) == ["a.vtkhdf"]


def test_unwritable_places(tmp_path, tree):
    with pytest.raises(CaseError, match="cannot write the result file"):
        write_result(tmp_path / "no" / "a.vtkhdf", tree)
    with pytest.raises(CaseError, match="is a folder"):
        check_output(tmp_path)
    if os.geteuid() != 0:
        tmp_path.chmod(stat.S_IRUSR | stat.S_IXUSR)
        with pytest.raises(CaseError, match="Permission denied"):
            check_output(tmp_path / "a.vtkhdf")


def test_files_that_are_no_results(tmp_path):
    with pytest.raises(CaseError, match="no such file"):
        read_result(tmp_path / "none.vtkhdf")
    with pytest.raises(CaseError, match="is a folder"):
        read_result(tmp_path)
    text = tmp_path / "text.vtkhdf"
    text.write_text("hello")
    with pytest.raises(CaseError, match="not a jamsu result file"):
        read_result(text)
    other = tmp_path / "other.vtkhdf"
    xr.Dataset({"a": ("x", [1.0])}).to_netcdf(other, engine="h5netcdf")
    with pytest.raises(CaseError, match="not a jamsu result file"):
        read_result(other)


def test_a_tree_without_edges_is_refused(tmp_path, tree):
    tree["interior"].dataset = tree["interior"].to_dataset().drop_vars("x_edge")
    with pytest.raises(ValueError, match="lacks the coordinate x_edge"):
        write_result(tmp_path / "a.vtkhdf", tree)


def test_a_result_that_was_cut_short_is_called_so(tmp_path, tree):
    path = write_result(tmp_path / "a.vtkhdf", tree)
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(CaseError, match="damaged or cut short"):
        read_result(path)


@pytest.fixture
def unlockable(monkeypatch):
    """Files that HDF5 cannot lock, for a reason to be given."""
    opened = h5py.File.__init__

    def locked(number):
        def refuse(self, name, mode="r", **options):
            if isinstance(name, str | os.PathLike) and options.get("locking") is not False:
                text = f"unable to lock file, errno = {number}, error message = '{os.strerror(number)}'"
                raise OSError(number, f"Unable to synchronously open file ({text})")
            opened(self, name, mode, **options)

        monkeypatch.setattr(h5py.File, "__init__", refuse)

    return locked


@pytest.mark.parametrize("number", [errno.ENOLCK, errno.ENOSYS, errno.ENOTSUP])
def test_a_file_system_without_locks_is_as_good(tmp_path, tree, unlockable, number):
    unlockable(number)
    path = write_result(tmp_path / "a.vtkhdf", tree)
    assert read_result(path).attrs["title"] == tree.attrs["title"]


def test_a_file_that_another_program_writes_is_called_so(tmp_path, tree, unlockable):
    path = write_result(tmp_path / "a.vtkhdf", tree)
    unlockable(errno.EAGAIN)
    with pytest.raises(CaseError, match="another program holds the file open"):
        read_result(path)


def test_a_result_replaces_only_what_it_was_to(tmp_path, tree):
    path = tmp_path / "a.vtkhdf"
    path.write_text("another's")
    stored = store_result(path, tree, None)
    assert stored == tmp_path / "a-1.vtkhdf"
    assert path.read_text() == "another's"
    assert read_result(stored).attrs["title"] == tree.attrs["title"]
