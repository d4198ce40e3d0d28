"""Seeded rows are what the product itself would have written, on both databases."""

from collections import Counter
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, inspect, select, text
from sqlalchemy.orm import Session, selectinload

from cms import search
from cms.accounts.models import User
from cms.cli.demo.load import DEMO_EMAILS, PASSWORD
from cms.comments.lifecycle import APPROVED, PENDING, CommentStatus
from cms.comments.models import Comment
from cms.comments.reasons import Reason
from cms.core.markdown import render_comment
from cms.core.text import count_words, slugify
from cms.extensions import db
from cms.posts import actions
from cms.posts.actions import timeline
from cms.posts.actions.editions import SHOWN
from cms.posts.fields import snapshot
from cms.posts.lifecycle import PUBLISHED, PostStatus
from cms.posts.models import Edition, Post, Revision
from cms.posts.standing import standings
from cms.taxonomy.models import Tag
from tests.browser import Browser
from tests.cli.conftest import Site

POSTS, COMMENTS = 200, 300


@pytest.fixture(scope="module")
def site(new_site: Callable[[str], Site]) -> Site:
    site = new_site("seeded")
    site.seed(POSTS, COMMENTS)
    return site


@pytest.fixture(scope="module")
def app(site: Site) -> Iterator[Flask]:
    with site.application() as app:
        yield app


@pytest.fixture
def session(app: Flask) -> Iterator[Session]:
    with app.app_context():
        engine = db.engine
    with Session(engine) as session:
        yield session
        session.rollback()


def every_post(session: Session) -> list[Post]:
    return list(session.scalars(select(Post).options(selectinload(Post.tags)).order_by(Post.id)))


def test_there_are_as_many_as_were_asked_for_of_every_kind(session: Session) -> None:
    posts = every_post(session)
    statuses = Counter(post.status for post in posts if not post.is_trashed)
    comments = Counter(session.scalars(select(Comment.status)))
    shown = standings(session, posts, datetime.now(UTC)).values()

    assert (len(posts), comments.total()) == (POSTS, COMMENTS)
    assert statuses.keys() == set(PostStatus)
    assert comments.keys() == set(CommentStatus)
    assert statuses[PUBLISHED] > POSTS * 0.6
    assert comments[APPROVED] > COMMENTS * 0.6
    assert any(post.is_trashed for post in posts)
    assert all(any(getattr(one, fact) for one in shown) for fact in ("is_scheduled", "is_expired", "has_changes"))
    assert 15 <= (session.scalar(select(func.count()).select_from(Tag)) or 0) <= 40
    assert len({post.author_id for post in posts}) > 2
    assert {post.created_at.year for post in posts} > {2020, 2022, 2024}


def test_titles_and_addresses_are_plausible_and_unique(session: Session) -> None:
    posts = every_post(session)

    assert len({post.title for post in posts}) == len({post.slug for post in posts}) == POSTS
    assert all(slugify(post.slug, fallback="") == post.slug for post in posts)
    assert all(post.slug == f"{slugify(post.title, fallback='')}-{post.id}" for post in posts)


def test_the_demo_people_are_there_and_no_one_else(session: Session) -> None:
    assert set(DEMO_EMAILS) < set(session.scalars(select(User.email)))


def test_a_seeded_post_is_what_writing_and_publishing_it_gives(session: Session) -> None:
    """Column by column, but for numbers and addresses, which cannot be the same."""
    owner = session.scalars(select(User).where(User.email == "owner@example.com")).one()
    plain = (
        Post.version == 1,
        Post.status == PUBLISHED,
        Post.trashed_at.is_(None),
        Post.published_at < datetime.now(UTC),
    )
    posts = session.scalars(
        select(Post).where(*plain).options(selectinload(Post.tags)).order_by(Post.id).limit(12)
    ).all()
    for post in posts:
        fields = {
            name: value for name, value in snapshot(post).items() if name not in ("slug", "author_id", "parent_id")
        }
        twin = actions.create(session, post.kind, fields, by=owner, at=post.created_at)
        actions.publish(session, twin, by=owner, at=post.published_at or post.created_at)
        session.flush()

        assert columns(twin, but={"author_id"}) == columns(post, but={"author_id"})
        for kind in (Revision, Edition):
            seeded, made = (
                session.scalars(select(kind).where(kind.post_id == one.id).order_by(kind.id)).first()
                for one in (post, twin)
            )
            ends = {"live_until", "planned_until"}  # one that has expired had an end from the beginning
            assert columns(made, but={"author_id", *ends}) == columns(seeded, but={"author_id", *ends})
        assert documents(session, search.POSTS, post.id) == documents(session, search.POSTS, twin.id)


def columns(row: Any, *, but: set[str]) -> dict[str, Any]:
    own = {"id", "post_id", "revision_id", "slug", "path", "snapshot"} | but
    values = {one.key: getattr(row, one.key) for one in inspect(type(row)).column_attrs if one.key not in own}
    if isinstance(row, Revision):
        values |= {name: value for name, value in row.snapshot.items() if name not in ("slug", "author_id")}
    return values


def documents(session: Session, index: search.Index, row_id: int | None = None) -> Any:
    """What the index holds of a row, or of all."""
    key, columns = ("rowid", "title, body") if session.get_bind().dialect.name == "sqlite" else ("id", "document")
    if row_id is not None:
        return session.execute(text(f"SELECT {columns} FROM {index.name} WHERE {key} = {row_id}")).one()
    return session.execute(text(f"SELECT {key}, {columns} FROM {index.name} ORDER BY {key}")).all()


