"""Reading HDF5 files that may be damaged: any error of the libraries becomes one line."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import h5netcdf

from jamsu.cases.errors import CaseError, Problem

# A File whose construction fails lacks this, and would print a traceback when it is deleted.
h5netcdf.File._writable = False


@contextlib.contextmanager
def read_safely(path: Path) -> Iterator[None]:
    """While a file is read, turn any error into a CaseError, as flipped bits cause errors of every kind.

    A CaseError passes unchanged.
    """
    try:
        yield
    except CaseError:
        raise
    except Exception as error:
        raise CaseError(str(path), Problem("", "", _reason(error))) from None


def _reason(error: Exception) -> str:
    if isinstance(error, OSError) and error.errno and error.strerror:  # from the file system; HDF5's own have neither
        return f"cannot be read: {error.strerror}"
    if isinstance(error, MemoryError):
        return "the file is damaged, or does not fit into memory"
    return f"the file is damaged or cut short ({type(error).__name__} while reading)"
