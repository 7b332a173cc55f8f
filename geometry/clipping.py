"""Exact integrals where several surfaces meet: simplices split by each interpolated leaf in turn.

After the splits every piece lies on one side of every leaf, so edges and corners between the leaves come
out exactly, not rounded as by the interpolation of the combined distance. This is slower than
`jamsu.geometry.marching`, and needed only in the few cells along sharp edges.
"""

from __future__ import annotations

import numpy as np

from jamsu.geometry.marching import BOX_CORNERS, BOX_TETRAHEDRA, SQUARE_CORNERS, SQUARE_TRIANGLES

# A prism between the triangles 0 1 2 and 3 4 5, as three tetrahedra.
_PRISM = ((0, 1, 2, 5), (0, 1, 4, 5), (0, 3, 4, 5))


def clip_boxes(values: np.ndarray, size: np.ndarray, table: np.ndarray) -> tuple[np.ndarray, ...]:
    """Open volume, its moment, wall area and its moment, of boxes with distances `values (n, 8, leaves)`.

    `table`: see `jamsu.geometry.regions.Region`. Moments are about each box's lower corner, as in `cut_boxes`.
    """
    count, leaves = len(values), values.shape[2]
    owner = np.repeat(np.arange(count), len(BOX_TETRAHEDRA))
    points = (BOX_CORNERS[BOX_TETRAHEDRA] * size[:, None, None, None, :].swapaxes(1, 2)).reshape(-1, 4, 3)
    # Each row is a corner: its three coordinates, then the distances of the leaves, all linear in the
    # tetrahedron.
    corners = np.concatenate([points, values[:, BOX_TETRAHEDRA].reshape(-1, 4, leaves)], axis=2)

    pieces, piece_owner = corners, owner
    for leaf in range(leaves):
        pieces, piece_owner = _split_tetrahedra(pieces, piece_owner, 3 + leaf)
    open_ = table[_codes(pieces)]
    pieces, piece_owner = pieces[open_], piece_owner[open_]
    a, b, c = (pieces[:, i, :3] - pieces[:, 0, :3] for i in (1, 2, 3))
    measure = np.abs(np.einsum("ni,ni->n", a, np.cross(b, c))) / 6.0
    volume, moment = _sums(piece_owner, measure, pieces, count)
    area, area_moment = np.zeros(count), np.zeros((count, 3))
    for leaf in range(leaves):
        wall, wall_owner = _wall_of(corners, owner, leaf, table)
        leaf_area, leaf_moment = _sums(wall_owner, _triangle_areas(wall), wall, count)
        area, area_moment = area + leaf_area, area_moment + leaf_moment
    return volume, moment, area, area_moment


