"""Webhooks in the back office: set up, tested, looked at, sent again; the secret is seen once."""

import re
from dataclasses import replace

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.audit.models import Event, EventPersonal
from cms.core.permissions import Permission
from cms.web import hooks
from cms.webhooks.kinds import HookKind
from cms.webhooks.models import Delivery, Webhook
from tests.browser import Browser
from tests.factories import Make
from tests.webhooks.conftest import Receiver, here, receiver

__all__ = ["here", "receiver"]

AREA = "/admin/webhooks/"


def only(session: Session) -> Webhook:
    hook = session.scalars(select(Webhook).execution_options(populate_existing=True)).one()
    session.commit()
    return hook


def set_up(desk: Browser, url: str = "https://example.com/hook", *events: str) -> int:
    form = {"url": url, "events": ["", *(events or ("post.published",))]}
    return desk.post(f"{AREA}new/", form).status_code


def test_an_owner_sets_one_up_and_sees_its_secret_once(desk: Browser, session: Session) -> None:
    assert set_up(desk) == 302
    hook = only(session)
    details = f"{AREA}details/?id={hook.id}"
    assert "Show the secret" in desk.get(details).text

    shown = desk.post(f"{AREA}{hook.id}/secret")

    secret = re.search(r'value="(whsec_[A-Za-z0-9+/=]+)"', shown.text)
    assert secret is not None
    assert shown.headers["Cache-Control"] == "no-store"
    with desk.app.app_context():
        assert hooks.opened(hook.sealed_secret) == secret[1]
    again = desk.post(f"{AREA}{hook.id}/secret")
    assert (again.status_code, secret[1] in again.text) == (409, False)
    assert "Show the secret" not in desk.get(details).text
    kept = str(session.scalars(select(Event.changes)).all()) + str(session.scalars(select(EventPersonal.values)).all())
    assert secret[1] not in kept + hook.sealed_secret


def test_a_new_secret_can_be_seen_once_as_well(desk: Browser, session: Session) -> None:
    set_up(desk)
    before = only(session)
    desk.post(f"{AREA}{before.id}/secret")
    was = before.sealed_secret

    assert desk.post(f"{AREA}{before.id}/renew").status_code == 303

    assert only(session).sealed_secret != was
    assert "whsec_" in desk.post(f"{AREA}{before.id}/secret").text


