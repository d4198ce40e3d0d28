"""What a signed-in person sees more: asked for by script, kept by nobody, and nothing that their rights do not give."""

import pytest
from sqlalchemy.orm import Session

from cms.posts.lifecycle import PUBLISHED
from tests.browser import Browser
from tests.factories import Make


def test_visitors_get_nothing(browser: Browser) -> None:
    answer = browser.get("/here?path=/")

    assert (answer.status_code, answer.data) == (204, b"")
    assert answer.headers["Cache-Control"] == "no-store"


def test_whoever_may_edit_what_they_look_at_is_led_there(browser: Browser, session: Session, make: Make) -> None:
    author = make.author()
    own, other = make.post(author=author, status=PUBLISHED), make.post(status=PUBLISHED)
    session.commit()
    browser.sign_in(author)

    mine, foreign = (browser.get(f"/here?path=/posts/{post.slug}") for post in (own, other))

    assert f'href="/admin/posts/edit/?id={own.id}"' in mine.text
    assert "/edit/" not in foreign.text
    assert author.display_name in foreign.text
    assert mine.headers["Cache-Control"] == "no-store"


def test_a_member_without_a_role_is_not_led_to_the_back_office(browser: Browser, session: Session, make: Make) -> None:
    member = make.user()
    session.commit()

    assert "/admin/" not in browser.sign_in(member).get("/here?path=/").text


@pytest.mark.parametrize("path", ["", "/posts/none", "//x", "/posts/" + "x" * 3000, "%00", "/posts/%E2%80%AE"])
def test_any_path_is_answered(browser: Browser, session: Session, make: Make, path: str) -> None:
    editor = make.editor()
    session.commit()

    assert browser.sign_in(editor).get(f"/here?path={path}").status_code in (200, 400)


def test_leaving_from_the_bar_ends_the_session(browser: Browser, session: Session, make: Make) -> None:
    editor = make.editor()
    session.commit()
    bar = browser.sign_in(editor).get("/here?path=/").text

    assert 'action="/logout" method="post"' in bar
    browser.sign_out()
    assert browser.get("/here?path=/").status_code == 204
