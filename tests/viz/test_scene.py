"""What a picture is made of, without drawing it: grid, boxes, vessel, cut, streamlines, camera, words."""

from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from synthetic import LENGTH, RACK_SIZE, RACK_X, RADIUS, synthetic_result

from jamsu.cases.errors import CaseError
from jamsu.viz import camera, caption, meshes, overlay, streamlines
from jamsu.viz.cut import OUTERMOST, along
from jamsu.viz.scene import read_scene


@pytest.fixture(scope="module")
def tree():
    return synthetic_result()


@pytest.fixture(scope="module")
def scene(tree):
    return read_scene(tree, "temperature")


def with_hull(tree, **attributes):
    tree = tree.copy()
    hull = tree["hull"].to_dataset()
    hull.attrs = attributes
    tree["hull"].dataset = hull
    return tree


def test_grid_has_the_last_time_in_the_order_of_its_cells():
    tree = synthetic_result(times=(0.0, 5.0), cells=(9, 7, 5))
    scene = read_scene(tree, "temperature")
    values, unit = scene.all_values, scene.unit
    last = tree["interior/temperature"].isel(time=-1)
    assert unit == "°C"
    for index in (0, 17, 100, scene.grid.n_cells - 1):
        x, y, z = scene.grid.cell_centers().points[index]
        expected = last.sel(x=x, y=y, z=z, method="nearest")
        assert values[index] == np.float32(expected)


def test_racks_and_view(scene):
    assert [rack.name for rack in scene.racks] == ["rack-01", "rack-02", "rack-03"]
    np.testing.assert_allclose(scene.racks[1].upper - scene.racks[1].lower, RACK_SIZE)
    assert scene.hottest_rack.name == "rack-03"
    np.testing.assert_array_equal(scene.front, [0, -1, 0])  # the side of the rack fronts
    np.testing.assert_array_equal(along(scene.front), [1, 0, 0])


def test_a_rack_with_fewer_units_than_the_tallest_keeps_its_units_in_place(tree):
    shorter = tree.copy()
    racks = shorter["racks"].to_dataset()
    held = xr.DataArray(np.arange(8) < np.array([8, 5, 8])[:, None], dims=("rack", "unit"))
    names = ("inlet_temperature", "power")
    shorter["racks"].dataset = racks.assign({name: racks[name].where(held) for name in names})
    assert [rack.inlet_temperature.size for rack in read_scene(shorter, "temperature").racks] == [8, 5, 8]


def test_rack_box_has_a_layer_per_unit(scene):
    rack = scene.racks[2]
    box = meshes.box(scene, rack, rack.inlet_temperature)
    temperatures = box.cell_data["layer"]
    assert set(temperatures) == set(rack.inlet_temperature)
    centres = box.cell_centers().points[:, 2]
    assert temperatures[centres.argmax()] == rack.inlet_temperature[-1]


def test_slice_is_behind_the_coils_and_only_where_the_vessel_is_open(scene, tree):
    cut = meshes.slice_of_gas(scene)
    y = cut.points[:, 1]
    assert np.ptp(y) < 1e-9
    coil = next(fixture for fixture in scene.fixtures if fixture.kind == "coil")
    assert coil.upper[1] < y[0] < RADIUS
    assert np.hypot(y, cut.points[:, 2]).max() < RADIUS * 1.001
    # Closed cells hold 10 degC; none of it may leak into the colours beside the wall.
    gas = np.asarray(tree["interior/temperature"])[np.asarray(tree["interior/open_fraction"]) > 0]
    assert cut.point_data["temperature"].min() >= gas.min()


