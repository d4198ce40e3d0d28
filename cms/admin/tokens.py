"""Access tokens of everybody: who gave which rights to which program, when it was last seen, and an end to it."""

from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import selectinload

from cms.accounts.models import User
from cms.admin.base import SITE, CmsModelView
from cms.admin.bulk_action import Bulk
from cms.admin.columns import Column
from cms.admin.filters import ChoiceFilter, RelationFilter
from cms.admin.listing import Preset
from cms.admin.moves import Move
from cms.core.decision import require
from cms.core.errors import Conflict
from cms.core.i18n import N_, _, listed, ngettext
from cms.core.permissions import Permission
from cms.extensions import db
from cms.tokens import actions
from cms.tokens.models import ApiToken
from cms.tokens.policy import TokenPolicy
from cms.tokens.scopes import LABELS
from cms.web import now, signed_in

MANAGE = (Permission.TOKEN_MANAGE,)
REVOKE = "revoke"
LIVE, EXPIRED, REVOKED = "live", "expired", "revoked"
STATES = {LIVE: N_("Good"), EXPIRED: N_("Expired"), REVOKED: N_("Revoked")}
CONFIRM = N_("Revoke it? The program that uses it is shut out at once, for good.")


class TokenView(CmsModelView):
    """Nobody makes or changes a token here: its owner makes it, under /account/tokens."""

    model, area, label, icon, group = ApiToken, "tokens", N_("Access tokens"), "i-key", SITE
    key = "k"
    policy_class, see_permission = TokenPolicy, Permission.TOKEN_MANAGE
    needs = {"see": MANAGE, "act": MANAGE, "export": (Permission.EXPORT_RUN,)}
    columns = (
        Column("name", N_("Token"), "title", value=lambda token: f"{token.name} ({token.shown})"),
        Column("owner", N_("Owner"), value=lambda token: token.user.name),
        Column("scopes", N_("Rights"), "number", value=lambda token: len(token.scopes), on_phones=False),
        Column("state", N_("State"), value=lambda token: _(STATES[state_of(token)])),
        Column("expires_at", N_("Good until"), "date", on_phones=False),
        Column("last_used_at", N_("Last used"), "date", on_phones=False),
        Column("created_at", N_("Made"), "date", sort=ApiToken.created_at, newest_first=True),
    )
    details = (
        *columns[:2],
        Column("scopes", N_("Rights"), value=lambda token: rights_of(token)),
        *columns[3:],
        Column("revoked_at", N_("Revoked"), "date"),
    )
    export_columns = (Column("id", N_("Id"), "number"), *details)
    filters = (
        ChoiceFilter(name="state", label=N_("State"), choices=tuple(STATES.items()), where=lambda state: stands(state)),
        RelationFilter(
            name="owner",
            label=N_("Owner"),
            where=lambda username: ApiToken.user_id.in_(select(User.id).where(User.username == username)),
            options=lambda: (
                select(User.username, User.name).where(User.id.in_(select(ApiToken.user_id))).order_by(User.name)
            ),
        ),
    )
    presets = (Preset(N_("All"), {}), *(Preset(text, {"state": state}) for state, text in STATES.items()))
    default_sort = "-created_at"
    searches = True
    move_names = (REVOKE,)
    bulk_actions = (Bulk(REVOKE, N_("Revoke…"), MANAGE, icon="i-ban", confirm=CONFIRM, danger=True),)

    def options(self) -> tuple[Any, ...]:
        return (selectinload(ApiToken.user).lazyload("*"),)

    def search_clause(self, words: str) -> ColumnElement[bool]:
        people = select(User.id)
        return and_(
            *(
                or_(
                    ApiToken.name.icontains(word, autoescape=True),
                    ApiToken.user_id.in_(people.where(User.username.icontains(word, autoescape=True))),
                )
                for word in words.split()
            )
        )

    def row_link(self, record: ApiToken) -> str:
        return self.link("details_view", id=record.id)

    def moves_for(self, record: ApiToken) -> list[Move]:
        if record.revoked_at is not None:
            return []
        decision = self.policy.may_revoke(record)
        return [Move(REVOKE, N_("Revoke…"), decision, "i-ban", danger=True, confirm=CONFIRM)]

    def run_move(self, record: ApiToken, move: str) -> str:
        actions.revoke(db.session(), record, by=signed_in(), at=now())
        return _("“%(token)s” is revoked.", token=record)

    def after_move(self, record: ApiToken, move: str) -> str:
        return self.link("details_view", id=record.id)

    def check_bulk(self, record: ApiToken, action: str, parameter: str) -> None:
        require(self.policy.may_revoke(record))
        if record.revoked_at is not None:
            raise Conflict(_("“%(token)s” is revoked already.", token=record))

    def run_bulk(self, record: ApiToken, action: str, parameter: str, batch_id: int | None) -> None:
        actions.revoke(db.session(), record, by=signed_in(), at=now(), batch_id=batch_id)

    def counted(self, count: int, shown: str) -> str:
        return ngettext("%(shown)s token", "%(shown)s tokens", count, shown=shown)

    def empty_text(self) -> str:
        return _("Nobody has a token. Everybody makes their own, under “Your account”.")


def rights_of(token: ApiToken) -> str:
    return listed(_(LABELS[scope]) if scope in LABELS else scope for scope in token.scopes) or _("none")


def state_of(token: ApiToken) -> str:
    if token.revoked_at is not None:
        return REVOKED
    return LIVE if token.is_live(now()) else EXPIRED


def stands(state: str) -> ColumnElement[bool]:
    """`state_of` as a WHERE clause."""
    kept = ApiToken.revoked_at.is_(None)
    return {
        REVOKED: ApiToken.revoked_at.is_not(None),
        LIVE: and_(kept, ApiToken.expires_at > now()),
        EXPIRED: and_(kept, ApiToken.expires_at <= now()),
    }[state]
