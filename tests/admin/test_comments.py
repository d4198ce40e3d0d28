"""Comments in the back office: found, judged with what is known, moved one by one and in bulk, within one's scope."""

import pytest
from flask import Flask
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from cms.audit.models import Batch, Event
from cms.comments.lifecycle import CommentMove, CommentStatus
from cms.comments.models import Comment
from cms.core.permissions import Permission, Scope
from cms.posts.actions import save
from cms.posts.lifecycle import PUBLISHED
from cms.search import COMMENTS, POSTS, put
from tests.browser import Browser
from tests.conftest import NOON
from tests.counting import counted
from tests.factories import Make

PENDING, APPROVED, SPAM, TRASHED = CommentStatus
LIST = "/admin/comments/"


def status_of(session: Session, comment: Comment) -> CommentStatus:
    status = session.scalars(select(Comment.status).where(Comment.id == comment.id)).one()
    session.commit()
    return status


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


def test_filters_and_search_find_what_they_name(browser: Browser, session: Session, make: Make) -> None:
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


@pytest.mark.parametrize(
    ("move", "before", "after"),
    [
        (CommentMove.APPROVE, PENDING, APPROVED),
        (CommentMove.SPAM, APPROVED, SPAM),
        (CommentMove.TRASH, PENDING, TRASHED),
        (CommentMove.RESTORE, TRASHED, PENDING),
        (CommentMove.HOLD, APPROVED, PENDING),
    ],
)
def test_a_button_moves_one_comment_and_comes_back(
    browser: Browser, session: Session, make: Make, move: CommentMove, before: CommentStatus, after: CommentStatus
) -> None:
    comment, moderator = make.comment(status=before), make.moderator()
    session.commit()

    answer = browser.sign_in(moderator).post(f"{LIST}{comment.id}/{move}", {"url": "/admin/moderation/"})

    assert (answer.status_code, answer.location) == (303, "/admin/moderation/")
    assert status_of(session, comment) is after
    event = session.scalars(select(Event).where(Event.verb == f"comment.{move}")).one()
    assert event.actor_id == moderator.id


def test_a_move_that_the_status_does_not_allow_is_a_conflict(browser: Browser, session: Session, make: Make) -> None:
    comment, moderator = make.comment(status=APPROVED), make.moderator()
    session.commit()

    assert browser.sign_in(moderator).post(f"{LIST}{comment.id}/approve").status_code == 409
    assert status_of(session, comment) is APPROVED


@pytest.mark.parametrize("path", ["0/approve", "999999/approve", "99999999999999999999/approve", "1/publish", "1/"])
def test_nonsense_in_the_address_of_a_move_is_not_found(
    browser: Browser, session: Session, make: Make, path: str
) -> None:
    make.comment()
    moderator = make.moderator()
    session.commit()

    assert browser.sign_in(moderator).post(f"{LIST}{path}").status_code in (404, 405)


def test_bulk_reports_every_row_as_done_skipped_or_refused(browser: Browser, session: Session, make: Make) -> None:
    first, second, public = make.comment(), make.comment(), make.comment(status=APPROVED)
    hidden = make.comment(make.post())
    moderator = make.user(make.role(Permission.COMMENT_MODERATE))
    session.commit()
    ids = [str(comment.id) for comment in (first, second, public, hidden)]

    answer = browser.sign_in(moderator).post(f"{LIST}action/", {"action": "approve", "rowid": [*ids, "777777"]})

    assert answer.status_code == 303
    page = browser.get(answer.location).text
    assert "2 done, 1 skipped, 2 refused" in page
    assert [status_of(session, comment) for comment in (first, second, public, hidden)] == [
        APPROVED,
        APPROVED,
        APPROVED,
        PENDING,
    ]
    batch = session.scalars(select(Batch)).one()
    events = session.scalars(select(Event).where(Event.batch_id == batch.id, Event.verb == "comment.approve")).all()
    assert {event.subject_id for event in events} == {first.id, second.id}


@pytest.mark.parametrize("action", ["approve", "spam", "trash", "restore"])
def test_every_bulk_action_works_and_can_be_taken_back(
    browser: Browser, session: Session, make: Make, action: str
) -> None:
    start = {"restore": TRASHED}.get(action, PENDING)
    comment, moderator = make.comment(status=start), make.moderator()
    session.commit()
    browser.sign_in(moderator)

    browser.post(f"{LIST}action/", {"action": action, "rowid": str(comment.id)})

    ends = {"approve": APPROVED, "spam": SPAM, "trash": TRASHED, "restore": PENDING}
    assert status_of(session, comment) is ends[action]


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


def test_the_filter_by_words_of_a_post_tells_a_moderator_nothing_that_readers_do_not_know(
    browser: Browser, session: Session, make: Make
) -> None:
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