def test_section_goes_through_the_hottest_rack_and_shows_nothing_else(tree):
    scene = read_scene(tree, "temperature", "section")
    assert scene.cut.kind == "through"
    assert [rack.name for rack in filter(scene.cut.shows, scene.racks)] == ["rack-03"]
    assert [rack.name for rack in overlay.labelled(scene)] == ["rack-03"]  # no label floats over a hidden rack
    cut = meshes.slice_of_gas(scene)
    station = RACK_X[2] + RACK_SIZE[0] / 2
    np.testing.assert_allclose(cut.points[:, 0], station, atol=1e-6)
    # The slice covers the whole circle but the rack and its coil: no holes where the solver closed wall cells.
    machines = RACK_SIZE[1] * RACK_SIZE[2] + 0.15 * RACK_SIZE[2]
    assert cut.area == pytest.approx(np.pi * RADIUS**2 - machines, rel=0.07)
    assert meshes.box(scene, scene.racks[2]).bounds[0] == pytest.approx(station)  # cut open
    lines = streamlines.streamlines(scene)
    assert np.ptp(lines.points[:, 0]) < 1e-6  # motion within the section


def test_a_deck_is_seen_from_above_and_cut_level_through_the_racks(tree):
    upright = with_hull(tree, shape="cylinder", axis="z", diameter=14.0, length=3.0)
    scene = read_scene(upright, "temperature")
    assert scene.cut.kind == "level"
    assert scene.cut.origin[2] == pytest.approx(scene.racks[2].centre[2])
    assert all(scene.cut.shows(rack) for rack in scene.racks)
    side = read_scene(upright, "temperature", "side")
    assert side.cut.kind == "through"
    np.testing.assert_array_equal(side.cut.normal, [0, -1, 0])
    tall = with_hull(tree, shape="cylinder", axis="z", diameter=2.8, length=6.0)
    assert read_scene(tall, "temperature").cut.kind == "behind"


def test_a_slice_behind_the_machines_is_never_a_sliver(tree):
    crowded = tree.copy()
    coils = crowded["coils"].to_dataset()
    crowded["coils"].dataset = coils.assign(upper=coils["upper"] + [0, 0.69, 0])  # nearly to the hull
    assert read_scene(crowded, "temperature").cut.origin[1] == pytest.approx(OUTERMOST * RADIUS, rel=1e-3)


def test_gas_at_rest_has_no_streamlines(tree):
    still = tree.copy()
    interior = still["interior"].to_dataset()
    still["interior"].dataset = interior.assign({f"velocity_{a}": interior["velocity_x"] * 0 for a in "xyz"})
    assert streamlines.streamlines(read_scene(still, "temperature")) is None


def test_opened_hull_is_the_far_half(scene):
    hull = meshes.opened_hull(scene)
    assert hull.points[:, 1].min() > -1e-6
    whole = 2 * np.pi * RADIUS * LENGTH + 2 * np.pi * RADIUS**2
    assert hull.area == pytest.approx(whole / 2, rel=2e-3)


@pytest.mark.parametrize(
    ("attributes", "extent"),
    [
        ({"shape": "cylinder", "axis": "z", "diameter": 2.0, "length": 5.0}, (2, 2, 5)),
        ({"shape": "sphere", "diameter": 3.0}, (3, 3, 3)),
        ({"shape": "box", "size": np.array([4.0, 3.0, 2.0])}, (4, 3, 2)),
        ({"shape": "stl"}, (LENGTH, 2 * RADIUS, 2 * RADIUS)),
        ({"shape": "cylinder"}, (LENGTH, 2 * RADIUS, 2 * RADIUS)),
        ({}, (LENGTH, 2 * RADIUS, 2 * RADIUS)),
    ],
)
def test_vessels(tree, attributes, extent):
    vessel = read_scene(with_hull(tree, **attributes), "temperature").vessel
    np.testing.assert_allclose(np.diff(vessel.bounds, axis=0)[0], extent, rtol=0.03)
    assert vessel.surface.n_open_edges == 0
    inside, outside = vessel.signed(np.array([vessel.bounds.mean(axis=0), vessel.bounds[1] + 0.1]))
    assert inside < 0 < outside
    if not vessel.room:
        points = vessel.bounds.mean(axis=0) + np.array([[0.1, 0.0, 0.0], [0.0, 2.0, 0.3]])
        laid = vessel.pulled_in(points)
        np.testing.assert_allclose(laid[0], points[0])  # inside: as it was
        assert abs(vessel.signed(laid)[1]) < 0.02


