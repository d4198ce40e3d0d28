"""Access tokens, and answers that are kept for a day so that nothing is done twice."""

from datetime import datetime

from sqlalchemy import Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from cms.accounts.models import User
from cms.core.db import Base, reference
from cms.core.generation import UNSEEN
from cms.tokens.secrets import PREFIX

LONGEST_NAME, LONGEST_KEY = 80, 255


class ApiToken(Base):
    """Somebody's rights in the hands of a program; only a keyed digest of it is kept."""

    __tablename__ = "api_tokens"
    __table_args__ = (
        Index("ix_api_tokens_user_id_created_at", "user_id", "created_at", "id"),
        Index("ix_api_tokens_created_at_id", "created_at", "id"),
        UNSEEN,
    )

    user_id: Mapped[int] = mapped_column(reference("users.id"))
    name: Mapped[str] = mapped_column(String(LONGEST_NAME))
    #: Its last characters, by which people tell one from another.
    hint: Mapped[str] = mapped_column(String(8))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    #: See `cms.tokens.scopes`; none of them is ever more than its owner may at the time.
    scopes: Mapped[list[str]]
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    last_used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(lazy="raise_on_sql")

    @property
    def shown(self) -> str:
        """As much of its text as is known."""
        return f"{PREFIX}…{self.hint}"

    def is_live(self, at: datetime) -> bool:
        return self.revoked_at is None and at < self.expires_at

    def __str__(self) -> str:
        return self.name


class ApiAnswer(Base):
    """What was answered to an Idempotency-Key; without a status somebody is still at it, until `lease_until`."""

    __tablename__ = "api_answers"
    __table_args__ = (UniqueConstraint("token_id", "key"), Index("ix_api_answers_created_at", "created_at"), UNSEEN)

    token_id: Mapped[int] = mapped_column(reference("api_tokens.id"))
    key: Mapped[str] = mapped_column(String(LONGEST_KEY))
    #: Of the request, so that a key is not used for another one.
    digest: Mapped[str] = mapped_column(String(64))
    status: Mapped[int | None]
    headers: Mapped[list[str]] = mapped_column(default=list)
    body: Mapped[str] = mapped_column(Text, default="")
    created_at: Mapped[datetime]
    lease_until: Mapped[datetime]
