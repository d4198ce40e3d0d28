"""What PostgreSQL's driver keeps from one transaction to the next."""

from collections.abc import Callable

import pytest
from sqlalchemy import Engine, create_engine, text
from sqlalchemy.exc import NotSupportedError, OperationalError, ProgrammingError
from sqlalchemy.orm import Session

from cms.core.planning import plan_once

ASKED = text("SELECT :number + 1")
PREPARED = text("SELECT statement FROM pg_prepared_statements")


@pytest.fixture
def engine(one_connection: Engine) -> Engine:
    return one_connection


def prepared(engine: Engine) -> list[str]:
    with engine.connect() as connection:
        return list(connection.scalars(PREPARED))


def test_what_is_planned_once_outlives_the_rollback_that_ends_each_read(engine: Engine) -> None:
    for _number in range(3):
        with Session(engine) as session:
            plan_once(session)
            assert session.scalar(ASKED, {"number": 1}) == 2

    assert prepared(engine) == ["SELECT $1 + 1"]


def test_it_ends_with_the_transaction(engine: Engine) -> None:
    with Session(engine) as session:
        plan_once(session)
    for _number in range(10):
        with Session(engine) as session:
            session.scalar(ASKED, {"number": 1})

    assert prepared(engine) == []


def test_what_was_written_is_taken_back_and_errors_leave_a_connection_that_works(engine: Engine) -> None:
    with Session(engine) as session:
        session.execute(text("CREATE TABLE boats (id integer)"))
        session.rollback()
        with pytest.raises(ProgrammingError):
            session.execute(text("SELECT id FROM boats"))
        session.rollback()
        assert session.scalar(ASKED, {"number": 2}) == 3


def test_a_column_of_another_type_is_met_with_one_error_and_not_with_errors_for_ever(engine: Engine) -> None:
    """As where the tables are migrated while the site is read."""
    wanted = text("SELECT name FROM boats")

    def asked() -> list[str]:
        with Session(engine) as session:
            plan_once(session)
            return list(session.scalars(wanted))

    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE boats (name varchar(5))"))
    assert asked() == []
    other = create_engine(engine.url)
    with other.begin() as connection:
        connection.execute(text("ALTER TABLE boats ALTER name TYPE varchar(9)"))
    other.dispose()

    with pytest.raises(NotSupportedError):
        asked()
    assert asked() == []


def test_a_connection_that_breaks_is_replaced(engine: Engine, postgres_database: Callable[[str], str]) -> None:
    other = create_engine(engine.url)
    with Session(engine) as session:
        pid = session.scalar(text("SELECT pg_backend_pid()"))
        with other.begin() as connection:
            connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        with pytest.raises(OperationalError):
            session.execute(ASKED, {"number": 1})
    other.dispose()

    with Session(engine) as session:
        assert session.scalar(text("SELECT pg_backend_pid()")) != pid


def test_to_roll_back_over_a_connection_that_broke_is_an_error_of_the_driver(engine: Engine) -> None:
    other = create_engine(engine.url)
    with engine.connect() as connection:
        pid = connection.scalar(text("SELECT pg_backend_pid()"))
        with other.begin() as killer:
            killer.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
        with pytest.raises(OperationalError):
            connection.rollback()
    other.dispose()


def test_columns_are_described_as_by_the_driver(engine: Engine) -> None:
    """Also where SQLAlchemy does not know the statement, and where there are none."""
    with engine.connect() as connection:
        row = connection.exec_driver_sql("SELECT 1 AS one, 'x' AS two").mappings().one()
        assert dict(row) == {"one": 1, "two": "x"}
        cursor = connection.connection.cursor()
        cursor.execute("SELECT 1 AS one, 'x'::text AS two")
        assert [(column.name, column.type_code) for column in cursor.description] == [("one", 23), ("two", 25)]
        cursor.execute("SELECT")
        assert cursor.description == []
        cursor.execute("SET LOCAL lock_timeout = 5")
        assert cursor.description is None
