"""Backups by the worker: on their schedule, once, checked afterwards, and told to owners where they fail."""

import shutil
from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from flask_mailman import EmailMessage
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from cms.backups import actions
from cms.backups.shelf import Shelf
from cms.jobs.lifecycle import DONE, FAILED, WAITING
from cms.jobs.models import Job
from cms.settings.models import SettingValue
from cms.web import backing_up
from cms.web.worker import drain, look_at_the_clock
from tests.conftest import NOON
from tests.factories import Make


@pytest.fixture
def shelf(app: Flask, clean: None) -> Iterator[Shelf]:
    with app.app_context():
        shelf = backing_up.shelf()
    shutil.rmtree(shelf.root, ignore_errors=True)
    yield shelf
    shutil.rmtree(shelf.root, ignore_errors=True)


@pytest.fixture
def outbox(app: Flask) -> Iterator[list[EmailMessage]]:
    state = app.extensions["mailman"]
    state.outbox = []
    yield state.outbox
    state.outbox = []


def jobs(session: Session) -> list[tuple[str, str]]:
    found = [(job.name, job.status) for job in session.scalars(select(Job).order_by(Job.id))]
    session.rollback()
    return found


def test_one_is_made_when_it_is_time_and_is_checked(app: Flask, session: Session, make: Make, shelf: Shelf) -> None:
    make.owner()
    session.commit()

    look_at_the_clock(app)
    look_at_the_clock(app)
    assert jobs(session) == [("backup.make", WAITING)]
    drain(app)

    assert jobs(session) == [("backup.make", DONE), ("backup.check", DONE)]
    [backup] = shelf.all()
    assert backup.is_sound
    look_at_the_clock(app)
    assert len(jobs(session)) == 2


def test_none_is_made_before_it_is_time_nor_where_the_settings_say_never(session: Session) -> None:
    day = timedelta(hours=24)
    assert actions.key_if_due(session, NOON - timedelta(hours=23), at=NOON, hours=24) is None
    assert actions.key_if_due(session, None, at=NOON, hours=0) is None

    key = actions.key_if_due(session, NOON - day, at=NOON, hours=24)
    assert key is not None
    assert actions.ask_for(session, key, at=NOON)
    assert not actions.ask_for(session, key, at=NOON)
    assert actions.key_if_due(session, NOON - day, at=NOON + timedelta(hours=1), hours=24) is None
    assert actions.key_if_due(session, NOON - day, at=NOON + day, hours=24) is not None


def test_a_job_that_is_done_twice_makes_one(app: Flask, session: Session, shelf: Shelf) -> None:
    look_at_the_clock(app)
    drain(app)
    session.execute(update(Job).where(Job.name == "backup.make").values(status=WAITING))
    session.commit()
    drain(app)

    assert len(shelf.all()) == 1


def test_a_failure_is_told_to_owners_once_and_tried_again(
    app: Flask, session: Session, make: Make, shelf: Shelf, outbox: list[EmailMessage]
) -> None:
    owner, _editor = make.owner(), make.editor()
    session.commit()
    shelf.prepare()
    shelf.sets.rmdir()
    shelf.sets.write_text("in the way")
    look_at_the_clock(app)
    drain(app)
    session.execute(update(Job).where(Job.name == "backup.make").values(run_at=NOON))
    session.commit()
    drain(app)

    assert [message.to for message in outbox] == [[owner.email]]
    assert "File exists" in outbox[0].body or "Not a directory" in outbox[0].body
    assert shelf.failure() is not None
    shelf.sets.unlink()
    session.execute(update(Job).where(Job.name == "backup.make").values(run_at=NOON))
    session.commit()
    drain(app)
    assert shelf.failure() is None
    assert len(shelf.all()) == 1


def test_a_backup_that_is_damaged_is_told_of(
    app: Flask, session: Session, make: Make, shelf: Shelf, outbox: list[EmailMessage]
) -> None:
    owner = make.owner()
    session.commit()
    look_at_the_clock(app)
    drain(app)
    [backup] = shelf.all()
    (backup.folder / backup.manifest.file).write_bytes(b"nothing")
    actions.ask_to_check(session, backup.name, by=owner, at=NOON)
    session.commit()
    drain(app)

    assert jobs(session)[-2:] == [("backup.check", FAILED), ("mail", DONE)]
    assert "damaged" in outbox[-1].body
    assert not shelf.get(backup.name).is_sound


def test_the_settings_say_how_long_they_are_kept(app: Flask, session: Session, shelf: Shelf) -> None:
    session.add_all(SettingValue(key=key, value=value, updated_at=NOON) for key, value in KEPT.items())
    look_at_the_clock(app)
    session.commit()
    drain(app)
    [first] = shelf.all()
    first.folder.rename(shelf.sets / "20200101-120000-000")
    manifest = shelf.sets / "20200101-120000-000" / "manifest.json"
    manifest.write_text(manifest.read_text().replace(f"{first.manifest.made_at:%Y-%m-%d}", "2020-01-01"))
    (shelf.sets / "20200101-120000-000" / "checked.json").unlink()

    session.execute(update(Job).values(dedupe_key=None))
    session.commit()
    look_at_the_clock(app)
    drain(app)

    assert [backup.manifest.made_at.year for backup in shelf.all()] != [2020]
    assert len(shelf.all()) == 1


KEPT = {"backup_days": 1, "backup_weeks": 0}
