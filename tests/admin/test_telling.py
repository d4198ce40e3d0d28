"""The record told as people would: who did what, without the machine's words."""

import re
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from cms.audit.actions import record
from cms.core.permissions import Permission
from cms.posts import actions
from tests.browser import Browser
from tests.conftest import NOON
from tests.factories import Make


@pytest.fixture
def desk(browser: Browser, session: Session, make: Make) -> Browser:
    owner = make.owner()
    session.commit()
    return browser.sign_in(owner)


def page_of(desk: Browser, address: str = "") -> str:
    return " ".join(desk.get(f"/admin/activity/{address}").text.split())


def test_a_visitor_comments_and_the_reasons_are_called_what_moderators_call_them(
    desk: Browser, session: Session, make: Make
) -> None:
    comment = make.comment(body="It was slow.")
    record(session, "comment.create", comment, by=None, at=NOON, changes={"held_because": (None, ["fast", "links"])})
    session.commit()

    page = page_of(desk, "?area=comments")

    assert "<strong>A visitor</strong> commented" in page
    assert "Too fast, Links" in page


def test_whoever_does_something_to_themselves_is_named_once(desk: Browser, session: Session, make: Make) -> None:
    person = make.user(display_name="Ana Sousa")
    record(session, "user.sign_in", person, by=person, at=NOON, personal={"agent": "Mozilla X11; Linux Firefox/140.0"})
    session.commit()

    page = page_of(desk, f"?type=users&id={person.id}")

    assert page.count("Ana Sousa</strong> signed in") == 1
    assert "Browser: Firefox on Linux" in page
    assert ">Ana Sousa</a>" not in page


def test_what_is_to_be_seen_later_was_scheduled_and_not_published(desk: Browser, session: Session, make: Make) -> None:
    editor, post = make.editor(), make.post(title="Night ferry")
    actions.publish(session, post, by=editor, at=NOON, live_from=NOON + timedelta(days=2))
    session.commit()

    page = page_of(desk, "?area=posts")

    assert "</strong> scheduled <a" in page
    assert "<span>Post</span>" in page


def test_stored_values_are_told_in_the_words_of_whoever_reads(desk: Browser, session: Session, make: Make) -> None:
    tag, person, by = make.tag("Sea"), make.author(), make.owner()
    session.commit()
    role = make.role(Permission.POST_EDIT)
    for verb, subject, changes in (
        ("role.edit", role, {"grants": ([], [f"post.publish own #{tag.id}", "tag.manage any", "no.such any"])}),
        ("user.set_roles", person, {"roles": (["author"], ["contributor", "gone"])}),
        ("user.sign_in", person, {"via": (None, "recovery code")}),
        ("user.send_link", person, {"purpose": (None, "first_password"), "locale": ("en", "ar")}),
        ("tag.update", tag, {"key": ("se", "sea")}),
    ):
        record(session, verb, subject, by=by, at=NOON, changes=changes)
    session.commit()

    page = page_of(desk)

    assert "Publish posts: own in Sea" in page
    assert "Manage tags" in page
    assert "no.such any" in page
    assert "Contributor, gone" in page
    assert "a recovery code" in page
    assert "to choose a first password" in page
    assert "العربية" in page
    assert "post.publish" not in page
    assert "<dt>Key</dt>" not in page


def test_settings_are_told_as_their_choices_are_called(desk: Browser, session: Session) -> None:
    desk.post("/admin/settings/", {"sign_up": "approval"})

    assert "Open, after approval" in page_of(desk, "?area=settings")


def test_what_the_site_itself_named_is_called_in_the_language_of_whoever_reads(
    browser: Browser, session: Session, make: Make
) -> None:
    owner = make.owner()
    owner.locale = "ar"
    comment = make.comment(body="It was slow.")
    record(session, "comment.restore", comment, by=owner, at=NOON, changes={"status": ("trashed", "pending")})
    session.commit()
    browser.sign_in(owner).post("/admin/settings/", {"tagline": "By the sea"})

    page = page_of(browser)

    assert ">الإعدادات</a>" in page
    assert ">Settings</a>" not in page
    assert re.findall(r"</span>([^<]+)<span class=\"hidden-text\">", page)[-2:] == ["في سلة المهملات", "قيد الانتظار"]


def test_a_field_that_was_and_is_empty_is_not_told(desk: Browser, session: Session, make: Make) -> None:
    tag = make.tag("Sea")
    record(session, "tag.create", tag, by=None, at=NOON, changes={"name": ("", "Sea"), "description": ("", "")})
    session.commit()

    page = page_of(desk, "?area=tags")

    assert "<dt>Name</dt>" in page
    assert "<dt>Description</dt>" not in page
