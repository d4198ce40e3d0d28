"""Users, roles and their grants, sessions, second factors, and the tally of failed tries."""

from datetime import datetime
from typing import Any, ClassVar

from sqlalchemy import Column, ColumnElement, Index, LargeBinary, String, Table, UniqueConstraint, func, or_
from sqlalchemy.ext.hybrid import hybrid_property
from sqlalchemy.orm import Mapped, mapped_column, relationship, validates

from cms.accounts.security import RoleMixin, UserMixin, WebAuthnMixin
from cms.core.db import Base, JSONType, Timestamps, UTCDateTime, reference
from cms.core.errors import Invalid
from cms.core.generation import UNSEEN
from cms.core.i18n import _
from cms.core.permissions import Permission, Scope
from cms.core.text import skeleton

OWNER = "owner"

user_roles = Table(
    "user_roles",
    Base.metadata,
    Column("user_id", reference("users.id"), primary_key=True),
    Column("role_id", reference("roles.id"), primary_key=True, index=True),
    **UNSEEN,
)


class RoleGrant(Base):
    """One permission of a role: how far it reaches, and the tags it is limited to (none: no limit)."""

    __tablename__ = "role_grants"
    __table_args__ = (UniqueConstraint("role_id", "permission", "scope"), UNSEEN)

    role_id: Mapped[int] = mapped_column(reference("roles.id"))
    permission: Mapped[Permission]
    scope: Mapped[Scope] = mapped_column(default=Scope.ANY)

    role: Mapped["Role"] = relationship(back_populates="grants")
    tag_rows: Mapped[list["RoleGrantTag"]] = relationship(
        lazy="selectin", cascade="all, delete-orphan", back_populates="grant"
    )

    @property
    def tag_ids(self) -> frozenset[int]:
        return frozenset(row.tag_id for row in self.tag_rows)


class RoleGrantTag(Base):
    """A tag that a grant is limited to; by id, since taxonomy stands above accounts."""

    __tablename__ = "role_grant_tags"
    __table_args__ = (UniqueConstraint("grant_id", "tag_id"), UNSEEN)

    grant_id: Mapped[int] = mapped_column(reference("role_grants.id"))
    tag_id: Mapped[int] = mapped_column(reference("tags.id"), index=True)

    grant: Mapped[RoleGrant] = relationship(back_populates="tag_rows")


class Role(Base, RoleMixin, Timestamps):
    """A named set of grants; the built-in owner holds everything, including permissions of later versions."""

    __tablename__ = "roles"
    __table_args__ = (UNSEEN,)

    name: Mapped[str] = mapped_column(String(60), unique=True)
    label: Mapped[str] = mapped_column(String(80))
    description: Mapped[str] = mapped_column(String(400), default="")
    builtin: Mapped[bool] = mapped_column(default=False)
    second_factor_required: Mapped[bool] = mapped_column(default=False)
    version: Mapped[int] = mapped_column(default=1)

    grants: Mapped[list[RoleGrant]] = relationship(
        back_populates="role", lazy="selectin", cascade="all, delete-orphan", order_by=RoleGrant.id
    )

    __mapper_args__ = {"version_id_col": version}

    @property
    def is_owner(self) -> bool:
        return self.name == OWNER

    @property
    def shown_label(self) -> str:
        """Translated where it is a built-in one's; here and not in a template, whose `_()` takes its text for HTML."""
        return _(self.label)

    @property
    def shown_description(self) -> str:
        return _(self.description) if self.description else ""

    def __str__(self) -> str:
        return self.label


