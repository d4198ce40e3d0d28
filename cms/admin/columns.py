"""What a list shows: columns, and rows that are ready to print."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement

from cms.admin.moves import Move


@dataclass(frozen=True)
class Column:
    """One column of a list.

    `kind` is how its value is printed: text, title, number, size, date, flag, person, or status and author, which
    templates print themselves. `sort` is the mapped column to sort
    by, which must be indexed and never NULL; the first click on the heading descends where `newest_first` is set.
    """

    name: str
    label: str
    kind: str = "text"
    sort: Any = None
    newest_first: bool = False
    value: Callable[[Any], Any] | None = None
    on_phones: bool = True
    #: Shown only to those who choose it.
    optional: bool = False
    #: The field of the form that a cell of an imported file fills. A column that fills none only tells.
    fills: str = ""
    #: What the form takes for the text of a cell, where it is not that text; Invalid where it is nothing.
    read: Callable[[str], str | list[str]] | None = None
    #: Whether an empty cell empties the field; otherwise it changes nothing.
    clears: bool = False
    #: The entries that a cell means, in a row of a file that has no id.
    finds: Callable[[str], ColumnElement[bool]] | None = None

    def value_of(self, record: Any) -> Any:
        return self.value(record) if self.value else getattr(record, self.name)


@dataclass(frozen=True)
class Row:
    """A record with all that its line shows."""

    record: Any
    cells: list[tuple[Column, Any]]
    href: str | None
    moves: list[Move] = field(default_factory=list)


@dataclass(frozen=True)
class Heading:
    """A column's head: where it leads, and how the list is sorted by it now."""

    column: Column
    href: str | None = None
    sorted: str = ""
