"""Redis, which may be away at any time: nobody waits for it for long, and what it does is done without it."""

import logging
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from redis import Redis

log = logging.getLogger(__name__)
T = TypeVar("T")

#: How long an answer is waited for, and how long nobody asks again where none came.
SECONDS = 0.25
REST_SECONDS = 1.0


class RedisClient:
    """Threads share it; `without` is what the log says of the time without it."""

    def __init__(self, url: str, without: str) -> None:
        from redis import RedisError

        self.redis = connected(url)
        self._without = without
        self._failures = (RedisError, OSError)
        self._rests_until = 0.0

    def ask(self, question: Callable[["Redis"], T]) -> T | None:
        """None where it does not answer, or refuses, as one does that is full; it is left alone for a while then."""
        if time.monotonic() < self._rests_until:
            return None
        try:
            return question(self.redis)
        except self._failures as error:
            self._rests_until = time.monotonic() + REST_SECONDS
            log.warning("%s: Redis is away (%s)", self._without, type(error).__name__)
            return None


def connected(url: str) -> "Redis":
    """Connects when it is first asked."""
    from redis import Redis  # here, since it costs every start a tenth of a second and few installations have one

    return Redis.from_url(url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS)
