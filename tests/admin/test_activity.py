"""The record as people read it."""

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from cms.accounts.actions import people
from cms.accounts.actions.erasing import anonymise
from cms.accounts.models import User
from cms.comments.actions import move_comment
from cms.comments.lifecycle import CommentMove
from cms.core.permissions import Permission
from cms.posts.actions import save
from cms.taxonomy.actions import update as edit_tag
from tests.browser import Browser
from tests.conftest import NOON
from tests.counting import counted
from tests.factories import Make


def test_a_change_is_shown_with_before_and_after(browser: Browser, session: Session, make: Make) -> None:
    owner, post = make.owner(), make.post(title="Before")
    session.commit()
    browser.sign_in(owner)
    browser.post(f"/admin/posts/edit/?id={post.id}", {"version": 1, "title": "After", "body": post.body})

    page = browser.get("/admin/activity/?area=posts").text

    assert "changed" in page
    assert "Before" in page
    assert "After" in page


def rename(session: Session, person: User, by: User, **changes: str | None) -> None:
    people.update(session, person, dict(changes), base_version=person.version, by=by, at=NOON)
    session.commit()


def test_people_are_called_what_they_are_called_now(browser: Browser, session: Session, make: Make) -> None:
    owner, person = make.owner(), make.author()
    rename(session, person, owner, display_name="Maren")
    rename(session, person, owner, display_name="Maren Holt")

    page = browser.sign_in(owner).get(f"/admin/activity/?type=users&id={person.id}").text

    assert page.count(">Maren Holt</a>") == 2
    assert "<del>" in page


def test_an_erased_person_is_named_nowhere_and_what_happened_still_shows(
    browser: Browser, session: Session, make: Make
) -> None:
    owner, person = make.owner(), make.author()
    rename(session, person, owner, display_name="Maren Holt", email="maren@example.com")
    anonymise(session, person, by=owner, at=NOON)
    session.commit()

    page = browser.sign_in(owner).get("/admin/activity/").text

    assert "maren" not in page.casefold()
    assert page.count(">Deleted person</a>") == 2


def test_addresses_are_for_owners(browser: Browser, session: Session, make: Make) -> None:
    owner, person = make.owner(), make.author()
    auditor = make.user(make.role(Permission.AUDIT_VIEW))
    rename(session, person, owner, display_name="Maren Holt", email="holt1984@example.net")

    theirs = browser.sign_in(auditor).get("/admin/activity/").text
    browser.sign_out()
    own = browser.sign_in(owner).get("/admin/activity/").text

    assert "Maren Holt" in theirs
    assert "holt1984" not in theirs
    assert "Network address" not in theirs
    assert "holt1984" in own
    assert "Network address: 127.0.0.1" in own


@pytest.mark.parametrize("role", ["editor", "author", "moderator", "contributor"])
def test_only_those_with_the_right_may_read_it(browser: Browser, session: Session, make: Make, role: str) -> None:
    person = make.user(role)
    session.commit()

    refused = browser.sign_in(person).get("/admin/activity/")

    assert refused.status_code == 403
    assert "See activity" in refused.text


def test_filters_narrow_it_and_nonsense_finds_nothing(browser: Browser, session: Session, make: Make) -> None:
    owner, post = make.owner(), make.post(title="Harbour")
    session.commit()
    browser.sign_in(owner)
    browser.post(f"/admin/posts/{post.id}/publish")

    assert "published" in browser.get(f"/admin/activity/?type=posts&id={post.id}").text
    assert "Harbour" in browser.get(f"/admin/activity/?person={owner.id}&verb=post.publish").text
    for query in (
        "area=x",
        "person=x",
        "person=99999999999999",
        "since=9999-99-99",
        "before=x",
        "before=99999999999999",
        "type=posts&id=99999999999",
    ):
        assert browser.get(f"/admin/activity/?{query}").status_code == 200
    assert "Nothing was recorded that fits." in browser.get("/admin/activity/?verb=no.such").text


