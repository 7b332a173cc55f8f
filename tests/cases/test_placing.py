"""Faces too close for a cell between them: what moves, what must not, and that it is told."""

import numpy as np
import pytest
import xarray as xr

from jamsu.cases import case_from_text
from jamsu.cases.assembly.grid import build_grid
from jamsu.cases.assembly.layout import standing
from jamsu.cases.assembly.placing import place
from jamsu.cases.errors import CaseError
from jamsu.cases.results.placement_notes import placement_notes
from jamsu.cases.run.levels import geometry_of
from jamsu.cases.run.runner import run_case
from jamsu.cases.schema.extents import rack_extent, server_extent

# Racks on a pitch of 0.62 m; a unit of 1.225 m whose outlet of 1 m is centred on it, as the rooms of reality have them.
ROOM = """
[vessel]
shape = "box"
size = "4.0, 3.0, 2.6 m"
fluid = "air"
outside = "adiabatic"
[racks.A]
position = "1.5, 0.62, 0.0 m"
size = "0.88, 0.62, 2.0 m"
front = "-x"
height_units = 10
power = "2 kW"
airflow = { law = "fixed", flow = "0.2 m3/s" }
[racks.B]
like = "A"
position = "1.5, 1.24, 0.0 m"
[coolers.unit]
position = "0.0, 0.6, 0.0 m"
size = "0.5, 1.225, 2.03 m"
outlet = { face = "+x", lower = "0.7125, 0.2 m", upper = "1.7125, 1.6 m" }
intake = { face = "+z", lower = "0.0, 0.6 m", upper = "0.5, 1.825 m" }
supply_temperature = "17 degC"
flow = "0.5 m3/s"
[solver]
resolution = "200 mm"
averaging_time = "20 s"
tolerance = 0.02
"""


def room(*changes, extra=""):
    text = ROOM + extra
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return case_from_text(text, name="room")


def narrowest(case, coarseness=1.0):
    grid = build_grid(case, coarseness)
    return min(float(np.diff(grid.edges(axis)).min()) for axis in range(3))


def moves(placement):
    return {(m.path, "xyz"[m.axis], m.side): (round(m.given, 6), round(m.placed, 6)) for m in placement.moves}


def notes(placement, word):
    return [line for line in placement_notes(placement) if word in line]


@pytest.mark.parametrize("coarseness", [2.0, 1.0, 0.5])
def test_no_cell_is_narrower_than_the_stated_share(coarseness):
    case = room()
    assert narrowest(case, coarseness) < 0.021
    assert narrowest(place(case, coarseness).case, coarseness) >= 0.25 * 0.2 * coarseness * (1 - 1e-9)


def test_what_moved_is_named_with_axis_from_and_to():
    found = place(room(), 1.0)
    # The racks' walls at 0.62 and 1.86 m are the larger ones.
    assert moves(found) == {
        ("coolers.unit", "y", "low"): (0.6, 0.62),
        ("coolers.unit", "y", "high"): (1.825, 1.86),
        ("coolers.unit.intake", "y", "low"): (0.6, 0.62),
        ("coolers.unit.intake", "y", "high"): (1.825, 1.86),
        ("coolers.unit", "z", "high"): (2.03, 2.0),
        ("coolers.unit.intake", "z", "flat"): (2.03, 2.0),
    }
    told = placement_notes(found)
    assert any("y = 0.6 m to 0.62 m (+20 mm)" in line and "coolers.unit (low)" in line for line in told)
    intake = found.areas["coolers.unit.intake"]
    assert intake == pytest.approx((0.5 * 1.225, 0.5 * 1.24))
    assert any("coolers.unit.intake 0.6125 to 0.62 m2 (+1.2 %)" in line for line in told)


def test_a_run_has_flows_and_powers_as_given_and_its_file_tells_what_moved(tmp_path):
    solved = run_case(room(), quality="coarse", output=tmp_path / "room.vtkhdf")
    racks, unit = solved.summary["racks"], solved.summary["coils"]["unit"]
    for name in "AB":
        assert racks[name]["power"] == pytest.approx(2e3)
        assert racks[name]["flow"] == pytest.approx(0.2)
    assert unit["gas_flow"] == pytest.approx(0.5)
    assert unit["duty"] == pytest.approx(4e3, rel=0.03)
    assert any("coolers.unit (low)" in line for line in solved.summary["warnings"])
    with xr.open_datatree(tmp_path / "room.vtkhdf", engine="h5netcdf") as file:
        table = file["moved_faces"].to_dataset().load()
    assert table["given"].attrs["units"] == "m"
    rows = zip(*(table[name].values.tolist() for name in ("object", "axis", "side", "given", "placed")), strict=True)
    assert ("coolers.unit", "y", "low", 0.6, 0.62) in [(*row[:3], *np.round(row[3:], 9)) for row in rows]
    edges = solved.tree["interior"]["y_edge"].values
    assert np.diff(edges).min() >= 0.25 * 0.4
    outlet = solved.tree["interior"]["velocity_x"].sel(x=0.5, method="nearest").values
    assert np.nanmax(outlet) > 0.2


