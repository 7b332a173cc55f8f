"""Signed distances: sign, size, bounds, and the agreement of a shape with its leaves."""

import numpy as np
import pytest
from scipy.spatial.transform import Rotation
from turned import Turned

from jamsu.geometry.shapes import Box, Cylinder, Plane, Shape, Sphere, Union

TURN = Rotation.from_euler("xyz", (0.3, -0.7, 1.1)).as_matrix()
BOX = Box((-0.5, -0.4, -0.3), (0.5, 0.4, 0.3))
CYLINDER = Cylinder((-0.4, -0.2, 0.1), (0.5, 0.3, 0.2), 0.3)
SPHERE = Sphere((0.2, 0.1, 0.0), 0.45)
SHAPES: dict[str, Shape] = {
    "box": BOX,
    "cylinder": CYLINDER,
    "sphere": SPHERE,
    "plane": Plane((0.1, 0.0, 0.0), (1.0, 2.0, -1.0)),
    "union": BOX | SPHERE,
    "intersection": BOX & SPHERE,
    "difference": BOX - (CYLINDER | Sphere((0.5, 0.4, 0.3), 0.2)),
    "turned": Turned(BOX - CYLINDER, TURN, (0.1, -0.2, 0.05)),
}


@pytest.mark.parametrize("name", SHAPES)
def test_leaves_combine_to_the_same_inside(name):
    points = np.random.default_rng(3).uniform(-1.0, 1.0, (4000, 3))
    shape = SHAPES[name]
    values = np.stack([leaf(points) for leaf in shape.leaves()], axis=-1)
    distance = shape(points)
    np.testing.assert_array_equal(shape.combine(values) < 0, distance < 0)
    assert 0 < np.mean(distance < 0) < 1
    lower, upper = shape.bounds()
    inside = points[distance < 0]
    assert np.all(inside >= lower)
    assert np.all(inside <= upper)


@pytest.mark.parametrize("name", SHAPES)
def test_settled_leaves_leave_the_answer_alone(name):
    """Whatever the unknown leaves turn out to be, the answer from the settled sides is the same."""
    random, shape = np.random.default_rng(11), SHAPES[name]
    sides = random.integers(-1, 2, (2000, shape.leaf_count))
    settled = shape.settled(sides)
    guess = random.choice([-1, 1], sides.shape)
    before, after = np.where(sides == 0, guess, sides), np.where(settled == 0, guess, settled)
    np.testing.assert_array_equal(shape.combine(before), shape.combine(after))
    known = shape.combine(sides) != 0
    assert np.all(settled[known] == shape.combine(sides)[known, None])


@pytest.mark.parametrize("name", SHAPES)
def test_distance_never_exceeds_the_true_one(name):
    """A change of the distance is at most the way between two points: what lets far cells be skipped."""
    random = np.random.default_rng(5)
    points = random.uniform(-1.0, 1.0, (4000, 3))
    step = random.normal(size=(4000, 3)) * 0.1
    change = np.abs(SHAPES[name](points + step) - SHAPES[name](points))
    assert np.all(change <= np.linalg.norm(step, axis=1) * (1 + 1e-9))


def test_known_distances():
    assert SPHERE(np.array([0.2, 0.1, 1.0])) == pytest.approx(0.55)
    assert BOX(np.array([0.8, 0.8, 0.0])) == pytest.approx(0.5)
    assert BOX(np.zeros(3)) == pytest.approx(-0.3)
    tube = Cylinder((0.0, 0.0, 0.0), (0.0, 0.0, 2.0), 0.5)
    assert tube(np.array([0.0, 0.0, 0.2])) == pytest.approx(-0.2)
    assert tube(np.array([[0.8, 0.0, 2.4]])) == pytest.approx(0.5)
    assert Plane((0.0, 0.0, 1.0), (0.0, 0.0, 2.0))(np.array([5.0, 5.0, 0.25])) == pytest.approx(-0.75)


def test_transform_moves_the_inside():
    moved = Turned(BOX, TURN, (1.0, 2.0, 3.0))
    corner = TURN @ np.array([0.49, 0.39, 0.29]) + np.array([1.0, 2.0, 3.0])
    assert moved(corner) == pytest.approx(-0.01)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Sphere((0, 0, 0), -1.0), "Sphere radius"),
        (lambda: Cylinder((0, 0, 0), (0, 0, 0), 1.0), "Cylinder length"),
        (lambda: Box((0, 0, 0), (1, 0, 1)), "must exceed lower"),
        (lambda: Plane((0, 0, np.nan), (0, 0, 1)), "Plane point"),
        (lambda: Turned(BOX, np.diag([1.0, 1.0, 2.0])), "orthogonal"),
        (lambda: Union(()), "at least one part"),
    ],
)
def test_bad_shapes_are_refused(make, message):
    with pytest.raises(ValueError, match=message):
        make()
