"""The way from a comment to a ban on its author."""

from typing import Any

from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.comments.models import Ban
from cms.core.permissions import Permission
from cms.posts.lifecycle import PUBLISHED
from tests.admin.bans.conftest import AREA, all_of
from tests.browser import Browser
from tests.factories import Make
from tests.forms import untouched


def banned(session: Session, make: Make, **values: Any) -> Ban:
    ban = Ban(**{"created_at": make.at} | values)
    session.add(ban)
    session.commit()
    return ban


def test_from_a_comment_the_author_is_filled_in(desk: Browser, session: Session, make: Make) -> None:
    post, member = make.post(status=PUBLISHED), make.user(username="sunniva")
    by_guest = make.comment(post, guest_email="rafe@example.org")
    by_member = make.comment(post, author_id=member.id, guest_name="", guest_email="")
    session.commit()

    for comment, field, value in ((by_guest, "email", "rafe@example.org"), (by_member, "member", "sunniva")):
        link = f"{AREA}new/?comment={comment.id}"
        for place in ("comments/", f"comments/details/?id={comment.id}", "moderation/"):
            assert link in desk.get(f"/admin/{place}").text
        form = untouched(desk.get(f"{link}&url=/admin/moderation/").text)
        assert [name for name in ("member", "email", "network") if form[name] != [""]] == [field]
        assert form[field] == [value]
        answer = desk.post(f"{AREA}new/", form)
        assert (answer.status_code, answer.location) == (302, "/admin/moderation/")
    assert [(ban.email, ban.user_id) for ban in all_of(session)] == [("rafe@example.org", None), (None, member.id)]


def test_from_a_comment_of_somebody_banned_it_leads_to_that_ban(desk: Browser, session: Session, make: Make) -> None:
    comment = make.comment(guest_email="rafe@example.org")
    ban = banned(session, make, email="rafe@example.org")

    answer = desk.get(f"{AREA}new/?comment={comment.id}&url=/admin/moderation/")

    assert answer.status_code == 302
    assert (answer.location or "").startswith(f"{AREA}edit/?id={ban.id}")
    assert "banned already" in desk.get(answer.location or "").text


def test_from_a_comment_of_a_colleague_it_says_why_not(
    desk: Browser, session: Session, make: Make, moderator: User
) -> None:
    post, author = make.post(status=PUBLISHED), make.author()
    theirs = make.comment(post, author_id=author.id, guest_name="", guest_email="")
    own = make.comment(post, author_id=moderator.id, guest_name="", guest_email="")
    session.commit()

    refused = desk.get(f"{AREA}new/?comment={theirs.id}")

    assert refused.status_code == 403
    assert "which you do not have" in refused.text
    assert f"comment={own.id}" not in desk.get("/admin/comments/").text


def test_whoever_only_moderates_or_may_not_see_a_comment_is_not_led_there(
    browser: Browser, session: Session, make: Make
) -> None:
    comment, draft = make.comment(), make.comment(make.post(title="A secret"), guest_email="secret@example.org")
    moderating = make.user(make.role(Permission.COMMENT_MODERATE))
    banning = make.user(make.role(Permission.COMMENT_BAN))
    session.commit()

    browser.sign_in(moderating)
    assert f"comment={comment.id}" not in browser.get("/admin/comments/").text
    assert browser.get(f"{AREA}new/?comment={comment.id}").status_code == 403
    browser.sign_out()
    browser.sign_in(banning)
    for number in (draft.id, comment.id, "nonsense", 10**30):
        assert browser.get(f"{AREA}new/?comment={number}").status_code == 404
