"""Which columns of a file are known here, whatever language its headings are in."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

from cms.admin.columns import Column
from cms.admin.event_values import WORDS
from cms.admin.import_files import FileRow, Sheet
from cms.audit.imports import KnownRow
from cms.core.errors import Invalid
from cms.core.i18n import LANGUAGES, _, listed
from cms.web.languages import speaking

ID = "id"
#: How many rows of one file may stand above another, one over the other.
MOST_NESTED = 10
YES = frozenset({"1", "true", "yes", "on"})
NO = frozenset({"", "0", "false", "no", "off"})


@dataclass(frozen=True)
class Known:
    """A file in the columns of an area; `told` are known and never imported, `unknown` are nobody's."""

    rows: list[KnownRow]
    told: list[str]
    unknown: list[str]


@cache
def in_every_language(label: str) -> frozenset[str]:
    """What a label is called, in small letters; files travel between people who read different languages."""
    called = {label.casefold()}
    for language in LANGUAGES:
        with speaking(language):
            called.add(_(label).casefold())
    return frozenset(called)


def read_known(sheet: Sheet, columns: Sequence[Column], parent: str, named_by: Sequence[str]) -> Known:
    """The rows by our own names of columns; Invalid where a file has none that could be imported.

    `parent` is the column that names another entry of the same kind, by its text in one of the columns `named_by`.
    """
    known = _recognised(sheet.names, columns)
    used = {column.name for column in known.values()}
    if not any(column.fills for column in known.values()):
        names = listed(_(column.label) for column in columns if column.fills)
        raise Invalid(_("No column of this file is known here. Known are: %(names)s.", names=names))
    rows = [_named(row, known) for row in sheet.rows]
    rows = _once_each(rows, [column for column in columns if column.finds and column.name in used])
    return Known(
        _linked(rows, parent, named_by) if parent in used else rows,
        [name for name, column in known.items() if not column.fills and not column.finds and column.name != ID],
        [name for name in sheet.names if name not in known],
    )


def as_flag(text: str) -> str:
    """Yes or no, in any of our languages."""
    word = text.strip().casefold()
    if word in YES | in_every_language("Yes"):
        return "1"
    if word in NO | in_every_language("No"):
        return ""
    raise Invalid(_("This must be yes or no."))


def said_cell(column: Column, text: str) -> str:
    """What a file spells for machines, as people read it."""
    if column.read is as_flag and text in ("True", "False"):
        return _("Yes") if text == "True" else _("No")
    words = WORDS.get(column.name, {})
    return _(words[text]) if text in words else text


def _recognised(names: Iterable[str], columns: Sequence[Column]) -> dict[str, Column]:
    """By their own name before any label, and each once."""
    by_name = {column.name.casefold(): column for column in columns}
    by_label: dict[str, Column] = {}
    for one in columns:
        for label in in_every_language(one.label):
            by_label.setdefault(label, one)
    found: dict[str, Column] = {}
    for called in (by_name, by_label):
        for name in names:
            column = called.get(name.casefold())
            if column is not None and name not in found and column not in found.values():
                found[name] = column
    return found


def _named(row: FileRow, known: dict[str, Column]) -> KnownRow:
    cells = {known[name].name: cell for name, cell in row.cells.items() if name in known}
    return KnownRow(row.line, cells, row.fault)


def _once_each(rows: list[KnownRow], finding: list[Column]) -> list[KnownRow]:
    """A second row about the same entry is refused: nobody could say which of the two is meant."""
    first: dict[tuple[str, str], int] = {}
    kept = []
    for row in rows:
        key = _key_of(row, finding)
        before = first.setdefault(key, row.line) if key else row.line
        if before != row.line and not row.fault:
            fault = _("Row %(line)s is about the same entry.", line=before)
            row = KnownRow(row.line, fault=fault)
        kept.append(row)
    return kept


def _key_of(row: KnownRow, finding: list[Column]) -> tuple[str, str] | None:
    named = [ID, *(column.name for column in finding)]
    return next(((name, text.casefold()) for name in named if (text := row.cells.get(name, "").strip())), None)


def _linked(rows: list[KnownRow], parent: str, named_by: Sequence[str]) -> list[KnownRow]:
    """Each row with the one that it names as what lies above it."""
    called: dict[str, int] = {}
    for row in rows:
        for name in named_by:
            called.setdefault(row.cells.get(name, "").strip().casefold(), row.line)
    called.pop("", None)

    def above(row: KnownRow) -> Any:
        line = called.get(row.cells.get(parent, "").strip().casefold())
        return None if line == row.line else line

    return _within_reach([KnownRow(row.line, row.cells, row.fault, above(row)) for row in rows])


def _within_reach(rows: list[KnownRow]) -> list[KnownRow]:
    """A look at a row does all above it that is in the file, so that a long line of parents would hold everybody up."""
    above = {row.line: row.builds_on for row in rows}

    def is_too_deep(row: KnownRow) -> bool:
        here = row.builds_on
        for _step in range(MOST_NESTED):
            if here is None or here == row.line:
                return False
            here = above[here]
        return here is not None

    fault = _(
        "More than %(most)s rows of this file stand above this one. Import what stands at the top first.",
        most=MOST_NESTED,
    )
    return [KnownRow(row.line, fault=fault) if is_too_deep(row) else row for row in rows]
