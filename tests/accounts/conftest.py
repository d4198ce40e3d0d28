"""Several people at the same moment, each with a connection of their own."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from cms.core.db import begin_as

AtOnce = Callable[..., list[Any]]


@pytest.fixture
def at_once(engine: Engine) -> AtOnce:
    """`at_once(act, things)` calls `act(session, thing)` for all at once and gives what each returned or raised."""

    def run(act: Callable[[Session, Any], Any], things: list[Any]) -> list[Any]:
        barrier = threading.Barrier(len(things))
        outcomes: list[Any] = [None] * len(things)

        def one(number: int, thing: Any) -> None:
            begin_as(may_write=True)
            barrier.wait()
            with Session(engine) as session:
                try:
                    outcomes[number] = act(session, thing)
                    session.commit()
                except Exception as error:
                    outcomes[number] = error

        threads = [threading.Thread(target=one, args=pair) for pair in enumerate(things)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return outcomes

    return run
