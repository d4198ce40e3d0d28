"""Posts with their versions, what readers see of them, their tags and their index: one statement for each table."""

from dataclasses import dataclass

from sqlalchemy import ColumnElement, FromClause, Insert, Select, String, and_, case, cast, literal, select
from sqlalchemy.orm import Session

from cms import search
from cms.cli.seed import decks
from cms.cli.seed.fates import DAY, JITTER, SETTLED
from cms.cli.seed.post_decks import FATES, PARTS, SUBJECTS, WRITERS
from cms.cli.seed.sql import Epoch, Moment, fill, json_object, series, take_ids, whole
from cms.core.db import Base
from cms.posts.actions.editions import SHOWN
from cms.posts.fields import EDITABLE
from cms.posts.models import Edition, Post, PostKind, Revision, edition_tags, post_tags
from cms.posts.slugs import path_of

SPAN = 8 * 365 * DAY
#: What spreads the seconds of a day over neighbours.
STRIDE = 7_919

_posts, _revisions, _editions = (Base.metadata.tables[one.__tablename__] for one in (Post, Revision, Edition))
_fate, _text, _showing = decks.FATES.c, decks.BODIES.c, decks.SHOWINGS.c


@dataclass(frozen=True)
class Run:
    """One call of the command: when it is now, the numbers that its posts have, and how many texts are laid out."""

    now: int
    first: int
    count: int
    bodies: int


@dataclass(frozen=True)
class Chunk:
    """Posts that are committed together; `first` is the number and `first_id` the id of the first of them."""

    run: Run
    first: int
    first_id: int
    count: int

    @property
    def posts(self) -> ColumnElement[bool]:
        return _posts.c.id.between(self.first_id, self.first_id + self.count - 1)

    @property
    def number(self) -> ColumnElement[int]:
        """Of a post that is written already."""
        number: ColumnElement[int] = _posts.c.id - whole(self.first_id - self.first)
        return number


def write(session: Session, run: Run, first: int, count: int) -> None:
    """So many posts from that number on, whole: a chunk leaves nothing for the next."""
    chunk = Chunk(run, first, take_ids(session, _posts, count), count)
    session.execute(_insert_posts(chunk))
    session.execute(_insert_tags(chunk))
    for version in (1, 2):
        session.execute(_insert_versions(chunk, version))
    session.execute(_insert_editions(chunk))
    session.execute(_insert_edition_tags(chunk))
    search.put_found(session, search.POSTS, _posts_to_index(chunk))
    search.put_found(session, search.EDITIONS, _editions_to_index(chunk))


def _insert_posts(chunk: Chunk) -> Insert:
    numbers = series(chunk.first, chunk.count)
    n = numbers.c.n
    row_id, begun = n + whole(chunk.first_id - chunk.first), _begun(chunk.run, n)
    source = (
        _with_title(numbers, n)
        .join(decks.FATES, decks.drawn(decks.FATES, n, FATES))
        .join(decks.BODIES, decks.drawn(decks.BODIES, n, chunk.run.bodies))
        .join(decks.WRITERS, decks.drawn(decks.WRITERS, n, WRITERS))
    )
    values = {
        "id": row_id,
        "kind": literal(PostKind.POST, _posts.c.kind.type),
        "slug": _title("slug", " the ", "-") + "-" + cast(row_id, String),
        "title": _title("text"),
        "summary": _text.summary,
        "body": _text.body,
        "status": _fate.status,
        "author_id": decks.WRITERS.c.user_id,
        "version": _fate.versions,
        "shown_version": _fate.shown,
        "shown_from": Moment(begun + _fate.shown_from),
        "shown_until": Moment(begun + _fate.shown_until),
        "word_count": _text.words,
        "published_at": Moment(begun + _fate.published),
        "trashed_at": Moment(begun + _fate.trashed),
        "created_at": Moment(begun),
        "updated_at": Moment(begun + _fate.updated),
    }
    return fill(_posts, values, source)


def _insert_tags(chunk: Chunk) -> Insert:
    subject = decks.SUBJECT_TAGS.c
    source = _posts.join(decks.SUBJECT_TAGS, subject.subject == chunk.number % whole(SUBJECTS))
    return fill(post_tags, {"post_id": _posts.c.id, "tag_id": subject.tag_id}, source, chunk.posts)


