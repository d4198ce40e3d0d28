"""Whether the tables are those of this version. Whoever serves asks no more than that, so Alembic is left out of it.

`web.migrating` is for those who change tables: it brings Alembic along, a third of a second and eight megabytes.
"""

from functools import cache

from sqlalchemy import Connection, inspect, text

from config import ROOT

VERSIONS = ROOT / "migrations" / "versions"


@cache
def newest() -> str:
    """The last of their one line: each is in a file that begins with its name."""
    return max(path.name.partition("_")[0] for path in VERSIONS.glob("[0-9]*_*.py"))


def revision_of(connection: Connection) -> str | None:
    """What the database is at; None where it has no tables of ours."""
    if not inspect(connection).has_table("alembic_version"):
        return None
    revision: str | None = connection.scalar(text("SELECT version_num FROM alembic_version"))
    return revision
