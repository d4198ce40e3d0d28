"""The trash: everything put away in one list, by whom and when, found again and brought back."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.audit.models import Batch, Event
from cms.comments.actions import move_comment
from cms.comments.lifecycle import CommentMove, CommentStatus
from cms.core.permissions import Permission
from cms.posts.actions import move_post
from cms.posts.lifecycle import PUBLISHED, PostMove
from cms.search import COMMENTS, POSTS, put
from tests.browser import Browser
from tests.conftest import NOON
from tests.factories import Make

TRASH = "/admin/trash/"
NAMES = ("The ferry", "About us", "Ferry picture", "I drove the ferry")


@pytest.fixture
def full(session: Session, make: Make) -> dict[str, int]:
    """One thing of each kind, put away a day after the other."""
    days = [NOON + timedelta(days=number) for number in range(4)]
    post, page = make.post(title=NAMES[0], trashed_at=days[0]), make.page(title=NAMES[1], trashed_at=days[1])
    media = make.media(title=NAMES[2], trashed_at=days[2])
    comment = make.comment(body=NAMES[3], status=CommentStatus.TRASHED, moderated_at=days[3])
    for one in (post, page):
        put(session, POSTS, one.id, one.title)
    put(session, COMMENTS, comment.id, comment.guest_name, comment.body)
    session.commit()
    return {"post": post.id, "page": page.id, "file": media.id, "comment": comment.id}


def found(browser: Browser, query: str = "") -> list[str]:
    answer = browser.get(f"{TRASH}?{query}")
    assert answer.status_code == 200
    places = {name: answer.text.find(f'<span class="title">{name}</span>') for name in NAMES}
    return sorted((name for name in NAMES if places[name] >= 0), key=lambda name: places[name])


def test_everything_is_found_by_words_kind_and_day_in_either_order(
    browser: Browser, session: Session, make: Make, full: dict[str, int]
) -> None:
    owner = make.owner()
    session.commit()
    browser.sign_in(owner)
    ferry, about, picture, said = NAMES

    for query, expected in [
        ("", [said, picture, about, ferry]),
        ("sort=since", [ferry, about, picture, said]),
        ("search=ferry", [said, picture, ferry]),
        ("kind=page", [about]),
        ("kind=nonsense", []),
        ("kind=file&search=ferry", [picture]),
        ("from=2026-03-04", [said, picture]),
        ("until=2026-03-03", [ferry]),
        ("from=soon", []),
        ("after=nonsense", [said, picture, about, ferry]),
    ]:
        assert found(browser, query) == expected, query


def test_each_sees_what_their_rights_reach(
    browser: Browser, session: Session, make: Make, full: dict[str, int]
) -> None:
    people = {
        "moderator": (make.moderator(), [NAMES[3], NAMES[1], NAMES[0]]),
        "contributor": (make.contributor(), [NAMES[2]]),
        "somebody": (make.user(make.role(Permission.COMMENT_MODERATE)), [NAMES[3]]),
    }
    session.commit()

    for name, (person, expected) in people.items():
        browser.sign_in(person)
        assert found(browser) == expected, name
        browser.sign_out()


def test_it_names_who_put_a_thing_there_and_not_who_wrote_it(browser: Browser, session: Session, make: Make) -> None:
    writer, editor = make.user("author", display_name="Wim Writer"), make.user("editor", display_name="Edda Editor")
    post, comment = make.post(author=writer, status=PUBLISHED), make.comment()
    session.refresh(comment, ["post"])
    move_post(session, post, PostMove.TRASH, by=writer, at=NOON)
    move_post(session, post, PostMove.RESTORE, by=writer, at=NOON)
    move_post(session, post, PostMove.TRASH, by=editor, at=NOON)
    move_comment(session, comment, CommentMove.TRASH, by=editor, at=NOON)
    session.commit()

    page = browser.sign_in(editor).get(TRASH).text

    assert page.count("put here by Edda Editor") == 2
    assert "Wim Writer" not in page


def test_several_come_back_at_once_each_asked_for_by_itself(
    browser: Browser, session: Session, make: Make, full: dict[str, int]
) -> None:
    editor = make.user("editor", make.role())
    session.commit()
    browser.sign_in(editor)
    keys = [f"{kind}-{row_id}" for kind, row_id in full.items()]

    answer = browser.post(f"{TRASH}action/", {"action": "restore", "rowid": [*keys, "post-9999"], "url": TRASH})

    assert answer.status_code == 303
    assert "Restored: 4, 1 refused." in browser.get(answer.location).text
    assert found(browser) == []
    batch = session.scalars(select(Batch.id)).one()
    verbs = session.scalars(select(Event.verb).where(Event.batch_id == batch).order_by(Event.id)).all()
    assert verbs == ["post.restore", "page.restore", "media.restore", "comment.restore"]


def test_what_one_may_not_restore_stays(browser: Browser, session: Session, make: Make, full: dict[str, int]) -> None:
    moderator = make.moderator()
    session.commit()
    keys = [f"{kind}-{row_id}" for kind, row_id in full.items()]

    answer = browser.sign_in(moderator).post(f"{TRASH}action/", {"action": "restore", "rowid": keys})

    assert "Restored: 1, 3 refused." in browser.get(answer.location).text


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"action": "restore"}, 303),
        ({"action": "burn", "rowid": "post-1"}, 404),
        ({"action": "restore", "rowid": "7"}, 422),
        ({"action": "restore", "rowid": "user-1"}, 422),
        ({"action": "restore", "rowid": "post-1 OR 1=1"}, 422),
        ({"action": "restore", "rowid": [f"post-{number}" for number in range(501)]}, 422),
    ],
)
def test_nonsense_restores_nothing(
    browser: Browser, session: Session, make: Make, form: dict[str, object], status: int
) -> None:
    owner = make.owner()
    session.commit()

    assert browser.sign_in(owner).post(f"{TRASH}action/", form).status_code == status


def test_a_walk_through_the_pages_meets_everything_once(browser: Browser, session: Session, make: Make) -> None:
    owner = make.owner()
    for number in range(60):
        make.post(title=f"Put away {number:02}", author=owner, trashed_at=NOON + timedelta(days=number // 7))
    session.commit()
    browser.sign_in(owner)

    met: list[str] = []
    address = TRASH
    while address:
        page = browser.get(address).text
        met += [part[:11] for part in page.split('<span class="title">')[1:]]
        before, _next, _after = page.partition('">More</a>')
        address = before.rpartition('href="')[2].replace("&amp;", "&") if _next else ""

    assert sorted(met) == [f"Put away {number:02}" for number in range(60)]
    assert len(met) == 60
