"""The writer of a run's checkpoint: a full disk, an interruption, another run's checkpoint. Nothing is solved."""

import errno
import os

import numpy as np
import pytest
from synthetic import synthetic_result

from jamsu.cases import load_case
from jamsu.cases.errors import CaseError
from jamsu.cases.results.file import read_result
from jamsu.cases.results.output import OutputWarning, checkpoint_path, fields_folder, stamp
from jamsu.cases.run import checkpoint_writer
from jamsu.cases.run.checkpoint_writer import CheckpointWriter
from jamsu.cases.run.transient_fields import SavedFields

CASE = load_case("natick2")
OTHER = load_case("natick2", ("racks.*.power=7 kW",))
TREES = {"state": [np.arange(3.0)]}


@pytest.fixture
def output(tmp_path):
    return tmp_path / "a.vtkhdf"


@pytest.fixture
def full(monkeypatch):
    """A disk that takes no more; call it to give it room again."""
    with monkeypatch.context() as patch:
        patch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(errno.ENOSPC, "No space left on device")))
        yield patch.undo


def interrupted(writer, save):
    with pytest.raises(KeyboardInterrupt) as caught, writer.interruptible(save):
        raise KeyboardInterrupt
    return getattr(caught.value, "__notes__", [])


@pytest.mark.filterwarnings("error")
def test_a_full_disk_costs_one_warning_and_leaves_nothing_half_written(output, full):
    writer = CheckpointWriter(CASE, "coarse", output)
    with pytest.warns(OutputWarning, match=r"No space left on device\); the run goes on, an interruption") as told:
        writer.save({}, TREES)
    writer.save({}, TREES)  # a second warning would be an error of the test
    assert len(told) == 1
    assert os.listdir(output.parent) == []
    assert interrupted(writer, lambda: None) == ["nothing was saved"]
    full()
    writer.save({"rounds": 3}, TREES)
    assert interrupted(writer, lambda: None) == [
        f"saved in {output}.checkpoint: the same command with --resume goes on from there"
    ]
    summary = {"warnings": ["of a model"]}
    writer.store(synthetic_result(cells=(4, 3, 2)), summary, lambda: None)
    assert summary["warnings"] == ["of a model", str(told[0].message)]


def test_a_result_that_finds_no_space_is_saved_as_far_as_can_be(output, full):
    writer = CheckpointWriter(CASE, "coarse", output)
    tree = synthetic_result(cells=(4, 3, 2))

    def save():
        full()
        writer.save({}, TREES)

    with pytest.raises(CaseError, match=r"No space left on device\); saved in .*--resume"):
        writer.store(tree, {"warnings": []}, save)
    assert os.listdir(output.parent) == ["a.vtkhdf.checkpoint"]


def test_what_is_saved_of_an_earlier_state_is_called_so(output, monkeypatch):
    writer = CheckpointWriter(CASE, "coarse", output)
    writer.save({"rounds": 1}, TREES)
    kept = checkpoint_path(output).read_bytes()
    monkeypatch.setattr("os.fsync", lambda _: (_ for _ in ()).throw(OSError(errno.ENOSPC, "No space left on device")))
    with pytest.warns(OutputWarning, match="the one before is kept"):
        notes = interrupted(writer, lambda: writer.save({"rounds": 2}, TREES))
    assert notes[0].startswith(f"an earlier state is saved in {output}.checkpoint: the same command with --resume")
    assert checkpoint_path(output).read_bytes() == kept


def test_without_an_output_nothing_is_said_and_nothing_written(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    writer = CheckpointWriter(CASE, "coarse", None)
    writer.save({}, TREES)
    assert interrupted(writer, lambda: writer.save({}, TREES)) == []
    assert os.listdir(tmp_path) == []


@pytest.mark.parametrize(
    ("case", "words"),
    [
        (CASE, "of an interrupted run, from which --resume would go on; this one begins anew and replaces it after"),
        (OTHER, "of an interrupted run of another case or quality; this one begins anew"),
    ],
)
def test_a_run_begun_anew_names_the_checkpoint_and_leaves_it_for_a_while(output, monkeypatch, case, words):
    before = CheckpointWriter(CASE, "coarse", output)
    before.save({"rounds": 700}, TREES)
    fields_folder(output).mkdir()
    kept = checkpoint_path(output).read_bytes()
    writer = CheckpointWriter(case, "coarse", output)
    with pytest.warns(OutputWarning, match=words):
        assert writer.begin(resume=False) is None
    notes = interrupted(writer, lambda: writer.save({"rounds": 1}, TREES))
    advice = ": --resume goes on from there" if case is CASE else ""
    assert notes == [f"{output}.checkpoint is left as it was{advice}"]
    assert checkpoint_path(output).read_bytes() == kept
    monkeypatch.setattr(checkpoint_writer, "SECONDS_OF_GRACE", 0.0)
    writer.save({"rounds": 2}, TREES)
    assert writer.load().facts["rounds"] == 2
    assert not fields_folder(output).exists()  # of the run before


def test_a_quick_run_of_another_case_leaves_the_checkpoint_for_good(output):
    CheckpointWriter(CASE, "coarse", output).save({}, TREES)
    for case, left in ((OTHER, True), (CASE, False)):
        writer = CheckpointWriter(case, "coarse", output)
        with pytest.warns(OutputWarning, match="begins anew"):
            writer.begin(resume=False)
        writer.discard()
        assert checkpoint_path(output).exists() == left


def test_a_resumed_run_replaces_only_what_it_was_to(output):
    """The file that --force was given for, or none; what came to lie there since is kept."""
    output.write_bytes(b"old")
    forced = stamp(output)
    CheckpointWriter(CASE, "coarse", output, forced).save({}, TREES)
    resumed = CheckpointWriter(CASE, "coarse", output, stamp(output))
    resumed.begin(resume=True)
    assert resumed.replaces == forced
    output.write_bytes(b"another's")
    resumed = CheckpointWriter(CASE, "coarse", output, stamp(output))
    with pytest.warns(OutputWarning, match="is not of this run and is kept; the result will go beside it"):
        resumed.begin(resume=True)
    summary = {"warnings": []}
    with pytest.warns(OutputWarning, match=r"another file came to lie there and is kept; .* is .*a-1\.vtkhdf"):
        resumed.store(synthetic_result(cells=(4, 3, 2)), summary, lambda: None)
    assert output.read_bytes() == b"another's"
    assert summary["result"] == f"{output.parent}/a-1.vtkhdf"
    assert len(summary["warnings"]) == 2
    assert read_result(output.parent / "a-1.vtkhdf").attrs["title"]


def test_saved_fields_that_find_no_space_wait_in_memory(output, full):
    saved = SavedFields(output, "print")
    fields = {"temperature": np.arange(6.0)}
    saved.keep(1, fields)
    writer = CheckpointWriter(CASE, "coarse", output)
    with pytest.warns(OutputWarning, match="the run goes on"):
        writer.save({}, TREES, first=saved.write)
    assert not checkpoint_path(output).exists()  # it would rest on fields that are not there
    assert list(fields_folder(output).iterdir()) == []
    np.testing.assert_array_equal(saved.load(1)["temperature"], np.arange(6.0))
    full()
    saved.keep(2, fields)
    writer.save({}, TREES, first=saved.write)
    assert sorted(os.listdir(fields_folder(output))) == ["000001", "000002"]
    again = SavedFields(output, "print")
    np.testing.assert_array_equal(again.load(1)["temperature"], np.arange(6.0))
