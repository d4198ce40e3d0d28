"""Messages about what was just done, each with the button that takes it back where this person may."""

from dataclasses import dataclass
from typing import cast

from flask import flash, get_flashed_messages, url_for

from cms.audit.actions import last_recorded
from cms.audit.undo import may_undo
from cms.core.i18n import _
from cms.extensions import db
from cms.web import signed_in

#: Categories of what is no message: the id of the event that the message before it is about.
UNDO, REDO = "undo", "redo"


@dataclass
class Toast:
    """One message, ready to print."""

    category: str
    text: str
    undo_href: str = ""
    undo_label: str = ""


@dataclass(frozen=True)
class Done:
    """What was done and, where this person may take it back, the id of its event."""

    sentence: str
    undo: str = ""
    event_id: str = ""

    def say(self) -> None:
        """To be called after the commit, as it is promised then."""
        flash(self.sentence, "success")
        if self.undo:
            flash(self.event_id, self.undo)


def done(sentence: str) -> Done:
    """Looked up before the commit, after which everything that is known would have to be read again."""
    db.session.flush()  # for the id of the event
    event = last_recorded(db.session())
    if event is None or not may_undo(db.session(), [event], by=signed_in(), gone=set())[event.id]:
        return Done(sentence)
    return Done(sentence, UNDO if event.undoes_id is None else REDO, str(event.id))


def flash_done(sentence: str) -> None:
    """Say what was done, after the commit, and offer to take it back."""
    done(sentence).say()


def toasts() -> list[Toast]:
    """What was flashed, for the page that shows it."""
    found: list[Toast] = []
    for category, text in cast(list[tuple[str, str]], get_flashed_messages(with_categories=True)):
        if category not in (UNDO, REDO):
            found.append(Toast(category, text))
        elif found:
            found[-1].undo_href = url_for("admin_activity.undo_view", id=int(text))
            found[-1].undo_label = _("Undo") if category == UNDO else _("Redo")
    return found
