"""Old addresses are set up, changed and forgotten, and never lead round in a circle."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.audit.models import Event
from cms.core.errors import Invalid, NotAllowed, NotFound
from cms.redirects import actions, queries
from cms.redirects.actions import Route
from cms.redirects.models import Redirect
from tests.factories import Make


@pytest.fixture
def editor(make: Make) -> User:
    return make.editor()


def faults(session: Session, route: Route, by: User, at: datetime) -> dict[str, str]:
    with pytest.raises(Invalid) as refused:
        actions.create(session, route, by=by, at=at)
    return refused.value.fields


def test_an_editor_sets_up_a_redirect_and_leaves_a_trace(session: Session, editor: User, now: datetime) -> None:
    redirect = actions.create(session, Route("/Old//Page/", 301, "/new-page?from=old#top"), by=editor, at=now)

    assert (redirect.from_path, redirect.to_path, redirect.status) == ("/old/page", "/new-page?from=old#top", 301)
    event = session.scalars(select(Event).where(Event.verb == "redirect.create")).one()
    assert event.actor_id == editor.id
    assert event.changes["from_path"] == [None, "/old/page"]


@pytest.mark.parametrize("path", ["/old/page", "/OLD/page/", "//old//page", "/Old/Page"])
def test_an_old_address_is_found_however_it_is_typed(session: Session, editor: User, now: datetime, path: str) -> None:
    redirect = actions.create(session, Route("/old/page", 301, "/new"), by=editor, at=now)

    assert queries.at_path(session, path) is redirect


@pytest.mark.parametrize("path", ["/other", "/old", "/old/page/more", "/" + "x" * 600])
def test_other_addresses_lead_nowhere(session: Session, editor: User, now: datetime, path: str) -> None:
    actions.create(session, Route("/old/page", 301, "/new"), by=editor, at=now)

    assert queries.at_path(session, path) is None


@pytest.mark.parametrize(
    "path",
    ["", "old", "//evil.example/x", "https://example.com/old", "/a b", "/a\\b", "/a?b=1", "/a#b", "/" + "x" * 500],
)
def test_a_redirect_begins_at_a_path_of_this_site(session: Session, editor: User, now: datetime, path: str) -> None:
    assert list(faults(session, Route(path, 301, "/new"), editor, now)) == ["from_path"]


@pytest.mark.parametrize(
    "target",
    ["", "new", "//evil.example", "javascript:alert(1)", "data:text/html,x", "https://", "https://a b", "/a\\b",
     "https://name:secret@example.com/", "http://[broken", "https://me@evil.example/", "/" + "x" * 500],
)  # fmt: skip
def test_a_redirect_ends_at_a_path_or_a_web_address(session: Session, editor: User, now: datetime, target: str) -> None:
    assert list(faults(session, Route("/old", 301, target), editor, now)) == ["to_path"]


def test_a_web_address_of_somebody_else_is_allowed(session: Session, editor: User, now: datetime) -> None:
    redirect = actions.create(session, Route("/old", 302, "https://example.org/new?x=1"), by=editor, at=now)

    assert redirect.to_path == "https://example.org/new?x=1"


def test_gone_leads_nowhere(session: Session, editor: User, now: datetime) -> None:
    redirect = actions.create(session, Route("/shop", 410, "/ignored", post_id=5), by=editor, at=now)

    assert (redirect.status, redirect.to_path, redirect.post_id) == (410, None, None)


def test_an_unknown_status_is_refused(session: Session, editor: User, now: datetime) -> None:
    assert list(faults(session, Route("/old", 308, "/new"), editor, now)) == ["status"]


def test_one_address_has_one_redirect(session: Session, editor: User, now: datetime) -> None:
    actions.create(session, Route("/old", 301, "/new"), by=editor, at=now)

    assert list(faults(session, Route("/OLD/", 301, "/other"), editor, now)) == ["from_path"]


@pytest.mark.parametrize("target", ["/a", "/A/", "/a?again=1", "/b", "/c#x"])
def test_no_redirect_leads_round_in_a_circle(session: Session, editor: User, now: datetime, target: str) -> None:
    actions.create(session, Route("/b", 301, "/c"), by=editor, at=now)
    actions.create(session, Route("/c", 301, "/a"), by=editor, at=now)

    assert list(faults(session, Route("/a", 301, target), editor, now)) == ["to_path"]


def test_a_chain_without_an_end_is_refused(session: Session, editor: User, now: datetime) -> None:
    for number in range(25):
        session.add(Redirect(from_path=f"/{number}", to_path=f"/{number + 1}", created_at=now, updated_at=now))
    session.flush()

    assert list(faults(session, Route("/start", 301, "/0"), editor, now)) == ["to_path"]


def test_what_readers_see_is_only_redirected_on_purpose(session: Session, editor: User, now: datetime) -> None:
    assert list(faults(session, Route("/old", 301, "/new", live_there="A post"), editor, now)) == ["from_path"]

    confirmed = Route("/old", 301, "/new", live_there="A post", confirmed=True)
    assert actions.create(session, confirmed, by=editor, at=now).id is not None


def test_changing_a_redirect_records_what_changed_and_saving_it_unchanged_nothing(
    session: Session, editor: User, now: datetime
) -> None:
    redirect = actions.create(session, Route("/old", 301, "/new"), by=editor, at=now)

    actions.change(session, redirect, Route("/old", 301, "/new"), by=editor, at=now)
    actions.change(session, redirect, Route("/old", 302, "/newer"), by=editor, at=now)

    event = session.scalars(select(Event).where(Event.verb == "redirect.save")).one()
    assert event.changes == {"status": [301, 302], "to_path": ["/new", "/newer"]}


def test_a_deleted_redirect_can_be_read_in_the_record(session: Session, editor: User, now: datetime) -> None:
    redirect = actions.create(session, Route("/old", 301, "/new"), by=editor, at=now)

    actions.delete(session, redirect, by=editor, at=now)

    assert queries.at_path(session, "/old") is None
    event = session.scalars(select(Event).where(Event.verb == "redirect.delete")).one()
    assert event.changes["to_path"] == ["/new", None]


def test_who_may_not_manage_redirects_neither_sees_nor_makes_them(
    session: Session, make: Make, editor: User, now: datetime
) -> None:
    redirect = actions.create(session, Route("/old", 301, "/new"), by=editor, at=now)

    for person in (make.author(), make.moderator(), make.user()):
        assert session.scalars(queries.visible_to(person)).all() == []
        with pytest.raises(NotFound):
            queries.get(session, redirect.id, viewer=person)
        for act in (
            lambda person=person: actions.create(session, Route("/x", 410), by=person, at=now),
            lambda person=person: actions.change(session, redirect, Route("/x", 410), by=person, at=now),
            lambda person=person: actions.delete(session, redirect, by=person, at=now),
        ):
            with pytest.raises(NotAllowed):
                act()
    assert queries.get(session, redirect.id, viewer=editor) is redirect


def test_an_address_given_up_twice_leads_to_the_latest_post_but_never_over_what_somebody_set(
    session: Session, make: Make, editor: User, now: datetime
) -> None:
    first, second = make.post(), make.post()
    actions.create(session, Route("/mine", 301, "/elsewhere"), by=editor, at=now)

    actions.remember(session, "/posts/old", post_id=first.id, by=editor, at=now)
    actions.remember(session, "/posts/old", post_id=second.id, by=editor, at=now)
    actions.remember(session, "/mine", post_id=second.id, by=editor, at=now)

    assert queries.at_path(session, "/posts/old").post_id == second.id
    assert queries.at_path(session, "/mine").to_path == "/elsewhere"
