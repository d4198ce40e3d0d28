"""Webhooks and what was sent to each; no public page reads either."""

from datetime import datetime
from enum import StrEnum
from urllib.parse import urlsplit

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cms.core.db import Base, Timestamps, reference
from cms.core.generation import UNSEEN

LONGEST_URL = 500


class Webhook(Base, Timestamps):
    """An address that is told of some kinds of change. `active` is turned off by an owner, or after days of failure."""

    __tablename__ = "webhooks"
    __table_args__ = (Index("ix_webhooks_created_at_id", "created_at", "id"), UNSEEN)

    url: Mapped[str] = mapped_column(String(LONGEST_URL))
    events: Mapped[list[str]] = mapped_column(default=list)
    #: Needed to sign, and so not a digest; sealed with a key made from CMS_SECRET_KEY.
    sealed_secret: Mapped[str] = mapped_column(Text)
    secret_shown_at: Mapped[datetime | None]
    active: Mapped[bool] = mapped_column(default=True)
    #: The HTTP status of the last answer; 0 where there was none.
    last_status: Mapped[int | None]
    last_sent_at: Mapped[datetime | None]
    #: Since when nothing arrived; None while all is well.
    failing_since: Mapped[datetime | None]
    created_by_id: Mapped[int | None] = mapped_column(reference("users.id"))

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or self.url

    def __str__(self) -> str:
        return self.url


class DeliveryStatus(StrEnum):
    """One that went wrong waits for its next attempt, or has failed after the last."""

    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


class Delivery(Base):
    """One message to one webhook: the bytes that are signed, and what became of them."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        UniqueConstraint("webhook_id", "occasion"),
        Index("ix_webhook_deliveries_webhook_id_id", "webhook_id", "id"),
        Index("ix_webhook_deliveries_created_at_id", "created_at", "id"),
        UNSEEN,
    )

    webhook_id: Mapped[int] = mapped_column(reference("webhooks.id"))
    #: Subject, kind and what brought it about: the same is never told twice.
    occasion: Mapped[str] = mapped_column(String(200))
    #: The same at every attempt and replay, so that receivers know what they have.
    message_id: Mapped[str] = mapped_column(String(60), unique=True)
    kind: Mapped[str] = mapped_column(String(40))
    body: Mapped[str] = mapped_column(Text)
    status: Mapped[DeliveryStatus] = mapped_column(default=DeliveryStatus.WAITING)
    attempts: Mapped[int] = mapped_column(default=0)
    replays: Mapped[int] = mapped_column(default=0)
    created_at: Mapped[datetime]

    webhook: Mapped[Webhook] = relationship(lazy="raise_on_sql")
    #: The latest first; of very many the oldest are forgotten, and counted in `attempts` all the same.
    log: Mapped[list["DeliveryAttempt"]] = relationship(
        lazy="raise_on_sql", order_by="DeliveryAttempt.id.desc()", viewonly=True
    )

    def __str__(self) -> str:
        return self.kind


class DeliveryAttempt(Base):
    """How sending a message went once: no HTTP status where nobody answered, `error` then says why."""

    __tablename__ = "webhook_attempts"
    __table_args__ = (Index("ix_webhook_attempts_delivery_id_id", "delivery_id", "id"), UNSEEN)

    delivery_id: Mapped[int] = mapped_column(reference("webhook_deliveries.id"))
    at: Mapped[datetime]
    http_status: Mapped[int | None]
    milliseconds: Mapped[int]
    error: Mapped[str] = mapped_column(Text, default="")
    excerpt: Mapped[str] = mapped_column(Text, default="")
