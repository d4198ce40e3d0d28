"""The page of backups: who may see it, a new one now, a check now; and what Today says of them."""

import re
import shutil
from collections.abc import Iterator

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.audit.models import Event
from cms.backups import actions
from cms.backups.shelf import Failure, Shelf
from cms.web import backing_up
from cms.web.worker import drain
from tests.browser import Browser
from tests.conftest import NOON
from tests.factories import Make


@pytest.fixture
def shelf(app: Flask, clean: None) -> Iterator[Shelf]:
    with app.app_context():
        shelf = backing_up.shelf()
    shutil.rmtree(shelf.root, ignore_errors=True)
    yield shelf
    shutil.rmtree(shelf.root, ignore_errors=True)


def test_an_owner_makes_one_and_has_it_checked(desk: Browser, session: Session, shelf: Shelf) -> None:
    assert "There is no backup yet." in desk.get("/admin/backups/").text

    assert desk.post("/admin/backups/make/", {}).status_code == 303

    [backup] = shelf.all()
    assert "Whole, tried" in desk.get("/admin/backups/").text
    assert desk.post(f"/admin/backups/{backup.name}/check/", {}).status_code == 303
    of_backups = select(Event.verb).where(Event.subject_type == "backups").order_by(Event.id)
    assert session.scalars(of_backups).all() == ["backup.make", "backup.check"]


def test_what_was_asked_for_is_shown_until_it_is_done(
    desk: Browser, session: Session, owner: User, shelf: Shelf
) -> None:
    actions.ask_to_make(session, by=owner, at=NOON)
    session.commit()

    page = desk.get("/admin/backups/").text

    assert "Under way" in page
    sheets = [desk.get(href).text for href in re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)]
    for name in re.findall(r'class="(part[\w-]*)"', page):
        assert any(f".{name} " in sheet for sheet in sheets), name  # else it looks like the title of the page


def test_a_damaged_one_says_so(desk: Browser, app: Flask, shelf: Shelf) -> None:
    desk.post("/admin/backups/make/", {})
    drain(app)
    [backup] = shelf.all()
    (backup.folder / backup.manifest.file).write_bytes(b"nothing")
    desk.post(f"/admin/backups/{backup.name}/check/", {})
    drain(app)

    page = desk.get("/admin/backups/").text
    assert "Damaged" in page
    assert "The copy of the database is damaged." in page
    assert "The last one failed" in page


def test_a_name_that_is_none_is_not_found(desk: Browser, shelf: Shelf) -> None:
    assert desk.post("/admin/backups/20260302-120000-000/check/", {}).status_code == 404
    assert desk.post("/admin/backups/..2f..2fetc/check/", {}).status_code == 404


def test_others_neither_see_nor_make_them(browser: Browser, session: Session, make: Make, shelf: Shelf) -> None:
    editor = make.editor()
    session.commit()
    insider = browser.sign_in(editor)

    assert insider.get("/admin/backups/").status_code == 403
    assert insider.post("/admin/backups/make/", {}).status_code == 403
    assert "Last put back for a trial" not in insider.get("/admin/").text
    assert shelf.all() == []


def test_today_says_when_the_last_was_made_how_large_it_is_and_that_it_was_tried(
    desk: Browser, app: Flask, shelf: Shelf
) -> None:
    assert "Never" in desk.get("/admin/").text
    desk.post("/admin/backups/make/", {})
    drain(app)

    page = desk.get("/admin/").text
    assert "Last put back for a trial" in page
    assert "Never" not in page
    shelf.note_failure(Failure(NOON, "The disk is full."))
    assert "The last one failed" in desk.get("/admin/").text
