"""An import in the database: all of it once, at the right places and times."""

from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from cms.accounts.models import User
from cms.audit.models import Event
from cms.comments.emptying import trashed_before
from cms.comments.lifecycle import CommentStatus
from cms.comments.models import Comment
from cms.core.db import Base
from cms.importers.loading import load
from cms.importers.markdown import read_markdown
from cms.importers.parsed import (
    ItemStatus,
    ParsedComment,
    ParsedCommentStatus,
    ParsedPerson,
    ParsedSite,
    ParsedTag,
    Severity,
)
from cms.posts.lifecycle import PostStatus
from cms.posts.models import Edition, Post, PostKind, Revision, RevisionKind
from cms.taxonomy.models import Tag
from tests.conftest import NOON
from tests.factories import Make
from tests.importers.sites import edition_of, item, post_of, site


def rows(session: Session) -> dict[str, int]:
    return {
        name: session.scalar(select(func.count()).select_from(table)) or 0
        for name, table in Base.metadata.tables.items()
    }


def test_a_published_post_is_live_since_its_own_date(session: Session, make: Make, small_site: ParsedSite) -> None:
    load(session, small_site, at=NOON)
    session.commit()

    post = post_of(session, "example.com:10")
    edition = edition_of(session, post)
    assert post.status is PostStatus.PUBLISHED
    assert post.published_at == post.created_at == datetime(2024, 2, 3, 21, 30, tzinfo=UTC)
    assert edition is not None
    assert (edition.live_from, edition.updated_at) == (post.published_at, datetime(2024, 2, 5, 8, 0, tzinfo=UTC))
    assert (edition.path, edition.title, edition.summary) == (
        "/posts/night-ferry",
        "The night ferry",
        "A crossing in the dark.",
    )
    assert edition.seo_description == "Across at night"
    assert [tag.slug for tag in post.tags] == ["ferries", "night", "unlisted"]
    revision = session.scalars(select(Revision).where(Revision.post_id == post.id)).one()
    assert (revision.kind, revision.snapshot["body"]) == (RevisionKind.IMPORT, post.body)
    event = session.scalars(select(Event).where(Event.subject_type == "posts", Event.subject_id == post.id)).one()
    assert (event.verb, event.at, event.actor_id) == ("post.import", NOON, None)


def test_statuses_stay_what_they_were_and_nothing_protected_is_public(session: Session, small_site: ParsedSite) -> None:
    report = load(session, small_site, at=NOON)

    assert edition_of(session, post_of(session, ":12")) is None
    assert post_of(session, ":12").status is PostStatus.DRAFT
    assert post_of(session, ":13").status is PostStatus.DRAFT
    scheduled = edition_of(session, post_of(session, ":14"))
    assert scheduled is not None
    assert scheduled.live_from == datetime(2040, 1, 1, 12, 0, tzinfo=UTC)
    assert +report.came == Counter(
        posts=5, published=2, protected=1, drafts=1, scheduled=1, pages=2, people=2, categories=3, tags=3,
        comments=4, unapproved=2, replies=1, mentions=1, redirects=4,
    )  # fmt: skip


def test_a_scheduled_post_whose_time_has_come_is_published(session: Session) -> None:
    past = datetime(2025, 1, 1, tzinfo=UTC)

    report = load(session, site(item(status=ItemStatus.SCHEDULED, published_at=past)), at=NOON)

    edition = edition_of(session, post_of(session, ":1"))
    assert edition is not None
    assert edition.live_from == past
    assert report.came["published"] == 1


def test_a_scheduled_post_without_a_date_is_a_draft(session: Session) -> None:
    report = load(session, site(item(status=ItemStatus.SCHEDULED)), at=NOON)

    assert post_of(session, ":1").status is PostStatus.DRAFT
    assert report.notes[-1].severity is Severity.PROBLEM


def test_running_it_twice_creates_nothing_twice(session: Session, small_site: ParsedSite) -> None:
    load(session, small_site, at=NOON)
    session.commit()
    before = rows(session)

    report = load(session, small_site, at=NOON)
    session.commit()

    assert rows(session) == before
    assert not +report.came
    assert report.known == Counter(posts=5, pages=2, people=2, categories=3, tags=3, comments=4)


