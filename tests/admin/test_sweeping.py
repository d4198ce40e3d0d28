"""Bulks over everything that matches: foreseen, asked again after a drift, run in chunks, stopped."""

import re

import pytest
from sqlalchemy import Engine, delete, func, select
from sqlalchemy.orm import Session
from werkzeug.test import TestResponse

from cms.accounts.models import user_roles
from cms.admin import sweeping
from cms.audit.models import Batch, BatchState, Event
from cms.posts.lifecycle import ARCHIVED, DRAFT, PUBLISHED
from cms.posts.models import Post
from tests.browser import Browser
from tests.counting import counted
from tests.factories import Make

LIST = "/admin/posts/"


@pytest.fixture
def chunks_of_two(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "CHUNK", 2)


@pytest.fixture
def editor(browser: Browser, session: Session, make: Make) -> Browser:
    """Somebody with five drafts and an archived post."""
    person = make.editor()
    for number in range(5):
        make.post(author=person, title=f"Draft {number}", status=DRAFT)
    make.post(author=person, title="Old", status=ARCHIVED)
    session.commit()
    return browser.sign_in(person)


def sweep(browser: Browser, action: str, query: str = "", **more: str) -> str:
    """The address of the preview."""
    answer = browser.post(f"{LIST}action/", {"action": action, "everything": "1", "query": query, "url": LIST} | more)
    assert answer.status_code == 303, answer.text[:2000]
    assert answer.location
    return answer.location


def go_on(browser: Browser, place: str) -> TestResponse:
    return browser.post(f"{place}run/")


def statuses(session: Session) -> dict[str, int]:
    counts = session.execute(select(Post.status, func.count()).group_by(Post.status)).all()
    session.rollback()  # a test that holds the lock keeps the browser waiting
    return {status.value: count for status, count in counts}


def test_a_preview_says_what_would_happen_and_changes_nothing(editor: Browser, session: Session) -> None:
    place = sweep(editor, "publish")

    page = editor.get(place).text
    assert "Publish: 6 entries match" in page
    assert "5 will change" in page
    assert "1 will be skipped" in page
    assert "1 × “Publish” is not possible while the status is “Archived”." in page
    assert "Nothing was changed yet." in page
    assert statuses(session) == {"draft": 5, "archived": 1}


def test_it_runs_in_chunks_and_says_how_far_it_is(editor: Browser, session: Session, chunks_of_two: None) -> None:
    place = sweep(editor, "archive", "status=draft")

    go_on(editor, place)
    page = editor.get(place).text
    assert "Archive: 2 of 5" in page
    assert statuses(session) == {"draft": 3, "archived": 3}
    go_on(editor, place)
    go_on(editor, place)

    page = editor.get(place).text
    assert "Archive: finished" in page
    assert "5 done, 0 skipped, 0 refused" in page
    assert statuses(session) == {"archived": 6}
    batch = session.scalars(select(Batch)).one()
    events = session.scalars(select(Event).where(Event.batch_id == batch.id)).all()
    assert (batch.state, len(events)) == (BatchState.DONE, 5)
    session.rollback()
    go_on(editor, place)
    assert len(session.scalars(select(Event).where(Event.batch_id == batch.id)).all()) == 5


def test_it_can_be_stopped_and_what_was_done_stays(editor: Browser, session: Session, chunks_of_two: None) -> None:
    place = sweep(editor, "archive", "status=draft")
    go_on(editor, place)

    editor.post(f"{place}stop/")
    go_on(editor, place)

    assert statuses(session) == {"draft": 3, "archived": 3}
    assert "Archive: stopped after 2 of 5" in editor.get(place).text


def test_changing_nothing_leads_back_to_the_list_and_cannot_be_run_any_more(editor: Browser, session: Session) -> None:
    place = sweep(editor, "archive", "status=draft")

    answer = editor.post(f"{place}stop/")

    assert answer.location == LIST
    assert "Nothing was changed." in editor.get(LIST).text
    assert f"{place}run/" not in editor.get(place).text
    go_on(editor, place)
    assert statuses(session) == {"draft": 5, "archived": 1}


def test_what_a_page_of_a_bulk_costs_does_not_grow_with_its_rows(
    editor: Browser, session: Session, make: Make, engine: Engine, chunks_of_two: None
) -> None:
    def cost() -> int:
        place = sweep(editor, "archive", "status=draft")
        with counted(engine) as statements:
            editor.get(place)
        assert not [one for one in statements if "SELECT batch_rows.row_id" in one]
        return len(statements)

    few = cost()
    for _number in range(20):
        make.post(author=make.editor(), status=DRAFT)
    session.commit()

    assert cost() == few


def test_other_rows_than_were_looked_at_are_asked_about_again(editor: Browser, session: Session, make: Make) -> None:
    place = sweep(editor, "archive", "status=draft")
    make.post(title="Come later", status=DRAFT)
    session.commit()

    answer = go_on(editor, place)

    assert answer.location != place
    assert statuses(session)["draft"] == 6
    page = editor.get(answer.location or "").text
    assert "Other entries match now than a moment ago." in page
    assert "6 will change" in page
    go_on(editor, answer.location or "")
    assert statuses(session) == {"archived": 7}


