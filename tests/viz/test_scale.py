"""Colour scales: bound to the inlet limits, readable, honest about what lies beyond them."""

import numpy as np
import pytest
from synthetic import synthetic_result

from jamsu.viz.scale import MAGNIFIED, decimals, factor, nice_limits, number, numbers, scale_of
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


def redness(colour):
    return colour[0] - max(colour[1], colour[2])


def test_the_default_holds_the_inlet_limits_and_a_difference_of_a_kelvin_is_no_alarm():
    scale = scale_of(module((15.5, 17.0), inside=28.0))
    assert scale.limits[0] <= 15.0
    assert scale.limits[1] >= 32.0
    assert scale.note == ""
    assert scale.heading == "Gas, and racks by their inlets (°C)"
    low, high = (scale.colours(scale.share(value)) for value in (15.5, 17.0))
    assert max(redness(low), redness(high)) < 0
    assert [(band.low, band.high) for band in scale.bands] == [(18.0, 27.0), (15.0, 32.0)]


@pytest.mark.parametrize("gas", [(15.5, 17.0), (12.0, 70.0)])
def test_between_the_limits_a_colour_is_one_temperature_and_red_begins_beyond(gas):
    scale = scale_of(module(gas))
    assert scale.limits[0] <= gas[0] + 2
    assert scale.limits[1] >= gas[1] - 2
    for value, expected in ((15.0, "#4575b4"), (22.5, "#e3f0c4"), (27.0, "#fbe294"), (32.0, "#e0522f")):
        shown = np.round(255 * np.array(scale.colours(scale.share(value))[:3]))
        wanted = [int(expected[start : start + 2], 16) for start in (1, 3, 5)]
        assert np.abs(shown - wanted).max() <= 6
    shares = [redness(scale.colours(scale.share(value))) for value in np.linspace(18, 27, 19)]
    assert max(shares) < 0.1
    assert redness(scale.colours(scale.share(33.0))) > 0.4


def test_inlets_beyond_the_limits_are_on_the_scale():
    scale = scale_of(module((18.0, 20.0), inlets=(9.0, 61.0)))
    assert scale.limits[0] <= 9.0
    assert scale.limits[1] >= 61.0


def test_the_gas_inside_machines_does_not_stretch_the_scale():
    assert scale_of(module((15.5, 17.0), inside=80.0)).limits[1] < 40.0


def test_a_range_by_hand_is_kept_and_has_other_hues_where_it_magnifies():
    scale = scale_of(module((15.5, 17.0)), (16.0, 16.8))
    assert scale.limits == (16.0, 16.8)
    assert scale.colours is MAGNIFIED
    assert scale.below
    assert scale.above
    assert max(redness(scale.colours(share)) for share in np.linspace(0, 1, 50)) < 0.1
    whole = scale_of(module((15.5, 17.0)), (10.0, 40.0))
    assert whole.limits == (10.0, 40.0)
    assert redness(whole.colours(whole.share(33.0))) > 0.4


def test_what_is_off_the_scale_is_said():
    hot = scale_of(module((15.5, 17.0), pocket=70.0))
    assert hot.above
    assert not hot.below
    assert hot.note == "off the scale (end patches): up to 70 °C"
    cold = scale_of(module((15.5, 17.0), pocket=-14.0))
    assert cold.note == "off the scale (end patches): down to -14 °C"


def test_a_little_beyond_is_taken_in():
    scale = scale_of(module((15.5, 17.0), pocket=36.0))
    assert scale.note == ""
    assert scale.limits[1] >= 36.0


def test_other_fields():
    tree = synthetic_result()
    speed = scale_of(read_scene(tree, "velocity"))
    assert speed.heading == "Gas speed (m/s)"
    assert speed.limits[0] == 0
    assert speed.bands == ()
    released = scale_of(read_scene(tree, "power_density"))
    power = float(tree["interior/power_density"].max())
    assert released.limits[0] <= 0 < power <= released.limits[1]  # the racks', as there is none in the gas
    tree["interior"]["eddy_viscosity"] = (1e-4 * tree["interior/velocity_x"] ** 2).assign_attrs(units="m2 s-1")
    eddies = scale_of(read_scene(tree, "eddy_viscosity"))
    assert eddies.heading.startswith("Eddy viscosity (1e-")
    assert eddies.heading.endswith(" m²/s)")
    assert eddies.colours == speed.colours
    assert scale_of(read_scene(tree, "open_fraction")).limits[0] >= 0


def test_nice_limits():
    assert nice_limits(15.0, 32.0) == (15.0, 35.0)
    assert nice_limits(16.3, 30.5) == (16.0, 32.0)
    assert nice_limits(0.0, 0.73) == pytest.approx((0.0, 0.8))
    for low, high in [(-3.2, 118.0), (0.031, 0.0312), (11.0, 11.9), (-5.0, -1.0), (13.2, 46.5), (20.0, 20.0)]:
        first, last = nice_limits(low, high)
        assert first <= low + 1e-12
        assert last >= high - 1e-12
        assert last - first < max(1.6 * (high - low), 1.3)


@pytest.mark.parametrize("limits", [(23.2, 24.8), (15.5, 17.1), (15.0, 16.7), (0.0, 1.2), (0.031, 0.0312), (-5.0, 7.5)])
def test_labels_have_one_number_of_decimals_and_say_what_is_there(limits):
    scale = scale_of(module((15.5, 17.0)), limits)
    assert len({len(label.partition(".")[2]) for label in scale.labels}) == 1
    np.testing.assert_allclose([float(label) for label in scale.labels], scale.ticks, atol=1e-6 * np.ptp(limits))
    assert scale.ticks[[0, -1]] == pytest.approx(limits)
    assert 4 <= len(scale.labels) <= 8


def test_numbers():
    assert [number(value) for value in (16.25, 0.0, 12000.0, -4.2094)] == ["16.25", "0", "12,000", "-4.209"]
    assert numbers(np.array([22.0, 22.5, 23.0])) == ["22.0", "22.5", "23.0"]
    assert numbers(np.array([-1e-17, 10000.0])) == ["0", "10,000"]
    assert decimals(np.array([1.25, 2.0])) == 2
    assert [factor((0, top)) for top in (0.5, 3e-4, 8e7)] == pytest.approx([1.0, 1e-4, 1e7])