def test_a_later_export_brings_what_is_new(session: Session, small_site: ParsedSite) -> None:
    ferry = next(item for item in small_site.items if item.source_id == "10")
    earlier = replace(small_site, items=(replace(ferry, comments=ferry.comments[:1]),))
    load(session, earlier, at=NOON)
    session.commit()

    report = load(session, small_site, at=NOON)

    assert (report.came["posts"], report.came["comments"], report.known["comments"]) == (4, 3, 1)
    answer = session.scalars(select(Comment).where(Comment.origin.endswith(":101"))).one()
    assert answer.parent_id == session.scalar(select(Comment.id).where(Comment.origin.endswith(":100")))


def test_comments_keep_their_threads_dates_and_statuses(session: Session, small_site: ParsedSite) -> None:
    load(session, small_site, at=NOON)
    comments = {comment.origin.rpartition(":")[2]: comment for comment in session.scalars(select(Comment))}

    assert [comments[key].status for key in ("100", "101", "102", "103")] == [
        CommentStatus.APPROVED,
        CommentStatus.PENDING,
        CommentStatus.APPROVED,
        CommentStatus.SPAM,
    ]
    assert comments["101"].parent_id == comments["100"].id
    assert comments["100"].created_at == datetime(2024, 2, 4, 9, 0, tzinfo=UTC)
    assert (comments["100"].guest_name, comments["100"].guest_url) == ("Bo & Co", "https://bo.example.org/")
    assert comments["100"].body_html == "<p>I missed it.</p>\n<p><strong>Twice</strong></p>\n"
    assert comments["102"].is_mention
    assert "far beyond eighty characters" in comments["102"].body_html
    assert comments["102"].guest_email == ""


def test_what_is_too_long_is_shortened_and_kept_whole_elsewhere(session: Session) -> None:
    title, summary = "very long title " * 100, "much to say " * 100
    tags = tuple(ParsedTag(str(number), f"tag {number} {'x' * 90}") for number in range(40))

    report = load(
        session,
        site(item(title=title, summary=summary, tags=tuple(tag.source_id for tag in tags), body="b"), tags=tags),
        at=NOON,
    )
    session.commit()

    post = post_of(session, ":1")
    assert len(post.title) <= 200
    assert post.body.startswith(f"**{title.strip()}**")
    assert len(post.tags) == 40
    whys = [note.what for note in report.notes]
    assert f"summary: {summary.strip()}" in whys
    assert "40 tags" in whys


@pytest.mark.parametrize(
    "text", ["\x00\x01", "\ud800", "\uffff", "a\u2028b\x85c", "<script>alert(1)</script>", "%s %(x)s {}"]
)
def test_hostile_text_in_every_field_is_stored_or_dropped_but_never_fails(session: Session, text: str) -> None:
    comment = ParsedComment("1", "9", text, text, text, text, text, ParsedCommentStatus.APPROVED, None)
    tags = (ParsedTag("t", text or "t", text, text),)
    values = dict.fromkeys(
        ("title", "slug", "summary", "body", "language", "seo_title", "seo_description", "canonical_url"), text
    )
    wanted = item(
        tags=("t",),
        comments=(comment,),
        old_paths=(text, f"/{text}"),
        author="a",
        status=ItemStatus.PUBLISHED,
        **values,
    )
    people = (ParsedPerson("a", text, text), ParsedPerson(text, text))

    load(session, site(wanted, people=people, tags=tags), at=NOON)
    session.commit()

    edition = edition_of(session, post_of(session, ":1"))
    assert edition is not None
    assert "<script" not in edition.body_html


def test_a_failure_in_the_middle_leaves_nothing(session: Session, small_site: ParsedSite) -> None:
    before = rows(session)
    broken = replace(
        small_site, items=(*small_site.items, replace(small_site.items[0], source_id="x", tags=("no such",)))
    )

    with pytest.raises(KeyError):
        load(session, broken, at=NOON)
    session.rollback()

    assert rows(session) == before


