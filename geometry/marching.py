"""Exact integrals of a linearly interpolated signed distance over tetrahedra and triangles.

Marching tetrahedra: inside a simplex the interpolated distance is linear, so its zero set is a plane (a
line on a face) and the open part is a polyhedron (a polygon) with closed-form volume and centroid. Boxes
are divided into six tetrahedra around their main diagonal (Kuhn's division). Two neighbouring boxes then
divide their common face along the same diagonal. Faces are divided along it here too, so that apertures and
volumes agree.
Reference: A. Doi, A. Koide, An efficient method of triangulating equi-valued surfaces by using tetrahedral
cells, IEICE Transactions E74 (1991) 214-224.

A value of exactly zero is on the wall, and counts as outside.
"""

from __future__ import annotations

from itertools import permutations, product

import numpy as np

# Corners of the unit box in the order of a C-ordered 2 x 2 x 2 block, and of the unit square.
BOX_CORNERS = np.array(list(product((0, 1), repeat=3)), dtype=float)
SQUARE_CORNERS = np.array(list(product((0, 1), repeat=2)), dtype=float)


def _kuhn(dimension: int) -> np.ndarray:
    """Corner indices of the simplices of a box: one path along the edges for each order of the axes."""
    weights = 2 ** np.arange(dimension)[::-1]
    simplices = []
    for order in permutations(range(dimension)):
        corner, path = 0, [0]
        for axis in order:
            corner += int(weights[axis])
            path.append(corner)
        simplices.append(path)
    return np.array(simplices)


BOX_TETRAHEDRA = _kuhn(3)
SQUARE_TRIANGLES = _kuhn(2)


def cut_boxes(values: np.ndarray, size: np.ndarray) -> tuple[np.ndarray, ...]:
    """Open volume and wall of boxes with corner distances `values (n, 8)` and edge lengths `size (n, 3)`.

    Returns the open volume (n,), its first moment (n, 3), the wall area (n,) and its first moment (n, 3), the
    moments about each box's lower corner.
    """
    corner_values = values[:, BOX_TETRAHEDRA]  # (n, 6, 4)
    inside = (corner_values < 0).sum(axis=-1)
    tet_volume = np.prod(size, axis=1) / 6.0
    centres = BOX_CORNERS[BOX_TETRAHEDRA].mean(axis=1)  # (6, 3), in units of the box

    whole = inside == 4
    volume = whole.sum(axis=1) * tet_volume
    moment = (whole @ centres) * (tet_volume[:, None] * size)
    area, area_moment = np.zeros(len(values)), np.zeros((len(values), 3))

    box, tet = np.nonzero((inside > 0) & ~whole)
    if box.size:
        v, p = _sorted_simplices(corner_values[box, tet], BOX_CORNERS[BOX_TETRAHEDRA][tet])
        parts = _cut_tetrahedra(v, p, inside[box, tet], size[box])
        count = len(values)
        volume += np.bincount(box, parts[0] * tet_volume[box], count)
        moment += _bincount_rows(box, parts[1] * (tet_volume[box, None] * size[box]), count)
        area += np.bincount(box, parts[2], count)
        area_moment += _bincount_rows(box, parts[3] * size[box], count)
    return volume, moment, area, area_moment


