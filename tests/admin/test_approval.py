"""Saying yes to somebody who waits: whichever way it is said, they learn of it."""

from flask_mailman import EmailMessage
from sqlalchemy.orm import Session

from cms.accounts.models import User
from tests.browser import Browser
from tests.factories import Make


def waiting(session: Session, make: Make) -> User:
    person = make.user(active=False, approval_requested_at=make.at)
    session.commit()
    return person


def test_the_move_tells_them(desk: Browser, session: Session, make: Make, outbox: list[EmailMessage]) -> None:
    person = waiting(session, make)

    desk.post(f"/admin/users/{person.id}/activate")

    assert [mail.to for mail in outbox] == [[person.email]]


def test_the_form_tells_them(desk: Browser, session: Session, make: Make, outbox: list[EmailMessage]) -> None:
    person = waiting(session, make)

    answer = desk.post(f"/admin/users/edit/?id={person.id}", {"version": str(person.version), "active": ["", "1"]})

    assert answer.status_code == 302
    assert [mail.to for mail in outbox] == [[person.email]]


def test_a_bulk_tells_those_who_waited_and_nobody_whose_row_was_refused(
    desk: Browser, session: Session, make: Make, outbox: list[EmailMessage]
) -> None:
    person, back = waiting(session, make), make.user(active=False)
    erased = make.user(active=False, approval_requested_at=make.at, anonymised_at=make.at)
    session.commit()

    desk.post("/admin/users/action/", {"action": "activate", "rowid": [str(one.id) for one in (person, back, erased)]})

    session.expire_all()
    assert [one.active for one in (person, back, erased)] == [True, True, False]
    assert [mail.to for mail in outbox] == [[person.email]]


def test_a_bulk_over_all_that_match_tells_them_when_it_is_run_and_not_when_it_is_foreseen(
    desk: Browser, session: Session, make: Make, outbox: list[EmailMessage]
) -> None:
    person = waiting(session, make)

    foreseen = desk.post("/admin/users/action/", {"action": "activate", "everything": "1", "query": "state=waiting"})

    assert foreseen.status_code == 303
    assert outbox == []
    assert desk.post(f"{foreseen.location}run/").status_code == 303
    session.expire_all()
    assert person.active
    assert [mail.to for mail in outbox] == [[person.email]]
