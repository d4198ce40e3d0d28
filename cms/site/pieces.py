"""Pieces of a page that many pages show, such as the card of a post: printed once and kept by all that they show.

A macro gets nothing of a post but what is named here, and that is the key as well: so a piece is never an old one, and
what somebody adds to a macro and not here is missed at once. A theme of an installation may print anything with its
own macros, the request among it: those get the post itself, and are asked each time.
"""

from collections.abc import Callable
from datetime import datetime
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, NamedTuple

from flask import Flask, current_app, g, request, url_for
from jinja2.runtime import Macro

from cms.media.models import MediaKind
from cms.media.shown import Image
from cms.posts.shown import Entry, Label, Writer
from cms.themes.shelf import SHIPPED
from cms.web import dates
from cms.web.languages import language
from cms.web.proxies import this_app, this_request
from cms.web.themes import has_own_pieces

REGISTRY, ADDRESSES = "copydesk_pieces", "copydesk_addresses"
#: Each takes about three kilobytes with what it is made of; of four times as many hardly more were asked for again.
MOST_KEPT = 256
#: Each takes a tenth of what a piece takes.
MOST_ADDRESSES = 1024


class Byline(NamedTuple):
    """What is shown of an author."""

    username: str
    name: str


class Link(NamedTuple):
    """What is shown of a tag."""

    slug: str
    name: str


class Picture(NamedTuple):
    """What is shown of an image, under the names that `media.paths` and `media.renditions` ask for."""

    id: int
    digest: str
    filename: str
    kind: MediaKind
    width: int | None
    height: int | None
    focal_x: float
    focal_y: float


class Listed(NamedTuple):
    """What lists show of an edition, under the names that it has there."""

    path: str
    title: str
    excerpt: str
    language: str | None
    published_at: datetime
    word_count: int
    author: Byline
    tags: tuple[Link, ...]
    shown_media: Picture | None


Printed = Callable[..., str]
Option = tuple[str, type, Any]


def init_app(app: Flask) -> None:
    app.extensions[REGISTRY] = lru_cache(MOST_KEPT)(_printed)
    app.extensions[ADDRESSES] = lru_cache(MOST_ADDRESSES)(_built)
    app.jinja_env.globals.update(piece=piece, furniture=furniture, address=address, archive_address=archive_address)


def piece(macro: Macro, edition: Entry, **options: Any) -> str:
    """The markup that the macro prints of an edition, whose tags need not be loaded where it is told to show none."""
    if not _is_kept(macro):
        return macro(edition, **options)
    return _kept(macro, _listed(edition, with_tags=options.get("with_tags", True)), options)


def furniture(macro: Macro, **options: Any) -> str:
    """The markup that a macro prints of nothing but these, as on every page."""
    return _kept(macro, None, options) if _is_kept(macro) else macro(**options)


def address(endpoint: str, **values: Any) -> str:
    """`url_for` of what many pages link to, put together once."""
    built: Callable[..., str] = this_app().extensions[ADDRESSES]
    return built(this_request().root_path, endpoint, tuple(values.items()))


def archive_address(moment: datetime) -> str:
    """Of the list with the posts of its month."""
    year, month = dates.year_and_month(moment)
    return address("site.archive", year=f"{year:04}", month=f"{month:02}")


def _built(_root: str, endpoint: str, values: tuple[tuple[str, Any], ...]) -> str:
    return url_for(endpoint, **dict(values))


def _listed(edition: Entry, *, with_tags: bool) -> Listed:
    media = edition.shown_media
    return Listed(
        edition.path,
        edition.title,
        edition.excerpt,
        edition.language,
        edition.published_at,
        edition.word_count,
        _byline(edition.author),
        tuple(map(_link, edition.tags)) if with_tags else (),
        _picture(media) if media is not None else None,
    )


def _is_kept(macro: Macro) -> bool:
    """Whether it is a theme's, and made of nothing but what is a theme's, in the words of the language."""
    is_themes = _is_shipped(macro._func.__code__.co_filename) and not has_own_pieces()
    return is_themes and not g._get_current_object().get("failing")


def _kept(macro: Macro, edition: Listed | None, options: dict[str, Any]) -> str:
    shown, told = () if edition is None else (edition,), _told(options)
    if not _is_key(told):
        return macro(*shown, **options)
    printed: Printed = current_app.extensions[REGISTRY]
    return printed(macro, shown, _place(), told)


def _printed(macro: Macro, shown: tuple[Listed, ...], _place: object, options: tuple[Option, ...]) -> str:
    return macro(*shown, **{name: value for name, _type, value in options})


def _is_key(told: tuple[Option, ...]) -> bool:
    """Not where a page of one's own hands over a list, say, which may be another the next time."""
    try:
        hash(told)
    except TypeError:
        return False
    return True


def _told(options: dict[str, Any]) -> tuple[Option, ...]:
    """With their types: what is markup is printed as it is, and equals a text that is not."""
    return tuple((name, type(value), value) for name, value in options.items())


def _place() -> tuple[object, ...]:
    """What macros ask for without being told: the language, the zone, and what stands in front of each address.

    The theme is not in here: each has macros of its own.
    """
    here, place = g._get_current_object(), dates.place()
    known: tuple[object, tuple[object, ...]] | None = here.get("piece_place")
    if known is None or known[0] is not place:
        locale, zone = place
        known = here.piece_place = (place, (str(locale), language(), zone, request.script_root))
    return known[1]


def _byline(person: Writer) -> Byline:
    return Byline(person.username, person.name)


def _link(tag: Label) -> Link:
    return Link(tag.slug, tag.name)


def _picture(media: Image) -> Picture:
    sizes = (media.width, media.height, media.focal_x, media.focal_y)
    return Picture(media.id, media.digest, media.filename, media.kind, *sizes)


@cache
def _is_shipped(filename: str) -> bool:
    return Path(filename).is_relative_to(SHIPPED)
