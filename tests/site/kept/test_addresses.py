"""Which questions may be answered from kept pages."""

import pytest
from flask import Flask
from werkzeug.test import EnvironBuilder

from cms.site import KEPT
from cms.site.kept.address import Addresses

BASE = "http://localhost"


@pytest.fixture
def addresses(app: Flask, clean: None) -> Addresses:
    return Addresses(app, BASE, KEPT)


def key_of(addresses: Addresses, path: str, **headers: str) -> str | None:
    return addresses.key(EnvironBuilder(path, base_url=BASE, headers=headers).get_environ())


@pytest.mark.parametrize("path", ["/", "/posts/it", "/administration", "/apiary/honey", "/nothing"])
def test_any_address_of_the_site_has_a_key(addresses: Addresses, path: str) -> None:
    assert key_of(addresses, path) == f"{path}?"


@pytest.mark.parametrize("path", ["/admin/", "/admin/posts/?search=x", "/account/", "/login"])
def test_private_areas_have_none_and_ask_for_no_generation(addresses: Addresses, path: str) -> None:
    assert key_of(addresses, path) is None


@pytest.mark.parametrize(
    ("path", "key"),
    [
        ("/api/v1/posts", "/api/v1/posts?"),
        ("/api/v1/posts?", "/api/v1/posts?"),
        ("/api/v1/posts?tag=sea&limit=5", "/api/v1/posts?limit=5&tag=sea"),
        ("/api/v1/posts?%6Cimit=5&tag=s%65a", "/api/v1/posts?limit=5&tag=sea"),
        ("/api/v1/posts?tag=a%26limit%3D5", "/api/v1/posts?tag=a%26limit%3D5"),
        ("/api/v1/posts?tag=", "/api/v1/posts?tag="),
    ],
)
def test_a_question_of_a_program_has_one_key_however_it_is_spelled(addresses: Addresses, path: str, key: str) -> None:
    assert key_of(addresses, path) == key


@pytest.mark.parametrize(
    "query", ["limit=5&limit=5", "limit=5&limit=6", "tag=%00", "tag=%ff", "tag=%EF%BF%BD", "tag=é", "tag=" + "x" * 2000]
)
def test_what_is_repeated_malformed_or_too_long_is_left_to_flask(addresses: Addresses, query: str) -> None:
    environ = EnvironBuilder("/api/v1/posts", base_url=BASE).get_environ()
    environ["QUERY_STRING"] = query.encode().decode("latin-1")

    assert addresses.key(environ) is None


@pytest.mark.parametrize("name", ["Authorization", "Origin", "If-Match"])
def test_so_are_programs_that_say_who_they_are_or_what_they_have(addresses: Addresses, name: str) -> None:
    assert key_of(addresses, "/api/v1/posts", **{name: ""}) is None


@pytest.mark.parametrize(
    ("path", "leads"),
    [
        ("/api/v1/posts?", True),
        ("/api/v1/posts?fields=id&limit=5&view=public", True),
        ("/api/v1/posts?colour=red", False),
        ("/api/v1/posts?=", False),
        ("/api/v1/posts/5?limit=5", False),
        ("/api/v1/posts/5/revisions?", False),
        ("/api/v1/posts/?", False),
        ("/api/v1/tokens/self?", False),
        ("/api/v1/openapi.json?", False),
        ("/api/v1/jwks.json?", False),
        ("/api/v1/?", False),
        ("/api/v2/posts?", False),
    ],
)
def test_only_reads_that_are_open_to_all_lead_somewhere_and_with_what_they_know(
    addresses: Addresses, path: str, leads: bool
) -> None:
    assert addresses.leads_somewhere(path, path.partition("?")[0]) is leads


@pytest.mark.parametrize(
    ("path", "leads"),
    [
        *(("/api/v1/posts/5", True), ("/api/v1/posts/05", False), ("/api/v1/posts/50", True)),
        *(("/archive/2026/01", True), ("/archive/02026/01", False)),
        *(("/sitemap-1.xml", True), ("/sitemap-001.xml", False)),
        *(("/posts/007-bond", True), ("/tags/2026", True)),
    ],
)
def test_a_number_is_spelled_in_one_way(addresses: Addresses, path: str, leads: bool) -> None:
    """With zeros before it there would be any number of addresses, each with a file, for one and the same answer."""
    assert addresses.leads_somewhere(f"{path}?", path) is leads
