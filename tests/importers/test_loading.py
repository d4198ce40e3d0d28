"""An import in the database: all of it once, at the right places and times."""

import shutil
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, selectinload

from cms.accounts.models import User
from cms.audit.models import Event
from cms.comments.lifecycle import CommentStatus
from cms.comments.models import Comment
from cms.core.db import Base
from cms.importers.loading import Options, load
from cms.importers.loading.files import Shelf
from cms.importers.markdown import read_markdown
from cms.importers.parsed import (
    ItemKind,
    ItemStatus,
    ParsedComment,
    ParsedCommentStatus,
    ParsedItem,
    ParsedPerson,
    ParsedSite,
    ParsedTag,
    Severity,
)
from cms.media.models import Media
from cms.media.paths import path_of
from cms.posts.lifecycle import PostStatus
from cms.posts.models import Edition, Post, PostKind, Revision, RevisionKind
from cms.redirects.models import Redirect
from cms.taxonomy.models import Tag
from tests.conftest import NOON
from tests.factories import Make
from tests.importers.conftest import FIXTURES


def rows(session: Session) -> dict[str, int]:
    return {
        name: session.scalar(select(func.count()).select_from(table)) or 0
        for name, table in Base.metadata.tables.items()
    }


def post_of(session: Session, origin: str) -> Post:
    query = select(Post).where(Post.origin.endswith(origin))
    return session.scalars(query.options(selectinload(Post.tags), selectinload(Post.author))).one()


def edition_of(session: Session, post: Post) -> Edition | None:
    return session.scalar(select(Edition).where(Edition.post_id == post.id))


def site(*items: ParsedItem, **values) -> ParsedSite:
    return ParsedSite(origin="wordpress:https://old.example.com", items=items, **values)


def item(source_id: str = "1", **values) -> ParsedItem:
    return ParsedItem(**{"source_id": source_id, "kind": ItemKind.POST, "title": "A title", "label": "Post 1"} | values)


@pytest.fixture
def uploads(tmp_path: Path) -> Path:
    """The folder of a WordPress site with one of its two pictures."""
    place = tmp_path / "uploads" / "2024" / "02"
    place.mkdir(parents=True)
    shutil.copy(FIXTURES / "lamp.png", place / "ferry.png")
    return tmp_path / "uploads"


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


def test_authors_get_accounts_that_nobody_can_use(session: Session, small_site: ParsedSite) -> None:
    load(session, small_site, at=NOON)

    ada = post_of(session, ":10").author
    assert (ada.username, ada.email, ada.display_name) == ("ada", "ada@old.example.com", "Ada Moor")
    assert (ada.active, ada.password, ada.roles) == (False, None, [])
    ghost = post_of(session, ":11").author
    assert ghost.email.endswith(".invalid")


def test_people_are_recognised_by_address_or_username(session: Session, make: Make) -> None:
    by_email = make.user(email="ada@old.example.com", username="somebody")
    by_name = make.user(username="bo")
    session.commit()
    people = (ParsedPerson("ada", "Ada", "ADA@old.example.com"), ParsedPerson("Bo", "Bo", "bo@elsewhere.example.com"))

    report = load(session, site(item(author="ada"), item("2", author="Bo"), people=people), at=NOON)

    assert post_of(session, ":1").author_id == by_email.id
    assert post_of(session, ":2").author_id == by_name.id
    assert (report.came["people"], report.known["people"]) == (0, 2)


def test_a_post_of_nobody_is_the_owners(session: Session, make: Make) -> None:
    owner = make.owner()
    session.commit()

    load(session, site(item()), at=NOON)

    assert post_of(session, ":1").author_id == owner.id


def test_a_site_without_an_owner_takes_posts_of_nobody_too(session: Session) -> None:
    load(session, site(item(), item("2")), at=NOON)

    assert post_of(session, ":1").author.username == "imported"
    assert post_of(session, ":2").author_id == post_of(session, ":1").author_id


