"""Who asks: tokens and JWTs, what makes them good for nothing, and cookies that are never looked at."""

import logging
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import pytest
from flask import Flask
from jwt import PyJWK
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from cms.accounts.actions import people
from cms.core.permissions import Permission
from cms.tokens import actions
from cms.tokens.models import ApiToken
from cms.web.callers import REGISTRY
from tests.account.conftest import passing_time
from tests.api.conftest import Of
from tests.api.program import Program, give_token
from tests.browser import Browser
from tests.counting import counted
from tests.factories import Make

P = Permission
API = "http://localhost/api/v1"


def claims_of(text: str) -> dict[str, Any]:
    claims: dict[str, Any] = jwt.decode(text, options={"verify_signature": False})
    return claims


def verified(program: Program, text: str, audience: str) -> dict[str, Any]:
    """As a third party does: with the key that anybody may read, and nothing else of ours."""
    [key] = Program(program.app).get("/jwks.json").json["keys"]
    assert jwt.get_unverified_header(text)["kid"] == key["kid"]
    claims: dict[str, Any] = jwt.decode(
        text, PyJWK(key).key, algorithms=["EdDSA"], audience=audience, issuer="http://localhost"
    )
    return claims


def test_a_token_says_who_it_speaks_for(of: Of, make: Make) -> None:
    author = make.author()

    told = of(author, [P.POST_VIEW, P.POST_EDIT]).get("/tokens/self")

    assert told.json["user"]["username"] == author.username
    assert told.json["scopes"] == ["post.view", "post.edit"]
    assert told.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize(
    "header",
    ["Bearer", "Bearer cds_nobody", "Bearer x.y.z", "Basic cds_x", "cds_x", "Bearer " + "x" * 5000, "Bearer cds_\xff"],
)
@pytest.mark.parametrize("path", ["/posts", "/tokens/self"])
def test_a_token_that_is_none_is_refused_also_where_none_is_needed(stranger: Program, header: str, path: str) -> None:
    answer = stranger.get(path, headers={"Authorization": header})

    assert answer.status_code == 401
    assert answer.headers["WWW-Authenticate"] == "Bearer realm=copydesk, error=invalid_token"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.json["error"]["code"] == "unauthorized"


def test_a_token_stops_at_once_when_it_is_revoked_or_its_owner_is_switched_off(
    app: Flask, session: Session, make: Make
) -> None:
    author, owner = make.author(), make.owner()
    token, text = give_token(app, session, author)
    program, switched_off = Program(app, text), Program(app, give_token(app, session, author)[1])

    assert program.get("/tokens/self").status_code == 200
    actions.revoke(session, token, by=author, at=make.at)
    session.commit()
    assert program.get("/tokens/self").status_code == 401
    people.deactivate(session, author, by=owner, at=make.at)
    session.commit()
    assert switched_off.get("/tokens/self").status_code == 401


