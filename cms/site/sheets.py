"""Strips of thumbnails for lists of files: put together when first asked for, kept until newer ones push them out."""

import hashlib
import os
from contextlib import suppress
from pathlib import Path
from time import monotonic
from typing import Any, BinaryIO, NamedTuple

from flask import Flask, Response, abort
from sqlalchemy import select

from cms.core.db import end_read
from cms.core.errors import Invalid
from cms.core.files import write_whole
from cms.core.locks import turn
from cms.extensions import db
from cms.media import renditions, sheets
from cms.media.models import Media
from cms.media.renditions import FORMATS, Source
from cms.site.media import OPENED_ALONE, made, opened, sent
from cms.web import runtime
from cms.web.gate import PUBLIC, declare
from cms.web.headers import with_policy
from cms.web.pictures import sheet_key

#: So many strips lie in the folder, of some 60 KB each.
KEPT = 256
#: How long a strip waits for squares that were never made; what is left is an empty cell until it is next asked for.
PATIENCE_SECONDS = 4.0


class Cell(NamedTuple):
    """What one square is made from, in plain values; and its bytes, where it was made before."""

    source: Source
    shape: str
    plan: dict[str, Any]
    digest: str | None


def init_app(app: Flask) -> None:
    """Add the address that strips are served from."""
    app.add_url_rule("/media/sheets/<ids>/<digest>/<int:side>.<format>", "media_sheet", sheet)
    declare(app, "media_sheet", PUBLIC)


@with_policy(OPENED_ALONE)
def sheet(ids: str, digest: str, side: int, format: str) -> Response:
    """404 for whatever no list would name today."""
    files = _files(sheets.ids_of(ids))
    if not files or not sheets.is_declared(side, format) or not sheets.is_current(files, digest, sheet_key()):
        abort(404)
    since = max(media.updated_at for media in files)
    strip, whole = _strip(files, runtime().config.instance / "sheets" / f"{digest}-{side}.{format}", side, format)
    size = strip.seek(0, os.SEEK_END)
    strip.seek(0)
    response = sent(
        strip, FORMATS[format], size, hashlib.sha256(f"{digest} {side} {format}".encode()).hexdigest(), since
    )
    if not whole:
        response.headers["Cache-Control"] = "no-store"
    return response


def _strip(files: list[Media], place: Path, side: int, format: str) -> tuple[BinaryIO, bool]:
    """The strip, and whether all its cells are filled; only then it is kept. One puts it together while others wait.

    Squares are waited for as well, so that strips have locks of their own: with those of squares, one waits for itself.
    """
    if (strip := _kept(place)) is not None:
        return strip, True
    cells = _cells(files)
    end_read(db.session())
    with turn(runtime().config.instance / "locks" / "sheets", place.name):
        if (strip := _kept(place)) is not None:
            return strip, True
        squares = _squares(cells)
        try:
            strip = sheets.compose(squares, side, format)
        finally:
            for square in squares:
                if square is not None:
                    square.close()
        whole = all(square is not None for square in squares)
        if whole:
            _keep(place, strip)
    return strip, whole


def _cells(files: list[Media]) -> list[Cell]:
    shapes = [renditions.square_of(media, sheets.CELL_SIDE) for media in files]
    known = renditions.digests_of(db.session(), [media.id for media in files], shapes, sheets.CELL_FORMAT)
    return [_cell(media, shape, known) for media, shape in zip(files, shapes, strict=True)]


def _cell(media: Media, shape: str, known: dict[str, str]) -> Cell:
    plan = renditions.plan_of(media, shape) or {}
    return Cell(renditions.source_of(media), shape, plan, known.get(f"{media.digest} {shape}"))


def _squares(cells: list[Cell]) -> list[BinaryIO | None]:
    """None for what is lost, cannot be made smaller, or would keep the one who waits for too long."""
    until = monotonic() + PATIENCE_SECONDS
    squares = []
    for cell in cells:
        square = opened(cell.digest) if cell.digest else None
        if square is None and monotonic() < until:
            with suppress(FileNotFoundError, Invalid):
                square, _facts = made(cell.source, cell.shape, sheets.CELL_FORMAT, cell.plan)
        squares.append(square)
    return squares


def _files(ids: list[int]) -> list[Media]:
    """In the order of their ids as asked; none where one of them is not there for everybody to see."""
    found = db.session.scalars(select(Media).where(Media.id.in_(ids), Media.trashed_at.is_(None))) if ids else ()
    known = {media.id: media for media in found}
    return [known[id] for id in ids] if all(id in known for id in ids) else []


def _kept(place: Path) -> BinaryIO | None:
    try:
        strip = place.open("rb")
    except FileNotFoundError:
        return None
    with suppress(FileNotFoundError):
        os.utime(place)  # those that are asked for stay
    return strip


def _keep(place: Path, strip: BinaryIO) -> None:
    """The oldest make room; where nothing can be written it is put together again another time."""
    with suppress(OSError):
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(place, strip.read())
        for old in sorted(place.parent.iterdir(), key=_last_asked, reverse=True)[KEPT:]:
            old.unlink(missing_ok=True)
    strip.seek(0)


def _last_asked(place: Path) -> float:
    try:
        return place.stat().st_mtime
    except FileNotFoundError:
        return 0.0
