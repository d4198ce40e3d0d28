"""Subscribers and mailings; no public page reads either.

Tags and posts are named by their number alone: they stand below, and what is removed there for good is let go here by
following the record.
"""

from datetime import datetime

from sqlalchemy import Column, Index, Integer, String, Table, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cms.core.db import Base, reference
from cms.core.generation import UNSEEN

subscriber_tags = Table(
    "subscriber_tags",
    Base.metadata,
    Column("id", Integer, primary_key=True),
    Column("subscriber_id", reference("subscribers.id"), nullable=False),
    Column("tag_id", Integer, nullable=False),
    UniqueConstraint("subscriber_id", "tag_id"),
    Index("ix_subscriber_tags_tag_id_subscriber_id", "tag_id", "subscriber_id"),
    info=UNSEEN["info"],
)


class Subscriber(Base):
    """An address whose reader has said yes. Before that nothing is kept of it, and afterwards neither."""

    __tablename__ = "subscribers"
    __table_args__ = (Index("ix_subscribers_created_at_id", "created_at", "id"), UNSEEN)

    #: The record names nobody who may ask to be forgotten.
    identifying = frozenset({"email"})

    email: Mapped[str] = mapped_column(String(254), unique=True)
    #: In the link of each mail: whoever has it may end the mails, and nothing else.
    key: Mapped[str] = mapped_column(String(40), unique=True)
    #: All posts; else those with one of their tags.
    everything: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]

    def __str__(self) -> str:
        return self.email


class Mailing(Base):
    """A post that goes out, once for ever; up to which subscriber letters have been written."""

    __tablename__ = "mailings"
    __table_args__ = (UNSEEN,)

    post_id: Mapped[int] = mapped_column(unique=True)
    last_id: Mapped[int] = mapped_column(default=0)
    began_at: Mapped[datetime]
    done_at: Mapped[datetime | None]
