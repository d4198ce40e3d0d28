"""Bans in the back office: made by hand and from a comment, changed, lifted, found, and refused with a reason."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.comments.models import Ban
from cms.core.permissions import Permission
from tests.admin.bans.conftest import AREA, all_of
from tests.browser import Browser
from tests.counting import counted
from tests.factories import Make
from tests.forms import untouched


def given(**values: str) -> dict[str, str]:
    return {"member": "", "email": "", "network": "", "reason": "", "until": ""} | values


def banned(session: Session, make: Make, **values: Any) -> Ban:
    ban = Ban(**{"created_at": make.at} | values)
    session.add(ban)
    session.commit()
    return ban


def test_a_moderator_bans_changes_and_lifts(desk: Browser, session: Session, make: Make, moderator: User) -> None:
    member = make.user(display_name="Sunniva Marsh")
    session.commit()

    sent = given(member="Sunniva Marsh", reason="Insults", until="2199-01-02T10:00")
    assert desk.post(f"{AREA}new/", sent).status_code == 302
    ban = all_of(session)[0]
    assert (ban.user_id, ban.reason, ban.created_by_id) == (member.id, "Insults", moderator.id)
    listed = desk.get(AREA).text
    for words in ("Sunniva Marsh is banned", "Insults", "2199", moderator.name, "1 ban"):
        assert words in listed

    form = untouched(desk.get(f"{AREA}edit/?id={ban.id}").text)
    assert form.keys() >= {"reason", "until"}
    assert not form.keys() & {"member", "email", "network"}
    assert desk.post(f"{AREA}edit/?id={ban.id}", {"reason": "Insults again", "until": ""}).status_code == 302
    ban = all_of(session)[0]
    assert (ban.user_id, ban.reason, ban.until) == (member.id, "Insults again", None)
    assert "until lifted" in desk.get(AREA).text

    assert "Lift the ban on Sunniva Marsh?" in desk.get(f"{AREA}delete/?id={ban.id}").text
    assert desk.post(f"{AREA}delete/", {"id": ban.id}).status_code == 302
    assert all_of(session) == []
    assert "The ban on Sunniva Marsh is lifted" in desk.get(AREA).text


def test_a_form_that_nobody_touched_changes_nothing(desk: Browser, session: Session, make: Make) -> None:
    until = make.at - timedelta(days=30)
    ban = banned(session, make, email="a@example.com", reason="Spam", until=until)

    form = untouched(desk.get(f"{AREA}edit/?id={ban.id}").text)

    assert desk.post(f"{AREA}edit/?id={ban.id}", form).status_code == 302
    after = all_of(session)[0]
    assert (after.reason, after.until) == ("Spam", until)


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({}, "member"),
        ({"member": "nobody-of-this-name"}, "member"),
        ({"email": "a@example.com", "network": "192.0.2.7"}, "network"),
        ({"email": "nonsense"}, "email"),
        ({"network": "nonsense"}, "network"),
        ({"network": "0.0.0.0/1"}, "network"),
        ({"network": "127.0.0.0/8"}, "network"),
        ({"email": "a@example.com", "reason": "x" * 501}, "reason"),
        ({"email": "a@example.com", "until": "2001-01-01T10:00"}, "until"),
        ({"email": "a@example.com", "until": "nonsense"}, "until"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    desk: Browser, session: Session, values: dict[str, str], field: str
) -> None:
    answer = desk.post(f"{AREA}new/", given(**values))

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert all_of(session) == []


def test_where_there_is_a_ban_already_the_form_leads_to_it(desk: Browser, session: Session, make: Make) -> None:
    ban = banned(session, make, email="a@example.com")

    answer = desk.post(f"{AREA}new/", given(email="A@Example.com"))

    assert answer.status_code == 422
    assert f'href="{AREA}edit/?id={ban.id}"' in answer.text


def test_whoever_may_not_be_banned_is_named_with_the_reason(
    desk: Browser, session: Session, make: Make, moderator: User
) -> None:
    owner = make.owner()
    session.commit()

    for who, words in ((owner.username, "manages people"), (moderator.username, "Nobody bans themselves")):
        answer = desk.post(f"{AREA}new/", given(member=who))
        assert answer.status_code == 403
        assert words in answer.text
    assert all_of(session) == []


def test_a_ban_on_oneself_is_seen_and_not_lifted(desk: Browser, session: Session, make: Make, moderator: User) -> None:
    ban = banned(session, make, user_id=moderator.id, reason="Insults")

    assert f"{AREA}details/?id={ban.id}" in desk.get(AREA).text
    assert "Insults" in desk.get(f"{AREA}details/?id={ban.id}").text
    assert desk.get(f"{AREA}edit/?id={ban.id}").status_code == 403
    assert desk.post(f"{AREA}delete/", {"id": ban.id}).status_code == 403
    desk.post(f"{AREA}action/", {"action": "lift", "rowid": str(ban.id), "confirmed": "1"})
    assert len(all_of(session)) == 1


def test_lists_are_narrowed_and_searched(desk: Browser, session: Session, make: Make) -> None:
    member = make.user(username="sunniva", display_name="Sunniva Marsh", email="hidden@example.com")
    banned(session, make, user_id=member.id, reason="Insults")
    banned(session, make, email="rafe@example.org", until=make.at - timedelta(days=30))
    banned(session, make, network="192.0.2.0/24", until=make.at + timedelta(days=36500))

    def found(query: str) -> list[str]:
        page = desk.get(f"{AREA}?{query}").text
        return [who for who in ("Sunniva Marsh", "rafe@example.org", "192.0.2.0/24") if f"<bdi>{who}</bdi>" in page]

    assert found("state=standing") == ["Sunniva Marsh", "192.0.2.0/24"]
    assert found("state=over") == ["rafe@example.org"]
    assert found("kind=network") == ["192.0.2.0/24"]
    assert found("kind=member") == found("search=insults") == found("search=marsh") == ["Sunniva Marsh"]
    assert found("search=rafe") == ["rafe@example.org"]
    assert found("search=192.0") == ["192.0.2.0/24"]
    assert found("search=hidden") == []
    assert "Nobody is banned" not in desk.get(f"{AREA}?search=hidden").text


def test_an_empty_list_says_where_to_begin(desk: Browser) -> None:
    assert "Ban the author…" in desk.get(AREA).text


def test_a_page_of_many_asks_no_more_than_one_of_few(
    desk: Browser, session: Session, make: Make, engine: Engine
) -> None:
    def fill(number: int) -> None:
        for _each in range(number):
            by = make.user("moderator")
            session.add(Ban(user_id=make.user("contributor").id, created_by_id=by.id, created_at=make.at))
        session.commit()

    fill(2)
    desk.get(AREA)
    with counted(engine) as few:
        desk.get(AREA)
    fill(20)
    with counted(engine) as many:
        desk.get(AREA)

    assert len(many) == len(few)


@pytest.mark.parametrize("role", ["author", "contributor"])
def test_nobody_else_sees_bans(browser: Browser, session: Session, make: Make, role: str) -> None:
    ban = banned(session, make, email="a@example.com")
    person = make.user(role)
    session.commit()
    browser.sign_in(person)

    assert "Bans" not in browser.get("/admin/").text
    for address in (AREA, f"{AREA}new/", f"{AREA}edit/?id={ban.id}", f"{AREA}details/?id={ban.id}"):
        answer = browser.get(address)
        assert answer.status_code == 403
        assert "a@example.com" not in answer.text


def test_the_record_tells_who_was_banned_to_whoever_may_know(
    desk: Browser, browser: Browser, session: Session, make: Make
) -> None:
    member, owner = make.user(display_name="Sunniva Marsh"), make.owner()
    auditor = make.user(make.role(Permission.AUDIT_VIEW))
    session.commit()
    desk.post(f"{AREA}new/", given(member=member.username, reason="Insults"))
    desk.post(f"{AREA}new/", given(email="rafe@example.org"))
    desk.get(AREA)
    browser.sign_out()

    told = browser.sign_in(auditor).get("/admin/activity/?area=bans").text
    assert "Sunniva Marsh" in told
    assert "Insults" in told
    assert "rafe@example.org" not in told
    browser.sign_out()
    assert "rafe@example.org" in browser.sign_in(owner).get("/admin/activity/?area=bans").text


def test_of_two_who_ban_the_same_at_once_one_is_told(app: Flask, clean: None, session: Session, make: Make) -> None:
    people = [make.moderator(), make.moderator()]
    session.commit()
    windows, barrier = [Browser(app).sign_in(person) for person in people], Barrier(2)
    session.rollback()

    def send(window: Browser) -> int:
        barrier.wait()
        return window.post(f"{AREA}new/", given(network="192.0.2.0/24")).status_code

    with ThreadPoolExecutor(2) as both:
        answers = sorted(both.map(send, windows))

    assert answers[0] == 302
    assert answers[1] in (409, 422)
    assert len(all_of(session)) == 1
