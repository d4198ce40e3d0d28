"""Styles and scripts from another host (CMS_ASSET_URL): everything is found there, and runs."""

from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, Response, expect

from tests.e2e.conftest import running
from tests.e2e.walks import fill

pytestmark = pytest.mark.browser


def test_scripts_and_styles_come_from_another_host(person: Callable[..., Page], tmp_path: Path) -> None:
    page = person()
    answers: list[Response] = []
    page.on("response", lambda answer: answers.append(answer))

    with running("serve", tmp_path, CMS_ASSET_URL="http://localhost:{port}") as server:
        page.goto(server.url + server.last_link("set-up"))
        fields = {
            "Title of the site": "Notes from Pier 9",
            "E-mail address": "mara@example.com",
            "Username": "mara",
            "Password": "nineteen lamps lit",
        }
        fill(fields, "Set up")(page)
        expect(page.get_by_role("heading", level=1)).to_have_text("Today")
        page.keyboard.press("Control+k")  # the palette is a script with imports of its own
        expect(page.get_by_role("dialog")).to_be_visible()
        page.goto(f"{server.url}/", wait_until="networkidle")

    kinds = {}
    for answer in answers:
        if urlsplit(answer.url).hostname == "localhost":
            assert answer.status == 200, answer.url
            kinds.setdefault(Path(urlsplit(answer.url).path).suffix, answer)
    assert {".css", ".js"} <= kinds.keys()
    here = [urlsplit(answer.url).path for answer in answers if urlsplit(answer.url).hostname == "127.0.0.1"]
    assert not [path for path in here if path.endswith((".css", ".js"))]
