"""Security headers, which are put together once and are those of Talisman all the same."""

import pytest
from flask import Flask, Response
from flask_talisman import Talisman

from cms.web.headers import Policies

pytestmark = pytest.mark.usefixtures("clean")

HSTS = "Strict-Transport-Security"


@pytest.fixture
def talisman(app: Flask) -> Policies:
    hooks = (getattr(hook, "__self__", None) for hook in app.after_request_funcs[None])
    return next(one for one in hooks if isinstance(one, Policies))


@pytest.mark.parametrize("endpoint", ["/", "/media/1/0123456789abcdef/photo.jpg"])
def test_answers_have_the_headers_that_talisman_gives_them(app: Flask, talisman: Policies, endpoint: str) -> None:
    for base_url in ("http://localhost", "https://localhost", "http://localhost"):
        with app.test_request_context(endpoint, base_url=base_url):
            usual = Talisman._set_response_headers(talisman, Response("text"))
            ours = [talisman._set_response_headers(Response("text")) for _time in range(2)]

        assert [list(one.headers) for one in ours] == [list(usual.headers)] * 2
        assert (HSTS in usual.headers) == base_url.startswith("https:")


def test_a_view_with_a_policy_of_its_own_keeps_it(app: Flask, talisman: Policies) -> None:
    policies = set()
    for path in ("/", "/media/1/0123456789abcdef/photo.jpg"):
        with app.test_request_context(path):
            policies.add(talisman._set_response_headers(Response()).headers["Content-Security-Policy"])

    assert len(policies) == 2


def test_what_a_view_said_is_overruled(app: Flask, talisman: Policies) -> None:
    with app.test_request_context("/"):
        answer = talisman._set_response_headers(Response(headers={"X-Frame-Options": "SAMEORIGIN"}))

    assert answer.headers.getlist("X-Frame-Options") == ["DENY"]
