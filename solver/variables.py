"""The one list of what the solver reports: name, dimensions, unit and meaning of every quantity.

Averages, checkpoints, the result file, its tables and its documentation are made from it. Groups are the result file's;
"state" is what a checkpoint holds. An exchanger or a model with quantities of its own declares them with `declare`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple


class Variable(NamedTuple):
    """One quantity.

    Attributes:
      dimensions: names of the axes, in the solver's order (x, y, z).
      units: CF units. A temperature in "degC" counts inside the solver from the reference, in K.
      meaning: a few words, as a long name.
      averaged: whether its mean over a window is kept. Other quantities hold the last round's values.
      saved: whether the result file holds it.
      restarted: whether a checkpoint needs it to go on.
    """

    dimensions: tuple[str, ...]
    units: str
    meaning: str
    averaged: bool = True
    saved: bool = True
    restarted: bool = False


CELL = ("x", "y", "z")
FACES = {"x": ("x_face", "y", "z"), "y": ("x", "y_face", "z"), "z": ("x", "y", "z_face")}

# The hottest, coldest and flow-weighted mean rack inlet; where no gas passes a rack, of the gas outside machines.
KEY_FIGURES = ("hottest_inlet", "coldest_inlet", "mean_inlet")


def _state(dimensions: tuple[str, ...], units: str, meaning: str) -> Variable:
    return Variable(dimensions, units, meaning, averaged=False, saved=False, restarted=True)


VARIABLES: dict[str, dict[str, Variable]] = {
    "interior": {
        "temperature": Variable(CELL, "degC", "temperature of the fluid"),
        **{
            f"velocity_{axis}": Variable(faces, "m s-1", f"velocity, {axis} component{up}")
            for (axis, faces), up in zip(FACES.items(), ("", "", ", upwards"), strict=True)
        },
        "pressure": Variable(CELL, "Pa", "pressure less the hydrostatic pressure of the reference state"),
        "eddy_viscosity": Variable(CELL, "m2 s-1", "kinematic eddy viscosity of the turbulence model"),
        "turbulent_kinetic_energy": Variable(CELL, "m2 s-2", "kinetic energy of the turbulence, per mass"),
    },
    "racks": {
        "power": Variable(("rack", "unit"), "W", "heat of the height unit"),
        "gas_heat": Variable(("rack", "unit"), "W", "heat that the height unit gives to the gas, fans included"),
        "flow": Variable(("rack", "unit"), "m3 s-1", "gas flow through the height unit"),
        "inlet_temperature": Variable(("rack", "unit"), "degC", "gas temperature entering the height unit"),
        "outlet_temperature": Variable(("rack", "unit"), "degC", "gas temperature leaving the height unit"),
        "passage_flow": Variable(
            ("rack",), "m3 s-1", "gas flow past the servers, through empty units and gaps, from front to rear"
        ),
    },
    "coils": {
        "duty": Variable(("coil",), "W", "heat from the gas to the seawater"),
        "gas_flow": Variable(("coil",), "m3 s-1", "gas flow through the coil, whichever way it passes"),
        "gas_inlet_temperature": Variable(("coil",), "degC", "gas temperature entering the coil"),
        "gas_outlet_temperature": Variable(("coil",), "degC", "gas temperature leaving the coil"),
        "water_inlet_temperature": Variable(("coil",), "degC", "seawater temperature entering the coil"),
        "water_outlet_temperature": Variable(("coil",), "degC", "seawater temperature leaving the coil"),
        "water_flow": Variable(("coil",), "kg s-1", "seawater mass flow"),
        "conductance": Variable(("coil",), "W K-1", "UA of the coil, fouling included"),
        "effectiveness": Variable(("coil",), "1", "heat moved as a share of what the second law allows"),
    },
    "coolers": {
        "duty": Variable(("cooler",), "W", "heat that the unit takes from the gas, its fans' included", saved=False),
        "gas_flow": Variable(("cooler",), "m3 s-1", "gas flow through the unit", saved=False),
        "gas_inlet_temperature": Variable(("cooler",), "degC", "gas temperature entering the unit", saved=False),
        "gas_outlet_temperature": Variable(("cooler",), "degC", "gas temperature leaving the unit", saved=False),
    },
    "hull": {
        "inner_temperature": Variable(("patch",), "degC", "temperature of the hull's inner surface"),
        "outer_temperature": Variable(("patch",), "degC", "temperature of the hull's outer surface"),
        "heat_flux": Variable(("patch",), "W m-2", "heat flux from the inside to the sea"),
        "film_coefficient_inner": Variable(("patch",), "W m-2 K-1", "film coefficient on the inside"),
        "film_coefficient_outer": Variable(("patch",), "W m-2 K-1", "film coefficient on the outside"),
        "facing_temperature": Variable(
            ("patch",), "degC", "temperature of the cell that faces the hull: gas, or a block on it"
        ),
    },
    "liquid": {
        "heat": Variable((), "W", "heat of the racks that the liquid loop takes", saved=False),
        "supply_temperature": Variable((), "degC", "coolant to the cold plates", saved=False),
        "return_temperature": Variable((), "degC", "coolant from the cold plates", saved=False),
        "water_outlet_temperature": Variable((), "degC", "seawater leaving the loop's exchanger", saved=False),
        "water_flow": Variable((), "kg s-1", "seawater through the loop's exchanger", saved=False),
        "effectiveness": Variable((), "1", "effectiveness of the loop's exchanger", saved=False),
    },
    "blocks": {
        "power": Variable(("block",), "W", "heat released in the block"),
        "temperature": Variable(("block",), "degC", "mean temperature of the block"),
        "stored_heat": Variable(("block",), "W", "rate of change of the heat that the block holds"),
        "conductance": Variable(("block",), "W K-1", "conductance from the block to all around it"),
    },
    "probes": {
        "temperature": Variable(("probe",), "degC", "gas temperature at the probe, mean over the window"),
        "speed": Variable(("probe",), "m s-1", "gas speed at the probe, mean over the window"),
    },
    "machines": {
        "flow": Variable(("machine",), "m3 s-1", "gas flow of racks, coils with fans, fans, cooling units", saved=False)
    },
    "balance": {
        "it_power": Variable((), "W", "heat of the servers"),
        "fan_power": Variable((), "W", "heat of the fans"),
        "coil_heat": Variable((), "W", "heat taken by the coils"),
        "hull_heat": Variable((), "W", "heat through the hull"),
        "liquid_heat": Variable((), "W", "heat taken by the direct liquid loop"),
        "stored_heat": Variable((), "W", "rate of change of the heat held inside"),
        "pump_power": Variable((), "W", "power of the pumps", saved=False),
    },
    "key_figures": {
        name: Variable((), "degC", f"{name.replace('_', ' ')} of the racks or the gas", saved=False)
        for name in KEY_FIGURES
    },
    "state": {
        **{
            f"velocity.{axis}": _state(faces, "m s-1", "velocity on faces") for axis, faces in enumerate(FACES.values())
        },
        "pressure": _state(CELL, "m2 s-2", "pressure over density"),
        "increment": _state(CELL, "m2 s-2", "change of the pressure in the last step"),
        "temperature": _state(CELL, "K", "temperature from the reference"),
        **{f"tendency.{axis}": _state(("inner faces",), "m s-2", "acceleration in the last step") for axis in range(3)},
        "advected": _state(CELL, "W", "heat advected into the cells in the last step"),
        "time": _state((), "s", "time since the start of the run"),
        "last_dt": _state((), "s", "length of the last step"),
        "turbulence.k": _state(CELL, "m2 s-2", "turbulent kinetic energy"),
        "turbulence.epsilon": _state(CELL, "m2 s-3", "dissipation of the turbulent kinetic energy"),
        "machine_flow": _state(("machine",), "m3 s-1", "gas flow of the machines"),
        "coils": _state(("coil",), "W", "duty of the coils in the last round"),
        "hull.inner": _state(("patch",), "K", "temperature of the hull's inner surface from the reference"),
        "hull.outer": _state(("patch",), "K", "temperature of the hull's outer surface from the reference"),
        "hull.film_inner": _state(("patch",), "W m-2 K-1", "film on the hull's inside"),
        "hull.film_outer": _state(("patch",), "W m-2 K-1", "film on the hull's outside"),
    },
}

Values = dict[str, dict[str, Any]]
"""Numbers by group and name."""


def declare(group: str, variables: Mapping[str, Variable]) -> Mapping[str, Variable]:
    """Enter the variables of a group into the list.

    Raises:
      ValueError: a name is declared twice with different meanings.
    """
    known = VARIABLES.setdefault(group, {})
    for name, variable in variables.items():
        if known.setdefault(name, variable) != variable:
            raise ValueError(f"{group}.{name} is declared twice: as {known[name]} and as {variable}")
    return variables


def averaged(values: Values) -> Values:
    """The quantities whose means are kept. Raises KeyError for a quantity that nobody declared."""
    return {
        group: kept
        for group, numbers in values.items()
        if (kept := {name: number for name, number in numbers.items() if VARIABLES[group][name].averaged})
    }
