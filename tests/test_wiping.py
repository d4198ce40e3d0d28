"""A test begins with empty tables, whatever the one before it filled, and with the database that was migrated."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from cms.audit.models import Event
from cms.core import generation
from cms.posts.lifecycle import PUBLISHED
from cms.taxonomy import actions
from tests.factories import Make
from tests.wiping import wipe

#: Of the installation, or beneath the virtual tables of the index, which are emptied with them.
KEPT = ("alembic_version", "generations", "sqlite_", "search_")


@pytest.fixture
def filled(session: Session, make: Make) -> None:
    """With something in the record and in the index."""
    make.comment(make.post(status=PUBLISHED, title="The tide clock"))
    actions.update(session, make.tag(), {"description": "Where ships lie"}, by=make.owner(), at=make.at)
    session.commit()
    session.close()


def number(engine: Engine) -> int:
    with engine.connect() as connection:
        return int(connection.scalar(text(generation.ASK)) or 0)


def test_nothing_is_left_and_what_was_kept_is_old(app: Flask, engine: Engine, filled: None) -> None:
    before = number(engine)

    wipe(engine, Path(app.instance_path))

    with engine.connect() as connection:
        names = [name for name in inspect(connection).get_table_names() if not name.startswith(KEPT)]
        left = {name for name in names if connection.scalar(text(f'SELECT EXISTS (SELECT 1 FROM "{name}")'))}
    assert left == set()
    assert (empty := number(engine)) > before

    wipe(engine, Path(app.instance_path))
    assert number(engine) > empty


def test_the_record_lets_nobody_else_delete_it(
    app: Flask, engine: Engine, filled: None, session: Session, make: Make
) -> None:
    wipe(engine, Path(app.instance_path))

    again = Make(session, make.at)
    actions.update(session, again.tag(), {"description": "Where ships lie"}, by=again.owner(), at=make.at)
    session.commit()
    with pytest.raises(DBAPIError, match="append-only"):
        session.query(Event).delete()


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_nobody_has_to_read_the_schema_again(app: Flask, engine: Engine, filled: None) -> None:
    """Which takes longer than all the rest."""
    with engine.connect() as connection:
        before = connection.scalar(text("PRAGMA schema_version"))

    wipe(engine, Path(app.instance_path))

    with engine.connect() as connection:
        assert connection.scalar(text("PRAGMA schema_version")) == before
