"""The one list of what a result file holds: groups, variables, units, and what each variable means.

`jamsu.solver.variables` lists the solver's quantities; this list has what a result adds to them:
coordinates, places, key figures. `jamsu.cases.results.file.store_result` takes the CF attributes of every variable from
here, so a writer only has to give names, dimensions and numbers. Temperatures are in degrees Celsius, everything else
in SI units.
"""

from __future__ import annotations

from jamsu.cases.results.kpis import KPIS
from jamsu.solver import variables as solver_variables

FIELD_DIMENSIONS = ("time", "z", "y", "x")

# group -> variable -> (units, long name); "" stands for names and other text without a unit.
_ADDED: dict[str, dict[str, tuple[str, str]]] = {
    "interior": {
        "time": ("s", "time since the start of a run in time; 0 of a steady state"),
        "x": ("m", "cell centre, x"),
        "y": ("m", "cell centre, y"),
        "z": ("m", "cell centre, z, upwards"),
        "x_edge": ("m", "cell edge, x"),
        "y_edge": ("m", "cell edge, y"),
        "z_edge": ("m", "cell edge, z, upwards"),
        "open_fraction": ("1", "open share of the cell volume"),
        "power_density": ("W m-3", "heat released to the fluid"),
    },
    "hull": {
        "position": ("m", "centre of the hull patch"),
        "area": ("m2", "true wall area of the hull patch"),
    },
    "racks": {
        "lower": ("m", "lower corner of the rack"),
        "upper": ("m", "upper corner of the rack"),
        "front": ("", "side of the rack where gas enters"),
    },
    "coils": {
        "lower": ("m", "lower corner of the coil"),
        "upper": ("m", "upper corner of the coil"),
    },
    "probes": {
        "position": ("m", "where the probe is"),
        "time": ("s", "time since the start of the run"),
        "temperature_in_time": ("degC", "gas temperature at the probe, mean over a round of steps"),
        "speed_in_time": ("m s-1", "gas speed at the probe at the end of a round of steps"),
    },
    "balance": {
        "imbalance": ("W", "heat that the balance does not account for"),
    },
    "history": {
        "time": ("s", "time since the start of the run"),
        "residual": ("1", "relative change of the fields in a step"),
        "imbalance": ("1", "imbalance as a share of the IT power"),
        "hottest_inlet": ("degC", "hottest rack inlet"),
    },
    "moved_faces": {
        "object": ("", "object whose face was moved onto another plane of the grid; no such group where none was"),
        "axis": ("", "axis along which it was moved"),
        "side": ("", "side of the object: low, high, or flat for a rectangle"),
        "given": ("m", "position of the face in the case"),
        "placed": ("m", "position of the face on the grid"),
        "area_given": (
            "m2",
            "area in the case: of openings and panels their own, of racks and coils the front, else the surface",
        ),
        "area_placed": ("m2", "the same area on the grid"),
    },
    "kpis": {name: (kpi.units, kpi.meaning) for name, kpi in KPIS.items()},
}


def _all() -> dict[str, dict[str, tuple[str, str]]]:
    found = {
        group: {name: (variable.units, variable.meaning) for name, variable in names.items() if variable.saved}
        for group, names in solver_variables.VARIABLES.items()
    }
    for group, names in _ADDED.items():
        found[group] = found.get(group, {}) | names
    return {group: names for group, names in found.items() if names}


VARIABLES = _all()

AXES = {"time": "T", "x": "X", "y": "Y", "z": "Z"}


def documentation() -> str:
    """What a result file holds, as a page of Markdown."""
    lines = [
        "# What a result file holds",
        "",
        "Made from `solver/variables.py`, `cases/results/kpis.py` and `cases/results/variables.py` by",
        "`python -m jamsu.cases.results.variables > docs/result_file.md`; a test keeps it so.",
        "",
        "A netCDF-4 file of groups that `xarray.open_datatree` opens, and ParaView too. Temperatures are in degC.",
    ]
    for group, names in VARIABLES.items():
        lines += ["", f"## /{group}", "", "| variable | unit | meaning |", "| --- | --- | --- |"]
        lines += [f"| `{name}` | {units or '-'} | {meaning} |" for name, (units, meaning) in names.items()]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    print(documentation(), end="")
