"""What a picture is made of, without drawing it: grid, boxes, vessel, cut, streamlines, camera, words."""

from types import SimpleNamespace

import numpy as np
import pytest
import xarray as xr
from synthetic import LENGTH, RACK_SIZE, RACK_X, RADIUS, synthetic_result

from jamsu.cases.errors import CaseError
from jamsu.cases.results.output import OutputWarning
from jamsu.viz import camera, caption, letters, meshes, overlay, streamlines
from jamsu.viz.cut import LOW_LEVEL, along
from jamsu.viz.scene import read_scene
from jamsu.viz.wishes import Slice


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


def test_slice_is_low_at_the_racks_and_only_where_the_vessel_is_open(scene, tree):
    cut = meshes.slice_of_gas(scene)
    z = cut.points[:, 2]
    assert np.ptp(z) < 1e-9
    hot = scene.hottest_rack
    assert z[0] == pytest.approx(hot.lower[2] + LOW_LEVEL * RACK_SIZE[2])
    assert np.hypot(z, cut.points[:, 1]).max() < RADIUS * 1.001
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
    scene = read_scene(upright, "temperature", "top")
    assert scene.cut.kind == "level"
    assert scene.cut.origin[2] == pytest.approx(scene.racks[2].centre[2])
    assert all(scene.cut.shows(rack) for rack in scene.racks)
    side = read_scene(upright, "temperature", "side")
    assert side.cut.kind == "through"
    np.testing.assert_array_equal(side.cut.normal, [0, -1, 0])
    assert read_scene(upright, "temperature").cut.kind == "level"


@pytest.mark.parametrize(
    ("view", "plane", "kind"),
    [("side", Slice(1, -0.7), "through"), ("section", Slice(0, 2.0), "through"), ("top", Slice(2, 0.9), "level")],
)
def test_the_slice_lies_where_it_is_wanted(tree, view, plane, kind):
    scene = read_scene(tree, "temperature", view, plane=plane)
    assert scene.cut.kind == kind
    assert scene.cut.normal @ scene.towards > 0  # its face is turned to the viewer
    np.testing.assert_allclose(meshes.slice_of_gas(scene).points[:, plane.axis], plane.place, atol=1e-6)


@pytest.mark.parametrize(
    ("view", "plane", "message"),
    [
        ("side", Slice(0, 2.0), "slice: x=2 m: seen edge-on in the view side; give another --view"),
        ("top", Slice(2, 1.5), "slice: z=1.5 m: outside the vessel; expected -1.4 to 1.4 m"),
    ],
)
def test_a_slice_that_shows_nothing_is_refused(tree, view, plane, message):
    with pytest.raises(CaseError) as caught:
        read_scene(tree, "temperature", view, plane=plane)
    assert str(caught.value) == message


def test_the_time_that_is_wanted_is_drawn_and_its_racks_have_no_inlets():
    tree = synthetic_result(times=(0.0, 5.0, 10.0), cells=(9, 7, 5))
    scene = read_scene(tree, "temperature", time=5.4)
    assert scene.time == 5.0
    np.testing.assert_array_equal(scene.all_values, tree["interior/temperature"].isel(time=1).to_numpy().ravel())
    assert overlay.labelled(scene) == []
    assert not any(line.startswith(("Hottest inlet", "Heat in")) for line in caption.caption_lines(scene))
    assert "at 5 s of 10 s, inlets are kept for the last time only" in caption.caption_lines(scene)[0]
    assert len(overlay.labelled(read_scene(tree, "temperature", time=10.0))) == 3
    with pytest.raises(CaseError, match=r"time: 11 s: not in the result, which holds 0 to 10 s in 3 steps"):
        read_scene(tree, "temperature", time=11.0)


@pytest.mark.parametrize("view", camera.DRAWINGS)
def test_plan_and_elevation_are_to_scale(scene, tree, view):
    plotter = SimpleNamespace(
        window_size=(1600, 900), camera=SimpleNamespace(), reset_camera_clipping_range=lambda: None
    )
    scene = read_scene(tree, "temperature", view)
    corners = np.asarray(scene.vessel.surface.points, dtype=float)
    camera.place(plotter, corners, scene.towards, scene.front, (0.1, 0.2, 0.9, 0.9))
    assert plotter.camera.parallel_projection
    near, far = scene.towards, -scene.towards
    assert camera.on_picture(plotter, near) == pytest.approx(camera.on_picture(plotter, far))
    along_x = camera.on_picture(plotter, np.array([1.0, 0, 0]))[0] - camera.on_picture(plotter, np.zeros(3))[0]
    up = np.array([0, 1.0, 0]) if view == "top" else np.array([0, 0, 1.0])
    along_up = camera.on_picture(plotter, up)[1] - camera.on_picture(plotter, np.zeros(3))[1]
    assert along_x * 1600 == pytest.approx(along_up * 900)


def test_the_sea_is_that_of_the_case_and_none_on_land(tree):
    wet = tree.copy()
    wet.attrs["case"] = '[site]\nseawater_temperature = "12 degC"\ncurrent_speed = "50 cm/s"\n[vessel]\noutside = "sea"'
    sea = read_scene(wet, "temperature").sea
    assert (sea.temperature, sea.current) == pytest.approx((12.0, 0.5))
    wet.attrs["case"] = wet.attrs["case"].replace('"sea"', '"adiabatic"')
    assert read_scene(wet, "temperature").sea is None
    wet.attrs["case"] += '\n[coils.A]\nua = "1 kW/K"'
    assert read_scene(wet, "temperature").sea.current is None  # the coils' water, and a hull that feels no current


