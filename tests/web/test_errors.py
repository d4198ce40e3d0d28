"""What programs read in a refusal: one word for one reason, wherever it was noticed."""

import pytest
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


@pytest.mark.parametrize("token", ["", "forged"])
def test_a_form_without_its_token_says_what_to_do(browser: Browser, session: Session, make: Make, token: str) -> None:
    editor = make.editor()
    session.commit()
    browser.sign_in(editor)

    answer = browser.client.post("/admin/tags/new/", data={"name": "Sea", "csrf_token": token})

    assert answer.status_code == 400
    assert "Go back, reload the page and try again." in answer.text
    assert "CSRF" not in answer.text