def test_the_queue_holds_what_waits_the_oldest_first_and_leads_on(
    browser: Browser, session: Session, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cms.admin.moderation.PER_PAGE", 2)
    post = make.post(status=PUBLISHED)
    for number in range(5):
        make.comment(post, body_html=f"<p>remark {number}.</p>", held_because=["word"])
    make.comment(post, body_html="<p>decided.</p>", status=APPROVED)
    moderator = make.moderator()
    session.commit()
    browser.sign_in(moderator)

    seen, url = [], "/admin/moderation/"
    while url:
        page = browser.get(url).text
        seen += [number for number in range(5) if f"remark {number}." in page]
        assert "decided." not in page
        later = page.partition('rel="next" href="')[2].partition('"')[0]
        url = later if later.startswith("/admin/moderation/") else ""

    assert seen == [0, 1, 2, 3, 4]
    assert "on the list of words to hold" in browser.get("/admin/moderation/").text
    assert '<span class="badge' in browser.get("/admin/moderation/").text


def test_an_empty_queue_says_so_and_nonsense_in_its_address_is_harmless(
    browser: Browser, session: Session, make: Make
) -> None:
    moderator = make.moderator()
    session.commit()
    browser.sign_in(moderator)

    assert "Nothing waits" in browser.get("/admin/moderation/").text
    for after in ("x", "-1", "9" * 40, "²", "1,2"):
        assert browser.get(f"/admin/moderation/?after={after}").status_code == 200


@pytest.mark.parametrize("url", [LIST, "/admin/moderation/"])
def test_a_page_of_comments_costs_the_same_however_many_there_are(
    browser: Browser, session: Session, engine: Engine, make: Make, url: str
) -> None:
    moderator = make.moderator()

    def fill(number: int) -> None:
        for _number in range(number):
            post = make.post(status=PUBLISHED, tags=[make.tag()])
            first = make.comment(post, author_id=make.user("author").id, guest_name="", status=APPROVED)
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


def test_a_moderator_corrects_a_comment_and_the_record_keeps_what_it_said(
    browser: Browser, session: Session, make: Make
) -> None:
    post, moderator = make.post(status=PUBLISHED, slug="clock"), make.moderator()
    comment = make.comment(post, status=APPROVED, body="Call 555 now.")
    put(session, COMMENTS, comment.id, comment.guest_name, comment.body)
    session.commit()
    browser.sign_in(moderator)
    assert "Call 555 now." in browser.get(f"{LIST}edit/?id={comment.id}").text

    answer = browser.post(f"{LIST}edit/?id={comment.id}", {"edited_at": "", "body": "Call *me*."})

    assert answer.location == f"{LIST}details/?id={comment.id}"
    session.expire_all()
    assert (comment.body, comment.body_html, comment.status) == ("Call *me*.", "<p>Call <em>me</em>.</p>\n", APPROVED)
    assert comment.edited_at is not None
    event = session.scalars(select(Event).where(Event.verb == "comment.edit")).one()
    assert (event.actor_id, event.changes) == (moderator.id, {"body": ["Call 555 now.", "Call *me*."]})
    session.commit()
    assert "Call *me*." in browser.get(f"{LIST}?search=call").text
    assert ">Edited<" in browser.get("/posts/clock").text


@pytest.mark.parametrize("body", ["", "   ", "x" * 10_001])
def test_a_comment_cannot_be_edited_into_nothing(browser: Browser, session: Session, make: Make, body: str) -> None:
    comment, moderator = make.comment(), make.moderator()
    session.commit()

    answer = browser.sign_in(moderator).post(f"{LIST}edit/?id={comment.id}", {"body": body})

    assert answer.status_code == 422
    assert 'id="body-error"' in answer.text


def test_two_who_edit_one_comment_do_not_overwrite_each_other(browser: Browser, session: Session, make: Make) -> None:
    comment, moderator = make.comment(), make.moderator()
    session.commit()
    browser.sign_in(moderator)
    assert browser.post(f"{LIST}edit/?id={comment.id}", {"edited_at": "", "body": "First."}).status_code == 302

    for stale in ("", "yesterday", "2026-01-01T00:00:00"):
        again = browser.post(f"{LIST}edit/?id={comment.id}", {"edited_at": stale, "body": "Second."})
        assert again.status_code == 409
        assert "Second." in again.text


def test_deleting_a_comment_asks_and_puts_it_into_the_trash(browser: Browser, session: Session, make: Make) -> None:
    comment, moderator = make.comment(status=APPROVED), make.moderator()
    session.commit()
    browser.sign_in(moderator)

    page = browser.get(f"{LIST}delete/?id={comment.id}").text
    assert "I drove the harbour bus." in page
    assert "Readers no longer see it." in page
    assert status_of(session, comment) is APPROVED
    answer = browser.post(f"{LIST}delete/", {"id": str(comment.id)})

    assert answer.status_code == 302
    assert status_of(session, comment) is TRASHED
    assert browser.post(f"{LIST}delete/", {"id": str(comment.id)}).status_code == 409


def test_who_moderates_own_posts_edits_no_other_comment(browser: Browser, session: Session, make: Make) -> None:
    comment = make.comment()
    person = make.user(make.role((Permission.COMMENT_MODERATE, Scope.OWN)))
    session.commit()
    browser.sign_in(person)

    assert browser.post(f"{LIST}edit/?id={comment.id}", {"body": "Mine."}).status_code == 404
    assert browser.post(f"{LIST}delete/", {"id": str(comment.id)}).status_code == 404
