"""How long somebody who waits for an answer is kept waiting: after that, nothing is begun and nothing is committed."""

import contextvars
import time

_until: contextvars.ContextVar[float | None] = contextvars.ContextVar("until", default=None)


class TimeIsUp(Exception):
    """Whoever asked has waited too long; what was done for them is rolled back."""


def begin(seconds: float) -> None:
    """From now on, in this thread; commands and workers have no deadline."""
    _until.set(time.monotonic() + seconds)


def end() -> None:
    """Nobody waits any more."""
    _until.set(None)


def is_set() -> bool:
    return _until.get() is not None


def check() -> None:
    """Raise TimeIsUp where it is."""
    until = _until.get()
    if until is not None and time.monotonic() > until:
        raise TimeIsUp
