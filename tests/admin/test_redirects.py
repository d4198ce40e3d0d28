"""Redirects in the back office."""

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cms.audit.models import Event
from cms.core.permissions import Permission
from cms.posts.lifecycle import PUBLISHED
from cms.redirects.models import Redirect
from tests.browser import Browser
from tests.factories import Make

AREA = "/admin/redirects/"


@pytest.fixture
def editing(browser: Browser, session: Session, make: Make) -> Browser:
    """An editor at the keyboard."""
    editor = make.editor()
    session.commit()
    return browser.sign_in(editor)


def all_of(session: Session) -> list[Redirect]:
    query = select(Redirect).order_by(Redirect.id).execution_options(populate_existing=True)
    found = list(session.scalars(query))
    session.commit()
    return found


def send(browser: Browser, **values: str) -> int:
    given = {"from_path": "/old", "status": "301", "to_path": "/new", "confirmed": ""}
    return browser.post(f"{AREA}new/", given | values).status_code


def test_an_editor_sets_one_up_and_readers_are_led(editing: Browser, session: Session) -> None:
    assert send(editing, from_path="/Old-Page/") == 302

    redirect = all_of(session)[0]
    assert (redirect.from_path, redirect.to_path, redirect.status) == ("/old-page", "/new", 301)
    answer = editing.get("/OLD-page")
    assert (answer.status_code, answer.location) == (301, "/new")
    assert "/old-page" in editing.get(AREA).text


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"from_path": ""}, "from_path"),
        ({"from_path": "old"}, "from_path"),
        ({"from_path": "//evil.example"}, "from_path"),
        ({"from_path": "/admin/posts"}, "from_path"),
        ({"from_path": "/login"}, "from_path"),
        ({"from_path": "/" + "x" * 600}, "from_path"),
        ({"from_path": "/a\x07b"}, "from_path"),
        ({"to_path": ""}, "to_path"),
        ({"to_path": "javascript:alert(1)"}, "to_path"),
        ({"to_path": "/old"}, "to_path"),
        ({"status": "308"}, "status"),
        ({"status": "x"}, "status"),
    ],
)
def test_what_is_wrong_is_said_at_its_field(
    editing: Browser, session: Session, values: dict[str, str], field: str
) -> None:
    given = {"from_path": "/old", "status": "301", "to_path": "/new"} | values

    answer = editing.post(f"{AREA}new/", given)

    assert answer.status_code == 422
    assert f'id="{field}-error"' in answer.text
    assert all_of(session) == []


def test_a_redirect_to_a_post_follows_it_wherever_it_moves(editing: Browser, session: Session, make: Make) -> None:
    post = make.post(slug="it", status=PUBLISHED, title="A post")
    session.commit()

    assert send(editing, to_path="http://localhost/posts/it") == 302

    redirect = all_of(session)[0]
    assert (redirect.post_id, redirect.to_path) == (post.id, None)
    page = editing.get(f"{AREA}edit/?id={redirect.id}").text
    assert 'value="/posts/it"' in page
    assert "A post" in editing.get(AREA).text


def test_a_redirect_keeps_its_post_while_that_is_being_worked_on(
    editing: Browser, session: Session, make: Make
) -> None:
    post = make.post(slug="draft")
    session.add(Redirect(from_path="/old", post_id=post.id, created_at=make.at, updated_at=make.at))
    session.commit()
    redirect = all_of(session)[0]

    sent = {"from_path": "/older", "status": "302", "to_path": "/posts/draft", "confirmed": ""}
    assert editing.post(f"{AREA}edit/?id={redirect.id}", sent).status_code == 302

    changed = all_of(session)[0]
    assert (changed.from_path, changed.status, changed.post_id, changed.to_path) == ("/older", 302, post.id, None)


def test_a_redirect_gives_away_no_title_of_what_one_may_not_see(browser: Browser, session: Session, make: Make) -> None:
    draft = make.post(title="A secret merger", slug="secret-merger")
    keeper = make.user(make.role(Permission.REDIRECT_MANAGE))
    redirect = Redirect(
        from_path="/old", post_id=draft.id, status=301, created_at=draft.created_at, updated_at=draft.created_at
    )
    session.add(redirect)
    session.commit()
    browser.sign_in(keeper)

    for place in ("", f"edit/?id={redirect.id}", f"details/?id={redirect.id}", f"delete/?id={redirect.id}"):
        answer = browser.get(f"/admin/redirects/{place}")
        assert answer.status_code == 200
        assert "ecret" not in answer.text
    saved = browser.post(
        f"/admin/redirects/edit/?id={redirect.id}", {"from_path": "/older", "to_path": f"#{draft.id}", "status": "302"}
    )
    assert saved.status_code == 302
    session.refresh(redirect)
    assert (redirect.from_path, redirect.post_id, redirect.status) == ("/older", draft.id, 302)


