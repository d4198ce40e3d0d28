"""`users …`: the way in when the browser is not one."""

from collections.abc import Callable

import pytest

from tests.cli.conftest import Result

Run = Callable[..., Result]
PHRASE = "nine lamps along the quay"


@pytest.fixture
def owned(run: Run, migrated: None) -> Run:
    assert run("users", "create-owner", "--email", "mara@example.com", "--password", PHRASE).code == 0
    return run


def test_an_owner_is_made_once(owned: Run) -> None:
    again = owned("users", "create-owner", "--email", "MARA@example.com", "--password", PHRASE)

    assert again.code == 1
    assert again.err.startswith("Error: ")
    assert again.err.count("\n") == 1


@pytest.mark.parametrize("password", ["short", "password123"])
def test_a_weak_password_is_refused(run: Run, password: str, migrated: None) -> None:
    refused = run("users", "create-owner", "--email", "o@example.com", "--password", password)
    assert (refused.code, refused.out, refused.err.count("\n")) == (1, "", 1)


@pytest.mark.parametrize(
    "wrong",
    [("--email", "nobody"), ("--email", ""), ("--username", "admin"), ("--name", "n" * 81), ("--username", "a b")],
)
def test_what_an_owner_cannot_be_called_is_one_line(run: Run, wrong: tuple[str, str], migrated: None) -> None:
    given = {"--email": "o@example.com", "--password": PHRASE} | dict([wrong])

    refused = run("users", "create-owner", *(word for pair in given.items() for word in pair))
    assert (refused.code, refused.out, refused.err.count("\n")) == (1, "", 1)
    assert refused.err.startswith("Error: ")


def test_a_password_that_is_not_given_is_asked_for_twice(
    run: Run, monkeypatch: pytest.MonkeyPatch, migrated: None
) -> None:
    monkeypatch.setattr("click.termui.hidden_prompt_func", lambda _prompt: PHRASE)

    assert run("users", "create-owner", "--email", "o@example.com", "--name", "Mara").code == 0


def test_a_reset_prints_an_address_of_this_site(owned: Run) -> None:
    printed = owned("users", "reset-password", "Mara@Example.com")

    assert printed.code == 0
    assert printed.out.startswith("http://127.0.0.1:8000/reset")


def test_a_reset_for_nobody_is_one_line(owned: Run) -> None:
    refused = owned("users", "reset-password", "nobody@example.com")

    assert (refused.code, refused.err) == (1, "Error: There is no account with the address nobody@example.com.\n")
