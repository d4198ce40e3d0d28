"""Kept pages as plain files, for a web server that answers from them without asking us. See docs/decisions/0009.

Every generation is a folder, and one link leads to the folder that holds; `core.shutter` says who may set it. Only
pages with the usual headers are stored, which the configuration of the server names: `web.headers.of_kept_pages`.
"""

import logging
import os
import re
import shutil
import threading
import time
from functools import partial
from pathlib import Path

from flask import Flask

from cms.core.clock import Clock
from cms.core.files import MEGABYTE, write_whole
from cms.core.shutter import Shutter
from cms.site.kept import hearing
from cms.site.kept.direct import Headers
from cms.site.kept.generations import Generations
from cms.site.kept.page import EVER, KeptPage
from cms.site.kept.release import release_of
from cms.web import beside
from cms.web.codings import PLAIN
from cms.web.headers import of_kept_pages
from cms.web.runtimes import runtime_of

log = logging.getLogger(__name__)

#: Addresses in their one spelling; deploy/nginx.conf has the same words.
ADDRESS = re.compile(r"/|(?:/[A-Za-z0-9_~][A-Za-z0-9._~-]*)+")
NAME = re.compile(r"(?P<release>[0-9a-f]+)-(?P<generation>[0-9]+)-(?P<until>[0-9]+)")
FILE = "index.html"
#: Beside it, where a post is read with it: its id. With a dot, which no address of a page below this one has.
POST = "index.post"
ENDINGS = {"gzip": ".gz", "br": ".br", PLAIN: ""}
#: A page that shows something else within this time is not stored, and the link goes as long before it would.
MARGIN_SECONDS = 60.0
LOOK_SECONDS = 1.0
#: The web server tells of what it sent within a second, see deploy/nginx.conf.
STAYS_SECONDS = 5.0
MOST_BYTES = 512 * MEGABYTE
#: As many moments as every file system of today can keep.
MOMENTS = 2**33


def init_app(app: Flask, generations: Generations) -> "Disk | None":
    """None unless CMS_STORED_PAGES says where to."""
    runtime = runtime_of(app)
    if runtime.config.stored_pages is None:
        return None
    release = release_of(runtime.config) + _boot()
    disk = Disk(runtime.config.stored_pages, release, of_kept_pages(app), generations, runtime.clock)
    reads_log = runtime.config.reads_log
    beside.declare(app, "stored-pages", partial(disk.watch, sweeps=reads_log is None))
    if reads_log is not None:
        hearing.init_app(app, reads_log, disk.post_id, disk.sweep)
    return disk


class Disk:
    """The folder that the web server looks in."""

    def __init__(self, folder: Path, release: str, headers: Headers, generations: Generations, clock: Clock) -> None:
        self._folder, self._release = folder, release
        self._headers = sorted(headers)
        self._generations, self._clock = generations, clock
        self._shutter = Shutter(folder)
        self._name, self._bytes = "", 0
        self._past: dict[str, float] = {}
        folder.mkdir(parents=True, exist_ok=True, mode=0o755)
        self._look()  # other code may have made what is there, or it is of another database

    def keep(self, key: str, page: KeptPage) -> None:
        """Whoever asked us was not served from there, so it is looked at each time whether the page lies there."""
        path, _, parameters = key.partition("?")
        if parameters or not ADDRESS.fullmatch(path) or not self._is_fit(page):
            return
        name = f"{self._release}-{page.generation}-{_milliseconds(page.until)}"
        try:
            place = self._folder / name / path.lstrip("/") / FILE
            if not place.exists() and not self._written(name, place, page):
                return
            if self._shutter.target() != name:
                self._shutter.lead_to(name, lambda: self._holds(name))
        except OSError as error:
            log.warning("a page could not be stored for the web server: %s", error)

    def watch(self, *, sweeps: bool) -> None:
        """What turns by itself ends in time; and whatever went wrong elsewhere, nothing old stays for long.

        `sweeps`: nobody hears of reads, and so of the end of them.
        """
        pause = threading.Event()
        while not pause.wait(LOOK_SECONDS):
            try:
                self._look()
                if sweeps:
                    self.sweep()
            except OSError:
                log.exception("what the web server serves could not be looked at")

    def post_id(self, path: str) -> int | None:
        """What is read with the page that the web server had at this address; None where nothing was, or no page.

        Of the newest that there is: told of a page is a moment after it was sent, and it may have changed in between.
        """
        if not ADDRESS.fullmatch(path):
            return None
        for name in sorted(self._names(), key=_generation, reverse=True):
            try:
                return int((self._folder / name / path.lstrip("/") / POST).read_bytes())
            except (OSError, ValueError):
                continue
        return None

    def sweep(self) -> None:
        """What has led nowhere for some seconds goes, once all that was told of it is heard.

        Whoever was about to read there asks us instead.
        """
        at = time.monotonic()
        self._past = {name: self._past.get(name, at) for name in self._names() - {self._shutter.target()}}
        for name, since in self._past.items():
            if at - since > STAYS_SECONDS:
                shutil.rmtree(self._folder / name, ignore_errors=True)

    def _look(self) -> None:
        target = self._shutter.target()
        if target is not None and not self._holds(target) and (held := self._shutter.shut()) is not None:
            held.close()

    def _is_fit(self, page: KeptPage) -> bool:
        at = self._clock.now().timestamp()
        return at + MARGIN_SECONDS < page.until and sorted(page.headers) == self._headers

    def _holds(self, name: str) -> bool:
        """Whether this is what readers see now, for a minute at least."""
        told = NAME.fullmatch(name)
        if told is None or told["release"] != self._release or int(told["generation"]) != self._generations.current():
            return False
        return told["until"] == "0" or self._clock.now().timestamp() + MARGIN_SECONDS < int(told["until"]) / 1000

    def _written(self, name: str, place: Path, page: KeptPage) -> bool:
        """The plain file last: whoever finds it finds them all. False where there is no more room."""
        if name != self._name:
            self._name, self._bytes = name, 0
        codings = (PLAIN,) if PLAIN in page.bodies else ENDINGS
        bodies = {ENDINGS[coding]: page.body(coding) for coding in codings}
        size = sum(map(len, bodies.values()))
        if self._bytes + size > MOST_BYTES:
            return False
        place.parent.mkdir(parents=True, exist_ok=True, mode=0o755)
        show = partial(_show, moment=int(page.digest, 16) % MOMENTS)
        if page.post_id is not None:
            write_whole(place.with_name(POST), str(page.post_id).encode())
        for ending in sorted(bodies, reverse=True):
            write_whole(place.with_name(f"{FILE}{ending}"), bodies[ending], prepare=show)
        self._bytes += size
        return True

    def _names(self) -> set[str]:
        return {folder.name for folder in self._folder.iterdir() if NAME.fullmatch(folder.name)}


def _generation(name: str) -> int:
    return int(name.split("-")[1])


def _show(draft: Path, moment: int) -> None:
    """To the web server. The time says what is in it and not when: an ETag is made of it and the size."""
    draft.chmod(0o644)
    os.utime(draft, (moment, moment))
    if int(draft.stat().st_mtime) != moment:
        raise OSError("This file system cannot keep the time of a page.")


def _boot() -> str:
    """Tells this run of the machine from another: what was written when the power failed may be half there."""
    try:
        return Path("/proc/sys/kernel/random/boot_id").read_text()[:8]
    except OSError:
        return ""


def _milliseconds(until: float) -> int:
    return 0 if until == EVER else int(until * 1000)
