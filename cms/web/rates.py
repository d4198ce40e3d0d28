"""How often somebody may ask for what costs: counted in memory, or in Redis where every process shall know of it."""

import threading
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from flask import Flask, current_app, g, request

from cms.core.errors import TooOften
from cms.core.i18n import ngettext
from cms.core.networks import sender_of
from cms.web.limits import is_exempt, leaves_alone
from cms.web.redis_client import RedisClient
from cms.web.runtimes import runtime, runtime_of

if TYPE_CHECKING:
    from redis import Redis

REGISTRY = "copydesk_rates"
#: In the environment of a request that was counted in front of Flask: where whoever asks stands.
COUNTED = "copydesk.counted"


@dataclass(frozen=True)
class Rate:
    """At most so many in each window of so many seconds."""

    name: str
    most: int
    seconds: int


@dataclass(frozen=True)
class Account:
    """Where somebody stands with a rate."""

    rate: Rate
    used: int
    reset: int

    @property
    def is_beyond(self) -> bool:
        return self.used > self.rate.most

    @property
    def headers(self) -> dict[str, str]:
        """As in the drafts of RateLimit header fields that programs know."""
        return {
            "RateLimit-Limit": str(self.rate.most),
            "RateLimit-Remaining": str(max(self.rate.most - self.used, 0)),
            "RateLimit-Reset": str(self.reset),
            "RateLimit-Policy": f"{self.rate.most};w={self.rate.seconds}",
        }


class Counts:
    """Counters of one application; those of windows that are over are dropped."""

    def __init__(self, redis_url: str | None) -> None:
        self._redis = RedisClient(redis_url, "rates are counted by each process alone") if redis_url else None
        self._counts: dict[str, tuple[float, int]] = {}
        self._next_sweep = 0.0
        self._lock = threading.Lock()

    def add(self, rate: Rate, who: str, at: float) -> Account:
        window = int(at // rate.seconds)
        ends = (window + 1) * rate.seconds
        key = f"copydesk:rate:{rate.name}:{who}:{window}"
        used = self._redis.ask(lambda redis: _added(redis, key, rate.seconds)) if self._redis else None
        return Account(rate, self._own(key, ends, at) if used is None else used, max(1, int(ends - at)))

    def _own(self, key: str, ends: float, at: float) -> int:
        with self._lock:
            if at >= self._next_sweep:
                self._counts = {name: kept for name, kept in self._counts.items() if kept[0] > at}
                self._next_sweep = at + 60
            used = self._counts.get(key, (ends, 0))[1] + 1
            self._counts[key] = (ends, used)
            return used


def _added(redis: "Redis", key: str, seconds: int) -> int:
    with redis.pipeline(transaction=False) as asked:
        asked.incr(key)
        asked.expire(key, seconds + 1)
        return int(asked.execute()[0])


def init_app(app: Flask) -> None:
    app.extensions[REGISTRY] = Counts(runtime_of(app).config.redis_url)


def count_from(app: Flask, rate: Rate, address: str, at: datetime) -> Account | None:
    """One more of the network of this address, in front of Flask; None where limits leave it alone."""
    if leaves_alone(runtime_of(app).config, address):
        return None
    return _counts(app).add(rate, sender_of(address), at.timestamp())


def count(rate: Rate, who: str) -> None:
    """One more unless it was counted already, but not of whom limits leave alone; raises TooOften beyond the rate."""
    if is_exempt():
        return
    account: Account | None = request.environ.get(COUNTED)
    if account is None or account.rate != rate:
        account = _counts(current_app).add(rate, who, runtime().clock.now().timestamp())
    g.rate_account = account
    if account.is_beyond:
        wait = account.reset
        words = ngettext("Too many requests. Wait a second.", "Too many requests. Wait %(num)s seconds.", wait)
        raise TooOften(words, retry_after=wait)


def headers() -> dict[str, str]:
    """Where whoever asks now stands with the rate that was counted last."""
    account: Account | None = g.get("rate_account")
    return account.headers if account is not None else {}


def _counts(app: Flask) -> Counts:
    found: Counts = app.extensions[REGISTRY]
    return found
