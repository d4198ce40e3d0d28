"""Who gets in, decided in the back office: accounts are switched off and on, sent a link, and signed out."""

from flask import Flask
from flask_mailman import EmailMessage
from sqlalchemy.orm import Session

from cms.accounts.models import User
from tests.accounts.events import events, verbs
from tests.admin.users import LIST, path_in
from tests.browser import Browser
from tests.factories import Make


def test_the_button_that_switches_off_asks_first_as_the_bulk_does(desk: Browser, session: Session, make: Make) -> None:
    person = make.user(display_name="Jun Takeda")
    session.commit()
    assert f'formaction="/admin/users/{person.id}/deactivate" name="ask"' in desk.get(LIST).text

    asked = desk.post(f"{LIST}{person.id}/deactivate", {"ask": "1", "url": LIST})

    assert asked.status_code == 200
    assert "Switch off: Jun Takeda" in asked.text
    assert "Its sessions end at once" in asked.text
    session.expire_all()
    assert person.active
    session.commit()
    assert desk.post(f"{LIST}{person.id}/deactivate", {"url": LIST}).status_code == 303


def test_switching_off_and_on(desk: Browser, session: Session, make: Make, app: Flask) -> None:
    person = make.user("editor")
    session.commit()
    theirs = Browser(app).sign_in(person)

    desk.post(f"{LIST}{person.id}/deactivate")
    assert theirs.get("/account").status_code == 302
    desk.post(f"{LIST}{person.id}/activate")

    assert theirs.get("/account").status_code == 302
    assert theirs.sign_in(person).get("/account").status_code == 200


def test_several_are_switched_off_at_once_and_each_is_recorded_with_its_batch(
    desk: Browser, session: Session, make: Make, owner: User
) -> None:
    people = [make.user(), make.user()]
    session.commit()
    ids = [str(person.id) for person in (*people, owner)]

    asked = desk.post(f"{LIST}action/", {"action": "deactivate", "rowid": ids})
    assert asked.status_code == 200
    done = desk.post(f"{LIST}action/", {"action": "deactivate", "rowid": ids, "confirmed": "1"})

    assert done.status_code == 303
    session.expire_all()
    assert [person.active for person in people] == [False, False]
    assert owner.active
    batches = {event.batch_id for event in events(session) if event.verb == "user.deactivate"}
    assert len(batches) == 1
    assert None not in batches


def test_a_yes_to_somebody_who_waits_is_told_by_mail(
    desk: Browser, session: Session, make: Make, outbox: list[EmailMessage]
) -> None:
    person = make.user(active=False, approval_requested_at=make.at)
    session.commit()
    assert "Approve" in desk.get(f"{LIST}details/?id={person.id}").text

    desk.post(f"{LIST}{person.id}/activate")

    assert outbox[-1].to == [person.email]
    assert "user.approve" in verbs(session)


def test_links_are_sent_and_never_shown(
    desk: Browser, session: Session, make: Make, outbox: list[EmailMessage]
) -> None:
    invited, forgetful = make.user(password=None), make.user()
    session.commit()

    for person in (invited, forgetful):
        page = desk.post(f"{LIST}{person.id}/send-link", follow_redirects=True)
        assert outbox[-1].to == [person.email]
        assert path_in(outbox[-1]) not in page.text


def test_signing_somebody_out_everywhere(desk: Browser, session: Session, make: Make, app: Flask) -> None:
    person = make.user("editor")
    session.commit()
    theirs = Browser(app).sign_in(person)

    desk.post(f"{LIST}{person.id}/sign-out")

    assert theirs.get("/account").status_code == 302
