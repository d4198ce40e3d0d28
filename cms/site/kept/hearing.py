"""What the web server tells of pages that it sent from disk: they are read as much as those that we send.

A line for each, through a socket in the folder of the pages: the page, and what the browser said of itself. Of that a
count is kept, and nothing else. The web server waits for nobody: a line that finds no room is not counted.
"""

import contextlib
import json
import logging
import math
import socket
import struct
import time
from collections.abc import Callable
from pathlib import Path

from flask import Flask

from cms.site.reads import is_somebody, reads_of, write_soon
from cms.web import beside
from cms.web.meters import meters_of
from cms.web.runtimes import runtime_of

log = logging.getLogger(__name__)

#: deploy/nginx.conf has the same name.
SOCKET = "told"
LONGEST_LINE = 65536
#: How many times as long as it worked it rests, but no longer than this: the processors are the readers'.
RESTS = 9
LONGEST_REST = 1.0
AT_ONCE = 500
#: Without a word for so long, what was counted is written all the same.
SILENCE_SECONDS = 60


def init_app(app: Flask, folder: Path, post_id: Callable[[str], int | None]) -> None:
    """`post_id`: of the page at this address, if a post is read with it."""
    ear = Ear(app, folder / SOCKET, post_id)
    beside.before_fork(app, ear.open)
    beside.declare(app, "told-of-reads", ear.listen)
    beside.at_end(app, ear.finish)


class Ear:
    """One socket for all processes, opened before they are forked; each line reaches one of them."""

    def __init__(self, app: Flask, place: Path, post_id: Callable[[str], int | None]) -> None:
        self._app, self._place, self._post_id = app, place, post_id
        self._clock = runtime_of(app).clock
        self._socket: socket.socket | None = None

    def open(self) -> None:
        """In the place of the one that an earlier run left there."""
        heard = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            self._place.unlink(missing_ok=True)
            heard.bind(str(self._place))
            self._place.chmod(0o666)  # the web server is somebody else
        except OSError as error:
            heard.close()
            log.warning("reads of stored pages are not counted: %s", error)
            return
        heard.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", SILENCE_SECONDS, 0))
        self._socket = heard

    def listen(self) -> None:
        """For ever; ends at once where nothing was opened."""
        while self._socket is not None:
            begun = math.inf
            try:
                line = self._socket.recv(LONGEST_LINE)
                begun = time.thread_time()
                self.hear(line)
                self._hear_all(self._socket)
            except BlockingIOError:
                pass
            except OSError:
                log.exception("the web server cannot be heard")
                time.sleep(SILENCE_SECONDS)
            rest = min(LONGEST_REST, RESTS * max(0.0, time.thread_time() - begun))
            write_soon(self._app, self._clock.now())
            time.sleep(rest)

    def _hear_all(self, heard: socket.socket) -> None:
        """What waits, but no more at once than the system keeps waiting."""
        for _number in range(AT_ONCE):
            self.hear(heard.recv(LONGEST_LINE, socket.MSG_DONTWAIT))

    def finish(self) -> None:
        """What waits is heard before the counts are written."""
        with contextlib.suppress(OSError):
            if self._socket is not None:
                self._hear_all(self._socket)

    def hear(self, line: bytes) -> None:
        """As `log_format told` of deploy/nginx.conf has it, after what syslog puts before; anything else is nothing."""
        told = _words(line)
        if told is None:
            return
        path, agent, purpose, older_purpose = told
        meters_of(self._app).kept_from_disk.inc()
        environ = {
            "REQUEST_METHOD": "GET",
            "HTTP_USER_AGENT": agent,
            "HTTP_SEC_PURPOSE": purpose,
            "HTTP_PURPOSE": older_purpose,
        }
        if is_somebody(environ) and (post_id := self._post_id(path)) is not None:
            reads_of(self._app).count(post_id, self._clock.now())


def _words(line: bytes) -> list[str] | None:
    """Page, agent and two purposes."""
    try:
        told = json.loads(line.decode("utf-8", "replace").partition(": ")[2])
    except (ValueError, RecursionError):  # anybody on this machine can write here, and nest as deep as they like
        return None
    is_whole = isinstance(told, list) and len(told) == 4 and all(isinstance(word, str) for word in told)
    return told if is_whole else None
