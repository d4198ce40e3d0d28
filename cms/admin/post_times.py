"""When a text goes live and when it ends: typed beside it, and taken only by publishing."""

from datetime import datetime
from typing import Any

from flask import request

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


def require_times_kept(form: ContentForm, shown: dict[str, Any]) -> None:
    """Invalid where a time was typed and the button that was pressed would drop it; `shown` is what the form showed.

    A time that has passed since the form was opened asks for nothing.
    """
    if request.form.get("move") == PostMove.PUBLISH:
        return
    faults = {name: _fault(shown.get(name)) for name in TIMES if _is_changed(form[name], shown.get(name))}
    if faults:
        raise marked(faults)


def _is_changed(field: Any, shown: datetime | None) -> bool:
    if not field.raw_data or _minute(field.data) == _minute(shown):
        return False
    return any(moment is not None and moment > now() for moment in (field.data, shown))


def _fault(shown: datetime | None) -> str:
    if shown is None:
        return _("Only publishing sets this time. Press “Publish” to schedule, or leave this empty.")
    time = shown.astimezone(site_zone()).strftime("%Y-%m-%d %H:%M")
    return _("Only publishing changes this time. Press “Publish”, or put it back to %(time)s.", time=time)


def _minute(moment: datetime | None) -> datetime | None:
    """As precise as the field."""
    return moment.replace(second=0, microsecond=0) if moment else None
