"""New posts by mail: one letter for each reader and post, at its time, and none to whoever has left."""

from collections.abc import Iterator
from datetime import datetime, timedelta

import pytest
from flask import Flask
from flask_mailman import EmailMessage
from sqlalchemy import func, insert, select, update
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.audit.models import Event
from cms.jobs import leases
from cms.jobs.lifecycle import JobStatus
from cms.jobs.models import Job
from cms.posts import actions as posts
from cms.posts import queries
from cms.posts.lifecycle import PostMove
from cms.posts.models import Post
from cms.settings.models import SettingValue
from cms.subscriptions import actions, mailings
from cms.subscriptions.models import Mailing, Subscriber, subscriber_tags
from cms.subscriptions.queries import tags_of
from cms.taxonomy import actions as taxonomy
from cms.web.worker import drain
from tests.conftest import NOON
from tests.factories import Make

MINUTE = timedelta(minutes=1)


@pytest.fixture
def outbox(app: Flask) -> Iterator[list[EmailMessage]]:
    state = app.extensions["mailman"]
    state.outbox = []
    yield state.outbox
    state.outbox = []


@pytest.fixture
def owner(session: Session, make: Make) -> User:
    return make.owner()


def reader(session: Session, email: str = "reader@example.com", tag_id: int | None = None) -> Subscriber:
    found = actions.confirm(session, email, tag_id, at=NOON)
    session.commit()
    return found


def many_readers(session: Session, count: int) -> None:
    shared = {"everything": True, "created_at": NOON}
    people = [{"email": f"r{number}@example.com", "key": f"k{number}"} | shared for number in range(count)]
    session.execute(insert(Subscriber), people)


def draft(session: Session, make: Make, owner: User, **values: object) -> Post:
    post = make.post(**values)
    return queries.get(session, post.id, viewer=owner)


def published(session: Session, post: Post, owner: User, at: datetime = NOON) -> None:
    posts.publish(session, post, by=owner, at=at)
    session.commit()


def all_of_it(app: Flask, session: Session) -> None:
    """As a worker does it in its time: what waits for a moment is due."""
    while drain(app):
        session.execute(update(Job).where(Job.status == JobStatus.WAITING).values(run_at=NOON))
        session.commit()


