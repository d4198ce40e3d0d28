"""Bans: on whom, by whom, for how long, and what is forgotten of them."""

from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.audit.undo import undo
from cms.comments import bans
from cms.comments.bans import AlreadyBanned, Wanted
from cms.comments.models import Ban
from cms.core.errors import Conflict, Invalid, NotAllowed
from cms.core.permissions import Permission
from tests.comments.conftest import MakeBan, last_event
from tests.factories import Make

HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("192.0.2.7", "192.0.2.7/32"),
        ("192.0.2.7/24", "192.0.2.0/24"),
        (" 10.0.0.0/8 ", "10.0.0.0/8"),
        ("2001:DB8::1/64", "2001:db8::/64"),
        ("::ffff:192.0.2.7", "192.0.2.7/32"),
        ("::ffff:192.0.2.0/120", "192.0.2.0/24"),
    ],
)
def test_a_network_is_kept_as_senders_are_compared(ban: MakeBan, typed: str, kept: str) -> None:
    assert ban(network=typed).network == kept


def test_an_address_is_kept_as_it_is_compared(ban: MakeBan) -> None:
    assert ban(email=" Rafe@Example.COM ").email == "rafe@example.com"


@pytest.mark.parametrize("typed", ["Sunniva", "SUNNIVA", "Sunniva Marsh", "Sunniva@Example.com"])
def test_a_member_is_found_by_any_of_their_names(ban: MakeBan, make: Make, typed: str) -> None:
    member = make.user(username="sunniva", display_name="Sunniva Marsh", email="sunniva@example.com")

    assert ban(member=typed, by=make.owner()).user is member


def test_whose_an_address_is_nobody_learns_by_a_ban_who_does_not_manage_people(ban: MakeBan, make: Make) -> None:
    make.user(email="sunniva@example.com")
    told = []
    for typed in ("Sunniva@example.com", "nobody@example.com"):
        with pytest.raises(Invalid) as refusal:
            ban(member=typed)
        told.append((refusal.value.message, refusal.value.fields))

    assert told[0] == told[1]
    with pytest.raises(Invalid, match="Nobody has"):
        ban(member="nobody@example.com", by=make.owner())


def test_of_several_with_one_name_the_username_decides(ban: MakeBan, make: Make) -> None:
    for username in ("first", "second"):
        make.user(username=username, display_name="Wren")
    with pytest.raises(Invalid, match="Several people"):
        ban(member="Wren")

    named = make.user(username="wren", display_name="Somebody")
    assert ban(member="Wren").user is named


