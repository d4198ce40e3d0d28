"""Lists as each person arranges them: columns, kept views, shared views and their counts."""

import re

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from cms.posts.lifecycle import DRAFT, PUBLISHED
from cms.workspace.models import SavedView
from tests.browser import Browser
from tests.counting import counted
from tests.factories import Make

HEADING = re.compile(r"<th scope=\"col\" class=\"\w+\"[^>]*>\s*(?:<a [^>]*>)?([^<]+?)(?:<|\s*$)", re.MULTILINE)
TAB = re.compile(r'<a href="([^"]+)" ?(aria-current="page")?>([^<]+) <span class="soft">(\d+\+?)</span>')


def headings(browser: Browser) -> list[str]:
    return [text.strip() for text in HEADING.findall(browser.get("/admin/posts/").text)]


def views(browser: Browser, path: str = "/admin/posts/") -> dict[str, str]:
    return {name: count for _href, _current, name, count in TAB.findall(browser.get(path).text)}


@pytest.fixture
def editor(browser: Browser, session: Session, make: Make) -> Browser:
    """Somebody with a list of three."""
    editor = make.editor()
    for title in ("One", "Two"):
        make.post(author=editor, title=title, status=DRAFT)
    make.post(author=editor, title="Three", status=PUBLISHED)
    session.commit()
    return browser.sign_in(editor)


def test_columns_are_chosen_kept_and_given_back(editor: Browser) -> None:
    usual = headings(editor)
    assert usual == ["Title", "Status", "Author", "Changed", "Words"]

    answer = editor.post("/admin/posts/columns/", {"column": ["status", "summary", "password", "title"]})

    assert answer.status_code == 303
    assert headings(editor) == ["Title", "Status", "Summary"]
    editor.post("/admin/posts/columns/", {"usual": "1"})
    assert headings(editor) == usual
    editor.post("/admin/posts/columns/")
    assert headings(editor) == ["Title"]


def test_columns_are_ones_own(editor: Browser, session: Session, make: Make) -> None:
    editor.post("/admin/posts/columns/", {"column": "status"})
    other = make.editor()
    session.commit()

    assert headings(Browser(editor.app).sign_in(other)) == ["Title", "Status", "Author", "Changed", "Words"]


def test_a_view_is_kept_as_the_list_understood_it(editor: Browser, session: Session) -> None:
    query = "search=status:draft&sort=title&evil=1&after=zzz&page_size=9999&status=draft"

    answer = editor.post("/admin/posts/views/", {"name": "To finish", "query": query})

    assert answer.status_code == 303
    kept = session.scalars(select(SavedView)).one()
    assert (kept.query, kept.shared, kept.area) == ("status=draft&sort=title", False, "posts")
    assert views(editor) == {"To finish": "2"}
    page = editor.get("/admin/posts/?status=draft&sort=title").text
    assert [bool(current) for _href, current, _name, _count in TAB.findall(page)] == [True]
    assert "Delete this view" in page


def test_a_shared_view_shows_each_person_no_more_than_their_own_rows(
    editor: Browser, session: Session, make: Make
) -> None:
    editor.post("/admin/posts/views/", {"name": "Drafts", "query": "status=draft", "shared": "yes"})
    editor.post("/admin/posts/views/", {"name": "Private", "query": ""})
    contributor, stranger = make.contributor(), make.moderator()
    make.post(author=contributor, status=DRAFT)
    session.commit()

    assert views(editor) == {"Drafts": "3", "Private": "4"}
    assert views(Browser(editor.app).sign_in(contributor)) == {"Drafts": "1"}
    assert views(Browser(editor.app).sign_in(stranger)) == {"Drafts": "3"}


def test_a_count_beside_a_view_stops_at_its_bound(editor: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("cms.admin.arranging.MOST_COUNTED", 1)
    editor.post("/admin/posts/views/", {"name": "Drafts", "query": "status=draft"})

    assert views(editor) == {"Drafts": "1+"}


def test_only_its_maker_changes_a_view(editor: Browser, session: Session, make: Make) -> None:
    editor.post("/admin/posts/views/", {"name": "Drafts", "query": "status=draft", "shared": "yes"})
    view = session.scalars(select(SavedView)).one()
    other = make.editor()
    session.commit()
    stranger = Browser(editor.app).sign_in(other)
    place = f"/admin/posts/views/{view.id}/"

    assert "Delete this view" not in stranger.get("/admin/posts/?status=draft").text
    assert stranger.post(place, {"do": "delete"}).status_code == 403
    assert stranger.post(place, {"do": "unshare"}).status_code == 403
    assert stranger.post(f"/admin/pages/views/{view.id}/", {"do": "delete"}).status_code == 404
    assert editor.post(place, {"do": "unshare"}).status_code == 303
    assert stranger.post(place, {"do": "delete"}).status_code == 404
    assert editor.post(place, {"do": "share"}).status_code == 303
    assert editor.post(place, {"do": "delete"}).status_code == 303
    assert session.scalars(select(SavedView)).all() == []


@pytest.mark.parametrize("name", ["", "x" * 61, "two\nlines"])
def test_a_name_that_is_none_is_refused_with_its_reason(editor: Browser, name: str) -> None:
    answer = editor.post("/admin/posts/views/", {"name": name, "query": ""})

    assert answer.status_code == 422
    assert re.search("Give the view a name|characters fit|single line", answer.text)


@pytest.mark.parametrize("query", ["a=b&" * 2000, "%ff%00", "status=" + "x" * 5000, "=&=", "search=%22"])
def test_any_query_can_be_kept_without_harm(editor: Browser, query: str) -> None:
    assert editor.post("/admin/posts/views/", {"name": "Odd", "query": query}).status_code in (303, 422)
    assert editor.get("/admin/posts/").status_code == 200


def test_many_views_cost_one_question_more(editor: Browser, session: Session, engine: Engine) -> None:
    def cost() -> int:
        with counted(engine) as statements:
            editor.get("/admin/posts/")
        return len(statements)

    editor.post("/admin/posts/views/", {"name": "View 0", "query": "status=draft"})
    few = cost()
    for number in range(1, 15):
        editor.post("/admin/posts/views/", {"name": f"View {number}", "query": "status=draft"})

    assert cost() == few