def test_the_list_says_what_it_is_narrowed_to_and_nothing_else_is_touched(editor: Browser, session: Session) -> None:
    place = sweep(editor, "archive", 'search="Draft+3"&sort=title&after=xyz')

    assert "1 will change" in editor.get(place).text
    go_on(editor, place)
    assert statuses(session) == {"draft": 4, "archived": 2}


def test_each_row_is_asked_of_the_policy_in_the_preview_and_in_the_run(
    browser: Browser, session: Session, make: Make
) -> None:
    author = make.author()
    mine, other = make.post(author=author, status=DRAFT), make.post(status=PUBLISHED)
    session.commit()
    browser.sign_in(author)
    place = sweep(browser, "publish")

    page = browser.get(place).text
    go_on(browser, place)

    assert "1 will change" in page
    session.expire_all()
    assert mine.status is PUBLISHED
    assert other.version == 1


def test_nobody_sees_or_runs_the_bulk_of_somebody_else(editor: Browser, session: Session, make: Make) -> None:
    place = sweep(editor, "archive", "status=draft")
    other = make.owner()
    session.commit()
    stranger = Browser(editor.app).sign_in(other)

    assert stranger.get(place).status_code == 404
    assert go_on(stranger, place).status_code == 404
    assert stranger.post(f"{place}stop/").status_code == 404
    assert editor.get(place.replace("posts", "pages")).status_code == 404


def test_a_right_that_was_taken_meanwhile_is_missing_in_the_next_chunk(
    editor: Browser, session: Session, chunks_of_two: None
) -> None:
    place = sweep(editor, "publish", "status=draft")
    go_on(editor, place)
    person = session.scalars(select(Batch)).one().actor_id
    session.execute(delete(user_roles).where(user_roles.c.user_id == person))
    session.commit()

    assert go_on(editor, place).status_code == 403
    assert statuses(session)["published"] == 2


def test_too_many_are_refused_with_what_to_do(editor: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweeping, "MOST_MATCHING", 3)

    answer = editor.post(f"{LIST}action/", {"action": "archive", "everything": "1", "query": ""})

    assert answer.status_code == 422
    assert "Narrow the list first." in answer.text


def test_an_action_with_a_parameter_asks_for_it_first(editor: Browser, session: Session, make: Make) -> None:
    asked = editor.post(f"{LIST}action/", {"action": "add_tag", "everything": "1", "query": "status=draft"})
    assert asked.status_code == 200
    assert "everything that matches" in asked.text
    assert 'name="query" value="status=draft"' in asked.text

    place = sweep(editor, "add_tag", "status=draft", tag="Sea", confirmed="1")
    go_on(editor, place)

    session.expire_all()
    tagged = session.scalars(select(Post).where(Post.tags.any())).all()
    assert len(tagged) == 5
    session.rollback()
    again = sweep(editor, "add_tag", "", tag="sea", confirmed="1")
    page = editor.get(again).text
    assert "1 will change" in page
    assert "5 × It has this tag already." in page


def test_the_author_and_the_time_of_many_are_changed(editor: Browser, session: Session, make: Make) -> None:
    heir = make.author()
    session.commit()
    asked = editor.post(f"{LIST}action/", {"action": "author", "everything": "1", "query": ""}).text
    assert re.search(rf'<option value="{heir.id}">', asked)

    go_on(editor, sweep(editor, "author", "", author=str(heir.id), confirmed="1"))
    session.expire_all()
    assert {post.author_id for post in session.scalars(select(Post))} == {heir.id}
    session.rollback()
    place = sweep(editor, "schedule", "status=draft", live_from="2199-01-02T10:00", confirmed="1")
    go_on(editor, place)
    page = editor.get(f"{LIST}?shown=scheduled").text
    assert page.count('name="rowid"') == 5


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        ("yesterday", "This is not a date and a time."),
        ("2001-01-01T10:00", "This time has passed. Choose a later one."),
        ("9999-12-31T23:59", "Choose a year between"),
    ],
)
def test_a_time_that_cannot_be_is_asked_for_again(editor: Browser, session: Session, wrong: str, reason: str) -> None:
    asking = {"action": "schedule", "everything": "1", "query": "status=draft", "live_from": wrong, "confirmed": "1"}

    answer = editor.post(f"{LIST}action/", asking)

    assert answer.status_code == 422
    assert reason in answer.text
    assert 'name="query" value="status=draft"' in answer.text
    assert session.scalar(select(func.count()).select_from(Batch)) == 0
    session.rollback()
    assert statuses(session) == {"draft": 5, "archived": 1}


def test_what_a_preview_costs_does_not_grow_with_the_rows(
    editor: Browser, session: Session, make: Make, engine: Engine
) -> None:
    def cost() -> int:
        with counted(engine) as statements:
            sweep(editor, "archive", "status=draft")
        return len(statements)

    few = cost()
    for _number in range(30):
        make.post(author=make.editor(), status=DRAFT)
    session.commit()

    assert cost() == few
