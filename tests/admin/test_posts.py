"""Posts and pages in the back office, as their four kinds of users meet them."""

import pytest
from sqlalchemy.orm import Session

from cms.posts.lifecycle import DRAFT, PUBLISHED
from tests.admin.posts import edited, only_post
from tests.browser import Browser
from tests.factories import Make
from tests.forms import untouched


def test_a_contributor_writes_a_draft_and_goes_on_in_the_editor(browser: Browser, session: Session, make: Make) -> None:
    writer = make.contributor()
    session.commit()
    browser.sign_in(writer)

    answer = browser.post(
        "/admin/posts/new/", {"title": "Where the ferry sleeps", "body": "At **Pier 9**.", "tags": "Sea, Ferries"}
    )

    post = only_post(session)
    assert (answer.status_code, answer.location) == (302, f"/admin/posts/edit/?id={post.id}")
    assert (post.slug, post.status, post.author_id) == ("where-the-ferry-sleeps", DRAFT, writer.id)
    assert "Ferries, Sea" in browser.get(answer.location).text


def test_a_post_without_a_title_is_shown_again_with_what_was_typed(
    browser: Browser, session: Session, make: Make
) -> None:
    writer = make.author()
    session.commit()

    answer = browser.sign_in(writer).post("/admin/posts/new/", {"title": " ", "body": "Keep me."})

    assert answer.status_code == 422
    assert "A title is needed." in answer.text
    assert "Keep me." in answer.text


def test_others_drafts_do_not_exist_for_an_author(browser: Browser, session: Session, make: Make) -> None:
    author, foreign = make.author(), make.post(title="A secret draft")
    session.commit()
    browser.sign_in(author)

    for url in ("edit/?id={}", "details/?id={}", "delete/?id={}", "history/?id={}", "version/?id={}&number=1"):
        assert browser.get("/admin/posts/" + url.format(foreign.id)).status_code == 404
    for move in ("publish", "trash", "submit"):
        assert browser.post(f"/admin/posts/{foreign.id}/{move}").status_code == 404
    assert "A secret draft" not in browser.get("/admin/posts/").text
    assert "A secret draft" not in browser.get("/admin/posts/?search=secret").text
    assert (
        browser.post("/admin/posts/action/", {"action": "trash", "rowid": foreign.id, "confirmed": "1"}).status_code
        == 303
    )
    assert only_post(session).trashed_at is None


def test_a_moderator_reads_posts_and_is_told_why_not_more(browser: Browser, session: Session, make: Make) -> None:
    moderator, post = make.moderator(), make.post(title="Readable", body="Inside.")
    session.commit()
    browser.sign_in(moderator)

    shown = browser.get(f"/admin/posts/details/?id={post.id}")
    assert shown.status_code == 200
    assert "Inside." in shown.text
    refused = browser.get(f"/admin/posts/edit/?id={post.id}")
    assert refused.status_code == 403
    assert "This needs the right “Edit posts”" in refused.text


def test_fields_that_a_person_may_not_change_are_ignored(browser: Browser, session: Session, make: Make) -> None:
    writer, other = make.contributor(), make.author()
    post = make.post(author=writer)
    session.commit()
    extra = {
        "status": "published",
        "author_id": other.id,
        "noindex": "1",
        "published_at": "2020-01-01",
        "id": 99,
        "kind": "page",
    }

    browser.sign_in(writer).post(f"/admin/posts/edit/?id={post.id}", edited(post, title="Changed") | extra)

    post = only_post(session)
    assert (post.title, post.status, post.author_id, post.noindex, post.published_at, post.kind) == (
        "Changed", DRAFT, writer.id, False, None, "post",
    )  # fmt: skip


@pytest.mark.parametrize("wrong", ["", "0", "-1", "1,2", "abc", "99999999999", "٣", "1%00"])
def test_nonsense_as_an_id_is_not_found(browser: Browser, session: Session, make: Make, wrong: str) -> None:
    editor = make.editor()
    session.commit()
    browser.sign_in(editor)

    assert browser.get(f"/admin/posts/edit/?id={wrong}").status_code in (400, 404)


def test_a_page_goes_below_another_and_not_below_itself(browser: Browser, session: Session, make: Make) -> None:
    editor, about = make.editor(), make.page(title="About", slug="about")
    team = make.page(title="Team", slug="team")
    session.commit()
    browser.sign_in(editor)

    browser.post(f"/admin/pages/edit/?id={team.id}", edited(team, parent_id=about.id, move="publish"))
    assert browser.client.get("/about/team").status_code == 200

    refused = browser.post(f"/admin/pages/edit/?id={about.id}", edited(about, parent_id=team.id))
    assert refused.status_code == 422
    assert "A page cannot lie below itself." in refused.text


def test_the_trash_returns_a_post_to_where_it_was(browser: Browser, session: Session, make: Make) -> None:
    editor, post = make.editor(), make.post(status=PUBLISHED, title="Back soon", slug="back-soon")
    session.commit()
    browser.sign_in(editor)

    assert "Readers no longer see it." in browser.get(f"/admin/posts/delete/?id={post.id}").text
    browser.post(f"/admin/posts/delete/?id={post.id}")
    assert browser.client.get("/posts/back-soon").status_code in (404, 410)
    assert "Back soon" in browser.get("/admin/trash/").text
    assert "Back soon" not in browser.get("/admin/posts/").text.partition("<table")[2]

    browser.post(f"/admin/posts/{post.id}/restore")
    assert browser.client.get("/posts/back-soon").status_code == 200


@pytest.mark.parametrize(
    ("role", "offered"), [("contributor", False), ("author", False), ("moderator", True), ("editor", True)]
)
def test_the_menu_leads_to_pages_whom_they_concern(
    browser: Browser, session: Session, make: Make, role: str, offered: bool
) -> None:
    person = make.user(role)
    session.commit()
    browser.sign_in(person)

    assert ('href="/admin/pages/"' in browser.get("/admin/").text) is offered
    assert ("good beginning" in browser.get("/admin/pages/").text) is (role == "editor")


def test_a_fault_in_a_folded_panel_opens_it(browser, session, make):
    editor, post = make.editor(), make.post()
    session.commit()

    answer = browser.sign_in(editor).post(f"/admin/posts/edit/?id={post.id}", {"version": 1, "language": "no language"})

    assert answer.status_code == 422
    assert 'id="p-details" open' in answer.text


def test_a_switch_that_is_on_stays_on_in_a_form_that_comes_back(browser: Browser, session: Session, make: Make) -> None:
    editor, post = make.editor(), make.post()
    session.commit()
    url = f"/admin/posts/edit/?id={post.id}"
    refused = browser.sign_in(editor).post(url, edited(post, title="", comments_open=["", "1"]))
    assert refused.status_code == 422

    browser.post(url, untouched(refused.text) | {"title": "Now with one"})

    assert only_post(session).comments_open
