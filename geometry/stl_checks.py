"""What a triangulated surface encloses: whether it is closed, how many skins it has, whether it crosses itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    import pyvista as pv

# Share of the outer skin's volume: a hull's inner skin holds more (0.51: a sphere with a wall of a fifth its radius).
LEAST_CAVITY = 0.5
# Volume over area^1.5 (a sphere: 0.094): below, the surface is a sheet that lies on itself.
FLAT = 1e-5
# A crossing cuts many edges, so that some of a large mesh's edges find it; 30,000 take about a second.
MOST_EDGES = 30_000
# Share of the surface's extent: nearer things only touch, as a corner on another triangle's edge (single precision).
TOUCH = 1e-6


def gas_surface(points: np.ndarray, triangles: np.ndarray) -> tuple[np.ndarray, tuple[str, ...]]:
    """The triangles around the gas, with normals out of it, and remarks on them.

    A single closed surface is taken as it is. Two, one inside the other, are the two skins of a hull, as CAD programs
    export it: the inner is taken. Triangles may be turned either way and may be listed twice.

    Args:
      points: (n, 3), m, no two at one place.
      triangles: (m, 3) indices of points.

    Returns:
      triangles (k, 3), counter-clockwise seen from outside the gas, and notes, one line each.

    Raises:
      ValueError: the surface is open, crosses itself, encloses nothing, cannot have an outside, or is several
        bodies.
    """
    triangles, notes = _without_repetitions(triangles)
    _check_edges(triangles)
    bodies = [_outward(points, _consistent(points, body)) for body in _bodies(triangles)]
    bodies.sort(key=lambda body: -volume(points, body))
    for body in bodies:
        if volume(points, body) < FLAT * area(points, body) ** 1.5:
            raise ValueError("encloses no volume: expected a closed surface around the gas")
    chosen = bodies[0]
    if len(bodies) > 1:
        chosen = _cavity(points, bodies)
        notes.append(
            f"two skins, one inside the other: the gas is taken to fill the inner one "
            f"({volume(points, chosen):.4g} m3 of {volume(points, bodies[0]):.4g} m3); "
            "what the hull is made of is told by vessel.layers"
        )
    crossing = find_crossing(points, np.concatenate(bodies))
    if crossing is not None:
        place = ", ".join(f"{value:.3g}" for value in crossing)
        raise ValueError(f"the surface crosses itself near {place} m: it has no inside there")
    return chosen, tuple(notes)


def volume(points: np.ndarray, triangles: np.ndarray) -> float:
    """Volume inside a closed surface by the divergence theorem, m3; negative where its normals point inwards."""
    a, b, c = _corners(points - points[triangles[0, 0]], triangles)
    return float(np.sum(a * np.cross(b, c)) / 6)


def area(points: np.ndarray, triangles: np.ndarray) -> float:
    """Area of the triangles, m2."""
    a, b, c = _corners(points, triangles)
    return float(np.sum(np.linalg.norm(np.cross(b - a, c - a), axis=1)) / 2)


def winding_number(points: np.ndarray, triangles: np.ndarray, place: np.ndarray) -> float:
    """How often a closed surface goes round `place` (3,): 1 inside, 0 outside.

    The sum of the triangles' solid angles over 4 pi (A. van Oosterom, J. Strackee, IEEE Trans. Biomedical
    Engineering 30 (1983) 125-126, eq. 8).
    """
    a, b, c = _corners(points - place, triangles)
    la, lb, lc = (np.linalg.norm(corner, axis=1) for corner in (a, b, c))
    dots = [np.sum(first * second, axis=1) for first, second in ((a, b), (b, c), (c, a))]
    above = np.sum(a * np.cross(b, c), axis=1)
    below = la * lb * lc + dots[0] * lc + dots[1] * la + dots[2] * lb
    return float(np.sum(np.arctan2(above, below)) / (2 * np.pi))


def find_crossing(points: np.ndarray, triangles: np.ndarray) -> np.ndarray | None:
    """A place (3,) where an edge passes through a triangle that it does not belong to; None where none is found.

    In a mesh with more than `MOST_EDGES` edges an evenly spaced selection is tried.
    """
    from vtkmodules.vtkCommonCore import vtkIdList, vtkPoints
    from vtkmodules.vtkCommonDataModel import vtkStaticCellLocator

    edges = np.unique(np.sort(_edges(triangles), axis=1), axis=0)
    edges = edges[:: 1 + len(edges) // MOST_EDGES]
    locator = vtkStaticCellLocator()
    locator.SetDataSet(surface(points, triangles))
    locator.BuildLocator()
    hits, places = vtkIdList(), vtkPoints()
    corners = [frozenset(triangle) for triangle in triangles.tolist()]
    touch = TOUCH * float(np.linalg.norm(np.ptp(points, axis=0)))
    starts, ends = points[edges[:, 0]].tolist(), points[edges[:, 1]].tolist()
    for edge, start, end in zip(edges.tolist(), starts, ends, strict=True):
        if locator.IntersectWithLine(start, end, 0.0, places, hits):
            for hit in range(hits.GetNumberOfIds()):
                if corners[hits.GetId(hit)].isdisjoint(edge):
                    place = np.array(places.GetPoint(hit))
                    off_ends = np.linalg.norm(points[edge] - place, axis=1).min()
                    if min(off_ends, _depth(points[triangles[hits.GetId(hit)]], place)) > touch:
                        return place
    return None


def _depth(corners: np.ndarray, place: np.ndarray) -> float:
    """How far inside a triangle (3, 3) a place in its plane is; 0 if the triangle has no area."""
    along = np.roll(corners, -1, axis=0) - corners
    normal = np.cross(along[0], along[1])
    inwards = np.cross(normal, along)
    lengths = np.linalg.norm(inwards, axis=1)
    return float(np.min(np.sum(inwards * (place - corners), axis=1) / lengths)) if lengths.all() else 0.0


def surface(points: np.ndarray, triangles: np.ndarray) -> pv.PolyData:
    """The triangles as VTK's surface."""
    import pyvista as pv

    return pv.PolyData.from_regular_faces(points, triangles)


