"""Many ask at once which generation it is, and each is told what was committed before it asked."""

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from threading import Event

import pytest
from sqlalchemy import Engine, text

from cms.core.generation import ASK, grow
from cms.site.kept.generations import Generations, of_engine

ASKERS, TIMES, COMMITS = 8, 1000, 500
ON_A_SERVER = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


class Committed:
    """The number of the last commit that is over."""

    number = 0


@contextmanager
def committing(engine: Engine, committed: Committed) -> Iterator[None]:
    """Commit after commit beside, until the end."""
    ended = Event()

    def commit() -> None:
        with engine.connect() as connection:
            for _number in range(COMMITS):
                grow(connection)
                number = connection.scalar(text("SELECT number FROM generations"))
                connection.commit()
                committed.number = number
                if ended.is_set():
                    return

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(commit)
        try:
            yield
        finally:
            ended.set()
            done.result()


def old_answers(generations: Generations, committed: Committed, since: Callable[[], int | None] = lambda: None) -> int:
    """How often the answer was older than what had been committed when it was asked for."""
    old = 0
    for _time in range(TIMES):
        known = committed.number
        old += (generations.current(since()) or 0) < known
    return old


@pytest.mark.usefixtures("clean")
@pytest.mark.parametrize("since", [lambda: None, time.monotonic_ns], ids=["now", "since it came"])
def test_whoever_asks_is_told_of_every_commit_before(engine: Engine, since: Callable[[], int | None]) -> None:
    generations, committed = of_engine(engine), Committed()

    with committing(engine, committed), ThreadPoolExecutor(ASKERS) as pool:
        asked = [pool.submit(old_answers, generations, committed, since) for _asker in range(ASKERS)]
        old = [one.result() for one in asked]

    assert old == [0] * ASKERS
    assert committed.number > 0
    generations.close()


@pytest.mark.usefixtures("clean")
@ON_A_SERVER
def test_a_question_is_for_all_who_came_before_it(engine: Engine) -> None:
    generations = of_engine(engine)
    came = time.monotonic_ns()
    number = generations.current()

    with engine.begin() as connection:
        grow(connection)

    assert generations.current(came) == number, "which was asked for after this one came"
    assert (generations.current(time.monotonic_ns()) or 0) > (number or 0)
    generations.close()


@pytest.mark.usefixtures("clean")
@ON_A_SERVER
def test_all_threads_of_a_process_ask_on_one_connection(engine: Engine) -> None:
    generations, committed = of_engine(engine), Committed()
    before = askers(engine)
    with ThreadPoolExecutor(ASKERS) as pool:
        list(pool.map(lambda _asker: old_answers(generations, committed), range(ASKERS)))

    assert len(askers(engine) - before) == 1
    generations.close()


def askers(engine: Engine) -> set[int]:
    """The connections to this database that asked last of all for the generation."""
    question = text("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND query = :asked")
    with engine.connect() as connection:
        return set(connection.scalars(question, {"asked": ASK}))
