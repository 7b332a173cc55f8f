"""Jets of outlets: the momentum that they bring is flow squared over free area, in their direction."""

from itertools import pairwise

import numpy as np
import pytest

from jamsu.cases.errors import CaseError
from jamsu.cases.reading.loader import case_from_text
from jamsu.cases.run.levels import first_state, make_level
from jamsu.solver.march.progress import advance_by

ROOM = """
[vessel]
shape = "box"
size = "3.2, 1.6, 1.6 m"
fluid = "air"
outside = "adiabatic"

[coolers.U]
position = "0.0, 0.4, 0.0 m"
size = "0.4, 0.8, 1.2 m"
outlet = { face = "+x", lower = "0.6, 0.6 m", upper = "1.0, 1.0 m" }
intake = { face = "+z", lower = "0.0, 0.4 m", upper = "0.4, 1.2 m" }
supply_temperature = "20 degC"
flow = "0.1 m3/s"

[solver]
resolution = "100 mm"
precision = "float64"
turbulence = "constant"
eddy_viscosity = "2e-3 m2/s"
properties = "constant"
reference_temperature = "20 degC"
averaging_time = "20 s"
"""
FLOW, FREE, TURN = 0.1, 0.04, np.radians(20)
JET = ("coolers.U.outlet.free_area=400 cm2", "coolers.U.outlet.deflection=0, 20 deg")


@pytest.fixture(scope="module")
def level():
    return make_level(case_from_text(ROOM, JET, name="room"), 1.0, None, True)


def test_the_table_brings_flow_squared_over_free_area(level):
    jets, mesh = level.module.jets, level.module.model.mesh
    sizes = np.cumsum([0] + [area.size for area in mesh.area])
    force = np.asarray(jets.force) * FLOW**2
    total = [force[(jets.face >= low) & (jets.face < high)].sum() for low, high in pairwise(sizes)]
    whole = FLOW**2 / FREE
    np.testing.assert_allclose(total, [whole * np.cos(TURN), 0, whole * np.sin(TURN)], atol=1e-9)


def test_the_walls_feel_the_momentum_of_the_jet(level):
    """Whatever the jet does on its way, in a closed room the end walls' pressures differ by all of its momentum.

    Without the free area it would be a quarter, FLOW^2 / 0.16.
    """
    mesh, domain = level.module.model.mesh, level.geometry.domain
    gas = domain.open_cell & (domain.machine < 0)
    area = np.asarray(mesh.area[0]).max(0)
    first = np.argmax(gas, 0)[None]
    state, found = first_state(level), []
    for i in range(120):
        state, _ = advance_by(level.module, state, 0.02, 5)
        if i >= 60:
            pressure = np.asarray(state.flow.pressure)
            found.append(np.sum(area * (pressure[-1] - np.take_along_axis(pressure, first, 0)[0])))
    assert np.mean(found) == pytest.approx(FLOW**2 / FREE * np.cos(TURN), rel=0.03)


def test_a_throw_gives_the_free_area():
    """A round jet of 0.1 m3/s through 0.04 m2 has 0.5 m/s after 6.5 (0.1 x 2.5)^(1/2) / 0.5 = 6.5 m."""
    throw = 'coolers.U.outlet.throw={ flow = "0.1 m3/s", distance = "6.5 m", speed = "0.5 m/s" }'
    outlet = case_from_text(ROOM, (throw,), name="room").coolers["U"].outlet
    assert outlet.jet_area == pytest.approx(FREE)
    assert outlet.is_jet


def test_several_outlets_share_the_flow():
    more = ROOM.replace(
        "intake =",
        'more_outlets = [{ face = "+y", lower = "0.0, 0.6 m", upper = "0.4, 1.0 m", flow_share = 0.25 }]\nintake =',
    )
    case = case_from_text(more, ("coolers.U.outlet.flow_share=0.75",), name="room")
    level = make_level(case, 1.0, None, True)
    mesh, velocity = level.module.model.mesh, first_state(level).flow.velocity
    edges = [np.asarray(e) for e in mesh.edges]
    out_x = (mesh.area[0] * velocity[0])[np.argmin(abs(edges[0] - 0.4))].sum()
    out_y = (mesh.area[1] * velocity[1])[:, np.argmin(abs(edges[1] - 1.2))].sum()
    assert float(out_x) == pytest.approx(0.075)
    assert float(out_y) == pytest.approx(0.025)
    by_area = case_from_text(more.replace(", flow_share = 0.25", ""), name="room").coolers["U"].outlet_shares
    assert by_area == pytest.approx((0.5, 0.5))


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("coolers.U.outlet.free_area=0.2 m2", r"free_area.*at most the opening's area, 0\.16 m2"),
        ("coolers.U.outlet.deflection=0, 85 deg", r"deflection.*80 degrees"),
        ("coolers.U.outlet.flow_share=0.5", r"outlet.*sum to 1"),
        (
            'coolers.U.more_outlets=[{ face = "+x", lower = "0.8, 0.6 m", upper = "1.2, 1.0 m" }]',
            r"more_outlets\.0.*overlaps the outlet",
        ),
    ],
)
def test_outlets_that_cannot_be_are_refused(override, message):
    with pytest.raises(CaseError, match=message):
        case_from_text(ROOM, (override,), name="room")