def test_a_result_without_racks_coils_and_hull_is_drawn_too(tree):
    bare = tree.filter(lambda node: node.path in ("/", "/interior"))
    scene = read_scene(bare, "pressure")
    assert scene.racks == ()
    assert scene.hottest_rack is None
    assert meshes.slice_of_gas(scene).n_points > 0
    assert streamlines.streamlines(scene).n_lines > 0
    assert len(caption.caption_lines(scene)) == 2


def test_unknown_field_is_one_line_with_the_names(tree):
    with pytest.raises(CaseError, match=r"field: humidity: not in the result; one of .*temperature"):
        read_scene(tree, "humidity")


@pytest.mark.parametrize("view", camera.VIEWS)
@pytest.mark.parametrize("size", [(1600, 900), (600, 900)])
def test_the_vessel_fills_the_free_part_of_the_picture(scene, view, size):
    plotter = SimpleNamespace(window_size=size, camera=SimpleNamespace(), reset_camera_clipping_range=lambda: None)
    corners = np.asarray(scene.vessel.surface.points, dtype=float)
    camera.place(plotter, corners, scene.front, scene.cut, view)
    across, above = np.array([camera.on_picture(plotter, corner) for corner in corners]).T
    slack = 0.02
    assert across.min() > camera.LEFT - slack
    assert across.max() < camera.RIGHT + slack
    assert above.min() > camera.BOTTOM - slack
    assert above.max() < camera.TOP + slack
    width = np.ptp(across) / (camera.RIGHT - camera.LEFT)
    height = np.ptp(above) / (camera.TOP - camera.BOTTOM)
    assert max(width, height) > 0.95


def test_words(tree, scene):
    inlet, heat, vessel, cut = caption.caption_lines(scene)
    assert inlet.startswith("Hottest inlet 23.5 °C: rack-03, unit 8 from the bottom  ·  coolest 17.0 °C")
    assert inlet.endswith("outlets up to 32.6 °C")
    assert "Heat in: IT 60.0 kW, fans 3.0 kW" in heat
    assert "liquid" not in heat  # no liquid loop, no word of it
    assert "balance open by 0.17% of IT" in heat
    assert vessel.startswith("Vessel: cylinder, 6 m long, 2.8 m across")
    gas = int((tree["interior/open_fraction"] > 0).sum())
    assert 0 < gas < scene.grid.n_cells
    assert f"{gas:,} cells of gas" in vessel
    assert cut.startswith("Slice at y = ")
    assert all(caption.is_latin(line) for line in (inlet, heat, vessel, cut))
    assert caption.is_settled(tree)
    assert caption.status_lines(tree) == ["Converged: fields and heat balance settled within the tolerance"]


def test_heat_that_comes_in_through_the_hull_has_another_sign(tree):
    warm = tree.copy()
    balance = warm["balance"].to_dataset()
    warm["balance"].dataset = balance.assign(coil_heat=64e3, hull_heat=-1e3)
    heat = caption.caption_lines(read_scene(warm, "temperature"))[1]
    assert "out: coils 64.0 kW, hull -1.0 kW" in heat


def test_a_long_status_takes_a_second_line_and_loses_nothing(tree):
    long = tree.copy()
    long.attrs["status_meaning"] = " ".join(["two successive averaging windows agree"] * 5)
    lines = caption.status_lines(long)
    assert len(lines) == 2
    assert " ".join(lines) == f"Converged: {long.attrs['status_meaning']}"


def test_an_unsettled_run_says_so():
    assert caption.status_lines(synthetic_result(status="not converged"))[0].startswith("NOT CONVERGED: the heat")
    assert caption.status_lines(synthetic_result(status="interrupted")) == ["NOT CONVERGED (interrupted)"]
    assert not caption.is_settled(synthetic_result(status="interrupted"))


def test_title_falls_back_to_the_name_without_a_font(tree, monkeypatch):
    assert caption.title(tree, "name") == ("Synthetic module, three racks", None)
    korean = tree.copy()
    korean.attrs["title"] = "울산"
    monkeypatch.setattr(caption, "wide_font", lambda: None)
    assert caption.title(korean, "ulsan") == ("ulsan", None)
    monkeypatch.setattr(caption, "wide_font", lambda: "font.ttf")
    assert caption.title(korean, "ulsan") == ("울산", "font.ttf")
