"""Telling others of what readers gain and lose: within the change, and later where something is planned."""

from datetime import datetime
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from cms.audit.followers import follow
from cms.audit.models import Event
from cms.extensions import db
from cms.jobs import actions as jobs
from cms.posts import showing
from cms.posts.showing import Turn
from cms.subscriptions import mailings
from cms.web.runtimes import runtime
from cms.web.visitors import now
from cms.web.worker import handles
from cms.webhooks import following

#: The job that looks, at a moment that was planned, what has turned.
TURN = "post.turn"


def init(engine: Engine, base_url: str) -> None:
    """Follow the record from now on; addresses that are told begin with `base_url`."""

    def tell_of_event(session: Session, event: Event) -> None:
        mailings.follow(session, event)
        if event.subject_type == "comments":
            following.tell_of_comment(session, event, base_url)
        elif event.subject_type == "posts" and "editions" in event.changes:
            _tell_of_text(session, event, base_url)

    follow(engine, tell_of_event)


def _tell_of_text(session: Session, event: Event, base_url: str) -> None:
    """What was planned and called off leaves its job, which will find nothing."""
    turn = showing.by_event(session, event)
    if turn is not None:
        session.flush()
        _tell(session, turn, base_url, brought_by=f"event-{event.id}")
    for moment in showing.moments_ahead(event):
        args = {"post": event.subject_id, "moment": moment.isoformat()}
        key = f"{TURN}:{event.subject_id}:{args['moment']}"
        jobs.add(session, TURN, args, at=event.at, run_at=moment, label=event.subject_label, dedupe_key=key)


@handles(TURN)
def _look(_job_id: int, args: dict[str, Any]) -> None:
    session, moment = db.session(), datetime.fromisoformat(args["moment"])
    turn = showing.by_time(session, args["post"], moment, now())
    if turn is not None:
        _tell(session, turn, runtime().config.base_url, brought_by=args["moment"])
        session.commit()


def _tell(session: Session, turn: Turn, base_url: str, *, brought_by: str) -> None:
    following.tell_of_turn(session, turn, base_url, brought_by=brought_by)
    mailings.begin(session, turn)
