"""What is read as plain rows says what the models say, on both databases."""

from dataclasses import fields
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload, selectinload

from cms.media.models import MediaKind
from cms.posts import around, public
from cms.posts.lifecycle import PUBLISHED
from cms.posts.models import Edition, Post
from cms.posts.shown import Entry, Story
from tests.factories import Make
from tests.posts.conftest import Publish

MADE_OF_OTHERS = {"author", "featured_media", "tags", "series"}


def whole(make: Make, publish: Publish) -> Post:
    """A post with everything that its page shows."""
    author = make.user("author", display_name="Ines Pellow", bio="Of the pier.")
    pier = make.media(filename="pier.webp", width=1200, height=800, alt="A “pier”", focal_x=0.25)
    tags = [make.tag("Sea"), make.tag("„Boats“ [\\]", description='Nets, "ropes"\nand tar.')]
    post = make.post(author=author, tags=tags, featured_media=pier, language="de", noindex=True)
    publish(post)
    return post


def edition_of(session: Session, post: Post) -> Edition:
    loaded = (joinedload(Edition.author), joinedload(Edition.featured_media), selectinload(Edition.tags))
    return session.scalars(select(Edition).where(Edition.post_id == post.id).options(*loaded)).one()


def assert_same(row: Entry, edition: Edition) -> None:
    for field in fields(row):
        if field.name not in MADE_OF_OTHERS:
            assert getattr(row, field.name) == getattr(edition, field.name), field.name
    assert (str(row), str(row.author), row.author.name) == (str(edition), str(edition.author), edition.author.name)
    for name in row.author._fields:
        assert getattr(row.author, name) == getattr(edition.author, name), name
    for label, tag in zip(row.tags, edition.tags, strict=True):
        assert (str(label), label) == (str(tag), (tag.id, tag.name, tag.slug, tag.description))


def test_a_story_is_the_edition_with_all_that_its_page_shows(
    session: Session, make: Make, publish: Publish, now: datetime
) -> None:
    post = whole(make, publish)
    edition = edition_of(session, post)

    story = public.at_path(session, edition.path, now)

    assert isinstance(story, Story)
    assert_same(story, edition)
    assert story.featured_media is not None
    assert story.featured_media.kind is MediaKind.IMAGE
    assert str(story.featured_media) == str(edition.featured_media)
    for name in story.featured_media._fields:
        assert getattr(story.featured_media, name) == getattr(edition.featured_media, name), name


def test_lists_say_the_same_with_and_without_texts(
    session: Session, make: Make, publish: Publish, now: datetime
) -> None:
    edition = edition_of(session, whole(make, publish))

    for with_text in (False, True):
        [entry] = public.newest(session, now, most=5, with_text=with_text).editions
        assert_same(entry, edition)
        assert isinstance(entry, Story) is with_text


def test_an_image_in_the_trash_is_not_shown(session: Session, make: Make, publish: Publish, now: datetime) -> None:
    post = whole(make, publish)
    edition = edition_of(session, post)
    assert edition.featured_media is not None
    edition.featured_media.trashed_at = now
    session.flush()

    story = public.page_of_post(session, post.id, now)

    assert story is not None
    assert story.featured_media is not None
    assert story.shown_media is None


def test_a_text_alone_has_no_tags_no_image_and_no_series(
    session: Session, make: Make, publish: Publish, now: datetime
) -> None:
    post, other = make.post(), make.post(status=PUBLISHED, tags=[make.tag("Sea")])
    publish(post)
    publish(other)

    story = public.page_of_post(session, post.id, now)

    assert story is not None
    assert (list(story.tags), story.shown_media, story.series) == ([], None, None)
    beside = around.around(session, story, now)
    assert [entry.post_id for entry in (beside.earlier, beside.later) if entry is not None] == [other.id]
