"""A small chart: the inlet temperatures of every rack against the inlet limits, and the ASHRAE class that it meets."""

from __future__ import annotations

import numpy as np

from jamsu.cases.results.ashrae import class_met
from jamsu.viz.items import Rack
from jamsu.viz.layout import Layout
from jamsu.viz.letters import INK, QUIET, Plotter, text, width_of
from jamsu.viz.overlay import verdict
from jamsu.viz.paint import Paint
from jamsu.viz.scale import LIMITS, nice_limits
from jamsu.viz.scene import Scene

TINTS = {"allowable": "#eef4ec", "recommended": "#d3e8d4"}


def charted(scene: Scene) -> list[Rack]:
    """The racks that the chart has, in the order of the result: those that gas passes."""
    return (
        [rack for rack in scene.racks if np.isfinite(rack.hottest)] if scene.inlets_known and not scene.differs else []
    )


def draw_chart(plotter: Plotter, paint: Paint, layout: Layout, scene: Scene) -> None:
    """Draw it where the layout has a place for it."""
    racks = charted(scene)
    if layout.chart is None or not racks:
        return
    letter = layout.letter
    left, bottom, right, top = layout.chart
    words = "Rack inlets, least to hottest (°C), and ASHRAE class met"
    text(plotter, words, (left, top), letter, INK, bold=True, upright="top")
    inner = (left + 3.4 * letter, bottom + 1.6 * letter, right, top - 3.2 * letter)
    inlets = np.concatenate([rack.inlet_temperature[np.isfinite(rack.inlet_temperature)] for rack in racks])
    low, high = nice_limits(
        min(float(inlets.min()), LIMITS.allowable.low - 1), max(float(inlets.max()), LIMITS.allowable.high + 1)
    )

    def height(value: float) -> float:
        return inner[1] + (value - low) / (high - low) * (inner[3] - inner[1])

    paint.add(*inner, "#ffffff")
    for name, span in (("allowable", LIMITS.allowable), ("recommended", LIMITS.recommended)):
        paint.add(inner[0], height(span.low), inner[2], height(span.high), TINTS[name])
        for value in span:
            text(
                plotter,
                f"{value:.0f}",
                (inner[0] - 0.6 * letter, height(value)),
                letter,
                QUIET,
                across="right",
                upright="center",
            )
    step = (inner[2] - inner[0]) / len(racks)
    every = max(1, int(np.ceil(max(width_of(rack.name, letter) + letter for rack in racks) / step)))
    for index, rack in enumerate(racks):
        middle = inner[0] + (index + 0.5) * step
        half = min(0.3 * step, 1.2 * letter)
        known = rack.inlet_temperature[np.isfinite(rack.inlet_temperature)]
        ends = height(float(known.min())), height(float(known.max()))
        thick = max(0.0, 0.25 * letter - (ends[1] - ends[0])) / 2
        paint.add(middle - half, ends[0] - thick, middle + half, ends[1] + thick, verdict(rack))
        if index % every == 0:
            bold = rack is scene.hottest_rack
            text(
                plotter,
                rack.name,
                (middle, inner[1] - 0.3 * letter),
                letter,
                INK,
                bold=bold,
                across="center",
                upright="top",
            )
            met = class_met(rack.inlet_temperature)
            text(plotter, met, (middle, inner[3] + 0.3 * letter), letter, verdict(rack), bold=True, across="center")
