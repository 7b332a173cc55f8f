"""How a run shows that it goes on: a moving line on a terminal, a plain line now and then elsewhere."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol

from jamsu.console import is_live, messages

if TYPE_CHECKING:
    from rich.console import Console
    from rich.progress import Progress as Bar

    from jamsu.cases.run.runner import Progress

SECONDS_BETWEEN_LINES = 5.0


class Display(Protocol):
    """What shows the progress; the runner calls it with every Progress."""

    title: str

    def __call__(self, progress: Progress, /) -> None: ...

    def say(self, text: str) -> None:
        """Print a line that stays."""


@contextmanager
def shown_progress(title: str) -> Iterator[Display]:
    """A display on stderr, for as long as the block lasts."""
    console = messages()
    begun = time.monotonic()
    if not is_live(console):
        lines = _Lines(console, title)
        yield lines
        # Where lines stay, the last one must not be of a run on its way.
        lines.say(f"{title}: ended after {duration(time.monotonic() - begun)}")
        return
    from rich.progress import BarColumn, SpinnerColumn, TextColumn, TimeElapsedColumn
    from rich.progress import Progress as Bar

    stage, numbers = (TextColumn(f"{{task.{field}}}", markup=False) for field in _FIELDS)
    spinner = SpinnerColumn("line" if console.options.ascii_only else "dots")
    columns = (spinner, stage, BarColumn(20), TimeElapsedColumn(), numbers)
    with Bar(*columns, console=console, transient=True) as bar:
        yield _Line(bar, title)


_FIELDS = ("description", "fields[numbers]")


class _Line:
    """One moving line: stage, bar, time so far, numbers."""

    def __init__(self, bar: Bar, title: str) -> None:
        self.title = title
        self._bar = bar
        self._pace = _Pace()
        self._task = bar.add_task(title, total=1.0, numbers="starting")

    def __call__(self, progress: Progress, /) -> None:
        self._bar.update(
            self._task,
            description=f"{self.title}: {progress.stage}",
            completed=progress.fraction,
            numbers=numbers(progress, overdue=self._pace.overdue(progress)),
        )

    def say(self, text: str) -> None:
        self._bar.console.print(text, markup=False, soft_wrap=True)


class _Lines:
    """A line for each new stage, and one every few seconds."""

    def __init__(self, console: Console, title: str) -> None:
        self.title = title
        self._console = console
        self._pace = _Pace()
        self._shown: tuple[str, str] | None = None
        self._last = -math.inf

    def __call__(self, progress: Progress, /) -> None:
        overdue = self._pace.overdue(progress)
        now, shown = time.monotonic(), (self.title, progress.stage)
        if shown == self._shown and now - self._last < SECONDS_BETWEEN_LINES:
            return
        self._shown, self._last = shown, now
        told = numbers(progress, overdue=overdue)
        self.say(f"{self.title}: {progress.stage}, {percent(progress.fraction)}, {told}")

    def say(self, text: str) -> None:
        self._console.print(text, markup=False, soft_wrap=True)


class _Pace:
    """Whether a run takes longer than foreseen: it steps on, but its fraction stands still."""

    def __init__(self) -> None:
        self._stage, self._step, self._fraction = "", 0, -1.0

    def overdue(self, progress: Progress) -> bool:
        """Of this progress, after all that were shown before."""
        same = progress.stage == self._stage and progress.fraction == self._fraction
        late = same and progress.step > self._step > 0
        self._stage, self._step, self._fraction = progress.stage, progress.step, progress.fraction
        return late


def percent(fraction: float) -> str:
    """A fraction as whole percent, rounded down: 100 % is the end and nothing before it."""
    return f"{min(math.floor(100 * fraction), 100)} %"


def numbers(progress: Progress, *, overdue: bool = False) -> str:
    """What is under way, step, residual, balance, hottest inlet and time left; what is not known yet is left out."""
    parts = [progress.doing] if progress.doing else []
    if overdue and not parts:
        parts.append("longer than foreseen, until the means hold still and the heat balance closes")
    parts.append(f"step {progress.step}")
    if math.isfinite(progress.residual):
        parts.append(f"residual {progress.residual:.1e}")
    if math.isfinite(progress.imbalance):
        parts.append(f"balance {100 * progress.imbalance:+.2f} %")
    if math.isfinite(progress.hottest_inlet):
        parts.append(f"hottest inlet {progress.hottest_inlet:.1f} °C")
    if progress.fraction >= 1:
        parts.append("finishing")
    elif progress.seconds_left is not None and math.isfinite(progress.seconds_left) and not overdue:
        parts.append(f"{duration(progress.seconds_left)} left")
    return ", ".join(parts)


def duration(seconds: float) -> str:
    """Seconds as a person reads them: "8 s", "2 min 05 s", "3 h 12 min"."""
    whole = max(0, round(seconds))
    if whole < 60:
        return f"{whole} s"
    if whole < 3600:
        return f"{whole // 60} min {whole % 60:02d} s"
    return f"{whole // 3600} h {whole % 3600 // 60:02d} min"
