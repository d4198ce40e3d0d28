"""What somebody wrote is given back to them where it can no longer be saved."""

import re
from html import unescape

import pytest
from sqlalchemy import update
from sqlalchemy.orm import Session

from cms.accounts.models import UserSession
from tests.browser import Browser
from tests.factories import Make

BODY = "\nThe lamp </textarea><script>alert(1)</script>\n\nburns & burns."
TYPED = {"version": "1", "title": 'A "lamp"', "body": BODY}


def texts(page: str) -> list[str]:
    """As a browser reads them: it leaves out the first line break."""
    return [unescape(text).removeprefix("\n") for text in re.findall(r"<textarea[^>]*>(.*?)</textarea>", page, re.S)]


@pytest.fixture
def url(browser: Browser, session: Session, make: Make) -> str:
    """Of the editor, opened by somebody who is signed in."""
    editor, post = make.editor(), make.post()
    session.commit()
    browser.sign_in(editor)
    return f"/admin/posts/edit/?id={post.id}"


@pytest.mark.parametrize("address", ["edit", "new"])
def test_a_text_outlives_the_session_that_it_was_written_in(
    browser: Browser, session: Session, url: str, make: Make, address: str
) -> None:
    url = url if address == "edit" else "/admin/posts/new/"
    session.execute(update(UserSession).values(revoked_at=make.at))
    session.commit()

    answer = browser.post(url, TYPED)

    assert answer.status_code == 401
    assert answer.headers["Cache-Control"] == "no-store"
    assert texts(answer.text) == ['A "lamp"', BODY]
    assert "You were signed out before this was saved." in answer.text
    assert browser.get(unescape(re.findall(r'href="(/login[^"]*)"', answer.text)[0])).status_code == 200
    assert "<script>alert" not in answer.text


@pytest.mark.parametrize("has_cookie", [True, False])
def test_a_text_outlives_a_token_that_is_wrong(browser: Browser, url: str, has_cookie: bool) -> None:
    sender = browser if has_cookie else Browser(browser.app)

    answer = sender.client.post(url, data=TYPED | {"csrf_token": "nonsense"})

    assert answer.status_code == 400
    assert texts(answer.text) == ['A "lamp"', BODY]
    assert ("/login?next=/admin/posts/edit/" in answer.text) is not has_cookie


def test_a_form_without_a_text_leads_to_the_sign_in_page_as_before(browser: Browser, url: str) -> None:
    browser.sign_out()

    assert browser.post(url, {"version": "1", "title": " "}).status_code == 302
