"""The journal of a sweep: its finished points on disk, from which an interrupted sweep goes on.

The journal (`NAME.part`) is a text file of JSON lines: first what the sweep is, then each point when it is done, so
that whatever kills the process costs one point at most. A line says what it is the answer to: the values on the
axes, and the fingerprint of the point's case and quality. Only where both are those of the point that is asked for
is it taken for an answer.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jamsu.cases.errors import CaseError, Problem
from jamsu.cases.results.output import Stamp, part_name, tell, write_through
from jamsu.cases.sweep.axis import Axis
from jamsu.cases.sweep.file import Point, difference

if TYPE_CHECKING:
    from jamsu.cases.schema.case import Case

_POINT = frozenset(entry.name for entry in fields(Point))


@dataclass(frozen=True)
class Labels:
    """What the answer of a point is the answer to.

    Attributes:
      cases: of each point, or the reason why there is none.
    """

    axes: Sequence[Axis]
    cases: Mapping[tuple[int, ...], Case | CaseError]
    quality: str

    def __call__(self, index: tuple[int, ...]) -> dict[str, Any]:
        """values: texts on the axes. fingerprint: of case and quality, "" where there is no case."""
        from jamsu.cases.run.checkpoint import fingerprint

        case = self.cases[index]
        return {
            "values": [axis.texts[i] for axis, i in zip(self.axes, index, strict=True)],
            "fingerprint": "" if isinstance(case, CaseError) else fingerprint(case, self.quality),
        }


class Journal:
    """The sweep's partial file beside its output; every point is on the disk before the next one starts.

    A disk that takes no more costs the sweep nothing: its user is told once, and the points wait for room.

    Attributes:
      replaces: stamp of the file that the sweep may replace. kept: number of points on the disk.
    """

    def __init__(self, output: Path, header: Mapping[str, str], replaces: Stamp) -> None:
        self.path = output.with_name(output.name + ".part")
        self.replaces = replaces
        self.kept = 0
        self._header = dict(header)
        self._waiting: list[str] = []
        self._begun = self._told = False

    def open(self) -> bool:
        """Whether an interrupted sweep like this one left a journal; takes over what it may replace.

        Raises CaseError when the journal belongs to another sweep (other case, axes, quality or version).
        """
        records = self._records()
        if not records:
            return False
        if differing := difference(self._header, records[0]):
            other = f"belongs to an interrupted sweep with {differing}"
            advice = "--force starts this one instead, another -o keeps both"
            raise CaseError(str(self.path), Problem("", "", f"{other}: {advice}"))
        replaces = records[0].get("replaces")
        self.replaces = None if replaces is None else (replaces[0], replaces[1])
        return True

    def read(self, labels: Labels) -> dict[tuple[int, ...], Point]:
        """Points by their index that are answers to what `labels` asks; of several answers the last one."""
        points: dict[tuple[int, ...], Point] = {}
        foreign = 0
        for record in self._records()[1:]:
            point = _point(record, labels)
            if point is None:
                foreign += 1
            else:
                points[point.index] = point
        if foreign:
            tell(f"{self.path}: {foreign} of its lines are not of this sweep's points and are left out")
        return points

    def forget(self) -> None:
        """Leave the points of an interrupted sweep aside, and say so."""
        if count := len(self._records()[1:]):
            tell(f"{self.path}: {count} points of an interrupted sweep are left aside, as all are solved anew")

    def start(self, points: Iterable[Point], labels: Labels) -> None:
        """Write the journal anew with the points that are kept (a line cut short by a crash goes)."""
        header = self._header | {"replaces": self.replaces}
        self._waiting = [_line(header), *(_line(asdict(point) | labels(point.index)) for point in points)]
        self._begun = False
        self._write()

    def append(self, point: Point, labels: Labels) -> None:
        """Add a point, down to the disk."""
        self._waiting.append(_line(asdict(point) | labels(point.index)))
        self._write()

    def remove(self) -> None:
        """Delete the journal: its points are in the output file."""
        self.path.unlink(missing_ok=True)

    def _write(self) -> None:
        content = "".join(self._waiting).encode()
        try:
            if self._begun:
                self._add(content)
            else:
                self._begin(content)
        except OSError as error:
            if not self._told:
                reason = error.strerror or error
                tell(f"{self.path}: cannot be written ({reason}); the sweep goes on, an interruption loses points")
            self._told = True
            return
        self.kept += len(self._waiting) - (not self._begun)  # but for the header
        self._begun = True
        self._waiting.clear()

    def _begin(self, content: bytes) -> None:
        part = part_name(self.path)
        try:
            write_through(part, content)
            os.replace(part, self.path)
        finally:
            part.unlink(missing_ok=True)

    def _add(self, content: bytes) -> None:
        with self.path.open("ab", buffering=0) as stream:
            end = stream.tell()
            try:
                written = stream.write(content)
                if written != len(content):  # the disk took a part of it
                    stream.write(content[written:])
                os.fsync(stream.fileno())
            except OSError:
                stream.truncate(end)
                raise

    def _records(self) -> list[dict[str, Any]]:
        """The header and the points of the file; none when there is no journal."""
        try:
            lines = self.path.read_text(encoding="utf-8", errors="replace").splitlines()
        except FileNotFoundError:
            return []
        records = [record for record in map(_parse, lines) if record is not None]
        return records if records and "index" not in records[0] else []


def _point(record: Mapping[str, Any], labels: Labels) -> Point | None:
    """The point of a line; None for a line that answers something else."""
    try:
        index = tuple(record["index"])
        if index not in labels.cases or any(record.get(key) != value for key, value in labels(index).items()):
            return None
        return Point(**{key: value for key, value in record.items() if key in _POINT} | {"index": index})
    except (KeyError, TypeError):
        return None


def _line(record: Mapping[str, Any]) -> str:
    return json.dumps(record, default=lambda value: value.tolist()) + "\n"


def _parse(line: str) -> dict[str, Any] | None:
    """The record of a line, or None for one that a crash cut short."""
    try:
        record = json.loads(line)
    except json.JSONDecodeError:
        return None
    return record if isinstance(record, dict) else None