@pytest.mark.parametrize(
    ("wanted", "field", "words"),
    [
        ({}, "member", "Say who"),
        ({"email": "a@example.com", "network": "192.0.2.7"}, "network", "one of the three"),
        ({"member": "nobody-here"}, "member", "Nobody has"),
        ({"member": "nobody@example.com"}, "member", "Only those"),
        ({"email": "not an address"}, "email", "not an e-mail"),
        ({"network": "192.0.2.300"}, "network", "neither"),
        ({"network": "7"}, "network", "neither"),
        ({"network": "fe80::1%eth0"}, "network", "neither"),
        ({"network": "0.0.0.0/0"}, "network", "at most one of /8"),
        ({"network": "2000::/3"}, "network", "at most one of /16"),
        ({"network": "192.0.2.0/24", "here": "192.0.2.9"}, "network", "Your own address"),
        ({"network": "192.0.2.0/24", "here": "::ffff:192.0.2.9"}, "network", "Your own address"),
        ({"email": "a@example.com", "reason": "x" * 501}, "reason", "At most"),
        ({"email": "a@example.com", "reason": "one\ntwo"}, "reason", "single line"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(ban: MakeBan, wanted: dict[str, str], field: str, words: str) -> None:
    with pytest.raises(Invalid) as refused:
        ban(**wanted)

    assert refused.value.fields.keys() == {field}
    assert words in refused.value.fields[field]


def test_an_end_lies_ahead_unless_it_was_there_already(
    session: Session, ban: MakeBan, moderator: User, now: datetime
) -> None:
    with pytest.raises(Invalid, match=r"has passed\. Choose a later one\.$"):
        ban(email="a@example.com", until=now)
    made = ban(email="a@example.com", until=now + HOUR)

    bans.change(session, made, "Rude", now + HOUR, by=moderator, at=now + 2 * HOUR)
    assert made.reason == "Rude"
    with pytest.raises(Invalid, match="past already"):
        bans.change(session, made, "Rude", now, by=moderator, at=now + 2 * HOUR)


@pytest.mark.parametrize("wanted", [{"email": "a@example.com"}, {"network": "192.0.2.0/24"}, {"member": "sunniva"}])
def test_nobody_is_banned_twice(
    session: Session, ban: MakeBan, make: Make, moderator: User, now: datetime, wanted: dict[str, str]
) -> None:
    make.user(username="sunniva")
    first = ban(**wanted, until=now + HOUR)

    for at, words in ((now, "Change that one"), (now + 2 * HOUR, "is over")):
        with pytest.raises(AlreadyBanned, match=words) as refused:
            bans.create(session, Wanted(**wanted), by=moderator, at=at)
        assert refused.value.ban_id == first.id
        assert refused.value.fields.keys() == wanted.keys()


def test_nobody_bans_themselves_or_somebody_with_more_rights(ban: MakeBan, make: Make, moderator: User) -> None:
    manager = make.user(make.role(Permission.USER_MANAGE))
    for person, words in (
        (moderator, "themselves"),
        (make.owner(), "manages people"),
        (manager, "manages people"),
        (make.author(), "which you do not have"),
    ):
        with pytest.raises(NotAllowed, match=words):
            ban(member=person.username)
        with pytest.raises(NotAllowed, match="address"):
            ban(email=person.email.upper())
    with pytest.raises(NotAllowed, match="manages people"):
        ban(member=manager.username, by=make.owner())


def test_whose_an_address_is_is_not_told(ban: MakeBan, make: Make) -> None:
    owner = make.owner()

    with pytest.raises(NotAllowed) as refused:
        ban(email=owner.email)

    assert owner.name not in refused.value.message


def test_a_moderator_bans_another_and_the_banned_one_cannot_help_themselves(
    session: Session, ban: MakeBan, make: Make, moderator: User, now: datetime
) -> None:
    other = make.moderator()
    made = ban(member=other.username)
    address = ban(email=f"{other.username}@elsewhere.example")
    address.email = other.email
    session.flush()

    for one in (made, address):
        with pytest.raises(NotAllowed, match="on you"):
            bans.lift(session, one, by=other, at=now)
        with pytest.raises(NotAllowed, match="on you"):
            bans.change(session, one, "", now + HOUR, by=other, at=now)


def test_without_the_right_nothing_is_banned_or_lifted(
    session: Session, ban: MakeBan, make: Make, now: datetime
) -> None:
    made, author = ban(email="a@example.com"), make.author()

    with pytest.raises(NotAllowed):
        ban(email="b@example.com", by=author)
    with pytest.raises(NotAllowed):
        bans.lift(session, made, by=author, at=now)


def test_whoever_rose_since_is_not_banned_any_longer_than_they_are(
    session: Session, ban: MakeBan, make: Make, moderator: User, now: datetime
) -> None:
    member = make.user()
    made = ban(member=member.username, until=now + HOUR)
    member.roles = [make.roles["editor"]]
    session.flush()

    with pytest.raises(NotAllowed):
        bans.change(session, made, "", None, by=moderator, at=now)
    bans.lift(session, made, by=moderator, at=now)
    with pytest.raises(NotAllowed):
        undo(session, last_event(session), by=moderator, at=now)


def test_a_ban_on_somebody_is_not_brought_back_beside_another(
    session: Session, ban: MakeBan, moderator: User, now: datetime
) -> None:
    bans.lift(session, ban(email="a@example.com"), by=moderator, at=now)
    lifted = last_event(session)
    ban(email="a@example.com")

    with pytest.raises(Conflict, match="already"):
        undo(session, lifted, by=moderator, at=now)


def test_of_two_who_ban_the_same_at_once_one_is_refused_by_the_database(
    session: Session, make: Make, moderator: User, now: datetime, engine: Engine
) -> None:
    session.commit()
    who, barrier = moderator.id, Barrier(2)
    session.commit()

    def one(_number: int) -> str:
        barrier.wait()
        with Session(engine) as mine:
            try:
                bans.create(mine, Wanted(network="192.0.2.0/24"), by=mine.get_one(User, who), at=now)
                mine.commit()
            except (IntegrityError, AlreadyBanned) as refusal:
                return type(refusal).__name__
        return ""

    with ThreadPoolExecutor(2) as people:
        told = list(people.map(one, range(2)))

    assert told.count("") == 1
    assert len(session.scalars(select(Ban)).all()) == 1
