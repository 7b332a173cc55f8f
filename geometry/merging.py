"""Planes of the grid that lie too close for a cell between them, merged into one."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import numpy as np

Members = tuple[int, ...]


def merge_planes(
    planes: Sequence[float],
    weights: Sequence[float],
    fixed: Sequence[bool],
    nearest: Callable[[float], float],
    allowed: Callable[[Members, float], bool],
) -> np.ndarray:
    """New positions (n,) of `planes (n,)`, m: those nearer to each other than `nearest` are equal where they may be.

    The two nearest neighbours merge first, again and again. They come to lie on the heaviest of their planes that is
    `allowed`, or on a fixed one, and no plane moves by `nearest` or more. The order of planes stays, so intervals
    between planes never begin to overlap.

    Args:
      planes: rising positions, m.
      weights: what it costs to move each plane (such as the area of the faces on it).
      fixed: whether a plane must stay.
      nearest: function of a position, m; returns the distance below which two planes there are one, m.
      allowed: function of the numbers of planes and of the position that they would share.
    """
    groups: list[Members] = [(i,) for i in range(len(planes))]
    places = [float(plane) for plane in planes]
    refused: set[Members] = set()
    while True:
        close = sorted(_close(groups, places, nearest, refused))
        if not close:
            break
        k = close[0][1]
        members = groups[k] + groups[k + 1]
        most = nearest(0.5 * (places[k] + places[k + 1]))
        for place in _candidates(members, planes, weights, fixed):
            if all(abs(planes[i] - place) < most for i in members) and allowed(members, place):
                groups[k : k + 2], places[k : k + 2] = [members], [place]
                break
        else:
            refused.add(members)
    found = np.empty(len(planes))
    for members, place in zip(groups, places, strict=True):
        found[list(members)] = place
    return found


def _close(
    groups: list[Members], places: list[float], nearest: Callable[[float], float], refused: set[Members]
) -> Iterator[tuple[float, int]]:
    """Distance and number of each group that may merge with the next one."""
    for k in range(len(groups) - 1):
        apart = places[k + 1] - places[k]
        near = apart < nearest(0.5 * (places[k] + places[k + 1])) * (1 - 1e-9)
        if near and groups[k] + groups[k + 1] not in refused:
            yield apart, k


def _candidates(
    members: Members, planes: Sequence[float], weights: Sequence[float], fixed: Sequence[bool]
) -> list[float]:
    """Where merged planes may lie, the best first; nowhere if two of them must stay."""
    held = [float(planes[i]) for i in members if fixed[i]]
    if held:
        return held if len(held) == 1 else []
    return [float(planes[i]) for i in sorted(members, key=lambda i: (-weights[i], i))]
