"""How often a program may ask, and what it is told of that."""

import pytest

from cms.api import limits
from cms.web import callers
from cms.web.rates import Counts, Rate
from tests.api.conftest import Of
from tests.api.program import Program
from tests.factories import Make

SLOW = Rate("slow", 2, 3600)


def test_strangers_are_counted_by_network_and_told_when_to_come_back(
    stranger: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "STRANGERS", SLOW)

    answers = [stranger.get("/posts") for _number in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["RateLimit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert answers[0].headers["RateLimit-Limit"] == "2"
    assert answers[0].headers["RateLimit-Policy"] == "2;w=3600"
    assert answers[2].headers["Retry-After"] == answers[2].headers["RateLimit-Reset"]
    assert answers[2].json["error"]["code"] == "too_often"


def test_each_token_is_counted_by_itself_and_changes_apart(of: Of, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "CHANGES", SLOW)
    first, second = of(make.editor()), of(make.editor())

    statuses = [first.post("/tags", {"name": name}).status_code for name in ("A", "B", "C")]

    assert statuses == [201, 201, 429]
    assert first.get("/tags").status_code == 200
    assert second.post("/tags", {"name": "C"}).status_code == 201


def test_whoever_tries_tokens_is_stopped(stranger: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(callers, "WRONG", SLOW)
    wrong = {"Authorization": "Bearer cds_nobody"}

    assert [stranger.get("/posts", headers=wrong).status_code for _number in range(3)] == [401, 401, 429]
    assert stranger.get("/posts").status_code == 200


def test_whoever_is_refused_is_counted_as_well_and_a_preflight_is_not(
    stranger: Program, of: Of, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(limits, "STRANGERS", SLOW)
    monkeypatch.setattr(limits, "CHANGES", SLOW)
    reader = of(make.editor(), [])

    stranger.ask("OPTIONS", "/posts")
    strange = [stranger.post("/posts"), stranger.get("/nothing"), stranger.get("/openapi.json")]
    known = [reader.post("/tags", {"name": "Sea"}) for _number in range(3)]

    assert [answer.status_code for answer in strange] == [401, 404, 429]
    assert [answer.status_code for answer in known] == [403, 403, 429]
    assert known[0].headers["RateLimit-Remaining"] == "1"


def test_a_window_that_is_over_counts_no_more() -> None:
    counts, rate = Counts(None), Rate("reads", 2, 60)

    assert [counts.add(rate, "me", at).used for at in (0, 1, 59, 60)] == [1, 2, 3, 1]
    assert counts.add(rate, "me", 61).reset == 59


def test_where_redis_is_away_limits_still_count() -> None:
    counts, rate = Counts("redis://127.0.0.1:1/0"), Rate("reads", 2, 60)

    assert [counts.add(rate, "me", 0).used for _number in range(2)] == [1, 2]


def test_nobody_waits_again_for_a_redis_that_was_away(caplog: pytest.LogCaptureFixture) -> None:
    counts, rate = Counts("redis://127.0.0.1:1/0"), Rate("reads", 2, 60)

    for _number in range(3):
        counts.add(rate, "me", 0)

    assert caplog.text.count("Redis is away") == 1


def test_processes_count_together_in_redis(redis_url: str) -> None:
    rate = Rate("test", 9, 60)

    assert [Counts(redis_url).add(rate, "me", 0).used for _number in range(3)] == [1, 2, 3]
