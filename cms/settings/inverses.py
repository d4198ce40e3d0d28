"""How changes of settings are taken back."""

from typing import Any

from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.accounts.policy import PlainPolicy
from cms.audit.inverses import Inverse, Undoing
from cms.audit.models import Event
from cms.core.decision import Decision
from cms.core.errors import Conflict
from cms.core.i18n import _
from cms.core.permissions import Permission
from cms.settings.actions import Site, change
from cms.settings.declared import BY_KEY
from cms.settings.queries import load


def _load(_session: Session, _ids: list[int], _lock: bool) -> dict[int, Any]:
    """There is one site, and it has no row."""
    return {0: Site()}


def _may(by: User, _site: Site, _event: Event) -> Decision:
    return PlainPolicy(by).may(Permission.SETTINGS_MANAGE)


def _change_back(doing: Undoing) -> None:
    if not doing.before.keys() <= BY_KEY.keys():
        raise Conflict(_("This version has no such setting any more."))
    doing.refuse_moved(load(doing.session).as_dict())
    change(doing.session, doing.before, by=doing.by, at=doing.at)


INVERSES = {"settings.change": Inverse(_load, _may, _change_back)}