def test_older_entries_are_a_page_away(browser: Browser, session: Session, make: Make) -> None:
    owner, post = make.owner(), make.post()
    session.commit()
    browser.sign_in(owner)
    for number in range(35):
        browser.post(f"/admin/posts/edit/?id={post.id}", {"version": number + 1, "title": f"Title {number}"})

    page = browser.get("/admin/activity/?verb=post.save").text
    assert "Title 34" in page
    older = page.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert "Title 0" in browser.get(older).text


def test_hostile_words_are_only_words(browser: Browser, session: Session, make: Make) -> None:
    owner, post = make.owner(), make.post()
    session.commit()
    browser.sign_in(owner)
    browser.post(f"/admin/posts/edit/?id={post.id}", {"version": 1, "title": "<img src=x onerror=alert(1)>"})

    page = browser.get("/admin/activity/").text
    assert "<img src=x" not in page
    assert "&lt;img" in page


def test_what_was_done_is_chosen_by_its_name(browser: Browser, session: Session, make: Make) -> None:
    owner, tag, post = make.owner(), make.tag("Harbour"), make.post(title="The clock")
    edit_tag(session, tag, {"name": "Harbours"}, by=owner, at=NOON)
    save(session, post, {"title": "The tide clock"}, base_version=post.version, by=owner, at=NOON)
    session.commit()
    browser.sign_in(owner)

    page = browser.get("/admin/activity/?verb=save").text
    assert page.count(">changed</option>") == 1
    assert '<option value="save" selected>changed</option>' in page
    assert ">Harbours</a>" in page
    assert ">The tide clock</a>" in page
    assert ">Harbours</a>" not in browser.get("/admin/activity/?verb=publish").text
    assert ">The tide clock</a>" not in browser.get("/admin/activity/?verb=tag.update").text
    assert "Nothing was recorded that fits." in browser.get("/admin/activity/?verb=nonsense").text


def test_the_parent_of_a_tag_is_a_tag_and_that_of_a_page_a_page(browser: Browser, session: Session, make: Make) -> None:
    owner, top = make.owner(), make.page(title="About")
    page = make.page(title="Team")
    sea, tag = make.tag("Sea", id=top.id), make.tag("Harbour", id=top.id + 1)  # one number, two things
    edit_tag(session, tag, {"parent_id": sea.id}, by=owner, at=NOON)
    save(session, page, {"parent_id": top.id}, base_version=page.version, by=owner, at=NOON)
    session.commit()
    browser.sign_in(owner)

    def said(kind: str, subject_id: int) -> str:
        text = browser.get(f"/admin/activity/?type={kind}&id={subject_id}").text
        return text[text.index("<main") :]

    assert "Sea" in said("tags", tag.id)
    assert "About" not in said("tags", tag.id)
    assert "About" in said("posts", page.id)


def test_names_are_read_without_the_texts_of_posts(
    browser: Browser, session: Session, make: Make, engine: Engine
) -> None:
    owner, top, page = make.owner(), make.page(title="About"), make.page()
    save(session, page, {"parent_id": top.id}, base_version=page.version, by=owner, at=NOON)
    session.commit()
    browser.sign_in(owner)

    with counted(engine) as statements:
        text = browser.get("/admin/activity/?area=posts").text

    assert "About" in text
    assert not [statement for statement in statements if "posts.body" in statement]


def test_a_full_page_costs_ten_queries(browser: Browser, session: Session, make: Make, engine: Engine) -> None:
    owner = make.owner()
    for number in range(8):
        author = make.author()
        author.avatar_id = make.media().id
        post = make.post(author=author, tags=[make.tag(), make.tag()])
        comment = make.comment(post)
        save(session, post, {"title": f"Another {number}"}, base_version=post.version, by=author, at=NOON)
        move_comment(session, comment, CommentMove.APPROVE, by=owner, at=NOON)
    session.commit()
    browser.sign_in(owner)
    browser.get("/admin/activity/")

    with counted(engine) as statements:
        browser.get("/admin/activity/")

    assert len(statements) <= 10, "\n".join(statements)
