"""The engine behind every table of moves: two questions, no state."""

from collections.abc import Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from cms.core.errors import Conflict
from cms.core.i18n import _

Status = TypeVar("Status", bound=StrEnum)
Move = TypeVar("Move", bound=StrEnum)


@dataclass(frozen=True)
class Lifecycle(Generic[Status, Move]):
    """Moves, each with the statuses it may start from and the one it ends in."""

    table: Mapping[Move, tuple[AbstractSet[Status], Status]]
    #: What people call them, marked for translation.
    move_labels: Mapping[Move, str]
    status_labels: Mapping[Status, str]

    def moves_from(self, status: Status) -> list[Move]:
        """In the order of the table."""
        return [move for move, (starts, _end) in self.table.items() if status in starts]

    def after(self, move: Move, status: Status) -> Status:
        """The status a move ends in; refuses with Conflict where it may not start here."""
        starts, end = self.table[move]
        if status not in starts:
            raise Conflict(
                _(
                    "“%(move)s” is not possible while the status is “%(status)s”.",
                    move=_(self.move_labels[move]),
                    status=_(self.status_labels[status]),
                )
            )
        return end
