"""`backup create|list|verify|restore`, as an operator types them."""

from collections.abc import Callable
from pathlib import Path

import pytest

from cms.core.shutter import Shutter
from tests.cli.conftest import Result, Served

Run = Callable[..., Result]
OWNER = ("users", "create-owner", "--email", "o@example.com", "--password", "nine lamps along the quay")


def test_a_site_is_backed_up_and_put_back_on_another_machine(
    run: Run, installation: Path, monkeypatch: pytest.MonkeyPatch, migrated: None
) -> None:
    run(*OWNER)

    made = run("backup", "create")
    assert made.code == 0, made.err
    name = made.out.split()[1]
    assert run("backup", "verify").out == f"{name} is whole: 0 files read, the database put back for a trial.\n"
    assert run("backup", "list").out.startswith(name)

    monkeypatch.setenv("CMS_INSTANCE", str(installation / "other"))
    monkeypatch.delenv("CMS_DATABASE_URL")
    done = run("backup", "restore", "--folder", str(installation / "backups"))
    assert done.code == 0, done.err
    assert done.out == f"{name} is back: 0 files. Everybody has to sign in again.\n"
    assert "CMS_SECRET_KEY is another" in done.err
    assert run("doctor").code == 0


def test_what_is_there_is_not_overwritten_without_being_asked(
    run: Run, installation: Path, monkeypatch: pytest.MonkeyPatch, migrated: None
) -> None:
    run("backup", "create")

    refused = run("backup", "restore")
    assert (refused.code, refused.err) == (
        1,
        "Error: There is a site here already. To put the backup in its place, add --replace.\n",
    )
    shutter = Shutter(installation)
    shutter.lead_to("what was there before", lambda: True)
    monkeypatch.setenv("CMS_STORED_PAGES", str(installation))
    done = run("backup", "restore", "--replace")
    assert done.code == 0
    assert shutter.target() is None
    [aside] = (installation / "backups" / "aside").glob("*/database.db")
    assert str(aside) in done.out
    assert run("backup", "restore", "no-such").err == "Error: There is no backup of this name.\n"


def test_nothing_is_put_back_under_the_feet_of_whoever_serves(
    run: Run, start: Callable[..., Served], installation: Path, migrated: None
) -> None:
    run("backup", "create")
    served = start("serve", "--workers", "1")
    served.until_up()

    refused = run("backup", "restore", "--replace")
    assert refused.err == f"Error: Something serves {installation} just now. Stop it first.\n"
    assert served.stop() == 0


def test_postgresql_is_backed_up_and_put_back(
    manage: Callable[..., Result], installation: Path, postgres_database: Callable[[str], str]
) -> None:
    one, other = postgres_database("backed_up"), postgres_database("put_back")
    manage("db", "upgrade", CMS_DATABASE_URL=one)
    assert manage("backup", "create", CMS_DATABASE_URL=one).code == 0

    done = manage("backup", "restore", CMS_DATABASE_URL=other)
    assert done.code == 0, done.err
    again = manage("backup", "restore", "--replace", CMS_DATABASE_URL=other)
    assert "What was here before is kept: the schema aside_" in again.out, again.err
    assert manage("db", "check", CMS_DATABASE_URL=other).code == 0

    wrong = manage("backup", "restore", "--replace")
    assert wrong.err == "Error: The backup is of the other kind of database.\n"


def test_an_empty_installation_has_nothing_to_back_up(run: Run) -> None:
    assert run("backup", "create").err == "Error: There is nothing here to back up.\n"
    assert "There is no backup in" in run("backup", "verify").err