def test_the_real_export_arrives_whole(session: Session, theme_test_site: ParsedSite) -> None:
    report = load(session, theme_test_site, at=NOON)
    session.commit()

    assert +report.came == Counter(
        posts=58, published=55, scheduled=1, drafts=1, protected=1, pages=21, people=2, categories=68, tags=113,
        comments=33, unapproved=3, replies=10, mentions=4, redirects=59,
    )  # fmt: skip
    kinds = dict(session.execute(select(Post.kind, func.count()).group_by(Post.kind)).all())
    assert kinds == {PostKind.POST: 58, PostKind.PAGE: 21}
    live = select(func.count()).select_from(Edition).where(Edition.kind == PostKind.POST)
    assert session.scalar(live.where(Edition.live_from <= NOON)) == 55
    assert session.scalar(live.where(Edition.live_from > NOON)) == 1
    assert session.scalar(select(func.count()).select_from(User)) == 2
    assert not [note for note in report.notes if note.what.startswith("words")]
    slugs = {tag.slug: tag for tag in session.scalars(select(Tag))}
    for source in theme_test_site.tags:
        assert source.slug in slugs
        if source.parent_id is not None:
            assert slugs[source.slug].parent_id == slugs[source.parent_id.partition(":")[2]].id
    for parsed in theme_test_site.items:
        post = post_of(session, f"com:{parsed.source_id}")
        if parsed.status is ItemStatus.PUBLISHED:
            assert post.published_at == parsed.published_at
        if parsed.slug.isascii() and parsed.slug:
            assert post.slug == parsed.slug


def test_the_real_markdown_file_arrives_with_its_contents_list(session: Session, flask_deep_dive: Path) -> None:
    report = load(session, read_markdown([flask_deep_dive]), at=NOON)
    session.commit()

    post = session.scalars(select(Post).options(selectinload(Post.tags))).one()
    edition = edition_of(session, post)
    assert edition is not None
    assert edition.show_contents
    assert len(edition.headings) > 100
    assert "├── app.py" in edition.body_html
    assert [tag.name for tag in post.tags][:2] == ["Best Practices", "Blueprint"]
    assert (report.came["posts"], report.came["people"]) == (1, 1)


def test_the_report_says_what_came_and_why_the_rest_did_not(session: Session, small_site: ParsedSite) -> None:
    lines = load(session, small_site, at=NOON).lines()

    assert "  5 posts (2 published; 1 scheduled; 1 draft; 1 password-protected, now a draft)" in lines
    assert "  4 comments (2 not approved; 1 reply; 1 pingback or trackback)" in lines
    assert "  Post 11 “Classic notes”" in lines
    assert any(line.startswith("    - [contact-form-7]: ") for line in lines)


@pytest.mark.parametrize(
    ("written", "kept"),
    [("https://a.example/b", True), ("https://me@evil.example/", False), ("https://", False), ("http://x\\y", False)],
)
def test_an_address_elsewhere_is_kept_where_an_editor_could_save_it(session: Session, written: str, kept: bool) -> None:
    load(session, site(item(canonical_url=written)), at=NOON)

    assert session.scalars(select(Post)).one().canonical_url == (written if kept else "")


@pytest.mark.parametrize(
    ("written", "kept"), [("en_US", "en-US"), ("de", "de"), ("<b>", None), ("english please", None)]
)
def test_a_language_that_is_none_is_left_out_and_said(session: Session, written: str, kept: str | None) -> None:
    report = load(session, site(item("1", language=written)), at=NOON)

    assert session.scalars(select(Post)).one().language == kept
    said = [note.what for note in report.notes if note.what.startswith("language")]
    assert said == ([] if kept else [f"language “{written}”"])


def test_a_trashed_comment_is_in_the_trash_since_it_came(session: Session) -> None:
    comment = ParsedComment(
        "1", None, "Bo", "", "", "", "x", ParsedCommentStatus.TRASHED, datetime(2020, 1, 1, tzinfo=UTC)
    )
    load(session, site(item(comments=(comment,))), at=NOON)

    assert trashed_before(session, NOON, most=9) == []
    assert len(trashed_before(session, NOON + timedelta(days=1), most=9)) == 1


def test_what_is_too_long_is_cut_between_letters(session: Session) -> None:
    load(session, site(item(title="n\u0303" * 300)), at=NOON)

    assert post_of(session, ":1").title == "n\u0303" * 99 + "…"
