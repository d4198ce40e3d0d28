"""One moment for all that an export asks."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy.orm import Session

from cms.core.db import end_read, reading


@contextmanager
def snapshot(session: Session) -> Iterator[None]:
    """All that is asked inside is answered as of one moment, whatever others write; of SQLite's reads, that is so."""
    end_read(session)
    with reading():
        if session.get_bind().dialect.name == "postgresql":
            session.connection(execution_options={"isolation_level": "REPEATABLE READ", "postgresql_readonly": True})
        try:
            yield
        finally:
            end_read(session)
