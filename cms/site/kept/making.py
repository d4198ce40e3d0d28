"""A page is made by asking Flask as if nobody in particular asked, and is kept only where nothing changed meanwhile."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from io import BytesIO
from typing import TYPE_CHECKING, Any

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from cms.comments.arrival import next_closing
from cms.core.db import reading
from cms.core.db_errors import is_away
from cms.core.planning import plan_once
from cms.extensions import db
from cms.posts.turns import next_turn
from cms.settings.queries import SiteSettings
from cms.settings.queries import load as load_settings
from cms.site.kept.direct import Headers
from cms.site.kept.generations import Generations
from cms.site.kept.page import EVER, VARY, KeptPage, Lasting, digest_of, held_once, packed
from cms.site.kept.questions import Asking, Questions
from cms.web.headers import MADE_ANEW
from cms.web.kept import KEY, Note
from cms.web.runtimes import runtime_of
from cms.web.visitors import MOMENT, SETTINGS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

App = Callable[..., Iterable[bytes]]
_ABOUT_THE_SERVER = ("SERVER_NAME", "SERVER_PORT", "SERVER_PROTOCOL", "REMOTE_ADDR", "HTTP_HOST", "SCRIPT_NAME")


@dataclass(frozen=True, slots=True)
class Stretch(Lasting):
    """What pages that are made now hold for, and by which settings."""

    settings: SiteSettings
    settings_digest: str


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
        self._settings: tuple[int, SiteSettings] | None = None
        with app.app_context():
            self._asking = Asking(db.engine)
            self._errors = (SQLAlchemyError, db.engine.dialect.loaded_dbapi.Error)

    def settings(self, generation: int) -> SiteSettings | None:
        """Those of a generation that was read before, or later ones; None where the database is away."""
        known = self._settings
        if known is not None and known[0] == generation:
            return known[1]
        try:
            with self._app.app_context(), reading(), Session(db.engine) as session:
                return self._settings_of(generation, session)
        except SQLAlchemyError as error:
            if not is_away(error):
                raise
            return None

    def make(self, key: str, environ: "WSGIEnvironment", generation: int) -> KeptPage | Unkept:
        """Of a generation that was read before; it is read again after."""
        since = self._clock.now()
        stretch = self._stretch_or_none(generation, since)
        note = Note()
        clean = _clean(environ, key, note) | {MOMENT: since}
        if stretch is not None:
            clean[SETTINGS] = lambda: stretch.settings
        with self._asking.noted() as notes:
            answer = _asked(self._inner, clean)
        said = {name.lower(): value for name, value in answer.headers}
        is_for_all = note.is_same_for_all and answer.status.startswith("200") and "set-cookie" not in said
        if stretch is None or not is_for_all:
            return answer
        questions = self._asking.known(notes, stretch.settings_digest, since)
        if not self._is_now(stretch):
            return answer
        return KeptPage(
            generation=stretch.generation,
            since=since.timestamp(),
            until=stretch.until,
            post_id=note.post_id,
            headers=held_once(one for one in answer.headers if one[0].lower() not in MADE_ANEW),
            digest=digest_of(answer.body),
            bodies=packed(answer.body),
            questions=questions,
            tag=said.get("etag", "").strip('"'),
            vary=said.get("vary", VARY),
        )

    def renewed(self, page: KeptPage, generation: int) -> KeptPage | None:
        """The page of an older generation as one of this, where it still is what would be made.

        Nothing that turns by itself may have turned since: what is asked for is compared, not how long ago it was.
        """
        at = self._clock.now()
        if page.questions is None or not page.holds(page.generation, at.timestamp()):
            return None
        stretch = self._stretch_or_none(generation, at)
        if stretch is None or not self._is_alike(page.questions, stretch, at) or not self._is_now(stretch):
            return None
        return replace(page, generation=stretch.generation, since=at.timestamp(), until=stretch.until)

    def _is_alike(self, questions: Questions, stretch: Stretch, at: datetime) -> bool:
        """Where the database does not say, the page is made, and whoever asks is told why it cannot be."""
        if questions.settings != stretch.settings_digest:
            return False
        try:
            return self._asking.is_answered_alike(questions, at)
        except self._errors:
            return False

    def _is_now(self, stretch: Stretch) -> bool:
        return self._generations.current() == stretch.generation and self._clock.now().timestamp() < stretch.until

    def _stretch_or_none(self, generation: int, at: datetime) -> Stretch | None:
        """A database that is away says no time: whoever asks is told so by Flask, and nothing is kept."""
        try:
            return self._stretch_of(generation, at)
        except SQLAlchemyError as error:
            if not is_away(error):
                raise
            return None

    def _stretch_of(self, generation: int, at: datetime) -> Stretch:
        """Asked once for each generation and stretch."""
        known = self._stretch
        if known is None or not known.holds(generation, at.timestamp()):
            with self._app.app_context(), reading(), Session(db.engine) as session:
                plan_once(session)
                settings = self._settings_of(generation, session)
                changes = (next_turn(session, at), next_closing(session, settings, at))
            until = min((moment.timestamp() for moment in changes if moment is not None), default=EVER)
            digest = digest_of(repr(sorted(settings.as_dict().items())).encode())
            known = self._stretch = Stretch(generation, at.timestamp(), until, settings, digest)
        return known

    def _settings_of(self, generation: int, session: Session) -> SiteSettings:
        """Read once for each generation."""
        known = self._settings
        if known is None or known[0] != generation:
            known = self._settings = generation, load_settings(session)
        return known[1]


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