@pytest.mark.parametrize("login", ["admin", "me@example.com", "имя", "a" * 200, "☃", "Ünï Cödé", "раypal"])
def test_every_login_becomes_a_username(session: Session, login: str) -> None:
    people = (ParsedPerson(login, login), ParsedPerson(f"{login}2", login))

    load(session, site(item(author=login), item("2", author=f"{login}2"), people=people), at=NOON)
    session.commit()

    assert "@" not in post_of(session, ":1").author.username


def test_two_of_one_name_stay_two_tags_with_their_addresses(session: Session, small_site: ParsedSite) -> None:
    load(session, small_site, at=NOON)
    tags = {tag.slug: tag for tag in session.scalars(select(Tag))}

    assert (tags["boats"].name, tags["boats-2"].name) == ("Boats & Ships", "boats & ships (tag)")
    assert tags["ferries"].parent_id == tags["boats"].id
    assert tags["lost"].parent_id is None


def test_a_tag_of_the_site_is_used_again(session: Session, make: Make) -> None:
    ours = make.tag("Night")
    session.commit()

    load(session, site(item(tags=("t",)), tags=(ParsedTag("t", "night", "night"),)), at=NOON)

    assert post_of(session, ":1").tags == [ours]


def test_parents_that_would_close_a_circle_are_left_out(session: Session, make: Make) -> None:
    tags = (
        ParsedTag("a", "A", "a", parent_id="b"),
        ParsedTag("b", "B", "b", parent_id="c"),
        ParsedTag("c", "A", "a", parent_id="b"),
    )

    load(session, site(item(), tags=tags), at=NOON)
    session.commit()

    above = {tag.id: tag.parent_id for tag in session.scalars(select(Tag))}
    for start in above:
        seen: set[int] = set()
        here: int | None = start
        while here is not None:
            assert here not in seen
            seen.add(here)
            here = above[here]


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


def test_only_who_was_signed_in_comments_as_a_member(session: Session, make: Make) -> None:
    ada = make.user(email="ada@old.example.com")
    session.commit()

    def said(number: str, **values) -> ParsedComment:
        return ParsedComment(
            number, None, "Ada", "ada@old.example.com", "", "", "x", ParsedCommentStatus.APPROVED, NOON, **values
        )

    people = (ParsedPerson("ada", "Ada", "ada@old.example.com"),)
    load(session, site(item(comments=(said("1", by_member=True), said("2"))), people=people), at=NOON)

    authors = session.scalars(select(Comment.author_id).order_by(Comment.id)).all()
    assert authors == [ada.id, None]


def test_pages_lie_below_their_parents(session: Session, small_site: ParsedSite) -> None:
    load(session, small_site, at=NOON)

    team = edition_of(session, post_of(session, ":16"))
    assert team is not None
    assert (team.kind, team.path) == (PostKind.PAGE, "/about/team")


def test_pages_that_contain_each_other_come_without_the_circle(session: Session) -> None:
    pages = [
        item(number, kind=ItemKind.PAGE, slug=f"p{number}", parent_source_id=parent, status=ItemStatus.PUBLISHED)
        for number, parent in (("1", "2"), ("2", "3"), ("3", "1"), ("4", "4"), ("5", "missing"))
    ]

    load(session, site(*pages), at=NOON)

    paths = {post.slug: edition_of(session, post).path for post in session.scalars(select(Post))}
    assert paths == {"p1": "/p3/p2/p1", "p2": "/p3/p2", "p3": "/p3", "p4": "/p4", "p5": "/p5"}


def test_old_addresses_lead_to_the_new_ones(session: Session, small_site: ParsedSite) -> None:
    load(session, small_site, at=NOON)

    ferry = post_of(session, ":10")
    paths = session.scalars(select(Redirect.from_path).where(Redirect.post_id == ferry.id).order_by(Redirect.from_path))
    assert paths.all() == ["/2024/02/03/night-ferry", "/2024/02/03/the-ferry"]
    assert "/about" not in session.scalars(select(Redirect.from_path)).all()


def test_links_among_the_posts_lead_to_where_they_are_now(session: Session, small_site: ParsedSite) -> None:
    load(session, small_site, at=NOON)

    assert "[the ferry](/posts/night-ferry)" in post_of(session, ":11").body


