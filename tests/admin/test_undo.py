"""Undo as people meet it: beside what was just done, in the activity, and for a whole bulk."""

import re

import pytest
from sqlalchemy import Engine, func, select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.admin import undoing
from cms.audit.models import Batch, Event
from cms.audit.undo import undo_chunk
from cms.core.permissions import Permission
from cms.posts.lifecycle import PostStatus
from cms.posts.models import Post
from cms.settings.queries import load
from cms.taxonomy.models import Tag
from tests.browser import Browser
from tests.counting import counted
from tests.factories import Make


def undo_addresses(page: str) -> list[str]:
    return re.findall(r'action="(/admin/activity/(?:batches/)?\d+/undo)"', page)


def newest(session: Session, verb: str) -> Event:
    event = session.scalars(select(Event).where(Event.verb == verb).order_by(Event.id.desc()).limit(1)).one()
    session.commit()  # or SQLite would keep the browser waiting
    return event


def status_of(session: Session, post: Post) -> PostStatus:
    session.refresh(post)
    session.commit()
    return post.status


def test_what_was_just_done_can_be_undone_and_done_again(browser: Browser, session: Session, make: Make) -> None:
    editor, post = make.editor(), make.post(title="Harbour")
    session.commit()
    browser.sign_in(editor)
    browser.post(f"/admin/posts/{post.id}/publish", {"url": "/admin/posts/?sort=title"})

    [address] = undo_addresses(browser.get("/admin/posts/").text)
    undone = browser.post(address, {"url": "/admin/posts/?sort=title"})

    assert (undone.status_code, undone.location) == (303, "/admin/posts/?sort=title")
    assert status_of(session, post) == "draft"
    page = browser.get("/admin/posts/").text
    assert f"Undone: {editor.name} published “Harbour”." in page
    assert "Redo" in page
    browser.post(*undo_addresses(page))
    assert status_of(session, post) == "published"


def test_it_is_offered_once_and_not_on_the_pages_after(browser: Browser, session: Session, make: Make) -> None:
    editor, post = make.editor(), make.post()
    session.commit()
    browser.sign_in(editor)
    browser.post(f"/admin/posts/{post.id}/publish")

    assert len(undo_addresses(browser.get("/admin/posts/").text)) == 1
    assert undo_addresses(browser.get("/admin/posts/").text) == []


def test_saving_and_deleting_offer_it_as_well(browser: Browser, session: Session, make: Make) -> None:
    owner, tag = make.owner(), make.tag("Sea")
    session.commit()
    browser.sign_in(owner)

    browser.post(f"/admin/tags/edit/?id={tag.id}", {"name": "Ocean", "slug": "sea", "description": ""})
    browser.post(undo_addresses(browser.get("/admin/tags/").text)[0])
    assert session.scalars(select(Tag.name)).all() == ["Sea"]
    session.commit()
    browser.post("/admin/tags/delete/", {"id": tag.id})
    browser.post(undo_addresses(browser.get("/admin/tags/").text)[-1])
    assert session.scalars(select(Tag.name)).all() == ["Sea"]
    session.commit()
    browser.post("/admin/settings/", {"title": "The Harbour"})
    browser.post(undo_addresses(browser.get("/admin/settings/").text)[-1])
    assert load(session).title != "The Harbour"


def test_what_this_person_could_not_take_back_is_not_offered(browser: Browser, session: Session, make: Make) -> None:
    """Whoever reviews and does not hand in sends a text back for good."""
    reviewer = make.user(make.role(Permission.POST_REVIEW, Permission.POST_VIEW))
    post = make.post(status=PostStatus.IN_REVIEW)
    session.commit()
    browser.sign_in(reviewer)
    browser.post(f"/admin/posts/{post.id}/send_back", {"note": "Shorter, please."})

    assert undo_addresses(browser.get("/admin/posts/").text) == []
    refused = browser.post(f"/admin/activity/{newest(session, 'post.send_back').id}/undo")
    assert refused.status_code == 403
    assert "Submit posts" in refused.text
    assert status_of(session, post) == "draft"


