"""What is counted is what was asked for, and not what goes on beside it."""

from datetime import datetime

from sqlalchemy import Engine, text
from sqlalchemy.orm import Session

from cms.jobs import presence
from cms.settings.queries import load
from tests.counting import counted


def test_what_happens_now_and_then_is_not_counted(engine: Engine, session: Session, now: datetime) -> None:
    with counted(engine) as statements:
        presence.appear(session, "desk:1", now)
        load(session)
        session.execute(text("SELECT 1"))

    assert statements == ["SELECT 1"]
