"""What one event says: who did what to which thing, with before and after, and what must be erasable apart."""

import hashlib
import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.audit.actions import digest_of, plain, record
from cms.audit.models import Event, EventPersonal
from cms.core.request_ids import request_id
from cms.posts.lifecycle import PostStatus
from cms.taxonomy.models import Tag
from tests.factories import Make

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


def test_an_event_names_actor_verb_thing_and_change(session: Session, make: Make, now: datetime) -> None:
    tag, editor = make.tag("Sea"), make.editor()

    record(session, "tag.update", tag, by=editor, at=now, changes={"name": ("See", "Sea"), "parent_id": (None, 7)})
    session.commit()

    session.expire_all()
    event = session.scalars(select(Event)).one()
    assert (event.at, event.actor_id, event.verb) == (now, editor.id, "tag.update")
    assert (event.subject_type, event.subject_id, event.subject_label) == ("tags", tag.id, "Sea")
    assert event.changes == {"name": ["See", "Sea"], "parent_id": [None, 7]}
    assert str(event) == "tag.update Sea"


def test_a_thing_made_in_the_same_moment_has_its_id_already(session: Session, now: datetime) -> None:
    tag = Tag(name="Sea", key="sea", slug="sea", description="", created_at=now, updated_at=now)
    session.add(tag)

    record(session, "tag.create", tag, by=None, at=now)
    session.commit()

    assert session.scalars(select(Event)).one().subject_id == tag.id is not None


def test_nobody_and_nothing_changed_may_be_recorded(session: Session, make: Make, now: datetime) -> None:
    record(session, "tag.create", make.tag(), by=None, at=now)
    session.commit()

    event = session.scalars(select(Event)).one()
    assert (event.actor_id, event.changes, event.batch_id, event.request_id) == (None, {}, None, None)


def test_events_of_one_request_are_tied_together(session: Session, make: Make, now: datetime) -> None:
    token = request_id.set("a-request")
    try:
        events = [record(session, verb, make.tag(), by=None, at=now) for verb in ("tag.create", "tag.update")]
    finally:
        request_id.reset(token)
    session.commit()

    assert [event.request_id for event in events] == ["a-request"] * 2


def test_a_change_that_is_taken_back_takes_its_event_with_it(session: Session, make: Make, now: datetime) -> None:
    record(session, "tag.create", make.tag(), by=None, at=now)

    session.rollback()

    assert session.scalars(select(Event)).all() == []


def test_a_long_title_is_cut_and_a_strange_one_kept(session: Session, make: Make, now: datetime) -> None:
    title = "<b>“é” 漢字 \U0001f980 " + "x" * 300

    record(session, "post.create", make.post(title=title[:200]), by=None, at=now)
    session.commit()

    assert session.scalars(select(Event)).one().subject_label == title[:200]


def test_addresses_lie_beside_the_event_which_keeps_their_digest_only(
    session: Session, make: Make, now: datetime
) -> None:
    personal = {"address": "192.0.2.1", "email": ["old@example.com", "neü@example.com"]}

    event = record(session, "tag.create", make.tag(), by=None, at=now, personal=personal)
    session.commit()

    beside = session.scalars(select(EventPersonal)).one()
    assert (beside.event_id, beside.values, beside.digest) == (event.id, personal, digest_of(personal))
    assert "example.com" not in json.dumps(event.changes) + event.subject_label


def test_what_tells_who_somebody_is_lies_beside_the_event_as_well(session: Session, make: Make, now: datetime) -> None:
    person = make.user(display_name="Maren Holt")
    changes = {"display_name": ("Maren", "Maren Holt"), "timezone": (None, "Europe/Oslo")}

    event = record(session, "user.edit", person, by=None, at=now, changes=changes, personal={"address": "192.0.2.1"})
    session.commit()

    assert (event.subject_id, event.subject_label) == (person.id, "")
    assert event.changes == {"display_name": ["changed", "changed"], "timezone": [None, "Europe/Oslo"]}
    beside = session.scalars(select(EventPersonal)).one()
    assert beside.values == {"display_name": ["Maren", "Maren Holt"], "address": "192.0.2.1"}


def test_nothing_personal_makes_no_row(session: Session, make: Make, now: datetime) -> None:
    record(session, "tag.create", make.tag(), by=None, at=now, personal={})
    session.commit()

    assert session.scalars(select(EventPersonal)).all() == []


@pytest.mark.parametrize(
    ("value", "kept"),
    [
        (None, None),
        (True, True),
        (7, 7),
        (0.5, 0.5),
        ("Sea", "Sea"),
        (PostStatus.DRAFT, "draft"),
        (datetime(2026, 3, 2, 12, tzinfo=UTC), "2026-03-02T12:00:00+00:00"),
        (date(2026, 3, 2), "2026-03-02"),
        ((1, PostStatus.DRAFT), [1, "draft"]),
        ([date(2026, 3, 2), [None]], ["2026-03-02", [None]]),
        ({1: {"at": date(2026, 3, 2)}}, {"1": {"at": "2026-03-02"}}),
        (Tag(name="Sea"), "Sea"),
    ],
)
def test_every_value_has_a_plain_form(value: Any, kept: Any) -> None:
    assert plain(value) == kept
    assert type(plain(value)) is type(kept)


@given(JSON)
def test_what_is_plain_already_stays_as_it_is(value: Any) -> None:
    assert plain(value) == value


def test_a_digest_says_the_same_whatever_the_order_and_differs_with_the_values() -> None:
    assert digest_of({"a": 1, "b": ["é"]}) == digest_of({"b": ["é"], "a": 1})
    assert digest_of({"a": 1}) != digest_of({"a": "1"}) != digest_of({"a": None})


def test_a_digest_can_be_checked_without_us() -> None:
    assert digest_of({"b": 2, "a": "ü"}) == hashlib.sha256(b'{"a":"\\u00fc","b":2}').hexdigest()
