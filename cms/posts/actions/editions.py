"""Putting text before readers and taking it back."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Row, Select, bindparam, select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.core.planning import BY_KEY
from cms.core.text import excerpt
from cms.media.models import Media
from cms.posts.actions.nesting import follow, require_no_circle
from cms.posts.actions.timeline import end, note_last, open_editions, put_in, require_free_path, take_out
from cms.posts.destinations import addresses_through
from cms.posts.models import Edition, Post, PostKind, Revision
from cms.posts.queries import AT, goes_on, is_open
from cms.posts.rendering import article_of
from cms.posts.slugs import path_at, path_of
from cms.redirects.actions import remember
from cms.redirects.ends import look_again
from cms.series.models import Series
from cms.taxonomy.models import Tag

TICK = timedelta(microseconds=1)
#: Characters of the first paragraph that stand for a summary where there is none.
EXCERPT = 280


def state(session: Session, post: Post, at: datetime) -> list[dict[str, Any]]:
    """What is live or ahead, as JSON: enough for the record of a change to bring it back."""
    found: list[dict[str, Any]] = []
    for edition in _open_times(session, post, at):
        if found and edition.goes_on:
            found[-1]["live_until"] = _text(edition.live_until)
            continue
        found.append(
            {
                "revision_id": edition.revision_id,
                "live_from": _text(edition.live_from),
                "live_until": _text(edition.live_until),
                "planned_until": _text(edition.planned_until),
            }
        )
    return found


def planned_times(session: Session, post: Post, at: datetime) -> tuple[datetime | None, datetime | None]:
    """When what lies ahead goes live, and when that ends; of what is live already only the end."""
    asked_for = [edition for edition in _open_times(session, post, at) if not edition.goes_on]
    if not asked_for:
        return None, None
    newest = asked_for[-1]
    return newest.live_from if newest.live_from > at else None, newest.planned_until


def make_live(
    session: Session,
    post: Post,
    *,
    by: User | None,
    at: datetime,
    live_from: datetime | None = None,
    live_until: datetime | None = None,
) -> Edition:
    """Show the newest version from `live_from` (now unless given); replaces whatever was scheduled before."""
    shown = open_editions(session, post.id, at)
    before = _place(shown[0]) if len(shown) == 1 and shown[0].is_live(at) else None
    live = _cancel_scheduled(session, shown, at)
    newest = session.scalars(select(Revision).where(Revision.post_id == post.id, Revision.number == post.version)).one()
    others = [live] if live is not None else []
    edition = _begin(session, post, newest, live_from or at, live_until, others, by=by, at=at)
    if post.kind is PostKind.POST and _place(edition) == before:
        note_last(session, post.id)  # whatever leads here still does
    else:
        _settle(session, post, by=by, at=at)
    return edition


def reopen(
    session: Session, post: Post, stretches: list[dict[str, Any]], *, by: User | None, at: datetime
) -> list[Edition]:
    """Show again what `state` wrote down, as far as its time has not passed; the working text may have moved on."""
    begun = []
    for stretch in stretches:
        ends = _time(stretch["live_until"])
        if ends is not None and ends <= at:
            continue
        revision = session.get_one(Revision, stretch["revision_id"])
        starts = max(at, datetime.fromisoformat(stretch["live_from"]))
        asked = _time(stretch.get("planned_until", stretch["live_until"]))
        others = open_editions(session, post.id, at)
        begun.append(_begin(session, post, revision, starts, asked, others, by=by, at=at))
    _settle(session, post, by=by, at=at)
    return begun


def put_back(
    session: Session, post: Post, stretches: list[dict[str, Any]], *, since: datetime, by: User | None, at: datetime
) -> None:
    """Make what is live and ahead what `state` wrote down before something was done, as if it had not been done.

    What has begun `since` is taken out, seen or not, as the record tells of it; what had begun before ends now.
    """
    kept = {stretch["live_from"] for stretch in stretches}
    for edition in open_editions(session, post.id, at):
        if _text(edition.live_from) in kept:
            continue
        if edition.live_from >= min(since, at):
            take_out(session, edition)
        else:
            end(session, edition, at)
    for stretch in stretches:
        _put_back(session, post, stretch, by=by, at=at)
    _settle(session, post, by=by, at=at)


def still_open(stretches: list[dict[str, Any]], at: datetime) -> list[dict[str, Any]]:
    """What `state` wrote down once without what has ended by itself."""
    return [stretch for stretch in stretches if (_time(stretch["live_until"]) or at + TICK) > at]


def end_live(session: Session, post: Post, *, by: User | None, at: datetime) -> None:
    """Take the post from readers now, and cancel what is scheduled."""
    current = _cancel_scheduled(session, open_editions(session, post.id, at), at)
    if current is not None:
        end(session, current, max(at, current.live_from + TICK))
    _settle(session, post, by=by, at=at)


def _open_times(session: Session, post: Post, at: datetime) -> list[Row[Any]]:
    """Of what is live or ahead, without its text."""
    return list(session.execute(_times(), {"post": post.id, "at": at}))


@cache
def _times() -> Select[int, datetime, datetime | None, datetime | None, bool]:
    """Put together once, which takes longer than to ask it."""
    times = (Edition.live_from, Edition.live_until, Edition.planned_until, goes_on().label("goes_on"))
    query = select(Edition.revision_id, *times).where(Edition.post_id == bindparam("post"), is_open(AT))
    return query.order_by(Edition.live_from).execution_options(**BY_KEY)


def _place(edition: Edition) -> tuple[Any, ...]:
    """All by which redirects lead to it or to a list that it stands in, and until when."""
    tag_ids = frozenset(tag.id for tag in edition.tags)
    return edition.path, edition.live_until, edition.author_id, edition.published_at, edition.series_id, tag_ids


def _cancel_scheduled(session: Session, shown: Sequence[Edition], at: datetime) -> Edition | None:
    """Take back what nobody has seen yet; what it would have replaced has the end again that was asked for.

    What is live is left of those that are `shown`, and returned.
    """
    current = next((edition for edition in shown if edition.is_live(at)), None)
    coming = [edition for edition in shown if edition.live_from > at]
    for edition in coming:
        take_out(session, edition)
    if current is not None and coming:
        end(session, current, current.planned_until)
    return current


def _put_back(session: Session, post: Post, stretch: dict[str, Any], *, by: User | None, at: datetime) -> None:
    """The same row where it is still there; what was cancelled before its time begins anew, now at the earliest."""
    starts, ends, asked = (_time(stretch.get(name)) for name in ("live_from", "live_until", "planned_until"))
    known = session.scalar(select(Edition).where(Edition.post_id == post.id, Edition.live_from == starts))
    if known is not None:
        if ends is None or ends > at:
            require_free_path(session, known.path, post.id, at)
        known.planned_until = asked
        end(session, known, ends)
    elif starts is not None and (ends is None or ends > at):
        revision = session.get_one(Revision, stretch["revision_id"])
        others = open_editions(session, post.id, at)
        _begin(session, post, revision, max(at, starts), asked, others, by=by, at=at)


def _begin(
    session: Session,
    post: Post,
    revision: Revision,
    live_from: datetime,
    live_until: datetime | None,
    others: Sequence[Edition],
    *,
    by: User | None,
    at: datetime,
) -> Edition:
    """Let an edition of this version begin; the one that is live then ends, and an address given up leads here.

    `others` are those of the post that are open by now.
    """
    starts = _after_the_last_start(others, live_from)
    current = next((edition for edition in others if edition.is_live(starts)), None)
    if current is not None:
        end(session, current, starts)
    edition = _edition_of(session, post, revision, starts, live_until)
    require_no_circle(session, post.id, revision.snapshot["parent_id"], at)
    put_in(session, edition, at)
    old_path = current.path if current is not None else _path_before(session, post, starts)
    if old_path is not None and old_path != edition.path:
        remember(session, old_path, post_id=post.id, by=by, at=at)
    return edition


def _settle(session: Session, post: Post, *, by: User | None, at: datetime) -> None:
    """Pages below follow, and redirects that lead here are looked at again."""
    if post.kind is PostKind.PAGE:
        follow(session, post.id, by=by, at=at)
    else:
        note_last(session, post.id)
        look_again(session, at=at, post_ids=[post.id], paths=addresses_through(session, post.id))


def _after_the_last_start(others: Sequence[Edition], starts: datetime) -> datetime:
    """Two editions of one post never begin in the same microsecond, however fast somebody publishes twice."""
    return max((edition.live_from + TICK for edition in others if edition.live_from >= starts), default=starts)


def _path_before(session: Session, post: Post, starts: datetime) -> str | None:
    """Where readers last found it, were it long ago."""
    earlier = select(Edition.path).where(Edition.post_id == post.id, Edition.live_from < starts)
    return session.scalar(earlier.order_by(Edition.live_from.desc()).limit(1))


#: Fields that an edition takes over from the version as they are; not the author, as posts are given away.
SHOWN = (
    "slug",
    "title",
    "summary",
    "featured_media_id",
    "featured_alt",
    "language",
    "seo_title",
    "seo_description",
    "canonical_url",
    "noindex",
    "show_contents",
    "comments_open",
)


def _edition_of(session: Session, post: Post, revision: Revision, starts: datetime, until: datetime | None) -> Edition:
    version = revision.snapshot
    article = article_of(session, version["body"])
    keys = [name.casefold() for name in version["tags"]]
    shown = {field: version[field] for field in SHOWN}
    if shown["featured_media_id"] and session.get(Media, shown["featured_media_id"]) is None:
        shown["featured_media_id"] = None  # an old version may name a file that went for good
    if version.get("series_id") and session.get(Series, version["series_id"]) is not None:
        shown |= {"series_id": version["series_id"], "series_position": version["series_position"]}
    return Edition(
        **shown,
        post_id=post.id,
        revision_id=revision.id,
        kind=post.kind,
        author_id=post.author_id,
        live_from=starts,
        live_until=until,
        planned_until=until,
        published_at=min(post.published_at or starts, starts),
        updated_at=starts,
        path=path_of(post.kind, version["slug"], path_at(session, version["parent_id"], starts)),
        excerpt=version["summary"] or excerpt(article.lead, EXCERPT),
        body_html=article.html,
        headings=[[heading.level, heading.id, heading.text] for heading in article.headings],
        word_count=article.words,
        tags=list(session.scalars(select(Tag).where(Tag.key.in_(keys)))),
    )


def _time(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text is not None else None


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment is not None else None
