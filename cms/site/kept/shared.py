"""Pages that all machines share, in Redis: each is made on one of them. While Redis is away they do without."""

import contextlib
import hashlib
import hmac
import logging
import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, TypeVar

from cms.core.locks import PAUSE
from cms.site.kept.page import KeptPage, load
from cms.site.kept.shelf import FILES_BYTES, LOCK_SECONDS

if TYPE_CHECKING:
    from redis import Redis

log = logging.getLogger(__name__)
T = TypeVar("T")

#: How long an answer is waited for, and how long nobody asks again where none came.
SECONDS = 0.25
REST_SECONDS = 1.0
#: Each machine keeps for itself what it was given, so this is only as long as others may take to ask.
LIFE_SECONDS = 600
_SIGNED = hashlib.sha256().digest_size


class Shared:
    """By generation and key; `release` tells apart what different versions of the code would make.

    Each page is signed, so that whoever else may write to this Redis cannot put a page of theirs before readers.
    """

    def __init__(self, url: str, release: str, secret: str, most_bytes: int = FILES_BYTES) -> None:
        import redis  # here, since it costs every start a tenth of a second and few installations have one

        self._redis: Redis = redis.Redis.from_url(url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS)
        self._gone, self._lost = (redis.ConnectionError, redis.TimeoutError, OSError), redis.exceptions.LockError
        self._name = f"copydesk:pages:{release}"
        self._key = hmac.digest(secret.encode(), b"shared pages", "sha256")
        self._most_bytes = most_bytes
        self._rests_until = 0.0

    def get(self, generation: int, key: str) -> KeptPage | None:
        """None where it is not there, or was not put there by one of ours."""
        name = self._place(generation, key)
        data = self._unless_away(lambda: self._redis.get(name))
        if not isinstance(data, bytes) or not hmac.compare_digest(data[:_SIGNED], self._sign(name, data[_SIGNED:])):
            return None
        with contextlib.suppress(ValueError):
            return load(data[_SIGNED:])
        return None

    def put(self, key: str, page: KeptPage) -> None:
        """Nothing is lost where there is no room: the page is made again."""
        name, data = self._place(page.generation, key), page.dump()
        if self._unless_away(lambda: self._has_room(len(data))):
            self._unless_away(lambda: self._redis.set(name, self._sign(name, data) + data, ex=LIFE_SECONDS))

    @contextlib.contextmanager
    def making(self, key: str) -> Iterator[None]:
        """One at a time of all machines; after some seconds, or without Redis, everybody makes it for themselves."""
        lock = self._redis.lock(
            f"{self._name}:lock:{_short(key)}", timeout=LOCK_SECONDS, sleep=PAUSE, blocking_timeout=LOCK_SECONDS
        )
        is_ours = self._unless_away(lock.acquire)
        try:
            yield
        finally:
            if is_ours:
                with contextlib.suppress(self._lost):  # it took longer than a lock lives, and somebody else has it now
                    self._unless_away(lock.release)

    def _has_room(self, size: int) -> bool:
        """Whether all that was put in the last while, with this, takes no more than its share."""
        room = f"{self._name}:bytes"
        self._redis.set(room, 0, ex=LIFE_SECONDS, nx=True)
        return int(self._redis.incrby(room, size)) <= self._most_bytes

    def _unless_away(self, ask: Callable[[], T]) -> T | None:
        """None where Redis does not answer; nobody asks again for a while, so that readers do not wait for it."""
        if time.monotonic() < self._rests_until:
            return None
        try:
            return ask()
        except self._gone as error:
            self._rests_until = time.monotonic() + REST_SECONDS
            log.warning("pages are not shared: Redis is away (%s)", type(error).__name__)
            return None

    def _place(self, generation: int, key: str) -> str:
        return f"{self._name}:{generation}:{_short(key)}"

    def _sign(self, name: str, data: bytes) -> bytes:
        return hmac.digest(self._key, name.encode() + b"\0" + data, "sha256")


def _short(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:32]
