"""A refused sign-in: it tells nothing by its words or its work, and cannot be made to keep us busy."""

import unicodedata

import pytest
from sqlalchemy.orm import Session

from cms.accounts import names
from cms.accounts.names import EMAIL_LENGTH
from cms.accounts.passwords import MOST_BYTES
from cms.web.passwords import hash_password
from tests.account.conftest import SetSetting, is_signed_in
from tests.accounts.events import events
from tests.browser import Browser
from tests.factories import PASSWORD, Make
from tests.listening import Hashing, cost_of, listen


@pytest.fixture
def composed(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every text that is put into a normal form, which for piled-up accents takes the square of their number."""
    texts: list[str] = []
    listen(monkeypatch, unicodedata, "normalize", lambda _form, text: texts.append(text))
    return texts


@pytest.fixture
def searched(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every text in which the library looks for an address."""
    texts: list[str] = []
    listen(monkeypatch, names, "validate_email", lambda text, **_options: texts.append(text))
    return texts


def test_a_wrong_password_an_unknown_address_and_an_account_switched_off_get_one_answer(
    browser: Browser, session: Session, make: Make
) -> None:
    known, off = make.user(), make.user(active=False)
    invited = make.user(password=None)
    session.commit()

    answers = {
        browser.post("/login", {"email": email, "password": password, "csrf_token": browser.token()})
        .text.replace(email, "")
        .partition("<form")[0]
        for email, password in [
            (known.email, "wrong"),
            ("nobody@example.com", "wrong"),
            (off.email, PASSWORD),
            (off.email, "wrong"),
            (invited.email, "wrong"),
        ]
    }

    assert len(answers) == 1
    assert "is wrong" in answers.pop()
    assert not is_signed_in(browser)


def test_known_and_unknown_addresses_take_the_same_time(
    browser: Browser, session: Session, make: Make, hashing: Hashing
) -> None:
    """Which is what argon2 takes: it has as much to do for everybody."""
    with browser.app.test_request_context():
        known, off = (make.user(password=hash_password(PASSWORD), active=active) for active in (True, False))
    invited = make.user(password=None)
    session.commit()

    def work_for(email: str) -> Hashing:
        hashing.clear()
        assert browser.post("/login", {"email": email, "password": "wrong"}).status_code == 422
        return list(hashing)

    work_for("warm-up@example.com")
    for email in (known.email, off.email, invited.email, "nobody@example.com"):
        assert work_for(email) == [(cost_of(known.password), len("wrong"))], email


def test_a_password_of_a_thousand_bytes_is_taken_and_a_megabyte_is_refused_quickly(
    browser: Browser, session: Session, make: Make, hashing: Hashing, composed: list[str]
) -> None:
    """As quickly as one of a thousand bytes: no more of it is looked at."""
    with browser.app.test_request_context():
        person = make.user(password=hash_password("é" * 500))
    session.commit()

    assert browser.post("/login", {"email": person.email, "password": "e" * 1_000_000}).status_code == 422
    assert browser.post("/login", {"email": person.email, "password": "é" * 500}).status_code == 302

    assert max(length for _cost, length in hashing) == MOST_BYTES
    assert max(map(len, composed)) <= MOST_BYTES


@pytest.mark.parametrize("address", ["a" + "\u0301" * 30_000 + "\u0316" * 30_000, "a" * 450_000])
@pytest.mark.parametrize("place", ["/login", "/reset", "/register"])
def test_an_address_made_to_keep_us_busy_is_refused_quickly(
    browser: Browser, set_setting: SetSetting, composed: list[str], searched: list[str], place: str, address: str
) -> None:
    """Since whatever takes more time than a text is long gets only what could be an address."""
    set_setting("sign_up", "open")

    for username in (address, "newcomer"):
        answer = browser.post(place, {"email": address, "username": username, "password": "a good long password"})
        assert answer.status_code in (302, 422)

    accented = [text for text in composed if not text.isascii()]
    assert max(map(len, [*accented, *searched]), default=0) <= 2 * EMAIL_LENGTH


def test_failures_leave_a_trace_and_no_word_of_what_was_typed(browser: Browser, session: Session, make: Make) -> None:
    person = make.user()
    session.commit()

    browser.post("/login", {"email": person.email, "password": "my secret canary"})
    browser.post("/login", {"email": "canary@example.com", "password": "my secret canary"})

    found = events(session)
    assert [(event.verb, event.subject_id) for event in found] == [
        ("user.sign_in_failed", person.id),
        ("user.sign_in_failed", None),
    ]
    assert "canary" not in str([(event.changes, event.subject_label, event.personal.values) for event in found])


def test_forms_say_what_is_wrong_beside_the_field(browser: Browser) -> None:
    page = browser.post("/login", {"email": "", "password": ""})

    assert page.status_code == 422
    assert 'aria-invalid="true"' in page.text
    assert 'aria-describedby="email-error"' in page.text
    assert 'id="email-error"' in page.text


@pytest.mark.parametrize("field", ["email", "password", "next", "remember"])
def test_strange_characters_are_malformed_or_refused_and_never_an_error(browser: Browser, field: str) -> None:
    for value, status in (("\0", {400}), ("\ud7ff\u202e" * 50, {422}), ("x" * 100_000, {422})):
        answer = browser.post("/login", {"email": "a@example.com", "password": "x"} | {field: value})
        assert answer.status_code in status


def test_a_password_that_grows_when_it_is_normalised_is_wrong_and_no_error(
    browser: Browser, session: Session, make: Make, hashing: Hashing, set_setting: SetSetting
) -> None:
    """On every form that takes one; the failure leaves its trace like any other."""
    set_setting("sign_up", "open")
    person = make.user()
    session.commit()
    grown = "\ufdfa" * 228
    new = {"email": "new@example.com", "username": "newcomer", "password": "\ufdfa\ufdfb" * 160}

    assert browser.post("/login", {"email": person.email, "password": grown}).status_code == 422
    assert browser.post("/register", new).status_code == 422
    browser.sign_in(person)
    assert browser.post("/account/confirm", {"current_password": grown}).status_code == 422
    change = {"current_password": PASSWORD, "password": "\ufdfa" * 327 + "abcd3fgh"}
    assert browser.post("/account/password", change).status_code == 422

    assert next(event.verb for event in events(session)) == "user.sign_in_failed"
    assert max(length for _cost, length in hashing) <= MOST_BYTES
