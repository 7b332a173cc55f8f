"""Paths of the gas: where they start and where they end."""

import numpy as np
import pytest
from synthetic import LENGTH, RADIUS, synthetic_result

from jamsu.viz import streamlines
from jamsu.viz.scene import read_scene
from jamsu.viz.wishes import Slice

PANEL = """
[panels.screen]
position = "0.1, -1.2, 0 m"
size = "5.8, 0.6, 0 m"
open_fraction = {share}
"""


LOW = Slice(2, -RADIUS + 0.05)  # a level slice so low that it hides no path


@pytest.fixture(scope="module")
def scene():
    return read_scene(synthetic_result(), "temperature", plane=LOW)


def inside(points, item, slack=1e-6):
    return np.all((points > item.lower + slack) & (points < item.upper - slack), axis=1)


def with_racks(**changes):
    tree = synthetic_result()
    racks = tree["racks"].to_dataset()
    tree["racks"].dataset = racks.assign({name: change(racks[name]) for name, change in changes.items()})
    return tree


def test_paths_start_behind_the_doors_of_the_racks(scene):
    starts = streamlines.seeds(scene)
    door = next(fixture for fixture in scene.fixtures if fixture.kind == "coil")
    for rack in scene.racks:
        own = starts[(starts[:, 0] > rack.lower[0]) & (starts[:, 0] < rack.upper[0])]
        assert len(own) >= 4
        assert np.all((own[:, 2] > rack.lower[2]) & (own[:, 2] < rack.upper[2]))
    # The synthetic coils stand 50 mm behind the racks, so they are no doors.
    np.testing.assert_allclose(starts[:, 1], scene.racks[0].upper[1] + streamlines.GAP)
    tree = synthetic_result()
    coils = tree["coils"].to_dataset()
    tree["coils"].dataset = coils.assign(lower=coils["lower"] - [0, 0.05, 0], upper=coils["upper"] - [0, 0.05, 0])
    np.testing.assert_allclose(
        streamlines.seeds(read_scene(tree, "temperature", plane=LOW))[:, 1], door.upper[1] - 0.05 + streamlines.GAP
    )


def test_racks_that_face_the_other_way_let_gas_out_at_the_other_side():
    tree = with_racks(front=lambda front: front.copy(data=["+y"] * 3))
    scene = read_scene(tree, "temperature", plane=LOW)
    np.testing.assert_allclose(streamlines.seeds(scene)[:, 1], scene.racks[0].lower[1] - streamlines.GAP)


def test_no_path_starts_where_no_gas_passes():
    tree = with_racks(inlet_temperature=lambda inlet: inlet.where(inlet["unit"] >= 4))  # the upper half only
    scene = read_scene(tree, "temperature", plane=LOW)
    assert streamlines.seeds(scene)[:, 2].min() > scene.racks[0].centre[2]


def test_paths_stay_in_the_vessel_and_end_at_racks(scene):
    lines = streamlines.streamlines(scene)
    points = np.asarray(lines.points)
    assert lines.n_lines >= 0.5 * len(streamlines.seeds(scene))  # the swirl enters the upper halves from behind
    assert np.hypot(points[:, 1], points[:, 2]).max() < RADIUS * 1.001
    assert points[:, 0].min() > -1e-6
    assert points[:, 0].max() < LENGTH + 1e-6
    for rack in scene.racks:
        assert not inside(points, rack).any()
    ends = np.array([points[path[-1]] for path in streamlines.paths(lines)])
    reach = [np.any(np.all((ends > r.lower - 0.15) & (ends < r.upper + 0.15), axis=1)) for r in scene.racks]
    assert any(reach)  # the swirl carries gas from the rears round to the fronts


