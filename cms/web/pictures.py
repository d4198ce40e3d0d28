"""Images that a page shows: looked up together, each once a request, and offered in every size that there is."""

import re
from collections.abc import Iterable
from html import escape

from flask import g
from markupsafe import Markup

from cms.core.keys import derived_key
from cms.extensions import db
from cms.media import sheets
from cms.media.models import Media
from cms.media.paths import ids_in, path_of
from cms.media.renditions import FORMATS, has_renditions, srcset, thumb_of
from cms.media.shown import Pictured, by_ids
from cms.web.runtimes import runtime

__all__ = ["cells", "find", "know", "path_of", "picture", "pictured", "sheet_key", "sources", "square"]

FACE = 160
#: How wide an image of a text is on a wide screen, by the class of the figure around it.
COLUMN, WIDER = "42rem", {"broad": "72rem", "out": "57rem"}
#: Stored HTML has its attributes in double quotes, and none in a figure's tag but its class.
_IMAGE = re.compile(r'(<figure class="(\w+)">(?:<a [^<>]*>)?)?<img((?: [a-z-]+="[^"]*")+)>')
_SOURCE = re.compile(r' src="/media/(\d{1,9})/([0-9a-f]{16})/[^"]*"')
_SIZE = re.compile(r' (?:width|height)="[^"]*"')
_ADDRESS = re.compile(r'(?<= )(href|src|poster)="/media/(\d{1,9})/([0-9a-f]{16})/[^"/]*"')


def find(*media_ids: int | None) -> None:
    """Look these up in one query, so that `picture` need not ask for each."""
    known: dict[int, Pictured | None] = g.setdefault("pictures", {})
    wanted = {media_id for media_id in media_ids if media_id is not None and media_id not in known}
    if wanted:
        found = by_ids(db.session(), wanted)
        known.update({media_id: found.get(media_id) for media_id in wanted})


def know(*found: Pictured) -> None:
    """These were read for something else: `picture` need not ask for them."""
    known: dict[int, Pictured | None] = g.setdefault("pictures", {})
    known.update({media.id: media for media in found})


def picture(media_id: int | None) -> Pictured | None:
    """None where there is none, or where it was put in the trash."""
    find(media_id)
    known: dict[int, Pictured | None] = g.pictures
    return known.get(media_id) if media_id is not None else None


def square(media: Pictured) -> str:
    """The address of a face: its most important part."""
    return thumb_of(media, FACE)


def cells(files: Iterable[Media]) -> dict[int, sheets.Cell]:
    """Where the square of each file of a list lies, in as many strips as are needed."""
    return sheets.cells_of(files, sheet_key())


def sheet_key() -> str:
    """What addresses of strips are made with."""
    return derived_key(runtime().config.secret_key, "sheets")


def sources(media: Pictured, width: str) -> Markup:
    """The copies of an image that is shown at most so wide, as `<source>` tags for the `<picture>` around it."""
    if not has_renditions(media):
        return Markup()
    sizes = f"min(100vw, {width}, {media.width}px)"
    return Markup("").join(
        Markup('<source type="{}" srcset="{}" sizes="{}">').format(mime, srcset(media, format), sizes)
        for format, mime in FORMATS.items()
    )


def pictured(html: str) -> Markup:
    """Stored HTML whose images come in the size that a screen needs, and whose files are those of today.

    It was made safe when it was stored; what is put in here is made of the numbers and names of our own rows.
    """
    find(*ids_in(html))
    return Markup(_ADDRESS.sub(_as_it_is_now, _IMAGE.sub(_with_sources, html)))  # noqa: S704 - sanitised when stored


def _with_sources(found: re.Match[str]) -> str:
    before, figure, attributes = found[1] or "", found[2] or "", found[3]
    source = _SOURCE.search(attributes)
    media = picture(int(source[1])) if source else None
    if source is None or media is None or not has_renditions(media):
        return found[0]
    if source[2] != media.digest[:16]:
        attributes = f'{_SIZE.sub("", attributes)} width="{media.width}" height="{media.height}"'
    copies = sources(media, WIDER.get(figure, COLUMN))
    return f"{before}<picture>{copies}<img{attributes}></picture>"


def _as_it_is_now(found: re.Match[str]) -> str:
    media = picture(int(found[2]))
    return found[0] if media is None else f'{found[1]}="{escape(path_of(media))}"'
