"""The screens that a second factor is set up on and asked for, up to where app and passkey part."""

from werkzeug.test import TestResponse

from cms.accounts.models import User
from tests.browser import Browser
from tests.factories import PASSWORD

PAGE = "/account/second-factor"


def confirm_password(browser: Browser) -> Browser:
    assert browser.post("/account/confirm", {"current_password": PASSWORD}).status_code == 302
    return browser


def enter_password(browser: Browser, person: User) -> TestResponse:
    return browser.post("/login", {"email": person.email, "password": PASSWORD})
