"""Servers' openings, exhausts and shares of the flow; adiabatic blocks; leaking panels."""

import numpy as np
import pytest

from jamsu.cases.errors import CaseError
from jamsu.cases.reading.loader import case_from_text
from jamsu.cases.run.levels import first_state, make_level
from jamsu.solver.flow.losses import perforation_loss
from jamsu.solver.march.progress import advance_by

ROOM = """
[vessel]
shape = "box"
size = "2.4, 1.6, 1.6 m"
fluid = "air"
outside = "adiabatic"

[racks.A]
position = "0.8, 0.4, 0.0 m"
size = "0.4, 0.8, 1.2 m"
front = "-x"
height_units = 6
servers = [{ units = [1, 2], power = "1 kW" }, { units = [5, 6], power = "1 kW" }]
airflow = { law = "fixed", flow = "0.12 m3/s" }

[coolers.U]
position = "0.0, 0.4, 0.0 m"
size = "0.2, 0.8, 1.2 m"
outlet = { face = "+x", lower = "0.4, 0.2 m", upper = "1.2, 0.6 m" }
intake = { face = "+z", lower = "0.0, 0.4 m", upper = "0.2, 1.2 m" }
supply_temperature = "20 degC"
flow = "0.15 m3/s"

[solver]
resolution = "200 mm"
precision = "float64"
turbulence = "constant"
eddy_viscosity = "2e-3 m2/s"
averaging_time = "20 s"
"""
SHARED = (
    'racks.A.servers=[{ units = [1, 2], power = "1 kW", flow_share = 0.25 }, '
    '{ units = [5, 6], power = "1 kW", flow_share = 0.75 }]'
)


def made(*overrides):
    return make_level(case_from_text(ROOM, overrides, name="room"), 1.0, None, True)


def rear(level):
    """Flow through the faces of the rack's rear, (y, z), m3/s."""
    mesh, velocity = level.module.model.mesh, first_state(level).flow.velocity[0]
    face = np.argmin(abs(np.asarray(mesh.x_edge) - 1.2))
    return np.asarray(mesh.area[0] * velocity)[face, 2:6, :6]


def test_narrow_openings_carry_the_flow_in_the_middle():
    flow = rear(made("racks.A.opening_width=0.6 m"))
    np.testing.assert_allclose(flow.sum(1), 0.12 * np.array([1, 2, 2, 1]) / 6, rtol=1e-9)
    half = made("racks.A.opening_width=0.4 m")
    np.testing.assert_allclose(rear(half).sum(1), [0, 0.06, 0.06, 0], atol=1e-12)
    source = np.asarray(half.module.model.heat.source)
    assert source.sum() == pytest.approx(2000)
    assert not source[:, 2].any()  # nothing is heated where nothing flows


def test_groups_of_servers_share_the_flow_as_they_are_told():
    flow = rear(made(SHARED)).sum(0)
    np.testing.assert_allclose(flow, 0.12 * np.array([0.125, 0.125, 0, 0, 0.375, 0.375]), atol=1e-12)


def test_exhausts_bring_their_own_momentum():
    """4 units through 0.16 m2 altogether: each q^2 / 0.04, whatever the faces' speed."""
    level = made("racks.A.exhaust_area=0.16 m2", SHARED)
    jets = level.module.jets
    shares = 0.12 * np.array([0.125, 0.125, 0.375, 0.375])
    assert float(jets.force.sum()) * 0.12**2 == pytest.approx(float(np.sum(shares**2)) / 0.04)


def test_gas_through_empty_units_is_no_part_of_the_jets():
    level = made("racks.A.exhaust_area=0.16 m2", "racks.A.empty_units=open")
    jets, mesh = level.module.jets, level.module.model.mesh
    x, _, z = np.unravel_index(np.asarray(jets.source), mesh.area[0].shape)
    assert set(x.tolist()) == {6}
    assert sorted(set(z.tolist())) == [0, 1, 4, 5]
    assert len(z) == 16
    assert level.geometry.domain.free[0][6, 2:6, 2:4].all()


