"""How many connections each process that serves has, in memory that all of them share.

Whoever opens many at once, as a browser or nginx does, is often taken in by one process alone, since that is awake
already: a connection stays where it was taken, and the other processors have nothing to do.
"""

import mmap
import time

#: Whoever serves looks around once a second at least. One that has not for so long is gone, or hangs.
SILENT_NS = 2_500_000_000
#: A quarter more than another is as many: where many come and go, each would be offered around.
SLACK = 4
#: Of two processes that have one place, which takes more than these, one is not known.
_PLACES = 64


class Shares:
    """Of the processes of one server, which are forked where this is made."""

    def __init__(self) -> None:
        #: Two words for each: its connections, and when it last looked around.
        self._words = memoryview(mmap.mmap(-1, _PLACES * 2 * 8)).cast("q")

    def of(self, number: int) -> "Share":
        return Share(self._words, number % _PLACES * 2)


class Share:
    """That of one process."""

    def __init__(self, words: "memoryview[int]", place: int) -> None:
        self._words = words
        self._held, self._seen = place, place + 1
        self.leave()

    @property
    def held(self) -> int:
        """Connections, idle ones among them."""
        return self._words[self._held]

    @held.setter
    def held(self, count: int) -> None:
        self._words[self._held] = count

    def look_around(self) -> None:
        """Say that this process takes connections."""
        self._words[self._seen] = time.monotonic_ns()

    def leave(self) -> None:
        """Say that it takes none, so that nobody waits for it to."""
        self._words[self._seen] = 0

    def is_more(self) -> bool:
        """Than that of another process, which might as well take the next one."""
        words, since, mine = self._words, time.monotonic_ns() - SILENT_NS, self.held
        others = (at for at in range(0, len(words), 2) if at != self._held and words[at + 1] > since)
        return any(mine > words[at] + words[at] // SLACK for at in others)
