"""The one list of what a result file holds: groups, variables, units, and what each variable means.

`jamsu.cases.results.file.write_result` takes the CF attributes of every variable from here, so a writer only has to
give names, dimensions and numbers. Temperatures are in degrees Celsius, everything else in SI units.
"""

from __future__ import annotations

FIELD_DIMENSIONS = ("time", "z", "y", "x")

# group -> variable -> (units, long name); "" stands for names and other text without a unit.
VARIABLES: dict[str, dict[str, tuple[str, str]]] = {
    "interior": {
        "time": ("s", "time since the start of the run"),
        "x": ("m", "cell centre, x"),
        "y": ("m", "cell centre, y"),
        "z": ("m", "cell centre, z, upwards"),
        "x_edge": ("m", "cell edge, x"),
        "y_edge": ("m", "cell edge, y"),
        "z_edge": ("m", "cell edge, z, upwards"),
        "temperature": ("degC", "temperature of the fluid"),
        "velocity_x": ("m s-1", "velocity, x component"),
        "velocity_y": ("m s-1", "velocity, y component"),
        "velocity_z": ("m s-1", "velocity, z component, upwards"),
        "pressure": ("Pa", "pressure less the hydrostatic pressure of the reference state"),
        "eddy_viscosity": ("m2 s-1", "kinematic eddy viscosity of the turbulence model"),
        "turbulent_kinetic_energy": ("m2 s-2", "kinetic energy of the turbulence, per mass"),
        "open_fraction": ("1", "open share of the cell volume"),
        "power_density": ("W m-3", "heat released to the fluid"),
    },
    "hull": {
        "position": ("m", "centre of the hull patch"),
        "area": ("m2", "true wall area of the hull patch"),
        "inner_temperature": ("degC", "temperature of the hull's inner surface"),
        "outer_temperature": ("degC", "temperature of the hull's outer surface"),
        "heat_flux": ("W m-2", "heat flux from the inside to the sea"),
        "film_coefficient_inner": ("W m-2 K-1", "film coefficient on the inside"),
        "film_coefficient_outer": ("W m-2 K-1", "film coefficient on the outside"),
        "facing_temperature": ("degC", "temperature of the cell that faces the hull: gas, or a block on it"),
    },
    "racks": {
        "power": ("W", "heat of the height unit"),
        "gas_heat": ("W", "heat that the height unit gives to the gas, fans included"),
        "flow": ("m3 s-1", "gas flow through the height unit"),
        "inlet_temperature": ("degC", "gas temperature entering the height unit"),
        "outlet_temperature": ("degC", "gas temperature leaving the height unit"),
        "lower": ("m", "lower corner of the rack"),
        "upper": ("m", "upper corner of the rack"),
        "front": ("", "side of the rack where gas enters"),
    },
    "coils": {
        "duty": ("W", "heat from the gas to the seawater"),
        "gas_inlet_temperature": ("degC", "gas temperature entering the coil"),
        "gas_outlet_temperature": ("degC", "gas temperature leaving the coil"),
        "water_inlet_temperature": ("degC", "seawater temperature entering the coil"),
        "water_outlet_temperature": ("degC", "seawater temperature leaving the coil"),
        "water_flow": ("kg s-1", "seawater mass flow"),
        "effectiveness": ("1", "heat moved as a share of what the second law allows"),
        "lower": ("m", "lower corner of the coil"),
        "upper": ("m", "upper corner of the coil"),
    },
    "blocks": {
        "power": ("W", "heat released in the block"),
        "temperature": ("degC", "mean temperature of the block"),
        "stored_heat": ("W", "rate of change of the heat that the block holds"),
        "conductance": ("W K-1", "conductance from the block to all around it"),
    },
    "balance": {
        "it_power": ("W", "heat of the servers"),
        "fan_power": ("W", "heat of the fans"),
        "coil_heat": ("W", "heat taken by the coils"),
        "hull_heat": ("W", "heat through the hull"),
        "liquid_heat": ("W", "heat taken by the direct liquid loop"),
        "stored_heat": ("W", "rate of change of the heat held inside"),
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

AXES = {"time": "T", "x": "X", "y": "Y", "z": "Z"}
