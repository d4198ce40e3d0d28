"""How acts on bans are taken back."""

from cms.accounts.models import User
from cms.audit.inverses import Inverse, Undoing, loading
from cms.audit.models import Event
from cms.comments import bans, queries
from cms.comments.models import Ban
from cms.comments.policy import BanPolicy
from cms.core.db import free_id
from cms.core.decision import Decision
from cms.core.errors import Conflict
from cms.core.i18n import _
from cms.core.permissions import Permission

_load = loading(Ban)


def _may(by: User, ban: Ban | None, _event: Event) -> Decision:
    return BanPolicy(by).may(Permission.COMMENT_BAN, ban)


def _unmake(doing: Undoing) -> None:
    _refuse_moved(doing)
    bans.drop(doing.session, doing.subject, by=doing.by, at=doing.at)


def _change_back(doing: Undoing) -> None:
    _refuse_moved(doing)
    ban = doing.subject
    bans.require_bannable(doing.session, bans.target_of(doing.session, ban), by=doing.by)
    reason = doing.before.get("reason", ban.reason)
    until = doing.moment_before("until") if "until" in doing.before else ban.until
    bans.rewrite(doing.session, ban, {"reason": reason, "until": until}, by=doing.by, at=doing.at)


def _bring_back(doing: Undoing) -> None:
    doing.need("created_at")
    before = doing.before
    target = {name: before.get(name) for name in ("user_id", "email", "network")}
    if queries.ban_of(doing.session, **target) is not None:
        raise Conflict(_(bans.ALREADY))
    ban = Ban(
        id=free_id(doing.session, Ban, doing.event.subject_id),
        **target,
        reason=before.get("reason", ""),
        until=doing.moment_before("until"),
        created_by_id=before.get("created_by_id"),
        created_at=doing.moment_before("created_at"),
    )
    on = bans.target_of(doing.session, ban)
    if on.member is not None and on.member.anonymised_at is not None:
        raise Conflict(_("The person was erased since."))
    bans.require_bannable(doing.session, on, by=doing.by)
    doing.session.add(ban)
    bans.record_made(doing.session, ban, by=doing.by, at=doing.at)


def _refuse_moved(doing: Undoing) -> None:
    doing.refuse_moved({name: getattr(doing.subject, name) for name in bans.KEPT})


INVERSES = {
    "ban.create": Inverse(_load, _may, _unmake),
    "ban.change": Inverse(_load, _may, _change_back),
    "ban.lift": Inverse(_load, _may, _bring_back, brings_back=True),
}
