"""What the web server tells of pages that it sent from disk: they are read as much as those that we send.

A line for each, in the file that CMS_READS_LOG names: the page, and what the browser said of itself. Of that a count is
kept, and nothing else.
"""

import contextlib
import json
import logging
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

from flask import Flask

from cms.core.intake import Intake
from cms.site.reads import is_somebody, reads_of, write_soon
from cms.web import beside
from cms.web.meters import meters_of
from cms.web.runtimes import runtime_of

log = logging.getLogger(__name__)

#: How many times as long as it worked it rests: the processors are the readers'.
RESTS = 9
LOOK_SECONDS = 1.0
AFTER_FAULT_SECONDS = 60.0


def init_app(app: Flask, place: Path, post_id: Callable[[str], int | None], sweep: Callable[[], None]) -> None:
    """`post_id`: of the page at this address, if a post is read with it; `sweep` is called when all was heard."""
    ear = Ear(app, place, post_id, sweep)
    beside.before_fork(app, ear.open)
    beside.declare(app, "told-of-reads", ear.listen)
    beside.at_end(app, ear.finish)


class Ear:
    """Of each process one; they take turns."""

    def __init__(
        self, app: Flask, place: Path, post_id: Callable[[str], int | None], sweep: Callable[[], None]
    ) -> None:
        self._app, self._intake = app, Intake(place)
        self._post_id, self._sweep = post_id, sweep
        self._clock = runtime_of(app).clock
        self._hearing, self._has_ended, self._is_deaf = threading.Lock(), False, False

    def open(self) -> None:
        """Where that fails nothing is heard: what cannot be taken away would be counted again and again."""
        was_deaf, self._is_deaf = self._is_deaf, False
        try:
            self._intake.open()
        except OSError as error:
            self._is_deaf = True
            if not was_deaf:
                log.warning("reads of stored pages are not counted: %s", error)

    def listen(self) -> None:
        """Until the process ends."""
        while not self._has_ended:
            rest = self._rest_after_work()
            write_soon(self._app, self._clock.now())
            time.sleep(rest)

    def _rest_after_work(self) -> float:
        """Whoever hears nothing tries again, as the file may be made, or be let to them, later."""
        if self._is_deaf:
            self.open()
        begun = time.thread_time()
        try:
            some = self.hear_some()
        except OSError:
            log.exception("the web server cannot be heard")
            return AFTER_FAULT_SECONDS
        if self._is_deaf:
            return AFTER_FAULT_SECONDS
        return RESTS * (time.thread_time() - begun) if some else LOOK_SECONDS

    def finish(self) -> None:
        """What was told is heard before the counts are written; what another process hears is counted there."""
        with contextlib.suppress(OSError):
            while self.hear_some():
                pass
        with self._hearing:
            self._has_ended = True

    def hear_some(self) -> bool:
        """Whether there was anything; what is told stays there until it is counted."""
        if self._is_deaf:
            self._sweep()
            return False
        with self._hearing, self._intake.some() as lines:
            if self._has_ended or lines is None:
                return False
            if not lines:
                self._sweep()
            self._hear(lines)
            return bool(lines)

    def _hear(self, lines: bytes) -> None:
        """As `log_format told` of deploy/nginx.conf has them; anything else is nothing."""
        read: Counter[str] = Counter()
        for line, times in Counter(lines.splitlines()).items():
            if (told := _words(line)) is None:
                continue
            path, agent, purpose, older_purpose = told
            meters_of(self._app).kept_from_disk.inc(times)
            environ = {
                "REQUEST_METHOD": "GET",
                "HTTP_USER_AGENT": agent,
                "HTTP_SEC_PURPOSE": purpose,
                "HTTP_PURPOSE": older_purpose,
            }
            if is_somebody(environ):
                read[path] += times
        at = self._clock.now()
        for path, times in read.items():
            if (post_id := self._post_id(path)) is not None:
                for _time in range(times):
                    reads_of(self._app).count(post_id, at)


def _words(line: bytes) -> list[str] | None:
    """Page, agent and two purposes."""
    try:
        told = json.loads(line.decode("utf-8", "replace"))
    except (ValueError, RecursionError):  # cut short; or others may write here, and nest as deep as they like
        return None
    is_whole = isinstance(told, list) and len(told) == 4 and all(isinstance(word, str) for word in told)
    return told if is_whole else None
