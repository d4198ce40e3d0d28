"""Addresses that are written oddly, have moved, are gone, or never were."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.orm import Session

from cms.posts import actions
from cms.posts.lifecycle import PUBLISHED, PostMove
from cms.posts.models import Post
from cms.redirects.models import Redirect
from tests.browser import Browser
from tests.factories import Make

Publish = Callable[..., Post]


@pytest.fixture
def lead(session: Session, now: datetime) -> Callable[..., None]:
    """Set up a redirect."""

    def _lead(from_path: str, **values: object) -> None:
        session.add(Redirect(from_path=from_path, created_at=now, updated_at=now, **values))
        session.flush()

    return _lead


Lead = Callable[..., None]


def answer(browser: Browser, url: str) -> tuple[int, str | None]:
    response = browser.get(url)
    return response.status_code, response.headers.get("Location")


@pytest.mark.parametrize(
    ("odd", "right"),
    [
        ("/posts/it/", "/posts/it"),
        ("/posts/IT", "/posts/it"),
        ("/Posts/It/?x=1&y=%20", "/posts/it?x=1&y=%20"),
        ("/about/", "/about"),
        ("/About/Team/", "/about/team"),
        ("/tags/sea/", "/tags/sea"),
        ("/tags/SEA", "/tags/sea"),
        ("/authors/ines/", "/authors/ines"),
        ("/archive/2026/03/", "/archive/2026/03"),
        ("/feed.atom/", "/feed.atom"),
    ],
)
def test_slashes_and_capitals_are_put_right(
    session: Session, browser: Browser, make: Make, publish: Publish, odd: str, right: str
) -> None:
    publish(slug="it", tags=[make.tag("Sea")], author=make.user("author", username="ines"))
    about = make.page(slug="about", status=PUBLISHED)
    make.page(slug="team", parent_id=about.id, status=PUBLISHED)
    session.commit()

    assert answer(browser, odd) == (301, right)
    assert answer(browser, right) == (200, None)


def test_a_slug_that_was_given_up_leads_to_the_post(session: Session, browser: Browser, make: Make) -> None:
    editor, at = make.editor(), datetime.now(UTC)
    post = make.post(slug="first")
    actions.publish(session, post, by=editor, at=at)
    for number, slug in enumerate(("second", "third")):
        later = at + timedelta(milliseconds=number + 1)
        actions.save(session, post, {"slug": slug}, base_version=post.version, by=editor, at=later)
        actions.publish(session, post, by=editor, at=later)
    session.commit()

    for old in ("/posts/first", "/posts/second", "/posts/FIRST/"):
        assert answer(browser, old) == (301, "/posts/third")


def test_what_lives_at_an_address_comes_before_what_once_led_away_from_it(
    session: Session, browser: Browser, publish: Publish, lead: Lead
) -> None:
    publish(slug="it")
    lead("/posts/it", to_path="/elsewhere")
    session.commit()

    assert answer(browser, "/posts/it") == (200, None)


def test_redirects_lead_where_somebody_said(session: Session, browser: Browser, lead: Lead) -> None:
    lead("/tides", to_path="/posts/tide-tables?a=1", status=302)
    lead("/old/shop", to_path="https://shop.example/new")
    lead("/closed", status=410)
    session.commit()

    assert answer(browser, "/Tides/") == (302, "/posts/tide-tables?a=1")
    assert answer(browser, "/old/shop") == (301, "https://shop.example/new")
    assert answer(browser, "/closed")[0] == 410
    assert "removed for good" in browser.get("/closed").get_data(as_text=True)


def test_an_old_address_of_a_post_says_what_became_of_it(
    session: Session, browser: Browser, make: Make, publish: Publish, lead: Lead
) -> None:
    editor, at = make.editor(), datetime.now(UTC)
    trashed, taken_back = publish(slug="trashed"), publish(slug="taken-back")
    lead("/posts/old-trashed", post_id=trashed.id)
    lead("/posts/old-taken-back", post_id=taken_back.id)
    lead("/posts/trashed", post_id=trashed.id)
    actions.move_post(session, trashed, PostMove.TRASH, by=editor, at=at)
    actions.move_post(session, taken_back, PostMove.UNPUBLISH, by=editor, at=at)
    session.commit()

    assert answer(browser, "/posts/old-trashed")[0] == 410
    assert answer(browser, "/posts/old-taken-back")[0] == 404
    assert answer(browser, "/posts/trashed")[0] == 410


def test_a_page_that_moved_takes_the_pages_below_it_along(session: Session, browser: Browser, make: Make) -> None:
    editor, at = make.editor(), datetime.now(UTC)
    about = make.page(slug="about", status=PUBLISHED)
    make.page(slug="team", parent_id=about.id, status=PUBLISHED)
    actions.save(session, about, {"slug": "us"}, base_version=about.version, by=editor, at=at)
    actions.publish(session, about, by=editor, at=at)
    session.commit()

    assert answer(browser, "/about") == (301, "/us")
    assert answer(browser, "/about/team") == (301, "/us/team")


@pytest.mark.parametrize(
    "url",
    [
        "/nothing",
        "/posts/",
        "/posts/x/y",
        "/tags",
        "/tags/",
        "/posts/%2e%2e/%2e%2e/etc/passwd",
        "/.git/config",
        "/.env",
        "/instance/copydesk.db",
        "/a;b",
        "/a%5Cb",
        "/%E2%80%AE",
        "/wp-login.php",
        "/" + "x" * 3000,
        "/" + "a/" * 400,
    ],
)
def test_what_never_was_is_not_found(session: Session, browser: Browser, url: str) -> None:
    session.commit()

    assert answer(browser, url)[0] in (404, 301)
    assert browser.get(url, follow_redirects=True).status_code in (200, 404)


@pytest.mark.parametrize(
    ("odd", "right"),
    [
        ("/login/", "/login"),
        ("/Login?next=/admin/", "/login?next=/admin/"),
        ("/register/", "/register"),
        ("/reset/", "/reset"),
        ("/account/", "/account"),
    ],
)
def test_the_doors_are_found_with_a_slash_as_well(browser: Browser, odd: str, right: str) -> None:
    assert answer(browser, odd) == (301, right)


@pytest.mark.parametrize("url", ["/admin/posts/1/publish", "/admin/posts/action/", "/account/sessions/1/revoke"])
@pytest.mark.parametrize("method", ["GET", "HEAD"])
def test_an_address_that_only_takes_forms_says_so(browser: Browser, url: str, method: str) -> None:
    response = browser.client.open(url, method=method)

    assert response.status_code == 405
    assert response.headers["Allow"] == "POST"
    assert response.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "url", ["/%00", "/posts/%00", "/tags/a%00b", "/%ff", "/posts/%c3%28", "/?before=%00", "/%ED%A0%80"]
)
def test_bytes_that_are_no_text_are_malformed(browser: Browser, url: str) -> None:
    assert answer(browser, url)[0] == 400


@pytest.mark.parametrize("url", ["/admin/no-such-thing", "/Admin/", "/set-up/", "/static/x", "/api/v1/nothing"])
def test_no_redirect_leads_into_other_parts_of_the_house(browser: Browser, url: str) -> None:
    status, location = answer(browser, url)

    assert status in (302, 404)
    assert location is None or location.startswith("/login")


def test_nothing_can_be_sent_to_a_page(session: Session, browser: Browser, publish: Publish) -> None:
    publish(slug="it")
    session.commit()

    for url in ("/", "/posts/it", "/feed.atom"):
        response = browser.post(url)
        assert response.status_code == 405
        assert "GET" in response.headers["Allow"]
