"""Planes that lie close merge onto the heaviest of them, in order, never by more than they may."""

import numpy as np
import pytest

from jamsu.geometry.merging import merge_planes


def merged(planes, weights=None, fixed=(), nearest=0.1, allowed=lambda members, place: True):
    n = len(planes)
    planes, weights = [float(x) for x in planes], [float(x) for x in weights or [1.0] * n]
    return merge_planes(planes, weights, [i in fixed for i in range(n)], lambda x: nearest, allowed)


def test_the_lighter_plane_moves():
    np.testing.assert_array_equal(merged([0, 1.0, 1.05, 2], [1, 1, 5, 1]), [0, 1.05, 1.05, 2])
    np.testing.assert_array_equal(merged([0, 1.0, 1.05, 2], [1, 5, 1, 1]), [0, 1.0, 1.0, 2])


def test_a_fixed_plane_stays_and_two_of_them_do_not_merge():
    np.testing.assert_array_equal(merged([0, 0.05, 2], [1, 100, 1], fixed=(0, 2)), [0, 0, 2])
    np.testing.assert_array_equal(merged([0, 0.05, 2], fixed=(0, 1, 2)), [0, 0.05, 2])


def test_planes_as_far_apart_as_asked_stay():
    np.testing.assert_array_equal(merged([0, 0.1, 0.2]), [0, 0.1, 0.2])


def test_what_is_not_allowed_stays_and_the_rest_merges():
    planes = [0, 0.05, 0.12, 1.0]
    found = merged(planes, allowed=lambda members, place: not {0, 1} <= set(members))
    np.testing.assert_array_equal(found, [0, 0.05, 0.05, 1.0])


def test_another_place_is_taken_where_the_best_is_not_allowed():
    found = merged([0, 1.0, 1.05, 2], [1, 5, 1, 1], allowed=lambda members, place: place != 1.0)
    np.testing.assert_array_equal(found, [0, 1.05, 1.05, 2])


@pytest.mark.parametrize("seed", range(8))
def test_random_planes_keep_their_order_and_move_little(seed):
    random = np.random.default_rng(seed)
    planes = np.sort(random.uniform(0, 3, 60)).tolist()
    found = merged(planes, random.uniform(0, 1, 60).tolist())
    assert np.all(np.diff(found) >= 0)
    assert np.abs(found - planes).max() < 0.1
    assert set(found) <= set(planes)
    # Whatever is still close could only merge by moving a plane further than that.
    apart = np.diff(np.unique(found))
    assert np.sum(apart < 0.1) < 0.3 * apart.size
    assert len(np.unique(found)) < 40
