"""What becomes of an output: nobody's finished file is replaced, nothing solved is lost, no rubbish stays."""

import errno
import os

import pytest

from jamsu.cases.errors import CaseError
from jamsu.cases.results.output import OutputWarning, owned, put, stamp, tell


def test_a_file_goes_where_it_was_asked_to(tmp_path):
    output = tmp_path / "a.vtkhdf"
    assert put(b"first", output, None) == output
    assert put(b"second", output, stamp(output)) == output
    assert output.read_bytes() == b"second"
    output.unlink()
    assert put(b"third", output, (6, 1)) == output  # what it might replace is gone
    assert os.listdir(tmp_path) == ["a.vtkhdf"]


@pytest.mark.parametrize("links", [True, False])
def test_a_file_that_came_to_lie_there_is_kept(tmp_path, monkeypatch, links):
    if not links:
        monkeypatch.setattr("os.link", lambda *_: (_ for _ in ()).throw(OSError(errno.EPERM, "no links")))
    output = tmp_path / "a.b.vtkhdf"
    output.write_bytes(b"before")
    replaces = stamp(output)
    output.write_bytes(b"another's")
    for expected in (None, replaces):
        name = put(b"ours", output, expected)
        assert output.read_bytes() == b"another's"
        assert name.read_bytes() == b"ours"
    assert sorted(os.listdir(tmp_path)) == ["a.b-1.vtkhdf", "a.b-2.vtkhdf", "a.b.vtkhdf"]


def test_a_full_disk_leaves_the_old_file_and_no_rubbish(tmp_path, monkeypatch):
    output = tmp_path / "a.vtkhdf"
    output.write_bytes(b"old")
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(errno.ENOSPC, "No space left on device")))
    with pytest.raises(OSError, match="No space"):
        put(b"new", output, stamp(output))
    assert output.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["a.vtkhdf"]


def test_what_killed_processes_left_of_an_output_is_deleted(tmp_path):
    output = tmp_path / "a.nc"
    mine = [".a.nc.77.part", ".a.nc.checkpoint.77.part", ".a.nc.part.77.part", "a.nc.steps/.000001.77.part"]
    others = ["a.nc.part", "a.nc.checkpoint", ".b.a.nc.77.part", ".a.nc.b.77.part", ".a.nc.x.part", "a.nc.steps/000001"]
    (tmp_path / "a.nc.steps").mkdir()
    for name in (*mine, *others):
        (tmp_path / name).write_text("")
    with owned(output):
        pass
    left = {str(path.relative_to(tmp_path)) for path in tmp_path.rglob("*") if path.is_file()}
    assert left == set(others)


def test_an_output_that_appeared_before_the_lock_is_kept(tmp_path):
    output = tmp_path / "a.nc"
    output.write_text("another's")
    with pytest.raises(CaseError, match="--force"), owned(output):
        pass
    with owned(output, overwrite=True) as replaces:
        assert replaces == stamp(output)
    assert os.listdir(tmp_path) == ["a.nc"]


def test_what_is_told_is_a_warning_of_its_own_kind():
    with pytest.warns(OutputWarning, match="one line"):
        tell("one line")