class User(Base, UserMixin, Timestamps):
    """A person with an account; `active` is how one is switched off, since nobody is ever deleted."""

    __tablename__ = "users"
    __table_args__ = (Index("ix_users_created_at_id", "created_at", "id"),)

    #: What the record keeps where it can be erased.
    identifying: ClassVar[frozenset[str]] = frozenset({"email", "username", "display_name", "bio", "passkey"})

    email: Mapped[str] = mapped_column(String(254), unique=True)
    username: Mapped[str] = mapped_column(String(60), unique=True)
    #: What look-alikes have in common; two people cannot share it.
    username_key: Mapped[str] = mapped_column(String(60), unique=True)
    display_name: Mapped[str] = mapped_column(String(80))
    bio: Mapped[str] = mapped_column(String(1000), default="")
    avatar_id: Mapped[int | None] = mapped_column(reference("media.id", use_alter=True), index=True)
    password: Mapped[str | None] = mapped_column(String(255), **UNSEEN)
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True, **UNSEEN)
    fs_token_uniquifier: Mapped[str | None] = mapped_column(String(64), unique=True, **UNSEEN)
    fs_webauthn_user_handle: Mapped[str | None] = mapped_column(String(64), unique=True, **UNSEEN)
    confirmed_at: Mapped[datetime | None]
    #: Set while an account waits for an owner's yes (sign-up by approval).
    approval_requested_at: Mapped[datetime | None]
    #: Set when personal data was erased; such an account can never be used again.
    anonymised_at: Mapped[datetime | None]
    tf_primary_method: Mapped[str | None] = mapped_column(String(64), **UNSEEN)
    tf_totp_secret: Mapped[str | None] = mapped_column(String(255), **UNSEEN)
    tf_last_code: Mapped[str | None] = mapped_column(String(20), **UNSEEN)
    mf_recovery_codes: Mapped[list[str] | None] = mapped_column(**UNSEEN)
    timezone: Mapped[str | None] = mapped_column(String(60), **UNSEEN)
    locale: Mapped[str | None] = mapped_column(String(12), **UNSEEN)
    last_seen_at: Mapped[datetime | None] = mapped_column(**UNSEEN)
    #: How this person arranges the back office: by key; what is not chosen is not in it.
    preferences: Mapped[dict[str, Any]] = mapped_column(default=dict, server_default="{}", **UNSEEN)
    version: Mapped[int] = mapped_column(default=1, **UNSEEN)
    #: The rights that whoever acts for this person goes no further than: fewer where a program shows a token.
    acts_within: frozenset[Permission] = frozenset(Permission)

    roles: Mapped[list[Role]] = relationship(secondary=user_roles, lazy="selectin", order_by=Role.id)
    webauthn: Mapped[list["WebAuthn"]] = relationship(back_populates="user", cascade="all, delete-orphan")

    __mapper_args__ = {"version_id_col": version}

    @validates("username")
    def _keep_key(self, _column: str, username: str) -> str:
        """A name that nobody could choose today may still come from an import."""
        try:
            self.username_key = skeleton(username)
        except Invalid:
            self.username_key = username.casefold()
        return username

    @hybrid_property
    def name(self) -> str:
        return self.display_name or self.username

    @name.inplace.expression
    @classmethod
    def _name(cls) -> ColumnElement[str]:
        return func.coalesce(func.nullif(cls.display_name, ""), cls.username)

    @hybrid_property
    def has_second_factor(self) -> bool:
        return bool(self.tf_totp_secret) or bool(self.webauthn)

    @has_second_factor.inplace.expression
    @classmethod
    def _has_second_factor(cls) -> ColumnElement[bool]:
        return or_(func.coalesce(cls.tf_totp_secret, "") != "", cls.webauthn.any())

    @property
    def needs_second_factor(self) -> bool:
        """Whether a role asks for a second factor that is not set up yet."""
        return any(role.second_factor_required for role in self.roles) and not self.has_second_factor

    def __str__(self) -> str:
        return self.name


class WebAuthn(Base, WebAuthnMixin):
    """A passkey or security key."""

    __tablename__ = "webauthn"
    __table_args__ = (UNSEEN,)

    credential_id: Mapped[bytes] = mapped_column(LargeBinary(1024), unique=True)
    public_key: Mapped[bytes] = mapped_column(LargeBinary)
    sign_count: Mapped[int] = mapped_column(default=0)
    transports: Mapped[list[str] | None]
    backup_state: Mapped[bool]
    device_type: Mapped[str] = mapped_column(String(64))
    extensions: Mapped[str | None] = mapped_column(String(255))
    lastuse_datetime: Mapped[datetime] = mapped_column(UTCDateTime())
    name: Mapped[str] = mapped_column(String(64))
    usage: Mapped[str] = mapped_column(String(64))
    create_datetime: Mapped[datetime] = mapped_column(UTCDateTime())
    user_id: Mapped[int] = mapped_column(reference("users.id"), index=True)

    user: Mapped[User] = relationship(back_populates="webauthn")

    def get_user_mapping(self) -> dict[str, Any]:
        """How Flask-Security finds the account of a credential."""
        return {"id": self.user_id}


class UserSession(Base):
    """A signed-in browser; only the digest of its id is kept, and revoking the row ends it at once."""

    __tablename__ = "user_sessions"
    __table_args__ = (UNSEEN,)

    user_id: Mapped[int] = mapped_column(reference("users.id"), index=True)
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    remembered: Mapped[bool] = mapped_column(default=False)
    address: Mapped[str] = mapped_column(String(45), default="")
    agent: Mapped[str] = mapped_column(String(200), default="")
    revoked_at: Mapped[datetime | None]

    user: Mapped[User] = relationship(lazy="raise")


class Attempt(Base):
    """One try that counts against a limit: a failed sign-in, a comment, a request for mail."""

    __tablename__ = "attempts"
    __table_args__ = (
        Index("ix_attempts_kind_digest_at", "kind", "digest", "at"),
        Index("ix_attempts_at", "at"),
        UNSEEN,
    )

    kind: Mapped[str] = mapped_column(String(40))
    digest: Mapped[str] = mapped_column(String(64))
    at: Mapped[datetime]


class SingleUseToken(Base):
    """A mail link that works once: first password, reset, confirmation, set-up; only its digest is kept."""

    __tablename__ = "single_use_tokens"
    __table_args__ = (UNSEEN,)

    purpose: Mapped[str] = mapped_column(String(40))
    digest: Mapped[str] = mapped_column(String(64), unique=True)
    user_id: Mapped[int | None] = mapped_column(reference("users.id"), index=True)
    detail: Mapped[dict[str, Any]] = mapped_column(JSONType, default=dict)
    created_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]


__all__ = [
    "OWNER",
    "Attempt",
    "Role",
    "RoleGrant",
    "RoleGrantTag",
    "SingleUseToken",
    "User",
    "UserSession",
    "WebAuthn",
    "user_roles",
]
