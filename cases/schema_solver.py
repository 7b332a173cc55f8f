"""How the case is solved: cells, precision, turbulence, steady or in time."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from cases.schema_base import (
    Duration,
    Frozen,
    KinematicViscosity,
    PositiveLength,
    Temperature,
    key_error,
)


class Solver(Frozen):
    """Settings of the solution. `resolution` alone suffices."""

    resolution: PositiveLength = Field(default=0.08, description="Largest cell width, m.")
    wall_resolution: PositiveLength | None = Field(
        default=None, description="Cell width at the hull, racks and coils, m (default: as resolution)."
    )
    precision: Literal["float32", "float64"] = Field(default="float32", description="Floating-point numbers.")
    turbulence: Literal["laminar", "constant", "smagorinsky"] = Field(
        default="smagorinsky", description="No model, a constant eddy viscosity, or large-eddy simulation."
    )
    eddy_viscosity: KinematicViscosity | None = Field(default=None, description="For turbulence = constant, m2/s.")
    properties: Literal["site", "constant"] = Field(
        default="site",
        description="Gas properties at the temperatures of the run, or at reference_temperature.",
    )
    reference_temperature: Temperature | None = Field(default=None, description="For properties = constant, K.")
    mode: Literal["steady", "transient"] = Field(default="steady", description="Steady state, or in time.")
    duration: Duration | None = Field(
        default=None,
        description="Time to simulate from power-on, for mode = transient, s: the gas begins at the sea's temperature.",
    )
    output_interval: Duration | None = Field(
        default=None,
        description="Time between saved fields, for mode = transient, s (default: only the last).",
    )
    tolerance: float = Field(
        default=0.003,
        gt=0,
        lt=1,
        strict=False,
        description="Heat balance that counts as closed, share of the IT power.",
    )
    averaging_time: Duration = Field(
        default=30.0,
        description="Window over which a moving steady flow is averaged (in a transient run without output_interval: "
        "the last stretch), s.",
    )
    max_time: Duration = Field(default=1200.0, description="Physical time after which a steady run gives up, s.")

    @model_validator(mode="after")
    def _complete(self) -> Solver:
        pairs = (
            ("eddy_viscosity", "turbulence", "constant"),
            ("reference_temperature", "properties", "constant"),
            ("duration", "mode", "transient"),
        )
        for key, choice, value in pairs:
            chosen = getattr(self, choice) == value
            if chosen and getattr(self, key) is None:
                raise key_error(key, f'needed with {choice} = "{value}"')
        if self.wall_resolution is not None and self.wall_resolution > self.resolution:
            raise key_error("wall_resolution", f"expected at most the resolution, {self.resolution:g} m")
        return self
