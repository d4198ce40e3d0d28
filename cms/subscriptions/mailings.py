"""A post on its way to its subscribers: once for ever, and a hundred letters at a time, so that others come between."""

from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from cms.audit.models import Event
from cms.core.db import insert_into
from cms.jobs import actions as jobs
from cms.posts import showing
from cms.posts.models import PostKind, edition_tags
from cms.posts.showing import Showing, Turn
from cms.subscriptions.models import Mailing, Subscriber, subscriber_tags
from cms.subscriptions.queries import any_subscriber, next_keys, with_above

#: The jobs: one that writes the next letters, and one for each letter.
CHUNK_JOB, LETTER_JOB = "subscribers", "subscriber.letter"
CHUNK = 100
#: Between two chunks, so that letters that somebody waits for come between.
PAUSE = timedelta(seconds=5)


def begin(session: Session, turn: Turn) -> None:
    """Where a post is published for the first time; who subscribes later has not asked for it."""
    is_first = turn.what is Showing.PUBLISHED and turn.kind is PostKind.POST and _is_first(turn)
    if not is_first or not any_subscriber(session):
        return
    added = insert_into(session, Mailing).values(post_id=turn.post_id, began_at=turn.at)
    mailing_id = session.scalar(added.on_conflict_do_nothing(index_elements=["post_id"]).returning(Mailing.id))
    if mailing_id is not None:
        _ask(session, mailing_id, 0, at=turn.at, run_at=turn.at)


def write_letters(session: Session, mailing_id: int, after: int, *, at: datetime) -> None:
    """The next letters into the outbox, and the chunk after them; one that was written already is not again."""
    mailing = session.get(Mailing, mailing_id, with_for_update=True)
    if mailing is None or mailing.done_at is not None or mailing.last_id != after:
        return
    edition = showing.edition_now(session, mailing.post_id, at)
    tags = select(edition_tags.c.tag_id).where(edition_tags.c.edition_id == edition.id) if edition else None
    ids = with_above(session, session.scalars(tags).all()) if tags is not None else set()
    keys = next_keys(session, ids, after, most=CHUNK) if edition is not None else []
    letters: list[dict[str, Any]] = [{"post": mailing.post_id, "key": key} for _id, key in keys]
    jobs.add_each(session, LETTER_JOB, letters, at=at, label=edition.title if edition is not None else "")
    if len(keys) < CHUNK:
        mailing.done_at = at
        return
    mailing.last_id = keys[-1][0]
    _ask(session, mailing.id, mailing.last_id, at=at, run_at=at + PAUSE)


def follow(session: Session, event: Event) -> None:
    """What is removed for good is let go here; who asked for a tag that was merged gets the one that stays."""
    match event.verb:
        case "post.delete":
            session.execute(delete(Mailing).where(Mailing.post_id == event.subject_id))
        case "tag.merge" if event.changes.get("into_id"):
            _lead_on(session, event.subject_id or 0, event.changes["into_id"][1])
        case "tag.delete":
            _let_go(session, event.subject_id or 0)


def _is_first(turn: Turn) -> bool:
    edition = turn.edition
    return edition is not None and edition.published_at >= edition.live_from - showing.NOW


def _ask(session: Session, mailing_id: int, after: int, *, at: datetime, run_at: datetime) -> None:
    args, key = {"mailing": mailing_id, "after": after}, f"mailing:{mailing_id}:{after}"
    jobs.add(session, CHUNK_JOB, args, at=at, run_at=run_at, dedupe_key=key)


def _lead_on(session: Session, tag_id: int, into_id: int) -> None:
    have = select(subscriber_tags.c.subscriber_id).where(subscriber_tags.c.tag_id == into_id)
    is_of_tag = subscriber_tags.c.tag_id == tag_id
    lacking = is_of_tag & subscriber_tags.c.subscriber_id.not_in(have.scalar_subquery())
    session.execute(update(subscriber_tags).where(lacking).values(tag_id=into_id))
    session.execute(delete(subscriber_tags).where(is_of_tag))


def _let_go(session: Session, tag_id: int) -> None:
    """Whoever asked for nothing else has no more reason to be kept."""
    session.execute(delete(subscriber_tags).where(subscriber_tags.c.tag_id == tag_id))
    with_tags = select(subscriber_tags.c.subscriber_id)
    alone = ~Subscriber.everything & Subscriber.id.not_in(with_tags)
    session.execute(delete(Subscriber).where(alone).execution_options(synchronize_session=False))
