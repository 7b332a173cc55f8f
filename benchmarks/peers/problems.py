"""The problems that every program solves, and the number that is compared: on equal grids, with equal definitions.

Lengths in L, time in L^2/alpha, temperature in the difference of the two sides, so alpha = L = dT = 1, nu = Pr and
g beta = Ra Pr; gravity is -z. The mean Nusselt number is heat through the hot side by the scheme's own wall flux,

    Nu = sum_f A_f (T_wall - T_P) / d_f,       d_f half a cell, over the side's area.
"""

import itertools
import math
from dataclasses import dataclass
from functools import cache
from typing import Literal

from jamsu.benchmarks.grids import wall_graded
from jamsu.benchmarks.peers import cylinder

Family = Literal["cube", "cavity", "steady_cube", "cylinder", "conduction"]

RAYLEIGH = 1e6
PRANDTL = 0.71
CUBE_TIME = 2e-3  # 1.7 / sqrt(Ra Pr): the first plumes carry as much heat as conduction does
CONDUCTION_STEP = 1e-2

# Mean Nusselt numbers. The square cavity's at Ra = 1e6, Pr = 0.71 is pseudo-spectral: Le Quere, Computers & Fluids 20
# (1991) 29. The cube's, spectral: Tric, Labrosse & Betrouni, Int. J. Heat Mass Transfer 43 (2000) 4043.
# The cube's at CUBE_TIME is in no paper. jamsu on 48 and 64, 64 and 96 cells a side and twice the steps, extrapolated
# with h^2: 1.5155 and 1.5158 on grids that narrow to the walls, 1.5162 on even ones. OpenFOAM at 32 cells a side,
# extrapolated to dt = 0 from 32 and 64 steps (its PISO step lags by one order): 1.533, where jamsu has 1.538.
# The cylinder's is in no paper either. jamsu on 32, 48, 64 and 96 cells across the duct: 7.154, 7.009, 6.968 and 6.943,
# extrapolated with h^2 from the last two, and from 48 and 96, to 6.92 (from 32 and 64: 6.91). OpenFOAM on its own mesh
# has 6.903, 6.912 and 6.908 on 32, 48 and 64. A quarter of the time step changes jamsu's by 0.03 % on 64 cells.
NUSSELT = {"cavity": 8.8252, "steady_cube": 8.6407, "cube": 1.516, "cylinder": 6.92}
ANSWERS = {
    "cube": f"mean Nusselt number of the hot side at t = {CUBE_TIME:g} L^2/alpha",
    "cavity": "mean Nusselt number of the hot side, steady",
    "steady_cube": "mean Nusselt number of the hot side, steady",
    "cylinder": f"mean Nusselt number of the cylinder at t = {cylinder.TIME:g} D/U",
    "conduction": "mean temperature after one implicit Euler step",
}


@dataclass(frozen=True)
class Problem:
    """One problem on one grid.

    cube        differentially heated cube from rest, T = 1 - x: `steps` equal time steps to `CUBE_TIME`
    cavity      square cavity, from rest and T = 1 - x to the steady state; `steps` is the most iterations
    steady_cube cube, likewise
    cylinder    heated cylinder across a duct, see `jamsu.benchmarks.peers.cylinder`: `steps` equal time steps
    conduction  unit cube at 0, its six sides at 1: implicit Euler steps of `CONDUCTION_STEP`; the first is the answer

    Grids of cubes and cavity narrow to the walls with the boundary layer, as in `jamsu.benchmarks.cavity`; that of the
    conduction is even.
    """

    family: Family
    cells: int  # a side
    steps: int

    @property
    def name(self) -> str:
        return f"{self.family}-{self.cells}"

    @property
    def is_steady(self) -> bool:
        """Whether the answer is that of the steady state."""
        return self.family in ("cavity", "steady_cube")

    @property
    def is_flat(self) -> bool:
        """Whether there is one cell along y."""
        return self.family == "cavity"

    @property
    def is_flow_in_time(self) -> bool:
        """Whether the answer is that of a moving fluid after `steps` equal time steps."""
        return self.family in ("cube", "cylinder")

    @property
    def total_cells(self) -> int:
        """Cells of the grid that all have; around the cylinder, those of the body-fitted one."""
        if self.family == "cylinder":
            return cylinder.fitted_cells(self.cells)
        return self.cells ** (2 if self.is_flat else 3)

    @property
    def edges(self) -> list[float]:
        """Edges of the cells along each side of a box that has any."""
        if self.family == "conduction":
            return [k / self.cells for k in range(self.cells + 1)]
        return [float(edge) for edge in wall_graded(self.cells, RAYLEIGH)]

    @property
    def dt(self) -> float:
        """Time step, L^2/alpha (cylinder: D/U); 1 (an iteration) where a steady state is asked for."""
        if self.is_steady:
            return 1.0
        if self.family == "conduction":
            return CONDUCTION_STEP
        return (CUBE_TIME if self.family == "cube" else cylinder.TIME) / self.steps

    @property
    def answer(self) -> str:
        """The number that is compared, in words."""
        return ANSWERS[self.family]


def problems(quick: bool = False) -> list[Problem]:
    """All problems; `quick`: on small grids."""
    # Below 64 cells a side SIMPLE's relaxation that is quick on finer cavities finds no steady state.
    cubes, cavities, solids = ((32,), (64,), (48,)) if quick else ((64, 96), (64, 128), (128,))
    side = 32 if quick else 64  # of the problems that have one size
    return [
        *(Problem("cube", n, n) for n in cubes),  # as many steps as cells: Courant numbers up to 0.75
        *(Problem("cavity", n, 60 * n) for n in cavities),
        Problem("steady_cube", side, 60 * side),
        Problem("cylinder", side, 3 * side // 2),  # Courant numbers up to 0.71
        *(Problem("conduction", n, 3) for n in solids),
    ]


@cache
def reference(problem: Problem) -> float:
    """What the answer should be."""
    return euler_mean(CONDUCTION_STEP) if problem.family == "conduction" else NUSSELT[problem.family]


def euler_mean(dt: float, terms: int = 200) -> float:
    """Mean temperature of (1 - dt laplacian) T = 0 in the unit cube with T = 1 on its sides.

    Sine series in two directions; in the third r w - dt w'' = 1 with w = 0 at both ends has the mean
    (1 - tanh(k/2) / (k/2)) / r, k = sqrt(r / dt). The terms fall as l^-4.
    """
    lost = 0.0
    for l, m in itertools.product(range(1, 2 * terms, 2), repeat=2):  # noqa: E741  the series' own letter
        r = 1 + dt * math.pi**2 * (l**2 + m**2)
        half = math.sqrt(r / dt) / 2
        lost += (8 / (math.pi**2 * l * m)) ** 2 * (1 - math.tanh(half) / half) / r
    return 1 - lost
