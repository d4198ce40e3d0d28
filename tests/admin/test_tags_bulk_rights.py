"""What merging tags may not do: carry posts into the reach of a role, past those who may edit them."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.core.permissions import Permission as P
from cms.posts.models import post_tags
from tests.browser import Browser
from tests.factories import Make


def test_a_merge_that_would_widen_a_role_is_foreseen_as_refused(browser: Browser, session: Session, make: Make) -> None:
    sports, secret, football = make.tag("Sports"), make.tag("Secret"), make.tag("Football")
    desk = make.role(P.POST_EDIT, tags=(sports,), label="Sports desk")
    person = make.user(desk, make.role(P.TAG_MANAGE))
    hidden = make.post(tags=[secret]).id
    make.post(tags=[football, sports])
    ids, into = [tag.id for tag in (sports, secret, football)], str(sports.id)
    session.commit()
    browser.sign_in(person)

    form = {"action": "merge", "rowid": ids, "into": into, "confirmed": "1"}
    place = browser.post("/admin/tags/action/", form).location or ""
    page = browser.get(place).text

    assert "it would reach posts with “Secret” that are not yours to edit" in page
    assert "“Football”" not in page
    browser.post(f"{place}run/")
    assert session.scalars(select(post_tags.c.tag_id).where(post_tags.c.post_id == hidden)).all() == [ids[1]]
