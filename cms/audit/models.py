"""Events, and the personal values beside them that can be erased without touching the record."""

from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cms.core.db import Base, reference
from cms.core.generation import UNSEEN


class BatchState(StrEnum):
    """A bulk runs in chunks, each a commit of its own."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"


class RowOutcome(StrEnum):
    """What became of one row of a bulk."""

    DONE = "done"
    SKIPPED = "skipped"
    REFUSED = "refused"


class Foreseen(StrEnum):
    """What a row of a file would do."""

    NEW = "new"
    CHANGE = "change"
    SAME = "same"
    REFUSED = "refused"


class Batch(Base):
    """One bulk act; each row that it changed is an event of its own.

    One over everything that matched is only previewed until `confirmed_at`: nothing was changed before that.
    """

    __tablename__ = "batches"
    __table_args__ = (UNSEEN,)

    area: Mapped[str] = mapped_column(String(40))
    action: Mapped[str] = mapped_column(String(40))
    query: Mapped[str] = mapped_column(Text, default="")
    parameters: Mapped[dict[str, Any]] = mapped_column(default=dict)
    actor_id: Mapped[int | None] = mapped_column(reference("users.id"))
    state: Mapped[BatchState] = mapped_column(default=BatchState.RUNNING)
    done: Mapped[int] = mapped_column(default=0)
    skipped: Mapped[int] = mapped_column(default=0)
    refused: Mapped[int] = mapped_column(default=0)
    at: Mapped[datetime]
    confirmed_at: Mapped[datetime | None]


class BatchRow(Base):
    """A row that a bulk is about, in the order of `id`; it has no outcome until its turn has come."""

    __tablename__ = "batch_rows"
    __table_args__ = (
        Index("ix_batch_rows_batch_id_row_id", "batch_id", "row_id"),
        Index("ix_batch_rows_batch_id_outcome_id", "batch_id", "outcome", "id"),
        UNSEEN,
    )

    batch_id: Mapped[int] = mapped_column(reference("batches.id"))
    row_id: Mapped[int]
    label: Mapped[str] = mapped_column(String(200), default="")
    outcome: Mapped[RowOutcome | None]
    reason: Mapped[str] = mapped_column(Text, default="")


class ImportRow(Base):
    """A row of a file that is being imported, kept until the import is forgotten; nobody else's eyes see it.

    `line` is where it stands in the file and `place` when its turn comes, after the row that it `builds_on`, if any.
    """

    __tablename__ = "import_rows"
    __table_args__ = (
        UniqueConstraint("batch_id", "place"),
        Index("ix_import_rows_batch_id_line", "batch_id", "line"),
        Index("ix_import_rows_batch_id_row_id", "batch_id", "row_id"),
        UNSEEN,
    )

    batch_id: Mapped[int] = mapped_column(reference("batches.id"))
    line: Mapped[int]
    place: Mapped[int]
    #: The line of that row.
    builds_on: Mapped[int | None]
    #: What the file says, by column; emptied once nothing more will be done with it.
    cells: Mapped[dict[str, Any]] = mapped_column(default=dict)
    label: Mapped[str] = mapped_column(String(200), default="")
    foreseen: Mapped[Foreseen | None]
    #: Column → what is there and what would be.
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    reason: Mapped[str] = mapped_column(Text, default="")
    #: What it is about, and how that stood when somebody looked at what would change.
    row_id: Mapped[int | None]
    stamp: Mapped[str] = mapped_column(String(80), default="")
    outcome: Mapped[RowOutcome | None]


class Event(Base):
    """What happened to one subject: `changes` maps each field to its value before and after."""

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("undoes_id"),
        Index("ix_events_at_id", "at", "id"),
        Index("ix_events_subject", "subject_type", "subject_id", "id"),
        Index("ix_events_subject_type_at_id", "subject_type", "at", "id"),
        Index("ix_events_actor_id_at_id", "actor_id", "at", "id"),
        Index("ix_events_verb_id", "verb", "id"),
        UNSEEN,
    )

    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(reference("users.id"))
    verb: Mapped[str] = mapped_column(String(60))
    subject_type: Mapped[str] = mapped_column(String(40))
    subject_id: Mapped[int | None]
    subject_label: Mapped[str] = mapped_column(String(200), default="")
    changes: Mapped[dict[str, Any]] = mapped_column(default=dict)
    batch_id: Mapped[int | None] = mapped_column(reference("batches.id"), index=True)
    undoes_id: Mapped[int | None] = mapped_column(reference("events.id"))
    request_id: Mapped[str | None] = mapped_column(String(36))

    personal: Mapped["EventPersonal | None"] = relationship(back_populates="event", uselist=False, lazy="raise")

    def __str__(self) -> str:
        return f"{self.verb} {self.subject_label}"


class EventPersonal(Base):
    """Addresses and guests' mail of an event; the event keeps only a digest, so that these can be erased."""

    __tablename__ = "event_personal"
    __table_args__ = (UNSEEN,)

    event_id: Mapped[int] = mapped_column(reference("events.id"), unique=True)
    values: Mapped[dict[str, Any]] = mapped_column(default=dict)
    digest: Mapped[str] = mapped_column(String(64))

    event: Mapped[Event] = relationship(back_populates="personal")


class Seal(Base):
    """Over the events after `after_id` up to `last_id`, and over the seal before: see `audit.sealing`."""

    __tablename__ = "event_seals"
    __table_args__ = (UniqueConstraint("after_id"), UNSEEN)

    at: Mapped[datetime]
    after_id: Mapped[int]
    last_id: Mapped[int]
    count: Mapped[int]
    digest: Mapped[str] = mapped_column(String(64))
    #: Of the digest, made with CMS_SECRET_KEY, so that whoever holds the database alone can seal nothing.
    mark: Mapped[str] = mapped_column(String(64))
