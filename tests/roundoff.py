"""What rounding may leave of a number that is zero in exact arithmetic: bounds that hold on any processor.

Other instructions, vector lengths and libraries round in another order, so a bound read off one machine fails on the
next. These follow from the sums behind the number. u = eps / 2 is the unit round-off; each operation is off by at most
u of its result, and n such errors add to n u at worst, to about sqrt(n) u where they are independent.

Source: N. J. Higham, Accuracy and Stability of Numerical Algorithms, 2nd ed., SIAM 2002, sections 3.1 and 4.2;
N. J. Higham & T. Mary, SIAM J. Sci. Comput. 41 (2019) A2815-A2835, theorem 2.4 (independent errors).
"""

import numpy as np

from jamsu.solver.grid.mesh import AXES

# Standard deviations: 1 of 3 million normal values is beyond, and rounding errors have 0.6 u each rather than u.
SURE = 5.0


def unit(dtype):
    """The unit round-off u of a floating-point type."""
    return float(np.finfo(np.dtype(dtype)).eps) / 2


def sum_bound(count, magnitude, dtype):
    """Of a sum of `count` terms in any order, `magnitude` being the sum of their absolute values."""
    return min(count, SURE * np.sqrt(count)) * unit(dtype) * float(magnitude)


def direct_share(shape, dtype):
    """Standard deviation of a solution by fast diagonalisation in each cell, over its size.

    It takes a product with a matrix forwards and one backwards along each axis, sums of n terms each, and eight more
    roundings: of eigenvalue, inverse, product, stored value, and the four of a flux made of it. All are independent.
    """
    return np.sqrt(8 + 2 * sum(shape)) * unit(dtype)


def iterative_share(iterations, dtype):
    """The same for conjugate gradients: each iteration rounds the solution and the residual once more."""
    return np.sqrt(8 + 2 * float(iterations)) * unit(dtype)


def divergence_bound(mesh, potential, velocity, dt, share):
    """Largest divergence (m3/s) that rounding leaves of a velocity made free of it by a `potential` of this `share`."""
    flow = sum(float(np.max(np.abs(np.asarray(mesh.area[a] * velocity[a], float)))) for a in AXES)
    return SURE * share * dt * flux_noise(mesh, potential).max() + sum_bound(6, 2 * flow, mesh.dtype)


def flux_noise(mesh, potential):
    """sqrt(sum over a cell's faces of (A/d)^2 (phi^2 + phi_neighbour^2)), m3/s2 for phi in m2/s2; (nx, ny, nz).

    Times a share and dt: the divergence (m3/s) that independent errors of that share in each phi leave in a cell after
    u = u' - dt grad phi. It is no share of the flow itself: a hydrostatic phi of 1e4 with a flow near rest, as in a
    first step, leaves a thousand times more of it than in the next ones.
    """
    squares = np.square(np.asarray(potential, float))
    total = np.zeros(mesh.shape)
    for axis in AXES:
        inner = [slice(1, -1) if a == axis else slice(None) for a in AXES]
        spacing = np.asarray(mesh.spacing(axis), float)[1:-1]
        conductance = np.asarray(mesh.area[axis], float)[tuple(inner)] / np.expand_dims(
            spacing, [a for a in AXES if a != axis]
        )
        below, above = (np.delete(squares, end, axis) for end in (-1, 0))
        face = conductance**2 * (below + above)
        for first in (True, False):
            pad = [((0, 1) if first else (1, 0)) if a == axis else (0, 0) for a in AXES]
            total += np.pad(face, pad)
    return np.sqrt(total)
