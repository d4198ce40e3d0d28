"""`db …`, `search rebuild`, `shell` and `doctor`: each does its work, and says in one line why it cannot."""

import io
import os
import shutil
import sqlite3
import stat
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import make_url

from cms.web import migrating
from tests.cli.conftest import ROOT, Result, free_port, spoil

Run = Callable[..., Result]


def test_upgrade_migrates_once_and_then_has_nothing_to_do(run: Run) -> None:
    assert "Applied: 0001" in run("db", "upgrade").out
    assert run("db", "upgrade").out == "The database is up to date.\n"
    assert run("db", "check").code == 0


def test_check_says_what_is_pending(run: Run) -> None:
    checked = run("db", "check")

    assert checked.code == 1
    assert checked.err.startswith("Error: Not applied yet: 0001")
    assert checked.err.count("\n") == 1


def test_downgrade_goes_back_after_a_copy_that_is_whole(run: Run, installation: Path) -> None:
    run("db", "upgrade")

    assert run("db", "downgrade", "0001").out.endswith("The database is at 0001.\n")
    [copy] = (installation / "backups").iterdir()
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with sqlite3.connect(copy) as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchone() > ("0001",)
    database.close()


def test_downgrade_to_nowhere_is_one_line(run: Run) -> None:
    run("db", "upgrade")

    gone = run("db", "downgrade", "no-such-revision")
    assert (gone.code, gone.err) == (1, "Error: There is no revision no-such-revision to go back to.\n")


def test_check_says_what_differs_from_the_models(run: Run, installation: Path) -> None:
    run("db", "upgrade")
    assert run("db", "check").out == "The database is up to date and agrees with the models.\n"
    spoil(installation, "DROP INDEX ix_tags_name_id")

    checked = run("db", "check")

    assert checked.code == 1
    assert checked.err.startswith("Error: The tables differ from the models: ")
    assert "ix_tags_name_id" in checked.err
    assert checked.err.count("\n") == 1


def test_a_migration_that_is_refused_is_one_line_and_changes_nothing(run: Run, installation: Path) -> None:
    run("db", "upgrade")
    run("db", "downgrade", "0003")
    spoil(installation, "INSERT INTO redirect_hits (redirect_id, hits) VALUES (9, 0)")

    for command in (("db", "upgrade"), ("db", "downgrade", "0002")):
        refused = run(*command)
        assert refused.code == 1
        assert refused.err.startswith("Error: Taken back: the migration would leave 1 rows without")
        assert refused.err.count("\n") == 1
    assert run("db", "check").err.startswith("Error: Not applied yet: 0004")


