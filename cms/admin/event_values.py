"""What the record keeps, in the words of whoever reads it: a status by its name, a right by its label."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from flask_babel import format_decimal
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.actions.roles import unspelled
from cms.accounts.actions.tokens import Purpose
from cms.accounts.models import Role
from cms.admin.event_words import label_of
from cms.admin.matrix import said_grant
from cms.admin.shown import file_size
from cms.audit.models import Event
from cms.comments.lifecycle import STATUS_LABELS as COMMENT_STATUSES
from cms.comments.reasons import label as reason_label
from cms.core.i18n import LANGUAGES, N_, _, listed
from cms.jobs.lifecycle import STATUS_LABELS as JOB_STATUSES
from cms.posts.lifecycle import STATUS_LABELS as POST_STATUSES
from cms.settings.declared import DECLARED
from cms.taxonomy.models import Tag
from cms.web.agents import agent_name
from cms.web.dates import whole_moment

#: (table, id) → what it is called; a role is found by its name, which the record keeps in place of an id.
Names = dict[tuple[Any, int | str], str]

#: Field → what its stored values are called. Posts, comments and jobs share no status.
WORDS: dict[str, dict[str, str]] = {
    "status": {
        status.value: label
        for statuses in (POST_STATUSES, COMMENT_STATUSES, JOB_STATUSES)
        for status, label in statuses.items()
    },
    "via": {
        "password": N_("a password"),
        "passkey": N_("a passkey"),
        "code": N_("a code of an app"),
        "recovery code": N_("a recovery code"),
        "confirmation": N_("the link of a mail"),
        "set-up": N_("setting up the site"),
    },
    "purpose": {
        Purpose.FIRST_PASSWORD: N_("to choose a first password"),
        Purpose.RESET: N_("to choose another password"),
    },
    **{setting.key: dict(setting.choices) for setting in DECLARED if setting.choices},
}

#: Fields that hold the code of a language, which is called what its own speakers call it.
SPOKEN = frozenset({"language", "locale"})


def said(field: str, value: Any, names: Names) -> str:
    """One side of a change; what nobody has a word for shows as it is."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return _("Yes") if value else _("No")
    if isinstance(value, list):
        return _said_list(field, value, names)
    if isinstance(value, str):
        return _said_word(field, value)
    if isinstance(value, int | float):
        return file_size(int(value)) if field == "bytes" else format_decimal(value)
    return str(value)


def told(field: str, value: Any) -> str:
    """What is kept beside an event, with its label."""
    parts = [word for word in value if word] if isinstance(value, list) else [value]
    words = " → ".join(agent_name(str(part)) if field == "agent" else str(part) for part in parts)
    return f"{label_of(field)}: {words}"


def tag_ids_in(events: Iterable[Event]) -> set[int]:
    """The tags that rights are limited to."""
    return {
        tag_id
        for spelled in _strings_of(events, "grants")
        if (grant := unspelled(spelled)) is not None
        for tag_id in grant.tag_ids
    }


def role_names(session: Session, events: Iterable[Event]) -> Names:
    """Asks only where an event is about the roles of somebody."""
    wanted = _strings_of(events, "roles")
    if not wanted:
        return {}
    return {(Role, role.name): role.shown_label for role in session.scalars(select(Role).where(Role.name.in_(wanted)))}


def _strings_of(events: Iterable[Event], field: str) -> set[str]:
    sides = (side for event in events for side in event.changes.get(field, ()) if isinstance(side, list))
    return {one for side in sides for one in side if isinstance(one, str)}


def _said_word(field: str, value: str) -> str:
    if field in SPOKEN:
        return LANGUAGES.get(value, value)
    if value in WORDS.get(field, {}):
        return _(WORDS[field][value])
    return _time(value) if field.endswith("_at") or field == "until" else value


def _said_list(field: str, value: list[Any], names: Names) -> str:
    if field == "editions" and all(isinstance(item, dict) for item in value):
        return "\n".join(_shown_to_readers(item) for item in value)
    if field == "grants":
        return "\n".join(_said_right(str(item), names) for item in value)
    if field == "roles":
        return listed(names.get((Role, str(item)), item) for item in value)
    return listed(map(reason_label if field == "held_because" else str, value))


def _said_right(spelled: str, names: Names) -> str:
    grant = unspelled(spelled)
    if grant is None:
        return spelled
    return said_grant(grant, {tag_id: names.get((Tag, tag_id), f"#{tag_id}") for tag_id in grant.tag_ids})


def _shown_to_readers(edition: dict[str, Any]) -> str:
    begins, ends = _time(edition.get("live_from")), edition.get("live_until")
    return (
        _("from %(begins)s until %(ends)s", begins=begins, ends=_time(ends))
        if ends
        else _("from %(begins)s", begins=begins)
    )


def _time(value: Any) -> str:
    """A stored time in the zone and words of whoever reads; anything else as it is."""
    try:
        return whole_moment(datetime.fromisoformat(value))
    except (TypeError, ValueError):
        return str(value)
