"""What measurements say is what they found: a goal that is missed, a round of wrk, a phase of a fault, a chart."""

import json
import os
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from bench import charts, report
from bench.changing import Answer
from bench.fault_load import KEPT, Asked, Load
from bench.freshness import Count, judge
from bench.programs import megabytes_of, tree_of
from bench.results import Goal, conclude, machine, number
from bench.site_goals import Measured, goals
from bench.wrk import Figure, Target, middle, read

SVG = "{http://www.w3.org/2000/svg}"


def figure(per_second: float, p99: float = 10.0, errors: int = 0) -> Figure:
    return Figure(per_second, p50=1.0, p99=p99, requests=100, bytes=1024.0, errors=errors)


def measured(**rounds: list[Figure]) -> Measured:
    quick = {"home, 304": [figure(200)], "500 posts, 304": [figure(200)], "mix": [figure(100)]}
    pages = {"empty view": [figure(100)], "home": [figure(150)], "500 posts": [figure(150)]}
    named = {name.replace("_", " "): figures for name, figures in rounds.items()}
    return Measured("SQLite", pages | quick | {"mix, publishing": [figure(70)]} | named)


@pytest.mark.parametrize(
    ("value", "at_least", "kept"), [(1.39, True, False), (1.4, True, True), (1.4, False, True), (1.41, False, False)]
)
def test_a_goal_is_kept_from_its_bound_on(value: float, at_least: bool, kept: bool) -> None:
    goal = Goal("home", value, 1.4, at_least)

    assert goal.is_kept is kept
    assert ("missed" in goal.line()) is not kept


def test_a_missed_goal_is_named_and_ends_with_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "new" / "x.json"

    status = conclude("x", [Goal("fast", 1, 2), Goal("fresh", 0, 0, at_least=False)], {"more": 1}, file)

    assert status == 1
    assert "Missed: fast\n" in capsys.readouterr().out
    told = json.loads(file.read_text())
    assert [goal["kept"] for goal in told["goals"]] == [False, True]
    assert (told["script"], told["more"], told["machine"]["cores"]) == ("x", 1, machine()["cores"])
    assert conclude("x", [Goal("fast", 2, 2)], {}, None) == 0


@pytest.mark.parametrize(
    ("value", "words"), [(12345.6, "12,346"), (123.4, "123"), (12.34, "12.3"), (1.234, "1.23"), (3.0, "3")]
)
def test_a_figure_has_as_many_digits_as_mean_something(value: float, words: str) -> None:
    assert number(value) == words


def test_a_round_of_wrk_is_read_with_its_errors() -> None:
    found = read("Running 1s test\nRESULT 1000 2000000 1.500 9.250 512000 3 4\n")

    assert found == Figure(per_second=500.0, p50=1.5, p99=9.25, requests=1000, bytes=512.0, errors=7)
    with pytest.raises(RuntimeError, match="unable to connect"):
        read("unable to connect")


def test_one_disturbed_round_does_not_count_but_its_errors_do() -> None:
    found = middle([figure(100), figure(3, p99=900, errors=2), figure(110)])

    assert (found.per_second, found.p99, found.errors, found.requests) == (100, 10, 2, 300)


def test_addresses_have_their_etags_beside_them() -> None:
    assert Target("http://x", ["/", "/a"], ['"1"', '"2"']).lines() == '/\t"1"\n/a\t"2"\n'
    assert Target("http://x", ["/"]).lines() == "/\t\n"


def test_what_was_promised_for_sqlite_is_more_than_for_postgresql() -> None:
    slow = measured(home=[figure(120)])
    missed = {goal.name for goal in goals(slow) if not goal.is_kept}
    slow.name = "PostgreSQL + Redis"

    assert "SQLite: home ÷ empty view" in missed
    assert all(goal.is_kept for goal in goals(slow) if "÷ empty view" in goal.name)


def test_ratios_are_those_of_each_round() -> None:
    """Both were slow in the first round, as the machine was."""
    found = measured(empty_view=[figure(50), figure(100), figure(100)], home=[figure(100), figure(200), figure(400)])

    assert found.ratio("home", "empty view") == 2


