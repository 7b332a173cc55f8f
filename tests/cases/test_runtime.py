"""Compiled programs are kept where they can be, and nothing is said or broken where they cannot."""

import pwd

import jax
import pytest

from jamsu.cases.run.runtime import cache_folder, prepare, takes_files

CACHE = "jax_compilation_cache_dir"


@pytest.fixture
def no_cache_yet():
    before = getattr(jax.config, CACHE)
    jax.config.update(CACHE, None)
    yield
    jax.config.update(CACHE, before)


@pytest.fixture
def nobody(monkeypatch):
    """A container's user: no HOME, and a user id without a name."""

    def nameless(user):
        raise KeyError(f"getpwuid(): uid not found: {user}")

    for name in ("HOME", "XDG_CACHE_HOME", "JAMSU_CACHE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setattr(pwd, "getpwuid", nameless)


def test_a_user_without_a_home_has_no_cache(nobody, no_cache_yet):
    assert cache_folder() is None
    prepare("float32")
    assert getattr(jax.config, CACHE) is None


def test_a_user_without_a_home_may_name_a_cache(nobody, no_cache_yet, monkeypatch, tmp_path):
    monkeypatch.setenv("JAMSU_CACHE", str(tmp_path / "new" / "folder"))
    prepare("float32")
    assert getattr(jax.config, CACHE) == str(tmp_path / "new" / "folder")


@pytest.mark.parametrize("folder", ["file", "file/below", "/proc/jamsu"])
def test_a_folder_that_takes_no_file_is_no_cache(no_cache_yet, monkeypatch, tmp_path, folder):
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JAMSU_CACHE", folder)
    prepare("float32")
    assert getattr(jax.config, CACHE) is None


def test_a_probed_folder_stays_empty(tmp_path):
    assert takes_files(tmp_path / "new")
    assert list((tmp_path / "new").iterdir()) == []