def _corners(points: np.ndarray, triangles: np.ndarray) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    return points[triangles[:, 0]], points[triangles[:, 1]], points[triangles[:, 2]]


def _edges(triangles: np.ndarray) -> np.ndarray:
    """Edges (3 m, 2) in the direction of their triangles, three after each other for each."""
    return triangles[:, [[0, 1], [1, 2], [2, 0]]].reshape(-1, 2)


def _without_repetitions(triangles: np.ndarray) -> tuple[np.ndarray, list[str]]:
    _, first = np.unique(np.sort(triangles, axis=1), axis=0, return_index=True)
    repeated = len(triangles) - len(first)
    notes = [f"{repeated} of {len(triangles)} triangles are in the file twice: each is taken once"] if repeated else []
    return triangles[np.sort(first)], notes


def _check_edges(triangles: np.ndarray) -> None:
    """Raise ValueError unless two triangles meet at every edge."""
    _, users = np.unique(np.sort(_edges(triangles), axis=1), axis=0, return_counts=True)
    if single := int(np.sum(users == 1)):
        raise ValueError(f"not a closed surface ({single} open edges)")
    if shared := int(np.sum(users > 2)):
        raise ValueError(
            f"more than two triangles meet at {shared} edges: expected one closed surface "
            "(parts that touch: join them to one body)"
        )


def _bodies(triangles: np.ndarray) -> list[np.ndarray]:
    """The triangles of each part that is connected by edges."""
    from scipy.sparse import coo_array
    from scipy.sparse.csgraph import connected_components

    _, edge = np.unique(np.sort(_edges(triangles), axis=1), axis=0, return_inverse=True)
    order = np.argsort(edge.reshape(-1), kind="stable") // 3  # pairs of triangles, edge by edge
    pairs = (np.ones(len(order) // 2), (order[::2], order[1::2]))
    count, label = connected_components(coo_array(pairs, shape=(len(triangles),) * 2), directed=False)
    return [triangles[label == number] for number in range(count)]


def _consistent(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    """The triangles of one body, turned so that neighbours agree. Raises ValueError if that is impossible."""
    turned = surface(points, triangles).compute_normals(
        cell_normals=True, point_normals=False, consistent_normals=True, auto_orient_normals=False
    )
    triangles = turned.regular_faces
    # Neighbours that agree run along their edge in opposite directions.
    if len(np.unique(_edges(triangles), axis=0)) < 3 * len(triangles):
        raise ValueError("the surface has one side only: expected one with an inside")
    return triangles


def _outward(points: np.ndarray, triangles: np.ndarray) -> np.ndarray:
    return triangles if volume(points, triangles) > 0 else triangles[:, ::-1]


def _cavity(points: np.ndarray, bodies: list[np.ndarray]) -> np.ndarray:
    """The inner of two bodies, the larger first. Raises ValueError if they are not the two skins of a hull."""
    outer, inner = bodies[:2]
    sizes = ", ".join(f"{volume(points, body):.4g}" for body in bodies[:5]) + (", ..." if len(bodies) > 5 else "")
    found = f"{len(bodies)} closed surfaces in one file (of {sizes} m3)"
    expected = "expected one around the gas (parts that touch or overlap: join them), or a hull's outer and inner skin"
    if len(bodies) > 2:
        raise ValueError(f"{found}: {expected}")
    corners = np.unique(inner)
    places = points[corners[:: 1 + len(corners) // 200]]
    within = np.array([winding_number(points, outer, place) for place in places]) > 0.5
    if not within.all():
        raise ValueError(f"{found}, not one inside the other: {expected}")
    if volume(points, inner) < LEAST_CAVITY * volume(points, outer):
        raise ValueError(f"{found}, the inner too small for a hull's inner skin: {expected}")
    return inner
