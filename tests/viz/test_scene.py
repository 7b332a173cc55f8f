"""What a picture is made of, without drawing it: grid, boxes, vessel, slice, streamlines, camera, words."""

from types import SimpleNamespace

import numpy as np
import pytest
from synthetic import LENGTH, RACK_SIZE, RACK_X, RADIUS, synthetic_result

from cases.errors import CaseError
from viz import camera, caption, meshes
from viz.render import colour_limits, nice_limits
from viz.scene import read_scene


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
    values, unit = scene.values("temperature")
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
    np.testing.assert_array_equal(scene.along, [1, 0, 0])


def test_rack_box_has_a_layer_per_unit(scene):
    box = meshes.rack_box(scene.racks[2])
    temperatures = box.cell_data["inlet_temperature"]
    assert set(temperatures) == set(scene.racks[2].inlet_temperature)
    centres = box.cell_centers().points[:, 2]
    assert temperatures[centres.argmax()] == scene.racks[2].inlet_temperature[-1]


def test_slice_is_behind_the_coils_and_only_where_the_vessel_is_open(scene):
    cut = meshes.vertical_slice(scene)
    y = cut.points[:, 1]
    assert np.ptp(y) < 1e-9
    assert scene.coils[0].upper[1] < y[0] < RADIUS
    assert np.hypot(y, cut.points[:, 2]).max() < RADIUS * 1.001
    # Closed cells hold 10 degC; none of it may leak into the colours beside the wall.
    values, _ = scene.values("temperature")
    assert cut.point_data["temperature"].min() >= values[scene.grid.cell_data["open_fraction"] > 0].min()


def test_section_goes_through_the_hottest_rack(tree):
    scene = read_scene(tree, "temperature", section=True)
    assert scene.section
    assert [rack.name for rack in scene.racks] == ["rack-03"]
    assert len(scene.all_racks) == 3
    cut = meshes.vertical_slice(scene)
    np.testing.assert_allclose(cut.points[:, 0], RACK_X[2] + RACK_SIZE[0] / 2, atol=1e-6)
    lines = meshes.streamlines(scene)
    assert np.ptp(lines.points[:, 0]) < 1e-6  # motion within the section


def test_streamlines_start_behind_the_racks(scene):
    starts = meshes.seeds(scene)
    assert len(starts) >= 4 * len(scene.racks)
    assert np.all(starts[:, 1] > scene.racks[0].upper[1])
    lines = meshes.streamlines(scene)
    assert lines.n_lines >= 0.8 * len(starts)
    assert np.hypot(lines.points[:, 1], lines.points[:, 2]).max() < RADIUS * 1.05


def test_gas_at_rest_has_no_streamlines(tree):
    still = tree.copy()
    interior = still["interior"].to_dataset()
    still["interior"].dataset = interior.assign({f"velocity_{a}": interior["velocity_x"] * 0 for a in "xyz"})
    assert meshes.streamlines(read_scene(still, "temperature")) is None


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
    if vessel.inside is not None:
        assert vessel.inside.EvaluateFunction(*vessel.bounds.mean(axis=0)) < 0
        assert vessel.inside.EvaluateFunction(*(vessel.bounds[1] + 0.1)) > 0


def test_a_result_without_racks_coils_and_hull_is_drawn_too(tree):
    bare = tree.filter(lambda node: node.path in ("/", "/interior"))
    scene = read_scene(bare, "pressure")
    assert scene.racks == ()
    assert scene.hottest_rack is None
    assert meshes.vertical_slice(scene).n_points > 0
    assert meshes.streamlines(scene).n_lines > 0
    assert len(caption.caption_lines(scene)) == 1


def test_unknown_field_is_one_line_with_the_names(tree):
    with pytest.raises(CaseError, match=r"field: humidity: not in the result; one of .*temperature"):
        read_scene(tree, "humidity")


@pytest.mark.parametrize("view", camera.VIEWS)
@pytest.mark.parametrize("size", [(1600, 900), (600, 900)])
def test_the_vessel_fills_the_free_part_of_the_picture(scene, view, size):
    plotter = SimpleNamespace(window_size=size, camera=SimpleNamespace(), reset_camera_clipping_range=lambda: None)
    corners = np.asarray(scene.vessel.surface.points, dtype=float)
    camera.place(plotter, corners, scene.front, scene.along, view)
    across, above = np.array([camera.on_picture(plotter, corner) for corner in corners]).T
    slack = 0.02
    assert across.min() > camera.LEFT - slack
    assert across.max() < camera.RIGHT + slack
    assert above.min() > camera.BOTTOM - slack
    assert above.max() < camera.TOP + slack
    width = np.ptp(across) / (camera.RIGHT - camera.LEFT)
    height = np.ptp(above) / (camera.TOP - camera.BOTTOM)
    assert max(width, height) > 0.95


def test_colour_limits(scene):
    low, high = colour_limits(scene, "temperature")
    inlets = np.concatenate([rack.inlet_temperature for rack in scene.racks])
    assert low <= inlets.min() < inlets.max() <= high
    assert nice_limits(16.3, 30.5) == (16.0, 32.0)
    assert nice_limits(0.0, 0.73) == pytest.approx((0.0, 0.8))
    assert nice_limits(20.0, 20.0) == (19.5, 20.5)
    for low, high in [(-3.2, 118.0), (0.031, 0.0312), (11.0, 11.9), (-5.0, -1.0)]:
        first, last = nice_limits(low, high)
        assert first <= low < high <= last
        assert last - first < 2.6 * (high - low)


def test_words(tree, scene):
    inlet, heat, vessel = caption.caption_lines(scene)
    assert inlet.startswith("Hottest inlet 23.5 °C: rack-03, unit 8 from the bottom")
    assert "IT 60.0 kW" in heat
    assert "liquid" not in heat  # no liquid loop, no word of it
    assert "balance open by 0.17% of IT" in heat
    assert vessel.startswith("Vessel: cylinder, 6 m long, 2.8 m across")
    assert all(caption.is_latin(line) for line in (inlet, heat, vessel))
    assert caption.is_settled(tree)
    assert caption.status_line(tree).startswith("Converged: ")


def test_an_unsettled_run_says_so():
    assert caption.status_line(synthetic_result(status="not converged")).startswith("NOT CONVERGED: the heat")
    assert caption.status_line(synthetic_result(status="interrupted")) == "NOT CONVERGED (interrupted)"
    assert not caption.is_settled(synthetic_result(status="interrupted"))


def test_title_falls_back_to_the_name_without_a_font(tree, monkeypatch):
    assert caption.title(tree, "name") == ("Synthetic module, three racks", None)
    korean = tree.copy()
    korean.attrs["title"] = "울산"
    monkeypatch.setattr(caption, "wide_font", lambda: None)
    assert caption.title(korean, "ulsan") == ("ulsan", None)
    monkeypatch.setattr(caption, "wide_font", lambda: "font.ttf")
    assert caption.title(korean, "ulsan") == ("울산", "font.ttf")
