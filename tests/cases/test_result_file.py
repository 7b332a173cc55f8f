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
from vtkmodules.vtkCommonExecutionModel import vtkStreamingDemandDrivenPipeline
from vtkmodules.vtkIOHDF import vtkHDFReader

from jamsu.cases.errors import CaseError
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


def vtk_steps(path):
    """Every step VTK sees: (times, [(grid, {field: array (z, y, x)}), ...])."""
    reader = vtkHDFReader()
    reader.SetFileName(str(path))
    assert reader.CanReadFile(str(path))
    reader.UpdateInformation()
    times = reader.GetOutputInformation(0).Get(vtkStreamingDemandDrivenPipeline.TIME_STEPS())
    steps = []
    for time in times:
        reader.UpdateTimeStep(time)
        grid = reader.GetOutput()
        data = grid.GetCellData()
        shape = tuple(count - 1 for count in reversed(grid.GetDimensions()))
        names = [data.GetArrayName(index) for index in range(data.GetNumberOfArrays())]
        fields = {name: vtk_to_numpy(data.GetArray(name)).reshape(shape).copy() for name in names}
        edges = [vtk_to_numpy(getattr(grid, f"Get{axis}Coordinates")()).copy() for axis in ("X", "Y", "Z")]
        steps.append((grid.GetClassName(), edges, fields))
    return times, steps


@TIMES
def test_vtk_and_xarray_agree(tmp_path, times):
    tree = synthetic_result(cells=CELLS, times=times)
    path = write_result(tmp_path / "a.vtkhdf", tree)
    interior = read_result(path)["interior"].to_dataset()
    seen, steps = vtk_steps(path)
    assert sorted(set(seen)) == sorted(times)
    for index, (kind, edges, fields) in enumerate(steps):
        assert kind == "vtkRectilinearGrid"
        assert sorted(fields) == sorted(FIELDS)
        for axis, edge in zip("xyz", edges, strict=True):
            np.testing.assert_array_equal(edge, interior[f"{axis}_edge"])
        for name, values in fields.items():
            at = interior[name].sel(time=seen[index])
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


def test_fields_are_linked_not_copied(tmp_path):
    tree = synthetic_result(cells=(40, 30, 30))
    rng = np.random.default_rng(1)
    for name in FIELDS:  # noise does not compress: a copy would show in the size
        tree["interior"][name].values[:] = rng.random((1, 30, 30, 40), dtype=np.float32)
    path = write_result(tmp_path / "a.vtkhdf", tree)
    once = len(FIELDS) * 40 * 30 * 30 * 4
    assert 0.8 * once < path.stat().st_size < 1.1 * once
    with h5py.File(path) as file:
        for name in FIELDS:
            assert file["VTKHDF/CellData"][name] == file["interior"][name]  # the same object
            assert file["interior"][name].chunks[0] == 1


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
