"""Ways past a rack's servers: empty units and gaps carry what a network of two rooms says, either way."""

import numpy as np
import pytest

from jamsu.cases.assembly.passages import rack_rows
from jamsu.cases.errors import CaseError
from jamsu.cases.reading.loader import case_from_text
from jamsu.cases.run.levels import first_state, make_level
from jamsu.solver.flow.losses import perforation_loss
from jamsu.solver.march.progress import advance_by

# A rack from wall to wall and from floor to ceiling parts a box in two rooms: its fans and its empty units join them.
ROOMS = """
[vessel]
shape = "box"
size = "2.8, 0.8, 1.6 m"
fluid = "air"
outside = "adiabatic"

[racks.A]
position = "1.2, 0.0, 0.0 m"
size = "0.4, 0.8, 1.6 m"
front = "-x"
height_units = 8
servers = [{ units = [1, 4], power = "0 W" }]
airflow = { law = "fan_curve", flows = "0, 0.4 m3/s", pressures = "24, 0 Pa" }
empty_units = "open"
empty_loss_coefficient = 300

[solver]
resolution = "200 mm"
precision = "float64"
turbulence = "constant"
eddy_viscosity = "1e-3 m2/s"
properties = "constant"
reference_temperature = "20 degC"
averaging_time = "20 s"
"""
AREA = 0.8 * 0.8  # of the empty half, m2


def marched(level):
    state = first_state(level)
    for _ in range(40):
        state, report = advance_by(level.module, state, 0.02, 10)
    return state, report


def settled(*overrides):
    """Flow of the fans, and of the gas past them from front to rear, m3/s; density of the gas, kg/m3."""
    level = make_level(case_from_text(ROOMS, overrides, name="rooms"), 1.0, None, True)
    state = first_state(level)
    for _ in range(40):
        state, report = advance_by(level.module, state, 0.02, 10)
    values = report.values
    return (
        float(values["machines"]["flow"][0]),
        float(values["racks"]["passage_flow"][0]),
        float(level.module.gas.density),
    )


def network_flow(loss, area, density):
    """Flow at which the fans' line 24 Pa (1 - Q / 0.4) meets K rho (Q / A)^2 / 2."""
    resistance = loss * density / (2 * area**2)
    line = 24 / 0.4
    return (-line + np.sqrt(line**2 + 4 * resistance * 24)) / (2 * resistance)


@pytest.mark.parametrize("front", ["-x", "+x"])
def test_empty_units_let_gas_back_as_the_network_says(front):
    fans, past, density = settled(f"racks.A.front={front}")
    assert fans == pytest.approx(network_flow(300, AREA, density), rel=0.01)
    assert past == pytest.approx(-fans, rel=1e-4)  # all of it comes back, from the rear to the front


def test_a_wrong_loss_is_noticed():
    """Half of the coefficient moves the flow by more than the test above allows."""
    fans, _, density = settled("racks.A.empty_loss_coefficient=150")
    assert fans > 1.1 * network_flow(300, AREA, density)


def test_a_gap_under_a_rack_passes_what_its_area_says():
    """With a given flow the pressure is what a plate with holes of that share asks for."""
    text = ROOMS.replace('empty_units = "open"\nempty_loss_coefficient = 300\n', 'leakage_area = "200 cm2"\n')
    fixed = 'racks.A.airflow={ law = "fixed", flow = "0.07 m3/s" }'
    level = make_level(case_from_text(text, (fixed,), name="gap"), 1.0, None, True)
    _, report = marched(level)
    assert float(report.values["racks"]["passage_flow"][0]) == pytest.approx(-0.07, rel=1e-3)
    density, row = float(level.module.gas.density), 0.8 * 0.2
    pressure = np.asarray(report.values["interior"]["pressure"])
    rise = pressure[-1].mean() - pressure[0].mean()
    assert rise == pytest.approx(perforation_loss(0.02 / row) * density * (0.07 / row) ** 2 / 2, rel=0.02)
    # A sharp-edged orifice passes C A (2 dp / rho)^1/2 with C near 0.6; the plate's holes are no small share of it.
    assert pytest.approx(0.6 * 0.02 * np.sqrt(2 * rise / density), rel=0.1) == 0.07


def test_without_a_way_back_there_is_no_pressure():
    text = ROOMS.replace('empty_units = "open"\nempty_loss_coefficient = 300\n', "")
    with pytest.raises(CaseError, match=r"racks\.A.*way back"):
        make_level(case_from_text(text, name="blanked"), 1.0, None, True)


def test_rows_that_cut_units_keep_area_and_servers():
    """Rows of 0.3 m over units of 0.2 m: the empty units' effective area is kept, no server's flow is lost."""
    case = case_from_text(ROOMS, ("racks.A.servers=[{ units = [3, 4], power = '0 W' }]",), name="rows")
    rack = case.racks["A"]
    rows, height = 5, np.array([0.3, 0.3, 0.3, 0.3, 0.4])
    edges, units = np.concatenate([[0], np.cumsum(height)]), np.linspace(0, 1.6, 9)
    inside = np.clip(np.minimum(edges[1:, None], units[1:]) - np.maximum(edges[:-1, None], units[:-1]), 0, None) / 0.2
    found = rack_rows(rack, inside, height)
    np.testing.assert_array_equal(np.isfinite(found.loss), [True, False, False, True, True])
    np.testing.assert_allclose(found.inside.sum(0), 1)
    assert not np.any(found.inside[np.isfinite(found.loss)][:, [2, 3]])
    passage = np.isfinite(found.loss)
    conductance = np.sum(height[passage] / np.sqrt(found.loss[passage]))
    assert conductance == pytest.approx(6 * 0.2 / np.sqrt(300))
    assert rows == len(found.loss)


@pytest.mark.parametrize(
    ("old", "new", "message"),
    [
        ('empty_units = "open"\n', "", r"racks\.A\.empty_loss_coefficient.*open"),
        ('servers = [{ units = [1, 4], power = "0 W" }]', 'power = "0 W"', r"racks\.A\.empty_units.*empty"),
        ('empty_units = "open"', 'empty_units = "closed"', r"racks\.A\.empty_units.*blanked, open"),
        ("empty_loss_coefficient = 300", 'leakage_at = "empty_units"', r"racks\.A\.leakage_at.*leakage_area"),
    ],
)
def test_what_has_no_effect_is_refused(old, new, message):
    with pytest.raises(CaseError, match=message):
        case_from_text(ROOMS.replace(old, new), name="rooms")
