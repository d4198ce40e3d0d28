"""Changing settings: checked by their declarations, recorded in one event."""

from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, column, select, table
from sqlalchemy.orm import Session

from cms import references
from cms.accounts.models import User
from cms.accounts.policy import PlainPolicy
from cms.audit.actions import record
from cms.core.decision import require
from cms.core.errors import Conflict, Faults, Invalid
from cms.core.i18n import _, listed
from cms.core.permissions import Permission
from cms.settings.checks import checked
from cms.settings.declared import BY_KEY
from cms.settings.kinds import SettingType
from cms.settings.models import SettingValue
from cms.settings.queries import changed_since, hold, load
from cms.themes import checks as themes
from cms.themes.look import COLOURS
from cms.themes.shelf import shelf

# Media and posts stand beside and above settings, so that they are named and not imported.
_MEDIA = table("media", column("id"), column("kind"), column("trashed_at"))
_POSTS = table("posts", column("id"), column("kind"), column("trashed_at"))


class Site:
    """What a change of settings is recorded about: there is one site, and it has no row."""

    id = None
    __tablename__ = "settings"

    def __str__(self) -> str:
        return _("Settings")


def change(
    session: Session, values: dict[str, Any], *, by: User, at: datetime, seen: datetime | None = None
) -> list[str]:
    """Change what differs and return its keys; Invalid names every value that its declaration does not allow.

    `seen` is the moment of the newest change that the person had before them: Conflict where a value that they would
    overwrite is younger.
    """
    require(PlainPolicy(by).may(Permission.SETTINGS_MANAGE))
    hold(session)
    before = load(session).as_dict()
    clean = checked_together(session, values, before)
    changed = {key: value for key, value in clean.items() if value != before[key]}
    if seen is not None:
        _refuse_overwriting(session, changed, seen)
    rows = {row.key: row for row in session.scalars(select(SettingValue).where(SettingValue.key.in_(changed)))}
    for key, value in changed.items():
        if key not in rows:
            rows[key] = SettingValue(key=key)
            session.add(rows[key])
        rows[key].value, rows[key].updated_at = value, at
    images = {key: [value] for key, value in changed.items() if BY_KEY[key].type is SettingType.MEDIA}
    if images:
        references.put(session, Site.__tablename__, 0, images)
    if changed:
        differences = {key: (before[key], value) for key, value in changed.items()}
        record(session, "settings.change", Site(), by=by, at=at, changes=differences)
    return list(changed)


def checked_together(session: Session, values: dict[str, Any], before: dict[str, Any]) -> dict[str, Any]:
    """The values as they would be kept beside what there is before; Invalid as in `change`."""
    clean: dict[str, Any] = {}
    faults = Faults()
    for key, value in values.items():
        setting = BY_KEY[key]
        with faults.of(key):
            clean[key] = checked(setting, value)
            _require_row(session, setting.type, clean[key])
    faults.refuse()
    if any(clean.get(key, before[key]) != before[key] for key in ("theme", *COLOURS)):
        together = before | clean
        faults.update(themes.faults(together, shelf().layers(together["theme"])))
    faults.refuse()
    return clean


def _require_row(session: Session, kind: SettingType, value: Any) -> None:
    """An image or a page that was put away cannot be chosen."""
    if value is None:
        return
    if kind is SettingType.MEDIA and not _is_there(session, _MEDIA, value, _MEDIA.c.kind == "image"):
        raise Invalid(_("There is no such image in the library."))
    if kind is SettingType.PAGE and not _is_there(session, _POSTS, value, _POSTS.c.kind == "page"):
        raise Invalid(_("There is no such page."))


def _is_there(session: Session, rows: Any, row_id: int, condition: ColumnElement[bool]) -> bool:
    found = select(rows.c.id).where(rows.c.id == row_id, rows.c.trashed_at.is_(None), condition)
    return session.scalar(found) is not None


def _refuse_overwriting(session: Session, changed: dict[str, Any], seen: datetime) -> None:
    younger = [key for key in changed_since(session, seen) if key in changed]
    if younger:
        names = listed(_(BY_KEY[key].label) for key in younger)
        raise Conflict(
            _(
                "Somebody else changed these settings after you opened the page: %(names)s. "
                "Nothing was saved. Compare, and save again if yours should stand.",
                names=names,
            )
        )
