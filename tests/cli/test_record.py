"""`audit verify`, as an operator types it."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from cms import create_app
from cms.extensions import db
from cms.web import recording
from tests.cli.conftest import Result

Run = Callable[..., Result]


@pytest.fixture
def sealed(run: Run, installation: Path, migrated: None) -> Path:
    """A site whose first events are sealed."""
    run("users", "create-owner", "--email", "o@example.com", "--password", "nine lamps along the quay")
    seal()
    return installation


def seal() -> None:
    with create_app().app_context():
        recording.seal_record()
        db.engine.dispose()


def rewrite(installation: Path, *more: str) -> None:
    """As whoever owns the tables may."""
    with closing(sqlite3.connect(installation / "copydesk.db")) as database:
        database.execute("DROP TRIGGER events_are_kept_update")
        database.execute("UPDATE events SET verb = 'tag.create' WHERE id = (SELECT min(id) FROM events)")
        for statement in more:
            database.execute(statement)
        database.commit()


def test_a_record_that_nobody_changed_is_told_with_its_digest(run: Run, sealed: Path) -> None:
    told = run("audit", "verify")
    assert told.code == 0, told.err
    assert "events; 0 are not sealed yet." in told.out
    digest = told.out.split()[-1]

    assert run("audit", "verify", "--noted", digest).code == 0
    other = run("audit", "verify", "--noted", "0" * 64)
    assert other.code == 1
    assert "No seal has the digest that was noted" in other.err


def test_a_change_that_somebody_made_in_the_database_is_told(run: Run, sealed: Path) -> None:
    rewrite(sealed)

    told = run("audit", "verify")

    assert told.code == 1
    assert "are not those that were sealed" in told.err


def test_a_record_that_was_rewritten_and_that_we_sealed_anew_ourselves_is_told(run: Run, sealed: Path) -> None:
    """Whoever holds the database alone needs no key: the next look seals what they left there."""
    rewrite(sealed, "DELETE FROM event_seals")
    for _look in range(2):
        seal()

    told = run("audit", "verify")

    assert told.code == 1
    assert "noted beside it is gone" in told.err


def test_a_backup_that_was_put_back_is_no_forgery(run: Run, sealed: Path) -> None:
    run("backup", "create")
    run("users", "create-owner", "--email", "p@example.com", "--password", "nine lamps along the quay")
    seal()
    assert run("backup", "restore", "--replace").code == 0
    assert run("audit", "verify").code == 0


def test_a_database_that_was_put_back_by_hand_is_none_for_whoever_says_so(run: Run, sealed: Path) -> None:
    rewrite(sealed, "DELETE FROM event_seals")
    seal()
    assert run("audit", "verify").code == 1

    assert run("audit", "verify", "--restored").code == 0

    assert run("audit", "verify").code == 0


def test_seals_of_another_key_are_good_only_for_whoever_says_so(
    run: Run, sealed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CMS_SECRET_KEY", "Tq8-zVw2_LkR5nYxB7mJdF3hGc9sPa4eUo6i")

    assert "made with another CMS_SECRET_KEY" in run("audit", "verify").err
    assert run("audit", "verify", "--other-key").code == 0
