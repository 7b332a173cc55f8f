"""Signed-distance shapes: negative inside (open fluid), zero on the wall, positive outside.

Each shape is called with points (..., 3) in metres and returns signed distances (...) in metres. The
primitives return the exact distance. Unions, intersections and differences (operators |, &, -) take the
minimum or maximum of their parts: the zero surface is exact, and elsewhere the value is never larger than
the true distance, which is all that the cut cells rely on.
Reference: J. C. Hart, Sphere tracing, The Visual Computer 12 (1996) 527-545.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

Number = float | int
Vector = Sequence[Number] | np.ndarray
Bounds = tuple[np.ndarray, np.ndarray]


class Shape(ABC):
    """A region of space given by its signed distance."""

    @abstractmethod
    def __call__(self, points: np.ndarray) -> np.ndarray:
        """Signed distance (m), shape (...), of points (..., 3); negative inside."""

    @abstractmethod
    def bounds(self) -> Bounds:
        """Lower and upper corner (3,) of a box that holds the inside; infinite where the shape is."""

    def leaves(self) -> tuple[Shape, ...]:
        """The smooth surfaces that bound the shape, each as a shape with that inside.

        Sharp edges lie where leaves meet: the cut cells interpolate each leaf by itself, so edges stay sharp.
        """
        return (self,)

    @cached_property
    def leaf_count(self) -> int:
        """Number of leaves."""
        return len(self.leaves())

    def combine(self, values: np.ndarray) -> np.ndarray:
        """Distance (...) from the distances of the leaves (..., leaves), by minima and maxima alone.

        It never falls when a leaf's value rises, and its sign depends on the leaves' signs only.
        """
        return values[..., 0]

    def settled(self, sides: np.ndarray) -> np.ndarray:
        """Sides of the leaves (..., leaves), -1, 0 (unknown) or 1, with those that cannot matter made equal.

        Where a part is inside or outside for any sides of its unknown leaves, all of its leaves take its side.
        """
        side = self.combine(sides)[..., None]
        return np.where(side != 0, side, self._settled_parts(sides))

    def _settled_parts(self, sides: np.ndarray) -> np.ndarray:
        return sides

    def __or__(self, other: Shape) -> Shape:
        return Union((self, other))

    def __and__(self, other: Shape) -> Shape:
        return Intersection((self, other))

    def __sub__(self, other: Shape) -> Shape:
        return Difference(self, other)


def _vector(name: str, value: Vector) -> np.ndarray:
    array = np.asarray(value, dtype=float)
    if array.shape != (3,) or not np.all(np.isfinite(array)):
        raise ValueError(f"{name}: expected three finite numbers, got {value!r}")
    return array


def _positive(name: str, value: Number) -> None:
    if not (np.isfinite(value) and value > 0):
        raise ValueError(f"{name}: expected a positive length, got {value!r}")


def _combined(components: Sequence[np.ndarray | np.floating]) -> np.ndarray:
    """Distance of a product of shapes in orthogonal directions from the distance in each direction."""
    deepest = components[0]
    outside_squared = np.maximum(components[0], 0.0) ** 2
    for component in components[1:]:
        deepest = np.maximum(deepest, component)
        outside_squared = outside_squared + np.maximum(component, 0.0) ** 2
    return np.asarray(np.minimum(deepest, 0.0) + np.sqrt(outside_squared))


@dataclass(frozen=True, eq=False)
class Box(Shape):
    """Axis-aligned box between the corners `lower` and `upper` (m)."""

    lower: Vector
    upper: Vector

    def __post_init__(self) -> None:
        if np.any(_vector("Box upper", self.upper) <= _vector("Box lower", self.lower)):
            raise ValueError(f"Box: upper {self.upper!r} must exceed lower {self.lower!r} in every direction")

    def __call__(self, points: np.ndarray) -> np.ndarray:
        lower, upper = self.bounds()
        return _combined([np.maximum(lower[i] - points[..., i], points[..., i] - upper[i]) for i in range(3)])

    def leaves(self) -> tuple[Shape, ...]:
        directions = np.eye(3)
        return (
            *(Plane(self.lower, -direction) for direction in directions),
            *(Plane(self.upper, direction) for direction in directions),
        )

    def combine(self, values: np.ndarray) -> np.ndarray:
        return values.max(axis=-1)

    def bounds(self) -> Bounds:
        return np.asarray(self.lower, dtype=float), np.asarray(self.upper, dtype=float)


@dataclass(frozen=True, eq=False)
class Cylinder(Shape):
    """Cylinder of `radius` with flat ends, its axis from `start` to `end` in any direction (m)."""

    start: Vector
    end: Vector
    radius: Number

    def __post_init__(self) -> None:
        _positive("Cylinder radius", self.radius)
        _positive("Cylinder length", float(np.linalg.norm(self._span())))

    def _span(self) -> np.ndarray:
        return _vector("Cylinder end", self.end) - _vector("Cylinder start", self.start)

    def __call__(self, points: np.ndarray) -> np.ndarray:
        side, start, end = self.leaves()
        return _combined([side(points), np.maximum(start(points), end(points))])

    def leaves(self) -> tuple[Shape, ...]:
        span = self._span()
        return _Side(self.start, span, self.radius), Plane(self.start, -span), Plane(self.end, span)

    def combine(self, values: np.ndarray) -> np.ndarray:
        return values.max(axis=-1)

    def bounds(self) -> Bounds:
        span = self._span()
        direction = span / np.linalg.norm(span)
        reach = self.radius * np.sqrt(np.maximum(1.0 - direction**2, 0.0))  # of a disc normal to the axis
        ends = np.stack([np.asarray(self.start, dtype=float), np.asarray(self.end, dtype=float)])
        return ends.min(axis=0) - reach, ends.max(axis=0) + reach


@dataclass(frozen=True, eq=False)
class _Side(Shape):
    """The endless cylinder of `radius` around the line through `point` along `direction`."""

    point: Vector
    direction: np.ndarray
    radius: Number

    def __call__(self, points: np.ndarray) -> np.ndarray:
        d = self.direction / np.linalg.norm(self.direction)
        x, y, z = (points[..., i] - float(self.point[i]) for i in range(3))
        # The rejection from the axis, not sqrt(|p|2 - along2): that would lose half the digits near the axis.
        along = x * d[0] + y * d[1] + z * d[2]
        x, y, z = x - along * d[0], y - along * d[1], z - along * d[2]
        return np.asarray(np.sqrt(x * x + y * y + z * z) - self.radius)

    def bounds(self) -> Bounds:
        return np.full(3, -np.inf), np.full(3, np.inf)


@dataclass(frozen=True, eq=False)
class Sphere(Shape):
    """Sphere of `radius` around `centre` (m)."""

    centre: Vector
    radius: Number

    def __post_init__(self) -> None:
        _positive("Sphere radius", self.radius)
        _vector("Sphere centre", self.centre)

    def __call__(self, points: np.ndarray) -> np.ndarray:
        squared = sum((points[..., i] - float(self.centre[i])) ** 2 for i in range(3))
        return np.asarray(np.sqrt(squared) - self.radius)

    def bounds(self) -> Bounds:
        centre = np.asarray(self.centre, dtype=float)
        return centre - self.radius, centre + self.radius


@dataclass(frozen=True, eq=False)
class Plane(Shape):
    """Half-space behind the plane through `point` (m): `normal` points away from the inside."""

    point: Vector
    normal: Vector

    def __post_init__(self) -> None:
        _vector("Plane point", self.point)
        _positive("Plane normal", float(np.linalg.norm(_vector("Plane normal", self.normal))))

    def __call__(self, points: np.ndarray) -> np.ndarray:
        normal = np.asarray(self.normal, dtype=float)
        normal = normal / np.linalg.norm(normal)
        x, y, z = ((points[..., i] - float(self.point[i])) * normal[i] for i in range(3))
        return np.asarray(x + y + z)

    def bounds(self) -> Bounds:
        lower, upper = np.full(3, -np.inf), np.full(3, np.inf)
        normal = np.asarray(self.normal, dtype=float)
        if np.count_nonzero(normal) == 1:
            axis = int(np.flatnonzero(normal)[0])
            (upper if normal[axis] > 0 else lower)[axis] = float(self.point[axis])
        return lower, upper


@dataclass(frozen=True, eq=False)
class Union(Shape):
    """Everything inside at least one of `parts`.

    Parts that only touch leave their common face at distance zero, which the cut cells read as a thin wall:
    let parts that should be open to each other overlap.
    """

    parts: tuple[Shape, ...]

    def __post_init__(self) -> None:
        if not self.parts:
            raise ValueError("Union: expected at least one part")

    def __call__(self, points: np.ndarray) -> np.ndarray:
        return np.asarray(np.min([part(points) for part in self.parts], axis=0))

    def leaves(self) -> tuple[Shape, ...]:
        return _leaves_of(self.parts)

    def combine(self, values: np.ndarray) -> np.ndarray:
        return np.min(_combine_parts(self.parts, values), axis=0)

    def _settled_parts(self, sides: np.ndarray) -> np.ndarray:
        return _settle_parts(self.parts, sides)

    def bounds(self) -> Bounds:
        lowers, uppers = zip(*(part.bounds() for part in self.parts), strict=True)
        return np.min(lowers, axis=0), np.max(uppers, axis=0)


@dataclass(frozen=True, eq=False)
class Intersection(Shape):
    """Everything inside all of `parts`."""

    parts: tuple[Shape, ...]

    def __post_init__(self) -> None:
        if not self.parts:
            raise ValueError("Intersection: expected at least one part")

    def __call__(self, points: np.ndarray) -> np.ndarray:
        return np.asarray(np.max([part(points) for part in self.parts], axis=0))

    def leaves(self) -> tuple[Shape, ...]:
        return _leaves_of(self.parts)

    def combine(self, values: np.ndarray) -> np.ndarray:
        return np.max(_combine_parts(self.parts, values), axis=0)

    def _settled_parts(self, sides: np.ndarray) -> np.ndarray:
        return _settle_parts(self.parts, sides)

    def bounds(self) -> Bounds:
        lowers, uppers = zip(*(part.bounds() for part in self.parts), strict=True)
        return np.max(lowers, axis=0), np.min(uppers, axis=0)


@dataclass(frozen=True, eq=False)
class Difference(Shape):
    """Everything inside `body` and outside `removed`."""

    body: Shape
    removed: Shape

    def __call__(self, points: np.ndarray) -> np.ndarray:
        return np.asarray(np.maximum(self.body(points), -self.removed(points)))

    def leaves(self) -> tuple[Shape, ...]:
        return *self.body.leaves(), *(_Reversed(leaf) for leaf in self.removed.leaves())

    def combine(self, values: np.ndarray) -> np.ndarray:
        count = self.body.leaf_count
        return np.maximum(self.body.combine(values[..., :count]), -self.removed.combine(-values[..., count:]))

    def _settled_parts(self, sides: np.ndarray) -> np.ndarray:
        count = self.body.leaf_count
        body, removed = self.body.settled(sides[..., :count]), self.removed.settled(-sides[..., count:])
        return np.concatenate([body, -removed], axis=-1)

    def bounds(self) -> Bounds:
        return self.body.bounds()


@dataclass(frozen=True, eq=False)
class _Reversed(Shape):
    """Everything outside `shape`."""

    shape: Shape

    def __call__(self, points: np.ndarray) -> np.ndarray:
        return np.asarray(-self.shape(points))

    def bounds(self) -> Bounds:
        return np.full(3, -np.inf), np.full(3, np.inf)


def _leaves_of(parts: Sequence[Shape]) -> tuple[Shape, ...]:
    return tuple(leaf for part in parts for leaf in part.leaves())


def _slices(parts: Sequence[Shape], values: np.ndarray) -> list[tuple[Shape, np.ndarray]]:
    """Each part with its own stretch of the leaves' values."""
    ends = np.cumsum([part.leaf_count for part in parts])
    return [(part, values[..., end - part.leaf_count : end]) for part, end in zip(parts, ends, strict=True)]


def _combine_parts(parts: Sequence[Shape], values: np.ndarray) -> list[np.ndarray]:
    return [part.combine(own) for part, own in _slices(parts, values)]


def _settle_parts(parts: Sequence[Shape], sides: np.ndarray) -> np.ndarray:
    return np.concatenate([part.settled(own) for part, own in _slices(parts, sides)], axis=-1)
