"""What an action of the bulk bar is, and what is said of its rows afterwards."""

from dataclasses import dataclass

from cms.audit.imports import IMPORT
from cms.audit.undo import UNDO
from cms.core.i18n import N_
from cms.core.permissions import Permission

#: What became of the rows, in the result of an action.
DONE_WORDS = {
    UNDO: N_("Undone"),
    "publish": N_("Published"),
    "unpublish": N_("Unpublished"),
    "archive": N_("Archived"),
    "restore": N_("Restored"),
    "add_tag": N_("Tag added"),
    "remove_tag": N_("Tag removed"),
    "trash": N_("Moved to the trash"),
    "delete": N_("Deleted"),
    "approve": N_("Approved"),
    "spam": N_("Marked as spam"),
    "activate": N_("Activated"),
    "deactivate": N_("Switched off"),
    "author": N_("Author changed"),
    "schedule": N_("Scheduled"),
    "below": N_("Moved"),
    "merge": N_("Merged"),
    "rename": N_("Renamed"),
    "lift": N_("Lifted"),
    IMPORT: N_("Imported"),
}


@dataclass(frozen=True)
class Bulk:
    """One action of the bulk bar.

    `needs` decides who is offered it. `confirm` is a question asked on a page of its own first; where the action is
    `reversible` only the list asks it, and whoever posts to the address by themselves is taken at their word.
    `asks` is the name of a parameter (with its label) that the action cannot do without.
    """

    name: str
    label: str
    needs: tuple[Permission, ...]
    icon: str = ""
    confirm: str = ""
    reversible: bool = False
    asks: tuple[str, str] | None = None
    #: How many characters what is typed for it may have.
    longest: int = 200
    #: Whether what it asks for is a moment in the site's zone.
    asks_time: bool = False
    #: Whether selected rows are looked at first as well, as everything that matches always is.
    previewed: bool = False
    #: Whether what becomes of a row depends on the rows before it, so that a preview tries all of them.
    in_a_row: bool = False
    danger: bool = False


def deleting(needs: tuple[Permission, ...], question: str) -> Bulk:
    """Deletion for good, which is always asked about first."""
    return Bulk("delete", N_("Delete…"), needs, icon="i-trash", confirm=question, danger=True)
