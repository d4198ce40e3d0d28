"""Every route × every built-in role × visitors, against one table that people can read: `table.txt`.

A route that the table does not list fails, and so does a line without a route. Ids are always those of things that the
walker does not own. `UPDATE_WALK=1` writes the table anew; read the difference before you commit it.
"""

import os
from collections import defaultdict
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import Engine, inspect, text
from sqlalchemy.orm import Session
from werkzeug.routing import Rule
from werkzeug.test import TestResponse

from cms.web import rates
from cms.web.gate import needs_of
from tests.browser import Browser
from tests.conftest import NOON
from tests.factories import Make
from tests.walk.world import ROLES, World, address, build
from tests.wiping import wipe

TABLE = Path(__file__).with_name("table.txt")
SAFE = ("GET",)
#: No cookie is looked at here, so that no token of a form protects it; `tests/api` asks with tokens of programs.
PROGRAMS = "/api/"
#: Forms without a session: they carry a signed stamp or have a secret address, and their own tests try them without.
STAMPED = {"site.comment_form", "site.subscribe", "site.subscribe_confirm", "site.unsubscribe"}


def routes(app: Flask) -> list[tuple[str, Rule]]:
    """Method and rule of everything reachable; HEAD and OPTIONS follow GET."""
    pairs = {
        (method, rule.endpoint, rule.rule): (method, rule)
        for rule in app.url_map.iter_rules()
        for method in rule.methods or ()
        if method not in ("HEAD", "OPTIONS")
    }
    return [pairs[key] for key in sorted(pairs)]


def name_of(method: str, rule: Rule) -> str:
    return f"{method} {rule.rule}"


def table() -> dict[str, dict[str, int]]:
    lines = [line.split() for line in TABLE.read_text().splitlines() if line and not line.startswith("#")]
    header, *rows = lines
    return {f"{row[0]} {row[1]}": dict(zip(header[2:], map(int, row[2:]), strict=True)) for row in rows}


@pytest.mark.timeout(900)  # some eight hundred requests, by somebody who is let in nearly everywhere
@pytest.mark.parametrize("role", ROLES)
def test_every_route_answers_this_role_as_the_table_says(app: Flask, engine: Engine, clean: None, role: str) -> None:
    browser, world = walk_in(app, engine, role)
    found = read_everything(browser, engine, world)
    for method, rule in routes(app):
        if method in SAFE:
            continue
        answer = browser.post(address(app, rule, world), method=method)
        assert_headers(answer, name_of(method, rule))
        found[name_of(method, rule)] = answer.status_code
        if may_have_changed_something(answer):
            browser, world = walk_in(app, engine, role)

    if os.environ.get("UPDATE_WALK"):
        write(role, found)
    assert found == {route: row[role] for route, row in table().items()}


def read_everything(browser: Browser, engine: Engine, world: World) -> dict[str, int]:
    """What each address gives to whoever reads it; asking for its head alone gives the same, and neither writes."""
    found, before = {}, rows(engine)
    for method, rule in routes(browser.app):
        if method in SAFE:
            url = address(browser.app, rule, world)
            read, asked = browser.get(url), browser.client.head(url)
            assert_headers(read, name_of(method, rule))
            assert (asked.status_code, asked.location) == (read.status_code, read.location), name_of("HEAD", rule)
            found[name_of(method, rule)] = read.status_code
    assert rows(engine) == before
    return found


def test_every_unsafe_route_refuses_a_request_without_a_token(app: Flask, engine: Engine, clean: None) -> None:
    browser, world = walk_in(app, engine, "owner")
    answers = {
        name_of(method, rule): browser.client.open(address(app, rule, world), method=method).status_code
        for method, rule in routes(app)
        if method not in SAFE and rule.endpoint not in STAMPED and not rule.rule.startswith(PROGRAMS)
    }
    assert answers
    assert set(answers.values()) == {400}, answers


