"""Posts and pages, through a browser."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Engine
from sqlalchemy.orm import Session

from cms.comments.lifecycle import APPROVED, PENDING
from cms.posts import actions
from cms.posts.lifecycle import PUBLISHED, PostMove
from cms.posts.models import Post
from tests.browser import Browser
from tests.counting import counted
from tests.factories import Make
from tests.site.test_lists import text_of

Publish = Callable[..., Post]
Decide = Callable[..., None]


def test_a_post_shows_what_was_published_and_not_what_is_being_worked_on(
    session: Session, browser: Browser, make: Make, now: datetime
) -> None:
    editor = make.editor()
    post = make.post(status=PUBLISHED, title="Published title", slug="it", body="Published words.")
    actions.save(session, post, {"title": "Working title", "body": "Secret."}, base_version=1, by=editor, at=now)
    session.commit()

    page = text_of(browser, "/posts/it")

    assert "Published title</h1>" in page
    assert "<p>Published words.</p>" in page
    assert "Working title" not in page
    assert "Secret" not in page


def test_drafts_scheduled_expired_and_trashed_posts_do_not_exist(
    session: Session, browser: Browser, make: Make
) -> None:
    editor, at = make.editor(), datetime.now(UTC)
    make.post(slug="draft")
    scheduled, expired, trashed, taken_back = (
        make.post(slug=slug) for slug in ("scheduled", "expired", "trashed", "taken-back")
    )
    earlier = at - timedelta(hours=2)
    actions.publish(session, scheduled, by=editor, at=at, live_from=at + timedelta(hours=1))
    actions.publish(session, expired, by=editor, at=earlier, live_until=at - timedelta(hours=1))
    for post, move in ((trashed, PostMove.TRASH), (taken_back, PostMove.UNPUBLISH)):
        actions.publish(session, post, by=editor, at=earlier)
        actions.move_post(session, post, move, by=editor, at=at - timedelta(hours=1))
    session.commit()

    for slug in ("draft", "scheduled", "expired", "trashed", "taken-back", "never-was"):
        text_of(browser, f"/posts/{slug}", 404)


def test_machines_find_what_they_look_for_in_the_head(session: Session, browser: Browser, make: Make) -> None:
    make.post(
        status=PUBLISHED,
        title="The <tide> clock",
        slug="clock",
        summary="One “hand” & no numbers.",
        featured_media_id=make.media(filename="clock.webp").id,
        language="ar",
        noindex=True,
    )
    session.commit()

    page = text_of(browser, "/posts/clock")

    assert "<title>The &lt;tide&gt; clock · Copydesk</title>" in page
    assert '<meta name="description" content="One “hand” &amp; no numbers.">' in page
    assert '<link rel="canonical" href="http://localhost/posts/clock">' in page
    assert '<meta property="og:url" content="http://localhost/posts/clock">' in page
    assert '<meta property="og:image" content="http://localhost/media/' in page
    assert '<meta name="robots" content="noindex">' in page
    assert '<link rel="alternate" type="application/atom+xml"' in page
    assert 'aria-labelledby="title" lang="ar" dir="rtl">' in page
    assert '<html lang="en" dir="ltr">' in page


def test_a_post_may_name_another_address_as_its_own(session: Session, browser: Browser, publish: Publish) -> None:
    publish(slug="copy", canonical_url="https://example.org/original", seo_title="For engines")
    session.commit()

    page = text_of(browser, "/posts/copy")

    assert '<link rel="canonical" href="https://example.org/original">' in page
    assert "<title>For engines · Copydesk</title>" in page


def test_pictures_have_their_sizes_so_that_nothing_jumps(session: Session, browser: Browser, make: Make) -> None:
    media = make.media(width=1200, height=750, alt="From the library", caption="A caption")
    make.post(status=PUBLISHED, slug="own", featured_media_id=media.id, featured_alt="A white clock face")
    make.post(status=PUBLISHED, slug="library", featured_media_id=media.id)
    session.commit()

    page = text_of(browser, "/posts/own")

    assert f'<img src="/media/{media.id}/{media.digest[:16]}/{media.filename}" alt="A white clock face"' in page
    assert 'width="1200" height="750"' in page
    assert "<figcaption>A caption</figcaption>" in page
    assert 'alt="From the library"' in text_of(browser, "/posts/library")


def test_a_picture_in_the_trash_is_shown_nowhere(session: Session, browser: Browser, make: Make, now: datetime) -> None:
    media = make.media(filename="clock.webp")
    make.post(status=PUBLISHED, slug="it", featured_media_id=media.id)
    make.post(status=PUBLISHED, published_at=now + timedelta(minutes=1))
    media.trashed_at = now
    session.commit()

    for address in ("/", "/posts/it", "/feed.atom"):
        page = browser.get(address).get_data(as_text=True)
        assert "clock.webp" not in page
        assert "og:image" not in page


@pytest.mark.parametrize(("show", "body", "listed"), [
    (True, "## One\n\nx\n\n## Two\n\n### Three\n\n#### Four", 3),
    (True, "## One\n\nx", 0),
    (False, "## One\n\n## Two", 0),
])  # fmt: skip
def test_the_list_of_contents_names_the_headings_of_a_post_that_wants_it(
    session: Session, browser: Browser, publish: Publish, show: bool, body: str, listed: int
) -> None:
    publish(slug="it", body=body, show_contents=show)
    session.commit()

    page = text_of(browser, "/posts/it")

    assert page.count('<li class="level-') == listed
    assert ('<details class="toc">' in page) is bool(listed)


def test_around_a_post_are_its_author_its_tags_and_its_neighbours(
    session: Session, browser: Browser, make: Make, now: datetime, publish: Publish
) -> None:
    ines = make.user("author", username="ines", display_name="Ines Pellow", bio="Edits.", avatar_id=make.media().id)
    sea = make.tag("Sea")
    publish(slug="before", title="Before it", tags=[sea], published_at=now - timedelta(days=2))
    publish(slug="it", author=ines, tags=[sea], body="word " * 500, published_at=now - timedelta(days=1))
    publish(slug="after", title="After it", published_at=now)
    session.commit()

    page = text_of(browser, "/posts/it")

    assert 'href="/authors/ines" rel="author">Ines Pellow</a>' in page
    assert 'class="face" src="/media/' in page
    assert 'href="/tags/sea" rel="tag">Sea</a>' in page
    assert "2 min read" in page
    assert '<a href="/posts/before" rel="prev">' in page
    assert '<a href="/posts/after" rel="next">' in page
    assert "More like this" in page
    assert ines.email not in page
    assert '<a href="/admin/posts/edit/?id=' in page


def test_the_conversation_stands_below_the_post_without_anybody_s_address(
    session: Session, browser: Browser, make: Make, publish: Publish
) -> None:
    post = publish(slug="it")
    first = make.comment(post, status=APPROVED, guest_name="Rafe <b>", guest_email="rafe@example.com")
    make.comment(post, status=APPROVED, parent_id=first.id, body_html="<p>An answer.</p>", author_id=post.author_id)
    make.comment(post, status=PENDING, body_html="<p>Not yet.</p>")
    make.comment(post, status=APPROVED, guest_url="javascript:alert(1)", is_mention=True)
    session.commit()

    page = text_of(browser, "/posts/it")

    assert "3 comments" in page
    assert "Rafe &lt;b&gt;" in page
    assert "An answer." in page
    assert '<span class="role">Author</span>' in page
    assert '<span class="role">Mention</span>' in page
    assert "Not yet." not in page
    assert "rafe@example.com" not in page
    assert "javascript:" not in page
    assert f'href="/posts/it/comments?parent={first.id}"' in page


def test_a_closed_conversation_can_be_read_and_not_joined(
    session: Session, browser: Browser, make: Make, publish: Publish
) -> None:
    make.comment(publish(slug="closed", comments_open=False), status=APPROVED)
    publish(slug="silent", comments_open=False)
    session.commit()

    page = text_of(browser, "/posts/closed")
    assert "1 comment<" in page.replace("\n", "").replace("  ", "")
    assert "Comments are closed." in page
    assert 'href="/posts/closed/comments"' not in page
    assert 'id="comments"' not in text_of(browser, "/posts/silent")


def test_pages_live_at_addresses_of_their_own_however_deep(session: Session, browser: Browser, make: Make) -> None:
    about = make.page(slug="about", title="About us", status=PUBLISHED)
    team = make.page(slug="team", title="The team", parent_id=about.id, status=PUBLISHED)
    make.page(slug="history", title="History", parent_id=team.id, status=PUBLISHED)
    make.page(slug="draft", parent_id=about.id)
    session.commit()

    assert "About us</h1>" in text_of(browser, "/about")
    assert "The team</h1>" in text_of(browser, "/about/team")
    assert "History</h1>" in text_of(browser, "/about/team/history")
    assert "/admin/pages/edit/?id=" in text_of(browser, "/about")
    for address in ("/team", "/about/draft", "/about/history", "/posts/about"):
        text_of(browser, address, 404)


@pytest.mark.parametrize("url", ["/posts/it", "/about"])
def test_no_story_asks_more_than_six_questions_however_much_surrounds_it(
    session: Session, engine: Engine, browser: Browser, make: Make, publish: Publish, decide: Decide, url: str
) -> None:
    decide(logo_id=make.media().id)
    author, sea = make.user("author", avatar_id=make.media().id), make.tag("Sea")
    post = publish(slug="it", author=author, tags=[sea, make.tag()], featured_media_id=make.media().id)
    page = make.page(slug="about", author=author, status=PUBLISHED, featured_media_id=make.media().id)
    for _number in range(8):
        publish(tags=[sea, make.tag()], featured_media_id=make.media().id)
        for place in (post, page):
            member = make.user(avatar_id=make.media().id)
            first = make.comment(place, status=APPROVED, author_id=member.id, guest_name="")
            make.comment(place, status=APPROVED, parent_id=first.id)
    session.commit()

    with counted(engine) as statements:
        page_text = browser.get_unkept(url).text

    assert page_text.count('<img class="face"') >= 8

    assert len(statements) <= 6, "\n".join(statements)


def test_anything_in_the_address_of_the_conversation_is_harmless(
    session: Session, browser: Browser, make: Make, publish: Publish
) -> None:
    make.comment(publish(slug="it"), status=APPROVED)
    session.commit()

    for value in ("", "x", "-1", "0", "9" * 50, "²", "1,2"):
        text_of(browser, f"/posts/it?comments={value}")
