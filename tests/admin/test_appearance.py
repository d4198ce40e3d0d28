"""The page where the site is seen as it would be: for owners alone, and without a trace."""

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cms.audit.models import Event
from cms.core.generation import Generation
from cms.posts.lifecycle import PUBLISHED
from cms.settings.queries import load
from cms.site.reads import reads_of
from cms.web.runtimes import runtime_of
from tests.admin.test_undo import undo_addresses
from tests.browser import Browser
from tests.factories import Make
from tests.forms import untouched

PAGE = "/admin/settings/appearance/"
HOME, POST = "/admin/settings/preview/home", "/admin/settings/preview/post"
OTHERS = {"theme": "gazette", "accent_light": "#7A1F00", "menu": "Tides | /tides", "home_layout": "grid"}


@pytest.fixture
def owner(browser: Browser, session: Session, make: Make) -> Browser:
    make.post(title="The tide clock", status=PUBLISHED)
    who = make.owner()
    session.commit()
    return browser.sign_in(who)


def as_found(session: Session) -> tuple[object, ...]:
    found = (
        load(session).as_dict(),
        session.scalar(select(func.count(Event.id))),
        session.scalar(select(Generation.number)),
    )
    session.rollback()
    return found


@pytest.mark.parametrize(("place", "words"), [(HOME, "The tide clock"), (POST, "Leave a comment")])
def test_a_preview_shows_what_is_typed_and_leaves_no_trace(
    app: Flask, owner: Browser, session: Session, place: str, words: str
) -> None:
    reader = Browser(app)
    seen = reader.get("/").data
    before = as_found(session)

    shown = owner.post(place, untouched(owner.get(PAGE).text) | OTHERS)

    assert shown.status_code == 200
    assert words in shown.text
    assert "gazette.css" in shown.text
    assert "/static/look/" in shown.text
    assert "Tides" in shown.text
    assert "A preview of settings that are not saved" in shown.text
    assert shown.headers["Cache-Control"] == "no-store"
    assert "unsafe" not in shown.headers["Content-Security-Policy"]
    assert as_found(session) == before
    assert reader.get("/").data == seen
    assert "Tides" not in owner.get("/").text
    assert reads_of(app).take_if_due(runtime_of(app).clock.now()) is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("accent_light", "#ffee00"),
        ("accent_light", "red;}body{display:none"),
        ("accent_dark", "url(https://evil.example)"),
        ("ground_light", "#12345g"),
        ("heading_font", 'x";}*{'),
        ("theme", "../../etc"),
        ("home_layout", "../admin/base"),
        ("home_posts", "51"),
        ("logo_id", "99"),
        ("menu", "About | javascript:alert(1)"),
        ("foot_menu", '"><script>alert(1)</script>'),
    ],
)
def test_what_cannot_be_is_refused_alike_by_preview_and_save(
    owner: Browser, session: Session, field: str, value: str
) -> None:
    for place in (PAGE, HOME, POST):
        answer = owner.post(place, {field: value})
        assert answer.status_code == 422, place
        assert f'id="{field}-error"' in answer.text
        assert "<script>alert" not in answer.text
    assert as_found(session)[0][field] != value


def test_a_refusal_of_a_colour_says_the_ratio(owner: Browser) -> None:
    answer = owner.post(PAGE, {"accent_light": "#8a8a8a"})

    assert "has a contrast of 3." in answer.text
    assert "text needs 4.5 to 1 at least" in answer.text


def test_a_change_of_the_look_is_seen_by_the_next_reader_and_taken_back(
    app: Flask, owner: Browser, session: Session
) -> None:
    reader = Browser(app)
    before = reader.get("/").data

    owner.post(PAGE, OTHERS)
    assert "gazette.css" in reader.get("/").text
    assert load(session).accent_light == "#7a1f00"
    session.rollback()

    [address] = undo_addresses(owner.get(PAGE).text)
    owner.post(address)
    assert reader.get("/").data == before


def test_without_a_post_there_is_none_to_show(browser: Browser, session: Session, make: Make) -> None:
    who = make.owner()
    session.commit()

    answer = browser.sign_in(who).post(POST, {})

    assert answer.status_code == 404
    assert "No post has been published yet" in answer.text


def test_only_those_who_decide_may_look_ahead(app: Flask, browser: Browser, session: Session, make: Make) -> None:
    editor = make.editor()
    session.commit()

    assert browser.post(HOME, OTHERS).status_code == 302
    assert browser.post(HOME, OTHERS).location.startswith("/login")
    browser.sign_in(editor)
    for place in (HOME, POST, PAGE):
        assert browser.post(place, OTHERS).status_code == 403
    assert browser.client.post(HOME, data=OTHERS).status_code == 400, "without a token"
