"""What somebody asked a list for, read from the address within bounds, and written back into addresses."""

import base64
import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from werkzeug.datastructures import MultiDict

from cms.admin import narrowing
from cms.admin.columns import Column
from cms.admin.filters import LONGEST, Filter
from cms.admin.narrowing import Values
from cms.core.db import MAX_ID

PAGE_SIZES = (25, 50, 100)
MOST_WORDS = 6
#: Names that no filter may take.
RESERVED = frozenset({"match", "search", "sort", "page", "page_size", "after", "before", "result", "url", "id"})


@dataclass(frozen=True)
class Asked:
    """A view of a list. What is out of bounds or unknown has become the default already."""

    search: str
    sort: str
    descending: bool
    page_size: int
    after: tuple[Any, int] | None = None
    before: tuple[Any, int] | None = None
    filters: Values = field(default_factory=dict)
    #: Whether fitting one of the filters is enough.
    any_of: bool = False

    @property
    def narrowed(self) -> bool:
        return bool(self.search or self.filters)

    @property
    def is_longer(self) -> bool:
        """Whether its pages show more than is usual."""
        return self.page_size != PAGE_SIZES[0]


def read(args: MultiDict[str, str], columns: Iterable[Column], filters: Sequence[Filter], default_sort: str) -> Asked:
    """Understand the address; it never raises, whatever stands there."""
    sortable = {column.name: column for column in columns if column.sort is not None}
    wanted = args.get("sort", "")
    name = wanted.removeprefix("-")
    if name not in sortable:
        wanted, name = default_sort, default_sort.removeprefix("-")
    size = args.get("page_size", "")
    column = sortable[name]
    words, typed = narrowing.split(args.get("search", "")[: 2 * LONGEST], filters)
    return Asked(
        search=" ".join(words.split()[:MOST_WORDS])[:LONGEST],
        sort=name,
        descending=wanted.startswith("-"),
        page_size=next((known for known in PAGE_SIZES if str(known) == size), PAGE_SIZES[0]),
        after=read_cursor(args.get("after", ""), column),
        before=read_cursor(args.get("before", ""), column),
        filters=narrowing.merged(narrowing.read(args, filters), typed),
        any_of=args.get("match") == "any",
    )


def as_args(asked: Asked, default_sort: str) -> dict[str, Any]:
    """The same view as parameters, without its place in the list; defaults are left out."""
    sort = f"-{asked.sort}" if asked.descending else asked.sort
    args: dict[str, Any] = {name: list(values) for name, values in asked.filters.items()}
    if asked.any_of and len(asked.filters) > 1:
        args["match"] = "any"
    if asked.search:
        args["search"] = asked.search
    if sort != default_sort:
        args["sort"] = sort
    if asked.is_longer:
        args["page_size"] = str(asked.page_size)
    return args


def write_cursor(value: Any, row_id: int) -> str:
    """A place in a list: the value sorted by, and the id that breaks ties."""
    if isinstance(value, datetime):
        value = value.isoformat()
    return base64.urlsafe_b64encode(json.dumps([value, row_id]).encode()).decode().rstrip("=")


def read_cursor(text: str, column: Column) -> tuple[Any, int] | None:
    """None for anything that this list could not have written."""
    try:
        value, row_id = json.loads(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        kind = column.sort.type.python_type
        if kind is datetime:
            value = datetime.fromisoformat(value).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, RecursionError):
        return None
    if type(value) is not kind or type(row_id) is not int or not 0 <= row_id <= MAX_ID:
        return None
    if kind is str and not _is_storable(value):
        return None
    return (value, row_id) if kind is not int or abs(value) <= MAX_ID else None


def _is_storable(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= character <= "\udfff" for character in text)
