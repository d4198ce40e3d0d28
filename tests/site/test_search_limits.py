"""How often a network may search and be told titles while somebody types."""

import pytest

from cms.site import search
from cms.web.rates import Rate
from tests.browser import Browser


@pytest.mark.parametrize(("name", "address"), [("SEARCHES", "/search?q=tide"), ("SUGGESTIONS", "/search/suggest?q=ti")])
def test_whoever_asks_too_often_is_told_when_to_come_back(
    browser: Browser, monkeypatch: pytest.MonkeyPatch, name: str, address: str
) -> None:
    monkeypatch.setattr(search, name, Rate(name, 2, 3600))
    elsewhere = {"REMOTE_ADDR": "203.0.113.9"}

    answers = [browser.get(address) for _number in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert 0 < int(answers[2].headers["Retry-After"]) <= 3600
    assert browser.get(address, environ_overrides=elsewhere).status_code == 200
    assert browser.get("/").status_code == 200
