"""Lines lead to each of the processes that share an address, whichever of them the kernel prefers."""

import os
from urllib.parse import urlsplit

import pytest

from bench import lines
from bench.lines import Line, Lines
from bench.programs import workers_of
from tests.bench.sharing import LAST, sharing


def test_all_are_asked_and_each_answers_for_itself() -> None:
    with sharing(3) as (base, workers):
        ours = Lines(base, workers)

        for _ in range(2):
            answers = ours.ask_all("/")
            assert {worker: int(answer.body) for worker, answer in answers.items()} == {pid: pid for pid in workers}
        assert [int(ours.ask(worker, "/").body) for worker in workers] == workers
        ours.close()


def test_a_line_that_was_ended_is_opened_to_the_same_one_again() -> None:
    with sharing(2) as (base, workers):
        ours = Lines(base, workers)
        for _ in range(3):
            assert [int(ours.ask(worker, LAST).body) for worker in workers] == workers
        ours.close()


def test_a_line_that_nobody_used_for_a_while_is_as_good_as_ended(monkeypatch: pytest.MonkeyPatch) -> None:
    with sharing(1) as (base, _workers):
        place = urlsplit(base)
        line = Line(place.hostname or "", place.port or 80)
        was_open = line.is_open
        monkeypatch.setattr(lines, "IDLE_SECONDS", 0)

        assert (was_open, line.is_open) == (True, False)
        line.close()


def test_processes_that_begin_are_waited_for() -> None:
    with sharing(3) as (_base, workers):
        assert set(workers) <= set(workers_of(os.getpid(), 4))
