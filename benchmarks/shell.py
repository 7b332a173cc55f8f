"""Steady heat through an infinite layered cylinder between two fluids, as the hull of a vessel."""

from itertools import pairwise
from typing import Any

from jamsu.benchmarks.registry import BenchmarkError, Parameter, benchmark
from jamsu.benchmarks.wall import contacts, elements


@benchmark(
    "shell",
    "Steady heat through a layered cylindrical hull, per metre of length",
    parameters={
        "radii": Parameter(
            "numbers", [1.47, 1.5], "m", "of the inner surface, the interfaces, the outer surface", above=0.0
        ),
        "layers": Parameter(
            "numbers", [16.3], "W/(m K)", "conductivity of each layer, from inside to outside", above=0.0
        ),
        "contact_resistances": Parameter("numbers", None, "m2 K/W", "between each layer and the next", minimum=0.0),
        "inside_temperature": Parameter("number", 40.0, "degC", "gas"),
        "inside_film": Parameter("number", 10.0, "W/(m2 K)", "film coefficient inside", above=0.0),
        "outside_temperature": Parameter("number", 12.0, "degC", "sea"),
        "outside_film": Parameter("number", 500.0, "W/(m2 K)", "film coefficient outside", above=0.0),
    },
    gives={
        "heat_per_length": ("W/m", "from inside to outside"),
        "temperatures": ("degC", "gas, each interface in turn (both sides of a contact), sea"),
    },
)
def shell(
    radii: list[float], layers: list[float], contact_resistances: list[float] | None, **fluids: float
) -> dict[str, Any]:
    """Series resistances (`jamsu.solver.exchange.shell.cylindrical_shell`)."""
    from jamsu.solver.exchange.shell import Layer, cylindrical_shell

    if not layers:
        raise BenchmarkError("shell: layers=[]: expected at least one layer")
    if len(radii) != len(layers) + 1:
        raise BenchmarkError(f"shell: radii={radii}: expected {len(layers) + 1} of them, one more than layers")
    if any(outer <= inner for inner, outer in pairwise(radii)):
        raise BenchmarkError(f"shell: radii={radii}: expected each larger than the one before")
    solid = [Layer(b - a, k) for (a, b), k in zip(pairwise(radii), layers, strict=True)]
    resistances = contacts("shell", contact_resistances, len(layers))
    return cylindrical_shell(radii[0], elements(solid, resistances), **fluids)._asdict()
