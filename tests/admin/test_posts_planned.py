"""What is planned stays planned: publishing from a list or a menu asks first, and keeps the time that was set."""

from datetime import UTC, datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.posts import actions
from cms.posts.actions import timeline
from cms.posts.lifecycle import ARCHIVED, DRAFT, PUBLISHED
from cms.posts.models import Edition, Post
from tests.admin.posts import edited
from tests.browser import Browser
from tests.conftest import NOON
from tests.factories import Make

LATER, END = datetime(2090, 1, 5, 10, tzinfo=UTC), datetime(2090, 2, 5, 10, tzinfo=UTC)


@pytest.fixture
def planned(session: Session, make: Make) -> Post:
    """Scheduled, and changed since."""
    post, editor = make.post(title="Night ferry"), make.editor()
    actions.publish(session, post, by=editor, at=NOON, live_from=LATER, live_until=END)
    actions.save(session, post, {"body": "Newer words."}, base_version=1, by=editor, at=NOON)
    session.commit()
    return post


def stretches(session: Session, post: Post) -> list[tuple[datetime, datetime | None]]:
    session.expire_all()
    query = select(Edition.live_from, Edition.live_until).where(Edition.post_id == post.id)
    found = [(begins, ends) for begins, ends in session.execute(query.order_by(Edition.live_from))]
    session.commit()
    return found


def test_bulk_publishing_asks_with_numbers_and_keeps_what_is_planned(
    desk: Browser, session: Session, make: Make, planned: Post
) -> None:
    drafts = [make.post(), make.post()]
    session.commit()
    rows = {"action": "publish", "rowid": [planned.id, *(draft.id for draft in drafts)]}

    asked = desk.post("/admin/posts/action/", rows | {"ask": "1"})

    assert asked.status_code == 200
    assert "2 go live now." in asked.text
    assert "1 keeps its time." in asked.text
    assert stretches(session, planned) == [(LATER, END)]

    desk.post("/admin/posts/action/", rows | {"confirmed": "1"})

    assert stretches(session, planned) == [(LATER, END)]
    assert all(begins < LATER for draft in drafts for begins, _ends in stretches(session, draft))
    assert "Newer words." in (session.scalar(select(Edition.body_html).where(Edition.post_id == planned.id)) or "")


def test_the_row_s_button_asks_and_keeps_the_time(desk: Browser, session: Session, planned: Post) -> None:
    asked = desk.post(f"/admin/posts/{planned.id}/publish", {"ask": "1"})
    assert "It keeps its time: 5 Jan 2090, 10:00." in asked.text
    assert "Change the schedule" in desk.get("/admin/posts/").text

    desk.post(f"/admin/posts/{planned.id}/publish")

    assert stretches(session, planned) == [(LATER, END)]


def test_publishing_changes_of_a_live_text_keeps_its_end(desk: Browser, session: Session, make: Make) -> None:
    post, editor = make.post(), make.editor()
    actions.publish(session, post, by=editor, at=NOON, live_until=END)
    actions.save(session, post, {"body": "Newer words."}, base_version=1, by=editor, at=NOON)
    session.commit()

    desk.post(f"/admin/posts/{post.id}/publish")

    assert [ends for _begins, ends in stretches(session, post)][-1] == END


def test_a_planned_text_can_be_published_now_changed_or_cancelled(
    desk: Browser, session: Session, planned: Post
) -> None:
    url = f"/admin/posts/edit/?id={planned.id}"
    page = desk.get(url).text
    for words in ("Change the schedule", "Publish now", "Cancel the schedule"):
        assert words in page
    assert "Unpublish" not in page

    version = {"version": planned.version}
    times = {"live_from": "2091-01-05T10:00", "live_until": ""}
    moved = desk.post(url, edited(planned, move="publish", **times) | version)
    assert "is scheduled for 5 Jan 2091, 10:00." in desk.get(moved.location).text
    assert stretches(session, planned) == [(LATER.replace(year=2091), None)]

    emptied = desk.post(url, edited(planned, move="publish", live_from="") | version)
    assert emptied.status_code == 422
    assert "press “Publish now”" in emptied.text

    desk.post(url, edited(planned, move="publish_now", **times) | version)
    [(begins, _ends)] = stretches(session, planned)
    assert begins < LATER


def test_cancelling_a_schedule_says_so(desk: Browser, session: Session, planned: Post) -> None:
    answer = desk.post(f"/admin/posts/{planned.id}/unpublish")

    assert "is not scheduled any more" in desk.get(answer.location).text
    assert stretches(session, planned) == []


def test_archiving_what_readers_see_asks(desk: Browser, session: Session, make: Make, planned: Post) -> None:
    live, draft = make.post(status=PUBLISHED), make.post()
    session.commit()
    rows = {"action": "archive", "rowid": [live.id, draft.id, planned.id]}

    asked = desk.post("/admin/posts/action/", rows | {"ask": "1"})

    assert "1 is live: readers no longer see it." in asked.text
    assert "1 is scheduled: that is cancelled." in asked.text
    assert "Readers no longer see it." in desk.post(f"/admin/posts/{live.id}/archive", {"ask": "1"}).text
    desk.post("/admin/posts/action/", rows | {"confirmed": "1"})
    session.expire_all()
    assert set(session.scalars(select(Post.status))) == {ARCHIVED}


@pytest.mark.parametrize(
    ("status", "titles"),
    [
        ("published", {"Live"}),
        ("scheduled", {"Night ferry"}),
        ("expired", {"Over"}),
        ("draft", {"Draft"}),
    ],
)
def test_a_filter_finds_what_the_pill_says(
    desk: Browser, session: Session, make: Make, planned: Post, status: str, titles: set[str]
) -> None:
    make.post(title="Live", status=PUBLISHED)
    make.post(title="Draft", status=DRAFT)
    over = make.post(title="Over", status=PUBLISHED)
    session.flush()
    for edition in session.scalars(select(Edition).where(Edition.post_id == over.id)):
        timeline.end(session, edition, edition.live_from.replace(microsecond=5))
    timeline.note_last(session, over.id)
    session.commit()

    page = desk.get(f"/admin/posts/?status={status}").text

    assert {title for title in ("Live", "Night ferry", "Over", "Draft") if f">{title}</a>" in page} == titles


def test_saving_says_what_readers_have(desk: Browser, session: Session, make: Make, planned: Post) -> None:
    live, draft, trashed = make.post(status=PUBLISHED), make.post(), make.post(trashed_at=make.at)
    session.commit()

    def said(post: Post) -> str:
        answer = desk.post(f"/admin/posts/edit/?id={post.id}", edited(post, body="Others."))
        return desk.get(answer.location).text

    assert "Readers still see the older text" in said(live)
    assert "What is scheduled is still the older text" in said(planned)
    assert "older text" not in said(draft)
    assert "Saved. It lies in the trash" in said(trashed)


def test_the_note_of_a_publication_is_recorded(desk: Browser, session: Session, make: Make) -> None:
    post = make.post()
    session.commit()

    desk.post(f"/admin/posts/{post.id}/publish", {"note": "With the new photographs"})

    assert "With the new photographs" in desk.get(f"/admin/activity/?type=posts&id={post.id}").text
