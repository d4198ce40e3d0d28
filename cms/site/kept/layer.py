"""The WSGI layer in front of Flask: a page that is kept, and still true, is sent from memory."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING

from flask import Flask

from cms.core.arrival import came_at
from cms.core.files import MEGABYTE
from cms.extensions import db
from cms.site.kept import disk
from cms.site.kept.address import Addresses, Pages
from cms.site.kept.changing import Changing
from cms.site.kept.direct import Headers
from cms.site.kept.generations import of_engine
from cms.site.kept.making import Maker, Unkept
from cms.site.kept.page import KeptPage
from cms.site.kept.release import release_of
from cms.site.kept.sending import answer, logged
from cms.site.kept.shared import Shared
from cms.site.kept.shelf import Files, Memory
from cms.site.reads import is_somebody, reads_of, write_soon
from cms.web import kept
from cms.web.areas import is_api
from cms.web.meters import meters_of
from cms.web.rates import COUNTED
from cms.web.runtimes import runtime_of
from cms.web.visitors import SETTINGS

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

#: Of memory for pages that are asked for with parameters: there may be any number, and they push out no others.
DEEPER_BYTES = MEGABYTE // 2


def init_app(app: Flask, pages: Pages) -> None:
    """Keep the answers of these endpoints, which are the same for everybody."""
    if runtime_of(app).config.keep_pages:
        app.wsgi_app = KeptPages(app, pages)  # type: ignore[method-assign]


class KeptPages:
    """One for each application; threads share it."""

    def __init__(self, app: Flask, pages: Pages) -> None:
        runtime = runtime_of(app)
        self._app, self._inner = app, app.wsgi_app
        self._clock = runtime.clock
        self._addresses = Addresses(app, runtime.config.base_url, pages)
        self._memory, self._deeper = Memory(), Memory(DEEPER_BYTES)
        self._changing = Changing()
        release = release_of(runtime.config)
        url, secret = runtime.config.redis_url, runtime.config.secret_key
        self._files = Files(runtime.config.instance / "pages", release, secret)
        self._shared = Shared(url, release, secret) if url else None
        with app.app_context():
            self._generations = of_engine(db.engine)
        self._maker = Maker(app, self._generations)
        self._disk = disk.init_app(app, self._generations)
        self._logs = runtime.config.log_kept_pages

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Never an old page: whatever cannot be told goes to Flask."""
        key = self._addresses.key(environ)
        generation = self._generations.current(came_at())
        if key is None or generation is None:
            return self._asked(environ, start_response, generation)
        at, path = self._clock.now(), environ["PATH_INFO"]
        page = self._memory_of(key).get(key)
        if page is not None and not page.holds(generation, at.timestamp()):
            page = None
        if page is None and not self._addresses.leads_somewhere(key, path):
            return self._asked(environ, start_response, generation)
        if is_api(path):
            return self._to_program(key, page, generation, environ, start_response)
        if page is not None:
            return self._sent(key, page, at, environ, start_response)
        made = self._found_or_made(key, environ, generation)
        if isinstance(made, KeptPage):
            return self._sent(key, made, self._clock.now(), environ, start_response)
        if made is None or _has_noise(key, environ):  # a redirect takes it along
            return self._asked(environ, start_response, generation)
        return made.send(environ, start_response)

    def _asked(
        self, environ: "WSGIEnvironment", start_response: "StartResponse", generation: int | None
    ) -> Iterable[bytes]:
        """Flask, which need not read the settings for each request: whoever asks for them is told those of now."""
        if generation is not None:
            environ[SETTINGS] = partial(self._maker.settings, generation)
        return self._inner(environ, start_response)

    def _to_program(
        self,
        key: str,
        page: KeptPage | None,
        generation: int,
        environ: "WSGIEnvironment",
        start_response: "StartResponse",
    ) -> Iterable[bytes]:
        """Whoever asks is counted first, and once. Refusals are in their language, so Flask is asked for each."""
        answers = kept.for_programs(self._app)
        account = answers.count(environ.get("REMOTE_ADDR", ""), self._clock.now()) if answers is not None else None
        if account is not None:
            environ[COUNTED] = account
            if account.is_beyond:
                return self._asked(environ, start_response, generation)
        made = page or self._found_or_made(key, environ, generation)
        if not isinstance(made, KeptPage):
            return self._asked(environ, start_response, generation)
        told = list(account.headers.items()) if account is not None else []
        return self._answered(key, made, environ, start_response, told)

    def _sent(
        self, key: str, page: KeptPage, at: datetime, environ: "WSGIEnvironment", start_response: "StartResponse"
    ) -> Iterable[bytes]:
        """Reads are counted in memory; what was counted for a minute is written by a thread beside."""
        if self._disk is not None:
            self._disk.keep(key, page)
        reads = reads_of(self._app)
        if page.post_id is not None and is_somebody(environ):
            reads.count(page.post_id, at)
        if reads.are_due(at):
            write_soon(self._app, at)
        return self._answered(key, page, environ, start_response)

    def _answered(
        self,
        key: str,
        page: KeptPage,
        environ: "WSGIEnvironment",
        start_response: "StartResponse",
        told: Headers | None = None,
    ) -> Iterable[bytes]:
        """In the coding that was asked for; `told` as in `sending.answer`."""
        if self._logs:
            start_response = logged(environ, start_response)
        coding = page.coding(environ.get("HTTP_ACCEPT_ENCODING", ""))
        if coding not in page.bodies and (wider := page.with_coding(coding)) is not page:
            page = wider
            self._memory_of(key).put(key, page)
        return answer(page, coding, environ, start_response, meters_of(self._app), told)

    def _memory_of(self, key: str) -> Memory:
        return self._memory if _is_for_all(key) else self._deeper

    def _found_or_made(self, key: str, environ: "WSGIEnvironment", generation: int) -> KeptPage | Unkept | None:
        """From the files of all processes, or made by one while the others wait; None where that takes too long."""
        if (page := self._holding(self._in_files(key, generation), generation)) is not None:
            return self._remembered(key, page)
        with self._files.making(key) as is_ours:
            return self._made_in_turn(key, environ, generation) if is_ours else None

    def _made_in_turn(self, key: str, environ: "WSGIEnvironment", generation: int) -> KeptPage | Unkept:
        """It is kept before the turn ends, so that whoever waited finds it."""
        generation = self._generations.current() or generation
        there = [page for page in (self._memory_of(key).get(key), self._in_files(key)) if page is not None]
        for known in there:
            if self._holding(known, generation) is not None:  # made meanwhile, by a thread beside or another process
                return self._remembered(key, known)
        renewed = None if self._changing.is_likely(key) else self._renewed(there, generation)
        page = renewed or self._shared_or_made(key, environ, generation)
        if isinstance(page, KeptPage):
            if there:
                self._changing.note(key, is_same=page.digest == max(there, key=_generation).digest)
            self._put(key, page)
        elif there and not page.status.startswith("5"):
            self._files.drop(key)
        return page

    def _in_files(self, key: str, generation: int | None = None) -> KeptPage | None:
        return self._files.get(key, generation) if _is_for_all(key) else None

    def _put(self, key: str, page: KeptPage) -> None:
        if _is_for_all(key):
            self._files.put(key, page)
        self._remembered(key, page)

    def _remembered(self, key: str, page: KeptPage) -> KeptPage:
        """What it is known again by is asked for after a change alone, and lies in its file as well."""
        if _is_for_all(key):
            page = replace(page, questions=None)
        self._memory_of(key).put(key, page)
        return page

    def _renewed(self, older: list[KeptPage], generation: int) -> KeptPage | None:
        """The latest of older generations, where nothing that it shows has changed."""
        asked = max((page for page in older if page.questions is not None), key=_generation, default=None)
        renewed = self._maker.renewed(asked, generation) if asked is not None else None
        if renewed is not None:
            meters_of(self._app).kept_renewals.inc()
        return renewed

    def _shared_or_made(self, key: str, environ: "WSGIEnvironment", generation: int) -> KeptPage | Unkept:
        """From another machine, or made by one of all while the others wait."""
        if self._shared is None or not _is_for_all(key):
            return self._made(key, environ, generation)
        with self._shared.turn(key, generation, lambda: self._generations.current() or generation) as turn:
            if turn.found is not None and self._holding(turn.found, turn.found.generation) is not None:
                return turn.found
            made = self._made(key, environ, generation)
            if isinstance(made, KeptPage):
                turn.keep(made)
            return made

    def _made(self, key: str, environ: "WSGIEnvironment", generation: int) -> KeptPage | Unkept:
        made = self._maker.make(key, environ, generation)
        if isinstance(made, KeptPage):
            meters_of(self._app).kept_misses.inc()
        return made

    def _holding(self, page: KeptPage | None, generation: int) -> KeptPage | None:
        return page if page is not None and page.holds(generation, self._clock.now().timestamp()) else None


def _is_for_all(key: str) -> bool:
    """Without parameters, of which there may be any number."""
    return key.endswith("?")


def _generation(page: KeptPage) -> int:
    return page.generation


def _has_noise(key: str, environ: "WSGIEnvironment") -> bool:
    return environ.get("QUERY_STRING", "") != key.partition("?")[2]
