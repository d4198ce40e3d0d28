"""A page as it is kept: its headers, and its text in the codings that browsers have asked for so far."""

import gzip
import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from functools import lru_cache

import brotli
import zstandard

from cms.site.kept.direct import Headers, lines_of
from cms.site.kept.questions import Questions

PLAIN, GZIP, BROTLI, ZSTD = "identity", "gzip", "br", "zstd"
#: The one that a browser takes wins, in this order.
CODINGS = (ZSTD, BROTLI, GZIP, PLAIN)
#: About: its headers as they are kept, as they are answered and as they are sent, and what Python needs for all that.
PAGE_BYTES = 6144
#: About; their statements are shared by all pages.
QUESTIONS_BYTES = 2048
ZSTD_LEVEL, BROTLI_QUALITY, GZIP_LEVEL = 4, 5, 6


@dataclass(frozen=True, slots=True)
class Lasting:
    """True for one generation, from one moment until another (seconds since 1970)."""

    generation: int
    since: float
    until: float

    def holds(self, generation: int, at: float) -> bool:
        return self.generation == generation and self.since <= at < self.until


@dataclass(frozen=True, slots=True)
class KeptPage(Lasting):
    """What readers get for as long."""

    post_id: int | None
    headers: Headers
    digest: str
    bodies: dict[str, bytes]
    #: In the memory of the process that made it alone.
    questions: Questions | None = field(default=None, repr=False, compare=False)
    #: Put together once for all answers alike: by coding, and whether the body goes with them.
    _ready: dict[tuple[str, bool], Headers] = field(default_factory=dict, repr=False, compare=False)
    _lines: dict[tuple[str, bool], bytes] = field(default_factory=dict, repr=False, compare=False)

    @property
    def size(self) -> int:
        """Of memory, about: of a small page the text is the lesser half."""
        return PAGE_BYTES + sum(map(len, self.bodies.values())) + (QUESTIONS_BYTES if self.questions is not None else 0)

    def known_by(self, other: "KeptPage") -> "KeptPage":
        """With the questions of another that is the same: where they are answered as they were then, it is this one.

        Not of one that turned before this one will: with those answers and settings it would be another by then.
        """
        is_same = (other.digest, other.headers) == (self.digest, self.headers)
        return replace(self, questions=other.questions) if is_same and other.until >= self.until else self

    def coding(self, accept: str) -> str:
        """The one that answers an Accept-Encoding; plain text where none is allowed, or none is smaller."""
        return PLAIN if PLAIN in self.bodies else taken(accept)

    def body(self, coding: str) -> bytes:
        """In any coding, if need be made of the one that it was stored in."""
        body = self.bodies.get(coding)
        if body is None:
            plain = zstandard.ZstdDecompressor().decompress(self.bodies[ZSTD])
            body = plain if coding == PLAIN else _PACK[coding](plain)
        return body

    def with_coding(self, coding: str) -> "KeptPage":
        """With its text in this one, too; not as plain text, which is so large and asked for by hardly anybody."""
        if coding in self.bodies or coding == PLAIN:
            return self
        return replace(self, bodies=self.bodies | {coding: self.body(coding)})

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

    def lines_of(self, coding: str, *, is_whole: bool) -> bytes:
        """The same headers, as they are sent."""
        lines = self._lines.get((coding, is_whole))
        if lines is None:
            lines = self._lines[coding, is_whole] = lines_of(self.headers_of(coding, is_whole=is_whole))
        return lines

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
    if place != len(rest) or not bodies.keys() & {PLAIN, ZSTD} or _digest_in(page) != page.digest:
        raise ValueError("The page is not whole.")
    return page


def _digest_in(page: KeptPage) -> str:
    try:
        return digest_of(page.body(PLAIN))
    except (zstandard.ZstdError, MemoryError):  # what is no frame, or claims to be of any size
        return ""


def packed(body: bytes) -> dict[str, bytes]:
    """As a page is stored: packed once, in the coding that most browsers take; as it is where that gets no smaller.

    To pack it in all of them took a sixth of what it took to make it, and most are asked for in one.
    """
    small = _PACK[ZSTD](body)
    return {ZSTD: small} if len(small) < len(body) else {PLAIN: body}


_PACK: dict[str, Callable[[bytes], bytes]] = {
    # A copy, since the library leaves the room behind what it wrote, for which it took as much as the text needs.
    ZSTD: lambda body: bytes(memoryview(zstandard.ZstdCompressor(level=ZSTD_LEVEL).compress(body))),
    BROTLI: lambda body: brotli.compress(body, quality=BROTLI_QUALITY),
    GZIP: lambda body: gzip.compress(body, GZIP_LEVEL, mtime=0),
}


def digest_of(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:20]


@lru_cache(maxsize=512)
def taken(accept: str) -> str:
    """The first in our order that an Accept-Encoding allows; plain text goes to whoever allows none."""
    weights = {}
    for part in accept.lower().split(","):
        name, _, parameters = part.partition(";")
        weights[name.strip()] = _weight(parameters)
    anything = weights.get("*", 0.0)
    return next((coding for coding in CODINGS[:-1] if weights.get(coding, anything) > 0), PLAIN)


def _weight(parameters: str) -> float:
    name, _, value = parameters.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return float(value)
    except ValueError:
        return 0.0
