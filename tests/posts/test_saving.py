"""Writing: what is taken, what is refused, and what every save leaves behind."""

from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from cms import search
from cms.accounts.models import User
from cms.audit.models import Event
from cms.core.errors import Invalid, NotAllowed
from cms.core.permissions import Permission, Scope
from cms.media.models import MediaKind
from cms.posts.fields import EDITABLE, LINES, MAX_BODY, snapshot
from cms.posts.lifecycle import DRAFT
from cms.posts.models import Post, PostKind, Revision
from tests.accounts.events import events
from tests.factories import Make
from tests.posts.conftest import MINUTE, Create, Save

P, OWN = Permission, Scope.OWN


def versions(session: Session, post: Post) -> list[Revision]:
    return list(session.scalars(select(Revision).where(Revision.post_id == post.id).order_by(Revision.number)))


def found(session: Session, words: str) -> list[str]:
    return list(session.scalars(select(Post.title).where(search.matching(session, search.POSTS, Post.id, words))))


def test_a_new_post_is_a_draft_of_ones_own_with_a_first_version(
    session: Session, create: Create, editor: User, now: datetime
) -> None:
    post = create("Night ferry", body="It leaves at ten.", tags=["Sea", "Boats"])

    assert (post.status, post.author_id, post.created_at, post.updated_at) == (DRAFT, editor.id, now, now)
    assert (post.version, post.word_count, post.published_at) == (1, 4, None)
    [first] = versions(session, post)
    assert (first.number, first.author_id, first.base_number, first.taken) == (1, editor.id, None, True)
    assert first.snapshot == snapshot(post)
    assert set(first.snapshot) == set(EDITABLE)
    assert first.snapshot["tags"] == ["Boats", "Sea"]


def test_a_new_post_without_a_word_has_a_name(create: Create) -> None:
    post = create()

    assert (post.title, post.slug, post.body) == ("Untitled", "untitled", "")


def test_beginning_is_recorded_with_what_was_written(session: Session, create: Create, editor: User) -> None:
    post = create("Night ferry", tags=["Sea"])

    tag_made, begun = events(session)
    assert (tag_made.verb, begun.verb) == ("tag.create", "post.create")
    assert (begun.subject_id, begun.actor_id, begun.subject_label) == (post.id, editor.id, "Night ferry")
    assert begun.changes == {
        "title": [None, "Night ferry"],
        "slug": [None, "night-ferry"],
        "author_id": [None, editor.id],
        "tags": [None, ["Sea"]],
        "comments_open": [None, True],
        "parts": [[], [tag_made.id]],
    }


def test_every_save_is_one_version_and_one_event_with_before_and_after(
    session: Session, create: Create, save: Save, editor: User, now: datetime
) -> None:
    post = create("Night ferry", body="It leaves at ten.")

    revision = save(post, title="Day ferry", body="It leaves at eight o’clock.", tags=["Sea"], note="New timetable")

    assert [version.number for version in versions(session, post)] == [1, 2]
    assert revision is versions(session, post)[-1]
    assert (post.version, post.word_count, post.updated_at) == (2, 5, now + MINUTE)
    assert (revision.base_number, revision.note, revision.author_id) == (1, "New timetable", editor.id)
    assert revision.snapshot == snapshot(post)
    assert versions(session, post)[0].snapshot["title"] == "Night ferry"
    tag_made, saved = events(session)[-2:]
    assert (saved.verb, saved.actor_id, saved.at) == ("post.save", editor.id, now + MINUTE)
    assert saved.changes == {
        "title": ["Night ferry", "Day ferry"],
        "body": ["It leaves at ten.", "It leaves at eight o’clock."],
        "tags": [[], ["Sea"]],
        "parts": [[], [tag_made.id]],
    }


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"title": "Night ferry"},
        {"title": "  Night ferry\t", "body": "It leaves\r\nat ten."},
        {"tags": ["boats", "SEA", "Sea"], "summary": None, "language": ""},
    ],
    ids=["nothing", "the same", "the same with blanks around", "the same tags"],
)
def test_saving_without_a_change_leaves_no_trace(
    session: Session, create: Create, save: Save, now: datetime, changes: dict[str, Any]
) -> None:
    post = create("Night ferry", body="It leaves\nat ten.", tags=["Sea", "Boats"])
    before = len(events(session))

    assert save(post, **changes) is None

    assert (post.version, post.updated_at) == (1, now)
    assert len(versions(session, post)) == 1
    assert len(events(session)) == before


def test_what_was_saved_can_be_searched(session: Session, create: Create, save: Save) -> None:
    post = create("Night ferry")
    assert found(session, "ferry") == ["Night ferry"]

    save(post, title="Airship", summary="Over the harbour")

    assert found(session, "ferry") == []
    assert found(session, "harbour") == ["Airship"]


def test_who_may_not_edit_saves_nothing(session: Session, create: Create, save: Save, make: Make) -> None:
    post = create("Night ferry")
    session.commit()

    for person in (make.contributor(), make.moderator(), make.user()):
        with pytest.raises(NotAllowed):
            save(post, by=person, title="Mine now")
        with pytest.raises(NotAllowed):
            create("A page", kind=PostKind.PAGE, by=person)
    assert session.scalar(select(func.count()).select_from(Post)) == 1
    assert (post.title, post.version) == ("Night ferry", 1)


