"""Steady heat through a layered plane wall between two fluids, as the hull's flat patches have it."""

from itertools import zip_longest
from typing import Any

from jamsu.benchmarks.registry import BenchmarkError, Parameter, benchmark


def contacts(name: str, given: list[float] | None, layers: int) -> list[float]:
    """A contact resistance for each interface between the layers; none given means perfect contact."""
    if given is None or not given:
        return [0.0] * (layers - 1)
    if len(given) != layers - 1:
        raise BenchmarkError(
            f"{name}: contact_resistances={given}: expected {layers - 1} of them, one between each two of "
            f"{layers} layers"
        )
    return given


def elements(layers: list[Any], resistances: list[float]) -> list[Any]:
    """Layers with the contacts between them; a contact of zero is no element, as it makes no jump."""
    from jamsu.solver.exchange.shell import Contact

    wall: list[Any] = []
    for layer, resistance in zip_longest(layers, resistances, fillvalue=0.0):
        wall += [layer, Contact(resistance)] if resistance else [layer]
    return wall


@benchmark(
    "wall",
    "Steady heat through a layered plane wall with contact resistances",
    parameters={
        "layers": Parameter(
            "pairs",
            [(0.02, 50.0), (0.0003, 0.25)],
            "m and W/(m K)",
            "thickness and conductivity of each layer, from inside to outside",
            above=0.0,
        ),
        "contact_resistances": Parameter("numbers", None, "m2 K/W", "between each layer and the next", minimum=0.0),
        "inside_temperature": Parameter("number", 40.0, "degC", "gas"),
        "inside_film": Parameter("number", 10.0, "W/(m2 K)", "film coefficient inside", above=0.0),
        "outside_temperature": Parameter("number", 12.0, "degC", "sea"),
        "outside_film": Parameter("number", 500.0, "W/(m2 K)", "film coefficient outside", above=0.0),
    },
    gives={
        "heat_flux": ("W/m2", "from inside to outside"),
        "overall_coefficient": ("W/(m2 K)", "films included"),
        "temperatures": ("degC", "gas, each interface in turn (both sides of a contact), sea"),
    },
)
def wall(layers: list[tuple[float, float]], contact_resistances: list[float] | None, **fluids: float) -> dict[str, Any]:
    """Series resistances (`jamsu.solver.exchange.shell.plane_wall`)."""
    from jamsu.solver.exchange.shell import Layer, plane_wall

    if not layers:
        raise BenchmarkError("wall: layers=[]: expected at least one layer")
    resistances = contacts("wall", contact_resistances, len(layers))
    state = plane_wall(elements([Layer(*layer) for layer in layers], resistances), **fluids)
    return state._asdict()
