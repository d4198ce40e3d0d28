"""Tags: made, renamed, moved below one another and deleted, by whoever may, with a trace of each."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.audit.models import Event
from cms.core.errors import Conflict, Invalid, NotAllowed
from cms.core.permissions import Permission, Scope
from cms.taxonomy import actions
from cms.taxonomy.models import Tag
from tests.factories import Make

LATER = timedelta(hours=1)


@pytest.fixture
def editor(make: Make) -> User:
    return make.editor()


def last_event(session: Session) -> Event:
    return session.scalars(select(Event).order_by(Event.id.desc()).limit(1)).one()


def test_an_address_comes_from_the_name_and_is_free(session: Session, editor: User, now: datetime) -> None:
    sea = actions.create(session, {"name": " Sea  "}, by=editor, at=now)
    other = actions.create(session, {"name": "Sea!"}, by=editor, at=now)
    third = actions.create(session, {"name": "Sea?", "slug": ""}, by=editor, at=now)
    session.commit()

    assert (sea.name, sea.key, sea.slug) == ("Sea", "sea", "sea")
    assert (other.slug, third.slug) == ("sea-2", "sea-3")
    assert (sea.created_at, sea.updated_at) == (now, now)


def test_a_new_tag_is_recorded_with_all_it_was_given(session: Session, editor: User, make: Make, now: datetime) -> None:
    parent = make.tag("Water")
    given = {"name": "Sea", "slug": "the sea", "description": " Salt.\n", "parent_id": parent.id}

    tag = actions.create(session, given, by=editor, at=now)
    session.commit()

    assert (tag.slug, tag.description, tag.parent) == ("the-sea", "Salt.", parent)
    event = last_event(session)
    assert (event.verb, event.subject_id, event.actor_id) == ("tag.create", tag.id, editor.id)
    assert event.changes == {
        "name": ["", "Sea"],
        "key": ["", "sea"],
        "slug": ["", "the-sea"],
        "description": ["", "Salt."],
        "parent_id": [None, parent.id],
    }


@pytest.mark.parametrize("name", ["漢字", "🦀", "…", "C++", "-"])
def test_every_name_has_an_address(session: Session, editor: User, now: datetime, name: str) -> None:
    tag = actions.create(session, {"name": name}, by=editor, at=now)

    assert tag.slug
    assert tag.slug.isascii()


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"name": ""}, "name"),
        ({"name": " \t "}, "name"),
        ({"name": None}, "name"),
        ({"name": "two\nlines"}, "name"),
        ({"name": "n" * 81}, "name"),
        ({"name": "ŉ" * 80}, "name"),  # its small form is twice as long
        ({"name": "Sea"}, "name"),
        ({"name": "sEA "}, "name"),
        ({"name": "Lake", "slug": "sea"}, "slug"),
        ({"name": "Lake", "description": "d" * 1001}, "description"),
        ({"name": "Lake", "parent_id": 2_147_483_647}, "parent_id"),
    ],
)
def test_what_does_not_fit_is_refused_on_its_field_and_makes_nothing(
    session: Session, editor: User, make: Make, now: datetime, given: dict[str, Any], field: str
) -> None:
    make.tag("Sea")
    session.commit()

    with pytest.raises(Invalid) as refused:
        actions.create(session, given, by=editor, at=now)
    session.rollback()

    assert set(refused.value.fields) == {field}
    assert session.scalars(select(Tag.name)).all() == ["Sea"]
    assert session.scalars(select(Event)).all() == []


def test_every_field_at_fault_is_said_at_once(session: Session, editor: User, now: datetime) -> None:
    with pytest.raises(Invalid) as refused:
        actions.create(session, {"name": "", "description": "d" * 1001}, by=editor, at=now)

    assert set(refused.value.fields) == {"name", "description"}


def test_a_field_that_is_no_form_field_is_a_bug(session: Session, editor: User, now: datetime) -> None:
    with pytest.raises(ValueError, match="key is not an editable field"):
        actions.create(session, {"name": "Sea", "key": "lake"}, by=editor, at=now)


def test_a_renamed_tag_keeps_its_address(session: Session, editor: User, make: Make, now: datetime) -> None:
    tag = make.tag("See")

    actions.update(session, tag, {"name": "Sea", "description": "Salt."}, by=editor, at=now + LATER)
    session.commit()

    assert (tag.name, tag.key, tag.slug, tag.updated_at) == ("Sea", "sea", "see", now + LATER)
    event = last_event(session)
    assert event.verb == "tag.update"
    assert event.changes == {"name": ["See", "Sea"], "key": ["see", "sea"], "description": ["", "Salt."]}


def test_another_case_is_another_name_and_no_other_tag(
    session: Session, editor: User, make: Make, now: datetime
) -> None:
    tag = make.tag("sea")

    actions.update(session, tag, {"name": "SEA", "slug": "sea"}, by=editor, at=now)

    assert (tag.name, tag.key, tag.slug) == ("SEA", "sea", "sea")


def test_an_emptied_address_is_made_from_the_name_again(
    session: Session, editor: User, make: Make, now: datetime
) -> None:
    tag = make.tag("Sea", slug="lake")

    actions.update(session, tag, {"slug": ""}, by=editor, at=now)

    assert tag.slug == "sea"


@pytest.mark.parametrize("given", [{"name": "Lake"}, {"name": "LAKE"}, {"slug": "lake"}, {"slug": "Lake "}])
def test_a_tag_cannot_take_what_another_has(
    session: Session, editor: User, make: Make, now: datetime, given: dict[str, str]
) -> None:
    tag = make.tag("Sea")
    make.tag("Lake")

    with pytest.raises(Invalid):
        actions.update(session, tag, given, by=editor, at=now)
    assert (tag.name, tag.key, tag.slug) == ("Sea", "sea", "sea")


def test_what_changes_nothing_leaves_no_trace(session: Session, editor: User, make: Make, now: datetime) -> None:
    tag = make.tag("Sea")

    actions.update(session, tag, {"name": "Sea ", "slug": "sea", "parent_id": None}, by=editor, at=now + LATER)

    assert tag.updated_at == now
    assert session.scalars(select(Event)).all() == []


def test_a_tag_lies_below_another_and_comes_out_again(
    session: Session, editor: User, make: Make, now: datetime
) -> None:
    water, sea = make.tag("Water"), make.tag("Sea")

    actions.update(session, sea, {"parent_id": water.id}, by=editor, at=now)
    session.commit()
    session.expire_all()
    assert sea.parent is water

    actions.update(session, sea, {"parent_id": None}, by=editor, at=now)
    session.commit()
    session.expire_all()
    assert sea.parent is None


def test_no_tag_lies_below_itself_however_deep(session: Session, editor: User, make: Make, now: datetime) -> None:
    first = make.tag("First")
    second = make.tag("Second", parent_id=first.id)
    third = make.tag("Third", parent_id=second.id)

    for parent in (first, second, third):
        with pytest.raises(Invalid, match="below itself") as refused:
            actions.update(session, first, {"parent_id": parent.id}, by=editor, at=now)
        assert set(refused.value.fields) == {"parent_id"}
    assert first.parent_id is None


def test_a_circle_that_is_there_already_is_walked_once(
    session: Session, editor: User, make: Make, now: datetime
) -> None:
    one, two, lonely = make.tag("One"), make.tag("Two"), make.tag("Lonely")
    one.parent_id, two.parent_id = two.id, one.id
    session.commit()

    actions.update(session, lonely, {"parent_id": one.id}, by=editor, at=now)
    actions.update(session, one, {"parent_id": None}, by=editor, at=now)

    assert (lonely.parent_id, one.parent_id) == (one.id, None)


def test_tags_below_a_deleted_one_move_up(session: Session, editor: User, make: Make, now: datetime) -> None:
    top = make.tag("Water")
    middle = make.tag("Sea", parent_id=top.id, description="Salt.")
    below = [make.tag(name, parent_id=middle.id) for name in ("Bay", "Strait")]

    actions.delete(session, middle, by=editor, at=now)
    session.commit()

    session.expire_all()
    assert [tag.parent_id for tag in below] == [top.id, top.id]
    assert session.scalars(select(Tag.name).order_by(Tag.id)).all() == ["Water", "Bay", "Strait"]
    event = last_event(session)
    assert (event.verb, event.subject_label) == ("tag.delete", "Sea")
    assert event.changes["description"] == ["Salt.", None]
    assert event.changes["children"] == [[tag.id for tag in below], []]


def test_a_tag_that_limits_a_role_stays(session: Session, editor: User, make: Make, now: datetime) -> None:
    tag = make.tag("Sport")
    make.role((Permission.POST_PUBLISH, Scope.OWN), tags=(tag,), label="Sports desk")

    with pytest.raises(Conflict, match="Sports desk"):
        actions.delete(session, tag, by=editor, at=now)
    assert session.get(Tag, tag.id) is tag


@pytest.mark.parametrize("role", ["author", "contributor", "moderator"])
def test_tags_themselves_are_for_those_who_manage_them(session: Session, make: Make, now: datetime, role: str) -> None:
    person, tag = make.user(role), make.tag("Sea")

    for act in (
        lambda: actions.create(session, {"name": "Lake"}, by=person, at=now),
        lambda: actions.update(session, tag, {"name": "Lake"}, by=person, at=now),
        lambda: actions.delete(session, tag, by=person, at=now),
    ):
        with pytest.raises(NotAllowed):
            act()
    assert session.scalars(select(Tag.name)).all() == ["Sea"]


def test_names_find_tags_or_make_them_in_the_order_they_were_typed(session: Session, make: Make, now: datetime) -> None:
    sea = make.tag("Sea")

    tags = actions.named(session, ["Zebra", " SEA ", "", "zebra", "Äpfel"], by=make.author(), at=now)
    session.commit()

    assert [tag.name for tag in tags] == ["Zebra", "Sea", "Äpfel"]
    assert tags[1] is sea
    assert [tag.slug for tag in tags] == ["zebra", "sea", "apfel"]
    assert session.scalars(select(Event.verb)).all() == ["tag.create", "tag.create"]


def test_no_names_are_no_tags(session: Session, now: datetime) -> None:
    assert actions.named(session, [], by=None, at=now) == actions.named(session, [" "], by=None, at=now) == []
