"""An unsaved text is its writer's alone, and only as long as they may edit what it is about."""

from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.core.permissions import Permission
from cms.posts.models import Post
from tests.admin.unsaved import KEEP_NEW, NOTICE, editor_of, keeps, kept, typed_at
from tests.browser import Browser
from tests.factories import Make


def test_nobody_else_sees_it_not_even_an_owner(desk: Browser, session: Session, make: Make, post: Post) -> None:
    form = typed_at(desk, post, title="A private thought")
    owner = make.owner()
    session.commit()
    other = Browser(desk.app).sign_in(owner)

    for url in (editor_of(post), f"{editor_of(post)}&unsaved=1", "/admin/posts/", "/admin/"):
        assert "A private thought" not in other.get(url).text
        assert NOTICE not in other.get(url).text
    other.post(f"/admin/posts/{post.id}/unsaved/discard/", {"sitting": form["sitting"]})
    assert len(kept(session)) == 1


def test_whoever_may_not_edit_keeps_nothing(browser: Browser, session: Session, make: Make, post: Post) -> None:
    moderator, contributor, member = make.moderator(), make.contributor(), make.user()
    session.commit()
    form = {"title": "Mine now", "sitting": "0" * 32, "version": 1}

    answers = {
        (person.name, url): Browser(browser.app).sign_in(person).post(url, form).status_code
        for person in (moderator, contributor, member)
        for url in (keeps(post), KEEP_NEW, f"/admin/pages/{post.id}/unsaved/", "/admin/posts/999999/unsaved/")
    }

    assert list(answers.values()) == [403, 403, 404, 404, 404, 200, 404, 404, 403, 403, 403, 403]
    assert [(row.user_id, row.post_id) for row in kept(session)] == [(contributor.id, None)]


def test_whoever_may_no_longer_edit_gets_what_the_form_gives_and_the_text_is_shown_nowhere(
    desk: Browser, session: Session, make: Make, writer: User, post: Post
) -> None:
    form = typed_at(desk, post, title="A private thought")
    writer.roles = [make.roles["moderator"]]
    session.commit()

    for answer in (
        desk.get(f"{editor_of(post)}&unsaved=1"),
        desk.post(keeps(post), form),
        desk.post(f"/admin/posts/{post.id}/unsaved/discard/", form),
    ):
        assert answer.status_code == 403
        assert "A private thought" not in answer.text


def test_a_field_that_somebody_may_no_longer_change_is_not_filled_in(
    desk: Browser, session: Session, make: Make, writer: User, post: Post
) -> None:
    typed_at(desk, post, title="High water", seo_title="For engines")
    role = make.role(Permission.POST_EDIT)
    writer.roles = [role]
    session.commit()

    page = desk.get(f"{editor_of(post)}&unsaved=1").text

    assert "High water" in page
    assert "For engines" not in page
