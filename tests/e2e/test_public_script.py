"""What script adds to public pages: the comment form in its place, and the bar of whoever is signed in."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.looking import barriers

Person = Callable[..., Page]
POST = "/posts/tide-clock-pier-9"


@pytest.mark.browser
def test_the_comment_form_opens_in_its_place_and_sends(person: Person) -> None:
    page = person()
    page.goto(POST)

    page.get_by_role("link", name="Leave a comment").click()
    expect(page.get_by_label("Name")).to_be_focused()
    assert page.url.endswith(POST)
    assert barriers(page) == []
    page.get_by_label("Name").fill("Nella")
    page.get_by_label("E-mail").fill("nella@example.com")
    page.get_by_label("Comment", exact=True).fill("It was slow in my childhood, too.")
    page.get_by_role("button", name="Send comment").click()

    page.wait_for_url("**/comments/received**")
    expect(page.get_by_text("It was slow in my childhood, too.")).to_be_visible()


@pytest.mark.browser
def test_an_answer_names_what_it_answers(person: Person) -> None:
    page = person()
    page.goto(POST)

    page.get_by_role("link", name="Reply to").first.click()

    expect(page.locator(".talk form.write input[name=parent]")).to_have_count(1)


@pytest.mark.browser
def test_only_who_is_signed_in_has_the_bar(person: Person) -> None:
    visitor, editor = person(), person("editor")
    for page in (visitor, editor):
        page.goto(POST)
        page.wait_for_load_state("networkidle")

    assert visitor.get_by_role("complementary", name="Your account").count() == 0
    bar = editor.get_by_role("complementary", name="Your account")
    expect(bar.get_by_role("link", name="Edit")).to_be_visible()
    assert barriers(editor) == []
    bar.get_by_role("link", name="Edit").click()
    expect(editor.get_by_label("Title", exact=True)).to_have_value("The tide clock on Pier 9")
