"""When the request that a thread answers came, which is before the thread had time for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from threading import Event

_came: ContextVar[int | None] = ContextVar("came", default=None)
_noted = Event()


def note_from_now_on() -> None:
    """In this process, and in those that it forks: to note it costs each request, and not everybody asks for it."""
    _noted.set()


def is_noted() -> bool:
    """Whether the server is to say it."""
    return _noted.is_set()


@contextmanager
def arrived(at: int) -> Iterator[None]:
    """Of the request inside, in nanoseconds of `time.monotonic_ns`."""
    token = _came.set(at)
    try:
        yield
    finally:
        _came.reset(token)


def came_at() -> int | None:
    """Whoever asked has known nothing that happened later than this; None where the server does not know it."""
    return _came.get()
