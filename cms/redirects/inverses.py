"""How acts on redirects are taken back."""

from sqlalchemy import select

from cms.accounts.models import User
from cms.audit.actions import Changes, record
from cms.audit.inverses import Inverse, Undoing, loading
from cms.audit.models import Event
from cms.core.db import free_id
from cms.core.decision import Decision
from cms.core.errors import Conflict
from cms.core.i18n import _
from cms.core.permissions import Permission
from cms.redirects import actions
from cms.redirects.models import Redirect, RedirectHits
from cms.redirects.policy import RedirectPolicy

_load = loading(Redirect)


def _may(by: User, _redirect: Redirect | None, _event: Event) -> Decision:
    return RedirectPolicy(by).may(Permission.REDIRECT_MANAGE)


def _unmake(doing: Undoing) -> None:
    _refuse_moved(doing)
    actions.drop(doing.session, doing.subject, by=doing.by, at=doing.at)


def _change_back(doing: Undoing) -> None:
    _refuse_moved(doing)
    redirect = doing.subject
    was = {name: getattr(redirect, name) for name in actions.KEPT} | doing.before
    route = actions.Route(was["from_path"], was["status"], was["to_path"] or "", was["post_id"])
    actions.rewrite(doing.session, redirect, route, by=doing.by, at=doing.at)


def _bring_back(doing: Undoing) -> None:
    """With what was counted."""
    doing.need(*actions.KEPT)
    before = doing.before
    taken = select(Redirect.id).where(Redirect.from_path == before["from_path"])
    if doing.session.scalar(taken) is not None:
        raise Conflict(_("There is a redirect from this address already. Change that one."))
    if before["to_path"] is not None:
        actions.refuse_circle(doing.session, before["from_path"], before["to_path"], None)
    redirect = Redirect(
        id=free_id(doing.session, Redirect, doing.event.subject_id),
        **{name: before[name] for name in actions.KEPT if name != "created_at"},
        created_at=doing.moment_before("created_at"),
        updated_at=doing.at,
    )
    doing.session.add(redirect)
    made: Changes = {name: (None, getattr(redirect, name)) for name in actions.KEPT}
    record(doing.session, "redirect.create", redirect, by=doing.by, at=doing.at, changes=made)
    if "hits" in before:
        hits, last = before["hits"], doing.moment_before("last_hit_at")
        doing.session.add(RedirectHits(redirect_id=redirect.id, hits=hits, last_hit_at=last))
    actions.find_ends(doing.session, redirect, at=doing.at)


def _refuse_moved(doing: Undoing) -> None:
    doing.refuse_moved({name: getattr(doing.subject, name) for name in actions.KEPT})


INVERSES = {
    "redirect.create": Inverse(_load, _may, _unmake),
    "redirect.save": Inverse(_load, _may, _change_back),
    "redirect.delete": Inverse(_load, _may, _bring_back, brings_back=True),
}
