"""Mail that belongs to a change: written down while it is made, and sent when it is committed."""

from collections.abc import Callable
from typing import Any

from flask import g
from flask_admin import expose
from werkzeug.wrappers import Response

from cms.admin.base import CmsModelView


class Letters(CmsModelView):
    """A model view whose hooks call `after_commit(letter)`; nothing is sent where the change was refused."""

    def after_commit(self, letter: Callable[[], Any]) -> None:
        g.setdefault("letters", []).append(letter)

    def _send(self, answer: Response | str) -> Response | str:
        if isinstance(answer, Response) and answer.status_code in (302, 303):
            for letter in g.pop("letters", []):
                letter()
        return answer

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> Response | str:
        return self._send(super().create_view())

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> Response | str:
        return self._send(super().edit_view())

    @expose("/<int:id>/<move>", methods=("POST",))
    def move_view(self, id: int, move: str) -> Response | str:
        return self._send(super().move_view(id, move))

    @expose("/action/", methods=("POST",))
    def action_view(self) -> Response | str:
        return self._send(super().action_view())

    @expose("/bulk/<int:batch_id>/run/", methods=("POST",))
    def bulk_run(self, batch_id: int) -> Response:
        answer = super().bulk_run(batch_id)
        self._send(answer)
        return answer

    def check_bulk(self, record: Any, action: str, parameter: str) -> None:
        """Nobody hears of what was only tried."""
        written = len(g.setdefault("letters", []))
        try:
            super().check_bulk(record, action, parameter)
        finally:
            del g.letters[written:]
