"""Posts and pages in the back office, as their four kinds of users meet them."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cms.audit.models import Batch, Event
from cms.posts.lifecycle import DRAFT, IN_REVIEW, PUBLISHED, PostStatus
from cms.posts.models import Edition, Post, Revision
from cms.posts.queries import loaded
from cms.web import now as clock_now
from tests.browser import Browser
from tests.factories import Make


def edited(post: Post, **fields: object) -> dict[str, object]:
    """What the editor's form sends, with some fields changed."""
    return {"version": post.version, "title": post.title, "body": post.body, "slug": post.slug} | fields


def only_post(session: Session) -> Post:
    """As it is now; the transaction ends at once, so that the browser may write."""
    session.commit()
    session.expire_all()
    post = session.scalars(select(Post).options(*loaded())).one()
    session.commit()
    return post


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


def test_a_contributor_submits_and_is_refused_to_publish_with_the_reason(
    browser: Browser, session: Session, make: Make
) -> None:
    writer = make.contributor()
    post = make.post(author=writer)
    session.commit()
    browser.sign_in(writer)
    page = browser.get(f"/admin/posts/edit/?id={post.id}").text
    assert "Submit for review" in page
    assert "This needs the right “Publish posts”" in page

    refused = browser.post(f"/admin/posts/{post.id}/publish")
    assert refused.status_code == 403
    assert (
        "This needs the right “Publish posts”. Your roles (Contributor) do not have it; these do: Editor"
        in refused.text
    )

    assert browser.post(f"/admin/posts/{post.id}/submit").status_code == 303
    assert only_post(session).status is IN_REVIEW


def test_a_refused_move_in_the_editor_keeps_the_text_on_the_screen(
    browser: Browser, session: Session, make: Make
) -> None:
    writer = make.contributor()
    post = make.post(author=writer)
    session.commit()

    refused = browser.sign_in(writer).post(
        f"/admin/posts/edit/?id={post.id}", edited(post, body="Typed for an hour.", move="publish")
    )

    assert refused.status_code == 403
    assert "Typed for an hour." in refused.text
    assert only_post(session).body == "Some words."


def test_an_editor_saves_and_publishes_in_one_step(browser: Browser, session: Session, make: Make) -> None:
    editor, post = make.editor(), make.post()
    session.commit()

    answer = browser.sign_in(editor).post(
        f"/admin/posts/edit/?id={post.id}", edited(post, title="Fresh", move="publish")
    )

    assert answer.status_code == 302
    edition = session.scalars(select(Edition)).one()
    assert (edition.title, edition.live_until) == ("Fresh", None)
    assert browser.client.get(edition.path).status_code == 200


def test_a_time_is_read_in_the_zone_of_the_site(browser: Browser, session: Session, make: Make) -> None:
    from cms.settings.models import SettingValue

    session.add(SettingValue(key="timezone", value="Europe/Paris", updated_at=make.at))
    editor, post = make.editor(), make.post()
    session.commit()

    browser.sign_in(editor).post(
        f"/admin/posts/{post.id}/publish", {"live_from": "2030-07-01T10:00", "live_until": "2030-07-02T10:00"}
    )

    edition = session.scalars(select(Edition)).one()
    assert (edition.live_from.isoformat(), edition.live_until.isoformat()) == (
        "2030-07-01T08:00:00+00:00",
        "2030-07-02T08:00:00+00:00",
    )
    assert "Scheduled" in browser.get("/admin/posts/").text


def test_the_editor_says_what_became_of_a_text_that_goes_live_later(
    browser: Browser, session: Session, make: Make
) -> None:
    author = make.author()
    session.commit()
    browser.sign_in(author)

    answer = browser.post(
        "/admin/posts/new/", {"title": "First sail", "move": "publish", "live_from": "2030-07-01T10:00"}
    )

    assert "“First sail” is scheduled." in browser.get(answer.location).text


def test_whoever_may_publish_is_offered_it_while_writing_and_others_submit(
    browser: Browser, session: Session, make: Make
) -> None:
    author, contributor = make.author(), make.contributor()
    session.commit()

    offered = {}
    for person in (author, contributor):
        page = browser.sign_in(person).get("/admin/posts/new/").text
        offered[person] = [move for move in ("publish", "submit") if f'value="{move}"' in page]
        browser.sign_out()

    assert offered == {author: ["publish", "submit"], contributor: ["submit"]}


