"""A POST that is sent again is not done again."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier
from threading import Event as Flag
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from cms.api import tags
from cms.audit.models import Event
from cms.cli.tidy import tidy_up
from cms.comments import limits
from cms.core import deadline
from cms.posts.lifecycle import PUBLISHED
from cms.taxonomy.models import Tag
from cms.tokens.models import ApiAnswer
from cms.web import now
from tests.account.conftest import passing_time
from tests.api.conftest import Of
from tests.api.program import Program
from tests.factories import Make

KEY = {"Idempotency-Key": "7f3d-1"}


@pytest.fixture
def program(of: Of, make: Make) -> Program:
    return of(make.editor())


def count_tags(session: Session) -> int:
    """Without a transaction left open: the programs of a test write to the same database."""
    session.rollback()
    found = session.scalar(select(func.count()).select_from(Tag)) or 0
    session.rollback()
    return found


def test_the_same_request_gets_the_same_answer(program: Program, session: Session) -> None:
    first = program.post("/tags", {"name": "Sea"}, headers=KEY)
    again = program.post("/tags", {"name": "Sea"}, headers=KEY)

    assert (first.status_code, again.status_code) == (201, 201)
    assert again.data == first.data
    assert [again.headers[name] for name in ("ETag", "Location", "Content-Type")] == [
        first.headers[name] for name in ("ETag", "Location", "Content-Type")
    ]
    assert "Idempotency-Replayed" not in first.headers
    assert again.headers["Idempotency-Replayed"] == "true"
    assert count_tags(session) == 1
    assert session.scalar(select(func.count()).select_from(Event).where(Event.verb == "tag.create")) == 1


def test_another_request_with_the_same_key_is_refused(program: Program, session: Session) -> None:
    program.post("/tags", {"name": "Sea"}, headers=KEY)

    other = program.post("/tags", {"name": "Land"}, headers=KEY)

    assert (other.status_code, other.json["error"]["code"]) == (422, "invalid")
    assert count_tags(session) == 1


def test_a_key_is_of_one_token(program: Program, of: Of, make: Make) -> None:
    other = of(make.editor())

    program.post("/tags", {"name": "Sea"}, headers=KEY)

    assert other.post("/tags", {"name": "Land"}, headers=KEY).status_code == 201


def test_a_jwt_with_fewer_rights_is_not_told_what_its_token_was_told(app: Flask, program: Program) -> None:
    weak = Program(app, program.post("/tokens/jwt", {"scopes": ["tag.manage"]}).json["token"])
    program.post("/posts", {"title": "Sea"}, headers=KEY)
    program.post("/tags", {"name": "Sea"}, headers={"Idempotency-Key": "2"})

    assert weak.post("/posts", {"title": "Sea"}, headers=KEY).status_code == 403
    assert weak.post("/tags", {"name": "Sea"}, headers={"Idempotency-Key": "2"}).status_code == 422


def test_a_jwt_is_kept_nowhere_so_that_none_grows_into_a_stronger_one(
    app: Flask, program: Program, session: Session
) -> None:
    weak = Program(app, program.post("/tokens/jwt", {"scopes": []}).json["token"])

    first, second = (program.post("/tokens/jwt", {}, headers=KEY) for _ in range(2))

    assert first.json["token"] != second.json["token"]
    assert weak.post("/tokens/jwt", {}, headers=KEY).status_code == 403
    assert session.scalars(select(ApiAnswer)).all() == []


def test_what_was_refused_stays_refused_and_is_corrected_under_another_key(program: Program, session: Session) -> None:
    there = program.post("/tags", {"name": "Sea"})
    first = program.post("/tags", {"name": "Sea"}, headers=KEY)
    program.delete(f"/tags/{there.json['id']}", there.headers["ETag"])

    again = program.post("/tags", {"name": "Sea"}, headers=KEY)
    corrected = program.post("/tags", {"name": "Land"}, headers=KEY)

    assert (first.status_code, again.status_code, corrected.status_code) == (422, 422, 422)
    assert (again.data, again.headers["Idempotency-Replayed"]) == (first.data, "true")
    assert "another request" in corrected.json["error"]["message"]
    assert count_tags(session) == 0
    assert program.post("/tags", {"name": "Land"}, headers={"Idempotency-Key": "2"}).status_code == 201


def test_a_conflict_is_told_again_as_it_was(of: Of, make: Make, session: Session) -> None:
    desk = of(make.editor())
    path = f"/posts/{desk.post('/posts', {'title': 'Sea'}).json['id']}/moves"

    first, again = (desk.post(f"{path}/unpublish", headers=KEY) for _ in range(2))
    desk.post(f"{path}/publish")
    later = desk.post(f"{path}/unpublish", headers=KEY)

    assert [one.status_code for one in (first, again, later)] == [409, 409, 409]
    assert first.data == again.data == later.data
    assert desk.post(f"{path}/unpublish", headers={"Idempotency-Key": "2"}).status_code == 200


def test_whoever_looked_again_asks_for_something_else(of: Of, make: Make, session: Session) -> None:
    """What was told to a version that was old by then is no answer to one that is not."""
    desk = of(make.editor())
    made = desk.post("/posts", {"title": "Sea"})
    path = f"/posts/{made.json['id']}"
    changed = desk.patch(path, {"title": "Lake"}, made.headers["ETag"])

    def publish(etag: str) -> TestResponse:
        return desk.post(f"{path}/moves/publish", {}, headers=KEY | {"If-Match": etag})

    late, again, fresh = (publish(one.headers["ETag"]) for one in (made, made, changed))

    assert [one.status_code for one in (late, again, fresh)] == [412, 412, 422]
    assert "another request" in fresh.json["error"]["message"]


def test_what_was_no_request_yet_and_what_came_too_soon_take_no_key(of: Of, make: Make, session: Session) -> None:
    """A body that does not fit was never begun; and whoever is told to come back later may do so with the same key."""
    post, member = make.post(status=PUBLISHED), of(make.user())
    said = {"post_id": post.id, "body": "Hello"}

    assert member.post("/comments", {"post_id": "x", "body": "Hello"}, headers=KEY).status_code == 422
    for number in range(limits.LIMITS[0].most):
        member.post("/comments", said | {"body": str(number)})
    assert member.post("/comments", said, headers=KEY).status_code == 429
    assert session.scalars(select(ApiAnswer)).all() == []


def test_what_took_too_long_may_be_sent_again_at_once(program: Program, monkeypatch: pytest.MonkeyPatch) -> None:
    """As the answer says; the key must not stand for somebody who is at it still."""
    real = tags.taxonomy.create

    def create(*values: Any, **named: Any) -> Tag:
        deadline.begin(-1)
        return real(*values, **named)

    with monkeypatch.context() as slow:
        slow.setattr(tags.taxonomy, "create", create)
        late = program.post("/tags", {"name": "Sea"}, headers=KEY)

    assert (late.status_code, late.headers["Retry-After"]) == (503, "2")
    assert program.post("/tags", {"name": "Sea"}, headers=KEY).status_code == 201


@pytest.mark.parametrize("key", ["", "with space", "é", "x" * 256])
def test_a_key_has_a_form(program: Program, session: Session, key: str) -> None:
    answer = program.post("/tags", {"name": "Sea"}, headers={"Idempotency-Key": key})

    assert answer.status_code == 422
    assert count_tags(session) == 0


@pytest.fixture
def slow(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Flag, Flag]]:
    """Making a tag begins, and goes on when it is told to."""
    begun, go_on = Flag(), Flag()
    real = tags.taxonomy.create

    def create(*values: Any, **named: Any) -> Tag:
        begun.set()
        assert go_on.wait(20)
        return real(*values, **named)

    monkeypatch.setattr(tags.taxonomy, "create", create)
    yield begun, go_on
    go_on.set()


def test_of_two_at_once_one_is_told_to_wait(app: Flask, program: Program, session: Session, slow: Any) -> None:
    begun, go_on = slow
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    with ThreadPoolExecutor() as pool:
        first = pool.submit(lambda: program.post("/tags", {"name": "Sea"}, headers=KEY))
        assert begun.wait(20)
        second = pool.submit(lambda: Program(app, program.token).post("/tags", {"name": "Sea"}, headers=KEY))
        if is_sqlite:  # whose one writer the first is: the other may wait for it, and gets its answer
            go_on.set()
        answer = second.result(30)
        go_on.set()
        assert first.result(30).status_code == 201

    assert answer.status_code == 409 or (is_sqlite and answer.headers["Idempotency-Replayed"] == "true")
    assert count_tags(session) == 1
    assert program.post("/tags", {"name": "Sea"}, headers=KEY).headers["Idempotency-Replayed"] == "true"


@pytest.mark.parametrize(("name", "status"), [("Sea", 201), ("", 422)])
def test_of_many_at_once_one_acts_and_all_that_are_answered_are_told_the_same(
    app: Flask, program: Program, session: Session, name: str, status: int
) -> None:
    together = Barrier(6)

    def ask() -> TestResponse:
        asking = Program(app, program.token)
        together.wait(20)
        return asking.post("/tags", {"name": name}, headers=KEY)

    with ThreadPoolExecutor(6) as pool:
        answers = [one.result(60) for one in [pool.submit(ask) for _ in range(6)]]

    done = [one for one in answers if one.status_code != 409]
    assert {one.status_code for one in done} == {status}
    assert [one.headers.get("Idempotency-Replayed") for one in done].count(None) == 1
    assert len({one.data for one in done}) == 1
    assert count_tags(session) == (1 if name else 0)
    assert program.post("/tags", {"name": name}, headers=KEY).data == done[0].data


def test_while_somebody_is_at_it_others_are_told(program: Program, session: Session) -> None:
    program.post("/tags", {"name": "Sea"}, headers=KEY)
    kept = session.scalars(select(ApiAnswer)).one()
    kept.status, kept.lease_until = None, kept.lease_until + timedelta(days=1)
    session.commit()

    answer = program.post("/tags", {"name": "Sea"}, headers=KEY)

    assert (answer.status_code, answer.json["error"]["code"]) == (409, "conflict")


def test_a_process_that_died_at_it_keeps_nobody_waiting_for_ever(program: Program, session: Session) -> None:
    program.post("/tags", {"name": "Sea"}, headers=KEY)
    kept = session.scalars(select(ApiAnswer)).one()
    kept.status, kept.lease_until = None, kept.created_at - timedelta(seconds=1)
    session.commit()

    assert program.post("/tags", {"name": "Sea"}, headers=KEY).status_code == 422  # done anew: there is such a tag


def test_a_day_later_the_key_is_free(
    app: Flask, program: Program, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    program.post("/tags", {"name": "Sea"}, headers=KEY)
    passing_time(app, monkeypatch)(timedelta(hours=25))

    assert program.post("/tags", {"name": "Land"}, headers=KEY).status_code == 201


def test_tidying_forgets_answers_of_the_day_before(
    app: Flask, program: Program, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Which no request has to do for those of others."""
    program.post("/tags", {"name": "Sea"}, headers=KEY)
    passing_time(app, monkeypatch)(timedelta(hours=25))
    program.post("/tags", {"name": "Land"}, headers={"Idempotency-Key": "2"})
    assert len(session.scalars(select(ApiAnswer)).all()) == 2

    with app.app_context():
        done = tidy_up(session, at=now(), end_chunk=session.commit)

    assert done["answers to programs"] == 1
    assert session.scalars(select(ApiAnswer.key)).all() == ["2"]