def test_a_token_that_has_expired_opens_nothing(
    app: Flask, session: Session, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = Program(app, give_token(app, session, make.author(), days=7)[1])
    later = passing_time(app, monkeypatch)

    assert program.get("/tokens/self").status_code == 200
    later(timedelta(days=8))
    assert program.get("/tokens/self").status_code == 401


def test_a_right_that_its_owner_loses_is_lost_to_the_token(of: Of, session: Session, make: Make) -> None:
    editor, owner = make.editor(), make.owner()
    post = make.post()
    program = of(editor)

    assert program.get(f"/posts/{post.id}?view=desk").status_code == 200
    people.set_roles(session, editor, [make.roles["contributor"]], by=owner, at=make.at)
    session.commit()

    assert program.get(f"/posts/{post.id}?view=desk").status_code == 404
    assert program.post("/tags", {"name": "New"}).status_code == 403


def test_a_cookie_opens_nothing_and_is_not_asked_for(browser: Browser, session: Session, make: Make) -> None:
    owner = make.owner()
    draft = make.post(author=owner)
    session.commit()
    browser.sign_in(owner)

    refused = browser.get(f"/api/v1/posts/{draft.id}?view=desk")
    changed = browser.client.post("/api/v1/tags", json={"name": "From another site"})

    assert (refused.status_code, changed.status_code) == (401, 401)
    assert "Cookie" not in refused.headers["Vary"]
    assert "Set-Cookie" not in refused.headers


def test_whose_role_asks_for_a_second_factor_sets_one_up_first(of: Of, session: Session, make: Make) -> None:
    careful = make.role(P.POST_VIEW, second_factor_required=True)
    program = of(make.user(careful))

    for path in ("/posts", "/tokens/self", "/posts?view=desk"):
        answer = program.get(path)
        assert (answer.status_code, answer.json["error"]["message"]) == (
            403,
            "Your role asks for a second factor. Set one up first.",
        )


def test_no_token_is_in_a_log(app: Flask, session: Session, make: Make, caplog: pytest.LogCaptureFixture) -> None:
    _token, text = give_token(app, session, make.author())
    with caplog.at_level(logging.DEBUG):
        Program(app, text).get("/tokens/self")
        Program(app, text[:-1] + "x").get("/tokens/self")
        Program(app, text).post("/posts", {"title": 1})

    assert text[4:-1] not in caplog.text


def test_reading_with_a_token_writes_nothing_until_a_minute_has_passed(
    app: Flask, session: Session, make: Make, engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    used = app.extensions[REGISTRY]
    used.__init__(actions.note_used)
    token, text = give_token(app, session, make.author())
    later = passing_time(app, monkeypatch)
    program = Program(app, text)

    program.get("/posts")
    session.refresh(token)
    first = token.last_used_at
    session.rollback()
    with counted(engine) as statements:
        program.get("/posts")
    assert not any(statement.startswith("UPDATE") for statement in statements)
    later(timedelta(minutes=2))
    program.get("/posts")

    session.refresh(token)
    assert first is not None
    assert token.last_used_at is not None
    assert token.last_used_at > first


def test_a_jwt_is_verified_by_others_without_asking_us(of: Of, make: Make) -> None:
    author = make.author()
    program = of(author, [P.POST_VIEW, P.POST_EDIT])

    made = program.post("/tokens/jwt", {"audience": "https://search.example", "scopes": ["post.view"], "minutes": 15})
    claims = verified(program, made.json["token"], "https://search.example")

    assert made.status_code == 201
    assert (claims["sub"], claims["scope"]) == (str(author.id), "post.view")
    assert claims["exp"] - claims["iat"] <= 15 * 60
    assert {"jti", "iat", "aud", "iss"} <= claims.keys()
    with pytest.raises(jwt.InvalidAudienceError):
        verified(program, made.json["token"], "https://other.example")
    assert program.post("/tokens/jwt", {"minutes": 16}).status_code == 422
    assert program.post("/tokens/jwt", {"scopes": ["user.manage"]}).status_code == 422


def test_the_api_takes_a_jwt_of_its_own_within_its_rights_while_the_token_is_good(
    app: Flask, session: Session, make: Make
) -> None:
    author = make.author()
    token, text = give_token(app, session, author)
    program = Program(app, text)
    small = Program(app, program.post("/tokens/jwt", {"scopes": ["post.view"]}).json["token"])
    foreign = Program(app, program.post("/tokens/jwt", {"audience": "https://other.example"}).json["token"])

    assert small.get("/tokens/self").json["scopes"] == ["post.view"]
    assert small.post("/posts", {"title": "x"}).status_code == 403
    assert small.post("/tokens/jwt").status_code == 403
    assert foreign.get("/tokens/self").status_code == 401
    actions.revoke(session, session.get_one(ApiToken, token.id), by=author, at=make.at)
    session.commit()
    assert small.get("/tokens/self").status_code == 401


def test_a_jwt_ends(app: Flask, session: Session, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    program = Program(app, give_token(app, session, make.author())[1])
    short = Program(app, program.post("/tokens/jwt", {"minutes": 1}).json["token"])
    later = passing_time(app, monkeypatch)

    assert short.get("/tokens/self").status_code == 200
    later(timedelta(minutes=2))
    assert short.get("/tokens/self").status_code == 401


def test_a_jwt_of_somebody_else_s_key_is_none(app: Flask, session: Session, make: Make) -> None:
    program = Program(app, give_token(app, session, make.author())[1])
    said = claims_of(program.post("/tokens/jwt").json["token"])
    public = program.get("/jwks.json").json["keys"][0]["x"]
    later = said | {"exp": int(datetime.now(UTC).timestamp()) + 86_400}
    forged = [
        jwt.encode(said, "", algorithm="none"),
        jwt.encode(said, public, algorithm="HS256"),
        jwt.encode(later, str(app.secret_key), algorithm="HS256"),
    ]

    for text in forged:
        assert Program(app, text).get("/tokens/self").status_code == 401


def test_what_is_kept_is_no_secret(app: Flask, session: Session, make: Make) -> None:
    _token, text = give_token(app, session, make.author())

    row = session.execute(select(ApiToken.__table__)).one()

    assert text not in str(row)


def test_the_limits_of_a_token_outlive_the_transaction_that_it_was_found_in(
    of: Of, session: Session, make: Make
) -> None:
    """A large body, a key and a file each end that transaction before the view begins."""
    owner = make.owner()
    program = of(owner, [P.POST_CREATE, P.MEDIA_UPLOAD])

    large = program.post("/tags", {"name": "Sea", "description": "x" * 1_100_000})
    keyed = program.post("/posts", {"title": "Night ferry"}, headers={"Idempotency-Key": "one"})
    given = program.post("/posts", {"title": "Other", "author_id": owner.id, "noindex": True})

    assert (large.status_code, large.json["error"]["code"]) == (403, "not_allowed")
    assert keyed.status_code == 403
    assert "Edit posts" in keyed.json["error"]["message"]
    assert given.status_code == 403
