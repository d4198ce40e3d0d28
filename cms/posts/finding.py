"""What visitors find by words: posts and pages that are live at that moment, the fitting and the fresh first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Row, Select, func, select
from sqlalchemy.orm import Session

from cms import search
from cms.accounts.models import User
from cms.posts import public
from cms.posts.models import Edition, edition_tags
from cms.posts.public import Family
from cms.posts.queries import is_live
from cms.search import EDITIONS, Term
from cms.taxonomy.models import Tag

#: Of what was indexed last, so many are ranked; an older text comes among them by its title, or by a rarer word.
RANKED, RANKED_BY_TITLE = 400, 200
#: Where so many of those have the words in their titles, older titles are not sought besides.
MANY_TITLES = 100
#: Results that can be paged through.
DEPTH = 200
#: Where there are fewer, words that were meant perhaps are looked for as well.
ENOUGH = 5
#: A title that has all the words counts as much as the best text; a new text gains less, and half of it in a year.
IN_TITLE, FRESH, HALF_LIFE = 1.0, 0.3, timedelta(days=365)
#: A word or a beginning of so many letters is not in most titles.
LONG = 4
#: Results that are looked at for what the reader could narrow the search to.
LOOKED_AT, MOST_TAGS, MOST_AUTHORS = 100, 8, 5

_SHOWN: tuple[Any, ...] = (Edition.id, Edition.title, Edition.path, Edition.published_at)
_ID: tuple[Any, ...] = (Edition.id,)
_TAGGED: tuple[Any, ...] = (edition_tags.c.edition_id,)


@dataclass(frozen=True)
class Asked:
    """What somebody looks for, and where."""

    words: str
    family: Family | None = None
    author: User | None = None


@dataclass(frozen=True)
class Hit:
    """An edition that matches, and how well it does."""

    id: int
    title: str
    path: str
    weight: float


@dataclass(frozen=True)
class Found:
    """All that can be paged through: what has the words, then what has words that were meant perhaps."""

    terms: list[Term] = field(default_factory=list)
    as_typed: list[Hit] = field(default_factory=list)
    close: list[Hit] = field(default_factory=list)
    near: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def respelled(self) -> list[Term]:
        return search.respelled(self.terms, self.near)

    @property
    def hits(self) -> list[Hit]:
        return [*self.as_typed, *self.close][:DEPTH]

    @property
    def ids(self) -> list[int]:
        return [hit.id for hit in self.hits]

    def meant(self, texts: Iterable[str] = ()) -> str | None:
        """The question in words that stand in what was found, never in a text that readers may not see."""
        seen = {word for text in (*(hit.title for hit in self.close), *texts) for word in search.words_of(text)}
        swaps = {word: other for word, others in self.near.items() for other in others if other in seen}
        swaps = {word: other for word, other in swaps.items() if word not in seen}
        if not self.close or not swaps:
            return None
        return " ".join(swaps.get(term.correctable or "", str(term)) for term in self.terms)


def find(session: Session, asked: Asked, at: datetime) -> Found:
    """Up to `DEPTH` results, by two to five queries."""
    terms = search.wanted(asked.words)
    if not terms:
        return Found()
    as_typed = _ranked(session, terms, asked, at)
    if len(as_typed) >= ENOUGH:
        return Found(terms, as_typed)
    return Found(terms, as_typed, *_close(session, terms, asked, at, besides=as_typed))


def suggest(session: Session, words: str, at: datetime, *, most: int) -> list[Hit]:
    """Texts whose titles have these words, of which the last is still being typed."""
    terms = search.wanted(words, is_typing=True)
    if not terms or len(words.strip()) < 2:
        return []
    everywhere = Asked(words)
    hits = _best(_rows(session, terms, everywhere, at, by_title=True), at)
    if not hits:
        meant = search.respelled(terms, _near(session, terms))
        hits = _best(_rows(session, meant, everywhere, at, by_title=True), at) if meant != terms else []
    return hits[:most]


def texts_of(session: Session, ids: Sequence[int]) -> list[Edition]:
    """What is shown of them, in this order."""
    found = {edition.id: edition for edition in public.by_ids(session, ids)}
    return [found[one] for one in ids if one in found]


def tags_of(session: Session, ids: Sequence[int]) -> list[Tag]:
    """The tags that most of the first results have."""
    counted = (
        select(edition_tags.c.tag_id, func.count().label("times"))
        .where(edition_tags.c.edition_id.in_(ids[:LOOKED_AT]))
        .group_by(edition_tags.c.tag_id)
        .subquery()
    )
    query = select(Tag).join(counted, counted.c.tag_id == Tag.id).order_by(counted.c.times.desc(), Tag.name)
    return list(session.scalars(query.limit(MOST_TAGS)))


def authors_of(session: Session, ids: Sequence[int]) -> list[User]:
    """Who wrote most of the first results."""
    counted = (
        select(Edition.author_id, func.count().label("times"))
        .where(Edition.id.in_(ids[:LOOKED_AT]))
        .group_by(Edition.author_id)
        .subquery()
    )
    query = select(User).join(counted, counted.c.author_id == User.id).options(*public.as_author())
    return list(session.scalars(query.order_by(counted.c.times.desc(), User.username).limit(MOST_AUTHORS)))


def _close(
    session: Session, terms: Sequence[Term], asked: Asked, at: datetime, *, besides: list[Hit]
) -> tuple[list[Hit], Mapping[str, Sequence[str]]]:
    near = _near(session, terms)
    if not near:
        return [], near
    known = {hit.id for hit in besides}
    return [hit for hit in _ranked(session, search.respelled(terms, near), asked, at) if hit.id not in known], near


def _near(session: Session, terms: Sequence[Term]) -> dict[str, list[str]]:
    return search.near(session, filter(None, (term.correctable for term in terms)))


def _ranked(session: Session, terms: Sequence[Term], asked: Asked, at: datetime) -> list[Hit]:
    """Where more match than are looked at, and few of them by their titles, the titles are asked by themselves."""
    rows = _rows(session, terms, asked, at, by_title=False)
    hits = {hit.id: hit for hit in _best(rows, at)}
    if len(rows) == RANKED and sum(row.in_title for row in rows) < MANY_TITLES:
        for hit in _best(_rows(session, terms, asked, at, by_title=True), at):
            if hit.id not in hits or hits[hit.id].weight < hit.weight:
                hits[hit.id] = hit
    return _in_order(hits.values())


def _rows(session: Session, terms: Sequence[Term], asked: Asked, at: datetime, *, by_title: bool) -> Sequence[Row[Any]]:
    is_rare = by_title and any(len(word) >= LONG for term in terms for word in term.words)
    scoring = search.Scoring(EDITIONS, terms, list(_within(asked)), is_rare)
    query = search.scored(session, scoring, select(*_SHOWN).where(is_live(at)), Edition.id, by_title=by_title)
    return session.execute(query.limit(RANKED_BY_TITLE if by_title else RANKED)).all()


def _within(asked: Asked) -> Iterable[Select[Any]]:
    """As sets of ids that an index gives by itself: what follows a long text in its row is slow to reach."""
    if asked.author is not None:
        yield select(*_ID).where(Edition.author_id == asked.author.id)
    if asked.family is not None:
        yield select(*_TAGGED).where(edition_tags.c.tag_id.in_(asked.family.ids))


def _best(rows: Sequence[Row[Any]], at: datetime) -> list[Hit]:
    """Scores are of no scale of their own: each counts as a part of the best."""
    best = max((row.score for row in rows), default=0) or 1
    return _in_order(Hit(row.id, row.title, row.path, _weight(row, best, at)) for row in rows)


def _weight(row: Row[Any], best: float, at: datetime) -> float:
    return float(row.score / best + IN_TITLE * bool(row.in_title) + _freshness(row.published_at, at))


def _freshness(published_at: datetime, at: datetime) -> float:
    age = max((at - published_at) / HALF_LIFE, 0)
    return float(FRESH * 0.5**age)


def _in_order(hits: Iterable[Hit]) -> list[Hit]:
    return sorted(hits, key=lambda hit: (-hit.weight, -hit.id))
