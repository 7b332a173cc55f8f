"""The one way in which a case is refused: a single line that names file, key, value and what was expected."""

from __future__ import annotations

import difflib
from collections.abc import Iterable

LONGEST_VALUE = 70  # characters of a value that a message repeats
ALIKE = 0.7  # ratio of difflib: slips of keys have 0.8 and more, "thermal_mass" and "power_map" 0.57
SHORT, SHORT_ALIKE = 3, 0.5  # names of so few letters ("C3") are alike where one differs


def nearest(word: str, known: Iterable[str], count: int = 3) -> tuple[str, ...]:
    """The known names that `word` may be a slip of, best first; empty when none is alike."""
    cutoff = SHORT_ALIKE if len(word) <= SHORT else ALIKE
    return tuple(difflib.get_close_matches(word, list(known), n=count, cutoff=cutoff))


def shown(value: object) -> str:
    """`value` as a message repeats it: on one line, in quotes when it is text, cut when it is long."""
    text = repr(value) if isinstance(value, str) else str(value)
    text = " ".join(text.split())
    return text if len(text) <= LONGEST_VALUE else text[: LONGEST_VALUE - 3] + "..."


class Problem(ValueError):
    """What is wrong with one value of a case, before it is known which file the case came from.

    `key` is the dotted path (empty for the case as a whole), `value` the text to repeat, `expected` what the
    value should have been, `near` the right names most like it.
    """

    def __init__(self, key: str, value: str, expected: str, near: Iterable[str] = ()) -> None:
        self.key = key
        self.value = value
        self.expected = expected
        self.near = tuple(near)
        super().__init__(self.line())

    def line(self, file: str = "") -> str:
        """The message: `FILE: KEY: VALUE: what was expected (nearest: ...)`, empty parts left out."""
        hint = f" (nearest: {', '.join(self.near)})" if self.near else ""
        parts = [part for part in (file, self.key, self.value, self.expected + hint) if part]
        return " ".join(": ".join(parts).split())


class CaseError(Exception):
    """A case that cannot be read or makes no sense. `str(error)` is one line for the person at the terminal.

    Attributes: `file`, `key`, `value`, `expected`, `near`, as in `Problem`.
    """

    def __init__(self, file: str, problem: Problem) -> None:
        self.file = file
        self.key = problem.key
        self.value = problem.value
        self.expected = problem.expected
        self.near = problem.near
        super().__init__(problem.line(file))
