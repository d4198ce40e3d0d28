"""Every endpoint × every role × what a token was given: nothing opens that the gate did not declare.

The expectation is worked out from the policies and not from the API: who lacks every right that an endpoint declares is
refused, whoever has one and gave it to the token is not, and a token without it is like a person without it.
"""

import re
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import Engine
from sqlalchemy.orm import Session
from werkzeug.routing import Rule

from cms.accounts.models import User
from cms.accounts.policy import PlainPolicy
from cms.comments.lifecycle import CommentStatus
from cms.core.permissions import Permission
from cms.posts.lifecycle import PUBLISHED
from cms.web import gate, rates
from cms.web.gate import Undeclared, needs_of
from tests.api.program import Program, give_token
from tests.conftest import NOON
from tests.factories import Make
from tests.wiping import wipe

ROLES = ("member", "contributor", "author", "moderator", "editor", "owner")
MOVES = {"api_comments": "spam", "api_media": "trash", "api_users": "deactivate"}


ARGUMENT = re.compile(r"<(?:[^<>]*:)?(\w+)>")


def endpoints(app: Flask) -> list[tuple[str, Rule]]:
    rules = [rule for rule in app.url_map.iter_rules() if rule.rule.startswith("/api/v1/")]
    return sorted(
        ((method, rule) for rule in rules for method in rule.methods or () if method not in ("HEAD", "OPTIONS")),
        key=lambda pair: (pair[1].rule, pair[0]),
    )


def build(session: Session, role: str) -> tuple[User, dict[str, int]]:
    """Somebody of a role, and things that are not theirs, by the blueprint that shows them."""
    make = Make(session, NOON)
    walker = make.user(*([] if role == "member" else [role]))
    make.owner()
    post, page = make.post(status=PUBLISHED), make.page(status=PUBLISHED)
    comment = make.comment(post, status=CommentStatus.APPROVED)
    ids = {
        "api_posts": post.id,
        "api_pages": page.id,
        "api_tags": make.tag().id,
        "api_media": make.media().id,
        "api_comments": comment.id,
        "api_users": make.user().id,
    }
    session.commit()
    return walker, ids


def walk_in(app: Flask, engine: Engine, role: str) -> tuple[User, dict[str, int], str, str]:
    """A fresh site; with a token that has all that this person has, and one that has nothing."""
    wipe(engine, Path(app.instance_path))
    with Session(engine, expire_on_commit=False) as session:
        walker, ids = build(session, role)
        whole, empty = (give_token(app, session, walker, scopes)[1] for scopes in (None, []))
    return walker, ids, whole, empty


def ask(program: Program, method: str, rule: Rule, ids: dict[str, int]) -> int:
    area = rule.endpoint.partition(".")[0]
    known = {"id": ids.get(area, 0), "number": 1, "move": MOVES.get(area, "archive")}
    path = ARGUMENT.sub(lambda found: str(known[found[1]]), rule.rule)
    options: dict[str, Any] = {} if method == "GET" else {"json": {}}
    rates.init_app(program.app)
    headers = {"If-Match": "*"} if method in ("PATCH", "DELETE") else {}
    return program.ask(method, path.removeprefix("/api/v1"), headers=headers, **options).status_code


@pytest.mark.parametrize("role", ROLES)
def test_an_endpoint_opens_to_those_who_have_a_right_that_it_declares(
    app: Flask, engine: Engine, clean: None, role: str
) -> None:
    wrong = {}
    for number, (method, rule) in enumerate(endpoints(app)):
        needs = needs_of(app, rule.endpoint)
        assert needs is not None
        if method != "GET" or number == 0:
            walker, ids, whole, empty = walk_in(app, engine, role)
        may = needs.public or needs.signed_in or bool(PlainPolicy(walker).may_any(*needs.any_of))
        stranger = ask(Program(app), method, rule, ids)
        without = ask(Program(app, empty), method, rule, ids)
        with_all = ask(Program(app, whole), method, rule, ids)
        opens = needs.public or (needs.signed_in and not needs.scope)
        expected = {
            "stranger": stranger == 401 if not needs.public else stranger != 401,
            "without": without == 403 if not opens else without not in (401, 403),
            "with all": with_all not in (401,) if may else with_all == 403,
        }
        if not all(expected.values()):
            wrong[f"{method} {rule.rule}"] = (expected, stranger, without, with_all)
    assert wrong == {}


@pytest.mark.parametrize("view", ["/posts", "/pages", "/tags", "/media", "/comments", "/users", "/settings"])
def test_the_desk_is_closed_to_tokens_without_rights(app: Flask, session: Session, make: Make, view: str) -> None:
    empty = Program(app, give_token(app, session, make.owner(), [])[1])

    assert Program(app).get(f"{view}?view=desk").status_code == 401
    assert empty.get(f"{view}?view=desk").status_code == 403
    assert empty.get(view).status_code == 200


@pytest.mark.parametrize("right", list(Permission))
def test_one_right_opens_what_it_names_and_nothing_else(
    app: Flask, session: Session, make: Make, right: Permission
) -> None:
    """A token of an owner with a single right, at every list of the desk."""
    program = Program(app, give_token(app, session, make.owner(), [right])[1])
    P = Permission
    opened = {
        "/posts": {P.POST_VIEW, P.POST_EDIT, P.POST_REVIEW, P.POST_PUBLISH},
        "/pages": {P.POST_VIEW, P.PAGE_MANAGE},
        "/tags": {P.TAG_MANAGE, P.POST_EDIT, P.POST_CREATE, P.PAGE_MANAGE},
        "/media": {P.MEDIA_UPLOAD, P.MEDIA_MANAGE},
        "/comments": {P.COMMENT_MODERATE},
        "/users": {P.USER_VIEW, P.USER_MANAGE},
        "/settings": {P.SETTINGS_MANAGE},
    }

    for path, rights in opened.items():
        assert program.get(f"{path}?view=desk").status_code == (200 if right in rights else 403), path


def test_an_endpoint_that_declares_nothing_keeps_the_application_from_starting(app: Flask) -> None:
    house = Flask("house")
    house.add_url_rule("/api/v1/secrets", "api_secrets.index", lambda: "all of them")

    with pytest.raises(Undeclared, match=r"api_secrets\.index"):
        gate.refuse_undeclared(house)
