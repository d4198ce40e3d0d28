"""What a list is narrowed to: words of the search box, several values of one filter, all of them or any."""

import re

import pytest
from sqlalchemy.orm import Session

from cms.admin.narrowing import split
from cms.admin.posts import PostView
from cms.posts.lifecycle import ARCHIVED, DRAFT, IN_REVIEW, PUBLISHED
from tests.browser import Browser
from tests.factories import Make

TITLE = re.compile(r'<a class="title"[^>]*>([^<]+)</a>')


def titles(page: str) -> set[str]:
    return set(TITLE.findall(page))


@pytest.fixture
def editor(browser: Browser, session: Session, make: Make) -> Browser:
    """Somebody who looks at four posts."""
    editor, other = make.editor(), make.user("author", username="ilse", display_name="Ilse Tamm")
    sea = make.tag("Sea")
    make.post(author=editor, title="Draft at sea", status=DRAFT, tags=[sea])
    make.post(author=other, title="Review on land", status=IN_REVIEW)
    make.post(author=other, title="Live at sea", status=PUBLISHED, tags=[sea])
    make.post(author=editor, title="Old on land", status=ARCHIVED)
    session.commit()
    return browser.sign_in(editor)


@pytest.mark.parametrize(
    ("typed", "words", "values"),
    [
        ("tide status:draft", "tide", {"status": ("draft",)}),
        ('status:"in review" author:me', "", {"status": ("in_review",), "author": ("me",)}),
        ("status:draft,published", "", {"status": ("draft", "published")}),
        ("status:draft،published", "", {"status": ("draft", "published")}),
        ("-status:draft sea", "sea", {"status": ("!draft",)}),
        ('author:"Ilse Tamm" "exact words"', '"exact words"', {"author": ("Ilse Tamm",)}),
        ("before:2026-01-01 after:2025-01-01", "", {"until": ("2026-01-01",), "since": ("2025-01-01",)}),
        ("https://example.com/a:b nobody:knows", "https://example.com/a:b nobody:knows", {}),
        ("status: draft", "status: draft", {}),
        ("STATUS:Draft", "", {"status": ("draft",)}),
        ("status:dratf", "", {"status": ("dratf",)}),
        ('status:"', 'status:"', {}),
        ('"status:draft"', '"status:draft"', {}),
    ],
)
def test_the_search_box_parts_words_from_filters(typed: str, words: str, values: dict[str, tuple[str, ...]]) -> None:
    assert split(typed, PostView.filters) == (words, values)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("status=draft&status=archived", {"Draft at sea", "Old on land"}),
        ("status=!draft", {"Review on land", "Live at sea", "Old on land"}),
        ("status=!draft&status=!archived", {"Review on land", "Live at sea"}),
        ("status=draft&tag=sea", {"Draft at sea"}),
        ("status=archived&tag=sea&match=any", {"Draft at sea", "Live at sea", "Old on land"}),
        ("search=tag:sea+author:me", {"Draft at sea"}),
        ("search=tag:Sea+-author:me", {"Live at sea"}),
        ('search=author:"Ilse+Tamm"', {"Review on land", "Live at sea"}),
        ("search=author:ilse+land", {"Review on land"}),
        ("search=status:draft&status=archived", {"Draft at sea", "Old on land"}),
        ("search=status:dratf", set()),
        ("search=author:!!!", set()),
        ("search=before:2020-01-01", set()),
        ("status=draft&" * 30, {"Draft at sea"}),
    ],
)
def test_a_list_shows_what_fits(editor: Browser, query: str, found: set[str]) -> None:
    assert titles(editor.get(f"/admin/posts/?{query}").text) == found


def test_what_was_typed_becomes_chips_that_can_be_taken_away_one_by_one(editor: Browser) -> None:
    page = editor.get("/admin/posts/?search=land+status:archived,draft").text

    chips = re.findall(r'class="chip">([^<]+)<a href="([^"]+)"', page)
    assert [label for label, _href in chips] == ["Search: land", "Status: Archived", "Status: Draft"]
    remove = chips[1][1].replace("&amp;", "&")
    assert titles(editor.get(remove).text) == set()
    assert "status=draft" in remove
    assert "archived" not in remove


def test_the_form_keeps_what_its_controls_have_no_room_for(editor: Browser) -> None:
    page = editor.get("/admin/posts/?author=me&author=ilse&status=!draft").text

    assert '<input type="hidden" name="author" value="ilse">' in page
    assert '<input type="hidden" name="status" value="!draft">' in page
    assert 'name="author" value="me" checked' in page
