"""The first page: each person's own work, and nothing of what does not concern them."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.audit.actions import record
from cms.posts.lifecycle import DRAFT, IN_REVIEW, PUBLISHED
from cms.taxonomy.models import Tag
from tests.browser import Browser
from tests.counting import counted
from tests.factories import Make


def today(browser: Browser) -> str:
    answer = browser.get("/admin/")
    assert answer.status_code == 200
    return answer.text


def test_a_writer_sees_their_own_drafts_and_nobody_elses(browser: Browser, session: Session, make: Make) -> None:
    writer = make.contributor()
    make.post(author=writer, title="Mine to finish")
    make.post(author=writer, title="Handed in", status=IN_REVIEW)
    make.post(title="A secret draft")
    make.comment()
    session.commit()

    page = today(browser.sign_in(writer))

    assert "Mine to finish" in page
    assert "Handed in, with an editor" in page
    assert "A secret draft" not in page
    assert "Comments held" not in page


def test_an_editor_sees_what_waits_for_review_and_which_comments_are_held(
    browser: Browser, session: Session, make: Make
) -> None:
    editor = make.editor()
    make.post(title="Please read", status=IN_REVIEW)
    make.comment(created_at=make.at - timedelta(days=2))
    session.commit()

    page = today(browser.sign_in(editor))

    assert "To review" in page
    assert "Please read" in page
    assert "comment waits" in page


def test_a_moderator_has_no_way_to_write(browser: Browser, session: Session, make: Make) -> None:
    moderator = make.moderator()
    session.commit()

    page = today(browser.sign_in(moderator))

    assert "/admin/posts/new/" not in page
    assert "No comment waits." in page


def test_nobody_is_told_that_nothing_waits_beside_comments_that_do(
    browser: Browser, session: Session, make: Make
) -> None:
    moderator = make.moderator()
    make.comment()
    session.commit()

    page = today(browser.sign_in(moderator))

    assert "Nothing waits for you" not in page
    assert "Open the desk" in page


def test_a_member_without_a_role_finds_a_calm_page(browser: Browser, session: Session, make: Make) -> None:
    member = make.user()
    make.post(title="Anything", status=PUBLISHED)
    session.commit()

    assert "Nothing waits for you" in today(browser.sign_in(member))


def test_what_changed_lately_leaves_out_who_came_and_went(browser: Browser, session: Session, make: Make) -> None:
    owner = make.owner()
    session.commit()
    browser.sign_in(owner).post("/admin/tags/new/", {"name": "Harbour"})

    page = today(browser)

    assert "Harbour" in page
    assert "signed in" not in page


def test_redirects_that_lead_nowhere_are_counted_and_listed(browser: Browser, session: Session, make: Make) -> None:
    editor = make.editor()
    session.commit()
    browser.sign_in(editor)
    for path, target in (("/lost", "/nowhere"), ("/found", "/posts")):
        browser.post("/admin/redirects/new/", {"from_path": path, "status": "301", "to_path": target, "confirmed": ""})

    page = today(browser)

    assert re.search(r'href="/admin/redirects/\?dead=yes">Redirects that lead nowhere</a><span class="end">1<', page)
    listed = browser.get("/admin/redirects/?dead=yes").text
    assert ">/lost</a>" in listed
    assert ">/found</a>" not in listed
    assert ">/found</a>" in browser.get("/admin/redirects/?dead=no").text


@pytest.mark.parametrize("role", ["owner", "editor", "author", "contributor", "moderator", ""])
def test_it_costs_at_most_twelve_queries_at_any_size(
    browser: Browser, session: Session, make: Make, engine: Engine, role: str
) -> None:
    person = make.user(role) if role else make.user()
    tag = make.tag()
    add_some(session, make, person, tag, 1)
    browser.sign_in(person)
    few = asked(browser, engine)
    add_some(session, make, person, tag, 9)
    many = asked(browser, engine)

    assert len(few) == len(many), "\n".join(many)
    assert len(many) <= 12, "\n".join(many)


def add_some(session: Session, make: Make, person: User, tag: Tag, number: int) -> None:
    """So many of everything that any block shows."""
    for _number in range(number):
        other = make.author()
        for author in (person, other):
            for status in (DRAFT, IN_REVIEW):
                post = make.post(author=author, status=status, tags=[tag])
                record(session, "post.edit", post, by=author, at=make.at, changes={"title": ("", post.title)})
        live = make.post(author=other, status=PUBLISHED, tags=[tag])
        make.comment(live)
        make.media(uploaded_by=other)
    session.commit()


def asked(browser: Browser, engine: Engine) -> list[str]:
    with counted(engine) as statements:
        today(browser)
    return statements
