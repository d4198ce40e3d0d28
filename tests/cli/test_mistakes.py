"""What no command takes is one line and exit 1; who asks for nothing is shown what there is."""

from collections.abc import Callable

import pytest

from tests.cli.conftest import Result

Run = Callable[..., Result]


@pytest.mark.parametrize("command", [(), ("db",), ("users",), ("import",), ("search",)], ids=" ".join)
def test_a_command_without_its_second_half_shows_what_there_is(run: Run, command: tuple[str, ...]) -> None:
    shown = run(*command)

    assert (shown.code, shown.err) == (0, "")
    assert shown.out.startswith("Usage: python3 manage.py ")
    assert "Commands:" in shown.out


@pytest.mark.parametrize(
    "command",
    [
        ("no-such-command",),
        ("db", "sideways"),
        ("db", "upgrade", "--sideways"),
        ("db", "check", "twice"),
        ("db", "downgrade"),
        ("serve", "--port", "0"),
        ("serve", "--port", "many"),
        ("serve", "--workers", "0"),
        ("demo", "--port", "99999"),
        ("dev", "extra"),
        ("shell", "-c"),
        ("search", "rebuild", "posts"),
        ("users", "create-owner"),
        ("users", "reset-password"),
        ("import", "wordpress"),
        ("import", "markdown"),
        ("import", "ghost"),
        ("import", "drupal", "x.json"),
        ("tidy", "--sideways"),
        ("doctor", "--sideways"),
    ],
    ids=" ".join,
)
def test_what_no_command_takes_is_one_line(run: Run, command: tuple[str, ...]) -> None:
    refused = run(*command)

    assert (refused.code, refused.out) == (1, "")
    assert refused.err.startswith("Error: ")
    assert refused.err.count("\n") == 1
