"""Versions of a post: two people save at once, an older one comes back, and each change is recorded."""

from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from cms.audit.models import Event
from cms.posts.models import Revision
from tests.admin.posts import edited, only_post
from tests.browser import Browser
from tests.counting import counted
from tests.factories import Make


def test_two_people_who_save_the_same_post_choose_field_by_field(
    browser: Browser, session: Session, make: Make
) -> None:
    first, second, post = make.editor(), make.editor(), make.post(title="Old", summary="Same")
    session.commit()
    mine, theirs = (
        edited(post, title="Mine", summary="Same", body="My words."),
        edited(post, title="Theirs", summary="New"),
    )
    Browser(browser.app).sign_in(first).post(f"/admin/posts/edit/?id={post.id}", theirs)

    conflict = browser.sign_in(second).post(f"/admin/posts/edit/?id={post.id}", mine)

    assert conflict.status_code == 409
    for text in ("Mine", "Theirs", "My words.", "choice-title", "choice-summary", "choice-body"):
        assert text in conflict.text
    untaken = session.scalars(select(Revision).where(Revision.taken.is_(False))).one()
    assert (untaken.author_id, untaken.snapshot["title"]) == (second.id, "Mine")
    session.commit()

    chosen = {"choice-title": "theirs", "choice-body": "mine", "choice-summary": "theirs"}
    resolved = browser.post(f"/admin/posts/edit/?id={post.id}", mine | {"version": 2} | chosen)
    assert resolved.status_code == 302
    post = only_post(session)
    assert (post.title, post.body, post.summary) == ("Theirs", "My words.", "New")


def test_the_history_says_what_changed_what_readers_see_and_compares_any_two(
    browser: Browser, session: Session, make: Make
) -> None:
    editor, post = make.editor(), make.post(title="Old", body="One word more.")
    session.commit()
    browser.sign_in(editor).post(f"/admin/posts/{post.id}/publish")
    for title, body in (("New", "One word more, and another."), ("Newest", "One word more, and another.")):
        browser.post(f"/admin/posts/edit/?id={post.id}", edited(only_post(session), title=title, body=body))
        session.expire_all()

    page = " ".join(browser.get(f"/admin/posts/history/?id={post.id}").text.split())

    assert page.count("Readers see this") == page.count("Working text") == page.count("Where it began") == 1
    assert "Title, Text <span" in page
    assert "+2 words" in page
    newest = only_post(session).version
    for pair in (f"number=1&with={newest}", f"number={newest}&with=1"):
        compared = browser.get(f"/admin/posts/version/?id={post.id}&{pair}").text
        assert f"From version 1 to version {newest}" in compared
        assert "Bring this version back" not in compared
    for nonsense in ("", "x", "0", "99", "9" * 30):
        assert browser.get(f"/admin/posts/version/?id={post.id}&number=1&with={nonsense}").status_code == 404


def test_a_history_costs_the_same_however_long_it_is(
    browser: Browser, session: Session, make: Make, engine: Engine
) -> None:
    editor, post = make.editor(), make.post()
    session.commit()
    browser.sign_in(editor)

    def cost(saves: int) -> int:
        for number in range(saves):
            browser.post(f"/admin/posts/edit/?id={post.id}", edited(only_post(session), body=f"{saves} {number}"))
            session.expire_all()
        with counted(engine) as statements:
            assert browser.get(f"/admin/posts/history/?id={post.id}").status_code == 200
        return len(statements)

    assert cost(2) == cost(6)


def test_a_third_save_in_between_asks_again(browser: Browser, session: Session, make: Make) -> None:
    editors = [make.editor() for _ in range(3)]
    post = make.post()
    session.commit()
    url = f"/admin/posts/edit/?id={post.id}"
    others = [Browser(browser.app).sign_in(editor) for editor in editors[1:]]
    browser.sign_in(editors[0])
    others[0].post(url, edited(post, title="Second"))
    assert browser.post(url, edited(post, title="Mine")).status_code == 409
    others[1].post(url, edited(only_post(session), title="Third"))

    again = browser.post(url, edited(post, title="Mine", version=2) | {"choice-title": "mine"})

    assert again.status_code == 409
    assert "Third" in again.text


def test_saving_the_same_again_is_no_conflict(browser: Browser, session: Session, make: Make) -> None:
    editor, post = make.editor(), make.post()
    session.commit()
    browser.sign_in(editor)
    sent = edited(post, title="Same")

    assert [browser.post(f"/admin/posts/edit/?id={post.id}", sent).status_code for _ in range(2)] == [302, 302]
    assert session.scalar(select(func.max(Revision.number))) == 2


def test_an_older_version_comes_back_as_a_new_one(browser: Browser, session: Session, make: Make) -> None:
    editor, post = make.editor(), make.post(body="First words.")
    session.commit()
    browser.sign_in(editor).post(f"/admin/posts/edit/?id={post.id}", edited(post, body="Second words.", note="Why"))
    history = browser.get(f"/admin/posts/history/?id={post.id}").text
    assert "Version 2" in history
    assert "Why" in history
    assert "First" in browser.get(f"/admin/posts/version/?id={post.id}&number=1").text

    assert browser.post(f"/admin/posts/{post.id}/versions/1/bring_back").status_code == 303

    post = only_post(session)
    assert (post.body, post.version) == ("First words.", 3)


def test_a_change_is_recorded_with_before_and_after(browser: Browser, session: Session, make: Make) -> None:
    editor, post = make.editor(), make.post(title="Before")
    session.commit()

    browser.sign_in(editor).post(f"/admin/posts/edit/?id={post.id}", edited(post, title="After"))

    event = session.scalars(select(Event).where(Event.verb == "post.save")).one()
    assert (event.actor_id, event.changes) == (editor.id, {"title": ["Before", "After"]})
