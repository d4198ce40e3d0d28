"""What somebody may have meant who came to an address where nothing is: a few live texts at addresses like it.

One query, whose every part reads a few entries of an index: strangers ask this as often as they like.
"""

from dataclasses import dataclass
from datetime import datetime
from difflib import SequenceMatcher
from typing import Any

from sqlalchemy import Select, select, union_all
from sqlalchemy.orm import Session

from cms import search
from cms.core.text import slugify
from cms.posts.models import Edition
from cms.posts.queries import is_live
from cms.search import EDITIONS

MOST = 5
#: So many on either side of where the address would stand, and so many that have its words.
BESIDE, WORDED = 15, 20
#: How alike two addresses have to be, from 0 to 1; of a beginning, how long it has to be.
ALIKE, BEGINNING = 0.6, 3


@dataclass(frozen=True)
class Near:
    """A text that lives close by."""

    title: str
    path: str
    language: str | None


def words_in(path: str) -> str:
    """The last part of an address without the ending of a file, as somebody would type it into a search."""
    last = path.rstrip("/").rpartition("/")[2][:200]
    stem = last.rpartition(".")[0] or last
    return " ".join(stem.replace("-", " ").replace("_", " ").replace("+", " ").split())


def near(session: Session, path: str, at: datetime) -> list[Near]:
    """The nearest first; none where the address says nothing."""
    wanted = slugify(words_in(path), fallback="")
    if not wanted:
        return []
    parts = [_few(query) for place in {f"/posts/{wanted}", f"/{wanted}"} for query in _beside(place)]
    parts.append(select(search.entries(session, EDITIONS, wanted.replace("-", " "), WORDED, whole=True).c.id))
    query = select(Edition.title, Edition.path, Edition.language)
    rows = session.execute(query.where(is_live(at), Edition.id.in_(union_all(*parts)))).all()
    scored = sorted(((_likeness(wanted, row[1]), Near(*row)) for row in rows), key=lambda one: (-one[0], one[1].path))
    return [one for likeness, one in scored if likeness >= ALIKE][:MOST]


def _beside(path: str) -> tuple[Select[Any], Select[Any]]:
    """In the order of addresses those from here on, and those before."""
    onward = select(Edition.id).where(Edition.path >= path).order_by(Edition.path, Edition.live_from)
    back = select(Edition.id).where(Edition.path < path).order_by(Edition.path.desc(), Edition.live_from.desc())
    return onward.limit(BESIDE), back.limit(BESIDE)


def _few(query: Select[Any]) -> Select[Any]:
    """SQLite takes a limit in a union only where it stands in a query of its own."""
    return select(query.subquery().c.id)


def _likeness(wanted: str, path: str) -> float:
    """By letters, by words, or as the beginning of the other."""
    slug = path.rpartition("/")[2]
    if len(wanted) >= BEGINNING and slug.startswith(wanted):
        return 1.0
    ours, theirs = set(wanted.split("-")), set(slug.split("-"))
    return max(len(ours & theirs) / len(ours), SequenceMatcher(None, wanted, slug).ratio())
