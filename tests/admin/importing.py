"""Sending a file to an area of the back office, and going on until it is done."""

import re

from werkzeug.test import TestResponse

from tests.browser import Browser

MOST_STEPS = 200


def send(browser: Browser, area: str, content: str | bytes, name: str = "rows.csv") -> TestResponse:
    """The answer to the upload, which is written out here: the client would leave large files open."""
    written = content.encode() if isinstance(content, str) else content
    token = _part('name="csrf_token"', browser.token().encode())
    body = token + _part(f'name="file"; filename="{name}"', written) + b"--x--\r\n"
    kind = "multipart/form-data; boundary=x"
    return browser.client.post(f"/admin/{area}/import/", data=body, content_type=kind)


def _part(head: str, content: bytes) -> bytes:
    return f"--x\r\nContent-Disposition: form-data; {head}\r\n\r\n".encode() + content + b"\r\n"


def preview(browser: Browser, area: str, content: str | bytes, name: str = "rows.csv") -> str:
    """The address of the page on which every row was looked at."""
    answer = send(browser, area, content, name)
    assert answer.status_code == 303, answer.text
    place = answer.location or ""
    go_on(browser, f"{place}look/", place)
    return place


def run(browser: Browser, place: str) -> str:
    """Press the button, and again until nothing is left; the page afterwards."""
    browser.post(f"{place}run/")
    return go_on(browser, f"{place}run/", place)


def go_on(browser: Browser, step: str, place: str) -> str:
    for _step in range(MOST_STEPS):
        page = browser.get(place).text
        if "data-running" not in page:
            return page
        browser.post(step)
    raise AssertionError("it never ends")


def told(page: str) -> str:
    """The text of a page as one line."""
    return " ".join(re.sub(r"<[^>]+>", " ", page.partition("<main")[2]).split())
