"""What somebody typed and did not save: kept beside history, for its writer alone, until it is saved or thrown away.

It is no act: it makes no version and no event. Whether somebody may edit is asked by whoever calls.
"""

import json
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, delete, select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.core.db import insert_into
from cms.core.errors import Conflict, TooLarge
from cms.core.i18n import _
from cms.workspace.models import IS_NEW, UnsavedText

#: As JSON; more than any text that a person writes.
MOST_BYTES = 1_000_000
KEPT = timedelta(days=90)


@dataclass(frozen=True)
class Place:
    """A form by whose it is: somebody's of one post, or of a new one of this kind."""

    user_id: int
    kind: str
    post_id: int | None = None

    @property
    def where(self) -> ColumnElement[bool]:
        same = UnsavedText.post_id.is_(None) if self.post_id is None else UnsavedText.post_id == self.post_id
        return (UnsavedText.user_id == self.user_id) & (UnsavedText.kind == self.kind) & same


def kept_at(session: Session, place: Place) -> UnsavedText | None:
    """What its writer left there."""
    return session.scalar(select(UnsavedText).where(place.where))


def keep(
    session: Session, place: Place, fields: dict[str, list[str]], *, sitting: str, base_version: int, at: datetime
) -> None:
    """Keep these in place of what the same sitting kept; Conflict where another one keeps something there."""
    if len(json.dumps(fields, ensure_ascii=False).encode()) > MOST_BYTES:
        raise TooLarge(_("Not kept: this is too long. Save it."))
    ours = {"user_id": place.user_id, "kind": place.kind, "post_id": place.post_id, "sitting": sitting}
    latest = {"fields": fields, "base_version": base_version, "updated_at": at}
    key = {"index_elements": ["user_id", "kind"], "index_where": IS_NEW}
    added = insert_into(session, UnsavedText).values(**ours, **latest, created_at=at)
    added = added.on_conflict_do_update(
        **(key if place.post_id is None else {"index_elements": ["post_id", "user_id"]}),
        set_=latest,
        where=UnsavedText.sitting == sitting,
    )
    if session.scalar(added.returning(UnsavedText.id)) is None:
        raise Conflict(_("Not kept: another unsaved text of yours is kept here. Save this one."))


def let_go(session: Session, place: Place, *, sitting: str) -> None:
    """It was saved, or its writer does not want it; what another sitting keeps there stays."""
    session.execute(delete(UnsavedText).where(place.where, UnsavedText.sitting == sitting))


def forget_person(session: Session, person: User) -> None:
    session.execute(delete(UnsavedText).where(UnsavedText.user_id == person.id))


def forget_post(session: Session, post_id: int) -> None:
    """Everybody's; before the post itself goes for good."""
    session.execute(delete(UnsavedText).where(UnsavedText.post_id == post_id))


def forget_old(session: Session, before: datetime, *, most: int) -> int:
    """Those that nobody has gone on with since then, a few at a time."""
    is_old = UnsavedText.updated_at < before
    some = select(UnsavedText.id).where(is_old).limit(most)
    gone = delete(UnsavedText).where(UnsavedText.id.in_(some), is_old).returning(UnsavedText.id)
    return len(session.scalars(gone).all())