def test_the_newest_version_is_the_working_text(session: Session) -> None:
    revisions: dict[int, list[Revision]] = {}
    for revision in session.scalars(select(Revision).order_by(Revision.post_id, Revision.number)):
        revisions.setdefault(revision.post_id, []).append(revision)
    for post in every_post(session):
        mine = revisions[post.id]
        assert [one.number for one in mine] == list(range(1, post.version + 1))
        assert [one.base_number for one in mine] == [None, *range(1, post.version)]
        assert mine[-1].snapshot == snapshot(post)
        assert post.word_count == count_words(post.body)
        assert post.created_at == mine[0].created_at <= mine[-1].created_at <= post.updated_at
        assert post.updated_at <= datetime.now(UTC)


def test_readers_see_what_a_version_said_and_never_two_at_once(session: Session) -> None:
    editions = session.scalars(
        select(Edition)
        .options(selectinload(Edition.tags), selectinload(Edition.revision), selectinload(Edition.post))
        .order_by(Edition.post_id, Edition.live_from)
    ).all()
    for edition in editions:
        version, post = edition.revision.snapshot, edition.post
        assert {field: getattr(edition, field) for field in SHOWN} == {field: version[field] for field in SHOWN}
        assert sorted(tag.name for tag in edition.tags) == version["tags"]
        assert edition.excerpt == version["summary"] or not version["summary"]
        assert edition.excerpt
        assert edition.published_at == post.published_at
        assert edition.live_from == edition.updated_at >= edition.revision.created_at
        assert edition.live_from <= datetime.now(UTC) or (post.status is PUBLISHED and not post.is_trashed)
    for earlier, later in pairwise(editions):
        if earlier.post_id == later.post_id:
            assert earlier.live_until == later.live_from
    shown = {edition.post_id for edition in editions}
    assert all(post.published_at is not None for post in every_post(session) if post.id in shown)


def test_the_index_is_what_making_it_again_gives(session: Session) -> None:
    for index in (search.POSTS, search.EDITIONS, search.COMMENTS):  # it adds no files
        before = documents(session, index)
        assert before

        search.rebuild(session, index)
        assert documents(session, index) == before


def test_answers_stand_below_public_comments_of_their_post(session: Session) -> None:
    comments = {one.id: one for one in session.scalars(select(Comment))}
    live_since = dict(session.execute(select(Edition.post_id, Edition.published_at)).all())
    answers = [one for one in comments.values() if one.parent_id is not None]

    assert len(answers) > COMMENTS / 5
    for answer in answers:
        parent = comments[answer.parent_id or 0]
        assert (parent.post_id, parent.status) == (answer.post_id, APPROVED)
        assert parent.created_at < answer.created_at
    for comment in comments.values():
        assert live_since[comment.post_id] <= comment.created_at <= datetime.now(UTC)
        assert comment.moderated_at is None or comment.created_at < comment.moderated_at <= datetime.now(UTC)
        assert (comment.moderated_at is None) == (comment.moderated_by_id is None)
        assert bool(comment.guest_name) == bool(comment.guest_email) == (comment.author_id is None)
        assert comment.body_html == render_comment(comment.body)
        assert set(comment.held_because) <= set(Reason)
        assert comment.held_because or comment.status is APPROVED
        assert comment.status is not PENDING or comment.moderated_at is None
    assert any(one.author_id for one in comments.values())


def test_the_installation_is_healthy(site: Site) -> None:
    site.command("doctor")
    site.command("db", "check")


def test_its_pages_open(app: Flask, session: Session) -> None:
    browser = Browser(app)
    owner = session.scalars(select(User).where(User.email == "owner@example.com")).one()
    post_id = session.scalar(select(Comment.post_id).group_by(Comment.post_id).order_by(func.count().desc()).limit(1))
    path = session.scalar(select(Edition.path).where(Edition.post_id == post_id).limit(1)) or ""
    draft = session.scalar(select(Post.slug).where(Post.status == PostStatus.DRAFT).limit(1))
    session.expunge_all()
    session.rollback()  # or the lock to write would be ours

    for address in (path, "/", "/feed.atom", "/tags/harbour"):
        assert browser.get(address).status_code == 200, address
    assert browser.get(f"/posts/{draft}").status_code == 404
    browser.sign_in(owner, PASSWORD)
    for address in ("/admin/posts/", f"/admin/posts/edit/?id={post_id}", "/admin/comments/", "/admin/moderation/"):
        assert browser.get(address).status_code == 200, address


def test_lists_find_seeded_posts_as_those_that_people_published(session: Session) -> None:
    """The last stretch that readers see of each, beside the post."""

    def beside() -> dict[int, tuple[object, ...]]:
        columns = (Post.id, Post.shown_from, Post.shown_until, Post.shown_version, Post.shown_earlier_until)
        return {post_id: tuple(shown) for post_id, *shown in session.execute(select(*columns))}

    seeded = beside()
    for edition in session.scalars(select(Edition)):
        timeline.end(session, edition, edition.live_until)

    assert beside() == seeded
    session.rollback()


def test_the_planner_of_postgresql_knows_how_many_there_are(session: Session) -> None:
    """Else it would read all of a table that it takes for empty, until it looks by itself a minute later."""
    if session.get_bind().dialect.name == "postgresql":
        size = session.scalar(text("SELECT reltuples FROM pg_class WHERE relname = 'editions'"))
        assert size == session.scalar(select(func.count()).select_from(Edition))
    else:  # which plans by its indexes alone
        assert not inspect(session.get_bind()).has_table("sqlite_stat1")
