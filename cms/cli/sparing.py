"""How processes that serve for months hold no more memory than they use, and share what they do not change."""

import ctypes
import gc
import logging
import time

from flask import Flask
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import configure_mappers

from cms.core.files import MEGABYTE
from cms.web.runtimes import runtime_of

log = logging.getLogger(__name__)

#: Of glibc's mallopt. By itself it gives each thread a heap of its own, and keeps up to 64 MB of each that nobody uses:
#: a day of requests took three times what it needed. Less than this, and each page that is packed asks anew.
_OF_GLIBC = {"M_ARENA_MAX": (-8, 1), "M_TRIM_THRESHOLD": (-1, 2 * MEGABYTE), "M_MMAP_THRESHOLD": (-3, 2 * MEGABYTE)}
#: To look for what is free takes a millisecond at most; to take it again later, less than that.
GIVE_BACK_SECONDS = 1.0


def keep_one_heap() -> None:
    """For all threads of this process and of those it starts; other libraries than glibc do as they do."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None:
        for parameter, value in _OF_GLIBC.values():
            mallopt(parameter, value)


def make_once(app: Flask) -> None:
    """What each worker would make by itself for its first answer: mappers, statements, templates, names of months.

    Nobody reads what is asked for here: a browser that is counted would be counted by each worker. It comes with a
    body: any other question would be answered by the page that is kept since the last start, and nothing made. Where
    the tables are of another version the server begins all the same, since `/readyz` is who says so.
    """
    configure_mappers()
    base_url = runtime_of(app).config.base_url
    try:
        app.test_client().get("/", base_url=base_url, headers={"User-Agent": ""}, data=b"not from what is kept")
    except SQLAlchemyError as error:
        log.warning("the front page could not be made before the workers: %s", type(error).__name__)


def share_what_is_there() -> None:
    """Nothing that was made so far is looked at for garbage again: a look writes, and what is written is not shared."""
    gc.collect()
    gc.freeze()


def keep_giving_back() -> None:
    """For ever: only what is free at the end of a heap goes back by itself, and a page that stays lies behind much."""
    while give_back():
        time.sleep(GIVE_BACK_SECONDS)


def give_back() -> bool:
    """What the heap has free goes back to the system now; False where no library does that."""
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
    return trim is not None
