"""The WSGI layer in front of Flask: a page that is kept, and still true, is sent from memory."""

from collections.abc import Callable, Iterable
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Flask
from sqlalchemy.orm import Session
from werkzeug.exceptions import HTTPException

from cms.core.clock import Clock
from cms.core.db import reading
from cms.extensions import db
from cms.posts.turns import next_turn
from cms.settings.queries import load as load_settings
from cms.site.kept.generations import Generations, of_engine
from cms.site.kept.note import KEY, Note
from cms.site.kept.page import Headers, KeptPage, digest_of, packed
from cms.site.kept.release import release_of
from cms.site.kept.sending import answer
from cms.site.kept.shelf import Files, Memory
from cms.site.reads import is_somebody, reads_of, write_soon
from cms.web.runtimes import runtime_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

#: What a public page may be asked for; all else in an address is noise, and makes no other page.
KNOWN = ("before", "comments")
#: Longer ones are no address of ours.
LONGEST = 600
#: Of the answer that is kept; the rest depends on who asks.
_OURS = frozenset({"content-length", "content-encoding", "etag", "vary", "x-request-id", "date", "connection"})
_TAKEN_ALONG = ("SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL", "REMOTE_ADDR", "HTTP_HOST", "SCRIPT_NAME", "PATH_INFO")
App = Callable[..., Iterable[bytes]]


def init_app(app: Flask, kept: frozenset[str]) -> None:
    """Answers of the endpoints that are `kept` are the same for everybody."""
    config = runtime_of(app).config
    if config.keep_pages:
        app.wsgi_app = KeptPages(app, kept)  # type: ignore[method-assign]


class KeptPages:
    """One for each application; threads share it."""

    def __init__(self, app: Flask, kept: frozenset[str]) -> None:
        config = runtime_of(app).config
        base = urlsplit(config.base_url)
        self._app, self._inner = app, app.wsgi_app
        self._endpoints = kept
        self._scheme, self._host = base.scheme, base.netloc
        self._clock: Clock = runtime_of(app).clock
        self._memory = Memory()
        self._files = Files(config.instance / "pages", release_of(config))
        with app.app_context():
            self._generations: Generations = of_engine(db.engine)
        self._turn: tuple[int, float, float] | None = None

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        key = self._key(environ)
        generation = self._generations.current() if key is not None else None
        if key is None or generation is None:
            return self._inner(environ, start_response)
        at = self._clock.now()
        page = self._memory.get(key)
        if page is None or not page.is_true(generation, at.timestamp()):
            if not self._may_be_kept(environ):
                return self._inner(environ, start_response)
            page = self._found_or_made(key, environ, generation)
            if page is None:
                return self._inner(environ, start_response)
        self._count(page, environ, at)
        return answer(page, environ, start_response)

    def _key(self, environ: "WSGIEnvironment") -> str | None:
        """The address without noise; None for what is no plain question to this very site."""
        if (
            environ["REQUEST_METHOD"] not in ("GET", "HEAD")
            or environ.get("HTTP_HOST") != self._host
            or environ["wsgi.url_scheme"] != self._scheme
            or environ.get("SCRIPT_NAME")
        ):
            return None
        path, query = environ["PATH_INFO"], environ.get("QUERY_STRING", "")
        if len(path) > LONGEST or (query and "%00" in query):
            return None
        return f"{path}?{cleaned(query)}" if query else f"{path}?"

    def _may_be_kept(self, environ: "WSGIEnvironment") -> bool:
        try:
            endpoint, _values = self._app.url_map.bind(self._host, path_info=_decoded(environ["PATH_INFO"])).match()
        except (HTTPException, UnicodeDecodeError):
            return False
        return endpoint in self._endpoints

    def _found_or_made(self, key: str, environ: "WSGIEnvironment", generation: int) -> KeptPage | None:
        """From the files of all processes, or made by one while the others wait; None where it is none to keep."""
        page = self._files.get(generation, key)
        if page is None or not page.is_true(generation, self._clock.now().timestamp()):
            with self._files.making(key) as is_ours:
                page = self._again(key, generation) if is_ours else None
                if page is None and is_ours:
                    page = self._made(key, environ)
        if page is not None:
            self._memory.put(key, page)
        return page

    def _again(self, key: str, generation: int) -> KeptPage | None:
        """What somebody else made while we waited for our turn."""
        page = self._files.get(self._generations.current() or generation, key)
        return page if page is not None and page.is_true(page.generation, self._clock.now().timestamp()) else None

    def _made(self, key: str, environ: "WSGIEnvironment") -> KeptPage | None:
        """Only true where nothing changed meanwhile: the generation is read before anything else, and again after."""
        generation = self._generations.current()
        if generation is None:
            return None
        since = self._clock.now()
        until = self._until(generation, since)
        note = Note()
        status, headers, text = _asked(self._inner, _clean(environ, key, note))
        names = {name.lower() for name, _value in headers}
        if not note.is_same_for_all or not status.startswith("200") or "set-cookie" in names:
            return None
        if self._generations.current() != generation or self._clock.now().timestamp() >= until:
            return None
        lines = [(name, value) for name, value in headers if name.lower() not in _OURS]
        page = KeptPage(generation, since.timestamp(), until, note.post_id, lines, digest_of(text), packed(text))
        self._files.put(key, page)
        return page

    def _until(self, generation: int, at: datetime) -> float:
        """When readers next see something else by themselves; asked once for each generation and turn."""
        if self._turn is None or self._turn[0] != generation or not self._turn[1] <= at.timestamp() < self._turn[2]:
            with self._app.app_context(), reading(), Session(db.engine) as session:
                turn = next_turn(session, at, comments_days=load_settings(session).comments_close_days)
            self._turn = (generation, at.timestamp(), turn.timestamp() if turn else float("inf"))
        return self._turn[2]

    def _count(self, page: KeptPage, environ: "WSGIEnvironment", at: datetime) -> None:
        """In memory; what was counted for a minute is written by a thread beside."""
        if page.post_id is not None and is_somebody(environ):
            reads_of(self._app).count(page.post_id, at)
        write_soon(self._app, at)


def cleaned(query: str) -> str:
    """Of the parameters those that make another page, each once and in one order."""
    given = dict(reversed(parse_qsl(query, keep_blank_values=True, max_num_fields=None)))
    return urlencode([(name, given[name]) for name in KNOWN if name in given])


def _clean(environ: "WSGIEnvironment", key: str, note: Note) -> dict[str, Any]:
    """A question without anything that could make one answer differ from another."""
    kept = {name: environ[name] for name in _TAKEN_ALONG if name in environ}
    kept |= {name: value for name, value in environ.items() if name.startswith("wsgi.")}
    return kept | {
        "REQUEST_METHOD": "GET",
        "QUERY_STRING": key.partition("?")[2],
        "HTTP_ACCEPT_ENCODING": "identity",
        "wsgi.input": BytesIO(),
        KEY: note,
    }


def _asked(app: App, environ: dict[str, Any]) -> tuple[str, Headers, bytes]:
    """The whole answer: status, headers and body."""
    said: list[tuple[str, Headers]] = []
    written: list[bytes] = []

    def start_response(status: str, headers: Headers, _error: Any = None) -> Callable[[bytes], Any]:
        said.append((status, headers))
        return written.append

    chunks = app(environ, start_response)
    try:
        written.extend(chunks)
    finally:
        if hasattr(chunks, "close"):
            chunks.close()
    return (*said[-1], b"".join(written))


def _decoded(path: str) -> str:
    return path.encode("latin-1").decode()
