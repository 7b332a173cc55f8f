"""The one list of what a result file holds: groups, variables, units, and what each variable means.

What the solver tells is listed in `jamsu.solver.variables`; here stands what a result adds to it:
coordinates, places, key figures. `jamsu.cases.results.file.write_result` takes the CF attributes of every variable from
here, so a writer only has to give names, dimensions and numbers. Temperatures are in degrees Celsius, everything else
in SI units.
"""

from __future__ import annotations

from jamsu.solver import variables as solver_variables

FIELD_DIMENSIONS = ("time", "z", "y", "x")

# group -> variable -> (units, long name); "" stands for names and other text without a unit.
_ADDED: dict[str, dict[str, tuple[str, str]]] = {
    "interior": {
        "time": ("s", "time since the start of the run"),
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
    "balance": {
        "imbalance": ("W", "heat that the balance does not account for"),
    },
    "history": {
        "time": ("s", "time since the start of the run"),
        "residual": ("1", "relative change of the fields in a step"),
        "imbalance": ("1", "imbalance as a share of the IT power"),
        "hottest_inlet": ("degC", "hottest rack inlet"),
    },
    "kpis": {
        "hottest_inlet": ("degC", "hottest rack inlet of any height unit"),
        "hottest_inlet_spread": ("K", "standard deviation of the hottest rack inlet over the averaging window"),
        "hottest_gas_spread": (
            "K",
            "standard deviation of the hottest gas over the window, where no gas enters a rack",
        ),
        "coldest_inlet": ("degC", "coldest rack inlet of any height unit"),
        "coldest_inlet_spread": ("K", "standard deviation of the coldest rack inlet over the averaging window"),
        "mean_inlet": ("degC", "flow-weighted mean of the rack inlets"),
        "mean_inlet_spread": ("K", "standard deviation of the mean rack inlet over the averaging window"),
        "hottest_outlet": ("degC", "hottest rack outlet of any height unit"),
        "ashrae_class": ("", "ASHRAE TC 9.9 class whose allowable range all rack inlets meet"),
        "hull_share": ("1", "share of the heat that leaves through the hull"),
        "hull_share_spread": ("1", "standard deviation of the hull's share over the averaging window"),
        "seawater_rise": (
            "K",
            "rise of the seawater through all coils together; of the water that sweeps the hull where coils use none",
        ),
        "seawater_rise_spread": ("K", "standard deviation of the seawater's rise over the averaging window"),
        "wake_rise": ("K", "mean rise of the water that the current carries past the hull"),
        "pue_partial": ("1", "IT, fan and pump power over IT power"),
        "rci_high": ("percent", "rack cooling index, high side, class A1"),
        "rci_low": ("percent", "rack cooling index, low side, class A1"),
        "coldest_surface": ("degC", "coldest surface in the gas: hull, coils at their water's inlet, units' supply"),
        "liquid_supply_temperature": ("degC", "coolant to the cold plates"),
        "liquid_return_temperature": ("degC", "coolant from the cold plates"),
        "liquid_water_outlet_temperature": ("degC", "seawater leaving the liquid loop's exchanger"),
        "liquid_effectiveness": ("1", "effectiveness of the liquid loop's exchanger"),
    },
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
