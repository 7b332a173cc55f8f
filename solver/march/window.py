"""The averaging window of a steady march: equal blocks of rounds, so that it can grow, move, and be tested for drift.

At most `MOST_BLOCKS` blocks are kept. When that many are full the window either grows, by joining blocks in pairs, or
moves on, by dropping the oldest quarter. It never begins anew.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from jamsu.solver.march.averaging import Average
from jamsu.solver.round import Round

MOST_BLOCKS = 8
FEWEST_BLOCKS = 4  # that means are judged by
DROPPED = 2  # blocks that a window that moves on leaves behind


@dataclass
class Window:
    """Blocks of an average.

    Attributes:
      length: length of a block, s.
      blocks: full blocks, oldest first.
      filling: the block that rounds are added to.
    """

    length: float
    blocks: list[Average] = field(default_factory=list)
    filling: Average = field(default_factory=Average)

    @property
    def duration(self) -> float:
        """Length of the window, s."""
        return sum(block.duration for block in self.blocks) + self.filling.duration

    @property
    def is_full(self) -> bool:
        """Whether there are as many blocks as are kept."""
        return len(self.blocks) >= MOST_BLOCKS

    def add(self, report: Round) -> bool:
        """Add a round; returns whether it fills a block.

        A block ends where all blocks together have their length, so that rounds that are cut by no block's end do not
        lengthen the window.
        """
        self.filling.add(report)
        if self.duration < (len(self.blocks) + 1) * self.length * (1 - 1e-6):
            return False
        self.blocks.append(self.filling.packed())
        self.filling = Average()
        return True

    def means(self, name: str) -> np.ndarray:
        """Means of a quantity over the full blocks, (blocks, ...)."""
        return np.stack([block.mean(name) for block in self.blocks])

    def mean(self, name: str) -> np.ndarray:
        """Mean of a quantity over the window."""
        return _mean([*self.blocks, self.filling], name)

    def spread(self, name: str) -> np.ndarray:
        """Standard deviation over the window of a single number or of one of `averaging.SQUARED`, between rounds."""
        parts = [part for part in [*self.blocks, self.filling] if part.sums]
        square = sum(np.asarray(part.squares[name], float) for part in parts) / self.duration
        return np.asarray(np.sqrt(np.maximum(square - self.mean(name) ** 2, 0.0)))

    def newer_mean(self, name: str) -> np.ndarray:
        """Mean over the newer half of the blocks (a middle one counts as newer) and the one that is being filled."""
        return _mean([*self.blocks[len(self.blocks) // 2 :], self.filling], name)

    def merged(self) -> Average:
        """The average over the whole window."""
        total = Average()
        for block in [*self.blocks, self.filling]:
            total = total.merged(block)
        return total

    def grow(self) -> None:
        """Join blocks in pairs: the window keeps what it has, and has room for as much again."""
        pairs = zip(self.blocks[::2], self.blocks[1::2], strict=True)
        self.blocks = [first.merged(second).packed() for first, second in pairs]
        self.length *= 2

    def move_on(self) -> None:
        """Leave the oldest blocks behind."""
        del self.blocks[:DROPPED]


def _mean(parts: list[Average], name: str) -> np.ndarray:
    known = [part for part in parts if part.sums]
    if not known:
        raise ValueError("an average of no rounds")
    total = sum(part.duration for part in known)
    return np.asarray(sum(np.asarray(part.sums[name], float) for part in known) / total)
