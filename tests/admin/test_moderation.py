"""The queue of comments that wait, the oldest first."""

import pytest
from sqlalchemy.orm import Session

from cms.comments.lifecycle import APPROVED
from cms.posts.lifecycle import PUBLISHED
from tests.browser import Browser
from tests.factories import Make


def test_the_queue_holds_what_waits_the_oldest_first_and_leads_on(
    browser: Browser, session: Session, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("cms.admin.moderation.PER_PAGE", 2)
    post = make.post(status=PUBLISHED)
    for number in range(5):
        make.comment(post, body_html=f"<p>remark {number}.</p>", held_because=["word"])
    make.comment(post, body_html="<p>decided.</p>", status=APPROVED)
    moderator = make.moderator()
    session.commit()
    browser.sign_in(moderator)

    seen, url = [], "/admin/moderation/"
    while url:
        page = browser.get(url).text
        seen += [number for number in range(5) if f"remark {number}." in page]
        assert "decided." not in page
        later = page.partition('rel="next" href="')[2].partition('"')[0]
        url = later if later.startswith("/admin/moderation/") else ""

    assert seen == [0, 1, 2, 3, 4]
    assert "on the list of words to hold" in browser.get("/admin/moderation/").text
    assert '<span class="badge' in browser.get("/admin/moderation/").text


def test_an_empty_queue_says_so_and_nonsense_in_its_address_is_harmless(
    browser: Browser, session: Session, make: Make
) -> None:
    moderator = make.moderator()
    session.commit()
    browser.sign_in(moderator)

    assert "Nothing waits" in browser.get("/admin/moderation/").text
    for after in ("x", "-1", "9" * 40, "²", "1,2"):
        assert browser.get(f"/admin/moderation/?after={after}").status_code == 200


def test_a_long_queue_is_said_alike_in_the_menu_and_on_its_page(
    desk: Browser, session: Session, make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = make.post(status=PUBLISHED)
    for _number in range(3):
        make.comment(post)
    session.commit()
    for place in ("moderation", "shown"):
        monkeypatch.setattr(f"cms.admin.{place}.COUNTED", 2)

    page = desk.get("/admin/moderation/").text

    assert '<span class="badge">2+<span' in page
    assert "2+ wait" in page
