"""Scripts of other sites: none may ask unless the owner names their origin, and never with a cookie."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from cms.core.errors import Invalid
from cms.settings.actions import change
from tests.api.conftest import Of
from tests.api.program import Program
from tests.factories import Make

APP = {"Origin": "https://app.example"}


@pytest.fixture
def welcome(session: Session, make: Make) -> Callable[..., None]:
    def _welcome(*origins: str) -> None:
        change(session, {"api_origins": list(origins)}, by=make.owner(), at=make.at)
        session.commit()

    return _welcome


def test_nobody_is_welcome_at_first(stranger: Program) -> None:
    answer = stranger.get("/posts", headers=APP)

    assert answer.status_code == 200
    assert not [name for name, _value in answer.headers if name.startswith("Access-Control")]
    assert "Origin" in answer.headers["Vary"]


def test_an_origin_that_was_named_may_ask_and_change(of: Of, make: Make, welcome: Callable[..., None]) -> None:
    welcome("https://app.example")
    program = of(make.editor())

    asked = program.ask("OPTIONS", "/tags", headers=APP | {"Access-Control-Request-Method": "POST"})
    made = program.post("/tags", {"name": "Sea"}, headers=APP)
    other = program.get("/tags", headers={"Origin": "https://app.example.evil.example"})

    assert asked.status_code == 200
    assert "PATCH" in asked.headers["Access-Control-Allow-Methods"]
    assert "Idempotency-Key" in asked.headers["Access-Control-Allow-Headers"]
    assert (made.status_code, made.headers["Access-Control-Allow-Origin"]) == (201, "https://app.example")
    assert "ETag" in made.headers["Access-Control-Expose-Headers"]
    assert "Access-Control-Allow-Credentials" not in made.headers
    assert "Access-Control-Allow-Origin" not in other.headers


def test_a_preflight_needs_no_token(stranger: Program, welcome: Callable[..., None]) -> None:
    welcome("*")

    answer = stranger.ask("OPTIONS", "/tokens/self", headers=APP | {"Access-Control-Request-Method": "GET"})

    assert (answer.status_code, answer.headers["Access-Control-Allow-Origin"]) == (200, "https://app.example")


@pytest.mark.parametrize("line", ["app.example", "https://app.example/", "https://App.example", "https://a.example/x"])
def test_what_is_no_origin_is_no_setting(session: Session, make: Make, line: str) -> None:
    with pytest.raises(Invalid):
        change(session, {"api_origins": [line]}, by=make.owner(), at=make.at)
