"""Where redirects may lead: until when something lives at an address, and which addresses hang on a post."""

from collections.abc import Collection
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from cms.accounts.models import User
from cms.core.calendar import FIRST_YEAR, LAST_YEAR, is_within_calendar, month_of
from cms.posts import parts, public
from cms.posts.models import Edition, edition_tags
from cms.posts.queries import is_open
from cms.posts.slugs import RESERVED, path_of_series, path_of_tag
from cms.redirects.ends import Ends, Places
from cms.series.models import Series
from cms.settings.queries import load
from cms.taxonomy.models import Tag

#: Below these stands nothing but what is looked up.
LOOKED_UP = frozenset({"posts", "tags", "series", "authors", "archive"})
#: No zone is further from UTC.
MOST_HOURS = timedelta(hours=14)


def ends_of_posts(session: Session, post_ids: Collection[int], at: datetime) -> Ends:
    """What is scheduled counts as living: nobody has to mend what mends itself."""
    return _ends_by(session, Edition.post_id, Edition.post_id.in_(post_ids), at)


def ends_of_paths(session: Session, paths: Collection[str], at: datetime) -> Ends:
    """Texts, then lists with something in them, then what belongs to the site itself."""
    texts = {path.removesuffix("/comments") if path.startswith("/posts/") else path for path in paths}
    ends = _ends_by(session, Edition.path, Edition.path.in_(texts), at)
    ends |= {f"{path}/comments": end for path, end in ends.items() if f"{path}/comments" in paths}
    return ends | {path: None for path in paths if path not in ends and _is_there(session, path, at)}


PLACES = Places(ends_of_posts, ends_of_paths)


def addresses_through(session: Session, post_id: int) -> set[str]:
    """Where the post has ever lived, and the lists that it stands in."""
    mine = Edition.post_id == post_id
    shown = select(Edition.path, Edition.published_at, User.username, Series.slug).distinct()
    shown = shown.join(User, User.id == Edition.author_id).outerjoin(Series, Series.id == Edition.series_id)
    found = set[str]()
    for path, published_at, username, series in session.execute(shown.where(mine)):
        found |= {path, f"/authors/{username}"} | ({path_of_series(series)} if series else set())
        if is_within_calendar(published_at):
            found |= {f"/archive/{day:%Y/%m}" for day in (published_at - MOST_HOURS, published_at + MOST_HOURS)}
    slugs = select(Tag.slug).join(edition_tags, edition_tags.c.tag_id == Tag.id)
    slugs = slugs.join(Edition, Edition.id == edition_tags.c.edition_id).where(mine)
    return found | {path_of_tag(slug) for slug in session.scalars(slugs.distinct())}


def _ends_by(
    session: Session,
    key: InstrumentedAttribute[int] | InstrumentedAttribute[str],
    wanted: ColumnElement[bool],
    at: datetime,
) -> Ends:
    ends = select(key, func.max(Edition.live_until), func.count(Edition.live_until) < func.count())
    rows = session.execute(ends.where(wanted, is_open(at)).group_by(key))
    return {one: None if has_no_end else last for one, last, has_no_end in rows}


def _is_there(session: Session, path: str, at: datetime) -> bool:
    match path.strip("/").split("/"):
        case [""] | ["posts"]:
            return True
        case ["tags", slug]:
            return public.family_of(session, slug, at) is not None
        case ["series", slug]:
            return parts.series_named(session, slug, at) is not None
        case ["authors", username]:
            person = public.author_named(session, username)
            return person is not None and _has_posts(session, public.by_author(person), at)
        case ["archive", year, month]:
            return _has_month(session, year, month, at)
        case [first, *_below]:
            return first in RESERVED - LOOKED_UP
    return False


def _has_month(session: Session, year: str, month: str, at: datetime) -> bool:
    if not (year.isdecimal() and month.isdecimal() and 1 <= int(month) <= 12):
        return False
    if not FIRST_YEAR <= int(year) <= LAST_YEAR:
        return False
    start, end = month_of(int(year), int(month), ZoneInfo(load(session).timezone))
    return bool(public.newest(session, at, most=1, between=(start, end)).editions)


def _has_posts(session: Session, among: ColumnElement[bool], at: datetime) -> bool:
    return bool(public.newest(session, at, most=1, among=among).editions)
