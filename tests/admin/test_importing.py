"""Files that come in: looked at first, then imported, stopped, undone as one. Tags stand for every area."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from cms.accounts.models import RoleGrant
from cms.admin import import_runs, importing
from cms.audit import imports
from cms.audit.models import Batch, Event, ImportRow
from cms.core.permissions import Permission
from cms.posts.models import Post
from cms.redirects.models import Redirect
from cms.taxonomy.models import Tag
from tests.admin.importing import preview, run, send, told
from tests.browser import Browser
from tests.factories import Make

FILE = "Name;Address;Parent;Colour\r\nSea;sea;;blue\r\nFerries;;Sea;\r\nHarbour;harbour;Nowhere;\r\n"


@pytest.fixture
def editor(browser: Browser, session: Session, make: Make) -> Browser:
    person = make.editor()
    session.commit()
    return browser.sign_in(person)


@pytest.fixture
def small_steps(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two rows in a transaction, one transaction in a request."""
    monkeypatch.setattr(import_runs, "CHUNK", 2)
    monkeypatch.setattr(importing, "CHUNKS", 1)


def names(session: Session) -> list[str]:
    found = list(session.scalars(select(Tag.name).order_by(Tag.name)))
    session.rollback()
    return found


def undo(browser: Browser, place: str) -> None:
    number = place.rstrip("/").rpartition("/")[2]
    assert browser.post(f"/admin/activity/batches/{number}/undo").status_code == 303


def test_a_file_is_looked_at_first_and_changes_nothing(editor: Browser, session: Session, make: Make) -> None:
    make.tag("Sea", description="Old")
    session.commit()

    page = told(editor.get(preview(editor, "tags", FILE)).text)

    assert "Nothing was changed yet." in page
    assert "not known here and are ignored: Colour." in page
    assert "Line 2 Unchanged Sea" in page
    assert "Line 3 New Ferries Address ferries Name Ferries Parent Sea" in page
    assert "Line 4 Refused Harbour Parent: There is no such tag." in page
    assert "Import 1 row" in page
    assert names(session) == ["Sea"]
    assert session.scalar(select(func.count(Event.id)).where(Event.verb.startswith("tag."))) == 0


def test_the_second_step_imports_what_can_be_and_one_undo_takes_it_back(editor: Browser, session: Session) -> None:
    place = preview(editor, "tags", FILE)
    page = told(run(editor, place))

    assert "2 done, 0 skipped, 0 refused" in page
    assert names(session) == ["Ferries", "Sea"]
    undo(editor, place)
    assert names(session) == []


def test_old_values_stand_beside_new_ones_and_undo_brings_them_back(
    editor: Browser, session: Session, make: Make
) -> None:
    water = make.tag("Water")
    sea = make.tag("Sea", description="Salt", parent_id=water.id)
    session.commit()

    place = preview(editor, "tags", f"id,name,parent,description\n{sea.id},Ocean,,\n")
    page = told(editor.get(place).text)
    assert "Name before: Sea → after: Ocean" in page
    assert "Parent before: Water → after: (empty)" in page
    assert "Description before: Salt → after: (empty)" in page
    run(editor, place)
    session.expire_all()
    assert (sea.name, sea.parent_id, sea.description) == ("Ocean", None, "")
    session.rollback()

    undo(editor, place)
    session.expire_all()
    assert (sea.name, sea.parent_id, sea.description) == ("Sea", water.id, "Salt")


@pytest.mark.parametrize(
    ("area", "content", "model"),
    [
        ("posts", "title,slug,tags\nOne,one,Sea\nTwo,two,Sea\n", Post),
        ("pages", "title,slug,parent\nBelow,below,Above\nAbove,above,\n", Post),
        ("redirects", "from_path,to_path\n/a,/b\n/c,/d\n", Redirect),
    ],
)
def test_a_whole_import_is_undone_in_every_area(
    editor: Browser, session: Session, area: str, content: str, model: type[Post | Redirect]
) -> None:
    place = preview(editor, area, content)
    assert "2 done, 0 skipped, 0 refused" in told(run(editor, place))

    undo(editor, place)

    left = session.scalars(select(model)).all()
    assert [one for one in left if not getattr(one, "is_trashed", False)] == []
    undone = session.scalars(select(Batch).order_by(Batch.id.desc())).first()
    assert undone is not None
    assert (undone.done, undone.skipped, undone.refused) == (2, 0, 0)


def test_a_large_file_is_looked_at_and_imported_in_steps_that_say_how_far_they_are(
    editor: Browser, session: Session, small_steps: None
) -> None:
    content = "name,parent\n" + "".join(f"Tag {number},Tag {number + 1}\n" for number in range(6)) + "Tag 6,\n"

    place = send(editor, "tags", content).location or ""
    page = editor.get(place).text
    assert "2 of 7 rows looked at" in told(page)
    assert 'value="2"' in page
    assert editor.post(f"{place}run/").status_code == 303
    assert names(session) == []
    for _step in range(3):
        editor.post(f"{place}look/")
    page = told(editor.get(place).text)
    assert "Import 7 rows" in page
    assert "Line 2 New Tag 0 Address tag-0 Name Tag 0 Parent Tag 1" in page

    editor.post(f"{place}run/")
    assert "2 of 7 rows imported" in told(editor.get(place).text)
    assert names(session) == ["Tag 5", "Tag 6"]
    assert "7 done" in told(run(editor, place))
    undo(editor, place)
    assert names(session) == []


