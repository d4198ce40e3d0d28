"""When a text goes live and when it ends: typed beside it, and taken only by publishing."""

from datetime import datetime
from typing import Any

from babel.dates import format_datetime
from flask import request
from flask_babel import get_locale

from cms.admin.forms import read_local, site_zone
from cms.admin.post_form import ContentForm
from cms.core.errors import Invalid, marked
from cms.core.i18n import _
from cms.posts.lifecycle import PostMove
from cms.web import now

TIMES = ("live_from", "live_until")


def posted_time(name: str) -> datetime | None:
    text = request.form.get(name, "").strip()
    try:
        return read_local(text) if text else None
    except ValueError as fault:
        raise Invalid(str(fault), {name: str(fault)}) from None


def require_times_kept(form: ContentForm, *, waits: bool = False) -> None:
    """Invalid where a time was typed that the form did not show, and the button that was pressed would drop it.

    A time that has passed since the form was opened asks for nothing.
    """
    if request.form.get("move") in (PostMove.PUBLISH, "publish_now"):
        return
    changed = [field for field in (form[name] for name in TIMES) if _is_changed(field)]
    faults = {field.name: _fault(field.object_data, waits=waits) for field in changed}
    if faults:
        raise marked(faults)


def _is_changed(field: Any) -> bool:
    shown: datetime | None = field.object_data
    if not field.raw_data or _minute(field.data) == _minute(shown):
        return False
    return any(moment is not None and moment > now() for moment in (field.data, shown))


def _fault(shown: datetime | None, *, waits: bool) -> str:
    if shown is None:
        return _("Only publishing sets this time. Press “Publish” to schedule, or leave this empty.")
    return _(
        "Saving does not change this time. Press “%(button)s”, or put it back to %(time)s.",
        button=_("Change the schedule") if waits else _("Publish changes"),
        time=moment_in_site_zone(shown),
    )


def moment_in_site_zone(moment: datetime) -> str:
    """As it is typed, in the words of whoever reads."""
    return format_datetime(moment, _("d MMM y, HH:mm"), tzinfo=site_zone(), locale=get_locale() or "en")


def _minute(moment: datetime | None) -> datetime | None:
    """As precise as the field."""
    return moment.replace(second=0, microsecond=0) if moment else None
