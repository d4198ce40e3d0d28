"""Why something cannot be undone is said without the titles of what whoever asks may not see."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.models import Role, User
from cms.audit.models import Event
from cms.core.permissions import Permission as P
from cms.posts.lifecycle import PostStatus
from cms.redirects import actions
from cms.redirects.actions import Route
from tests.browser import Browser
from tests.factories import Make


def a_redirect_that_moved_on(session: Session, make: Make, person: User) -> int:
    """They let it follow one text; somebody else lets it follow another. Both have other titles by now."""
    first, second = (make.post(title=title, status=PostStatus.PUBLISHED) for title in ("One", "Two"))
    redirect = actions.create(session, Route("/old", 301, post_id=first.id), by=person, at=make.at)
    actions.change(session, redirect, Route("/old", 301, post_id=second.id), by=make.owner(), at=make.at)
    first.title, second.title = "Takeover", "Layoffs"
    made = session.scalars(select(Event.id).where(Event.verb == "redirect.create")).one()
    session.commit()
    return made


@pytest.mark.parametrize(("right", "named"), [(P.REDIRECT_MANAGE, False), (P.POST_VIEW, True), (P.AUDIT_VIEW, True)])
def test_a_conflict_names_only_posts_that_one_may_see(
    browser: Browser, session: Session, make: Make, right: P, named: bool
) -> None:
    role: Role = make.role(*dict.fromkeys((P.REDIRECT_MANAGE, right)))
    person = make.user(role)
    event_id = a_redirect_that_moved_on(session, make, person)

    refused = browser.sign_in(person).post(f"/admin/activity/{event_id}/undo")

    assert refused.status_code == 409
    assert ("Takeover" in refused.text, "Layoffs" in refused.text) == (named, named)