def test_nothing_moves_where_there_is_room_and_the_case_is_the_same():
    unit = ("0.0, 0.6, 0.0 m", "0.0, 0.62, 0.0 m"), ("0.5, 1.225, 2.03 m", "0.5, 1.24, 2.0 m")
    openings = ("0.7125", "0.82"), ("1.7125", "1.66"), ('"0.0, 0.6 m"', '"0.0, 0.62 m"'), ("0.5, 1.825", "0.5, 1.86")
    case = room(*unit, *openings)
    found = place(case, 1.0)
    assert found.case is case
    assert placement_notes(found) == []


def test_none_is_moved_where_the_case_says_so():
    case = room(("resolution", "merge_faces = 0\nresolution"))
    assert place(case, 1.0).moves == ()
    assert place(case, 1.0).case is case


def test_objects_that_touch_move_together():
    """A block on the unit and one beside it: all share the planes that move."""
    blocks = """
[blocks.top]
position = "0.0, 0.6, 2.03 m"
size = "0.3, 1.225, 0.4 m"
material = "steel"
"""
    # The intake is in front of the block.
    case = room(('lower = "0.0, 0.6 m"', 'lower = "0.3, 0.6 m"'), extra=blocks)
    found = place(case, 1.0)
    changed = moves(found)
    assert changed["coolers.unit", "z", "high"] == changed["blocks.top", "z", "low"] == (2.03, 2.0)
    assert changed["coolers.unit", "y", "low"] == changed["blocks.top", "y", "low"]
    top, unit = found.case.blocks["top"], found.case.coolers["unit"]
    assert top.position[2] == pytest.approx(unit.position[2] + unit.size[2])
    assert not found.closed


def test_a_thin_block_keeps_its_thickness():
    shelf = """
[blocks.shelf]
position = "2.8, 0.62, 1.0 m"
size = "0.6, 1.24, 0.02 m"
material = "steel"
"""
    found = place(room(extra=shelf), 1.0)
    assert found.case.blocks["shelf"].size[2] == pytest.approx(0.02)
    assert notes(found, "blocks.shelf is 20 mm thin in z and keeps its extent")
    assert narrowest(found.case) == pytest.approx(0.02)


def test_a_thin_panel_moves_as_a_whole():
    panel = """
[panels.baffle]
position = "2.6, 0.64, 0.0 m"
size = "0.6, 0.0, 2.0 m"
"""
    found = place(room(extra=panel), 1.0)
    assert moves(found)["panels.baffle", "y", "flat"] == (0.64, 0.62)
    baffle = found.case.panels["baffle"]
    assert baffle.size == (0.6, 0.0, 2.0)
    assert not found.closed  # it stands behind the rack, not beside it


def test_a_gap_that_is_closed_is_told():
    """Two racks 8 mm apart, and one 8 mm from the wall."""
    case = room(('like = "A"\nposition = "1.5, 1.24, 0.0 m"', 'like = "A"\nposition = "1.5, 1.248, 0.0 m"'))
    found = place(case, 1.0)
    a, b = (rack_extent(found.case.racks[name]) for name in "AB")
    assert a.upper[1] == pytest.approx(b.lower[1])
    (line,) = notes(found, "closed")
    assert "gap of 8 mm in y between racks.A and racks.B is closed" in line
    wall = """
[blocks.post]
position = "3.0, 0.03, 0.0 m"
size = "0.4, 0.4, 2.0 m"
material = "steel"
"""
    found = place(room(extra=wall), 1.0)
    assert found.case.blocks["post"].position[1] == 0.0
    assert notes(found, "gap of 30 mm in y between the hull and blocks.post is closed")


def test_a_gap_that_gas_passes_into_stays_open():
    """A block 15 mm before a rack's front must not block it, nor a panel before the unit's outlet."""
    block = """
[blocks.sill]
position = "1.085, 0.62, 0.0 m"
size = "0.4, 0.62, 0.4 m"
material = "steel"
"""
    found = place(room(extra=block), 1.0)
    assert rack_extent(found.case.racks["A"]).lower[0] == 1.5
    assert found.case.blocks["sill"].position[0] + found.case.blocks["sill"].size[0] == pytest.approx(1.485)
    assert notes(found, "gap of 15 mm in x between blocks.sill and racks.A stays")
    panel = """
[panels.screen]
position = "0.52, 0.7, 0.0 m"
size = "0.0, 0.8, 1.0 m"
"""
    found = place(room(extra=panel), 1.0)
    assert found.case.panels["screen"].position[0] == 0.52
    assert notes(found, "gap of 20 mm in x between coolers.unit.outlet and panels.screen stays")


