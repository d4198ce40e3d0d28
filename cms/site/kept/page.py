"""A page as it is kept: its headers, and its text in every coding that browsers take."""

import gzip
import hashlib
import json
import zlib
from dataclasses import dataclass, field
from functools import lru_cache

import brotli
import zstandard

PLAIN, GZIP = "identity", "gzip"
#: The one that a browser takes wins, in this order.
CODINGS = ("zstd", "br", GZIP, PLAIN)
ZSTD_LEVEL, BROTLI_QUALITY, GZIP_LEVEL = 6, 5, 6
Headers = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class KeptPage:
    """True for one generation, from one moment until another (seconds since 1970)."""

    generation: int
    since: float
    until: float
    post_id: int | None
    headers: Headers
    digest: str
    bodies: dict[str, bytes]
    #: Put together once for all answers alike: by coding, and whether the body goes with them.
    _ready: dict[tuple[str, bool], Headers] = field(default_factory=dict, repr=False, compare=False)

    @property
    def size(self) -> int:
        return sum(map(len, self.bodies.values()))

    def holds(self, generation: int, at: float) -> bool:
        return self.generation == generation and self.since <= at < self.until

    def body(self, coding: str) -> bytes:
        """In a coding that it is kept in; as plain text too, which hardly anybody asks for and which is so large."""
        if coding == PLAIN and PLAIN not in self.bodies:
            return gzip.decompress(self.bodies[GZIP])
        return self.bodies[coding]

    def etag(self, coding: str) -> str:
        """Strong: it names the very bytes, so each coding has its own."""
        return f'"{self.digest}-{coding}"' if coding != PLAIN else f'"{self.digest}"'

    def headers_of(self, coding: str, *, is_whole: bool) -> Headers:
        """Those of an answer in this coding; without its body, an answer says nothing about one. Not to be changed."""
        ready = self._ready.get((coding, is_whole))
        if ready is None:
            ready = [one for one in self.headers if is_whole or one[0] != "Content-Type"]
            ready += [("ETag", self.etag(coding)), ("Vary", "Accept-Encoding")]
            if is_whole:
                ready += [("Content-Encoding", coding)] if coding != PLAIN else []
                ready += [("Content-Length", str(len(self.body(coding))))]
            self._ready[coding, is_whole] = ready
        return ready

    def dump(self) -> bytes:
        """One line that describes it, and then the bodies one after the other."""
        line = {
            "generation": self.generation,
            "since": self.since,
            "until": self.until if self.until != float("inf") else None,
            "post_id": self.post_id,
            "headers": self.headers,
            "digest": self.digest,
            "lengths": {coding: len(body) for coding, body in self.bodies.items()},
        }
        return json.dumps(line).encode() + b"\n" + b"".join(self.bodies.values())


def load(data: bytes) -> KeptPage:
    """The reverse of `dump`; ValueError where the data is no whole page."""
    line, _, rest = data.partition(b"\n")
    try:
        told = json.loads(line)
        bodies, place = {}, 0
        for coding, length in told["lengths"].items():
            bodies[coding] = rest[place : place + length]
            place += length
        until = told["until"] if told["until"] is not None else float("inf")
        headers = [(name, value) for name, value in told["headers"]]
        page = KeptPage(told["generation"], told["since"], until, told["post_id"], headers, told["digest"], bodies)
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("The file describes no page.") from error
    if place != len(rest) or not bodies.keys() & {PLAIN, GZIP} or _digest_in(page) != page.digest:
        raise ValueError("The page is not whole.")
    return page


def _digest_in(page: KeptPage) -> str:
    try:
        return digest_of(page.body(PLAIN))
    except (OSError, EOFError, zlib.error):  # what is no gzip
        return ""


def packed(body: bytes) -> dict[str, bytes]:
    """By coding; what does not get smaller is left out, and the text itself where it can be had from the others."""
    codings = {
        # A copy, since the library leaves the room behind what it wrote, for which it took as much as the text needs.
        "zstd": bytes(memoryview(zstandard.ZstdCompressor(level=ZSTD_LEVEL).compress(body))),
        "br": brotli.compress(body, quality=BROTLI_QUALITY),
        GZIP: gzip.compress(body, GZIP_LEVEL, mtime=0),
    }
    smaller = {coding: small for coding, small in codings.items() if len(small) < len(body)}
    return smaller if GZIP in smaller else smaller | {PLAIN: body}


def digest_of(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:20]


@lru_cache(maxsize=512)
def taken(accept: str) -> tuple[str, ...]:
    """The codings that an Accept-Encoding allows, in our order; plain text goes to whoever allows nothing."""
    weights = {}
    for part in accept.lower().split(","):
        name, _, parameters = part.partition(";")
        weights[name.strip()] = _weight(parameters)
    anything = weights.get("*", 0.0)
    wanted = tuple(coding for coding in CODINGS[:-1] if weights.get(coding, anything) > 0)
    return (*wanted, PLAIN)


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
