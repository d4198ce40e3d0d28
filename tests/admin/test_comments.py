"""Comments in the back office: found, judged with what is known, and only within one's scope."""

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from cms.comments import on_posts
from cms.comments.lifecycle import APPROVED, PENDING, SPAM, TRASHED
from cms.comments.models import Comment
from cms.comments.on_posts import MOST_NAMED
from cms.core.permissions import Permission, Scope
from cms.posts.actions import save
from cms.posts.lifecycle import PUBLISHED
from cms.search import COMMENTS, POSTS, put
from tests.admin.comments import LIST, status_of
from tests.browser import Browser
from tests.conftest import NOON
from tests.counting import counted
from tests.factories import Make


def test_the_list_shows_the_comment_its_post_its_author_s_record_and_why_it_waits(
    browser: Browser, session: Session, make: Make
) -> None:
    post = make.post(status=PUBLISHED, title="The tide clock", slug="clock")
    make.comment(post, status=APPROVED, body="Earlier.")
    make.comment(post, status=SPAM, body="Buy.")
    make.comment(post, body="See my page.", held_because=["links", "first_comment"])
    moderator = make.moderator()
    session.commit()

    page = browser.sign_in(moderator).get(f"{LIST}?status=pending").text

    assert "See my page." in page
    assert 'href="/admin/comments/?post=clock">The tide clock</a>' in page
    assert "rafe@example.com" in page
    assert "1 approved" in page
    assert "1 spam" in page
    assert "Links</span>" in page
    assert "First comment</span>" in page
    assert "Earlier." not in page


