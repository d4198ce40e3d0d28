"""Comments in conversations of eight, each below one live post; some posts are crowded, and most are not."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain
from random import Random
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Insert, String, case, cast, func, literal, null, or_, select
from sqlalchemy.orm import Session

from cms import search
from cms.cli.seed import decks, words
from cms.cli.seed.sql import Epoch, Moment, fill, series, take_ids, whole
from cms.cli.seed.texts import indexed, sayings
from cms.cli.seed.turns import PATTERNS, TURNS_EACH, WHOLE, turns
from cms.comments.models import Comment
from cms.core.db import Base
from cms.posts.models import Edition, PostKind
from cms.posts.queries import is_live

GUESTS, SPAM, FEW_SAYINGS, MANY_SAYINGS, FEW_COMMENTS = 401, 97, 199, 1_499, 5_000
#: A handful of members cannot have written a million comments: beyond these all are by guests, and they are many.
MEMBERS_WRITE, EACH_GUEST_WRITES = 20_000, 10
#: How far apart the posts of two conversations lie, and how much later than its card says one begins.
STRIDE, LATER, LATEST = 7_919, 200, 997

_comments, _editions = (Base.metadata.tables[one.__tablename__] for one in (Comment, Edition))
_turn, _guest, _saying, _target = decks.TURNS.c, decks.GUESTS.c, decks.SAYINGS.c, decks.TARGETS.c


@dataclass(frozen=True)
class Run:
    """One call of the command: when it is now, who moderates, how many posts take comments and texts are laid out."""

    now: int
    moderator: int
    targets: int
    sayings: int
    #: How many people share each card of a guest, told apart by their address.
    namesakes: int


def lay_decks(session: Session, random: Random, count: int, *, members: list[int]) -> int:
    """Everything that comments draw from, but for the posts; returns how many texts there are that are no spam."""
    decks.lay(session, decks.GUESTS, _guests(random))
    decks.lay(session, decks.TURNS, turns(random, members))
    said = sayings(random, FEW_SAYINGS if count < FEW_COMMENTS else MANY_SAYINGS, words.REMARKS)
    decks.lay(session, decks.SAYINGS, map(vars, chain(said, sayings(random, SPAM, words.SPAM))))
    return len(said)


def namesakes(count: int) -> int:
    """So many that each guest writes a few comments, however many there are."""
    return 1 + count // (GUESTS * EACH_GUEST_WRITES)


def find_targets(session: Session, at: datetime) -> int:
    """Note every post that readers could have commented on for a day at least; returns how many there are."""
    number = func.row_number().over(order_by=_editions.c.post_id) - 1
    values = {"n": number, "post_id": _editions.c.post_id, "since": Epoch(_editions.c.published_at)}
    is_settled = _editions.c.published_at <= at - timedelta(days=1)
    takes_comments = _editions.c.comments_open & (_editions.c.kind == PostKind.POST)
    session.execute(fill(decks.TARGETS, values, _editions, is_live(at) & is_settled & takes_comments))
    return session.scalar(select(func.count()).select_from(decks.TARGETS)) or 0


def write(session: Session, run: Run, first: int, count: int) -> None:
    """So many comments from that number on; `first` is a multiple of eight, and an answer never leaves its chunk."""
    numbers = series(first, count)
    row_id = numbers.c.n + whole(take_ids(session, _comments, count) - first)
    session.execute(_insert_comments(run, numbers, row_id))
    title = case((_is_guest(numbers.c.n), _guest.index), else_=literal("", search.Words()))
    documents = select(row_id.label("id"), title.label("title"), _saying.index.label("body"))
    search.put_found(session, search.COMMENTS, documents.select_from(_drawn(run, numbers)))


def _insert_comments(run: Run, numbers: FromClause, row_id: ColumnElement[int]) -> Insert:
    """Two steps: what the cards say, and what follows from the second in which it was sent."""
    conversation = numbers.c.n // whole(TURNS_EACH)
    lived = whole(run.now) - _target.since
    moment = _turn.moment + conversation % whole(LATEST) * whole(LATER)
    namesake = _guest_number(run, numbers.c.n) // whole(GUESTS)
    cards = select(
        row_id.label("row_id"),
        *(column.label(f"turn_{column.name}") for column in _turn if column.name != "n"),
        *(column.label(f"guest_{column.name}") for column in _guest if column.name != "n"),
        _saying.body,
        _saying.html,
        _target.post_id,
        _is_guest(numbers.c.n).label("is_guest"),
        (_guest.email + "." + cast(namesake, String) + "@mail.example").label("email"),
        (_target.since + lived * moment // whole(WHOLE)).label("sent"),
    ).select_from(_drawn(run, numbers).join(decks.TARGETS, _target.n == _place(run, conversation)))
    drawn = cards.subquery("drawn")
    card = drawn.c
    moderated = card.sent + (whole(run.now) - card.sent) * card.turn_moderated // whole(WHOLE)
    values = {
        "id": card.row_id,
        "post_id": card.post_id,
        "parent_id": card.row_id - card.turn_back,
        "author_id": case((card.is_guest, null()), else_=card.turn_member_id),
        "guest_name": case((card.is_guest, card.guest_name), else_=""),
        "guest_email": case((card.is_guest, card.email), else_=""),
        "body": card.body,
        "body_html": card.html,
        "status": card.turn_status,
        "held_because": card.turn_reasons,
        "score": card.turn_score,
        "address_digest": card.guest_address_digest,
        "agent": card.guest_agent,
        "created_at": Moment(card.sent),
        "moderated_at": Moment(moderated),
        "moderated_by_id": case((card.turn_moderated.is_not(None), whole(run.moderator))),
    }
    return fill(_comments, values, drawn)


def _drawn(run: Run, numbers: FromClause) -> FromClause:
    n = numbers.c.n
    saying = case((_turn.is_spam, whole(run.sayings) + n % whole(SPAM)), else_=n % whole(run.sayings))
    return (
        numbers.join(decks.TURNS, decks.drawn(decks.TURNS, n, PATTERNS * TURNS_EACH))
        .join(decks.GUESTS, _guest.n == _guest_number(run, n) % whole(GUESTS))
        .join(decks.SAYINGS, _saying.n == saying)
    )


def _is_guest(number: ColumnElement[int]) -> ColumnElement[bool]:
    return or_(_turn.member_id.is_(None), number >= whole(MEMBERS_WRITE))


def _guest_number(run: Run, number: ColumnElement[int]) -> ColumnElement[int]:
    """Who speaks; those of one conversation are different people."""
    speaker: ColumnElement[int] = number // whole(TURNS_EACH) * whole(5) + number * whole(131)
    return speaker % whole(GUESTS * run.namesakes)


def _place(run: Run, conversation: ColumnElement[int]) -> ColumnElement[int]:
    """The post of a conversation: in a crowd where its card says so, else somewhere."""
    crowd = _turn.hot * whole(run.targets) // whole(WHOLE) + conversation % _turn.width
    place: ColumnElement[int] = case((_turn.hot.is_(None), conversation * whole(STRIDE)), else_=crowd)
    return place % whole(run.targets)


def _guests(random: Random) -> Iterator[dict[str, Any]]:
    """People with a first and a last name that others share; `email` is how the address begins."""
    first, last = zip(*(name.split() for name in words.PEOPLE), strict=True)
    for number in range(GUESTS):
        name = f"{random.choice(first)} {random.choice(last)}"
        yield {
            "name": name,
            "email": f"{name.lower().replace(' ', '.')}.{number}",
            "index": indexed(name),
            "address_digest": hashlib.sha256(f"guest {number}".encode()).hexdigest(),
            "agent": random.choice(words.AGENTS),
        }
