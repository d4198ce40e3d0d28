"""Pages that all machines share, in Redis: each is made on one of them. While Redis is away they do without."""

import contextlib
import hashlib
import hmac
from collections.abc import Iterator
from typing import TYPE_CHECKING

from cms.core.keys import derived_key
from cms.core.locks import PAUSE
from cms.site.kept.page import KeptPage, load
from cms.site.kept.shelf import FILES_BYTES, LOCK_SECONDS
from cms.web.redis_client import RedisClient

if TYPE_CHECKING:
    from redis import Redis
    from redis.lock import Lock

#: Each machine keeps for itself what it was given, so this is only as long as others may take to ask.
LIFE_SECONDS = 600
_SIGNED = hashlib.sha256().digest_size


class Shared:
    """By generation and key; `release` tells apart what different versions of the code would make.

    Each page is signed, so that whoever else may write to this Redis cannot put a page of theirs before readers.
    """

    def __init__(self, url: str, release: str, secret: str, most_bytes: int = FILES_BYTES) -> None:
        self._redis = RedisClient(url, "pages are not shared")
        self._name = f"copydesk:pages:{release}"
        self._key = bytes.fromhex(derived_key(secret, "shared pages"))
        self._most_bytes = most_bytes

    def get(self, generation: int, key: str) -> KeptPage | None:
        """None where it is not there, or was not put there by one of ours."""
        name = self._place(generation, key)
        data = self._redis.ask(lambda redis: redis.get(name))
        if not isinstance(data, bytes) or not hmac.compare_digest(data[:_SIGNED], self._sign(name, data[_SIGNED:])):
            return None
        with contextlib.suppress(ValueError):
            return load(data[_SIGNED:])
        return None

    def put(self, key: str, page: KeptPage) -> None:
        """Nothing is lost where there is no room: the page is made again."""
        name, data = self._place(page.generation, key), page.dump()
        if self._redis.ask(lambda redis: self._has_room(redis, len(data))):
            self._redis.ask(lambda redis: redis.set(name, self._sign(name, data) + data, ex=LIFE_SECONDS))

    @contextlib.contextmanager
    def making(self, key: str) -> Iterator[None]:
        """One at a time of all machines; after some seconds, or without Redis, everybody makes it for themselves."""
        lock = self._redis.redis.lock(
            f"{self._name}:lock:{_short(key)}", timeout=LOCK_SECONDS, sleep=PAUSE, blocking_timeout=LOCK_SECONDS
        )
        is_ours = self._redis.ask(lambda _redis: lock.acquire())
        try:
            yield
        finally:
            if is_ours:
                self._redis.ask(lambda _redis: _let_go(lock))

    def _has_room(self, redis: "Redis", size: int) -> bool:
        """Whether all that was put in the last while, with this, takes no more than its share."""
        room = f"{self._name}:bytes"
        redis.set(room, 0, ex=LIFE_SECONDS, nx=True)
        return int(redis.incrby(room, size)) <= self._most_bytes

    def _place(self, generation: int, key: str) -> str:
        return f"{self._name}:{generation}:{_short(key)}"

    def _sign(self, name: str, data: bytes) -> bytes:
        return hmac.digest(self._key, name.encode() + b"\0" + data, "sha256")


def _let_go(lock: "Lock") -> None:
    from redis.exceptions import LockError

    with contextlib.suppress(LockError):  # it took longer than a lock lives, and somebody else has it now
        lock.release()


def _short(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:32]
