"""The WSGI layer in front of Flask: a page that is kept, and still true, is sent from memory."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING

from flask import Flask

from cms.core.arrival import came_at
from cms.core.files import MEGABYTE
from cms.extensions import db
from cms.site.kept import disk
from cms.site.kept.address import Addresses, Pages
from cms.site.kept.generations import of_engine
from cms.site.kept.making import Maker, Unkept
from cms.site.kept.page import KeptPage
from cms.site.kept.release import release_of
from cms.site.kept.sending import answer, logged
from cms.site.kept.shared import Shared
from cms.site.kept.shelf import Files, Memory
from cms.site.reads import is_somebody, reads_of, write_soon
from cms.web.meters import meters_of
from cms.web.runtimes import runtime_of

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIEnvironment

#: Of memory for pages that are asked for with parameters: there may be any number, and they push out no others.
DEEPER_BYTES = 2 * MEGABYTE


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
        release = release_of(runtime.config)
        self._files = Files(runtime.config.instance / "pages", release)
        url = runtime.config.redis_url
        self._shared = Shared(url, release, runtime.config.secret_key) if url else None
        with app.app_context():
            self._generations = of_engine(db.engine)
        self._maker = Maker(app, self._generations)
        self._disk = disk.init_app(app, self._generations)
        self._logs = runtime.config.log_kept_pages

    def __call__(self, environ: "WSGIEnvironment", start_response: "StartResponse") -> Iterable[bytes]:
        """Never an old page: whatever cannot be told goes to Flask."""
        key = self._addresses.key(environ)
        generation = self._generations.current(came_at()) if key is not None else None
        if key is None or generation is None:
            return self._inner(environ, start_response)
        at = self._clock.now()
        page = self._memory_of(key).get(key)
        if page is not None and page.holds(generation, at.timestamp()):
            return self._sent(key, page, at, environ, start_response)
        if self._addresses.parameters_of(environ["PATH_INFO"]) is None:
            return self._inner(environ, start_response)
        made = self._found_or_made(key, environ, generation)
        if isinstance(made, KeptPage):
            return self._sent(key, made, self._clock.now(), environ, start_response)
        if made is None or _has_noise(key, environ):  # a redirect takes it along
            return self._inner(environ, start_response)
        return made.send(environ, start_response)

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
        if self._logs:
            start_response = logged(environ, start_response)
        coding = page.coding(environ.get("HTTP_ACCEPT_ENCODING", ""))
        if coding not in page.bodies and (wider := page.with_coding(coding)) is not page:
            page = wider
            self._memory_of(key).put(key, page)
        return answer(page, coding, environ, start_response, meters_of(self._app))

    def _memory_of(self, key: str) -> Memory:
        return self._memory if key.endswith("?") else self._deeper

    def _found_or_made(self, key: str, environ: "WSGIEnvironment", generation: int) -> KeptPage | Unkept | None:
        """From the files of all processes, or made by one while the others wait; None where that takes too long."""
        if (page := self._in_files(key, generation)) is not None:
            return self._remembered(key, page)
        with self._files.making(key) as is_ours:
            return self._made_in_turn(key, environ, generation) if is_ours else None

    def _made_in_turn(self, key: str, environ: "WSGIEnvironment", generation: int) -> KeptPage | Unkept:
        """It is kept before the turn ends, so that whoever waited finds it."""
        generation = self._generations.current() or generation
        page: KeptPage | Unkept | None = self._made_meanwhile(key, generation)
        if page is None:
            page = self._renewed(key) or self._shared_or_made(key, environ, generation)
            if isinstance(page, KeptPage) and key.endswith("?"):
                self._files.put(key, page)
        return self._remembered(key, page) if isinstance(page, KeptPage) else page

    def _remembered(self, key: str, page: KeptPage) -> KeptPage:
        memory = self._memory_of(key)
        if page.questions is None and (old := memory.get(key)) is not None:  # it is from a file, or another machine
            page = page.known_by(old)
        memory.put(key, page)
        return page

    def _renewed(self, key: str) -> KeptPage | None:
        """That of an older generation, where nothing that it shows has changed."""
        old = self._memory_of(key).get(key)
        renewed = self._maker.renewed(old) if old is not None else None
        if renewed is not None:
            meters_of(self._app).kept_renewals.inc()
        return renewed

    def _shared_or_made(self, key: str, environ: "WSGIEnvironment", generation: int) -> KeptPage | Unkept:
        """From another machine, or made by one of all while the others wait."""
        if self._shared is None or not key.endswith("?"):
            return self._made(key, environ)
        with self._shared.turn(key, lambda: self._generations.current() or generation) as turn:
            if turn.found is not None and self._holding(turn.found, turn.found.generation) is not None:
                return turn.found
            made = self._made(key, environ)
            if isinstance(made, KeptPage):
                turn.keep(made)
            return made

    def _made(self, key: str, environ: "WSGIEnvironment") -> KeptPage | Unkept:
        made = self._maker.make(key, environ)
        if isinstance(made, KeptPage):
            meters_of(self._app).kept_misses.inc()
        return made

    def _made_meanwhile(self, key: str, generation: int) -> KeptPage | None:
        """While we waited: by a thread beside, whose page need not be read again, or by another process."""
        beside = self._holding(self._memory_of(key).get(key), generation)
        return beside if beside is not None else self._in_files(key, generation)

    def _in_files(self, key: str, generation: int) -> KeptPage | None:
        return self._holding(self._files.get(generation, key), generation)

    def _holding(self, page: KeptPage | None, generation: int) -> KeptPage | None:
        return page if page is not None and page.holds(generation, self._clock.now().timestamp()) else None


def _has_noise(key: str, environ: "WSGIEnvironment") -> bool:
    return environ.get("QUERY_STRING", "") != key.partition("?")[2]