def clip_rectangles(values: np.ndarray, size: np.ndarray, table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Open area and moment (n, 2) of rectangles, distances `values (n, 4, leaves)`, sides `size (n, 2)`."""
    count, leaves = len(values), values.shape[2]
    piece_owner = np.repeat(np.arange(count), len(SQUARE_TRIANGLES))
    points = np.zeros((len(piece_owner), 3, 3))
    points[..., :2] = (SQUARE_CORNERS[SQUARE_TRIANGLES] * size[:, None, None, :]).reshape(-1, 3, 2)
    pieces = np.concatenate([points, values[:, SQUARE_TRIANGLES].reshape(-1, 3, leaves)], axis=2)
    for leaf in range(leaves):
        pieces, piece_owner = _split_triangles(pieces, piece_owner, 3 + leaf)
    open_ = table[_codes(pieces)]
    pieces, piece_owner = pieces[open_], piece_owner[open_]
    area, moment = _sums(piece_owner, _triangle_areas(pieces), pieces, count)
    return area, moment[:, :2]


def _sums(owner: np.ndarray, measure: np.ndarray, pieces: np.ndarray, count: int) -> tuple[np.ndarray, np.ndarray]:
    centre = pieces[..., :3].mean(axis=1)
    moment = [np.bincount(owner, measure * centre[:, i], count) for i in range(3)]
    return np.bincount(owner, measure, count), np.stack(moment, axis=1)


def _triangle_areas(pieces: np.ndarray) -> np.ndarray:
    a, b = pieces[:, 1, :3] - pieces[:, 0, :3], pieces[:, 2, :3] - pieces[:, 0, :3]
    return 0.5 * np.linalg.norm(np.cross(a, b), axis=1)


def _codes(pieces: np.ndarray) -> np.ndarray:
    """Table index of each piece. Corners on a leaf hold zero, so the sum has the sign of the inside."""
    inside = pieces[..., 3:].sum(axis=1) < 0
    return inside @ (1 << np.arange(inside.shape[1]))


def _crossing(pieces: np.ndarray, inner: int, outer: int, column: int) -> np.ndarray:
    a, b = pieces[:, inner], pieces[:, outer]
    point = a + (a[:, column] / (a[:, column] - b[:, column]))[:, None] * (b - a)
    point[:, column] = 0.0
    return point


def _sorted(pieces: np.ndarray, column: int) -> tuple[np.ndarray, np.ndarray]:
    """Pieces with their corners in the order of rising distance, and how many of them are inside."""
    order = np.argsort(pieces[..., column], axis=1)
    return np.take_along_axis(pieces, order[..., None], axis=1), (pieces[..., column] < 0).sum(axis=1)


def _split_tetrahedra(pieces: np.ndarray, owner: np.ndarray, column: int) -> tuple[np.ndarray, np.ndarray]:
    """Splits the tetrahedra that the leaf in `column` crosses into tetrahedra on either side of it."""
    crossed = (pieces[..., column].min(axis=1) < 0) & (pieces[..., column].max(axis=1) > 0)
    parts, owners = [pieces[~crossed]], [owner[~crossed]]
    ordered, inside = _sorted(pieces[crossed], column)
    owner = owner[crossed]

    def keep(corners: tuple[np.ndarray, ...], at: np.ndarray) -> None:
        parts.append(np.stack(corners, axis=1))
        owners.append(owner[at])

    def keep_prism(corners: tuple[np.ndarray, ...], at: np.ndarray) -> None:
        for tetrahedron in _PRISM:
            keep(tuple(corners[i] for i in tetrahedron), at)

    for count, apex, base in ((1, 0, (1, 2, 3)), (3, 3, (0, 1, 2))):
        at = np.flatnonzero(inside == count)
        p = ordered[at]
        cuts = [_crossing(p, apex, other, column) for other in base]
        keep((p[:, apex], cuts[0], cuts[1], cuts[2]), at)
        keep_prism((*cuts, p[:, base[0]], p[:, base[1]], p[:, base[2]]), at)
    at = np.flatnonzero(inside == 2)
    p = ordered[at]
    ac, ad, bc, bd = (_crossing(p, i, j, column) for i, j in ((0, 2), (0, 3), (1, 2), (1, 3)))
    keep_prism((p[:, 0], ac, ad, p[:, 1], bc, bd), at)
    keep_prism((p[:, 2], ac, bc, p[:, 3], ad, bd), at)
    return np.concatenate(parts), np.concatenate(owners)


def _split_triangles(pieces: np.ndarray, owner: np.ndarray, column: int) -> tuple[np.ndarray, np.ndarray]:
    """Splits the triangles that the leaf in `column` crosses into triangles on either side of it."""
    crossed = (pieces[..., column].min(axis=1) < 0) & (pieces[..., column].max(axis=1) > 0)
    parts, owners = [pieces[~crossed]], [owner[~crossed]]
    ordered, inside = _sorted(pieces[crossed], column)
    owner = owner[crossed]
    for count, apex, (i, j) in ((1, 0, (1, 2)), (2, 2, (0, 1))):
        at = np.flatnonzero(inside == count)
        p = ordered[at]
        first, second = _crossing(p, apex, i, column), _crossing(p, apex, j, column)
        for corners in ((p[:, apex], first, second), (first, second, p[:, i]), (second, p[:, j], p[:, i])):
            parts.append(np.stack(corners, axis=1))
            owners.append(owner[at])
    return np.concatenate(parts), np.concatenate(owners)


def _wall_of(corners: np.ndarray, owner: np.ndarray, leaf: int, table: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Triangles of the wall that lie on `leaf`, from whole tetrahedra.

    Where several leaves lie on the same surface, the first of the leaves that face the same way takes the wall; a leaf
    that faces the other way is another wall, back to back.
    """
    column = 3 + leaf
    crossed = (corners[..., column].min(axis=1) < 0) & (corners[..., column].max(axis=1) >= 0)
    ordered, inside = _sorted(corners[crossed], column)
    # Whether every leaf's gradient has this one's direction or the opposite one: where leaves coincide it has either.
    facing = np.sign(np.einsum("nci,nc->ni", ordered[..., 3:], ordered[..., column]))
    owner = owner[crossed]
    triangles, parents = _zero_triangles(ordered, inside, column)
    for other in range(corners.shape[2] - 3):
        if other != leaf:
            triangles, parents = _split_triangles(triangles, parents, 3 + other)

    values = triangles[..., 3:]
    scale = 1e-9 * np.abs(corners[..., 3:]).max()
    coincident = np.all(np.abs(values) <= scale, axis=1)
    same = coincident & (facing[parents] > 0)
    same[:, leaf] = True
    bits = 1 << np.arange(values.shape[2])
    elsewhere = (values.sum(axis=1) < 0) & ~coincident & ~same
    behind, before = table[(elsewhere | same) @ bits], table[elsewhere @ bits]
    first = same.argmax(axis=1) == leaf
    wall = behind & ~before & first
    return triangles[wall], owner[parents[wall]]


def _zero_triangles(ordered: np.ndarray, inside: np.ndarray, column: int) -> tuple[np.ndarray, np.ndarray]:
    """The triangles on which the leaf in `column` vanishes, and the indices of their tetrahedra."""
    triangles, parents = [], []
    for count, apex, base in ((1, 0, (1, 2, 3)), (3, 3, (0, 1, 2))):
        at = np.flatnonzero(inside == count)
        triangles.append(np.stack([_crossing(ordered[at], apex, other, column) for other in base], axis=1))
        parents.append(at)
    at = np.flatnonzero(inside == 2)
    ac, ad, bc, bd = (_crossing(ordered[at], i, j, column) for i, j in ((0, 2), (0, 3), (1, 2), (1, 3)))
    for corners in ((ac, ad, bd), (ac, bd, bc)):
        triangles.append(np.stack(corners, axis=1))
        parents.append(at)
    return np.concatenate(triangles), np.concatenate(parents)
