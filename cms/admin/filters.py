"""Filters of a list: each a plain name in the address, a labelled control, and a condition.

A value that makes no sense is not dropped, which would show more than was asked for: it finds nothing, and its chip
says so.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, CompoundSelect, Select, String, cast, false, literal, select, union_all
from sqlalchemy.orm import Session

from cms.core.i18n import N_, _
from cms.web.languages import zone

LONGEST = 120
#: Before a value in the address: everything but this.
NOT = "!"
MOST_OPTIONS = 300

Condition = Callable[[Any], ColumnElement[bool]]
Ids = Select[int] | CompoundSelect[int]


class Unreadable(ValueError):
    """What stands in the address is no value of this filter."""


@dataclass(frozen=True, kw_only=True)
class Filter:
    """The common part; `where` makes the condition from the value that `read` understood.

    `word` is what it is called in the search box (`word:value`), where that is not its name. `ids` selects the ids of
    what fits (or more) from an index, for values that few rows may have. With `ids_fit` it is just what fits, and need
    not be asked again.
    """

    name: str
    label: str
    where: Condition
    word: str = ""
    ids: Callable[[Any], Ids | None] | None = None
    ids_fit: bool = False
    kind: ClassVar[str] = "text"

    def read(self, raw: str) -> Any:
        return raw

    def understood(self, typed: str) -> str:
        """The value for what somebody typed into the search box; what is not understood stays as it is."""
        return typed

    def said(self, raw: str, _options: dict[str, str]) -> str:
        """The value as the chip shows it."""
        return raw

    def condition(self, raw: str) -> ColumnElement[bool]:
        try:
            return self.where(self.read(raw))
        except Unreadable:
            return false()

    def fitting(self, raw: str) -> Ids | None:
        """Ids of what fits, or None where no index has them."""
        try:
            return self.ids(self.read(raw)) if self.ids else None
        except Unreadable:
            return None


@dataclass(frozen=True, kw_only=True)
class TextFilter(Filter):
    """A few words."""


@dataclass(frozen=True, kw_only=True)
class ChoiceFilter(Filter):
    """One of a fixed set; `choices` are (value, label)."""

    choices: tuple[tuple[str, str], ...]
    kind: ClassVar[str] = "choice"

    def read(self, raw: str) -> str:
        if raw not in dict(self.choices):
            raise Unreadable(raw)
        return raw

    def understood(self, typed: str) -> str:
        wanted = typed.casefold()
        return next((value for value, label in self.choices if wanted in (value, _(label).casefold())), typed)

    def said(self, raw: str, _options: dict[str, str]) -> str:
        label = dict(self.choices).get(raw)
        return _(label) if label else raw


@dataclass(frozen=True, kw_only=True)
class FlagFilter(ChoiceFilter):
    """Yes or no; `where` is given the bool."""

    choices: tuple[tuple[str, str], ...] = (("yes", N_("Yes")), ("no", N_("No")))

    def read(self, raw: str) -> Any:
        return super().read(raw) == "yes"


@dataclass(frozen=True, kw_only=True)
class RelationFilter(Filter):
    """One of the rows of another table; `options` selects (value, label) in the order to show.

    Labels that may be ours, and not only words of people, are `translated`.
    """

    options: Callable[[], Select[*tuple[Any, ...]]]
    first: tuple[tuple[str, str], ...] = field(default=())
    translated: bool = False
    kind: ClassVar[str] = "choice"

    def said(self, raw: str, options: dict[str, str]) -> str:
        return options.get(raw, raw)


@dataclass(frozen=True, kw_only=True)
class DateFilter(Filter):
    """A day in the reader's zone; `where` is given its first moment."""

    kind: ClassVar[str] = "date"

    def read(self, raw: str) -> datetime:
        try:
            return datetime.combine(date.fromisoformat(raw), time(), zone()).astimezone(UTC)
        except (ValueError, OverflowError):
            raise Unreadable(raw) from None


def related_options(session: Session, filters: Iterable[Filter]) -> dict[str, dict[str, str]]:
    """The options of all relation filters, by filter, in one query."""
    relations = [chosen for chosen in filters if isinstance(chosen, RelationFilter)]
    found = {chosen.name: {value: _(label) for value, label in chosen.first} for chosen in relations}
    ours = {chosen.name for chosen in relations if chosen.translated}
    parts = []
    for chosen in relations:
        wanted = chosen.options().limit(MOST_OPTIONS).subquery()
        value, label = list(wanted.c)[:2]
        parts.append(select(literal(chosen.name), cast(value, String), label))
    if parts:
        for name, value, label in session.execute(union_all(*parts)):
            found[name][value] = _(label) if name in ours else label
    return found


def options_of(chosen: Filter, related: dict[str, dict[str, str]]) -> dict[str, str]:
    """What a control offers, by value."""
    if isinstance(chosen, ChoiceFilter):
        return {value: _(label) for value, label in chosen.choices}
    return related.get(chosen.name, {})