def _insert_versions(chunk: Chunk, version: int) -> Insert:
    """The first of two is the one that had no summary yet."""
    is_last = _fate.versions == version
    snapshot = {field: _posts.c[field] for field in EDITABLE if field != "tags"} | {
        "summary": case((is_last, _posts.c.summary), else_=""),
        "tags": decks.SUBJECTS.c.names,
    }
    written = Epoch(_posts.c.created_at) + (0 if version == 1 else _fate.revised)
    source = _posts.join(decks.FATES, decks.drawn(decks.FATES, chunk.number, FATES)).join(
        decks.SUBJECTS, decks.drawn(decks.SUBJECTS, chunk.number, SUBJECTS)
    )
    values = {
        "post_id": _posts.c.id,
        "number": whole(version),
        "author_id": _posts.c.author_id,
        "snapshot": json_object(snapshot),
        "base_number": whole(version - 1) if version > 1 else cast(None, _revisions.c.base_number.type),
        "created_at": Moment(written),
    }
    return fill(_revisions, values, source, and_(chunk.posts, _fate.versions >= version))


def _insert_editions(chunk: Chunk) -> Insert:
    begun = Epoch(_posts.c.created_at)
    shows_last = _posts.c.version == _showing.version
    summary = case((shows_last, _posts.c.summary), else_="")
    starts = Moment(begun + _showing.starts)
    source = (
        _posts.join(decks.SHOWINGS, _showing.fate == chunk.number % whole(FATES))
        .join(_revisions, and_(_revisions.c.post_id == _posts.c.id, _revisions.c.number == _showing.version))
        .join(decks.BODIES, decks.drawn(decks.BODIES, chunk.number, chunk.run.bodies))
    )
    values = {field: _posts.c[field] for field in SHOWN} | {
        "post_id": _posts.c.id,
        "revision_id": _revisions.c.id,
        "kind": _posts.c.kind,
        "live_from": starts,
        "live_until": Moment(begun + _showing.ends),
        "planned_until": Moment(begun + _showing.planned),
        "published_at": _posts.c.published_at,
        "updated_at": starts,
        "path": path_of(PostKind.POST, "") + _posts.c.slug,
        "summary": summary,
        "excerpt": case((summary != "", summary), else_=_text.lead),
        "body_html": _text.html,
        "headings": _text.headings,
        "word_count": _text.html_words,
        "author_id": _posts.c.author_id,
    }
    return fill(_editions, values, source, chunk.posts)


def _insert_edition_tags(chunk: Chunk) -> Insert:
    subject = decks.SUBJECT_TAGS.c
    source = _posts.join(_editions, _editions.c.post_id == _posts.c.id).join(
        decks.SUBJECT_TAGS, subject.subject == chunk.number % whole(SUBJECTS)
    )
    return fill(edition_tags, {"edition_id": _editions.c.id, "tag_id": subject.tag_id}, source, chunk.posts)


def _posts_to_index(chunk: Chunk) -> Select[int, str, str]:
    source = _with_texts(_posts, chunk)
    query = select(_posts.c.id.label("id"), _title("index").label("title"), _text.working_index.label("body"))
    return query.select_from(source).where(chunk.posts)


def _editions_to_index(chunk: Chunk) -> Select[int, str, str]:
    source = _with_texts(_posts.join(_editions, _editions.c.post_id == _posts.c.id), chunk)
    body = case((_editions.c.summary == "", _text.public_index_alone), else_=_text.public_index)
    query = select(_editions.c.id.label("id"), _title("index").label("title"), body.label("body"))
    return query.select_from(source).where(chunk.posts)


def _title(part: str, the: str = " the ", space: str = " ") -> ColumnElement[str]:
    """Of the cards on the table: in its words, as part of an address, or for the index."""
    opening, adjective, noun, place = (deck.c[part] for deck, _words in PARTS)
    title: ColumnElement[str] = opening + the.replace(" ", space) + adjective + space + noun + space + place
    return title


def _with_title(source: FromClause, number: ColumnElement[int]) -> FromClause:
    for deck, words in PARTS:
        source = source.join(deck, decks.drawn(deck, number, len(words)))
    return source


def _with_texts(source: FromClause, chunk: Chunk) -> FromClause:
    drawn = decks.drawn(decks.BODIES, chunk.number, chunk.run.bodies)
    return _with_title(source, chunk.number).join(decks.BODIES, drawn)


def _begun(run: Run, number: ColumnElement[int]) -> ColumnElement[int]:
    """The second in which a post was begun: evenly over the years, or as long ago as its fate says."""
    turn = (number - whole(run.first)) * whole(SPAN - SETTLED - JITTER) // whole(run.count) + whole(run.now - SPAN)
    lately = whole(run.now) - _fate.ago
    jitter = number * whole(STRIDE) % whole(JITTER)
    begun: ColumnElement[int] = case((_fate.ago.is_(None), turn), else_=lately) - jitter
    return begun
