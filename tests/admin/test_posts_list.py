"""The list of posts: filters, what may be seen in it, and what is done to several at once."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cms.audit.models import Batch, Event
from cms.posts.actions import timeline
from cms.posts.lifecycle import DRAFT, PUBLISHED, PostStatus
from cms.posts.models import Edition, Post
from cms.taxonomy.fields import MAX_NAME
from cms.taxonomy.models import Tag
from cms.web import now as clock_now
from tests.admin.posts import only_post
from tests.browser import Browser
from tests.factories import Make


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


def test_the_author_filter_names_nobody_whose_posts_one_may_not_see(
    browser: Browser, session: Session, make: Make
) -> None:
    author = make.user("author", display_name="Ines Pellow")
    make.post(author=author)
    make.post(author=make.user("author", display_name="Somebody Secret"))
    session.commit()

    page = browser.sign_in(author).get("/admin/posts/").text

    assert ">Ines Pellow</label>" in page
    assert "Somebody Secret" not in page


def test_an_expired_post_says_so(browser: Browser, session: Session, make: Make, app: object) -> None:
    editor, post = make.editor(), make.post(status=PUBLISHED)
    edition = session.scalars(select(Edition)).one()
    with browser.app.app_context():
        timeline.end(session, edition, clock_now() - timedelta(minutes=1))
    timeline.note_last(session, post.id)
    session.commit()

    assert "Expired" in browser.sign_in(editor).get("/admin/posts/").text
    assert post.title in browser.get("/admin/posts/?shown=expired").text


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


@pytest.mark.parametrize("words", ["Sea, Boats", ", ,", "بحر، قوارب"])
def test_a_bulk_adds_one_tag_and_makes_none_with_a_comma(
    browser: Browser, session: Session, make: Make, words: str
) -> None:
    editor, post = make.editor(), make.post()
    session.commit()
    asking = {"action": "add_tag", "rowid": post.id, "tag": words, "confirmed": "1"}

    answer = browser.sign_in(editor).post("/admin/posts/action/", asking)

    assert answer.status_code == 422
    assert "a comma is no part of a name" in answer.text
    assert f'name="tag" required maxlength="{MAX_NAME}" value="{words}"' in answer.text
    assert f'name="rowid" value="{post.id}" checked' in answer.text
    assert session.scalar(select(func.count()).select_from(Batch)) == 0
    assert only_post(session).tags == []
    assert session.scalar(select(func.count()).select_from(Tag)) == 0


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


def test_the_question_for_a_tag_takes_no_more_than_a_tag_holds(desk: Browser, session: Session, make: Make) -> None:
    post = make.post()
    session.commit()

    for action in ("add_tag", "remove_tag"):
        asked = desk.post("/admin/posts/action/", {"action": action, "rowid": str(post.id)}).text
        assert re.search(rf'name="tag"[^>]* maxlength="{MAX_NAME}"', asked)