def test_every_unsafe_route_refuses_a_form_from_another_site_even_with_a_token(
    app: Flask, engine: Engine, clean: None
) -> None:
    browser, world = walk_in(app, engine, "owner")
    given = {"csrf_token": browser.token()}
    answers = {
        (name_of(method, rule), origin): browser.client.open(
            url, method=method, data=given, headers={"Origin": origin}
        ).status_code
        for method, rule in routes(app)
        if method not in SAFE and not rule.rule.startswith(PROGRAMS)
        for url in [address(app, rule, world)]
        for origin in ("https://evil.invalid", "http://localhost.evil.invalid", "http://[evil")
    }
    assert answers
    assert set(answers.values()) == {400}, answers


def test_every_answer_over_https_asks_for_https_for_a_year(app: Flask, engine: Engine, clean: None) -> None:
    browser, world = walk_in(app, engine, "anonymous")
    for method, rule in routes(app):
        if method in SAFE:
            answer = browser.client.get(address(app, rule, world), base_url="https://localhost")
            assert "max-age=31536000" in answer.headers.get("Strict-Transport-Security", ""), rule.rule


def test_every_endpoint_has_declared_what_it_needs(app: Flask) -> None:
    assert [rule.endpoint for _method, rule in routes(app) if needs_of(app, rule.endpoint) is None] == []


#: Whoever is signed in has a page of their own in the back office, its palette and their preferences.
ONES_OWN = (" /admin/", " /admin/palette/", " /admin/preferences/")


def test_the_table_has_nothing_to_hide_from_nobody(app: Flask) -> None:
    """Visitors get nothing under /admin but the way to the sign-in page; nobody gets a 500 anywhere."""
    for route, row in table().items():
        assert max(row.values()) < 500, route
        if " /admin" in route:
            assert row["anonymous"] == 302, route
            assert row["member"] in (302, 403, 404) or route.endswith(ONES_OWN), route


def may_have_changed_something(answer: TestResponse) -> bool:
    return answer.status_code < 400 and not (answer.location or "").startswith("/login")


def rows(engine: Engine) -> dict[str, int]:
    """How many rows each table has, but for reads, which are written a minute after the first by whoever comes then."""
    tables = set(inspect(engine).get_table_names()) - {"post_reads", "site_reads"}
    with engine.connect() as connection:
        return {name: connection.scalar(text(f'SELECT count(*) FROM "{name}"')) or 0 for name in tables}


def walk_in(app: Flask, engine: Engine, role: str) -> tuple[Browser, World]:
    """A fresh site and somebody of this role in it."""
    wipe(engine, Path(app.instance_path))
    rates.init_app(app)  # whoever walks asks for everything in one minute
    with Session(engine, expire_on_commit=False) as session:
        world = build(session, Make(session, NOON), role)
    browser = Browser(app)
    if world.walker is not None:
        browser.sign_in(world.walker)
    return browser, world


def assert_headers(answer: TestResponse, route: str) -> None:
    policy = answer.headers.get("Content-Security-Policy", "")
    assert "default-src 'none'" in policy, route
    assert "unsafe" not in policy, route
    assert "frame-ancestors 'none'" in policy or "sandbox" in policy, route
    assert answer.headers.get("X-Content-Type-Options") == "nosniff", route
    assert answer.headers.get("Referrer-Policy"), route


def write(role: str, found: dict[str, int]) -> None:
    known = defaultdict(dict, table()) if TABLE.exists() else defaultdict(dict)
    for route, status in found.items():
        known[route][role] = status
    width = max(map(len, found)) + 2
    lines = ["# What each role gets; ids are of things that are not theirs. Read by test_every_route.py."]
    lines.append(f"{'method route':<{width}}" + "".join(f"{role:>13}" for role in ROLES))
    for route in sorted(found, key=lambda name: (name.split()[1], name)):
        lines.append(f"{route:<{width}}" + "".join(f"{known[route].get(role, 0):>13}" for role in ROLES))
    TABLE.write_text("\n".join(lines) + "\n")
