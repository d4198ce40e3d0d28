"""Choices and kept views: whose they are, who sees them, what is refused."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.core.errors import CmsError, Conflict, Invalid, NotAllowed, NotFound
from cms.workspace import actions, queries
from cms.workspace.models import SavedView
from tests.factories import Make


def kept(session: Session, person: User) -> dict[str, Any]:
    """As the database has it."""
    session.commit()
    session.refresh(person)
    return person.preferences


def test_a_choice_is_no_change_of_the_account(session: Session, make: Make) -> None:
    person = make.editor()
    session.commit()
    version = person.version

    actions.choose(session, person, "theme", "dark")

    assert kept(session, person) == {"theme": "dark"}
    assert person.version == version


def test_a_choice_is_remembered_changed_and_taken_back(session: Session, make: Make, now: datetime) -> None:
    person, other = make.editor(), make.editor()

    actions.choose(session, person, "columns.posts", ["title"])
    actions.choose(session, person, "columns.posts", ["title", "status"])
    actions.choose(session, other, "columns.posts", ["title"])

    assert kept(session, person) == {"columns.posts": ["title", "status"]}
    actions.choose(session, person, "columns.posts", None)
    actions.choose(session, person, "columns.posts", None)
    assert kept(session, person) == {}
    assert kept(session, other) == {"columns.posts": ["title"]}


def test_one_sees_ones_own_views_and_what_others_share(session: Session, make: Make, now: datetime) -> None:
    person, other = make.editor(), make.editor()
    actions.keep_view(session, "posts", "Zebras", "status=draft", shared=False, by=person, at=now)
    shared = actions.keep_view(session, "posts", "Antelopes", "", shared=True, by=other, at=now)
    private = actions.keep_view(session, "posts", "Private", "", shared=False, by=other, at=now)
    actions.keep_view(session, "tags", "Elsewhere", "", shared=False, by=person, at=now)

    assert [view.name for view in queries.views(session, person, "posts")] == ["Zebras", "Antelopes"]
    assert queries.view(session, person, "posts", shared.id) is shared
    for area, view_id in (("posts", private.id), ("tags", shared.id), ("posts", 4711)):
        with pytest.raises(NotFound):
            queries.view(session, person, area, view_id)


def test_keeping_a_view_under_a_name_again_replaces_it(session: Session, make: Make, now: datetime) -> None:
    person = make.editor()
    first = actions.keep_view(session, "posts", "Mine", "status=draft", shared=False, by=person, at=now)

    again = actions.keep_view(session, "posts", " Mine ", "status=archived", shared=True, by=person, at=now)

    assert (again.id, again.query, again.shared) == (first.id, "status=archived", True)


@pytest.mark.parametrize(
    ("name", "query", "error"),
    [
        (" ", "", Invalid),
        ("x" * 61, "", Invalid),
        ("two\nlines", "", Invalid),
        ("nul\0", "", Invalid),
        ("Long", "x" * 2001, Invalid),
    ],
)
def test_a_view_that_cannot_be_kept_says_why(
    session: Session, make: Make, now: datetime, name: str, query: str, error: type[CmsError]
) -> None:
    with pytest.raises(error) as refused:
        actions.keep_view(session, "posts", name, query, shared=False, by=make.editor(), at=now)
    assert refused.value.message


def test_nobody_keeps_views_without_end(
    session: Session, make: Make, now: datetime, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(actions, "MOST_VIEWS", 2)
    person = make.editor()
    for name in ("One", "Two", "Two"):
        actions.keep_view(session, "posts", name, "", shared=False, by=person, at=now)

    with pytest.raises(Conflict, match="Delete one first"):
        actions.keep_view(session, "posts", "Three", "", shared=False, by=person, at=now)


def test_only_its_maker_and_who_looks_after_the_site_change_a_shared_view(
    session: Session, make: Make, now: datetime
) -> None:
    maker, colleague, owner = make.editor(), make.editor(), make.owner()
    shared = actions.keep_view(session, "posts", "Ours", "", shared=True, by=maker, at=now)
    private = actions.keep_view(session, "posts", "Mine", "", shared=False, by=maker, at=now)

    with pytest.raises(NotAllowed):
        actions.share_view(session, shared, shared=False, by=colleague, at=now)
    for view, person in ((shared, colleague), (private, owner)):
        with pytest.raises(NotAllowed):
            actions.delete_view(session, view, by=person)
    actions.share_view(session, shared, shared=True, by=owner, at=now)
    actions.delete_view(session, shared, by=owner)
    actions.delete_view(session, private, by=maker)
    assert session.scalar(select(func.count(SavedView.id))) == 0


def test_what_somebody_chose_and_kept_goes_with_them(session: Session, make: Make, now: datetime) -> None:
    leaving, staying = make.editor(), make.editor()
    for person in (leaving, staying):
        actions.choose(session, person, "columns.posts", ["title"])
        actions.keep_view(session, "posts", "Ours", "", shared=True, by=person, at=now)

    actions.forget(session, leaving)

    assert (kept(session, leaving), kept(session, staying)) == ({}, {"columns.posts": ["title"]})
    assert session.scalars(select(SavedView.user_id)).all() == [staying.id]
