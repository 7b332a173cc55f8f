"""A heated cylinder across a duct: the shape that both programs mesh, each in its own way, with about as many cells.

                z = 2   wall
       U ->    ---------------------------------
       T = 0        ( T = 1 )                     out at zero pressure        y: axis of the cylinder, from wall to wall
               ---------------------------------
             x = -2     0     z = -2  wall     5

Units: diameter D, velocity of the inflow (even over the duct), wall's temperature over that of the inflow. The walls
of the duct let no heat through. The fluid rests at T = 0; at t = 0 the inflow begins and the cylinder is hot.

jamsu's grid of lines is even around the cylinder and widens outwards, and the cylinder cuts its cells. The body-fitted
mesh has four blocks of rays and arcs between the cylinder and a square, narrower at the wall, and eight blocks around
them.
"""

import numpy as np

from jamsu.benchmarks.grids import tanh_graded

REYNOLDS = 100.0  # U D / nu
START, END, WALL = -2.0, 5.0, 2.0  # of the duct along x; its walls across, along y and z
RADIUS = 0.5
CORE = 0.75  # from the centre jamsu's cells are even
SQUARE = 1.0  # from the centre the arcs end in a square
RADIAL_GROWTH = 3.0  # of the body-fitted mesh: the outermost cell on a ray over the innermost one
END_SHARE = 0.5  # of the cells on the duct's walls at the ends of the cylinder, over an even one
TIME = 1.0  # D/U


def outward(width: float, length: float, count: int) -> np.ndarray:
    """Edges from 0 to `length`, each cell wider than the one before by the same factor, the first than `width`."""
    from scipy.optimize import brentq

    powers = np.arange(1, count + 1)
    growth = brentq(lambda r: width * np.sum(r**powers) - length, 0.3, 5.0)
    edges = np.concatenate([[0.0], np.cumsum(width * growth**powers)])
    edges[-1] = length
    return edges


def lines(reach: float, even: int, before: int, behind: int, low: float, high: float) -> np.ndarray:
    """Edges from `low` to `high`: `even` equal cells within `reach` of 0, wider ones before and behind."""
    width = 2 * reach / even
    core = np.linspace(-reach, reach, even + 1)
    first = -reach - outward(width, -reach - low, before)[:0:-1]
    return np.concatenate([first, core, reach + outward(width, high - reach, behind)[1:]])


def edges_along(cells: int) -> np.ndarray:
    """Edges along the cylinder, the same for both programs: y."""
    return WALL * (2 * tanh_graded(3 * cells // 4, END_SHARE) - 1)


def cut_edges(cells: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """jamsu's lines, `cells` of them across the duct along z."""
    quarter, half = cells // 4, cells // 2
    x = lines(CORE, half, quarter, half, START, END)
    return x, edges_along(cells), lines(CORE, half, quarter, quarter, -WALL, WALL)


def fitted_edges(cells: int) -> tuple[np.ndarray, np.ndarray, np.ndarray, int]:
    """The body-fitted mesh's lines around the square and through it, and its cells from the cylinder to the square.

    Each quarter of the cylinder has as many cells as a side of the square.
    """
    side, beside, behind = cells // 2, round(5 * cells / 32), round(7 * cells / 16)
    x = lines(SQUARE, side, beside, behind, START, END)
    return x, edges_along(cells), lines(SQUARE, side, beside, beside, -WALL, WALL), cells // 4


def fitted_cells(cells: int) -> int:
    """How many cells the body-fitted mesh has."""
    x, y, z, radial = fitted_edges(cells)
    side = cells // 2
    return ((len(x) - 1) * (len(z) - 1) - side**2 + 4 * side * radial) * (len(y) - 1)