def test_planes_that_cannot_merge_and_leave_no_cell_are_refused():
    shelf = '[blocks.shelf]\nposition = "2.8, 0.62, 1.0 m"\nsize = "0.6, 1.24, 0.004 m"\nmaterial = "steel"\n'
    with pytest.raises(CaseError, match=r"blocks.shelf \(low z\) at 1 m and blocks.shelf \(high z\) at 1.004 m"):
        geometry_of(room(extra=shelf), 1.0)


MODULE = """
[site]
seawater_temperature = "10 degC"
[vessel]
shape = "cylinder"
diameter = "2.8 m"
length = "4 m"
fluid = "nitrogen"
layers = [{ material = "steel", thickness = "25 mm" }]
[racks.A]
position = "1.0, -0.9, -0.9 m"
size = "0.6, 1.1, 1.9 m"
front = "-x"
height_units = 10
power = "1 kW"
airflow = { law = "temperature_rise", rise = "10 K" }
[coils.door]
rack = "A"
depth = "200 mm"
ua = "1 kW/K"
water_flow = "0.3 kg/s"
[coils.duct]
position = "2.6, -0.5, 0.6 m"
size = "0.4, 1.0, 0.37 m"
front = "+y"
gas_flow = "0.1 m3/s"
ua = "0.2 kW/K"
water_flow = "0.1 kg/s"
[blocks.box]
position = "2.4, -0.98, 0.4 m"
size = "0.6, 0.4, 0.2 m"
material = "steel"
[solver]
resolution = "200 mm"
"""


def test_no_object_is_moved_through_a_curved_hull():
    """The coil's top at 0.97 m, 1.09 m from the axis, might rise to a rack's 1.0 m; not where that is outside."""
    case = case_from_text(MODULE)
    found = place(case, 1.0)
    assert moves(found)["coils.duct", "z", "high"] == (0.97, 1.0)
    wide = case_from_text(MODULE.replace("0.4, 1.0, 0.37 m", "0.4, 1.5, 0.37 m"))
    found = place(wide, 1.0)
    assert ("coils.duct", "z", "high") not in moves(found)
    assert moves(found)["racks.A", "z", "high"] == (1.0, 0.97)  # the other one can


def test_a_rear_door_follows_its_rack():
    block = '\n[blocks.step]\nposition = "1.64, 0.5, -0.2 m"\nsize = "0.56, 0.4, 0.6 m"\nmaterial = "steel"\n'
    case = case_from_text(MODULE + block)
    found = place(case, 1.0)
    rack, door = rack_extent(found.case.racks["A"]), found.case.coils["door"]
    assert found.case.blocks["step"].position[0] == pytest.approx(rack.upper[0]) == pytest.approx(1.6)
    assert door.depth == pytest.approx(0.2)
    geometry_of(case, 1.0)


def test_places_of_a_sweep_have_layouts_of_their_own():
    """Two places of the unit that come to the same plane: both are run, each says what moved."""
    cases = [room(("0.0, 0.6, 0.0 m", f"0.0, {y}, 0.0 m"), ("0.5, 1.225", f"0.5, {1.825 - y}")) for y in (0.6, 0.59)]
    assert standing(cases[0]) != standing(cases[1])
    first, second = (geometry_of(case, 1.0) for case in cases)
    np.testing.assert_array_equal(first.grid.y_edge, second.grid.y_edge)
    given = [{(m.path, m.axis, m.side): m.given for m in g.placement.moves} for g in (first, second)]
    assert [moved["coolers.unit", 1, "low"] for moved in given] == [0.6, 0.59]


def test_a_plenum_ends_where_the_planes_have_it():
    """A rear plenum of 0.22 m beside a block that begins 20 mm further on: both get one plane."""
    block = '[blocks.B]\nposition = "2.18, 2.2, 0.0 m"\nsize = "0.6, 0.6, 1.0 m"\nmaterial = "steel"\n'
    plenum = 'front = "-x"\nrear_plenum = "0.22 m"\ndoor_open_fraction = 0.6'
    found = place(room(('front = "-x"', plenum), extra=block), 1.0)
    assert any(move.path in ("racks.A.servers", "blocks.B") for move in found.moves)
    planes = np.asarray(build_grid(found.case, 1.0).edges(0))
    for rack in found.case.racks.values():
        assert rack.rear_plenum == pytest.approx(0.22, abs=0.05)
        rear = server_extent(rack).upper[0]
        assert np.abs(planes - rear).min() < 1e-9


def test_outlets_that_move_keep_their_shares_of_the_flow():
    further = (
        ', upper = "1.7125, 1.0 m" }\nmore_outlets = [{ face = "+x", lower = "0.7125, 1.1 m", upper = "1.7, 1.6 m" }]'
    )
    given = room((', upper = "1.7125, 1.6 m" }', further))
    found = place(given, 1.0)
    before, after = given.coolers["unit"], found.case.coolers["unit"]
    assert [o.area for o in after.outlets] != [o.area for o in before.outlets]
    assert after.outlet_shares == pytest.approx(before.outlet_shares, rel=1e-12)
    assert len({round(o.flow_share, 6) for o in after.outlets}) == 2
