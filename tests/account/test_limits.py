"""How often somebody may try to sign in."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from cms.accounts.models import Attempt
from tests.account.conftest import Another, Later, StartedAgain
from tests.browser import Browser
from tests.factories import PASSWORD, Make


def attempt(browser: Browser, email: str, password: str = "wrong", address: str = "192.0.2.1") -> TestResponse:
    return browser.post("/login", {"email": email, "password": password}, environ_overrides={"REMOTE_ADDR": address})


def test_the_eleventh_wrong_password_from_one_address_has_to_wait(
    browser: Browser, session: Session, make: Make, later: Later
) -> None:
    person = make.user()
    session.commit()

    answers = [attempt(browser, person.email).status_code for _number in range(11)]
    refused = attempt(browser, person.email, PASSWORD)

    assert answers == [422] * 10 + [429]
    assert refused.status_code == 429
    assert 0 < int(refused.headers["Retry-After"]) <= 300
    later(timedelta(seconds=301))
    assert attempt(browser, person.email, PASSWORD).status_code == 302


def test_an_unknown_address_is_limited_just_the_same(browser: Browser, session: Session) -> None:
    answers = [attempt(browser, "nobody@example.com").status_code for _number in range(11)]

    assert answers == [422] * 10 + [429]


def test_case_and_blanks_make_no_other_account(browser: Browser, session: Session) -> None:
    for number in range(10):
        attempt(browser, ("NOBODY@example.com", " nobody@Example.com ")[number % 2])

    assert attempt(browser, "nobody@example.com").status_code == 429


def test_one_address_may_fail_fifty_times_at_all_accounts(browser: Browser, session: Session, make: Make) -> None:
    people = [make.user().email for _number in range(51)]
    session.commit()

    answers = [attempt(browser, email).status_code for email in people]

    assert answers == [422] * 50 + [429]


def test_one_account_may_be_tried_thirty_times_from_everywhere(browser: Browser, session: Session, make: Make) -> None:
    person = make.user()
    session.commit()

    answers = [attempt(browser, person.email, address=f"192.0.2.{number}").status_code for number in range(31)]

    assert answers == [422] * 30 + [429]
    assert attempt(browser, person.email, PASSWORD, address="198.51.100.7").status_code == 429


def test_the_owners_own_device_gets_in_while_strangers_are_locked_out(
    browser: Browser, another: Another, session: Session, make: Make
) -> None:
    person, other = make.user(), make.user()
    session.commit()
    device = another().sign_in(person)
    device.sign_out()
    for number in range(31):
        attempt(browser, person.email, address=f"192.0.2.{number}")
        attempt(browser, other.email, address=f"192.0.2.{number}")

    assert attempt(browser, person.email, PASSWORD, address="198.51.100.7").status_code == 429
    assert attempt(device, other.email, PASSWORD, address="198.51.100.7").status_code == 429
    assert attempt(device, person.email, PASSWORD, address="198.51.100.7").status_code == 302


def test_a_forged_device_cookie_helps_nobody(browser: Browser, session: Session, make: Make) -> None:
    person = make.user()
    session.commit()
    for number in range(30):
        attempt(browser, person.email, address=f"192.0.2.{number}")

    for forged in ("", "x", "W10.forged", '["a"]'):
        browser.client.set_cookie("copydesk-device", forged, path="/login")
        assert attempt(browser, person.email, PASSWORD, address="198.51.100.7").status_code == 429


def test_a_right_password_counts_nothing(browser: Browser, session: Session, make: Make) -> None:
    person = make.user()
    session.commit()

    for _number in range(12):
        assert attempt(browser, person.email, PASSWORD).status_code == 302
        browser.sign_out()

    assert session.scalar(select(func.count()).select_from(Attempt)) == 0


def test_a_household_with_many_addresses_is_one(browser: Browser, session: Session, make: Make) -> None:
    person = make.user()
    session.commit()

    answers = [attempt(browser, person.email, address=f"2001:db8:1:2::{number:x}").status_code for number in range(11)]

    assert answers[-1] == 429


def test_no_address_is_readable_in_the_table(browser: Browser, session: Session) -> None:
    attempt(browser, "nobody@example.com")

    digests = list(session.scalars(select(Attempt.digest)))
    assert len(digests) == 3
    assert all(len(digest) == 64 for digest in digests)


def test_the_count_survives_a_restart(browser: Browser, started_again: StartedAgain) -> None:
    for _number in range(10):
        attempt(browser, "nobody@example.com")

    restarted = started_again("http://localhost")

    assert attempt(restarted, "nobody@example.com").status_code == 429


@pytest.mark.parametrize(
    ("change", "address", "limited"),
    [
        ({"limits": False}, "192.0.2.1", False),
        ({"env": "development"}, "127.0.0.1", False),
        ({"env": "development"}, "::1", False),
        ({"env": "development"}, "192.0.2.1", True),
        ({"env": "production"}, "127.0.0.1", True),
    ],
)
def test_limits_are_off_only_where_the_deployer_says_so_and_on_ones_own_machine(
    app: Flask,
    browser: Browser,
    session: Session,
    monkeypatch: pytest.MonkeyPatch,
    change: dict[str, Any],
    address: str,
    limited: bool,
) -> None:
    from dataclasses import replace

    running = app.extensions["copydesk"]
    monkeypatch.setitem(app.extensions, "copydesk", replace(running, config=replace(running.config, **change)))

    answers = [attempt(browser, "nobody@example.com", address=address).status_code for _number in range(11)]

    assert (answers[-1] == 429) is limited