def test_a_post_reaches_its_readers_with_a_way_to_end_it(
    app: Flask, session: Session, make: Make, owner: User, outbox: list[EmailMessage]
) -> None:
    subscriber = reader(session)
    published(session, draft(session, make, owner, title="Night ferry", slug="ferry", summary="At last."), owner)

    all_of_it(app, session)

    [mail] = outbox
    assert (mail.to, mail.subject) == (["reader@example.com"], "Night ferry")
    assert "http://localhost/posts/ferry" in mail.body
    assert "At last." in mail.body
    link = f"http://localhost/unsubscribe/{subscriber.key}"
    assert link in mail.body
    sent = mail.extra_headers
    assert sent["List-Unsubscribe"] == f"<{link}>"
    assert sent["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert sent["Message-ID"].startswith("<post-")


def test_however_often_it_is_published_a_reader_gets_one_mail(
    app: Flask, session: Session, make: Make, owner: User, outbox: list[EmailMessage]
) -> None:
    reader(session)
    post = draft(session, make, owner)
    published(session, post, owner)
    all_of_it(app, session)
    published(session, post, owner, NOON + MINUTE)
    posts.move_post(session, post, PostMove.UNPUBLISH, by=owner, at=NOON + 2 * MINUTE)
    published(session, post, owner, NOON + 3 * MINUTE)
    all_of_it(app, session)

    assert len(outbox) == 1


def test_what_readers_saw_before_anybody_subscribed_is_no_news(
    app: Flask, session: Session, make: Make, owner: User, outbox: list[EmailMessage]
) -> None:
    post = draft(session, make, owner)
    published(session, post, owner)
    posts.move_post(session, post, PostMove.UNPUBLISH, by=owner, at=NOON + MINUTE)
    reader(session)
    published(session, post, owner, NOON + 2 * MINUTE)
    published(session, draft(session, make, owner, kind="page", slug="about"), owner)
    all_of_it(app, session)

    assert outbox == []


def test_who_asked_for_a_tag_gets_posts_with_it_or_one_below(
    app: Flask, session: Session, make: Make, owner: User, outbox: list[EmailMessage]
) -> None:
    sea, sky = make.tag("Sea"), make.tag("Sky")
    bay = make.tag("Bay", parent_id=sea.id)
    for email, tag in (("sea@example.com", sea), ("bay@example.com", bay), ("sky@example.com", sky)):
        reader(session, email, tag.id)
    published(session, draft(session, make, owner, tags=[bay]), owner)
    all_of_it(app, session)

    assert sorted(mail.to[0] for mail in outbox) == ["bay@example.com", "sea@example.com"]


def test_who_asked_twice_gets_one_mail(
    app: Flask, session: Session, make: Make, owner: User, outbox: list[EmailMessage]
) -> None:
    sea = make.tag("Sea")
    for tag_id in (None, sea.id, sea.id):
        reader(session, "Reader@Example.com", tag_id)
    published(session, draft(session, make, owner, tags=[sea]), owner)
    all_of_it(app, session)

    assert [mail.to for mail in outbox] == [["reader@example.com"]]


def test_what_is_scheduled_goes_out_at_its_time(
    app: Flask,
    session: Session,
    make: Make,
    owner: User,
    outbox: list[EmailMessage],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    reader(session)
    ahead = datetime.now(tz=NOON.tzinfo) + timedelta(hours=5)
    post, called_off = draft(session, make, owner, title="Later"), draft(session, make, owner)
    for one in (post, called_off):
        posts.publish(session, one, by=owner, at=ahead - timedelta(hours=5), live_from=ahead)
    posts.move_post(session, called_off, PostMove.UNPUBLISH, by=owner, at=ahead - timedelta(hours=4))
    session.commit()
    drain(app)
    assert outbox == []

    monkeypatch.setattr(app.extensions["copydesk"].clock, "now", lambda: ahead)
    drain(app)
    assert [mail.subject for mail in outbox] == ["Later"]


def test_ten_thousand_readers_are_one_job_when_it_is_published_and_chunks_afterwards(
    app: Flask, session: Session, make: Make, owner: User, outbox: list[EmailMessage]
) -> None:
    many_readers(session, 10_000)
    published(session, draft(session, make, owner), owner)
    assert session.scalar(select(func.count(Job.id))) == 1

    for _chunk in range(2):
        claimed = leases.claim(session, NOON + MINUTE)
        assert claimed is not None
        assert claimed.name == mailings.CHUNK_JOB
        mailings.write_letters(session, claimed.args["mailing"], claimed.args["after"], at=NOON)
        leases.finish(session, claimed, NOON)
        session.execute(update(Job).where(Job.name == mailings.CHUNK_JOB).values(run_at=NOON - 2 * MINUTE))
    letters = select(func.count(Job.id)).where(Job.name == mailings.LETTER_JOB)
    assert session.scalar(letters) == 2 * mailings.CHUNK


def test_a_chunk_that_is_done_twice_writes_its_letters_once(session: Session, make: Make, owner: User) -> None:
    """A worker died between its commit and its word that it is done."""
    many_readers(session, 150)
    published(session, draft(session, make, owner), owner)
    mailing = session.scalars(select(Mailing)).one()

    for _time in range(2):
        mailings.write_letters(session, mailing.id, 0, at=NOON)
    for _time in range(2):
        mailings.write_letters(session, mailing.id, mailing.last_id, at=NOON)

    keys = [args["key"] for args in session.scalars(select(Job.args).where(Job.name == mailings.LETTER_JOB))]
    assert len(keys) == len(set(keys)) == 150
    assert mailing.done_at is not None


def test_who_has_left_and_what_was_taken_back_gets_no_letter(
    app: Flask, session: Session, make: Make, owner: User, outbox: list[EmailMessage]
) -> None:
    gone = reader(session, "gone@example.com")
    post = draft(session, make, owner)
    published(session, post, owner)
    mailing = session.scalars(select(Mailing)).one()
    mailings.write_letters(session, mailing.id, 0, at=NOON)
    actions.leave(session, gone, at=NOON)
    session.commit()
    all_of_it(app, session)
    assert outbox == []

    reader(session, "here@example.com")
    other = draft(session, make, owner)
    published(session, other, owner)
    posts.move_post(session, other, PostMove.UNPUBLISH, by=owner, at=NOON + MINUTE)
    session.commit()
    all_of_it(app, session)
    assert outbox == []


def test_switched_off_nothing_is_sent(
    app: Flask, session: Session, make: Make, owner: User, outbox: list[EmailMessage]
) -> None:
    reader(session)
    session.add(SettingValue(key="subscriptions", value=False, updated_at=NOON))
    published(session, draft(session, make, owner), owner)
    all_of_it(app, session)

    assert outbox == []


def test_letters_are_in_the_language_of_the_site(
    app: Flask, session: Session, make: Make, owner: User, outbox: list[EmailMessage]
) -> None:
    reader(session)
    session.add(SettingValue(key="language", value="de", updated_at=NOON))
    published(session, draft(session, make, owner), owner)
    all_of_it(app, session)

    assert "Hier lesen:" in outbox[0].body


def test_a_tag_that_is_merged_or_deleted_takes_its_readers_along(session: Session, make: Make, owner: User) -> None:
    sea, ocean, sky = make.tag("Sea"), make.tag("Ocean"), make.tag("Sky")
    both = reader(session, "both@example.com", sea.id)
    reader(session, "both@example.com", ocean.id)
    one = reader(session, "one@example.com", sea.id)
    sky_reader = reader(session, "sky@example.com", sky.id)

    posts.merge_tag(session, sea, ocean, by=owner, at=NOON)
    taxonomy.delete(session, sky, by=owner, at=NOON)

    assert tags_of(session, [both.id, one.id]) == {both.id: ["Ocean"], one.id: ["Ocean"]}
    assert list(session.scalars(select(Subscriber.email).order_by(Subscriber.id))) == [
        "both@example.com",
        "one@example.com",
    ]
    assert sky_reader.id not in set(session.scalars(select(subscriber_tags.c.subscriber_id)))


def test_no_event_names_an_address(session: Session, make: Make, owner: User) -> None:
    actions.leave(session, reader(session), at=NOON)
    actions.remove(session, reader(session, "other@example.com"), by=owner, at=NOON)

    events = session.scalars(select(Event).where(Event.subject_type == "subscribers").order_by(Event.id)).all()
    assert [event.verb.partition(".")[2] for event in events] == ["join", "leave", "join", "remove"]
    assert all("example.com" not in f"{event.subject_label}{event.changes}" for event in events)
    assert session.scalars(select(Subscriber)).all() == []
