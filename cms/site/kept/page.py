"""A page as it is kept: its headers, and its text in the codings that browsers have asked for so far."""

import hashlib
import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import Any

import zstandard

from cms.site.kept import spelling
from cms.site.kept.direct import Headers, lines_of
from cms.site.kept.questions import Questions
from cms.web.codings import PACK, PLAIN, ZSTD, taken
from cms.web.compressing import SMALLEST

#: About: its headers as they are sent, and what Python needs for all that; as they are kept, pages share them.
PAGE_BYTES = 2560
VARY = "Accept-Encoding"
#: Where nothing turns by itself.
EVER = float("inf")
#: About; their statements are shared by all pages.
QUESTIONS_BYTES = 2048


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
    #: Not where it cannot be known again by them, or this process has never asked them.
    questions: Questions | None = field(default=None, repr=False, compare=False)
    #: What its ETag begins with, where that says more than what is in it, as the version that If-Match asks for.
    tag: str = ""
    vary: str = VARY
    #: Put together once for all answers alike: by coding, and whether the body goes with them.
    _lines: dict[tuple[str, bool], bytes] = field(default_factory=dict, repr=False, compare=False)

    @property
    def size(self) -> int:
        """Of memory, about: of a small page the text is the lesser half."""
        return PAGE_BYTES + sum(map(len, self.bodies.values())) + (QUESTIONS_BYTES if self.questions is not None else 0)

    def coding(self, accept: str) -> str:
        """The one that answers an Accept-Encoding; plain text where none is allowed, or none is smaller."""
        return PLAIN if PLAIN in self.bodies else taken(accept)

    def body(self, coding: str) -> bytes:
        """In any coding, if need be made of the one that it was stored in."""
        body = self.bodies.get(coding)
        if body is None:
            plain = zstandard.ZstdDecompressor().decompress(self.bodies[ZSTD])
            body = plain if coding == PLAIN else PACK[coding](plain)
        return body

    def with_coding(self, coding: str) -> "KeptPage":
        """With its text in this one, too; not as plain text, which is so large and asked for by hardly anybody."""
        if coding in self.bodies or coding == PLAIN:
            return self
        return replace(self, bodies=self.bodies | {coding: self.body(coding)})

    def etag(self, coding: str) -> str:
        """Strong: it names the very bytes, so each coding has its own."""
        name = self.tag or self.digest
        return f'"{name}-{coding}"' if coding != PLAIN else f'"{name}"'

    def headers_of(self, coding: str, *, is_whole: bool) -> Headers:
        """Those of an answer in this coding; without its body, an answer says nothing about one."""
        ready = [one for one in self.headers if is_whole or one[0] != "Content-Type"]
        ready += [("ETag", self.etag(coding)), ("Vary", self.vary)]
        if is_whole:
            ready += [("Content-Encoding", coding)] if coding != PLAIN else []
            ready += [("Content-Length", str(len(self.body(coding))))]
        return ready

    def lines_of(self, coding: str, *, is_whole: bool) -> bytes:
        """The same headers, as they are sent."""
        lines = self._lines.get((coding, is_whole))
        if lines is None:
            lines = self._lines[coding, is_whole] = lines_of(self.headers_of(coding, is_whole=is_whole))
        return lines

    def dump(self) -> bytes:
        """One line that describes it, and then the bodies one after the other."""
        line: dict[str, Any] = {
            "generation": self.generation,  # first, as `is_of` looks for it
            "since": self.since,
            "until": self.until if self.until != EVER else None,
            "post_id": self.post_id,
            "headers": self.headers,
            "digest": self.digest,
            "tag": self.tag,
            "vary": self.vary,
            "lengths": {coding: len(body) for coding, body in self.bodies.items()},
        }
        questions = {"questions": spelling.told(self.questions)} if self.questions is not None else {}
        try:
            text = json.dumps(line | questions, default=spelling.spelled)
        except TypeError:  # some value has no spelling
            text = json.dumps(line)
        return text.encode() + b"\n" + b"".join(self.bodies.values())


def held_once(headers: Iterable[tuple[str, str]]) -> Headers:
    """The same list for all pages that have these, which is nearly all of them. Not to be changed."""
    return _held(tuple(headers))


@lru_cache(maxsize=64)
def _held(headers: tuple[tuple[str, str], ...]) -> Headers:
    return list(headers)


def load(data: bytes) -> KeptPage:
    """The reverse of `dump`, of data that is known to be ours; ValueError where it describes no page."""
    line, _, rest = data.partition(b"\n")
    try:
        told = json.loads(line)
        bodies, place = {}, 0
        for coding, length in told["lengths"].items():
            bodies[coding] = rest[place : place + length]
            place += length
        page = KeptPage(
            generation=told["generation"],
            since=told["since"],
            until=told["until"] if told["until"] is not None else EVER,
            post_id=told["post_id"],
            headers=held_once((name, value) for name, value in told["headers"]),
            digest=told["digest"],
            bodies=bodies,
            questions=spelling.read(told["questions"]) if "questions" in told else None,
            tag=told["tag"],
            vary=told["vary"],
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise ValueError("The file describes no page.") from error
    if place != len(rest) or not bodies.keys() & {PLAIN, ZSTD}:
        raise ValueError("The page is not whole.")
    return page


def is_of(data: bytes, generation: int, place: int = 0) -> bool:
    """As far as the beginning tells, which takes a tenth of reading it all; the page begins at this place."""
    return data.startswith(b'{"generation": %d,' % generation, place)


def packed(body: bytes) -> dict[str, bytes]:
    """As a page is stored: packed once, in the coding that most browsers take; as it is where that is not worth it.

    To pack it in all of them took a sixth of what it took to make it, and most are asked for in one.
    """
    small = PACK[ZSTD](body) if len(body) >= SMALLEST else body
    return {ZSTD: small} if len(small) < len(body) else {PLAIN: body}


def digest_of(body: bytes) -> str:
    return hashlib.sha256(body).hexdigest()[:20]
