"""What a picture reads from the case's text: cooling units, fans, panels, blocks."""

import numpy as np
import pytest
from synthetic import synthetic_result

from jamsu.cases.reading.loader import case_from_text
from jamsu.viz.items import fixtures_of
from jamsu.viz.meshes import arrow, plate, trace
from jamsu.viz.render import KINDS
from jamsu.viz.scene import read_scene

CASE = """
name = "all"
[vessel]
shape = "box"
size = "6, 4, 3 m"
fluid = "air"
outside = "adiabatic"
[racks.A]
position = "2, 1, 0 m"
size = "0.6, 1, 2 m"
front = "-y"
power = "4 kW"
airflow = { law = "temperature_rise", rise = "12 K" }
[coolers.west]
position = "0, 1.5, 0 m"
size = "0.6, 1, 2 m"
outlet = { face = "+x", lower = "1.6, 0.2 m", upper = "2.4, 0.8 m" }
intake = { face = "+z", lower = "0.1, 1.6 m", upper = "0.5, 2.4 m" }
supply_temperature = "18 degC"
flow = "1 m3/s"
[fans.stir]
position = "3, 1, 2.5 m"
size = "0.5, 0.5, 0 m"
direction = "-z"
flow = "0.3 m3/s"
[panels.wall]
position = "4, 0, 0 m"
size = "0, 2, 2 m"
kind = "bulkhead"
[panels.tiles]
position = "2, 0, 0.3 m"
size = "1.5, 0.9, 0 m"
kind = "floor"
open_fraction = 0.4
[blocks.column]
position = "5, 3, 0 m"
size = "0.4, 0.4, 3 m"
material = "concrete"
"""


@pytest.fixture
def tree():
    """A result whose case has every kind of fixture, written as a run writes it."""
    tree = synthetic_result(cells=(12, 8, 8))
    tree.attrs["case"] = case_from_text(CASE).to_toml()
    return tree


def test_every_kind_is_found_where_the_case_has_it(tree):
    fixtures, unread = fixtures_of(tree)
    assert unread == ()
    found = {(fixture.name, fixture.kind): fixture for fixture in fixtures}
    assert set(found) == {
        ("west", "cooling unit"),
        ("west", "outlet"),
        ("west", "intake"),
        ("stir", "fan"),
        ("wall", "bulkhead"),
        ("tiles", "perforated floor"),
        ("column", "block"),
    }
    assert {kind for _, kind in found} <= set(KINDS)
    np.testing.assert_allclose(found["west", "outlet"].lower, [0.6, 1.6, 0.2])
    np.testing.assert_allclose(found["west", "intake"].upper, [0.5, 2.4, 2.0])
    np.testing.assert_allclose(found["column", "block"].upper, [5.4, 3.4, 3.0])


def test_arrows_show_where_the_gas_is_driven(tree):
    found = {fixture.kind: arrow(fixture) for fixture in fixtures_of(tree)[0]}
    assert found["outlet"].bounds[0] == pytest.approx(0.6)  # from the face into the room
    assert found["intake"].bounds[4] == pytest.approx(2.0)  # from the room down to the face
    tip = found["fan"].points[:, 2] < 2.4
    assert np.ptp(found["fan"].points[tip, 0]) < 0.2 * 0.5  # the point is below
    assert found["bulkhead"] is None


def test_what_cannot_be_read_is_named_and_the_rest_is_drawn(tree):
    tree.attrs["case"] = CASE.replace('kind = "bulkhead"', 'kind = "curtain"')
    fixtures, unread = fixtures_of(tree)
    assert unread == ("panels.wall",)
    assert "perforated floor" in {fixture.kind for fixture in fixtures}
    tree.attrs["case"] = "not TOML"
    assert fixtures_of(tree) == ((), ("case",))


def test_flat_fixtures_in_a_cut(tree):
    scene = read_scene(tree, "temperature", "section")  # across x at the hottest rack
    tiles = next(fixture for fixture in scene.fixtures if fixture.name == "tiles")
    here = float(scene.cut.origin[0])
    shown = plate(scene, tiles)
    if tiles.lower[0] < here < tiles.upper[0]:
        assert shown.bounds[0] == pytest.approx(here)
        assert trace(scene, tiles).length == pytest.approx(0.9)
    wall = next(fixture for fixture in scene.fixtures if fixture.name == "wall")
    assert trace(scene, wall) is None  # it lies in planes like that of the cut
    assert not scene.cut.shows(wall)
