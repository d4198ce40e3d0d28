"""Decks of cards: what seeded rows draw from, staged in temporary tables.

Row number `n` draws card `n % size` of each deck. Sizes are primes, so that decks run against each other and their
combinations repeat late; order within a deck is shuffled once, by a generator with a fixed seed.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ColumnElement,
    Float,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    insert,
    text,
)
from sqlalchemy.orm import Session

from cms.cli.seed.sql import whole
from cms.core.db import JSONType
from cms.search import Words

_staged = MetaData()


def _deck(name: str, *columns: Column[Any]) -> Table:
    """Cards are numbered from 0 in `n`."""
    number = Column("n", Integer, primary_key=True, autoincrement=False)
    return Table(f"seed_{name}", _staged, number, *columns, prefixes=["TEMPORARY"])


def _part(name: str) -> Table:
    return _deck(name, Column("text", Text), Column("slug", Text), Column("index", Text))


OPENINGS, ADJECTIVES, NOUNS, PLACES = (_part(name) for name in ("openings", "adjectives", "nouns", "places"))
BODIES = _deck(
    "bodies",
    *(Column(name, Text) for name in ("body", "summary", "html", "lead")),
    *(Column(name, Words) for name in ("working_index", "public_index", "public_index_alone")),
    Column("words", Integer),
    Column("html_words", Integer),
    Column("headings", JSONType),
)
WRITERS = _deck("writers", Column("user_id", Integer))
SUBJECTS = _deck("subjects", Column("names", JSONType))
SUBJECT_TAGS = _deck("subject_tags", Column("subject", Integer, index=True), Column("tag_id", Integer))
#: What became of a post; times in seconds after it was begun, which is `ago` seconds before now where that is set.
FATES = _deck(
    "fates",
    Column("status", String(20)),
    *(Column(name, Integer) for name in ("versions", "shown")),
    *(Column(name, BigInteger) for name in ("ago", "revised", "published", "trashed", "updated")),
    *(Column(name, BigInteger) for name in ("shown_from", "shown_until")),
)
#: What readers saw of it.
SHOWINGS = _deck(
    "showings",
    Column("fate", Integer, index=True),
    Column("version", Integer),
    *(Column(name, BigInteger) for name in ("starts", "ends", "planned")),
)
GUESTS = _deck(
    "guests",
    *(Column(name, Text) for name in ("name", "email", "address_digest", "agent")),
    Column("index", Words),
)
SAYINGS = _deck("sayings", Column("body", Text), Column("html", Text), Column("index", Words))
#: A place in a conversation: `back` is how many comments before it stands what it answers.
TURNS = _deck(
    "turns",
    *(Column(name, Integer) for name in ("back", "member_id", "width")),
    Column("hot", BigInteger),
    Column("moment", BigInteger),
    Column("moderated", BigInteger),
    Column("status", String(20)),
    Column("is_spam", Boolean(create_constraint=False)),
    Column("reasons", JSONType),
    Column("score", Float),
)
#: Live posts that take comments, with the second since when.
TARGETS = _deck("targets", Column("post_id", Integer), Column("since", BigInteger))


@contextmanager
def table_laid(session: Session) -> Iterator[None]:
    """The decks are there inside; afterwards the connection is as it was."""
    _staged.create_all(session.connection(), checkfirst=False)
    session.commit()
    try:
        yield
    finally:
        session.rollback()
        _staged.drop_all(session.connection(), checkfirst=False)
        session.commit()


def looked_at(session: Session) -> None:
    """Tell PostgreSQL's planner how many cards there are; nothing else would, of a temporary table."""
    if session.get_bind().dialect.name == "postgresql":
        for deck in _staged.tables.values():
            session.execute(text(f"ANALYZE {deck.name}"))


def lay(session: Session, deck: Table, cards: Iterable[Mapping[str, Any]]) -> int:
    """Put the cards into a deck; returns how many."""
    rows = [{"n": number, **card} for number, card in enumerate(cards)]
    session.execute(insert(deck), rows)
    return len(rows)


def drawn(deck: Table, number: ColumnElement[int], size: int) -> ColumnElement[bool]:
    """The condition that joins a row to its card."""
    return deck.c.n == number % whole(size)
