"""How far an export is, and what it has written so far."""

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

Progress = Callable[[int, int], None]


@dataclass(slots=True)
class Tally:
    """`missing` names files that the storage does not have."""

    total: int
    progress: Progress | None = None
    counts: Counter[str] = field(default_factory=Counter)
    missing: list[str] = field(default_factory=list)
    _done: int = 0

    def finish(self) -> None:
        """What was counted and then left out is not waited for."""
        if self.progress is not None:
            self.progress(self.total, self.total)

    def add(self, kind: str) -> None:
        """One more of those that make up the total."""
        self.counts[kind] += 1
        self._done += 1
        if self.progress is not None:
            self.progress(min(self._done, self.total), self.total)
