"""Pages that all machines share, in Redis: each is made on one of them. While Redis is away they do without.

A page that nobody has yet takes two turns with Redis, which may be a network away: to look and to say that it is being
made, then to put it there and to say that it was.
"""

import contextlib
import hashlib
import time
from collections.abc import Callable, Iterator
from uuid import uuid4

from cms.core.locks import PAUSE
from cms.site.kept.page import KeptPage, load
from cms.site.kept.seal import Seal
from cms.site.kept.shelf import FILES_BYTES, LOCK_SECONDS
from cms.web.redis_client import RedisClient

#: Each machine keeps for itself what it was given, so this is only as long as others may take to ask.
LIFE_SECONDS = 600
#: What looking answers where there is no page.
_OURS, _BUSY = 1, 0
_LOOK = f"""
local page = redis.call('GET', KEYS[1])
if page then return page end
if redis.call('SET', KEYS[2], ARGV[1], 'NX', 'PX', ARGV[2]) then return {_OURS} end
return {_BUSY}
"""
#: Only whoever has the lock may let go of it: after as long as it lives it is another's.
_LET_GO = """
if redis.call('GET', KEYS[1]) == ARGV[1] then redis.call('DEL', KEYS[1]) end
"""
#: What was put in the last while takes no more than its share, with this. A Redis that is full refuses the first line,
#: and is told all the same that nobody makes the page any more.
_PUT = f"""
local used = redis.pcall('INCRBY', KEYS[3], #ARGV[2])
if type(used) == 'number' then
    if used == #ARGV[2] then redis.call('EXPIRE', KEYS[3], ARGV[5]) end
    if used <= tonumber(ARGV[4]) then redis.call('SET', KEYS[2], ARGV[2], 'PX', ARGV[3]) end
end
{_LET_GO}
if type(used) == 'table' then return used end
"""


class Turn:
    """`found` is what others have made; without it whoever has the turn makes the page, and keeps it for them."""

    def __init__(self, found: KeptPage | None, keep: Callable[[KeptPage], None]) -> None:
        self.found = found
        self.keep = keep


class Shared:
    """By generation and key; `release` tells apart what different versions of the code would make.

    Each page is signed, so that whoever else may write to this Redis cannot put a page of theirs before readers.
    """

    def __init__(self, url: str, release: str, secret: str, most_bytes: int = FILES_BYTES) -> None:
        self._redis = RedisClient(url, "pages are not shared")
        self._name = f"copydesk:pages:{release}"
        self._seal = Seal(secret, "shared pages")
        self._most_bytes = most_bytes
        self._look, self._put, self._let_go = map(self._redis.redis.register_script, (_LOOK, _PUT, _LET_GO))

    @contextlib.contextmanager
    def turn(self, key: str, generation: int, later: Callable[[], int]) -> Iterator[Turn]:
        """One at a time of all machines; after some seconds, or without Redis, everybody makes it for themselves.

        The generation is asked for whenever one has waited: what others made meanwhile may be of a later one.
        """
        token, lock = uuid4().bytes, f"{self._name}:lock:{_short(key)}"
        found, is_ours = self._looked(key, generation, later, lock, token)
        kept: list[KeptPage] = []

        def keep(page: KeptPage) -> None:
            kept.append(page)
            self._keep(page, key, lock, token)

        try:
            yield Turn(found, keep)
        finally:
            if is_ours and not kept:
                self._redis.ask(lambda redis: self._let_go([lock], [token], redis))

    def _keep(self, page: KeptPage, key: str, lock: str, token: bytes) -> None:
        """Nothing is lost where there is no room: the page is made again."""
        name, data = self._place(page.generation, key), page.dump()
        keys = [lock, name, f"{self._name}:bytes"]
        args: list[bytes | int] = [token, self._seal.closed(name, data), _life_of(page)]
        args += [self._most_bytes, LIFE_SECONDS]
        self._redis.ask(lambda redis: self._put(keys, args, redis))

    def _looked(
        self, key: str, generation: int, later: Callable[[], int], lock: str, token: bytes
    ) -> tuple[KeptPage | None, bool]:
        """The page, or whether it is ours to make."""
        deadline = time.monotonic() + LOCK_SECONDS
        while (answer := self._answer_to(name := self._place(generation, key), lock, token)) == _BUSY:
            if time.monotonic() > deadline:
                break
            time.sleep(PAUSE)
            generation = later()
        return (self._trusted(name, answer), False) if isinstance(answer, bytes) else (None, answer == _OURS)

    def _answer_to(self, name: str, lock: str, token: bytes) -> bytes | int | None:
        args: list[bytes | int] = [token, int(LOCK_SECONDS * 1000)]
        return self._redis.ask(lambda redis: self._look([name, lock], args, redis))

    def _trusted(self, name: str, data: bytes) -> KeptPage | None:
        """None where it was not put there by one of ours."""
        with contextlib.suppress(ValueError):
            return load(self._seal.opened(name, data))
        return None

    def _place(self, generation: int, key: str) -> str:
        return f"{self._name}:{generation}:{_short(key)}"


def _life_of(page: KeptPage) -> int:
    """Milliseconds: no longer than it shows the same, or those who find it then would all make it at once."""
    return max(1, int(min(LIFE_SECONDS, page.until - page.since) * 1000))


def _short(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:32]
