"""An action of the bulk bar is offered and run for whoever could do it to any row at all, and tells nobody names."""

import re

import pytest
from sqlalchemy.orm import Session

from tests.browser import Browser
from tests.factories import Make


@pytest.mark.parametrize("role", ["author", "contributor"])
@pytest.mark.parametrize("rows", ["own", "everything"])
def test_who_may_not_set_an_author_is_not_shown_who_there_is(
    browser: Browser, session: Session, make: Make, role: str, rows: str
) -> None:
    person = make.user(role)
    post = make.post(author=person)
    make.user(display_name="Somebody Secret")
    session.commit()
    browser.sign_in(person)
    chosen = {"everything": "1", "query": ""} if rows == "everything" else {"rowid": str(post.id)}

    answer = browser.post("/admin/posts/action/", {"action": "author", "url": "/admin/posts/"} | chosen)

    assert answer.status_code == 403
    assert "Only people who may edit all posts can change the author." in answer.text
    assert "Somebody Secret" not in answer.text
    assert 'name="action" value="author"' not in browser.get("/admin/posts/").text


def test_who_may_edit_everybodys_posts_is_asked_who_shall_have_them(
    browser: Browser, session: Session, make: Make
) -> None:
    editor = make.editor()
    post = make.post()
    session.commit()
    browser.sign_in(editor)

    assert 'name="action" value="author"' in browser.get("/admin/posts/").text
    answer = browser.post("/admin/posts/action/", {"action": "author", "rowid": str(post.id)})
    assert answer.status_code == 200
    assert "New author" in answer.text


@pytest.mark.parametrize("area", ["posts", "pages"])
def test_what_is_used_most_comes_first_and_what_few_rows_need_comes_last(
    browser: Browser, session: Session, make: Make, area: str
) -> None:
    editor = make.editor()
    make.post()
    make.page()
    session.commit()

    page = browser.sign_in(editor).get(f"/admin/{area}/").text

    offered = re.findall(r'form="bulk" name="action" value="(\w+)"', page)
    assert offered[0] == "publish"
    assert offered[-2:] == ["restore", "trash"]
