"""Every row of every table, to be compared before an act and after it was undone.

What undoing leaves behind on purpose is left out here, and nothing else.
"""

from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.orm import Session

from cms.core.db import Base
from cms.posts.models import Edition, Revision
from cms.settings.declared import BY_KEY
from cms.web.telling import TURN

#: The record grows, as does the number of changes; history keeps every save (`revisions_of` shows that it lost none).
GROWING = {"events", "event_personal", "batches", "batch_rows", "revisions", "media_versions", "generations"}
#: Whoever does jobs says so now and then, which is nobody's act.
TOLD = {"job_workers"}
#: How often and when something was last written, which undoing does once more.
STAMPS = {"version", "updated_at"}
#: Rows that are parts of another: they may come back with a number of their own, which nobody refers to.
NUMBERED_ANEW = {
    "redirect_hits": ("redirect_id",),
    "editions": ("post_id", "live_from"),
    "role_grants": ("role_id", "permission", "scope"),
}
REFERRING = {"edition_tags": ("edition_id", "editions"), "role_grant_tags": ("grant_id", "role_grants")}

Rows = dict[str, list[str]]


def snapshot(session: Session) -> Rows:
    """Each table's rows as texts, in order."""
    session.flush()
    session.expire_all()
    numbers = {name: _keys(session, name) for name in NUMBERED_ANEW}
    tables = [table for name, table in Base.metadata.tables.items() if name not in GROWING | TOLD]
    return {table.name: sorted(_rows(session, table, numbers)) for table in tables}


def revisions_of(session: Session) -> set[tuple[int, int, str]]:
    rows = session.execute(select(Revision.post_id, Revision.number, Revision.snapshot))
    return {(post_id, number, str(sorted(kept.items()))) for post_id, number, kept in rows}


def without(rows: Rows, table: str, column: str) -> Rows:
    """The same rows, but for one column of one table."""
    hidden = [", ".join(cell for cell in row.split(", ") if not cell.startswith(f"{column}=")) for row in rows[table]]
    return rows | {table: sorted(hidden)}


def _rows(session: Session, table: Table, numbers: dict[str, dict[int, str]]) -> list[str]:
    rows = []
    for row in session.execute(select(table)).mappings():
        values: dict[str, Any] = {name: value for name, value in row.items() if name not in STAMPS}
        if table.name in NUMBERED_ANEW or table.name == "role_grant_tags":
            values.pop("id")
        if table.name == "redirects":  # that it leads nowhere, and not since when
            values["dead_from"] = values["dead_from"] is not None
        if table.name in REFERRING:
            column, target = REFERRING[table.name]
            values[column] = numbers[target][values[column]]
        if table.name == "jobs" and values["name"] == TURN:  # looks at what was planned, and finds nothing
            continue
        if table.name == "settings":  # a row that holds the default says the same as none
            values.pop("id")
            if values["value"] == BY_KEY[values["key"]].default:
                continue
        rows.append(", ".join(f"{name}={value!r}" for name, value in sorted(values.items())))
    return rows


def _keys(session: Session, name: str) -> dict[int, str]:
    table = Base.metadata.tables[name]
    columns = [table.c[column] for column in NUMBERED_ANEW[name]]
    return {row[0]: repr(tuple(row[1:])) for row in session.execute(select(table.c.id, *columns))}


def editions_of(session: Session, post_id: int) -> list[Edition]:
    return list(session.scalars(select(Edition).where(Edition.post_id == post_id).order_by(Edition.live_from)))


def differences(before: Rows, after: Rows) -> list[str]:
    """The rows that are not the same, as people read them."""
    gone = [f"- {table}: {row}" for table in before for row in before[table] if row not in after[table]]
    new = [f"+ {table}: {row}" for table in after for row in after[table] if row not in before[table]]
    return gone + new
