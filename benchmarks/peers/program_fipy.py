"""FiPy's side of the comparison: implicit conduction in the unit cube, one JSON object at the end of the output.

    python program_fipy.py conduction 48 3 0.01

Runs in whatever Python has FiPy, with nothing of jamsu. FiPy has no flow solver of its own: momentum, pressure and
their coupling would be ours, and would say nothing about FiPy.
"""

import json
import sys
import time
from itertools import pairwise


def main(arguments: list[str]) -> None:
    """Solve and print."""
    import fipy

    cells, steps, dt = int(arguments[1]), int(arguments[2]), float(arguments[3])
    mesh = fipy.Grid3D(nx=cells, ny=cells, nz=cells, dx=1 / cells, dy=1 / cells, dz=1 / cells)
    temperature = fipy.CellVariable(mesh=mesh, value=0.0, hasOld=True)
    temperature.constrain(1.0, mesh.exteriorFaces)
    equation = fipy.TransientTerm() == fipy.DiffusionTerm(coeff=1.0)
    solver = fipy.LinearPCGSolver(tolerance=1e-6, iterations=2000)

    means, stamps = [], [time.monotonic()]
    for _ in range(steps):
        temperature.updateOld()
        equation.solve(var=temperature, dt=dt, solver=solver)
        means.append(float(temperature.cellVolumeAverage))
        stamps.append(time.monotonic())
    print()
    print(
        json.dumps(
            {
                "version": f"FiPy {fipy.__version__}",
                "started": stamps[0],
                "answered": stamps[1],
                "step_seconds": [after - before for before, after in pairwise(stamps)],
                "answer": means[0],
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1:])
