"""Unsaved texts: one for each form, of one sitting, forgotten in the end."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.cli.tidy import tidy_up
from cms.core.errors import Conflict
from cms.posts.actions import emptying
from cms.workspace import unsaved
from cms.workspace.models import UnsavedText
from cms.workspace.unsaved import KEPT, Place
from tests.conftest import NOON
from tests.factories import Make

FIELDS = {"title": ["Low water"]}


@pytest.fixture
def writer(make: Make) -> User:
    return make.editor()


def keep(session: Session, place: Place, **values: Any) -> None:
    given: dict[str, Any] = {"fields": FIELDS, "sitting": "a", "base_version": 1, "at": NOON} | values
    unsaved.keep(session, place, given.pop("fields"), **given)


def places(session: Session) -> set[tuple[int, int | None]]:
    return {(row.user_id, row.post_id) for row in session.scalars(select(UnsavedText))}


def test_each_form_of_each_person_has_one(session: Session, make: Make, writer: User) -> None:
    colleague, post, other = make.editor(), make.post(), make.post()
    forms = [
        Place(person.id, "post", post_id) for person in (writer, colleague) for post_id in (None, post.id, other.id)
    ]
    for place in [*forms, *forms]:
        keep(session, place)

    assert places(session) == {(place.user_id, place.post_id) for place in forms}
    assert len(session.scalars(select(UnsavedText.id)).all()) == len(forms)
    assert unsaved.kept_at(session, Place(writer.id, "page")) is None


@pytest.mark.parametrize("is_new", [True, False])
def test_a_sitting_replaces_what_it_kept_and_no_other_does(
    session: Session, make: Make, writer: User, is_new: bool
) -> None:
    place = Place(writer.id, "post", None if is_new else make.post().id)
    keep(session, place)
    keep(session, place, fields={"title": ["High water"]}, at=NOON + timedelta(minutes=1))

    with pytest.raises(Conflict):
        keep(session, place, sitting="b", fields={"title": ["Mine"]})
    unsaved.let_go(session, place, sitting="b")

    kept = unsaved.kept_at(session, place)
    assert kept is not None
    assert (kept.fields, kept.created_at, kept.updated_at) == (
        {"title": ["High water"]},
        NOON,
        NOON + timedelta(minutes=1),
    )
    unsaved.let_go(session, place, sitting="a")
    assert places(session) == set()


def test_those_of_everybody_go_with_a_post_that_goes_for_good(session: Session, make: Make, writer: User) -> None:
    post, other = make.post(), make.post()
    for person in (writer, make.editor()):
        keep(session, Place(person.id, "post", post.id))
    keep(session, Place(writer.id, "post", other.id))

    emptying.remove(session, post, at=NOON)

    assert places(session) == {(writer.id, other.id)}


def test_those_that_nobody_went_on_with_go_after_ninety_days(
    session: Session, make: Make, writer: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cms.cli.tidy.CHUNK", 2)
    old = [Place(writer.id, "post", make.post().id) for _number in range(3)]
    fresh = Place(writer.id, "post")
    for place in [*old, fresh]:
        keep(session, place)
    keep(session, fresh, at=NOON + timedelta(days=1))
    session.commit()

    done = tidy_up(session, at=NOON + KEPT + timedelta(hours=1), end_chunk=session.commit)

    assert done["unsaved texts"] == 3
    assert places(session) == {(writer.id, None)}
