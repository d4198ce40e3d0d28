"""What programs read in a refusal: one word for one reason, wherever it was noticed."""

import errno
import logging
import socket

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from tests.browser import Browser
from tests.factories import Make


@pytest.mark.parametrize(
    ("method", "body", "status", "code"),
    [
        ("GET", "", 404, "not_found"),
        ("POST", "a=" + "b" * 5_000_000, 413, "too_large"),
        ("POST", "a=%ff", 400, "bad_request"),
    ],
)
def test_what_the_framework_refuses_has_the_word_of_our_own_refusals(
    browser: Browser, method: str, body: str, status: int, code: str
) -> None:
    answer = browser.client.open(
        "/api/v1/nothing", method=method, data=body, content_type="application/x-www-form-urlencoded"
    )

    assert answer.status_code == status
    assert answer.json is not None
    assert answer.json["error"]["code"] == code
    assert answer.json["error"]["message"]
    assert answer.json["error"]["fields"] == {}


@pytest.mark.parametrize(
    ("error", "status", "level"),
    [
        (ConnectionResetError(errno.ECONNRESET, "reset"), 503, logging.WARNING),
        (TimeoutError("timed out"), 503, logging.WARNING),
        (socket.gaierror(socket.EAI_AGAIN, "no name server"), 503, logging.WARNING),
        (OSError(errno.ENOSPC, "full"), 503, logging.WARNING),
        (OSError(errno.EMFILE, "too many files"), 503, logging.WARNING),
        (OSError(errno.EIO, "broken"), 503, logging.WARNING),
        (FileNotFoundError(errno.ENOENT, "no such file"), 500, logging.ERROR),
        (PermissionError(errno.EACCES, "refused"), 500, logging.ERROR),
        (NotADirectoryError(errno.ENOTDIR, "no folder"), 500, logging.ERROR),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, OSError) else "",
)
def test_only_what_is_away_is_worth_another_try(
    app: Flask, caplog: pytest.LogCaptureFixture, error: OSError, status: int, level: int
) -> None:
    with app.test_request_context("/posts/a"):
        answer = app.make_response(app.handle_user_exception(error))

    assert answer.status_code == status
    assert ("Retry-After" in answer.headers) == (status == 503)
    assert [record.levelno for record in caplog.records if record.name == "cms.web.errors"] == [level]


@pytest.mark.parametrize("token", ["", "forged"])
def test_a_form_without_its_token_says_what_to_do(browser: Browser, session: Session, make: Make, token: str) -> None:
    editor = make.editor()
    session.commit()
    browser.sign_in(editor)

    answer = browser.client.post("/admin/tags/new/", data={"name": "Sea", "csrf_token": token})

    assert answer.status_code == 400
    assert "Go back, reload the page and try again." in answer.text
    assert "CSRF" not in answer.text
