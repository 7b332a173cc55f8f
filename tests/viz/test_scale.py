"""Colour scales: readable for the gas and the inlets, honest about what lies beyond them."""

import numpy as np
import pytest
from synthetic import synthetic_result

from jamsu.viz.scale import GAS_COLOURS, LEAST_SPAN, RACK_COLOURS, nice_limits, number, scales
from jamsu.viz.scene import read_scene


def module(gas, *, inlets=(16.0, 17.0), inside=28.0, pocket=None):
    """The synthetic module with gas of given temperatures from one end to the other and racks of given inlets.

    `inside` is the gas within racks and coils, `pocket` that in some cells at one end, below.
    """
    tree = synthetic_result(cells=(48, 28, 28))
    interior, racks, coils = (tree[name].to_dataset() for name in ("interior", "racks", "coils"))
    values = np.broadcast_to(np.linspace(*gas, 48), interior["temperature"].shape).copy()
    if pocket is not None:
        values[:, :10, :, :1] = pocket
    centres = np.meshgrid(*(interior[axis] for axis in "zyx"), indexing="ij")
    for box in (racks, coils):
        for low, high in zip(box["lower"].to_numpy(), box["upper"].to_numpy(), strict=True):
            held = [(part > low[axis]) & (part < high[axis]) for part, axis in zip(centres, (2, 1, 0), strict=True)]
            values[0][np.all(held, axis=0)] = inside
    dimensions = interior["temperature"].dims
    tree["interior"].dataset = interior.assign(temperature=(dimensions, values.astype(np.float32)))
    shape = racks["inlet_temperature"].shape
    spread = np.linspace(*inlets, int(np.prod(shape))).reshape(shape)
    tree["racks"].dataset = racks.assign(inlet_temperature=(("rack", "unit"), spread))
    return read_scene(tree, "temperature")


def test_the_gas_inside_machines_does_not_stretch_the_scale():
    gas, racks = scales(module((15.5, 17.0), inside=28.0))
    assert racks is gas
    low, high = gas.limits
    assert low <= 15.6
    assert 17.0 - 0.1 <= high < 18.0
    assert not gas.below
    assert not gas.above
    assert gas.note == ""
    assert gas.title == "Gas, and racks by their inlets (°C)"


def test_every_inlet_is_on_the_scale_and_inlets_a_kelvin_apart_differ_in_colour():
    gas, racks = scales(module((15.5, 17.0), inlets=(16.0, 17.4)))
    assert racks is gas
    assert racks.limits[1] >= 17.4
    low, high = (racks.colours((value - racks.limits[0]) / np.diff(racks.limits)[0]) for value in (16.0, 17.0))
    assert np.abs(np.subtract(low, high)).max() > 0.25


def test_inlets_that_would_look_alike_have_a_scale_of_their_own_in_other_hues():
    gas, racks = scales(module((18.0, 40.0), inlets=(18.0, 19.0)))
    assert racks is not gas
    assert (gas.colours, racks.colours) == (GAS_COLOURS, RACK_COLOURS)
    assert gas.title == "Gas temperature (°C)"
    assert racks.title == "Racks by their inlets (°C)"
    assert racks.limits == (18.0, 19.0)
    assert gas.limits[1] > 35
    # The same inlets in gas of about their temperature need none.
    assert len(set(map(id, scales(module((18.0, 20.0), inlets=(18.0, 19.0)))))) == 1


def test_inlets_that_are_alike_are_drawn_with_the_gas():
    gas, racks = scales(module((18.0, 40.0), inlets=(31.0, 31.3)))
    assert racks is gas


def test_what_is_off_the_scale_is_said():
    gas, _ = scales(module((15.5, 17.0), pocket=4.0))
    assert gas.limits[0] > 14
    assert gas.below
    assert not gas.above
    assert gas.note == "off the scale (darkest): down to 4 °C"
    hot, _ = scales(module((15.5, 17.0), pocket=60.0))
    assert hot.note == "off the scale (darkest): up to 60 °C"


def test_a_little_beyond_is_taken_in():
    gas, _ = scales(module((15.5, 17.0), pocket=17.3))
    assert gas.note == ""
    assert gas.limits[1] >= 17.3


def test_gas_of_one_temperature_looks_like_it():
    gas, _ = scales(module((16.50, 16.52), inlets=(16.5, 16.52), inside=16.5))
    assert np.diff(gas.limits)[0] >= LEAST_SPAN * (1 - 1e-9)
    assert gas.limits[0] < 16.5 < gas.limits[1]


def test_other_fields():
    tree = synthetic_result()
    speed, racks = scales(read_scene(tree, "velocity"))
    assert racks is speed
    assert speed.title == "Gas speed (m/s)"
    assert speed.limits[0] == 0
    released, _ = scales(read_scene(tree, "power_density"))
    power = float(tree["interior/power_density"].max())
    assert released.limits[0] <= 0 < power <= released.limits[1]  # the racks', as there is none in the gas
    tree["interior"]["eddy_viscosity"] = (tree["interior/velocity_x"] ** 2).assign_attrs(units="m2 s-1")
    eddies, _ = scales(read_scene(tree, "eddy_viscosity"))
    assert eddies.title == "Eddy viscosity (m²/s)"
    assert eddies.colours == speed.colours
    closed, _ = scales(read_scene(tree, "open_fraction"))
    assert closed.limits[0] >= 0


def test_nice_limits():
    assert nice_limits(16.3, 30.5) == (16.0, 32.0)
    assert nice_limits(0.0, 0.73) == pytest.approx((0.0, 0.8))
    assert nice_limits(20.0, 20.0) == (19.5, 20.5)
    assert nice_limits(18.3, 36.6) == (18.0, 38.0)
    for low, high in [(-3.2, 118.0), (0.031, 0.0312), (11.0, 11.9), (-5.0, -1.0), (13.2, 46.5)]:
        first, last = nice_limits(low, high)
        assert first <= low + 1e-12 < high <= last + 1e-12
        assert last - first < 1.6 * (high - low)


def test_numbers():
    assert [number(value) for value in (16.25, 0.0, 12000.0, -4.2094)] == ["16.25", "0", "12,000", "-4.209"]
