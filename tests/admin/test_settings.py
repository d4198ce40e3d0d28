"""Settings through the back office."""

import re
from datetime import timedelta
from email.utils import parseaddr

import pytest
from sqlalchemy import select

from cms.audit.models import Event
from cms.settings import actions, appearance
from cms.settings.declared import DECLARED
from cms.settings.queries import load
from tests.forms import untouched


def stored(session):
    site = load(session)
    session.rollback()
    return site


def test_an_owner_finds_every_setting_with_its_help(browser, session, make):
    owner = make.owner()
    session.commit()

    browser.sign_in(owner)
    pages = {place: browser.get(f"/admin/settings/{place}").text for place in ("", "appearance/")}

    for setting in DECLARED:
        page = pages["appearance/" if setting.section in appearance.SECTIONS else ""]
        assert f'name="{setting.key}"' in page, setting.key
        assert f'id="{setting.key}-help"' in page, setting.key


@pytest.mark.parametrize("place", ["", "appearance/"])
def test_a_page_saved_as_it_came_changes_nothing(browser, session, make, place):
    owner = make.owner()
    session.commit()
    browser.sign_in(owner)
    sent = untouched(browser.get(f"/admin/settings/{place}").text)
    is_seen = bool(place)
    assert sent.keys() > {one.key for one in DECLARED if (one.section in appearance.SECTIONS) is is_seen}

    answer = browser.post(f"/admin/settings/{place}", sent)

    assert answer.status_code == 302
    assert "Nothing was changed" in browser.get(answer.location).text
    assert session.scalars(select(Event).where(Event.verb == "settings.change")).all() == []


def test_what_is_sent_is_saved_and_what_is_not_stays(browser, session, make):
    owner, logo, page = make.owner(), make.media(), make.page()
    session.commit()

    answer = browser.sign_in(owner).post(
        "/admin/settings/",
        {
            "title": "The Harbour Review",
            "posts_per_page": "12",
            "timezone": "Europe/Stockholm",
            "comments_enabled": "",
            "noindex": ["", "y"],
            "menu": "About | /about\r\n\r\nShop | https://shop.example\r\n",
            "logo_id": str(logo.id),
            "home_page_id": str(page.id),
        },
    )

    assert answer.status_code == 302
    site = stored(session)
    assert (site.title, site.posts_per_page, site.timezone) == ("The Harbour Review", 12, "Europe/Stockholm")
    assert (site.comments_enabled, site.noindex) == (False, True)
    assert site.menu == ["About | /about", "Shop | https://shop.example"]
    assert (site.logo_id, site.home_page_id) == (logo.id, page.id)
    assert site.tagline == ""
    event = session.scalars(select(Event).where(Event.verb == "settings.change")).one()
    assert event.changes["posts_per_page"] == [10, 12]
    session.rollback()
    assert "The Harbour Review" in browser.get("/admin/settings/").text


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("title", ""),
        ("title", "x" * 81),
        ("posts_per_page", "0"),
        ("posts_per_page", "many"),
        ("posts_per_page", ""),
        ("posts_per_page", "9" * 30),
        ("timezone", "Moon"),
        ("sign_up", "whoever"),
        ("language", "xx"),
        ("mail_from", "nobody"),
        ("home_page_id", "-1"),
    ],
)
def test_a_wrong_value_comes_back_on_its_field_and_saves_nothing(browser, session, make, field, value):
    owner = make.owner()
    session.commit()

    answer = browser.sign_in(owner).post("/admin/settings/", {"tagline": "Typed <b>", field: value})

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert f'href="#{field}"' in answer.text
    assert 'value="Typed &lt;b&gt;"' in answer.text
    assert "<script>alert" not in answer.text
    assert stored(session).tagline == ""


def test_a_setting_that_somebody_else_changed_meanwhile_is_not_overwritten_unseen(browser, session, make, now):
    owner, colleague = make.owner(), make.owner()
    actions.change(session, {"title": "First"}, by=owner, at=now)
    session.commit()
    browser.sign_in(owner)

    def seen(page: str) -> str:
        return re.search(r'name="seen" value="([^"]*)"', page)[1]

    before = seen(browser.get("/admin/settings/").text)
    actions.change(session, {"title": "Theirs"}, by=colleague, at=now + timedelta(minutes=1))
    session.commit()

    refused = browser.post("/admin/settings/", {"title": "Mine", "seen": before})
    assert refused.status_code == 409
    assert 'value="Mine"' in refused.text
    assert stored(session).title == "Theirs"

    again = browser.post("/admin/settings/", {"title": "Mine", "seen": seen(refused.text)})
    assert again.status_code == 302
    assert stored(session).title == "Mine"


@pytest.mark.parametrize("seen", ["", "yesterday", "2026-03-02T12:00:00"])
def test_a_form_that_has_seen_nothing_is_saved(browser, session, make, seen):
    owner = make.owner()
    session.commit()

    assert browser.sign_in(owner).post("/admin/settings/", {"title": "New", "seen": seen}).status_code == 302


def test_a_test_mail_goes_to_whoever_asks_from_the_sender_of_the_settings(
    browser, session, make, now, app, monkeypatch
):
    owner = make.owner()
    actions.change(session, {"title": 'Review, "weekly" <x>', "mail_from": "desk@example.org"}, by=owner, at=now)
    session.commit()
    browser.sign_in(owner)
    monkeypatch.setattr(app.extensions["mailman"], "outbox", [], raising=False)

    answer = browser.post("/admin/settings/test-mail")

    assert answer.status_code == 303
    (sent,) = app.extensions["mailman"].outbox
    assert sent.to == [owner.email]
    with app.app_context():
        sender = sent.message()["From"]
    assert parseaddr(sender) == ('Review, "weekly" <x>', "desk@example.org")
    assert owner.email in browser.get(answer.location).text


def test_editors_do_not_reach_the_settings(browser, session, make):
    editor = make.editor()
    session.commit()
    browser.sign_in(editor)

    assert browser.get("/admin/settings/").status_code == 403
    assert browser.post("/admin/settings/", {"title": "Mine"}).status_code == 403
    assert browser.post("/admin/settings/test-mail").status_code == 403
    assert stored(session).title == "Copydesk"
