"""A file with flipped bits, cut short or empty is refused in one line, whatever the libraries make of it.

The seeds are spread over many kinds of damage; the readers met errors that h5py, h5netcdf, zipfile or NumPy
raise besides the usual ones (AttributeError, EOFError, NotImplementedError, KeyError).
"""

import random
import warnings

import numpy as np
import pytest
from synthetic import synthetic_result, write_result

from jamsu.cases.errors import CaseError
from jamsu.cases.results.file import open_result, read_result
from jamsu.cases.run import checkpoint
from jamsu.cases.sweep.axis import parse_axis
from jamsu.cases.sweep.file import dataset, finished_point, read_dataset, write_dataset
from jamsu.viz.scene import read_scene

KEY = "fingerprint of a case"


@pytest.fixture(scope="module")
def whole(tmp_path_factory):
    """One whole file of each kind."""
    folder = tmp_path_factory.mktemp("whole")
    files = {kind: folder / kind for kind in ("result.vtkhdf", "sweep.nc", "run.checkpoint")}
    write_result(files["result.vtkhdf"], synthetic_result(cells=(8, 6, 6)))
    axes = [parse_axis("a=1,2 degC"), parse_axis("b=x,y")]
    summary = {"status": "converged", "kpis": {"hottest_inlet": 20.0, "ashrae_class": "A1"}, "racks": {"r": {"p": 1.0}}}
    points = [finished_point((i, j), summary) for i in range(2) for j in range(2)]
    write_dataset(dataset(axes, points, {"case": "name"}), files["sweep.nc"], None)
    trees = {"state": [np.arange(50.0), np.zeros((4, 5))], "older": [np.ones(3)]}
    checkpoint.save(files["run.checkpoint"], {"fingerprint": KEY, "rounds": 3}, trees)
    return {kind: file.read_bytes() for kind, file in files.items()}


def draw(path):
    read_scene(read_result(path), "temperature")


def peek(path):
    with open_result(path):
        pass


READERS = {
    "read": ("result.vtkhdf", read_result),
    "open": ("result.vtkhdf", peek),
    "scene": ("result.vtkhdf", draw),
    "sweep": ("sweep.nc", read_dataset),
    "checkpoint": ("run.checkpoint", lambda path: checkpoint.load(path, KEY)),
}


def damaged(content, seed):
    """The content with 1 to 200 bytes changed."""
    draws = random.Random(seed)
    content = bytearray(content)
    for _ in range(draws.choice((1, 4, 40, 40, 200))):
        content[draws.randrange(len(content))] ^= draws.randrange(1, 256)
    return bytes(content)


def refusal(reader, path):
    """The line with which a reader refuses a file; None if it takes it."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            reader(path)
    except CaseError as error:
        return str(error)
    return None


@pytest.mark.filterwarnings("error::pytest.PytestUnraisableExceptionWarning")
@pytest.mark.parametrize("kind", READERS)
def test_flipped_bits(whole, tmp_path, kind):
    name, reader = READERS[kind]
    path = tmp_path / name
    lines = []
    for seed in range(60):
        path.write_bytes(damaged(whole[name], seed))
        lines.append(refusal(reader, path))
    refused = [line for line in lines if line is not None]
    assert len(refused) > 30
    for line in refused:
        assert line.startswith(str(path))
        assert "\n" not in line
        assert len(line) < len(str(path)) + 150


@pytest.mark.parametrize("kind", READERS)
@pytest.mark.parametrize("length", [0, 1, 100, 1000])
def test_cut_short(whole, tmp_path, kind, length):
    name, reader = READERS[kind]
    path = tmp_path / name
    path.write_bytes(whole[name][:length])
    assert str(path) in (refusal(reader, path) or "")


@pytest.mark.parametrize("kind", READERS)
def test_whole(whole, tmp_path, kind):
    name, reader = READERS[kind]
    path = tmp_path / name
    path.write_bytes(whole[name])
    assert refusal(reader, path) is None


@pytest.mark.slow
@pytest.mark.parametrize("kind", READERS)
def test_more_flipped_bits(whole, tmp_path, kind):
    name, reader = READERS[kind]
    path = tmp_path / name
    for seed in range(60, 600):
        path.write_bytes(damaged(whole[name], seed))
        refusal(reader, path)
