"""Moves: the buttons of one record, each with the decision that allows or refuses it, and the address that does it."""

from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import redirect, request
from flask_admin import expose
from werkzeug.wrappers import Response

from cms.admin.gate import Gated
from cms.admin.toasts import done
from cms.core.decision import Decision
from cms.core.errors import NotFound
from cms.core.i18n import _
from cms.extensions import db
from cms.web.areas import is_desk
from cms.web.next import safe_next


@dataclass(frozen=True)
class Move:
    """A button: `name` is the last part of its address. A refused one is shown with its reason, not left out.

    `confirm` is a question that the button asks first, on a page of its own; whoever posts to the address by
    themselves is taken at their word.
    """

    name: str
    label: str
    decision: Decision
    icon: str = ""
    main: bool = False
    #: Shown in the danger colour; it changes nothing else.
    danger: bool = False
    confirm: str = ""
    #: What the page that asks first calls a note to somebody, if it takes one.
    asks_note: str = ""


class Moves(Gated):
    """POST `/admin/<area>/<id>/<move>`. A view with moves lists their names, offers them and carries them out."""

    move_names: tuple[str, ...] = ()

    def moves_for(self, record: Any) -> list[Move]:
        """What the state of this record allows, with a decision for whoever is asking; asks the database nothing."""
        return []

    def run_move(self, record: Any, move: str) -> str:
        """Call the domain's action; returns the sentence to show. Refusals are raised."""
        raise NotImplementedError

    def move_consequences(self, record: Any, move: str) -> list[str]:
        """Sentences for the page that asks first: what else changes."""
        return []

    def after_move(self, record: Any, move: str) -> str:
        """Where to go when nothing else was asked for."""
        return self.link()

    @expose("/<int:id>/<move>", methods=("POST",))
    def move_view(self, id: int, move: str) -> Response | str:
        """Find, ask where the button asks, act, commit once; a refusal becomes its own status."""
        if move not in self.move_names:
            raise NotFound(_("There is nothing at this address."))
        record = self.get_one(id, for_update=True)
        question = self._question(record, move)
        if question is not None:
            return question
        said, onward = done(self.run_move(record, move)), return_to(self.after_move(record, move))
        db.session.commit()
        said.say()
        return redirect(onward, 303)

    def _question(self, record: Any, move: str) -> str | None:
        if "ask" not in request.form:
            return None
        asked = next((one for one in self.moves_for(record) if one.name == move and one.confirm and one.decision), None)
        if asked is None:
            return None
        return self.render(
            "admin/move_ask.html",
            record=record,
            move=asked,
            consequences=self.move_consequences(record, move),
            url=return_to(self.link()),
        )


def return_to(default: str) -> str:
    """The page of the back office that a form came from, where it said so."""
    wanted = safe_next(request.form.get("url") or request.args.get("url"), default)
    return wanted if is_desk(urlsplit(wanted).path) else default


def with_result(address: str, batch_id: int) -> str:
    """The address of a list, showing what became of these rows and of no others."""
    parts = urlsplit(address)
    asked = [(name, value) for name, value in parse_qsl(parts.query) if name != "result"]
    return parts._replace(query=urlencode([*asked, ("result", batch_id)])).geturl()
