"""Effectiveness of a heat exchanger, as the coils have it."""

from typing import Any

from jamsu.benchmarks.registry import BenchmarkError, Parameter, benchmark


@benchmark(
    "exchanger",
    "Effectiveness of a heat exchanger from its number of transfer units",
    parameters={
        "ntu": Parameter("number", 2.0, "", "number of transfer units UA / C_min", minimum=0.0),
        "capacity_ratio": Parameter("number", 0.5, "", "C_min / C_max", minimum=0.0, maximum=1.0),
        "arrangement": Parameter(
            "name",
            "counter",
            "",
            "counter, parallel, shell_and_tube, cross_both_unmixed_exact, cross_both_unmixed (approximate), "
            "cross_cmax_mixed, cross_cmin_mixed, cross_both_mixed, condenser (whatever the capacity_ratio)",
        ),
    },
    gives={"effectiveness": ("", "duty over the largest duty that the second law allows")},
)
def exchanger(ntu: float, capacity_ratio: float, arrangement: str) -> dict[str, Any]:
    """Effectiveness-NTU (`jamsu.solver.exchange.effectiveness.effectiveness`)."""
    from jamsu.solver.exchange.effectiveness import effectiveness

    try:
        return {"effectiveness": effectiveness(ntu, capacity_ratio, arrangement)}
    except ValueError as error:
        raise BenchmarkError(f"exchanger: arrangement: {error}") from None
