"""The record is sealed by whoever works, a while after it was written.

The last seal is noted in a file: who holds the database alone could take seals off, and we would seal what they wrote.
"""

import contextlib
import logging
from pathlib import Path

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from cms.audit import sealing
from cms.core.db import reading, unless_busy
from cms.core.files import write_whole
from cms.core.keys import derived_key
from cms.extensions import db
from cms.web.runtimes import runtime
from cms.web.visitors import now
from cms.web.worker import regularly

log = logging.getLogger(__name__)

NOTE = "last-seal"
#: At one look, so that what else waits is not held up by a record that was never sealed.
SEALS = 100


def register() -> None:
    regularly(seal_record)


def key() -> str:
    return derived_key(runtime().config.secret_key, "record")


def seal_record() -> None:
    """Where others write just now, or seal, the next look will do."""
    with contextlib.suppress(DBAPIError, PoolTimeout):
        is_as_noted = _is_as_noted()
        with unless_busy(db.engine) as session:
            upto = sealing.settled(session)
        for _number in range(SEALS):
            with reading():
                seal = sealing.next_seal(db.session(), key(), upto=upto, at=now())
                db.session.rollback()
            if seal is None:
                break
            digest = seal.digest
            with unless_busy(db.engine) as session:
                session.add(seal)
            if is_as_noted:
                note(digest)


def noted() -> str | None:
    """The digest of the last seal that this machine made; None where it made none yet."""
    try:
        return _place().read_text()
    except OSError:
        return None


def note(digest: str) -> None:
    """A folder that cannot be written to keeps nobody from sealing."""
    try:
        write_whole(_place(), digest.encode())
    except OSError as error:
        log.warning("the last seal of the record could not be noted: %s", error)


def forget_noted() -> None:
    """Where a backup was put back, its seals are those that hold."""
    _place().unlink(missing_ok=True)


def _is_as_noted() -> bool:
    """Else the note stays, so that whoever verifies the record is told."""
    digest = noted()
    if digest is None:
        return True
    with reading():
        found = sealing.has(db.session(), digest)
        db.session.rollback()
    if not found:
        log.error("the record was cut or sealed anew: its last seal is gone, see `audit verify`")
    return found


def _place() -> Path:
    return runtime().config.instance / NOTE
