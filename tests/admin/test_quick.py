"""Quick edit is the editor with fewer fields: the same checks, the same refusals, the same event."""

import re
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.audit.models import Event
from cms.core.permissions import Permission, Scope
from cms.posts.lifecycle import DRAFT, PUBLISHED
from cms.posts.models import Post, Revision, post_tags
from cms.settings.models import SettingValue
from cms.taxonomy.models import Tag
from tests.browser import Browser
from tests.factories import Make

FIELD = re.compile(r'<(?:input|select|textarea)[^>]* name="(\w+)"')


@pytest.fixture
def person(session: Session, make: Make) -> User:
    return make.editor()


@pytest.fixture
def post(session: Session, make: Make, person: User) -> Post:
    post = make.post(author=person, title="Light", body="The whole text.", summary="Short.", tags=[make.tag("Sea")])
    session.commit()
    return post


def form_of(browser: Browser, post: Post) -> dict[str, Any]:
    """What a browser would send when Save is pressed."""
    page = browser.get(f"/admin/posts/quick/?id={post.id}&part=1&url=/admin/posts/").text
    sent = {name: value for name, value in re.findall(r'<input[^>]* name="(\w+)"[^>]* value="([^"]*)"', page)}
    return {name: value for name, value in sent.items() if name != "csrf_token"}


def test_it_shows_what_is_mended_from_a_list_and_no_text(browser: Browser, person: User, post: Post) -> None:
    page = browser.sign_in(person).get(f"/admin/posts/quick/?id={post.id}").text

    main = page[page.index("<main") :]
    assert set(FIELD.findall(main)) >= {
        "title",
        "slug",
        "tags",
        "author_id",
        "live_from",
        "live_until",
        "version",
        "url",
    }
    assert "The whole text." not in main
    assert f'action="/admin/posts/edit/?id={post.id}"' in main
    way = f'<a href="/admin/posts/edit/?id={post.id}" dir="auto">Light</a>'
    assert way in page, "the way there leads over the post"


def test_whoever_gives_a_time_is_told_its_zone(browser: Browser, session: Session, make: Make, post: Post) -> None:
    editor = make.user("editor", timezone="Pacific/Auckland")
    session.add(SettingValue(key="timezone", value="Europe/Lisbon", updated_at=make.at))
    session.commit()
    browser.sign_in(editor)

    quick = browser.get(f"/admin/posts/quick/?id={post.id}&part=1&url=/admin/posts/").text
    many = browser.post("/admin/posts/action/", {"action": "schedule", "rowid": str(post.id)}).text

    for page in (quick, many):
        assert 'type="datetime-local"' in page
        assert "Times are in the zone Europe/Lisbon." in page


def test_a_save_changes_what_was_typed_and_leaves_the_rest(
    browser: Browser, session: Session, person: User, post: Post
) -> None:
    browser.sign_in(person)

    answer = browser.post(
        f"/admin/posts/edit/?id={post.id}", form_of(browser, post) | {"title": "Lamp", "tags": "Town"}
    )

    assert answer.location == "/admin/posts/"
    session.expire_all()
    assert (post.title, post.body, post.summary) == ("Lamp", "The whole text.", "Short.")
    assert session.scalars(select(Tag.name).join(post_tags).where(post_tags.c.post_id == post.id)).all() == ["Town"]
    assert len(session.scalars(select(Revision).where(Revision.post_id == post.id)).all()) == 2
    event = session.scalars(select(Event).order_by(Event.id.desc())).first()
    assert event is not None
    assert (event.verb, set(event.changes) - {"parts"}) == ("post.save", {"title", "tags"})


def test_who_saves_after_somebody_else_is_shown_both(
    browser: Browser, session: Session, person: User, post: Post
) -> None:
    browser.sign_in(person)
    mine = form_of(browser, post)
    browser.post(f"/admin/posts/edit/?id={post.id}", form_of(browser, post) | {"title": "Theirs"})

    answer = browser.post(f"/admin/posts/edit/?id={post.id}", mine | {"title": "Mine"})

    assert answer.status_code == 409
    assert "Theirs" in answer.text
    session.expire_all()
    assert post.title == "Theirs"


@pytest.mark.parametrize("part", [{}, {"part": "1"}])
def test_what_is_refused_comes_back_with_what_was_typed(
    browser: Browser, session: Session, person: User, post: Post, part: dict[str, str]
) -> None:
    browser.sign_in(person)
    typed = form_of(browser, post) | {"title": "", "tags": "x" * 90}

    answer = browser.post(f"/admin/posts/edit/?id={post.id}", typed | part)

    assert answer.status_code == 422
    assert "A title is needed." in answer.text
    assert 'class="quick-form"' in answer.text
    assert "x" * 90 in answer.text
    assert "The whole text." not in answer.text
    assert ("<main" in answer.text) is (not part)


def test_what_this_form_does_not_show_is_mended_in_the_editor(
    browser: Browser, session: Session, person: User, post: Post
) -> None:
    browser.sign_in(person)

    answer = browser.post(
        f"/admin/posts/edit/?id={post.id}", form_of(browser, post) | {"title": "", "canonical_url": "nowhere"}
    )

    assert answer.status_code == 422
    assert "The whole text." in answer.text


def test_it_is_for_whoever_may_edit_and_shows_no_more_than_they_may_change(
    browser: Browser, session: Session, make: Make, post: Post
) -> None:
    reader = make.user(make.role(Permission.POST_VIEW))
    writer = make.user(make.role((Permission.POST_EDIT, Scope.OWN)))
    own = make.post(author=writer)
    session.commit()

    browser.sign_in(reader)
    assert browser.get(f"/admin/posts/quick/?id={post.id}").status_code == 403
    browser.sign_out()
    browser.sign_in(writer)
    assert browser.get(f"/admin/posts/quick/?id={post.id}").status_code == 404
    names = set(FIELD.findall(browser.get(f"/admin/posts/quick/?id={own.id}&part=1").text))
    assert not names & {"author_id", "live_from", "live_until"}
    assert names >= {"title", "slug", "tags"}


def test_publishing_from_a_row_is_the_editors_own_move(
    browser: Browser, session: Session, person: User, post: Post
) -> None:
    browser.sign_in(person)
    assert post.status is DRAFT

    browser.post(f"/admin/posts/edit/?id={post.id}", form_of(browser, post) | {"title": "Out", "move": "publish"})

    session.expire_all()
    assert (post.status, post.title) == (PUBLISHED, "Out")


def test_the_list_offers_it_where_one_may_edit(browser: Browser, session: Session, make: Make, post: Post) -> None:
    reader = make.user(make.role(Permission.POST_VIEW))
    session.commit()

    assert "data-quick" not in browser.sign_in(reader).get("/admin/posts/").text
    browser.sign_out()
    assert f"/admin/posts/quick/?id={post.id}" in browser.sign_in(post.author).get("/admin/posts/").text