def test_a_right_limited_to_a_tag_must_hold_after_the_save_as_well(
    session: Session, make: Make, save: Save, create: Create
) -> None:
    sea = make.tag("Sea")
    at_sea = make.user(make.role(P.POST_CREATE, P.POST_EDIT, tags=(sea,)))
    post = make.post(tags=[sea])
    session.commit()

    save(post, by=at_sea, title="Still at sea", tags=["Sea", "Boats"])
    session.commit()
    with pytest.raises(NotAllowed):
        save(post, by=at_sea, tags=["Boats"])
    session.rollback()
    with pytest.raises(NotAllowed):
        create("On land", by=at_sea, tags=["Town"])
    session.rollback()

    assert session.scalars(select(Post.title)).all() == ["Still at sea"]
    assert session.scalars(select(Event.verb).where(Event.subject_type == "posts")).all() == ["post.save"]
    assert [version.snapshot["tags"] for version in versions(session, post)] == [["Sea"], ["Boats", "Sea"]]


@pytest.mark.parametrize("field", ["seo_title", "noindex", "author_id"])
def test_a_field_that_needs_a_right_of_its_own_is_refused_without_it(
    session: Session, create: Create, save: Save, make: Make, field: str
) -> None:
    writer, other = make.contributor(), make.author()
    value = {"seo_title": "Buy now", "noindex": True, "author_id": other.id}[field]
    post = create("Night ferry", by=writer)
    session.commit()

    with pytest.raises(NotAllowed):
        save(post, by=writer, **{field: value})
    with pytest.raises(NotAllowed):
        create("Day ferry", by=writer, **{field: value})
    session.rollback()

    assert session.scalars(select(Post.title)).all() == ["Night ferry"]


def test_the_same_fields_unchanged_are_no_matter_of_rights(create: Create, save: Save, make: Make) -> None:
    writer = make.contributor()
    same = {"seo_title": "", "noindex": False, "author_id": writer.id}
    post = create("Night ferry", by=writer, **same)

    assert save(post, by=writer, title="Day ferry", **same)


def test_who_may_edit_all_gives_a_post_to_somebody_else(create: Create, save: Save, make: Make) -> None:
    writer, other = make.author(), make.author()
    post = create("Night ferry", author_id=writer.id)

    save(post, author_id=other.id)

    assert post.author_id == other.id


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"title": " \n "}, "title"),
        ({"title": "Two\nlines"}, "title"),
        ({"title": "A bell\x07"}, "title"),
        *(
            ({field: "x" * (most + 1)}, field)
            for field, most in LINES.items()
            if field not in ("slug", "canonical_url")
        ),
        ({"canonical_url": "https://example.com/" + "x" * 500}, "canonical_url"),
        ({"canonical_url": "javascript:alert(1)"}, "canonical_url"),
        ({"canonical_url": "https://"}, "canonical_url"),
        ({"canonical_url": "https://me@evil.example/"}, "canonical_url"),
        ({"canonical_url": "https://a b.example/"}, "canonical_url"),
        ({"body": "x" * (MAX_BODY + 1)}, "body"),
        ({"body": "\x00"}, "body"),
        ({"tags": ["x" * 81]}, "tags"),
        ({"tags": [f"Tag {number}" for number in range(31)]}, "tags"),
        ({"language": "d\ne"}, "language"),
        ({"author_id": 2**31 - 1}, "author_id"),
        ({"featured_media_id": 2**31 - 1}, "featured_media_id"),
        ({"parent_id": 2**31 - 1}, "parent_id"),
    ],
)
def test_what_breaks_a_rule_is_named_and_nothing_is_saved(
    session: Session, create: Create, save: Save, changes: dict[str, Any], field: str
) -> None:
    post = create("Night ferry")
    session.commit()

    with pytest.raises(Invalid) as refused:
        save(post, body="A change beside it.", **changes) if field != "body" else save(post, **changes)
    session.rollback()

    assert list(refused.value.fields) == [field]
    assert (post.title, post.body, post.version) == ("Night ferry", "", 1)
    assert [event.verb for event in events(session)] == ["post.create"]


def test_a_featured_image_is_an_image_that_is_not_in_the_trash(
    session: Session, create: Create, save: Save, make: Make, now: datetime
) -> None:
    good, document = make.media(), make.media(kind=MediaKind.DOCUMENT, filename="tides.pdf")
    binned = make.media(trashed_at=now)
    post = create(featured_media_id=good.id)

    for wrong in (document, binned):
        with pytest.raises(Invalid) as refused:
            save(post, featured_media_id=wrong.id)
        assert "featured_media_id" in refused.value.fields
    good.trashed_at = now
    save(post, title="Still saved, with the image that it had")
    assert post.featured_media_id == good.id


def test_every_field_at_fault_is_named_at_once(create: Create) -> None:
    with pytest.raises(Invalid) as refused:
        create("", summary="x" * 501, canonical_url="ftp://example.com")

    assert set(refused.value.fields) == {"title", "summary", "canonical_url"}


def test_a_field_that_is_none_is_a_mistake_of_ours(create: Create) -> None:
    with pytest.raises(ValueError, match="status"):
        create("Night ferry", status="published")


def test_an_author_is_somebody_with_an_active_account(create: Create, save: Save, make: Make) -> None:
    left = make.user("author", active=False)
    post, theirs = create("Night ferry"), make.post(author=left)

    with pytest.raises(Invalid):
        save(post, author_id=left.id)
    assert save(theirs, title="By somebody who left", author_id=left.id)


def test_only_pages_lie_below_pages_and_none_below_itself(create: Create, save: Save) -> None:
    top = create("Top", kind=PostKind.PAGE)
    below = create("Below", kind=PostKind.PAGE, parent_id=top.id)
    post = create("A post")

    for page, parent in ((top, top), (top, below), (below, post), (post, top)):
        with pytest.raises(Invalid) as refused:
            save(page, parent_id=parent.id)
        assert list(refused.value.fields) == ["parent_id"]
    assert save(below, parent_id=None)