def test_a_second_click_does_not_undo_twice(browser: Browser, session: Session, make: Make) -> None:
    editor, post = make.editor(), make.post()
    session.commit()
    browser.sign_in(editor)
    browser.post(f"/admin/posts/{post.id}/publish")
    address = f"/admin/activity/{newest(session, 'post.publish').id}/undo"

    assert [browser.post(address).status_code for _click in range(2)] == [303, 409]
    assert status_of(session, post) == "draft"


def test_a_conflict_is_explained_field_by_field(browser: Browser, session: Session, make: Make) -> None:
    owner, post = make.owner(), make.post(title="One", summary="Kept")
    session.commit()
    browser.sign_in(owner)
    for version, title in ((1, "Two"), (2, "Three")):
        browser.post(f"/admin/posts/edit/?id={post.id}", {"version": version, "title": title})
    first = session.scalars(select(Event.id).where(Event.verb == "post.save").order_by(Event.id)).first()
    session.commit()

    refused = browser.post(f"/admin/activity/{first}/undo", {"url": "/admin/activity/?area=posts"})

    assert refused.status_code == 409
    assert "This cannot be undone" in refused.text
    assert "<dt>Title</dt>" in refused.text
    assert "Summary" not in refused.text
    assert re.search(r"<del>.*Two.*</del>", refused.text, re.DOTALL)
    assert re.search(r"<ins>.*Three.*</ins>", refused.text, re.DOTALL)
    assert 'href="/admin/activity/?area=posts"' in refused.text
    session.refresh(post)
    assert post.title == "Three"


def test_the_activity_offers_it_beside_each_act_and_says_why_not(
    browser: Browser, session: Session, make: Make
) -> None:
    owner, post = make.owner(), make.post(title="Harbour")
    session.commit()
    browser.sign_in(owner)
    browser.post(f"/admin/posts/{post.id}/publish")
    browser.get("/admin/")

    page = browser.get("/admin/activity/").text

    event = newest(session, "post.publish")
    assert undo_addresses(page) == [f"/admin/activity/{event.id}/undo"]
    assert "Cannot be undone" in page
    assert "Somebody was signed in or out. There is nothing to put back." in page
    browser.post(f"/admin/activity/{event.id}/undo")
    browser.get("/admin/")
    after = browser.get("/admin/activity/").text
    assert "undone since" in after
    assert "to undo an earlier act" in after
    assert undo_addresses(after) == [f"/admin/activity/{newest(session, 'post.unpublish').id}/undo"]


def test_an_auditor_without_the_right_reads_why(browser: Browser, session: Session, make: Make) -> None:
    editor, auditor, post = make.editor(), make.user("editor", make.role(Permission.AUDIT_VIEW)), make.post()
    session.commit()
    Browser(browser.app).sign_in(editor).post(f"/admin/posts/{post.id}/publish")
    browser.sign_in(auditor)

    page = browser.get("/admin/activity/?verb=publish").text
    refused = browser.post(f"/admin/activity/{newest(session, 'post.publish').id}/undo")

    assert undo_addresses(page) == []
    assert "Undo from activity" in page
    assert refused.status_code == 403


def test_who_may_not_know_of_an_act_is_told_of_none(browser: Browser, session: Session, make: Make) -> None:
    editor, author, post = make.editor(), make.author(), make.post()
    session.commit()
    Browser(browser.app).sign_in(editor).post(f"/admin/posts/{post.id}/publish")

    browser.sign_in(author)

    assert browser.post(f"/admin/activity/{newest(session, 'post.publish').id}/undo").status_code == 404
    assert browser.post("/admin/activity/batches/1/undo").status_code == 404


@pytest.mark.parametrize("path", ["999999/undo", "batches/999999/undo", "99999999999999/undo"])
def test_nonsense_leads_nowhere(browser: Browser, session: Session, make: Make, path: str) -> None:
    owner = make.owner()
    session.commit()

    assert browser.sign_in(owner).post(f"/admin/activity/{path}").status_code == 404


def test_without_a_token_nothing_is_undone(browser: Browser, session: Session, make: Make) -> None:
    editor, post = make.editor(), make.post()
    session.commit()
    browser.sign_in(editor)
    browser.post(f"/admin/posts/{post.id}/publish")

    assert browser.client.post(f"/admin/activity/{newest(session, 'post.publish').id}/undo").status_code == 400
    assert status_of(session, post) == "published"


