"""The tables of a Ghost export: `{"db": [{"meta": …, "data": {"posts": […], …}}]}`, and without `db` in old ones.

Nothing is trusted: what is no row is counted and left, and whatever else is wrong with the file is one `Invalid`.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from cms.core.errors import Invalid
from cms.core.i18n import _
from cms.core.text import printable
from cms.importers.ghost.stream import Stream
from cms.importers.moments import from_milliseconds, utc

Row = Mapping[str, Any]
PACKED = {b"PK\x03\x04": "ZIP", b"\x1f\x8b": "gzip"}
#: What posts, pages and their surroundings are made of; of the others it is enough to know how many there are.
KEPT = frozenset("posts posts_meta posts_authors posts_tags tags users settings".split())
#: From the best to the worst: the text of a post in the forms that Ghost had.
FORMS = ("html", "lexical", "mobiledoc", "markdown", "plaintext")


@dataclass(slots=True)
class Export:
    """The rows that are of use, by table, and how many the other tables have."""

    tables: dict[str, list[Row]] = field(default_factory=dict)
    others: Counter[str] = field(default_factory=Counter)
    odd: Counter[str] = field(default_factory=Counter)

    def rows(self, table: str) -> list[Row]:
        return self.tables.get(table, [])


def read_export(path: Path) -> Export:
    """Read the file to its end."""
    export = Export()
    try:
        _refuse_packed(path)
        with path.open(encoding="utf-8-sig") as file:
            stream = Stream(file, path)
            _read(stream, export, path)
    except OSError as error:
        raise Invalid(_("%(file)s cannot be read: %(why)s.", file=path, why=error.strerror or error)) from error
    except UnicodeDecodeError as error:
        raise Invalid(_("%(file)s is not in an encoding that can be read.", file=path)) from error
    if "posts" not in export.tables:
        raise Invalid(_("%(file)s is JSON, but not a Ghost export.", file=path))
    return export


def text(row: Row, name: str) -> str:
    """A column as text that can be stored; numbers are ids of old versions, and anything else is nothing."""
    value = row.get(name)
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value) if abs(value) < 10**18 else ""
    return printable(value) if isinstance(value, str) else ""


def flag(row: Row, name: str) -> bool:
    value = row.get(name)
    return value is True or (isinstance(value, int | str) and str(value).lower() in ("1", "true"))


def order(row: Row) -> int:
    value = row.get("sort_order")
    return value if isinstance(value, int) else 0


def moment(row: Row, name: str) -> datetime | None:
    """A time as text, or as the milliseconds of Ghost's first versions."""
    value = row.get(name)
    if isinstance(value, int | float) and not isinstance(value, bool):
        return from_milliseconds(value)
    written = text(row, name)
    return from_milliseconds(int(written)) if written.isdecimal() and len(written) < 16 else utc(written)


def _refuse_packed(path: Path) -> None:
    with path.open("rb") as file:
        head = file.read(4)
    for magic, kind in PACKED.items():
        if head.startswith(magic):
            raise Invalid(
                _("%(file)s is a %(kind)s archive: unpack it and import the .json file inside.", file=path, kind=kind)
            )


def _read(stream: Stream, export: Export, path: Path) -> None:
    if stream.peek() not in ("{", "["):
        raise Invalid(
            _(
                "%(file)s is empty or is not JSON: choose the file that Ghost made under Settings → Labs → Export.",
                file=path,
            )
        )
    _read_object(stream, export, _read_root)
    if stream.peek():
        raise Invalid(_("%(file)s is not well-formed JSON: it is damaged or of another kind.", file=path))


def _read_root(stream: Stream, export: Export) -> None:
    for name in stream.members():
        if name == "db" and stream.peek() == "[":
            for _element in stream.elements():
                _read_object(stream, export, _read_database)
        else:
            _read_member(stream, export, name)


def _read_database(stream: Stream, export: Export) -> None:
    for name in stream.members():
        _read_member(stream, export, name)


def _read_member(stream: Stream, export: Export, name: str) -> None:
    if name == "data":
        _read_object(stream, export, _read_tables)
    else:
        stream.value()


def _read_object(stream: Stream, export: Export, read: Callable[[Stream, Export], None]) -> None:
    if stream.peek() == "{":
        read(stream, export)
    else:
        stream.value()


def _read_tables(stream: Stream, export: Export) -> None:
    for table in stream.members():
        if stream.peek() != "[":
            export.odd[printable(table)[:40]] += stream.value() is not None
            continue
        if table in KEPT:
            export.tables.setdefault(table, [])
        for _element in stream.elements():
            _keep(export, table, stream.value())


def _keep(export: Export, table: str, row: object) -> None:
    if table not in KEPT:
        export.others[table] += 1
    elif not isinstance(row, dict):
        export.odd[table] += 1
    else:
        if table == "posts":
            _keep_best_text(row)
        export.tables[table].append(row)


def _keep_best_text(row: dict[str, Any]) -> None:
    """A post holds its text up to four times; only the best form is read, and a plain one where that fails."""
    has_html = isinstance(row.get("html"), str) and row["html"].strip()
    for form in FORMS[1:] if has_html else ():
        row.pop(form, None)