def test_a_migration_with_a_bug_is_no_refusal(
    run: Run, installation: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "migrations"
    shutil.copytree(ROOT / "migrations", folder, ignore=shutil.ignore_patterns("__pycache__"))
    last = max(path.name[:4] for path in (folder / "versions").glob("*.py"))
    (folder / "versions" / "9999_a_bug.py").write_text(
        f'revision, down_revision = "9999", "{last}"\n\n\ndef upgrade():\n    raise NotImplementedError("a bug")\n'
    )
    monkeypatch.setattr(migrating, "ROOT", tmp_path)

    with pytest.raises(NotImplementedError):
        run("db", "upgrade")


def test_upgrade_copies_what_is_there_first(run: Run, installation: Path) -> None:
    run("db", "upgrade")
    run("db", "downgrade", "0001", "--no-backup")
    assert not (installation / "backups").exists()

    upgraded = run("db", "upgrade")

    [copy] = (installation / "backups").iterdir()
    assert f"Copied to {copy}\nApplied: 0002" in upgraded.out


def test_a_copy_that_cannot_be_made_stops_the_rest(run: Run, installation: Path) -> None:
    run("db", "upgrade")
    (installation / "backups").write_text("in the way")

    refused = run("db", "downgrade", "0001")

    assert refused.code == 1
    assert refused.err.startswith("Error: ")
    assert refused.err.count("\n") == 1
    assert run("db", "check").code == 0


def test_postgresql_is_copied_with_its_own_program(
    manage: Callable[..., Result], installation: Path, postgres_database: Callable[[str], str]
) -> None:
    url = postgres_database("commands")
    assert manage("db", "upgrade", CMS_DATABASE_URL=url).code == 0

    assert manage("db", "downgrade", "0001", CMS_DATABASE_URL=url).code == 0
    [copy] = (installation / "backups").iterdir()
    assert copy.read_bytes().startswith(b"PGDMP")

    refused = manage("db", "upgrade", CMS_DATABASE_URL=url, PATH=str(installation))
    assert (refused.code, refused.out) == (1, "")
    assert refused.err.startswith("Error: The copy failed: pg_dump is needed. Install postgresql-client")


@pytest.mark.parametrize(("fails", "code"), [("", 0), ("exit 7", 1)])
def test_the_password_of_the_database_is_in_no_list_of_processes(
    manage: Callable[..., Result],
    installation: Path,
    postgres_database: Callable[[str], str],
    fails: str,
    code: int,
) -> None:
    url = make_url(postgres_database(f"secret_{code}")).set(password="a?secret/&x")
    address = url.render_as_string(hide_password=False)
    assert manage("db", "upgrade", CMS_DATABASE_URL=address).code == 0
    program = installation / "programs" / "pg_dump"
    program.parent.mkdir()
    program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$@" "password: $PGPASSWORD" > {installation / "said"}\n{fails}\n')
    program.chmod(0o755)

    done = manage("db", "downgrade", "0001", CMS_DATABASE_URL=address, PATH=f"{program.parent}:{os.environ['PATH']}")

    *arguments, password = (installation / "said").read_text().splitlines()
    assert password == "password: a?secret/&x"
    assert arguments
    assert not [argument for argument in arguments if "secret%" in argument or "secret/" in argument]
    assert done.code == code
    if code:
        assert done.err == "Error: The copy failed: pg_dump ended with 7.\n"
        assert list((installation / "backups").iterdir()) == []


def test_search_rebuild_counts_what_it_indexed(run: Run) -> None:
    run("db", "upgrade")

    assert run("search", "rebuild").out.splitlines()[0] == "posts: 0"
    assert run("media", "rebuild").out == "media uses: 0\n"


def test_commands_that_need_tables_say_how_to_get_them(run: Run) -> None:
    for command in (("search", "rebuild"), ("shell", "-c", "pass"), ("users", "reset-password", "a@example.com")):
        refused = run(*command)
        assert (refused.code, refused.out) == (1, "")
        assert refused.err == "Error: The database is not up to date. Run: python3 manage.py db upgrade\n"


@pytest.mark.parametrize("address", ["postgresql://nobody@127.0.0.1:9/nothing", "sqlite:////nonexistent/x.db"])
@pytest.mark.parametrize(
    "command",
    [
        ("serve", "--port", "0"),
        ("dev", "--port", "0"),
        ("demo", "--port", "0"),
        ("db", "upgrade"),
        ("db", "check"),
        ("db", "downgrade", "0001"),
        ("search", "rebuild"),
        ("shell", "-c", "pass"),
        ("users", "reset-password", "a@example.com"),
        ("import", "wordpress", "x.xml"),
    ],
    ids=" ".join,
)
def test_an_unreachable_database_is_one_line(
    run: Run, manage: Run, monkeypatch: pytest.MonkeyPatch, address: str, command: tuple[str, ...]
) -> None:
    monkeypatch.setenv("CMS_DATABASE_URL", address)
    if command[0] in ("serve", "demo"):  # which start others
        run = manage

    refused = run(*(str(free_port()) if argument == "0" else argument for argument in command))
    assert refused.code == 1
    assert refused.err.startswith("Error: The database cannot be reached: ")
    assert refused.err.count("\n") == 1


def test_the_doctor_goes_on_without_a_database(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CMS_DATABASE_URL", "postgresql://nobody@127.0.0.1:9/nothing")

    sick = run("doctor")
    assert (sick.code, sick.err.count("\n")) == (1, 1)
    assert "ok   media folder" in sick.out


def test_what_the_system_refuses_is_one_line(run: Run, installation: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CMS_LOG_FILE", str(installation))  # a folder

    refused = run("db", "check")
    assert (refused.code, refused.err) == (1, f"Error: {installation}: Is a directory\n")


def test_the_shell_has_the_models_and_a_session(run: Run) -> None:
    run("db", "upgrade")

    assert run("shell", "-c", "print(session.query(Post).count(), User.__tablename__)").out == "0 users\n"


def test_the_doctor_finds_a_database_that_others_can_read(run: Run, installation: Path) -> None:
    run("db", "upgrade")
    run("users", "create-owner", "--email", "o@example.com", "--password", "nine lamps along the quay")
    database = installation / "copydesk.db"
    database.chmod(0o644)

    sick = run("doctor")

    assert sick.code == 1
    assert f"{database} can be read by others. Run: chmod 600 {database}" in sick.out + sick.err


def test_the_shell_runs_what_comes_through_a_pipe(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    run("db", "upgrade")
    monkeypatch.setattr(sys, "stdin", io.StringIO("print(Tag.__tablename__)\nprint(app.name)"))

    assert run("shell").out == "tags\ncms\n"


def test_an_unknown_command_is_one_line(run: Run) -> None:
    assert run("no-such-command").code == 1
    assert run("no-such-command").err == "Error: No such command 'no-such-command'.\n"


def test_a_bad_setting_is_one_line(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CMS_ENV", "production")
    monkeypatch.delenv("CMS_SECRET_KEY", raising=False)

    refused = run("db", "check")
    assert refused.code == 1
    assert refused.err.startswith("Error: CMS_SECRET_KEY is not set.")
