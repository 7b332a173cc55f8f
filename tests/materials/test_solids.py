"""The tables of solids and fouling resistances."""

import numpy as np
import pytest

from jamsu.materials import (
    RangeWarning,
    fouling_resistance,
    get_solid,
    solid_names,
)

NEEDED = {
    "steel",
    "stainless-steel",
    "titanium",
    "copper-nickel",
    "copper",
    "aluminium",
    "epoxy-coating",
    "glass-flake-coating",
    "antifouling-paint",
    "polyurethane-insulation",
    "concrete",
    "gypsum-board",
}


def test_solids_are_plausible_and_sourced():
    assert set(solid_names()) >= NEEDED
    for name in solid_names():
        solid = get_solid(name)
        assert solid.name == name
        assert 0.02 <= solid.conductivity <= 430.0
        assert 50.0 <= solid.density <= 9000.0
        # No solid stores more than water does, and none but foam much less than a quarter of it.
        assert solid.density * solid.heat_capacity < 4.2e6
        assert solid.density < 100 or solid.density * solid.heat_capacity > 0.7e6
        assert solid.diffusivity == solid.conductivity / (solid.density * solid.heat_capacity)
        assert solid.source
        assert solid.range_text


def test_copper_nickel_as_published():
    """Copper Development Association, 90-10: 8.90 kg/dm3, 377 J/(kg K), 40 W/(m K)."""
    alloy = get_solid("copper-nickel")
    assert (alloy.density, alloy.heat_capacity, alloy.conductivity) == (8900.0, 377.0, 40.0)


def test_glass_flake_coating_is_its_series_bound():
    glass, resin, coating = get_solid("glass"), get_solid("epoxy-coating"), get_solid("glass-flake-coating")
    series = 1.0 / (0.25 / glass.conductivity + 0.75 / resin.conductivity)
    assert coating.conductivity == pytest.approx(series, rel=1e-3)
    assert coating.density == pytest.approx(0.25 * glass.density + 0.75 * resin.density)
    stored = 0.25 * glass.density * glass.heat_capacity + 0.75 * resin.density * resin.heat_capacity
    assert coating.heat_capacity == pytest.approx(stored / coating.density, rel=1e-3)


def test_unknown_solid_suggests_the_nearest():
    with pytest.raises(KeyError) as caught:
        get_solid("aluminum")
    assert "unknown solid 'aluminum'; did you mean 'aluminium'" in str(caught.value)


def test_solid_out_of_range_warns():
    steel = get_solid("steel")
    assert steel.check(np.array([280.0, 300.0])) == []
    with pytest.warns(RangeWarning, match="steel: temperature 900 K"):
        steel.warn(900.0)


def test_fouling_resistances():
    # TEMA class value for seawater below 50 degC: 0.0005 ft2 h degF/Btu.
    assert fouling_resistance("seawater") == pytest.approx(8.8e-5, rel=1e-3)
    assert fouling_resistance("seawater-30-days-summer") == 7.01e-5
    assert fouling_resistance("clean") == 0.0
    with pytest.raises(KeyError, match="did you mean 'seawater'"):
        fouling_resistance("sea water")


def test_measured_fouling_implies_the_clean_coefficient_of_a_plate_exchanger():
    """U fell by 21.2 % and 21.9 %: the clean coefficient (1/(1 - x) - 1)/R lies at 4.0 to 4.4 kW/(m2 K)."""
    for name, loss, clean in (("winter", 0.212, 4407.0), ("summer", 0.219, 4000.0)):
        resistance = fouling_resistance(f"seawater-30-days-{name}")
        assert (1.0 / (1.0 - loss) - 1.0) / resistance == pytest.approx(clean, rel=1e-3)
