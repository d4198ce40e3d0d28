"""The record is sealed by whoever works, a while after it was written."""

import contextlib

from sqlalchemy.exc import DBAPIError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from cms.audit import sealing
from cms.core.db import reading, unless_busy
from cms.core.keys import derived_key
from cms.extensions import db
from cms.web.runtimes import runtime
from cms.web.visitors import now
from cms.web.worker import regularly

#: At one look, so that what else waits is not held up by a record that was never sealed.
SEALS = 100


def register() -> None:
    regularly(seal_record)


def key() -> str:
    return derived_key(runtime().config.secret_key, "record")


def seal_record() -> None:
    """Where others write just now, or seal, the next look will do."""
    with contextlib.suppress(DBAPIError, PoolTimeout):
        with unless_busy(db.engine) as session:
            upto = sealing.settled(session)
        for _number in range(SEALS):
            with reading():
                seal = sealing.next_seal(db.session(), key(), upto=upto, at=now())
                db.session.rollback()
            if seal is None:
                break
            with unless_busy(db.engine) as session:
                session.add(seal)
