"""Many rows through the list and back: the database is row for row as before but for the record."""

import re

import pytest
from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from cms.admin import sweeping
from cms.audit.batches import count_waiting
from cms.audit.models import Batch, BatchState
from cms.posts.models import Revision, post_tags
from tests.browser import Browser
from tests.factories import Make
from tests.undo.snapshots import Rows, differences, revisions_of, snapshot

LIST = "/admin/posts/"
#: Three chunks of a run as these tests have it, and two of its undoing.
ROWS, CHUNK = 150, 50
#: They tell when somebody was last seen, and whoever asks is.
SEEN = {"users", "user_sessions"}


@pytest.fixture
def editor(browser: Browser, session: Session, make: Make) -> Browser:
    """Somebody with many drafts, every third about the sea: copies of one, since each by itself would take its time."""
    person, sea = make.editor(), make.tag("Sea")
    first = make.post(author=person)
    ids = make.copies(first, ROWS - 1)
    table = Revision.__table__
    revision = session.execute(select(table).where(table.c.post_id == first.id)).mappings().one()
    kept = {key: value for key, value in revision.items() if key not in ("id", "post_id")}
    session.execute(insert(Revision), [kept | {"post_id": one} for one in ids])
    session.execute(insert(post_tags), [{"post_id": one, "tag_id": sea.id} for one in ids[::3]])
    session.commit()
    return browser.sign_in(person)


def rows_of(session: Session) -> Rows:
    rows = {table: found for table, found in snapshot(session).items() if table not in SEEN}
    session.rollback()
    return rows


def run(browser: Browser, session: Session, place: str) -> list[int]:
    """How many rows were left after each request."""
    batch_id, left = int(re.findall(r"\d+", place)[0]), []
    while True:
        browser.post(f"{place}run/")
        session.expire_all()
        batch = session.get_one(Batch, batch_id)
        left.append(count_waiting(session, batch))
        is_over = batch.state is BatchState.DONE
        session.rollback()
        if is_over:
            return left


@pytest.mark.parametrize("action", ["add_tag", "author", "trash"])
def test_a_bulk_that_is_undone_leaves_every_row_as_it_was(
    editor: Browser, session: Session, make: Make, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    monkeypatch.setattr(sweeping, "CHUNK", CHUNK)
    heir = make.author()
    parameter = {"add_tag": {"tag": "Bulk"}, "author": {"author": str(heir.id)}, "trash": {}}[action]
    session.commit()
    before, versions = rows_of(session), revisions_of(session)
    session.rollback()
    form = {"action": action, "everything": "1", "query": "", "confirmed": "1", "url": LIST} | parameter
    place = editor.post(f"{LIST}action/", form).location or ""

    assert run(editor, session, place) == [100, 50, 0]
    assert rows_of(session) != before
    batch = int(re.findall(r"\d+", place)[0])
    made = editor.post(f"/admin/activity/batches/{batch}/undo", {"url": LIST}).location or ""
    if "/batches/" in made:
        run_undo(editor, session, made)

    assert differences(before, rows_of(session)) == []
    assert revisions_of(session) >= versions
    assert session.scalars(select(Batch.done).order_by(Batch.id)).all() == [ROWS, ROWS]


def run_undo(browser: Browser, session: Session, place: str) -> None:
    browser.post(f"{place}run/")
    states = session.scalars(select(Batch.state)).all()
    session.rollback()
    assert set(states) == {BatchState.DONE}