@pytest.mark.parametrize("field", ["live_from", "live_until"])
@pytest.mark.parametrize("value", ["yesterday", "2020-01-01T10:00", "99999-01-01T00:00", "2030-13-45T99:99"])
def test_a_time_that_cannot_be_is_refused_by_name(
    browser: Browser, session: Session, make: Make, field: str, value: str
) -> None:
    editor, post = make.editor(), make.post()
    session.commit()

    refused = browser.sign_in(editor).post(
        f"/admin/posts/edit/?id={post.id}", edited(post, move="publish") | {field: value}
    )

    assert refused.status_code == 422
    assert f'id="{field}-error"' in refused.text
    assert only_post(session).status is DRAFT


def test_two_people_who_save_the_same_post_choose_field_by_field(
    browser: Browser, session: Session, make: Make
) -> None:
    first, second, post = make.editor(), make.editor(), make.post(title="Old", summary="Same")
    session.commit()
    mine, theirs = (
        edited(post, title="Mine", summary="Same", body="My words."),
        edited(post, title="Theirs", summary="New"),
    )
    Browser(browser.app).sign_in(first).post(f"/admin/posts/edit/?id={post.id}", theirs)

    conflict = browser.sign_in(second).post(f"/admin/posts/edit/?id={post.id}", mine)

    assert conflict.status_code == 409
    for text in ("Mine", "Theirs", "My words.", "choice-title", "choice-summary", "choice-body"):
        assert text in conflict.text
    untaken = session.scalars(select(Revision).where(Revision.taken.is_(False))).one()
    assert (untaken.author_id, untaken.snapshot["title"]) == (second.id, "Mine")
    session.commit()

    chosen = {"choice-title": "theirs", "choice-body": "mine", "choice-summary": "theirs"}
    resolved = browser.post(f"/admin/posts/edit/?id={post.id}", mine | {"version": 2} | chosen)
    assert resolved.status_code == 302
    post = only_post(session)
    assert (post.title, post.body, post.summary) == ("Theirs", "My words.", "New")


def test_a_third_save_in_between_asks_again(browser: Browser, session: Session, make: Make) -> None:
    editors = [make.editor() for _ in range(3)]
    post = make.post()
    session.commit()
    url = f"/admin/posts/edit/?id={post.id}"
    others = [Browser(browser.app).sign_in(editor) for editor in editors[1:]]
    browser.sign_in(editors[0])
    others[0].post(url, edited(post, title="Second"))
    assert browser.post(url, edited(post, title="Mine")).status_code == 409
    others[1].post(url, edited(only_post(session), title="Third"))

    again = browser.post(url, edited(post, title="Mine", version=2) | {"choice-title": "mine"})

    assert again.status_code == 409
    assert "Third" in again.text


def test_saving_the_same_again_is_no_conflict(browser: Browser, session: Session, make: Make) -> None:
    editor, post = make.editor(), make.post()
    session.commit()
    browser.sign_in(editor)
    sent = edited(post, title="Same")

    assert [browser.post(f"/admin/posts/edit/?id={post.id}", sent).status_code for _ in range(2)] == [302, 302]
    assert session.scalar(select(func.max(Revision.number))) == 2


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


def test_bulk_moves_say_what_was_done_skipped_and_refused(browser: Browser, session: Session, make: Make) -> None:
    author = make.author()
    mine, archived = make.post(author=author), make.post(author=author, status=PostStatus.ARCHIVED)
    foreign = make.post()
    session.commit()
    browser.sign_in(author)

    answer = browser.post(
        "/admin/posts/action/", {"action": "publish", "rowid": [mine.id, archived.id, foreign.id, 999_999]}
    )

    assert answer.status_code == 303
    result = browser.get(answer.location).text
    assert "is not possible while the status is “Archived”" in result
    session.expire_all()
    statuses = {post.id: post.status for post in session.scalars(select(Post))}
    assert (statuses[mine.id], statuses[archived.id], statuses[foreign.id]) == (PUBLISHED, PostStatus.ARCHIVED, DRAFT)


def test_bulk_tags_ask_for_the_tag_and_then_add_it(browser: Browser, session: Session, make: Make) -> None:
    editor, post = make.editor(), make.post()
    session.commit()
    browser.sign_in(editor)

    assert browser.post("/admin/posts/action/", {"action": "add_tag", "rowid": post.id}).status_code == 200
    browser.post("/admin/posts/action/", {"action": "add_tag", "rowid": post.id, "tag": "Boats", "confirmed": "1"})
    assert [tag.name for tag in only_post(session).tags] == ["Boats"]
    browser.post("/admin/posts/action/", {"action": "remove_tag", "rowid": post.id, "tag": "boats", "confirmed": "1"})
    assert only_post(session).tags == []
    saves = session.scalars(select(Event.batch_id).where(Event.verb == "post.save").order_by(Event.id)).all()
    assert saves == session.scalars(select(Batch.id).order_by(Batch.id)).all()


