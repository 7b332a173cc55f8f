"""Fields saved on the way of a transient run, kept until the result file is written at its end.

With an output they wait in a folder NAME.vtkhdf.steps next to it, one file a time, each written whole or not
at all: a kill loses none of them, and memory does not grow during the run. Without an output they stay
in memory, as do fields for which the disk has no room.
"""

from __future__ import annotations

from pathlib import Path

import jax
import numpy as np
import xarray as xr

from jamsu.cases.assembly.layout import Geometry
from jamsu.cases.errors import CaseError, Problem
from jamsu.cases.results.output import fields_folder
from jamsu.cases.results.tree import interior_dataset
from jamsu.cases.run import checkpoint
from jamsu.cases.schema.case import Case
from jamsu.solver.flow.closure import turbulent_fields
from jamsu.solver.flow.model import FlowState
from jamsu.solver.module import Module
from jamsu.solver.round import interior_fields

Fields = dict[str, np.ndarray]  # what `interior_dataset` takes


def fields_of(module: Module, flow: FlowState) -> Fields:
    """The fields of one moment."""
    values = interior_fields(module, flow.temperature, flow, turbulent_fields(module.model, flow))
    return {name: np.asarray(jax.device_get(value)) for name, value in values.items()}


class SavedFields:
    """The saved times of one run, numbered from 1."""

    def __init__(self, output: Path | None, fingerprint: str) -> None:
        self.folder = None if output is None else fields_folder(output)
        self._fingerprint = fingerprint
        self._memory: dict[int, Fields] = {}

    def keep(self, number: int, fields: Fields) -> None:
        self._memory[number] = fields

    def write(self) -> None:
        """Move what is in memory to the folder. Raises OSError; what has not been moved stays in memory."""
        if self.folder is None:
            return
        self.folder.mkdir(exist_ok=True)
        for number in sorted(self._memory):
            checkpoint.save(self._path(number), {"fingerprint": self._fingerprint}, {"fields": self._memory[number]})
            del self._memory[number]

    def load(self, number: int) -> Fields:
        """The fields of a saved time. Raises CaseError when the file is missing, damaged or another run's."""
        if self.folder is None or number in self._memory:
            return self._memory[number]
        path = self._path(number)
        saved = checkpoint.load(path, self._fingerprint)
        if saved is None:
            raise CaseError(str(path), Problem("", "", "no such file: the run must begin anew, without --resume"))
        return saved.trees["fields"]

    def _path(self, number: int) -> Path:
        assert self.folder is not None
        return self.folder / f"{number:06d}"


def interior_in_time(
    case: Case, geometry: Geometry, module: Module, saved: SavedFields, times: list[float]
) -> xr.Dataset:
    """/interior with all saved times, read one after the other into arrays that hold them all."""
    fields = saved.load(1)
    first = interior_dataset(case, geometry, module, fields, times[0])
    if len(times) == 1:
        return first
    data = {}
    for key, variable in first.data_vars.items():
        shape = (len(times), *variable.shape[1:])
        # What does not change in time is held once.
        values = np.empty(shape, variable.dtype) if key in fields else np.broadcast_to(variable.to_numpy(), shape)
        data[str(key)] = (variable.dims, values)
    for index, time in enumerate(times):
        moment = interior_dataset(case, geometry, module, saved.load(index + 1), time)
        for name in fields:
            data[name][1][index] = moment[name].to_numpy()[0]
    coords = {name: value for name, value in first.coords.items() if name != "time"}
    return xr.Dataset(data, coords=coords | {"time": np.array(times)})