@pytest.mark.parametrize(
    ("form", "field"),
    [
        ({"url": "https://127.0.0.1/x", "events": "post.published"}, "url"),
        ({"url": "nowhere", "events": "post.published"}, "url"),
        ({"url": "https://example.com/", "events": ""}, "events"),
        ({"url": "https://example.com/", "events": "post.burned"}, "events"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(desk: Browser, session: Session, form: dict[str, str], field: str) -> None:
    answer = desk.post(f"{AREA}new/", form)

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert session.scalars(select(Webhook)).all() == []


def test_the_test_button_sends_and_the_log_tells_what_became_of_it(
    here: Flask, desk: Browser, session: Session, receiver: Receiver
) -> None:
    assert set_up(desk, receiver.url) == 302
    hook = only(session)

    assert desk.post(f"{AREA}{hook.id}/ping").status_code == 303

    assert len(receiver.messages) == 1
    page = desk.get(f"{AREA}details/?id={hook.id}").text
    for word in ("A test", "ping", "Arrived", "Answer 200", "thank you", " ms"):
        assert word in page
    delivery = session.scalars(select(Delivery)).one()
    session.commit()
    again = desk.post(f"{AREA}{hook.id}/replay/{delivery.id}")
    assert again.status_code == 303
    first, second = receiver.messages
    assert (first.body, first.headers["webhook-id"]) == (second.body, second.headers["webhook-id"])


def test_each_attempt_is_a_row_of_its_own(here: Flask, desk: Browser, session: Session, receiver: Receiver) -> None:
    set_up(desk, receiver.url)
    receiver.status, receiver.answer = 410, b"never again"
    desk.post(f"{AREA}{only(session).id}/ping")
    delivery = session.scalars(select(Delivery.id)).one()
    session.commit()
    receiver.status, receiver.answer = 200, b"welcome back"
    desk.post(f"{AREA}{only(session).id}/replay/{delivery}")

    page = desk.get(f"{AREA}details/?id={only(session).id}").text

    places = [page.index(word) for word in ("Answer 200", "welcome back", "Answer 410", "never again")]
    assert places == sorted(places)


def test_the_list_says_in_words_what_each_is_told_of(desk: Browser) -> None:
    set_up(desk, "https://example.com/some", "comment.created", "post.published")
    set_up(desk, "https://example.com/all", *HookKind)

    page = desk.get(AREA).text

    assert "A post is published; A comment arrives" in page
    assert "Everything" in page
    assert "post.published" not in page


def test_a_delivery_of_another_webhook_is_not_there(
    here: Flask, desk: Browser, session: Session, receiver: Receiver
) -> None:
    set_up(desk, receiver.url)
    first = only(session).id
    desk.post(f"{AREA}{first}/ping")
    set_up(desk, receiver.url)
    other = session.scalars(select(Webhook.id).where(Webhook.id != first)).one()
    delivery = session.scalars(select(Delivery.id)).one()
    session.commit()

    assert desk.post(f"{AREA}{other}/replay/{delivery}").status_code == 404


def test_switched_off_it_is_told_nothing_and_undo_switches_it_on_again(desk: Browser, session: Session) -> None:
    set_up(desk)
    hook = only(session)

    desk.post(f"{AREA}{hook.id}/switch_off")
    assert not only(session).active
    assert "Switched off" in desk.get(AREA).text
    event = session.scalars(select(Event.id).where(Event.verb == "webhook.switch_off")).one()
    session.commit()
    desk.post(f"/admin/activity/{event}/undo")

    assert only(session).active
    assert desk.post(f"{AREA}{hook.id}/switch_on").status_code == 409


def test_deleting_it_deletes_what_was_sent_and_undo_brings_back_the_secret(
    here: Flask, desk: Browser, session: Session, receiver: Receiver
) -> None:
    set_up(desk, receiver.url)
    hook = only(session)
    desk.post(f"{AREA}{hook.id}/ping")

    assert desk.post(f"{AREA}delete/", {"id": hook.id}).status_code == 302
    assert session.scalars(select(Webhook)).all() == []
    event = session.scalars(select(Event.id).where(Event.verb == "webhook.delete")).one()
    session.commit()
    assert hook.sealed_secret not in desk.get("/admin/activity/").text
    desk.post(f"/admin/activity/{event}/undo")

    assert only(session).sealed_secret == hook.sealed_secret


@pytest.mark.parametrize("role", ["editor", "author", "contributor", "moderator"])
def test_nobody_else_sees_or_does_anything(browser: Browser, session: Session, make: Make, role: str) -> None:
    person = make.user(role)
    session.commit()
    browser.sign_in(person)

    assert browser.get(AREA).status_code == 403
    assert set_up(browser) == 403
    assert 'href="/admin/webhooks/"' not in browser.get("/admin/").text


def test_a_role_of_ones_own_may_manage_webhooks(browser: Browser, session: Session, make: Make) -> None:
    person = make.user(make.role(Permission.WEBHOOK_MANAGE))
    session.commit()

    assert set_up(browser.sign_in(person)) == 302


def test_production_asks_for_https(desk: Browser, session: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    runtime = desk.app.extensions["copydesk"]
    public = replace(runtime, config=replace(runtime.config, env="production"))
    monkeypatch.setitem(desk.app.extensions, "copydesk", public)

    answer = desk.post(f"{AREA}new/", {"url": "http://example.com/hook", "events": "post.published"})

    assert answer.status_code == 422
    assert "must begin with https://" in answer.text


def test_where_nothing_was_sent_yet_a_test_is_one_press_away(desk: Browser, session: Session) -> None:
    set_up(desk)
    hook = only(session)

    page = desk.get(f"{AREA}details/?id={hook.id}").text

    sent = page.partition('aria-labelledby="sent-head"')[2].partition("</section>")[0]
    assert f'formaction="{AREA}{hook.id}/ping"' in sent
