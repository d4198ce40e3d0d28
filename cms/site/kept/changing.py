"""Pages that were another after each of the last changes: to ask first whether they are the same would be in vain.

As of the front page while somebody publishes. One that is the same after all is asked about again from then on.
"""

#: So often another in a row.
TIMES = 2
#: Far more than change at any time.
MOST = 4096


class Changing:
    """What one process has seen of each address; threads that are at it at the same moment lose a count at most."""

    def __init__(self) -> None:
        self._times: dict[str, int] = {}

    def is_likely(self, key: str) -> bool:
        return self._times.get(key, 0) >= TIMES

    def note(self, key: str, *, is_same: bool) -> None:
        """After a change, whether the page is the one of before."""
        if is_same:
            self._times.pop(key, None)
            return
        if key not in self._times and len(self._times) >= MOST:
            self._times.clear()
        self._times[key] = self._times.get(key, 0) + 1