def test_what_readers_see_is_redirected_only_when_that_is_confirmed(
    editing: Browser, session: Session, make: Make
) -> None:
    make.page(slug="about", title="About us", status=PUBLISHED)
    session.commit()

    answer = editing.post(f"{AREA}new/", {"from_path": "/about", "status": "301", "to_path": "/new", "confirmed": ""})
    assert answer.status_code == 422
    assert "About us" in answer.text
    assert send(editing, from_path="/about", confirmed="1") == 302
    assert len(all_of(session)) == 1


def test_gone_needs_no_target(editing: Browser, session: Session) -> None:
    assert send(editing, status="410", to_path="") == 302
    assert editing.get("/old").status_code == 410


def test_changing_and_deleting_leave_a_trace(editing: Browser, session: Session) -> None:
    send(editing)
    redirect = all_of(session)[0]

    changed = {"from_path": "/old", "status": "302", "to_path": "/newer", "confirmed": ""}
    assert editing.post(f"{AREA}edit/?id={redirect.id}", changed).status_code == 302
    assert "/old" in editing.get(f"{AREA}delete/?id={redirect.id}").text
    assert len(all_of(session)) == 1
    assert editing.post(f"{AREA}delete/", {"id": str(redirect.id)}).status_code == 302

    assert all_of(session) == []
    verbs = list(session.scalars(select(Event.verb).where(Event.verb.startswith("redirect.")).order_by(Event.id)))
    assert verbs == ["redirect.create", "redirect.save", "redirect.delete"]


def test_several_are_deleted_after_a_question(editing: Browser, session: Session) -> None:
    for number in range(3):
        send(editing, from_path=f"/old-{number}")
    ids = [str(redirect.id) for redirect in all_of(session)[:2]]

    asked = editing.post(f"{AREA}action/", {"action": "delete", "rowid": ids})
    assert asked.status_code == 200
    assert len(all_of(session)) == 3
    done = editing.post(f"{AREA}action/", {"action": "delete", "rowid": ids, "confirmed": "1"})
    assert done.status_code == 303
    assert len(all_of(session)) == 1


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["/gone", "/moved", "/post"]),
        ("status=410", ["/gone"]),
        ("status=x", []),
        ("post=yes", ["/post"]),
        ("search=mov", ["/moved"]),
        ("search=target", ["/moved"]),
        ("sort=from_path", ["/gone", "/moved", "/post"]),
    ],
)
def test_the_list_can_be_searched_and_filtered(
    editing: Browser, session: Session, make: Make, query: str, found: list[str]
) -> None:
    for path, values in (
        ("/gone", {"status": 410}),
        ("/moved", {"to_path": "/target"}),
        ("/post", {"post_id": make.post().id}),
    ):
        session.add(Redirect(from_path=path, created_at=make.at, updated_at=make.at, **values))
    session.commit()

    page = editing.get(f"{AREA}?{query}").text

    assert [path for path in ("/gone", "/moved", "/post") if f">{path}</a>" in page] == found


@pytest.mark.parametrize("role", ["moderator", "author"])
def test_who_may_not_manage_redirects_finds_no_way_in(
    browser: Browser, session: Session, make: Make, role: str
) -> None:
    redirect = Redirect(from_path="/secret-path", to_path="/x", created_at=make.at, updated_at=make.at)
    session.add(redirect)
    person = make.user(role)
    session.commit()
    browser.sign_in(person)

    for url in (AREA, f"{AREA}new/", f"{AREA}edit/?id={redirect.id}", f"{AREA}details/?id={redirect.id}"):
        answer = browser.get(url)
        assert answer.status_code == 403
        assert "secret-path" not in answer.text
    assert browser.post(f"{AREA}delete/", {"id": str(redirect.id)}).status_code == 403
    assert session.scalar(select(func.count()).select_from(Redirect)) == 1
