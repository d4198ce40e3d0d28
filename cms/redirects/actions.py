"""Keeping old addresses alive."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete as sql_delete
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.audit.actions import Changes, record
from cms.core.decision import require
from cms.core.errors import Faults, Invalid
from cms.core.i18n import _
from cms.core.permissions import Permission
from cms.redirects.ends import LONGEST_CHAIN, look_again
from cms.redirects.models import Redirect, RedirectHits, RedirectStatus
from cms.redirects.paths import checked_path, checked_target, path_within
from cms.redirects.policy import RedirectPolicy

#: What the record of its end keeps of a redirect.
KEPT = ("from_path", "to_path", "post_id", "status", "created_by_id", "created_at")


@dataclass(frozen=True)
class Route:
    """What somebody asks for: from where, with which status, and to a path, a web address or a post.

    `live_there` names what readers see at the old address now. As nothing live is ever redirected, such a redirect
    waits until it is gone, and is only kept when that is `confirmed`.
    """

    from_path: str
    status: int
    to_path: str = ""
    post_id: int | None = None
    live_there: str | None = None
    confirmed: bool = False


def create(session: Session, route: Route, *, by: User, at: datetime) -> Redirect:
    """Let an old address lead somewhere, or say that it is gone."""
    require(RedirectPolicy(by).may(Permission.REDIRECT_MANAGE))
    values = _checked(session, route, but=None)
    redirect = Redirect(**values, created_by_id=by.id, created_at=at, updated_at=at)
    session.add(redirect)
    changes: Changes = {name: (None, value) for name, value in values.items() if value is not None}
    record(session, "redirect.create", redirect, by=by, at=at, changes=changes)
    find_ends(session, redirect, at=at)
    return redirect


def change(session: Session, redirect: Redirect, route: Route, *, by: User, at: datetime) -> None:
    """Give a redirect another address, target or status; saving it unchanged leaves no trace."""
    require(RedirectPolicy(by).may(Permission.REDIRECT_MANAGE, redirect))
    rewrite(session, redirect, route, by=by, at=at)


def rewrite(session: Session, redirect: Redirect, route: Route, *, by: User, at: datetime) -> None:
    """`change`, where who may was asked about what this is part of."""
    values = _checked(session, route, but=redirect)
    changes: Changes = {
        name: (getattr(redirect, name), value) for name, value in values.items() if getattr(redirect, name) != value
    }
    if not changes:
        return
    was_at = redirect.from_path
    for name, value in values.items():
        setattr(redirect, name, value)
    redirect.updated_at = at
    record(session, "redirect.save", redirect, by=by, at=at, changes=changes)
    find_ends(session, redirect, at=at, was_at=was_at)


def delete(session: Session, redirect: Redirect, *, by: User, at: datetime, batch_id: int | None = None) -> None:
    """Forget an old address; the record keeps enough to set it up again."""
    require(RedirectPolicy(by).may(Permission.REDIRECT_MANAGE, redirect))
    drop(session, redirect, by=by, at=at, batch_id=batch_id)


def drop(session: Session, redirect: Redirect, *, by: User, at: datetime, batch_id: int | None = None) -> None:
    """`delete`, where who may was asked about what this is part of."""
    changes: Changes = {name: (getattr(redirect, name), None) for name in KEPT}
    hits = session.scalar(select(RedirectHits).where(RedirectHits.redirect_id == redirect.id))
    if hits is not None:
        changes |= {"hits": (hits.hits, None), "last_hit_at": (hits.last_hit_at, None)}
    record(session, "redirect.delete", redirect, by=by, at=at, changes=changes, batch_id=batch_id)
    session.execute(sql_delete(RedirectHits).where(RedirectHits.redirect_id == redirect.id))
    session.delete(redirect)
    look_again(session, at=at, paths=[redirect.from_path])


def find_ends(session: Session, redirect: Redirect, *, at: datetime, was_at: str = "") -> None:
    """After it was written: does it lead anywhere, and what leads to its address, or to the one that it had?"""
    if redirect.post_id is None and redirect.leads_to is None:
        redirect.dead_from = None
    look_again(
        session,
        at=at,
        post_ids=[redirect.post_id] if redirect.post_id is not None else [],
        paths=[path for path in (redirect.leads_to, redirect.from_path, was_at) if path],
    )
    session.refresh(redirect, ["dead_from"])


def remember(session: Session, from_path: str, *, post_id: int, by: User | None, at: datetime) -> None:
    """Let an address that a post gives up lead to the post for good; one that somebody set by hand stays theirs."""
    redirect = _at(session, from_path)
    if redirect is not None:
        if redirect.post_id is not None and redirect.post_id != post_id:
            changes: Changes = {"post_id": (redirect.post_id, post_id)}
            redirect.post_id, redirect.updated_at = post_id, at
            record(session, "redirect.save", redirect, by=by, at=at, changes=changes)
            find_ends(session, redirect, at=at)
        return
    redirect = Redirect(
        from_path=from_path,
        post_id=post_id,
        status=RedirectStatus.PERMANENT,
        created_by_id=by.id if by else None,
        created_at=at,
        updated_at=at,
    )
    session.add(redirect)
    made: Changes = {name: (None, getattr(redirect, name)) for name in ("from_path", "post_id", "status")}
    record(session, "redirect.create", redirect, by=by, at=at, changes=made)
    find_ends(session, redirect, at=at)


def lead_on(session: Session, old: str, new: str, *, by: User, at: datetime) -> None:
    """Let an address that is given up, and all that led to it, lead to the one that takes its place.

    What stood at the new address goes, since something lives there: nobody is sent on twice, or round in a circle.
    """
    if (standing := _at(session, new)) is not None:
        drop(session, standing, by=by, at=at)
    earlier = list(session.scalars(select(Redirect).where(Redirect.to_path == old).order_by(Redirect.id)))
    for one in earlier:
        _point(session, one, new, by=by, at=at)
    redirect = _at(session, old)
    if redirect is None:
        values = {"from_path": old, "to_path": new, "status": RedirectStatus.PERMANENT}
        redirect = Redirect(**values, created_by_id=by.id, created_at=at, updated_at=at)
        session.add(redirect)
        made: Changes = {name: (None, value) for name, value in values.items()}
        record(session, "redirect.create", redirect, by=by, at=at, changes=made)
    elif (redirect.to_path or "").rpartition("/")[0] == old.rpartition("/")[0]:  # else it was set by hand and is theirs
        _point(session, redirect, new, by=by, at=at)
    look_again(session, at=at, paths=[new, old])
    for one in (*earlier, redirect):
        session.expire(one, ["dead_from"])


def lead_nowhere(session: Session, post_id: int, *, at: datetime) -> None:
    """What led to a post that is removed for good says so from now on."""
    for redirect in session.scalars(select(Redirect).where(Redirect.post_id == post_id)).all():
        changes: Changes = {"post_id": (post_id, None), "status": (redirect.status, RedirectStatus.GONE)}
        redirect.post_id, redirect.status, redirect.updated_at = None, RedirectStatus.GONE, at
        record(session, "redirect.save", redirect, by=None, at=at, changes=changes)
        find_ends(session, redirect, at=at)


def _at(session: Session, path: str) -> Redirect | None:
    return session.scalar(select(Redirect).where(Redirect.from_path == path))


def _point(session: Session, redirect: Redirect, to_path: str, *, by: User, at: datetime) -> None:
    if redirect.to_path != to_path:
        changes: Changes = {"to_path": (redirect.to_path, to_path)}
        redirect.to_path, redirect.updated_at = to_path, at
        record(session, "redirect.save", redirect, by=by, at=at, changes=changes)


def _checked(session: Session, route: Route, *, but: Redirect | None) -> dict[str, str | int | None]:
    """The columns to write; raises Invalid with a sentence for every field at fault."""
    faults = Faults()
    from_path = to_path = ""
    with faults.of("from_path"):
        from_path = checked_path(route.from_path)
        _refuse_unusable(session, from_path, route, but)
    if route.status not in {int(status) for status in RedirectStatus}:
        faults["status"] = _("Choose 301, 302 or 410.")
    leads_on = route.status != RedirectStatus.GONE
    with faults.of("to_path"):
        if leads_on and route.post_id is None:
            to_path = checked_target(route.to_path)
            refuse_circle(session, from_path, to_path, but)
    faults.refuse()
    return {
        "from_path": from_path,
        "to_path": to_path or None,
        "post_id": route.post_id if leads_on else None,
        "status": route.status,
    }


def _refuse_unusable(session: Session, from_path: str, route: Route, but: Redirect | None) -> None:
    other = session.scalar(select(Redirect.id).where(Redirect.from_path == from_path))
    if other is not None and (but is None or other != but.id):
        raise Invalid(_("There is a redirect from this address already. Change that one."))
    if route.live_there is not None and not route.confirmed:
        raise Invalid(
            _(
                "Readers see “%(title)s” at this address, so the redirect would wait until that is gone. "
                "Confirm it if you mean it.",
                title=route.live_there,
            )
        )


def refuse_circle(session: Session, from_path: str, to_path: str, but: Redirect | None) -> None:
    """Follow the redirects from the target on: none may lead back here, and no reader should be sent round for ever."""
    here = path_within(to_path)
    for _step in range(LONGEST_CHAIN):
        if here == from_path:
            raise Invalid(_("This leads back to the address itself, round in a circle."))
        next_path = session.scalar(
            select(Redirect.to_path).where(Redirect.from_path == here, Redirect.id != (but.id if but else 0))
        )
        if next_path is None:
            return
        here = path_within(next_path)
    raise Invalid(_("Too many redirects follow each other from there. Choose where they end."))
