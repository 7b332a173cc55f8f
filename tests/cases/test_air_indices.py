"""RTI, SHI, RHI and class H1 against sums done by hand."""

import math

import numpy as np
import pytest

from jamsu.cases.results.air_indices import air_indices, high_density_range

NAN = math.nan


def coil(gas_in, gas_out, gas_flow):
    return {"gas_inlet_temperature": gas_in, "gas_outlet_temperature": gas_out, "gas_flow": gas_flow}


def units(flow, inlet, outlet):
    return {
        "flow": np.array(flow, float),
        "inlet_temperature": np.array(inlet, float),
        "outlet_temperature": np.array(outlet, float),
    }


def test_indices_of_two_racks_and_two_coils():
    """Supply (3*16 + 1*20)/4 = 17, return (3*27 + 1*31)/4 = 28, rise of the racks (1*12 + 2*9 + 1*10)/4 = 10 K."""
    racks = units([[1, 2], [1, NAN]], [[18, 20], [19, NAN]], [[30, 29], [29, NAN]])
    coils = {"a": coil(27, 16, 3.0), "b": coil(31, 20, 1.0), "still": coil(NAN, NAN, 0.0)}
    found = air_indices(racks, coils)
    assert found["rti"] == pytest.approx(100 * 11 / 10)
    # (1*1 + 2*3 + 1*2) / (1*13 + 2*12 + 1*12)
    assert found["shi"] == pytest.approx(9 / 49)
    assert found["rhi"] == pytest.approx(40 / 49)


def test_a_unit_without_flow_does_not_count():
    some = units([[1.0, 0.0]], [[18, NAN]], [[30, NAN]])
    assert air_indices(some, {"a": coil(30, 18, 1.0)}) == {"rti": 100.0, "shi": 0.0, "rhi": 1.0}


@pytest.mark.parametrize(
    ("racks", "coils"),
    [
        (units([[0.0]], [[NAN]], [[NAN]]), {"a": coil(30, 18, 1.0)}),
        (units([[1.0]], [[18]], [[30]]), {}),
        (units([[1.0]], [[18]], [[30]]), {"a": coil(NAN, NAN, 0.0)}),
        (units(np.zeros((0, 1)), np.zeros((0, 1)), np.zeros((0, 1))), {"a": coil(30, 18, 1.0)}),
    ],
)
def test_no_indices_without_gas_through_racks_and_coils(racks, coils):
    assert all(math.isnan(value) for value in air_indices(racks, coils).values())


@pytest.mark.parametrize(
    ("powers", "inlets", "expected"),
    [
        ((120e3, 20e3), ([18, 22], [40, 40]), "recommended"),  # only the dense rack is judged
        ((120e3, 40e3), ([18, 22], [24, NAN]), "allowable"),
        ((120e3, 20e3), ([18, 26], [20, 20]), "none"),
        ((30e3, 20e3), ([18, 26], [20, 20]), None),
        ((120e3, 20e3), ([NAN, NAN], [20, 20]), None),  # no gas passes it
    ],
)
def test_class_h1_of_dense_racks(powers, inlets, expected):
    racks = {str(i): {"power": power} for i, power in enumerate(powers)}
    assert high_density_range(racks, units(np.ones((2, 2)), inlets, inlets)) == expected
