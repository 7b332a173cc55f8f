"""How the case is solved: cells, precision, turbulence, steady or in time."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from jamsu.cases.schema.base import Frozen, key_error
from jamsu.cases.schema.quantities import CellWidth, Duration, KinematicViscosity, MergedShare, Temperature, Tolerance

MOST_OUTPUTS = 10_000  # saved fields: of natick2 coarse some 10 GB


class Solver(Frozen):
    """Settings of the solution. `resolution` alone suffices."""

    resolution: CellWidth = Field(default=0.08, description="Largest cell width, m.")
    wall_resolution: CellWidth | None = Field(
        default=None, description="Cell width at the hull, racks and coils, m (default: as resolution)."
    )
    merge_faces: MergedShare = Field(
        default=0.25,
        description="Faces of objects nearer to each other than this share of the local cell width are moved onto one "
        "plane, and the run says which and by how much; 0 moves none.",
    )
    precision: Literal["float32", "float64"] = Field(default="float32", description="Floating-point numbers.")
    turbulence: Literal["laminar", "constant", "zero_equation", "smagorinsky", "wale", "k_epsilon"] = Field(
        default="k_epsilon",
        description="k-epsilon, of those here nearest to measurement; or no model, a constant eddy viscosity, one "
        "from speed and wall distance, large-eddy simulation (two models).",
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
    tolerance: Tolerance = Field(
        default=0.003, description="Heat balance that counts as closed, share of the IT power."
    )
    averaging_time: Duration = Field(
        default=30.0,
        description="Shortest window over which a moving steady flow is averaged; it grows until the means are known "
        "(in a transient run without output_interval: the last stretch), s.",
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
        if self.mode == "steady":
            self._check_steady_times()
        else:
            self._check_outputs()
        return self

    def _check_steady_times(self) -> None:
        if self.averaging_time <= self.max_time:
            return
        if "averaging_time" in self.model_fields_set:
            until = f"expected at most max_time, {self.max_time:g} s, after which the run gives up"
            raise key_error("averaging_time", until)
        raise key_error("max_time", f"expected at least averaging_time, {self.averaging_time:g} s")

    def _check_outputs(self) -> None:
        if self.output_interval is None or self.duration is None:
            return
        fields = self.duration / self.output_interval
        if fields > MOST_OUTPUTS:
            raise key_error("output_interval", f"saves {fields:,.0f} fields: expected at most {MOST_OUTPUTS:,}")