def test_files_beside_the_export_come_into_the_library(
    session: Session, small_site: ParsedSite, uploads: Path, tmp_path: Path
) -> None:
    shelf = Shelf(folders=(uploads,), storage_url=(tmp_path / "media").as_uri())

    report = load(session, small_site, at=NOON, options=Options(shelf))
    session.commit()

    media = session.scalars(select(Media)).one()
    post = post_of(session, ":10")
    assert (media.alt, media.caption, post.featured_media_id) == ("A white ferry", "The old ferry", media.id)
    assert f'src="{path_of(media)}"' in post.body  # though the post asked for ferry-300x200.png
    edition = edition_of(session, post)
    assert edition is not None
    assert f'<img src="{path_of(media)}"' in edition.body_html
    assert [note.what for note in report.notes if note.what.startswith("file")] == [
        "file https://old.example.com/wp-content/uploads/2024/02/quay.jpg"
    ]
    again = load(session, small_site, at=NOON, options=Options(shelf))
    assert (again.came["files"], again.known["files"]) == (0, 1)


def test_without_a_storage_files_are_checked_and_put_nowhere(
    session: Session, small_site: ParsedSite, uploads: Path, tmp_path: Path
) -> None:
    report = load(session, small_site, at=NOON, options=Options(Shelf(folders=(uploads,))))

    assert report.came["files"] == 1
    assert not (tmp_path / "media").exists()


def test_a_file_that_is_no_picture_is_refused_by_name(session: Session, small_site: ParsedSite, uploads: Path) -> None:
    (uploads / "2024" / "02" / "quay.jpg").write_text("<script>alert(1)</script>")

    report = load(session, small_site, at=NOON, options=Options(Shelf(folders=(uploads,))))

    assert any(note.what.endswith("quay.jpg") and "type" in note.why for note in report.notes)


def test_slugs_that_are_taken_or_reserved_are_numbered_and_named(session: Session, make: Make) -> None:
    make.post(slug="a-title")
    session.commit()
    items = (item(slug="a-title"), item("2", slug="a-title"), item("3", slug="admin", kind=ItemKind.PAGE))

    report = load(session, site(*items), at=NOON)

    assert [post_of(session, f":{number}").slug for number in "123"] == ["a-title-2", "a-title-3", "admin-2"]
    assert [note.what for note in report.notes if note.what.startswith("address")] == [
        "address “a-title”",
        "address “a-title”",
        "address “admin”",
    ]


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


def test_pictures_of_a_markdown_file_come_along(session: Session, tmp_path: Path) -> None:
    parsed = read_markdown([FIXTURES / "2024-03-01-harbour-lights.md"])

    load(session, parsed, at=NOON, options=Options(Shelf(storage_url=tmp_path.as_uri())))

    media = session.scalars(select(Media)).one()
    post = session.scalars(select(Post)).one()
    assert f"![A lamp]({path_of(media)})" in post.body
    assert (post.featured_media_id, post.featured_alt) == (media.id, "A lamp")
    assert post.slug == "harbour-lights"


def test_the_report_says_what_came_and_why_the_rest_did_not(session: Session, small_site: ParsedSite) -> None:
    lines = load(session, small_site, at=NOON).lines()

    assert "  5 posts (2 published; 1 scheduled; 1 draft; 1 password-protected, now a draft)" in lines
    assert "  4 comments (2 not approved; 1 reply; 1 pingback or trackback)" in lines
    assert "  Post 11 “Classic notes”" in lines
    assert any(line.startswith("    - [contact-form-7]: ") for line in lines)


@pytest.mark.parametrize(
    ("written", "kept"), [("en_US", "en-US"), ("de", "de"), ("<b>", None), ("english please", None)]
)
def test_a_language_that_is_none_is_left_out_and_said(session: Session, written: str, kept: str | None) -> None:
    report = load(session, site(item("1", language=written)), at=NOON)

    assert session.scalars(select(Post)).one().language == kept
    said = [note.what for note in report.notes if note.what.startswith("language")]
    assert said == ([] if kept else [f"language “{written}”"])