@pytest.mark.parametrize("most", [MOST_NAMED, 0], ids=["few posts", "many posts"])
def test_filters_and_search_find_what_they_name(
    browser: Browser, session: Session, make: Make, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(on_posts, "MOST_NAMED", most)
    clock = make.post(status=PUBLISHED, title="The tide clock", slug="clock")
    ferry = make.post(status=PUBLISHED, title="The last ferry", slug="ferry")
    member = make.user(username="sunniva", display_name="Sunniva Marsh")
    comments = [
        make.comment(clock, body="alpha remark", held_because=["links"]),
        make.comment(ferry, body="beta remark", guest_name="Bettrys", guest_email="b@example.com", status=SPAM),
        make.comment(ferry, body="gamma remark", author_id=member.id, guest_name="", guest_email="", status=APPROVED),
    ]
    for comment in comments:
        put(session, COMMENTS, comment.id, comment.guest_name, comment.body)
    for post in (clock, ferry):
        put(session, POSTS, post.id, post.title)
    owner = make.owner()
    session.commit()
    browser.sign_in(owner)

    for query, found in [
        ("", ["alpha", "beta", "gamma"]),
        ("status=spam", ["beta"]),
        ("status=nonsense", []),
        ("post=clock", ["alpha"]),
        ("post=last+ferry", ["beta", "gamma"]),
        ("author=Bettrys", ["beta"]),
        ("author=B@EXAMPLE.com", ["beta"]),
        ("author=sunniva", ["gamma"]),
        ("author=Sunni", []),
        ("reason=links", ["alpha"]),
        ("reason=word", []),
        ("since=2026-03-02", ["alpha", "beta", "gamma"]),
        ("since=2026-03-03", []),
        ("until=2026-03-02", []),
        ("until=yesterday", []),
        ("search=gamma", ["gamma"]),
        ("search=remark&status=pending", ["alpha"]),
        ("search=%22remark+beta%22", []),
    ]:
        answer = browser.get(f"{LIST}?{query}")
        assert answer.status_code == 200, query
        assert [word for word in ("alpha", "beta", "gamma") if f"{word} remark</a>" in answer.text] == found, query


def test_whoever_moderates_own_posts_or_a_tag_sees_and_moves_those_only(
    app: Flask, session: Session, make: Make
) -> None:
    sea = make.tag("Sea")
    mine = make.user(make.role((Permission.COMMENT_MODERATE, Scope.OWN)))
    at_sea = make.user(make.role(Permission.COMMENT_MODERATE, tags=(sea,)))
    my_post, sea_post = make.post(author=mine, status=PUBLISHED), make.post(tags=[sea], status=PUBLISHED)
    on_mine = make.comment(my_post, body="on my post", body_html="<p>on my post</p>")
    on_sea = make.comment(sea_post, body="on the sea", body_html="<p>on the sea</p>")
    session.commit()

    for person, own, other in ((mine, on_mine, on_sea), (at_sea, on_sea, on_mine)):
        browser = Browser(app).sign_in(person)
        for url in (LIST, "/admin/moderation/"):
            page = browser.get(url).text
            assert own.body in page
            assert other.body not in page
        assert browser.get(f"{LIST}details/?id={own.id}").status_code == 200
        assert browser.get(f"{LIST}details/?id={other.id}").status_code == 404
        assert browser.post(f"{LIST}{other.id}/approve").status_code == 404
        assert browser.post(f"{LIST}{own.id}/approve").status_code == 303
        assert status_of(session, other) in (PENDING, APPROVED)
    assert status_of(session, on_mine) is APPROVED


@pytest.mark.parametrize("most", [MOST_NAMED, 0], ids=["few posts", "many posts"])
def test_the_filter_by_words_of_a_post_tells_a_moderator_nothing_that_readers_do_not_know(
    browser: Browser, session: Session, make: Make, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(on_posts, "MOST_NAMED", most)
    editor, moderator = make.editor(), make.user(make.role(Permission.COMMENT_MODERATE))
    post = make.post(author=editor, status=PUBLISHED, body="The public ferry.")
    make.comment(post, body="alpha remark")
    save(session, post, {"body": "The secret zebra."}, base_version=post.version, by=editor, at=NOON)
    session.commit()
    browser.sign_in(moderator)

    assert "alpha remark" in browser.get(f"{LIST}?post=public+ferry").text
    assert "alpha remark" not in browser.get(f"{LIST}?post=secret+zebra").text
    browser.sign_out()
    assert "alpha remark" in browser.sign_in(editor).get(f"{LIST}?post=secret+zebra").text


@pytest.mark.parametrize("role", ["author", "contributor", None])
def test_who_may_not_moderate_finds_no_way_in(browser: Browser, session: Session, make: Make, role: str | None) -> None:
    comment = make.comment(body="secret words")
    person = make.user(*([role] if role else []))
    session.commit()
    browser.sign_in(person)

    for url in (LIST, f"{LIST}details/?id={comment.id}", "/admin/moderation/", f"{LIST}export/csv/"):
        answer = browser.get(url)
        assert answer.status_code == 403, url
        assert "secret words" not in answer.text
    assert browser.post(f"{LIST}{comment.id}/approve").status_code == 403
    assert browser.post(f"{LIST}action/", {"action": "approve", "rowid": str(comment.id)}).status_code == 403
    assert status_of(session, comment) is PENDING


def test_details_show_the_comment_in_its_thread(browser: Browser, session: Session, make: Make) -> None:
    post = make.post(status=PUBLISHED)
    asked = make.comment(post, status=APPROVED, body_html="<p>Who wound it?</p>", guest_name="Ilse")
    comment = make.comment(post, body_html="<p>My grandfather.</p>", parent_id=asked.id, held_because=["links", "odd"])
    make.comment(post, body_html="<p>Which one?</p>", parent_id=comment.id, status=TRASHED)
    editor = make.editor()
    session.commit()

    page = browser.sign_in(editor).get(f"{LIST}details/?id={comment.id}").text

    for words in ("Who wound it?", "My grandfather.", "Which one?", "It has more links than", "odd", "Ilse"):
        assert words in page
    assert f'formaction="/admin/comments/{comment.id}/approve"' in page


def test_what_readers_see_leads_to_where_they_see_it(browser: Browser, session: Session, make: Make) -> None:
    post, draft = make.post(status=PUBLISHED), make.post()
    seen, waits = make.comment(post, status=APPROVED), make.comment(post)
    alone = make.comment(draft, status=APPROVED)
    moderator = make.moderator()
    session.commit()
    browser.sign_in(moderator)

    def leads_out(comment: Comment) -> bool:
        page = browser.get(f"{LIST}details/?id={comment.id}").text
        return f'#comment-{comment.id}"' in page

    assert [leads_out(comment) for comment in (seen, waits, alone)] == [True, False, False]
    assert f'id="comment-{seen.id}"' in browser.get(f"/posts/{post.slug}").text


def test_the_export_has_no_addresses_and_the_same_rows_as_the_list(
    browser: Browser, session: Session, make: Make
) -> None:
    make.comment(body="=1+1")
    make.comment(body="other", status=SPAM)
    editor = make.editor()
    session.commit()

    text = browser.sign_in(editor).get(f"{LIST}export/csv/?status=pending").text

    assert "'=1+1" in text
    assert "other" not in text
    assert "rafe@example.com" not in text


@pytest.mark.parametrize("url", [LIST, "/admin/moderation/"])
def test_a_page_of_comments_costs_the_same_however_many_there_are(
    browser: Browser, session: Session, engine: Engine, make: Make, url: str
) -> None:
    moderator = make.moderator()

    def fill(number: int) -> None:
        for _number in range(number):
            post = make.post(status=PUBLISHED, tags=[make.tag()])
            first = make.comment(post, author_id=make.user("author", avatar_id=make.media().id).id, guest_name="")
            make.comment(post, parent_id=first.id, held_because=["links"])
        session.commit()

    def cost() -> int:
        with counted(engine) as statements:
            assert browser.get(url).status_code == 200
        return len(statements)

    fill(2)
    browser.sign_in(moderator)
    few = cost()
    fill(8)
    assert cost() == few


def test_the_browser_of_whoever_wrote_is_named_for_people(browser: Browser, session: Session, make: Make) -> None:
    comment, moderator = make.comment(agent="Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Firefox/145.0"), make.moderator()
    session.commit()

    page = browser.sign_in(moderator).get(f"{LIST}details/?id={comment.id}").text

    assert ">Firefox on Linux</dd>" in page


def test_hostile_words_are_words_in_every_view(browser: Browser, session: Session, make: Make) -> None:
    evil = "<script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    post = make.post(status=PUBLISHED, title=evil)
    comment = make.comment(
        post, body=evil, body_html="<p>x</p>", guest_name=evil[:80], guest_email=evil, guest_url="javascript:alert(1)",
        agent=evil, held_because=[evil],
    )  # fmt: skip
    owner = make.owner()
    session.commit()
    browser.sign_in(owner)

    for url in (LIST, f"{LIST}details/?id={comment.id}", "/admin/moderation/", f"{LIST}?author={evil}&search={evil}"):
        page = browser.get(url).text
        assert "<script>alert" not in page
        assert "<img src=x" not in page
        assert 'href="javascript' not in page
    assert session.scalar(select(func.count()).select_from(Comment)) == 1
