"""Reads that stand apart begin no transaction on PostgreSQL; what is written beside them is whole or not at all."""

from collections.abc import Iterator
from typing import Any

import pytest
from psycopg.pq import TransactionStatus
from sqlalchemy import Engine, text
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from cms.core.db import begin_as, unless_busy
from cms.core.planning import BY_KEY, plan_once

NUMBER = text("SELECT number FROM boats")


@pytest.fixture
def engine(one_connection: Engine) -> Iterator[Engine]:
    """With a table of one row; whoever comes next may write again."""
    with one_connection.begin() as connection:
        connection.execute(text("CREATE TABLE boats (number integer)"))
        connection.execute(text("INSERT INTO boats VALUES (1)"))
    yield one_connection
    begin_as(may_write=True)


def driver_of(session: Session) -> Any:
    return session.connection().connection.driver_connection


def test_a_read_that_stands_apart_leaves_no_transaction_open(engine: Engine) -> None:
    begin_as(may_write=False, is_apart=True)
    with Session(engine) as session:
        assert session.scalar(NUMBER) == 1
        assert driver_of(session).pgconn.transaction_status == TransactionStatus.IDLE


def test_the_next_one_with_the_same_connection_is_as_ever(engine: Engine) -> None:
    begin_as(may_write=False, is_apart=True)
    with Session(engine) as session:
        session.scalar(NUMBER)
    begin_as(may_write=True)
    with Session(engine) as session:
        session.execute(text("UPDATE boats SET number = 2"))
        assert driver_of(session).pgconn.transaction_status == TransactionStatus.INTRANS
        session.rollback()
        assert session.scalar(NUMBER) == 1


def test_what_is_written_beside_is_taken_back_where_it_fails(engine: Engine) -> None:
    begin_as(may_write=False, is_apart=True)

    def fail() -> None:
        with unless_busy(engine) as session:
            session.execute(text("UPDATE boats SET number = 3"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    with Session(engine) as session:
        assert session.scalar(NUMBER) == 1


def test_after_an_error_the_connection_works(engine: Engine) -> None:
    begin_as(may_write=False, is_apart=True)
    with Session(engine) as session:
        with pytest.raises(Exception, match="nowhere"):
            session.execute(text("SELECT 1 FROM nowhere"))
        session.rollback()
        assert session.scalar(NUMBER) == 1


def test_a_connection_that_broke_is_an_error_of_the_database(engine: Engine) -> None:
    with Session(engine) as session:
        driver = driver_of(session)
    driver.close()
    begin_as(may_write=False, is_apart=True)

    with Session(engine) as session, pytest.raises(OperationalError):
        session.scalar(NUMBER)
    with Session(engine) as session:
        assert session.scalar(NUMBER) == 1


def test_a_statement_by_key_is_prepared_and_those_beside_it_are_not(engine: Engine) -> None:
    with Session(engine) as session:
        session.execute(NUMBER.execution_options(**BY_KEY))
        session.execute(text("SELECT 1 + 1"))
        prepared = session.scalars(text("SELECT statement FROM pg_prepared_statements")).all()

    assert prepared == ["SELECT number FROM boats"]


def test_what_is_prepared_has_one_plan(engine: Engine) -> None:
    """Left to itself, the server makes one for each value at first, and for some statements for ever."""
    asked = text("SELECT number FROM boats WHERE number = :number")
    with Session(engine) as session:
        plan_once(session)
        for number in range(3):
            session.execute(asked, {"number": number})
        plans = session.execute(
            text("SELECT generic_plans, custom_plans FROM pg_prepared_statements WHERE statement LIKE 'SELECT number%'")
        ).one()

    assert tuple(plans) == (3, 0)
