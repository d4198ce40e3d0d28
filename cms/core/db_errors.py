"""What the errors of a database mean: try again soon, a value that no column takes, or a bug of ours."""

import sqlite3

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

_SQLITE_AWAY = (
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
    sqlite3.SQLITE_INTERRUPT,
)


def is_away(error: BaseException) -> bool:
    """Whether a database error means "try again soon" (busy, locked, full, unreachable) and not a bug of ours."""
    if not isinstance(error, DBAPIError):
        return isinstance(error, PoolTimeout)
    original = error.orig
    if isinstance(original, sqlite3.OperationalError):
        return getattr(original, "sqlite_errorcode", 0) & 0xFF in _SQLITE_AWAY
    if error.connection_invalidated:
        return True
    state: str | None = getattr(original, "sqlstate", None)
    if state is None:
        return type(original).__name__ in ("OperationalError", "InterfaceError")
    return state[:2] in ("08", "40", "53") or state in ("57014", "57P01", "57P02", "57P03", "55P03")


def is_bad_value(error: BaseException) -> bool:
    """Whether the database refused a value as such (SQLSTATE class 22), which no retry helps."""
    if isinstance(error, OverflowError):  # SQLite's driver, for a number beyond 64 bits, before SQLAlchemy wraps errors
        return "SQLite INTEGER" in str(error)
    if not isinstance(error, DBAPIError):
        return False
    state: str = getattr(error.orig, "sqlstate", None) or ""
    return state.startswith("22") or type(error.orig).__name__ == "DataError"