def test_a_bulk_is_undone_as_one_and_what_changed_since_is_told(browser: Browser, session: Session, make: Make) -> None:
    editor, posts = make.editor(), [make.post(title=f"Post {number}") for number in range(3)]
    session.commit()
    browser.sign_in(editor)
    done = browser.post("/admin/posts/action/", {"action": "publish", "rowid": [post.id for post in posts]})
    browser.post(f"/admin/posts/{posts[1].id}/archive")
    browser.get("/admin/")

    page = browser.get(done.location).text
    [address] = undo_addresses(page)
    undone = browser.post(address, {"url": done.location})

    assert "Undo all" in page
    assert [status_of(session, post) for post in posts] == ["draft", "archived", "draft"]
    page = browser.get(undone.location).text
    assert "Undone: 2 posts, 1 skipped." in page
    assert "It was changed again since, so that this cannot be undone: Status" in page
    assert "Redo all" in page
    assert undone.location.count("result=") == 1
    assert session.scalars(select(Batch.action).order_by(Batch.id)).all() == ["publish", "undo"]


def test_the_activity_costs_the_same_however_much_can_be_undone(
    browser: Browser, engine: Engine, session: Session, make: Make
) -> None:
    owner, posts = make.owner(), [make.post() for _number in range(12)]
    session.commit()
    browser.sign_in(owner)
    browser.post("/admin/posts/action/", {"action": "publish", "rowid": [post.id for post in posts[:2]]})
    with counted(engine) as few:
        browser.get("/admin/activity/")
    browser.post("/admin/posts/action/", {"action": "publish", "rowid": [post.id for post in posts[2:]]})
    with counted(engine) as many:
        browser.get("/admin/activity/")

    assert session.scalar(select(func.count()).where(Event.verb == "post.publish")) == 12
    assert len(many) == len(few)


def test_what_does_not_fit_into_one_request_waits_on_a_page(
    browser: Browser, session: Session, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor, posts = make.editor(), [make.post() for _number in range(3)]
    session.commit()
    browser.sign_in(editor)
    browser.post("/admin/posts/action/", {"action": "publish", "rowid": [post.id for post in posts]})
    batch = session.scalars(select(Batch.id)).one()
    session.commit()
    monkeypatch.setattr(undo_chunk, "__kwdefaults__", {"chunk": 1})
    monkeypatch.setattr(undoing, "CHUNKS", 2)

    waits = browser.post(f"/admin/activity/batches/{batch}/undo", {"url": "/admin/posts/?sort=title"})

    assert re.fullmatch(r"/admin/activity/batches/\d+/", waits.location)
    page = browser.get(waits.location).text
    assert "Undo: 2 of 3" in page
    assert [status_of(session, post) for post in posts] == ["published", "draft", "draft"]
    assert Browser(browser.app).sign_in(make_signed(session, make)).get(waits.location).status_code == 404
    done = browser.post(f"{waits.location}run/")
    assert done.location.startswith("/admin/posts/?sort=title&result=")
    assert [status_of(session, post) for post in posts] == ["draft"] * 3
    assert "Undo: finished" in browser.get(waits.location).text


def test_it_can_be_stopped(browser: Browser, session: Session, make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    editor, posts = make.editor(), [make.post() for _number in range(2)]
    session.commit()
    browser.sign_in(editor)
    browser.post("/admin/posts/action/", {"action": "publish", "rowid": [post.id for post in posts]})
    batch = session.scalars(select(Batch.id)).one()
    session.commit()
    monkeypatch.setattr(undo_chunk, "__kwdefaults__", {"chunk": 1})
    monkeypatch.setattr(undoing, "CHUNKS", 1)

    page = browser.post(f"/admin/activity/batches/{batch}/undo").location
    browser.post(f"{page}stop/")

    assert browser.post(f"{page}run/").location == page
    assert "stopped after 1 of 2" in browser.get(page).text
    assert [status_of(session, post) for post in posts] == ["published", "draft"]


def make_signed(session: Session, make: Make) -> User:
    """Somebody else, who may see all that was done."""
    owner = make.owner()
    session.commit()
    return owner
