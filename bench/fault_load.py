"""Readers who go on asking while servers come and go, and what each second brought them."""

import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import cycle

from bench.changing import ask

#: Between two questions of one reader: the answers count here, not how many there are.
REST_SECONDS = 0.02
KEPT, MADE = "kept", "made"
#: A phase of which nothing is promised.
SETTLING = "settling"
NO_ANSWER = 0


@dataclass(frozen=True)
class Asked:
    """One question; `status` is 0 where no answer came."""

    kind: str
    phase: str
    at: float
    seconds: float
    status: int


class Load:
    """`kept`: pages that all ask for again and again; `made`: each asked for once, so that somebody has to make it."""

    def __init__(self, base: str, kept: Sequence[str], made: Sequence[str]) -> None:
        self._base = base
        self._kept, self._made = cycle(kept), cycle(made)
        self._phase = ""
        self._lock, self._ended = threading.Lock(), threading.Event()
        self.asked: list[Asked] = []
        self.phases: list[tuple[str, float]] = []
        self._began = time.monotonic()

    def enter(self, phase: str) -> None:
        """Whoever asks from now on belongs to this phase, if the answer comes within it."""
        self._phase = phase
        self.phases.append((phase, self.clock()))

    def clock(self) -> float:
        """Seconds since the beginning."""
        return time.monotonic() - self._began

    @contextmanager
    def running(self) -> Iterator[None]:
        """Two readers of kept pages, and one of others."""
        readers = [threading.Thread(target=self._read, args=(kind,)) for kind in (KEPT, KEPT, MADE)]
        for reader in readers:
            reader.start()
        try:
            yield
        finally:
            self._ended.set()
            for reader in readers:
                reader.join()

    def _read(self, kind: str) -> None:
        while not self._ended.wait(REST_SECONDS):
            with self._lock:
                path = next(self._kept if kind == KEPT else self._made)
            phase, began = self._phase, self.clock()
            try:
                status = ask(self._base, path).status
            except OSError:
                status = NO_ANSWER
            if phase == self._phase:
                self.asked.append(Asked(kind, phase, began, self.clock() - began, status))

    def statuses(self, phase: str, kind: str, since: float = 0.0, until: float = float("inf")) -> Counter[int]:
        """How often each was answered to what was asked in that time."""
        return Counter(
            one.status
            for one in self.asked
            if one.phase == phase and one.kind == kind and since <= one.at and one.at + one.seconds <= until
        )

    def each_second(self) -> list[dict[str, int | str]]:
        """For the file and its chart."""
        seconds: dict[tuple[int, str], Counter[str]] = {}
        for one in self.asked:
            seconds.setdefault((int(one.at), one.kind), Counter())[_column(one.status)] += 1
        return [{"second": at, "kind": kind, **found} for (at, kind), found in sorted(seconds.items())]


def _column(status: int) -> str:
    return str(status) if status in (200, 503, 500) else "other"


def table(load: Load) -> str:
    """Markdown: a row for each phase and kind of page."""
    lines = ["| phase | pages | 200 | 503 | 500 | other | longest s |", "|---|---|---:|---:|---:|---:|---:|"]
    for phase in (phase for phase, _began in load.phases if phase != SETTLING):
        for kind in (KEPT, MADE):
            found = Counter(_column(status) for status in load.statuses(phase, kind).elements())
            longest = max((one.seconds for one in load.asked if (one.phase, one.kind) == (phase, kind)), default=0.0)
            counts = " | ".join(str(found[column]) for column in ("200", "503", "500", "other"))
            lines.append(f"| {phase} | {kind} | {counts} | {longest:.1f} |")
    return "\n".join(lines)