def test_gas_at_rest_has_no_streamlines(tree):
    still = tree.copy()
    interior = still["interior"].to_dataset()
    still["interior"].dataset = interior.assign({f"velocity_{a}": interior["velocity_x"] * 0 for a in "xyz"})
    assert streamlines.streamlines(read_scene(still, "temperature")) is None


def test_opened_hull_is_the_part_beyond_the_cut(tree):
    scene = read_scene(tree, "temperature", "side", plane=Slice(1, 0.0))
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
    assert len(caption.caption_lines(scene)) == 3


def test_unknown_field_is_one_line_with_the_names(tree):
    with pytest.raises(CaseError, match=r"field: humidity: not in the result; one of .*temperature"):
        read_scene(tree, "humidity")


@pytest.mark.parametrize("view", camera.VIEWS)
@pytest.mark.parametrize("size", [(1600, 900), (600, 900)])
def test_the_vessel_fills_the_free_part_of_the_picture(scene, view, size):
    plotter = SimpleNamespace(window_size=size, camera=SimpleNamespace(), reset_camera_clipping_range=lambda: None)
    corners = np.asarray(scene.vessel.surface.points, dtype=float)
    free = (0.03, 0.225, 0.97, 0.87)
    camera.place(plotter, corners, camera.direction(view, scene.front, False), scene.front, free)
    across, above = np.array([camera.on_picture(plotter, corner) for corner in corners]).T
    slack = 0.02
    assert across.min() > free[0] - slack
    assert across.max() < free[2] + slack
    assert above.min() > free[1] - slack
    assert above.max() < free[3] + slack
    width = np.ptp(across) / (free[2] - free[0])
    height = np.ptp(above) / (free[3] - free[1])
    assert max(width, height) > 0.95


def test_words(tree, scene):
    inlet, heat, vessel, cut, origin = caption.caption_lines(scene)
    assert inlet.startswith("Hottest inlet 23.5 °C: rack-03, unit 8 from the bottom  ·  coolest 17.0 °C")
    assert inlet.endswith("outlets up to 32.6 °C")
    assert "Heat in: IT 60.0 kW, fans 3.0 kW" in heat
    assert "liquid" not in heat  # no liquid loop, no word of it
    assert "balance open by 0.17% of IT" in heat
    assert vessel.startswith("Vessel: cylinder, 6 m long, 2.8 m across")
    gas = int((tree["interior/open_fraction"] > 0).sum())
    assert 0 < gas < scene.grid.n_cells
    assert f"{gas:,} cells of gas" in vessel
    assert cut.startswith("Slice at z = ")
    assert origin == "jamsu 0.1.0"
    known = tree.copy()
    known.attrs |= {"quality": "fine", "date": "2026-11-28T22:35:00Z", "overrides": "a=1\nb=2"}
    origin = caption.caption_lines(read_scene(known, "temperature"))[-1]
    assert origin == "jamsu 0.1.0  ·  quality fine  ·  computed 2026-11-28 22:35 UTC  ·  2 values of the case changed"
    assert all(caption.is_latin(line) for line in (inlet, heat, vessel, cut))
    assert caption.is_settled(tree)
    assert caption.status(tree) == "Converged: fields and heat balance settled within the tolerance"


def test_heat_that_comes_in_through_the_hull_has_another_sign(tree):
    warm = tree.copy()
    balance = warm["balance"].to_dataset()
    warm["balance"].dataset = balance.assign(coil_heat=64e3, hull_heat=-1e3)
    heat = caption.caption_lines(read_scene(warm, "temperature"))[1]
    assert "out: coils 64.0 kW, hull -1.0 kW" in heat


def test_a_long_status_takes_a_second_line_and_loses_nothing(tree):
    long = tree.copy()
    long.attrs["status_meaning"] = " ".join(["two successive averaging windows agree"] * 5)
    words = overlay.words_of(read_scene(long, "temperature"), 1000.0, 15.0, 900)
    assert " ".join(line for line, _ in words[:2]) == f"Converged: {long.attrs['status_meaning']}"
    assert all(letters.width_of(line, 15.0) <= 1000.0 for line, _ in words)
    assert not any(bad for _, bad in words)


def test_an_unsettled_run_says_so():
    assert caption.status(synthetic_result(status="not converged")).startswith("NOT CONVERGED: the heat")
    assert caption.status(synthetic_result(status="interrupted")) == "NOT CONVERGED (interrupted)"
    assert not caption.is_settled(synthetic_result(status="interrupted"))


def test_title_falls_back_to_the_name_without_a_font(tree, monkeypatch):
    assert caption.title(tree, "name") == ("Synthetic module, three racks", None)
    korean = tree.copy()
    korean.attrs["title"] = "울산"
    monkeypatch.setattr(caption, "wide_font", lambda: None)
    with pytest.warns(
        OutputWarning, match="no font here has the letters of the title '울산': the picture is called ulsan"
    ):
        assert caption.title(korean, "ulsan") == ("ulsan", None)
    monkeypatch.setattr(caption, "wide_font", lambda: "font.ttf")
    assert caption.title(korean, "ulsan") == ("울산", "font.ttf")


def test_a_number_and_its_unit_stay_on_one_line():
    lines = letters.wrapped("coolest 18.2 °C  ·  stored 95 W  ·  outlets up to 39.3 °C", 12.0, 90.0, 9)
    assert len(lines) > 3
    assert not any(line.lstrip().startswith(("°C", "W")) for line in lines)