def test_a_plenum_is_gas_closed_at_its_sides_behind_a_perforated_door():
    level = made("racks.A.size=0.6, 0.8, 1.2 m", "racks.A.rear_plenum=0.2 m", "racks.A.door_open_fraction=0.6")
    domain, mesh = level.geometry.domain, level.module.model.mesh
    np.testing.assert_allclose(rear(level).sum(), 0.12)  # the servers still end at x = 1.2 m
    plenum = (6, slice(2, 6), slice(0, 6))
    assert (domain.machine[plenum] < 0).all()
    assert domain.open_cell[plenum].all()
    for edge in (2, 6):
        assert not domain.area[1][6, edge, :6].any()
    assert not domain.area[2][6, 2:6, 6].any()
    assert domain.free[0][7, 2:6, :6].all()
    np.testing.assert_allclose(domain.drag[0][7, 2:6, :6] * 2 * 0.2, perforation_loss(0.6))
    assert not domain.drag[0][7, 0].any()
    state = first_state(level)
    for _ in range(20):
        state, _ = advance_by(level.module, state, 0.02, 5)
    through = np.asarray(mesh.area[0] * state.flow.velocity[0])[7, 2:6, :6]
    assert through.sum() == pytest.approx(0.12, rel=1e-4)  # what the servers blow leaves by the door
    assert through[:, 2:4].sum() > 0.005  # where no server blows too


def test_an_adiabatic_block_stands_in_the_way_and_keeps_out_of_the_heat():
    block = '\n[blocks.column]\nposition = "1.6, 0.6, 0.0 m"\nsize = "0.4, 0.4, 1.6 m"\nadiabatic = true\n'
    level = make_level(case_from_text(ROOM + block, name="room"), 1.0, None, True)
    domain, heat = level.geometry.domain, level.module.model.heat
    inside = (slice(8, 10), slice(3, 5), slice(None))
    assert not domain.open_cell[inside].any()
    for axis, conductance in enumerate(heat.conductance):
        faces = list(inside)
        faces[axis] = slice(inside[axis].start or 0, (inside[axis].stop or domain.grid.shape[axis]) + 1)
        assert not np.asarray(conductance)[tuple(faces)].any()
        assert not np.asarray(domain.area[axis])[tuple(faces)].any()
    assert level.module.films.face.shape[0] == 0
    state, report = first_state(level), None
    before = np.asarray(state.flow.temperature)[inside]
    for _ in range(3):
        state, report = advance_by(level.module, state, 0.02, 5)
    np.testing.assert_array_equal(np.asarray(state.flow.temperature)[inside], before)
    assert report.values["blocks"]["power"].shape == (0,)


def test_a_leaking_panel_throttles_as_its_gaps():
    panel = '\n[panels.P]\nposition = "1.6, 0.0, 0.0 m"\nsize = "0, 1.6, 1.6 m"\nleakage_area = "0.1 m2"\n'
    level = make_level(case_from_text(ROOM + panel, name="room"), 1.0, None, True)
    drag = level.geometry.domain.drag[0][8]
    np.testing.assert_allclose(drag * 2 * 0.2, perforation_loss(0.1 / 2.56))


@pytest.mark.parametrize(
    ("override", "message"),
    [
        ("racks.A.opening_width=0.9 m", r"opening_width.*rack's width, 0\.8 m"),
        ("racks.A.door_open_fraction=0.5", r"door_open_fraction.*plenum"),
        ("racks.A.rear_plenum=0.38 m", r"rear_plenum.*a tenth"),
        ("racks.A.exhaust_area=1 m2", r"exhaust_area.*0\.64 m2"),
        (SHARED.replace("0.75", "0.7"), r"servers.*of sum 1, got 0\.95"),
    ],
)
def test_openings_that_cannot_be_are_refused(override, message):
    with pytest.raises(CaseError, match=message):
        case_from_text(ROOM, (override,), name="room")


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ('[panels.P]\nsize = "0, 1.6, 1.6 m"\nleakage_area = "3 m2"', r"panels\.P\.leakage_area.*2\.56"),
        ('[blocks.B]\nsize = "0.2, 0.2, 0.2 m"', r"blocks\.B\.material.*adiabatic"),
        ('[blocks.B]\nsize = "0.2, 0.2, 0.2 m"\nadiabatic = true\npower = "5 W"', r"blocks\.B\.power.*no effect"),
    ],
)
def test_things_that_cannot_be_are_refused(table, message):
    with pytest.raises(CaseError, match=message):
        case_from_text(f'{ROOM}\n{table}\nposition = "1.6, 0.0, 0.0 m"\n', name="room")