def test_an_older_version_comes_back_as_a_new_one(browser: Browser, session: Session, make: Make) -> None:
    editor, post = make.editor(), make.post(body="First words.")
    session.commit()
    browser.sign_in(editor).post(f"/admin/posts/edit/?id={post.id}", edited(post, body="Second words.", note="Why"))
    history = browser.get(f"/admin/posts/history/?id={post.id}").text
    assert "Version 2" in history
    assert "Why" in history
    assert "First" in browser.get(f"/admin/posts/version/?id={post.id}&number=1").text

    assert browser.post(f"/admin/posts/{post.id}/versions/1/bring_back").status_code == 303

    post = only_post(session)
    assert (post.body, post.version) == ("First words.", 3)


def test_the_preview_takes_no_longer_text_than_a_post_does(browser: Browser, session: Session, make: Make) -> None:
    author = make.author()
    session.commit()

    answer = browser.sign_in(author).post("/admin/posts/preview/", {"body": "x" * 1_000_001})

    assert answer.status_code == 422


def test_the_preview_is_what_goes_live_and_saves_nothing(browser: Browser, session: Session, make: Make) -> None:
    author = make.author()
    session.commit()

    shown = browser.sign_in(author).post(
        "/admin/posts/preview/", {"title": "T", "body": "**bold** <script>alert(1)</script>"}
    )

    assert "<strong>bold</strong>" in shown.text
    assert "alert(1)" not in shown.text
    assert session.scalars(select(Post)).all() == []


def test_filters_narrow_the_list(browser: Browser, session: Session, make: Make) -> None:
    editor, tag = make.editor(), make.tag("Sea")
    make.post(title="Alpha", summary="Has one", tags=[tag])
    make.post(title="Beta", status=PostStatus.IN_REVIEW)
    make.post(title="Gamma", status=PUBLISHED, author=editor)
    session.commit()
    browser.sign_in(editor)

    def titles(query: str) -> list[str]:
        page = browser.get(f"/admin/posts/?{query}").text
        return [title for title in ("Alpha", "Beta", "Gamma") if f">{title}</a>" in page]

    assert titles("") == ["Alpha", "Beta", "Gamma"]
    assert titles("status=in_review") == ["Beta"]
    assert titles("tag=sea") == ["Alpha"]
    assert titles("author=me") == ["Gamma"]
    assert titles("summary=no") == ["Beta", "Gamma"]
    assert titles("shown=live") == ["Gamma"]
    assert titles("search=alph") == ["Alpha"]
    assert titles("status=nonsense") == []


@pytest.mark.parametrize(
    "query",
    [
        "page=99999999999999999999",
        "page_size=100000000",
        "sort=password",
        "sort=-title&after=~~",
        "after=WzEsMl0",
        "before=WyJ4Iiwt",
        "author=1%27%20OR%201=1",
        "author=99999999999999",
        "since=0000-99-99",
        "search=" + "x%20" * 2000,
        "search=%22%22%22*%20NEAR(",
        "tag=" + "t" * 5000,
        "result=-1",
        "result=99999999999999999999",
    ],
)
def test_nonsense_in_the_address_is_answered_calmly(browser: Browser, session: Session, make: Make, query: str) -> None:
    editor = make.editor()
    make.post()
    session.commit()

    assert browser.sign_in(editor).get(f"/admin/posts/?{query}").status_code == 200


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


def test_a_change_is_recorded_with_before_and_after(browser: Browser, session: Session, make: Make) -> None:
    editor, post = make.editor(), make.post(title="Before")
    session.commit()

    browser.sign_in(editor).post(f"/admin/posts/edit/?id={post.id}", edited(post, title="After"))

    event = session.scalars(select(Event).where(Event.verb == "post.save")).one()
    assert (event.actor_id, event.changes) == (editor.id, {"title": ["Before", "After"]})


def test_an_expired_post_says_so(browser: Browser, session: Session, make: Make, app: object) -> None:
    editor, post = make.editor(), make.post(status=PUBLISHED)
    edition = session.scalars(select(Edition)).one()
    with browser.app.app_context():
        edition.live_until = clock_now() - timedelta(minutes=1)
    session.commit()

    assert "Expired" in browser.sign_in(editor).get("/admin/posts/").text
    assert post.title in browser.get("/admin/posts/?shown=expired").text


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


def test_the_author_filter_names_nobody_whose_posts_one_may_not_see(
    browser: Browser, session: Session, make: Make
) -> None:
    author = make.user("author", display_name="Ines Pellow")
    make.post(author=author)
    make.post(author=make.user("author", display_name="Somebody Secret"))
    session.commit()

    page = browser.sign_in(author).get("/admin/posts/").text

    assert ">Ines Pellow</option>" in page
    assert "Somebody Secret" not in page