def test_paths_hit_the_hull_and_go_on_along_it():
    tree = synthetic_result()
    interior = tree["interior"].to_dataset()
    rest = interior["velocity_x"] * 0
    gas = interior["open_fraction"] > 0
    tree["interior"].dataset = interior.assign(  # one wind, to the hull behind the racks and upwards
        velocity_x=rest, velocity_y=(rest + 1.0).where(gas, 0.0), velocity_z=(rest + 0.5).where(gas, 0.0)
    )
    lines = streamlines.streamlines(read_scene(tree, "temperature", plane=LOW))
    points = np.asarray(lines.points)
    radius = np.hypot(points[:, 1], points[:, 2])
    assert radius.max() < RADIUS * 1.001
    ends = np.array([points[path[-1]] for path in streamlines.paths(lines)])
    assert np.hypot(ends[:, 1], ends[:, 2]).min() > 0.85 * RADIUS
    # Along the hull from wherever it is met to where the wind stands straight on it: atan(0.5 / 1.0).
    assert np.arctan2(ends[:, 2], ends[:, 1]) == pytest.approx(np.arctan2(0.5, 1.0), abs=0.15)


@pytest.mark.parametrize(("share", "crossed"), [(0.0, False), (0.4, True)])
def test_paths_pass_perforated_panels_and_no_closed_ones(share, crossed):
    tree = synthetic_result()
    tree.attrs["case"] = PANEL.format(share=share)
    scene = read_scene(tree, "temperature", plane=LOW)
    lines = streamlines.streamlines(scene)
    points = np.asarray(lines.points)
    passes = False
    for path in streamlines.paths(lines):
        before, after = points[path[:-1]], points[path[1:]]
        middle = (before + after) / 2
        passes |= bool(np.any((before[:, 2] * after[:, 2] < 0) & (middle[:, 1] > -1.2) & (middle[:, 1] < -0.6)))
    assert passes == crossed


def test_no_path_starts_or_goes_on_below_the_slice_that_would_hide_it():
    scene = read_scene(synthetic_result(), "temperature")
    level = scene.cut.origin[2]
    assert streamlines.seeds(scene)[:, 2].min() > level
    assert np.asarray(streamlines.streamlines(scene).points)[:, 2].min() >= level


@pytest.mark.parametrize("view", ["side", "section", "top"])
def test_arrows_within_a_slice_start_and_stay_off_walls_and_machines(view):
    scene = read_scene(synthetic_result(), "temperature", view)
    points = streamlines.seeds(scene)
    assert len(points) > 40
    reach = 0.9 * streamlines.CLEAR * 2 * RADIUS
    assert np.hypot(points[:, 1], points[:, 2]).max() < RADIUS - 0.5 * reach
    for machine in (*scene.racks, *scene.fixtures):
        for axis in np.flatnonzero(np.abs(scene.cut.normal) < 0.5):
            for shift in (-reach, reach):
                assert not inside(points + shift * np.eye(3)[axis], machine).any()
    drawn = np.asarray(streamlines.streamlines(scene).points)
    assert np.hypot(drawn[:, 1], drawn[:, 2]).max() < RADIUS - 0.2 * reach


def test_every_path_has_its_start(scene):
    lines = streamlines.streamlines(scene)
    starts = np.asarray(streamlines.starts_of(lines).points)
    firsts = np.array([np.asarray(lines.points)[path[0]] for path in streamlines.paths(lines)])
    np.testing.assert_array_equal(starts, firsts)


def test_arrowheads_point_downstream(scene):
    lines = streamlines.streamlines(scene)
    heads = streamlines.arrowheads(lines, 0.05)
    assert heads.n_cells > 0
    assert "temperature" in heads.point_data
    assert streamlines.arrowheads(lines, 100.0) is None  # no path is long enough for that
    gas = heads.sample(scene.grid.cell_data_to_point_data())["vectors"]
    along = np.sum(np.asarray(gas) * np.asarray(heads.point_data["GlyphVector"]), axis=1)
    assert np.mean(along[np.linalg.norm(gas, axis=1) > 0.1] > 0) > 0.95
