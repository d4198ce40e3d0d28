"""/account/sessions: one's own are listed and ended, and nobody else's are there."""

from datetime import timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.models import User, UserSession
from tests.account.conftest import Another, Later
from tests.browser import Browser
from tests.factories import Make


def test_sessions_are_listed_and_ended_one_by_one(
    signed: Browser, another: Another, session: Session, person: User
) -> None:
    agent = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"
    phone = another()
    phone.client.environ_base["HTTP_USER_AGENT"] = agent
    phone.sign_in(person)
    page = signed.get("/account/sessions").text
    assert "Firefox on Linux" in page
    assert "This browser" in page
    theirs = session.scalars(select(UserSession.id).where(UserSession.agent == agent)).one()
    session.commit()

    signed.post(f"/account/sessions/{theirs}/revoke")

    assert phone.get("/account").status_code == 302
    assert signed.get("/account").status_code == 200


def test_all_other_sessions_end_at_once(signed: Browser, another: Another, person: User) -> None:
    others = [another().sign_in(person) for _number in range(3)]

    signed.post("/account/sessions/revoke-others")

    assert [other.get("/account").status_code for other in others] == [302] * 3
    assert signed.get("/account").status_code == 200


def test_somebody_elses_session_is_not_there(signed: Browser, another: Another, session: Session, make: Make) -> None:
    owner = make.owner()
    session.commit()
    theirs = another().sign_in(owner)
    row = session.scalars(select(UserSession.id).where(UserSession.user_id == owner.id)).one()
    session.commit()

    for id in (row, 2**31 - 1):
        assert signed.post(f"/account/sessions/{id}/revoke").status_code == 404
    assert theirs.get("/account").status_code == 200


def test_a_session_that_ended_by_itself_is_not_listed(
    signed: Browser, another: Another, person: User, later: Later
) -> None:
    another().sign_in(person)
    assert signed.get("/account/sessions").text.count('/revoke"') == 2

    later(timedelta(minutes=90))
    signed.get("/account")
    later(timedelta(minutes=60))

    assert signed.get("/account/sessions").text.count('/revoke"') == 1
