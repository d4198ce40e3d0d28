"""Making, changing and lifting bans. Nobody bans themselves, nor whoever may do more than they may."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.audit.actions import Changes, record
from cms.comments import queries
from cms.comments.ban_targets import Target, read_target
from cms.comments.models import Ban
from cms.comments.policy import BanPolicy
from cms.core.decision import require
from cms.core.errors import Faults, Invalid, NotAllowed, marked
from cms.core.i18n import N_, _
from cms.core.permissions import Permission
from cms.core.text import clean_line

MAX_REASON = 500
ALREADY = N_("There is a ban already. Change that one.")
#: What the record of its end keeps of a ban.
KEPT = ("user_id", "email", "network", "reason", "until", "created_by_id", "created_at")


@dataclass(frozen=True)
class Wanted:
    """What somebody asks for, as they typed it; `here` is the network address that they ask from."""

    member: str = ""
    email: str = ""
    network: str = ""
    reason: str = ""
    until: datetime | None = None
    here: str = ""


class AlreadyBanned(Invalid):
    """Whoever is banned once need not be banned again; `ban_id` is the ban there is."""

    def __init__(self, ban: Ban, field: str, at: datetime) -> None:
        sentence = _(ALREADY)
        if ban.is_over(at):
            sentence = _("There is a ban already, which is over. Give that one another end.")
        super().__init__(marked().message, {field: sentence})
        self.ban_id = ban.id


def create(session: Session, wanted: Wanted, *, by: User, at: datetime) -> Ban:
    """Keep a member, an address or a network from commenting, for good or until a moment."""
    require(BanPolicy(by).may(Permission.COMMENT_BAN))
    faults = Faults()
    target = Target()
    with faults.of("member"):
        typed = {"member": wanted.member, "email": wanted.email, "network": wanted.network}
        target = read_target(session, typed, wanted.here, by=by)
    values = _checked(wanted.reason, wanted.until, faults, at)
    faults.refuse()
    require_bannable(session, target, by=by)
    known = queries.ban_of(session, user_id=_id_of(target), email=target.email, network=target.network)
    if known is not None:
        raise AlreadyBanned(known, target.field, at)
    ban = Ban(user=target.member, email=target.email, network=target.network, **values, created_by=by, created_at=at)
    session.add(ban)
    record_made(session, ban, by=by, at=at)
    return ban


def change(session: Session, ban: Ban, reason: str, until: datetime | None, *, by: User, at: datetime) -> None:
    """Give a ban another reason or end; saving it unchanged leaves no trace."""
    require(BanPolicy(by).may(Permission.COMMENT_BAN, ban))
    require_bannable(session, target_of(session, ban), by=by)
    faults = Faults()
    values = _checked(reason, until, faults, at, ban)
    faults.refuse()
    rewrite(session, ban, values, by=by, at=at)


def rewrite(session: Session, ban: Ban, values: dict[str, Any], *, by: User, at: datetime) -> None:
    """`change`, with what was checked before."""
    changes: Changes = {
        name: (getattr(ban, name), value) for name, value in values.items() if getattr(ban, name) != value
    }
    if not changes:
        return
    for name, value in values.items():
        setattr(ban, name, value)
    record(session, "ban.change", ban, by=by, at=at, changes=changes)


def lift(session: Session, ban: Ban, *, by: User, at: datetime, batch_id: int | None = None) -> None:
    """Let somebody comment again; the record keeps enough to ban them again."""
    require(BanPolicy(by).may(Permission.COMMENT_BAN, ban))
    drop(session, ban, by=by, at=at, batch_id=batch_id)


def drop(session: Session, ban: Ban, *, by: User, at: datetime, batch_id: int | None = None) -> None:
    """`lift`, where who may was asked about what this is part of."""
    changes: Changes = {name: (value, None) for name in KEPT if (value := getattr(ban, name))}
    record(session, "ban.lift", ban, by=by, at=at, changes=changes, batch_id=batch_id)
    session.delete(ban)
    session.flush()


def record_made(session: Session, ban: Ban, *, by: User, at: datetime) -> None:
    session.flush()
    changes: Changes = {name: (None, value) for name in KEPT if (value := getattr(ban, name))}
    record(session, "ban.create", ban, by=by, at=at, changes=changes)


def require_bannable(session: Session, target: Target, *, by: User) -> None:
    """Refuse what is on oneself or on somebody with more rights; whose an address is, is not told."""
    policy = BanPolicy(by)
    if target.member is not None:
        require(policy.may_ban(target.member))
    person = session.scalar(select(User).where(User.email == target.email)) if target.email else None
    if person is not None and not policy.may_ban(person):
        if person is by:
            raise NotAllowed(_("This is your own address."))
        raise NotAllowed(_("This is the address of somebody whom you may not ban."))


def target_of(session: Session, ban: Ban) -> Target:
    member = session.get_one(User, ban.user_id) if ban.user_id is not None else None
    return Target(member, ban.email, ban.network)


def _checked(
    reason: str, until: datetime | None, faults: Faults, at: datetime, ban: Ban | None = None
) -> dict[str, Any]:
    """The columns that can be changed; an end that was there before may be past by now."""
    line = ""
    with faults.of("reason"):
        line = clean_line(reason)
        if len(line) > MAX_REASON:
            raise Invalid(_("At most %(most)s characters fit here; this has %(has)s.", most=MAX_REASON, has=len(line)))
    if until is not None and until <= at and (ban is None or until != ban.until):
        faults["until"] = (
            _("This is past already. Choose a later end, or lift the ban.")
            if ban is not None
            else _("This time has passed. Choose a later one.")
        )
    return {"reason": line, "until": until}


def _id_of(target: Target) -> int | None:
    return target.member.id if target.member is not None else None
