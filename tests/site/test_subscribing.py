"""Subscribing without scripts: a yes from the letter box, one click to leave, and no answer that tells on anybody."""

import re
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from flask import Flask
from flask_mailman import EmailMessage
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from cms.posts.lifecycle import PUBLISHED
from cms.settings.models import SettingValue
from cms.subscriptions import actions
from cms.subscriptions.models import Subscriber
from cms.subscriptions.queries import tags_of
from cms.web import subscribing
from cms.web.sealing import seal
from cms.web.worker import drain
from tests.browser import Browser
from tests.conftest import NOON
from tests.factories import Make
from tests.site.commenting import STAMP

LINK = re.compile(r"http://localhost(/subscribe/confirm/\S+)")


@pytest.fixture
def outbox(app: Flask) -> Iterator[list[EmailMessage]]:
    state = app.extensions["mailman"]
    state.outbox = []
    yield state.outbox
    state.outbox = []


def send(browser: Browser, email: str = "reader@example.com", tag: str = "", **more: str) -> TestResponse:
    stamp = STAMP.search(browser.get(f"/subscribe?tag={tag}").text)
    given = {"email": email, "tag": tag, "csrf_token": stamp[1] if stamp else ""} | more
    answer = browser.client.post("/subscribe", data=given)
    drain(browser.app)
    return answer


def emails(session: Session) -> list[str]:
    found = list(session.scalars(select(Subscriber.email)))
    session.rollback()
    return found


def test_a_reader_says_yes_in_a_mail_and_leaves_by_a_click(
    browser: Browser, session: Session, outbox: list[EmailMessage]
) -> None:
    answer = send(browser)
    assert (answer.status_code, answer.location) == (303, "/subscribe/sent")
    assert "Look into your letter box" in browser.get("/subscribe/sent").text
    assert emails(session) == []
    link = LINK.search(outbox[0].body)
    assert link is not None

    looked = browser.get(link[1])
    assert (looked.status_code, looked.headers["Referrer-Policy"]) == (200, "no-referrer")
    assert emails(session) == []
    for _twice in range(2):
        assert browser.client.post(link[1]).status_code == 200
        assert emails(session) == ["reader@example.com"]

    key = session.scalars(select(Subscriber.key)).one()
    session.rollback()
    assert "Unsubscribe" in browser.get(f"/unsubscribe/{key}").text
    assert emails(session) == ["reader@example.com"]
    one_click = browser.client.post(f"/unsubscribe/{key}", data={"List-Unsubscribe": "One-Click"})
    assert one_click.status_code == 200
    assert emails(session) == []
    again = browser.client.post(f"/unsubscribe/{key}")
    assert again.data == one_click.data


def test_a_tag_is_subscribed_to_from_its_page(
    browser: Browser, session: Session, make: Make, outbox: list[EmailMessage]
) -> None:
    sea = make.tag("Sea")
    make.post(status=PUBLISHED, tags=[sea])
    session.commit()
    assert 'href="/subscribe?tag=sea"' in browser.get("/tags/sea").text

    send(browser, tag="sea")
    assert "new posts about Sea" in outbox[0].body
    browser.client.post(LINK.search(outbox[0].body)[1])

    subscriber = session.scalars(select(Subscriber)).one()
    assert (subscriber.everything, tags_of(session, [subscriber.id])) == (False, {subscriber.id: ["Sea"]})


def test_a_tag_that_nobody_reads_about_is_nobodys_business(browser: Browser, session: Session, make: Make) -> None:
    make.post(tags=[make.tag("Secret")])
    session.commit()

    assert browser.get("/subscribe?tag=secret").status_code == 404


def test_no_answer_tells_whether_an_address_is_known(
    browser: Browser, session: Session, outbox: list[EmailMessage]
) -> None:
    actions.confirm(session, "known@example.com", None, at=NOON)
    session.commit()

    known, stranger = send(browser, "known@example.com"), send(browser, "stranger@example.com")

    assert (known.status_code, known.location, known.data) == (stranger.status_code, stranger.location, stranger.data)
    first, second = (LINK.sub("", mail.body) for mail in outbox)
    assert first == second


@pytest.mark.parametrize("email", ["", "nobody", "a@b@c", "x\r\nBcc: y@example.com", "a" * 300 + "@example.com"])
def test_what_is_no_address_is_said(browser: Browser, outbox: list[EmailMessage], email: str) -> None:
    answer = send(browser, email)

    assert answer.status_code == 422
    assert 'id="email-fault"' in answer.text
    assert outbox == []


def test_a_form_without_its_stamp_or_from_elsewhere_is_refused(browser: Browser, outbox: list[EmailMessage]) -> None:
    assert send(browser, csrf_token="").status_code == 400
    assert send(browser, csrf_token="forged").status_code == 400
    foreign = browser.client.post("/subscribe", headers={"Origin": "https://evil.example"})
    assert foreign.status_code == 400
    assert outbox == []


def test_a_program_that_fills_in_the_trap_gets_the_same_answer_and_no_mail(
    browser: Browser, outbox: list[EmailMessage]
) -> None:
    assert send(browser, website="https://spam.example").location == "/subscribe/sent"
    assert outbox == []


def test_nobodys_letter_box_is_filled(browser: Browser, outbox: list[EmailMessage]) -> None:
    for _time in range(7):
        assert send(browser).location == "/subscribe/sent"

    assert len(outbox) == 5


def test_one_network_makes_us_write_so_often_and_no_more(browser: Browser, outbox: list[EmailMessage]) -> None:
    answers = [send(browser, f"r{number}@example.com") for number in range(21)]

    assert [answer.status_code for answer in answers] == [303] * 20 + [429]
    assert int(answers[-1].headers["Retry-After"]) > 0
    assert len(outbox) == 20


def test_a_link_that_is_old_or_made_for_something_else_does_nothing(
    app: Flask, browser: Browser, session: Session, outbox: list[EmailMessage], monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context():
        other = seal({"to": "a@example.com", "email": "a@example.com", "tag": None})
    send(browser)
    mine = LINK.search(outbox[0].body)[1]
    monkeypatch.setattr(subscribing, "LINK_WORKS", -subscribing.LINK_WORKS)

    for address in (mine, f"/subscribe/confirm/{other}", "/subscribe/confirm/x"):
        assert browser.get(address).status_code == 410
        assert browser.client.post(address).status_code == 410
    assert emails(session) == []


def test_these_pages_are_kept_by_nobody_and_set_no_cookie(browser: Browser) -> None:
    for address in ("/subscribe", "/subscribe/sent", "/unsubscribe/x"):
        answer = browser.get(address)
        assert answer.headers["Cache-Control"] == "no-store"
        assert "Set-Cookie" not in answer.headers
        assert "noindex" in answer.text
    assert 'href="/subscribe"' in browser.get("/").text
    assert urlsplit("/subscribe").path in browser.get("/robots.txt").text


def test_switched_off_there_is_no_way_in_but_one_out(browser: Browser, session: Session) -> None:
    subscriber = actions.confirm(session, "reader@example.com", None, at=NOON)
    session.add(SettingValue(key="subscriptions", value=False, updated_at=NOON))
    session.commit()

    assert browser.get("/subscribe").status_code == 404
    assert 'href="/subscribe"' not in browser.get("/").text
    assert browser.client.post(f"/unsubscribe/{subscriber.key}").status_code == 200
    assert emails(session) == []
