"""Lists as JSON: the rows of the list, whole and valid however many there are."""

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from cms.admin import exporting
from cms.core.permissions import Permission
from tests.browser import Browser
from tests.counting import counted
from tests.factories import Make

PLACE = "/admin/posts/export/json/"


def test_rows_are_objects_with_the_names_of_the_columns(browser: Browser, session: Session, make: Make) -> None:
    editor = make.editor()
    make.post(author=editor, title='=“Quoted" \u2028 ', slug="quoted", summary="", tags=[make.tag("Sea")])
    session.commit()

    answer = browser.sign_in(editor).get(PLACE)

    assert answer.mimetype == "application/json"
    assert answer.headers["Content-Disposition"] == "attachment; filename=posts.json"
    assert answer.json is not None
    (row,) = answer.json
    assert (row["title"], row["slug"], row["tags"], row["summary"]) == ('=“Quoted" \u2028 ', "quoted", "Sea", "")
    assert row["updated_at"].startswith("2")


def test_nothing_is_an_empty_array(browser: Browser, session: Session, make: Make) -> None:
    editor = make.editor()
    session.commit()

    assert browser.sign_in(editor).get(PLACE).json == []


def test_it_is_scoped_and_narrowed_like_the_list(browser: Browser, session: Session, make: Make) -> None:
    writer = make.user(make.role((Permission.POST_EDIT, "own")), make.role(Permission.EXPORT_RUN))
    for title in ("Mine", "Mine as well"):
        make.post(author=writer, title=title)
    make.post(title="Not mine")
    session.commit()
    browser.sign_in(writer)

    def titles(query: str) -> list[str]:
        return [row["title"] for row in browser.get(f"{PLACE}?{query}").json or []]

    assert titles("sort=title") == ["Mine", "Mine as well"]
    assert titles("search=well") == ["Mine as well"]
    browser.sign_out()
    stranger = make.author()
    session.commit()
    assert browser.sign_in(stranger).get(PLACE).status_code == 403


def test_many_rows_are_read_in_parts_that_ask_alike(
    browser: Browser, session: Session, make: Make, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "CHUNK", 5)
    editor = make.editor()
    for number in range(23):
        make.post(author=editor, title=f"Post {number:02}", tags=[make.tag(f"Tag {number}")])
    session.commit()
    browser.sign_in(editor)

    with counted(engine) as statements:
        rows = browser.get(f"{PLACE}?sort=title").json or []

    assert [row["title"] for row in rows] == [f"Post {number:02}" for number in range(23)]
    assert [row["tags"] for row in rows] == [f"Tag {number}" for number in range(23)]
    assert len(statements) < 30
