"""What a list shows: columns, and rows that are ready to print."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

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
