"""`serve`, `dev` and `demo`: they come up, they come up again quickly, and they stop when told to."""

import contextlib
import http.client
import json
import re
import socket
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path

import pytest

from cms.cli.addresses import address_of
from tests.cli.conftest import Result, Served, free_port

Run = Callable[..., Result]
Start = Callable[..., Served]


def test_serve_sets_an_empty_installation_up_and_prints_the_way_in(start: Start) -> None:
    served = start("serve")
    served.until_up()

    address = re.search(r"http\S+/set-up\S+", served.log.read_text())
    assert address is not None
    with urllib.request.urlopen(address[0], timeout=5) as page:
        assert page.status == 200
    assert served.stop() == 0


@pytest.mark.parametrize(
    ("host", "address"),
    [
        ("192.0.2.7", "http://192.0.2.7:8123"),
        ("0.0.0.0", "http://127.0.0.1:8123"),
        ("::", "http://[::1]:8123"),
        ("::1", "http://[::1]:8123"),
    ],
)
def test_links_lead_to_a_host_that_a_browser_can_reach(host: str, address: str) -> None:
    assert address_of(host, 8123) == address


def test_serve_says_nothing_of_set_up_once_there_is_an_owner(run: Run, start: Start, migrated: None) -> None:
    run("users", "create-owner", "--email", "o@example.com", "--password", "nine lamps along the quay")
    served = start("serve")
    served.until_up()

    assert "set-up" not in served.log.read_text()
    assert served.stop() == 0


@pytest.mark.parametrize("command", ["serve", "dev", "demo"])
def test_a_port_in_use_is_one_line(run: Run, command: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        refused = run(command, "--port", str(taken.getsockname()[1]))

    assert refused.code == 1
    assert refused.err.count("\n") == 1
    assert "cannot be used" in refused.err


def test_serve_refuses_an_older_schema(run: Run, manage: Run, migrated: None) -> None:
    run("db", "downgrade", "0001")

    refused = manage("serve", "--port", str(free_port()))
    assert refused.code == 1
    assert refused.err == "Error: The database is not up to date. Run: python3 manage.py db upgrade\n"


def test_no_header_of_a_visitor_leads_the_links_of_a_page_elsewhere(start: Start) -> None:
    served = start("serve")
    served.until_up()

    for prefix in ("//evil.invalid", "/@evil.invalid"):
        lines = [
            f"GET {prefix}/login HTTP/1.1",
            "Host: 127.0.0.1",
            f"SCRIPT_NAME: {prefix}",
            "X-Forwarded-Host: evil.invalid",
            "X-Forwarded-Prefix: //evil.invalid",
            "Connection: close",
        ]
        with socket.create_connection(("127.0.0.1", served.port)) as visitor:
            visitor.sendall("\r\n".join([*lines, "", ""]).encode())
            answer = visitor.makefile("rb").read().decode()
        assert answer.startswith("HTTP/1.1 404")
        assert "evil.invalid/" not in answer
    assert served.stop() == 0


def test_the_document_of_the_api_names_what_the_server_itself_refuses(start: Start) -> None:
    served = start("serve")
    served.until_up()

    def asked(path: str, **headers: str) -> tuple[int, bytes]:
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", served.port, timeout=10)) as connection:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            return answer.status, answer.read()

    document = json.loads(asked("/api/v1/openapi.json")[1])
    known = document["paths"]["/api/v1/posts"]["get"]["responses"]
    refused = [asked(f"/api/v1/posts?cursor={'a' * 5000}"), asked("/api/v1/posts", Authorization="a" * 9000)]
    assert served.stop() == 0

    assert [status for status, _page in refused] == [414, 431]
    assert all("content" not in known[str(status)] for status, _page in refused), "which is not our JSON"


def test_dev_serves(start: Start) -> None:
    served = start("dev")

    served.until_up()
    assert served.get("/") == 200


def test_demo_fills_the_site_and_keeps_it_on_the_next_start(start: Start, run: Run) -> None:
    first = start("demo")
    first.until_up()
    with urllib.request.urlopen(f"http://127.0.0.1:{first.port}/", timeout=5) as answer:
        assert "The Harbour Review" in answer.read().decode()
    assert "owner@example.com" in first.log.read_text()
    assert first.stop() == 0
    run("shell", "-c", "session.query(Post).filter_by(slug='tide-clock-pier-9').one().title = 'Mine'; session.commit()")

    second = start("demo")
    second.until_up()
    assert "Loading" not in second.log.read_text()
    assert run("shell", "-c", "print(session.query(Post).filter_by(title='Mine').count())").out == "1\n"
    assert second.stop() == 0


def test_demo_serves_what_is_there_once_demo_people_have_left(run: Run, start: Start, migrated: None) -> None:
    make = "session.add(Tag(name='Boats', key='boats', slug='boats', created_at=now, updated_at=now)); session.commit()"
    run("shell", "-c", f"from datetime import *; now = datetime.now(UTC); {make}")
    run("users", "create-owner", "--email", "owner@example.com", "--password", "copydesk-demo")

    served = start("demo")
    served.until_up()
    said = served.log.read_text()
    assert "owner@example.com" in said
    assert "editor@example.com" not in said
    assert "Loading" not in said


@pytest.mark.parametrize("env", ["staging", "production"])
def test_demo_refuses_where_readers_are(manage: Run, env: str) -> None:
    settings = {"CMS_SECRET_KEY": "kR7vT2mQ9xW4zL8pB3nH6jD1fG5sY0aC", "CMS_BASE_URL": "https://review.example"}

    refused = manage("demo", "--port", str(free_port()), CMS_ENV=env, **settings)
    assert (refused.code, refused.err) == (1, f"Error: CMS_ENV is {env}. Demo content is only for development.\n")


def test_demo_leaves_somebody_elses_installation_alone(run: Run, manage: Run, migrated: None) -> None:
    run("users", "create-owner", "--email", "real@example.com", "--password", "nine lamps along the quay")

    refused = manage("demo", "--port", str(free_port()))
    assert refused.code == 1
    assert "owner who is not a demo person" in refused.err


def test_while_developing_a_change_of_the_theme_is_seen_at_once(start: Start, installation: Path) -> None:
    """A file that changes, and one that comes: both are in every layer that is made at a start."""
    base, more = installation / "theme/templates/site/base.html", installation / "theme/static/mine.css"
    base.parent.mkdir(parents=True)
    base.write_text('{% extends "shipped/site/base.html" %}{% block foot %}ebb{% endblock %}')
    served = start("dev")
    served.until_up()
    assert "ebb" in served.text("/posts")

    base.write_text('{% extends "shipped/site/base.html" %}{% block foot %}flood{% endblock %}')
    until_said(lambda: served.text("/posts"), "flood")
    more.parent.mkdir()
    more.write_text("body { color: navy }")
    until_said(lambda: served.text("/static/theme/copydesk.own/any/mine.css"), "navy")


def until_said(ask: Callable[[], str], word: str) -> None:
    """While it starts again it is away, or says what it said before."""
    deadline = time.monotonic() + 60
    while True:
        with contextlib.suppress(OSError):
            if word in ask():
                return
        assert time.monotonic() < deadline
        time.sleep(0.2)