def cut_rectangles(values: np.ndarray, size: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Open area (n,) and its moment (n, 2) of rectangles: distances `values (n, 4)`, sides `size (n, 2)`.

    The moment is about the lower corner.
    """
    corner_values = values[:, SQUARE_TRIANGLES]  # (n, 2, 3)
    inside = (corner_values < 0).sum(axis=-1)
    triangle_area = 0.5 * np.prod(size, axis=1)
    centres = SQUARE_CORNERS[SQUARE_TRIANGLES].mean(axis=1)

    whole = inside == 3
    area = whole.sum(axis=1) * triangle_area
    moment = (whole @ centres) * (triangle_area[:, None] * size)
    rectangle, triangle = np.nonzero((inside > 0) & ~whole)
    if rectangle.size:
        v, p = _sorted_simplices(corner_values[rectangle, triangle], SQUARE_CORNERS[SQUARE_TRIANGLES][triangle])
        share, share_moment = _cut_triangles(v, p, inside[rectangle, triangle])
        scale = triangle_area[rectangle]
        area += np.bincount(rectangle, share * scale, len(values))
        moment += _bincount_rows(rectangle, share_moment * (scale[:, None] * size[rectangle]), len(values))
    return area, moment


def _bincount_rows(owner: np.ndarray, rows: np.ndarray, count: int) -> np.ndarray:
    return np.stack([np.bincount(owner, rows[:, i], count) for i in range(rows.shape[1])], axis=1)


def _sorted_simplices(values: np.ndarray, points: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Corners of each simplex in the order of rising distance: the inside ones come first."""
    order = np.argsort(values, axis=1)
    return np.take_along_axis(values, order, axis=1), np.take_along_axis(points, order[..., None], axis=1)


def _crossing(v: np.ndarray, p: np.ndarray, i: int, j: int) -> tuple[np.ndarray, np.ndarray]:
    """Share and point at which the distance vanishes between the inside corner i and the outside corner j."""
    share = v[:, i] / (v[:, i] - v[:, j])
    return share, p[:, i] + share[:, None] * (p[:, j] - p[:, i])


def _cut_tetrahedra(
    v: np.ndarray, p: np.ndarray, inside: np.ndarray, size: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray, np.ndarray]:
    """Open share and its moment, wall area and its moment, of tetrahedra with 1, 2 or 3 corners inside.

    Shares are of the whole tetrahedron and points are in units of the box; the wall area is true area.
    """
    share, moment = np.empty(len(v)), np.empty((len(v), 3))
    area, area_moment = np.empty(len(v)), np.empty((len(v), 3))

    def store(at: np.ndarray, result: tuple[np.ndarray, ...]) -> None:
        share[at], moment[at], area[at], area_moment[at] = result

    one, two, three = (np.flatnonzero(inside == count) for count in (1, 2, 3))
    store(one, _tip(v[one], p[one], 0, (1, 2, 3), size[one]))
    store(two, _wedge(v[two], p[two], size[two]))
    # Three corners inside: the whole less the outside tip at the last corner.
    tip, tip_moment, tip_area, tip_area_moment = _tip(v[three], p[three], 3, (0, 1, 2), size[three])
    store(three, (1.0 - tip, p[three].mean(axis=1) - tip_moment, tip_area, tip_area_moment))
    return share, moment, area, area_moment


def _tip(
    v: np.ndarray, p: np.ndarray, apex: int, base: tuple[int, int, int], size: np.ndarray
) -> tuple[np.ndarray, ...]:
    """The small tetrahedron that the plane cuts off around one corner."""
    (s0, q0), (s1, q1), (s2, q2) = (_crossing(v, p, apex, other) for other in base)
    share = s0 * s1 * s2
    moment = share[:, None] * (p[:, apex] + q0 + q1 + q2) / 4.0
    area, area_moment = _triangle(q0, q1, q2, size)
    return share, moment, area, area_moment


def _wedge(v: np.ndarray, p: np.ndarray, size: np.ndarray) -> tuple[np.ndarray, ...]:
    """The part around the edge of the inside corners a, b opposite the outside c, d, as three tetrahedra."""
    (ac, q_ac), (ad, q_ad) = _crossing(v, p, 0, 2), _crossing(v, p, 0, 3)
    (bc, q_bc), (bd, q_bd) = _crossing(v, p, 1, 2), _crossing(v, p, 1, 3)
    # Shares of the whole: the determinants of the corners' barycentric coordinates.
    shares = (ac * ad, ac * bd * (1.0 - ad), bc * bd * (1.0 - ac))
    corners = ((p[:, 0], q_ac, q_ad, p[:, 1]), (q_ac, q_ad, p[:, 1], q_bd), (q_ac, p[:, 1], q_bc, q_bd))
    share = sum(shares)
    moment = sum(s[:, None] * sum(c) / 4.0 for s, c in zip(shares, corners, strict=True))
    area_1, moment_1 = _triangle(q_ac, q_ad, q_bd, size)
    area_2, moment_2 = _triangle(q_ac, q_bd, q_bc, size)
    return share, moment, area_1 + area_2, moment_1 + moment_2


def _triangle(a: np.ndarray, b: np.ndarray, c: np.ndarray, size: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """True area of a triangle given in units of the box, and its moment in those units."""
    x1, y1, z1 = ((b - a) * size).T
    x2, y2, z2 = ((c - a) * size).T
    area = 0.5 * np.sqrt((y1 * z2 - z1 * y2) ** 2 + (z1 * x2 - x1 * z2) ** 2 + (x1 * y2 - y1 * x2) ** 2)
    return area, area[:, None] * (a + b + c) / 3.0


def _cut_triangles(v: np.ndarray, p: np.ndarray, inside: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Open share of triangles with 1 or 2 corners inside, and its moment."""
    one = inside == 1
    apex_first = np.where(one[:, None], v, v[:, ::-1])
    points = np.where(one[:, None, None], p, p[:, ::-1])
    (s0, q0), (s1, q1) = _crossing(apex_first, points, 0, 1), _crossing(apex_first, points, 0, 2)
    tip = s0 * s1
    tip_moment = tip[:, None] * (points[:, 0] + q0 + q1) / 3.0
    share = np.where(one, tip, 1.0 - tip)
    return share, np.where(one[:, None], tip_moment, p.mean(axis=1) - tip_moment)
