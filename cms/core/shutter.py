"""One link through which a web server reads what is kept: gone before a change is committed, back when it is true.

Whoever commits holds a shared lock from before the link goes until the commit is over; whoever sets the link holds the
lock alone, and asks meanwhile whether what it leads to still holds. A process that dies lets go of its lock, so that
at any moment the link is either gone or right. It works for the processes of one machine.
"""

import fcntl
import os
from collections.abc import Callable
from io import FileIO
from pathlib import Path

from cms.core.locks import take


class Shutter:
    """In a folder that may not be there: then nothing is read from it either."""

    def __init__(self, folder: Path) -> None:
        self.link = folder / "current"
        self._lock = folder / "lock"

    def target(self) -> str | None:
        """What the link leads to, relative to the folder."""
        try:
            return os.readlink(self.link)
        except FileNotFoundError:
            return None

    def shut(self) -> FileIO | None:
        """Take the link away; it stays away until what is returned is closed.

        What cannot be taken away is an error, since it would be old in a moment.
        """
        try:
            held = open(self._lock, "r+b", buffering=0)  # noqa: SIM115 - whoever asked closes it
        except FileNotFoundError:
            return None
        try:
            fcntl.flock(held, fcntl.LOCK_SH)
            self.link.unlink(missing_ok=True)
        except BaseException:
            held.close()
            raise
        return held

    def lead_to(self, target: str, is_true: Callable[[], bool]) -> bool:
        """Set the link, unless somebody commits just now or it would not hold."""
        self._lock.touch(mode=0o600)
        with self._lock.open("r+b", buffering=0) as lock:
            if take(lock.fileno()) and is_true():
                draft = self.link.with_name(f".current.{os.getpid()}")
                draft.unlink(missing_ok=True)
                draft.symlink_to(target)
                draft.replace(self.link)
                return True
        return False
