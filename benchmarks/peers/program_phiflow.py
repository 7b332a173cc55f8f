"""PhiFlow's side of the comparison: the heated cube, one JSON object at the end of the output.

    python program_phiflow.py cube 32 32 6.25e-05 710000 0.71

Runs in whatever Python has PhiFlow and JAX, with nothing of jamsu. The step is the customary one: MacCormack advection,
explicit diffusion, buoyancy, conjugate gradients for the pressure, single precision, the whole step compiled. The
grid is even (PhiFlow has no other). A side's value stands in the cell beyond the wall, so its own flux has a whole
cell where the others have half of one.
"""

import json
import sys
import time


def main(arguments: list[str]) -> None:
    """March and print."""
    import phi
    from phi.jax import flow as pf

    cells, steps = int(arguments[1]), int(arguments[2])
    dt, buoyancy, viscosity = (float(word) for word in arguments[3:6])
    box = {"x": cells, "y": cells, "z": cells, "bounds": pf.Box(x=1, y=1, z=1)}
    even = pf.extrapolation.ZERO_GRADIENT
    sides = pf.extrapolation.combine_sides(x=(pf.extrapolation.ONE, pf.extrapolation.ZERO), y=even, z=even)
    start = pf.CenteredGrid(lambda p: 1 - p.vector["x"], sides, **box)
    still = pf.StaggeredGrid(0, 0, **box)
    none = pf.CenteredGrid(0, even, **box)
    parts = 1 + int(dt * cells**2 * 6)  # explicit diffusion is stable with 6 dt / h^2 < 1

    @pf.jit_compile
    def step(velocity, temperature, pressure):
        new = pf.advect.mac_cormack(temperature, velocity, dt)
        new = pf.diffuse.explicit(new, 1.0, dt, substeps=parts)
        lift = (temperature - 0.5) * (0, 0, buoyancy)
        guess = pf.advect.mac_cormack(velocity, velocity, dt) + dt * pf.resample(lift, to=velocity)
        guess = pf.diffuse.explicit(guess, viscosity, dt, substeps=parts)
        solve = pf.Solve("CG", 1e-5, 1e-5, x0=pressure, max_iterations=1000)
        velocity, pressure = pf.fluid.make_incompressible(guess, (), solve)
        return velocity, new, pressure

    def done(fields):
        for field in fields:
            pf.math.sum(field.values).numpy()  # waits until it is there
        return fields

    done(step(still, start, none))
    fields = (still, start, none)
    seconds, started = [], time.monotonic()
    for _ in range(steps):
        before = time.monotonic()
        fields = done(step(*fields))
        seconds.append(time.monotonic() - before)
    wall = fields[1].values.x[0]
    answer = float(pf.math.mean((1 - wall) * cells, pf.spatial))  # its wall is a whole cell away
    print()
    print(
        json.dumps(
            {
                "version": f"PhiFlow {phi.__version__}",
                "started": started,
                "answered": time.monotonic(),
                "step_seconds": seconds,
                "answer": answer,
                "continuity": dt * float(pf.math.mean(abs(pf.field.divergence(fields[0]).values), pf.spatial)),
            }
        )
    )


if __name__ == "__main__":
    main(sys.argv[1:])