def test_an_import_is_stopped_and_what_was_done_can_be_undone(
    editor: Browser, session: Session, small_steps: None
) -> None:
    place = preview(editor, "tags", "name\nA\nB\nC\n")
    editor.post(f"{place}run/")

    editor.post(f"{place}stop/")
    editor.post(f"{place}run/")

    page = told(editor.get(place).text)
    assert "stopped 2 done" in page
    assert "Not imported 1" in page
    assert names(session) == ["A", "B"]
    undo(editor, place)
    assert names(session) == []


def test_a_file_that_is_not_wanted_leaves_nothing(editor: Browser, session: Session) -> None:
    place = preview(editor, "tags", "name\nA\n")

    answer = editor.post(f"{place}stop/")

    assert answer.location == "/admin/tags/"
    assert "Nothing was changed." in editor.get("/admin/tags/").text
    editor.post(f"{place}run/")
    assert names(session) == []
    assert "nothing was changed" in told(editor.get(place).text)


def test_rows_are_narrowed_and_paged_in_the_order_of_the_file(
    editor: Browser, session: Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(importing, "PAGE", 3)
    content = "name,parent\n" + "".join(f"T{number},{'Nowhere' if number % 2 else ''}\n" for number in range(10))
    place = preview(editor, "tags", content)

    first, last = told(editor.get(place).text), told(editor.get(f"{place}?page=4").text)
    refused = told(editor.get(f"{place}?show=refused&page=2").text)

    assert "All 10 New 5 Refused 5 Line 2 New" in first
    assert "Line 5" not in first
    assert "Page 1 of 4" in first
    assert "Line 11" in last
    assert "Line 9 Refused" in refused
    assert "New T" not in refused
    for odd in ("?page=0", "?page=-3", "?page=9999999999999", "?page=x", "?show=nothing"):
        assert editor.get(place + odd).status_code == 200


def test_headings_of_another_language_are_known(editor: Browser, session: Session) -> None:
    page = told(editor.get(preview(editor, "tags", "NAME;Beschreibung;Geändert\nSee;Salz;heute\n")).text)

    assert "Description Salz" in page
    assert "for reading only and are not imported: Geändert." in page


def test_what_nobody_confirmed_goes_after_a_day_and_rows_after_a_week(
    editor: Browser, session: Session, tidied: Callable[[timedelta], int]
) -> None:
    looked_at = preview(editor, "tags", "name\nA\n")
    imported = preview(editor, "tags", "name\nB\n")
    run(editor, imported)
    rows = select(func.count(ImportRow.id))

    assert tidied(timedelta(hours=23)) == 0
    assert tidied(timedelta(hours=25)) == 1
    assert editor.get(looked_at).status_code == 404
    assert (session.scalar(rows), session.scalar(select(func.count(Batch.id)))) == (1, 1)
    session.rollback()
    assert tidied(timedelta(days=8)) == 1
    assert (session.scalar(rows), session.scalar(select(func.count(Batch.id)))) == (0, 1)
    session.rollback()
    assert "1 done" in told(editor.get(imported).text)
    undo(editor, imported)
    assert names(session) == []


@pytest.fixture
def tidied(session: Session) -> Callable[[timedelta], int]:
    def tidy(later: timedelta) -> int:
        at = session.scalars(select(func.max(Batch.at))).one()
        count = imports.forget_old(session, at + later, most=10)
        session.commit()
        return count

    return tidy


def test_a_person_who_is_erased_is_erased_from_files_as_well(browser: Browser, session: Session, make: Make) -> None:
    owner, person = make.owner(), make.user("author", display_name="Odile")
    session.commit()
    browser.sign_in(owner)
    preview(browser, "users", f"id,display_name,bio\n{person.id},Odile Marchand,Sails.\n")

    browser.post(f"/admin/users/delete/?id={person.id}", {"outcome": "anonymise", "confirmed": "1"})

    row = session.scalars(select(ImportRow)).one()
    assert "Odile" not in f"{row.label}{row.cells}{row.changes}{row.reason}"


def test_a_right_that_was_taken_away_meanwhile_stops_the_rows(editor: Browser, session: Session, make: Make) -> None:
    person = make.user("contributor", make.role(Permission.IMPORT_RUN, Permission.POST_VIEW))
    session.commit()
    editor.sign_out()
    browser = editor.sign_in(person)
    place = preview(browser, "posts", "title\nOne\n")
    writing = RoleGrant.permission == Permission.POST_CREATE
    session.execute(delete(RoleGrant).where(writing))
    session.commit()

    page = told(run(browser, place))

    assert "0 done, 0 skipped, 1 refused" in page
    assert session.scalar(select(func.count(Post.id))) == 0
