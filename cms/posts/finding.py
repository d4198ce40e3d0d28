"""What visitors find by words: posts and pages that are live at that moment, the fitting and the fresh first."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from operator import attrgetter
from typing import Any, NamedTuple

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from cms import search
from cms.posts.models import Edition, edition_tags
from cms.posts.narrowing import Tagged
from cms.posts.queries import AT, is_live
from cms.posts.shown import Writer
from cms.search import EDITIONS, AnyRow, Close, Question, Term, Titles

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

#: Columns of the table: through the model, the ORM would read hundreds of rows one by one.
_E = Edition.__table__.c
_LIVE: Select[Any] = select(_E.id, _E.title, _E.path, _E.published_at).where(is_live(AT))
#: As sets of ids that an index gives by itself: what follows a long text in its row is slow to reach.
_WRITTEN: Select[Any] = select(_E.id).where(_E.author_id == bindparam("author"))
_TAGGED: Select[Any] = select(edition_tags.c.edition_id).where(
    edition_tags.c.tag_id.in_(bindparam("tags", expanding=True))
)


@dataclass(frozen=True)
class Asked:
    """What somebody looks for, and where."""

    words: str
    family: Tagged | None = None
    author: Writer | None = None


class Hit(NamedTuple):
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
    """Up to `DEPTH` results, by one query or two."""
    terms = search.wanted(asked.words)
    if not terms:
        return Found()
    question, given = _question(asked, at)
    titles, correctable = Titles(RANKED_BY_TITLE, MANY_TITLES), _correctable(terms)
    answer = search.ask(session, question, terms, given, close=Close(correctable, ENOUGH))
    in_titles = search.older_titles(session, question, terms, given, answer.found, titles)
    as_typed = _ranked(answer.found, in_titles, at)
    if not answer.near:
        return Found(terms, as_typed)
    meant = search.ask(session, question, search.respelled(terms, answer.near), given, titles=titles)
    known = {hit.id for hit in as_typed}
    close = [hit for hit in _ranked(meant.found, meant.in_titles, at) if hit.id not in known]
    return Found(terms, as_typed, close, answer.near)


def suggest(session: Session, words: str, at: datetime, *, most: int) -> list[Hit]:
    """Texts whose titles have these words, of which the last is still being typed."""
    terms = search.wanted(words, is_typing=True)
    if not terms or len(words.strip()) < 2:
        return []
    by_title = Question(EDITIONS, _LIVE, RANKED_BY_TITLE, by_title=True)
    answer = search.ask(session, by_title, terms, {"at": at}, close=Close(_correctable(terms), enough=1))
    if answer.near:
        answer = search.ask(session, by_title, search.respelled(terms, answer.near), {"at": at})
    return _in_order(_weighed(answer.found, at))[:most]


def _question(asked: Asked, at: datetime) -> tuple[Question, dict[str, Any]]:
    """With what its statements are given."""
    among: list[Select[Any]] = []
    given: dict[str, Any] = {"at": at}
    if asked.author is not None:
        among.append(_WRITTEN)
        given["author"] = asked.author.id
    if asked.family is not None:
        among.append(_TAGGED)
        given["tags"] = sorted(asked.family.ids)
    return Question(EDITIONS, _LIVE, RANKED, among=tuple(among)), given


def _correctable(terms: Iterable[Term]) -> list[str]:
    return list(filter(None, (term.correctable for term in terms)))


def _ranked(found: Sequence[AnyRow], in_titles: Sequence[AnyRow], at: datetime) -> list[Hit]:
    """Each by the better of its weights: among all that were found, and among those with a title that matches."""
    hits = {hit.id: hit for hit in _weighed(found, at)}
    for hit in _weighed(in_titles, at):
        if hit.id not in hits or hits[hit.id].weight < hit.weight:
            hits[hit.id] = hit
    return _in_order(hits.values())


def _weighed(rows: Sequence[AnyRow], at: datetime) -> list[Hit]:
    """Scores are of no scale of their own: each counts as a part of the best.

    Columns are read by their places, as names take five times as long.
    """
    best = max((row[-2] for row in rows), default=0) or 1
    return [
        Hit(row_id, title, path, score / best + IN_TITLE * bool(in_title) + _freshness(published_at, at))
        for _part, row_id, title, path, published_at, score, in_title in rows
    ]


def _freshness(published_at: datetime, at: datetime) -> float:
    age = max((at - published_at) / HALF_LIFE, 0)
    return float(FRESH * 0.5**age)


def _in_order(hits: Iterable[Hit]) -> list[Hit]:
    return sorted(hits, key=attrgetter("weight", "id"), reverse=True)
