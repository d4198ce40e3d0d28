"""One post, from the role of the person who may write it to a comment that everybody sees."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Server, sign_in
from tests.e2e.moderation import waiting_comment
from tests.e2e.people import PASSWORD, add_person, choose_first_password

Person = Callable[..., Page]

TITLE = "The bench by the slipway"
WORDS = "It was painted **green** in the spring, and nobody asked for green."
REMARK = "I sat on it while it was still wet. It is a good green."
REASON = "This needs the right “Publish posts”. Your roles (Stringer) do not have it; these do: Editor, Owner."

pytestmark = pytest.mark.browser


def test_from_a_new_role_to_a_comment_that_everybody_sees(person: Person, demo: Server) -> None:
    owner, writer, editor, visitor, moderator = (
        person("owner"),
        person(),
        person("editor"),
        person(),
        person("moderator"),
    )

    make_role(owner, "Stringer", {"Create posts": "Yes", "Edit posts": "Own", "Submit posts": "Own"})
    add_person(owner, "nell@example.com", "nell", "Nell Harker", role="Stringer")
    choose_first_password(writer, demo.last_link("reset", to="nell@example.com"))
    sign_in(writer, "nell@example.com", PASSWORD)

    write_post(writer, TITLE, WORDS)
    expect(writer.get_by_role("button", name="Publish")).to_have_count(0)
    writer.get_by_text("What others have to do").click()
    expect(writer.get_by_text(REASON)).to_be_visible()
    publish_all_the_same(writer)
    expect(writer.get_by_role("main")).to_contain_text(REASON)
    writer.go_back()
    writer.get_by_role("button", name="Submit for review").click()
    expect(writer.get_by_role("status").filter(has_text=TITLE)).to_be_visible()

    editor.goto("/admin/")
    editor.get_by_role("link", name=f"Review {TITLE}").click()
    editor.get_by_role("button", name="Publish").first.click()
    expect(editor.get_by_text(f"“{TITLE}” was published.")).to_be_visible()

    visitor.goto("/")
    visitor.get_by_role("link", name=TITLE).first.click()
    expect(visitor.get_by_role("heading", level=1)).to_have_text(TITLE)
    expect(visitor.locator("strong", has_text="green")).to_be_visible()
    leave_comment(visitor, "Rafe", "rafe@example.com", REMARK)
    expect(visitor.get_by_text("A moderator reads it before it appears.")).to_be_visible()
    visitor.get_by_role("link", name=f"Back to “{TITLE}”").click()
    expect(visitor.get_by_text(REMARK)).to_have_count(0)

    case = waiting_comment(moderator, REMARK)
    case.get_by_role("button", name="Approve").click()
    expect(case).to_have_count(0)

    visitor.reload()
    expect(visitor.get_by_role("article", name="Rafe", exact=True)).to_contain_text(REMARK)


def make_role(page: Page, name: str, rights: dict[str, str]) -> None:
    page.goto("/admin/roles/")
    page.get_by_role("link", name="New role").click()
    page.get_by_label("Name").fill(name)
    for right, reach in rights.items():
        page.get_by_label(right, exact=True).select_option(reach)
    page.get_by_role("button", name="Create").click()
    expect(page.get_by_role("status").filter(has_text=name)).to_be_visible()


def write_post(page: Page, title: str, words: str) -> None:
    page.get_by_role("link", name="New post").click()
    page.get_by_label("Title", exact=True).fill(title)
    page.get_by_label("Text, in Markdown").fill(words)
    page.get_by_role("button", name="Save draft").click()
    expect(page.get_by_role("status").filter(has_text="Saved.")).to_be_visible()


def publish_all_the_same(page: Page) -> None:
    """What the page refuses to offer, sent by somebody who knows the address."""
    page.evaluate(
        """() => {
            const form = document.getElementById("post");
            const id = new URL(location).searchParams.get("id");
            form.action = `/admin/posts/${id}/publish`;
            HTMLFormElement.prototype.submit.call(form);
        }"""
    )
    page.wait_for_url("**/publish")


def leave_comment(page: Page, name: str, email: str, words: str) -> None:
    page.get_by_role("link", name="Leave a comment").click()
    page.get_by_label("Name").fill(name)
    page.get_by_label("E-mail").fill(email)
    page.get_by_role("textbox", name="Comment").fill(words)
    page.get_by_role("button", name="Send comment").click()