def test_an_error_of_any_round_is_a_missed_goal() -> None:
    found = measured(feed=[figure(100, errors=1)])

    assert [goal.name for goal in goals(found) if "errors" in goal.name and not goal.is_kept] == ["SQLite: errors"]


def test_an_answer_with_another_title_is_stale_and_another_status_an_error() -> None:
    count = Count()
    judge(count, Answer(200, b"<h1>Change 10</h1>"), "Change 10")
    judge(count, Answer(200, b"<h1>Change 10</h1>"), "Change 1")
    judge(count, Answer(503, b""), "Change 10")

    assert (count.reads, count.stale, len(count.errors)) == (3, 1, 1)


def test_what_desks_found_is_added_and_a_worker_that_two_met_is_one() -> None:
    total = Count(seconds=2.0)
    total.add(Count(pairs=3, reads=24, stale=1, errors=["503 on reading"], workers={7, 8}))
    total.add(Count(pairs=2, reads=16, on_disk=1, workers={8, 9}))

    assert total.told() == {
        **{"pairs": 5, "on_disk": 1, "reads": 40, "stale": 1, "errors": 1},
        **{"seconds": 2.0, "workers": 3, "rate": 2.5},
    }


def test_answers_are_counted_by_phase_and_second() -> None:
    load = Load("http://x", ["/"], ["/"])
    load.asked = [Asked(KEPT, "away", 1.2, 0.1, 200), Asked(KEPT, "away", 1.4, 2.0, 503), Asked(KEPT, "back", 9, 0, 0)]

    assert load.statuses("away", KEPT) == {200: 1, 503: 1}
    assert load.statuses("away", KEPT, until=2) == {200: 1}
    assert load.each_second() == [
        {"second": 1, "kind": KEPT, "200": 1, "503": 1},
        {"second": 9, "kind": KEPT, "other": 1},
    ]


def test_memory_is_that_of_the_whole_tree() -> None:
    child = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        assert child.pid in tree_of(os.getpid())
        assert megabytes_of(os.getpid()) > megabytes_of(child.pid) > 1
    finally:
        child.communicate(b"\n")


def test_a_process_that_ended_while_the_tree_was_read_takes_no_memory() -> None:
    child = subprocess.Popen([sys.executable, "-c", ""])
    os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    try:
        assert child.pid in tree_of(os.getpid())
        assert megabytes_of(child.pid) == 0
    finally:
        child.wait()
    assert megabytes_of(child.pid) == 0


def test_a_chart_is_well_formed_says_what_it_shows_and_draws_to_scale() -> None:
    rows = [charts.Bar("<home>", 100, "100"), charts.Bar("floor", 50, "50", ours=False)]
    picture = ElementTree.fromstring(charts.bars("Speed & more", "home 100; floor 50", rows))

    assert picture.findtext(f"{SVG}title") == "Speed & more"
    assert picture.findtext(f"{SVG}desc") == "home 100; floor 50"
    long, short = (float(bar.attrib["width"]) for bar in picture.iter(f"{SVG}rect") if bar.get("class") in ("a", "d"))
    assert long == 2 * short
    assert "<home>" in [text.text for text in picture.iter(f"{SVG}text")]


def test_the_report_names_what_is_missed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "performance"
    found = {"SQLite": {"one post": {"served": 6.0, "anew": 4.0, "bare": 2.0}}}
    conclude("api", [Goal("SQLite: one post", 2, 1.5, at_least=False)], {"setups": found}, folder / "api.json")
    monkeypatch.setattr("sys.argv", ["report", "--folder", str(folder)])

    assert report.main() == 0

    text = folder.with_suffix(".md").read_text()
    assert "**0 of 1 goals are kept.** Missed:\n\n- api: SQLite: one post\n" in text
    assert "| SQLite, one post | 6.000 | 4.00 | 2.00 | 2.00 |" in text
