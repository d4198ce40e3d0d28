"""Tabs and the search box agree on what a list shows."""

import pytest
from bs4 import BeautifulSoup


@pytest.fixture
def desk(browser, session, make):
    editor = make.editor()
    make.post()
    session.commit()
    return browser.sign_in(editor)


def soup(answer):
    return BeautifulSoup(answer.text, "html.parser")


@pytest.mark.parametrize(
    ("query", "tab"),
    [
        ("", ["All"]),
        ("?sort=title", ["All"]),
        ("?page_size=50", ["All"]),
        ("?status=in_review", ["In review"]),
        ("?status=in_review&sort=title", ["In review"]),
        ("?search=&status=in_review&shown=&author=&tag=&since=&until=&summary=&match=", ["In review"]),
        ("?status=in_review&status=draft", []),
        ("?status=in_review&author=me", []),
        ("?search=ferry", []),
    ],
)
def test_the_tab_of_what_is_shown_is_marked_however_it_was_asked_for(desk, query, tab):
    page = soup(desk.get(f"/admin/posts/{query}", follow_redirects=True))

    assert [one.text for one in page.select("nav.tabs a[aria-current]")] == tab


def test_a_search_keeps_how_many_are_shown_on_a_page(desk):
    def kept(query):
        return [one["value"] for one in soup(desk.get(f"/admin/posts/{query}")).select("input[name=page_size]")]

    assert kept("?page_size=50") == ["50"]
    assert kept("") == []
