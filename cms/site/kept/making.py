"""A page is made by asking Flask as if nobody in particular asked, and is kept only where nothing changed meanwhile."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any, NamedTuple

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from cms.comments.arrival import next_closing
from cms.core.db import is_away, reading
from cms.extensions import db
from cms.posts.turns import next_turn
from cms.settings.queries import SiteSettings
from cms.settings.queries import load as load_settings
from cms.site.kept.generations import Generations
from cms.site.kept.note import KEY, Note
from cms.site.kept.page import Headers, KeptPage, digest_of, packed
from cms.web.headers import MADE_ANEW
from cms.web.runtimes import runtime_of
from cms.web.visitors import SETTINGS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

App = Callable[..., Iterable[bytes]]
EVER = float("inf")
_ABOUT_THE_SERVER = ("SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL", "REMOTE_ADDR", "HTTP_HOST", "SCRIPT_NAME")


class Stretch(NamedTuple):
    """Of one generation: since when, and until when, it shows the same, and by which settings."""

    generation: int
    since: float
    until: float
    settings: SiteSettings


@dataclass(frozen=True)
class Unkept:
    """An answer to whoever asked, and to nobody else."""

    status: str
    headers: Headers
    body: bytes

    def send(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        start_response(self.status, self.headers)
        return [] if environ["REQUEST_METHOD"] == "HEAD" else [self.body]


class Maker:
    """Makes the pages of one application."""

    def __init__(self, app: Flask, generations: Generations) -> None:
        self._app, self._inner = app, app.wsgi_app
        self._generations = generations
        self._clock = runtime_of(app).clock
        self._stretch: Stretch | None = None

    def make(self, key: str, environ: "WSGIEnvironment") -> KeptPage | Unkept:
        """The generation is read before anything else, and again after."""
        generation = self._generations.current()
        since = self._clock.now()
        stretch = self._stretch_or_none(generation, since)
        note = Note()
        clean = _clean(environ, key, note)
        if stretch is not None:
            clean[SETTINGS] = stretch.settings
        answer = _asked(self._inner, clean)
        names = {name.lower() for name, _value in answer.headers}
        is_for_all = note.is_same_for_all and answer.status.startswith("200") and "set-cookie" not in names
        if stretch is None or not is_for_all or not self._is_now(stretch):
            return answer
        headers = [(name, value) for name, value in answer.headers if name.lower() not in MADE_ANEW]
        body = answer.body
        moments = (since.timestamp(), stretch.until)
        return KeptPage(stretch.generation, *moments, note.post_id, headers, digest_of(body), packed(body))

    def _is_now(self, stretch: Stretch) -> bool:
        return self._generations.current() == stretch.generation and self._clock.now().timestamp() < stretch.until

    def _stretch_or_none(self, generation: int | None, at: datetime) -> Stretch | None:
        """A database that is away says no time: whoever asks is told so by Flask, and nothing is kept."""
        try:
            return self._stretch_of(generation, at) if generation is not None else None
        except SQLAlchemyError as error:
            if not is_away(error):
                raise
            return None

    def _stretch_of(self, generation: int, at: datetime) -> Stretch:
        """Asked once for each generation and stretch."""
        known = self._stretch
        if known is None or known.generation != generation or not known.since <= at.timestamp() < known.until:
            with self._app.app_context(), reading(), Session(db.engine) as session:
                settings = load_settings(session)
                changes = (next_turn(session, at), next_closing(session, settings, at))
            until = min((moment.timestamp() for moment in changes if moment is not None), default=EVER)
            known = self._stretch = Stretch(generation, at.timestamp(), until, settings)
        return known


def _clean(environ: "WSGIEnvironment", key: str, note: Note) -> dict[str, Any]:
    """A question without anything that could make one answer differ from another."""
    kept = {name: environ[name] for name in _ABOUT_THE_SERVER if name in environ}
    kept |= {name: value for name, value in environ.items() if name.startswith("wsgi.")}
    return kept | {
        "REQUEST_METHOD": "GET",
        "PATH_INFO": environ["PATH_INFO"],
        "QUERY_STRING": key.partition("?")[2],
        "HTTP_ACCEPT_ENCODING": "identity",
        "wsgi.input": BytesIO(),
        KEY: note,
    }


def _asked(app: App, environ: dict[str, Any]) -> Unkept:
    """The whole answer."""
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
    return Unkept(*said[-1], b"".join(written))
