"""Tags of posts: a tag is put on and taken off like any other change, and deleted from all at once."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.core.errors import Conflict, Invalid, NotAllowed
from cms.posts import actions, queries
from cms.posts.models import Post, Revision, edition_tags
from cms.taxonomy.models import Tag
from tests.accounts.conftest import AtOnce
from tests.accounts.events import events, verbs
from tests.factories import Make
from tests.posts.conftest import Create, Publish
from tests.posts.timelines import editions


@pytest.fixture
def post(create: Create) -> Post:
    return create("Night ferry", tags=["Sea"])


def names(post: Post) -> set[str]:
    return {tag.name for tag in post.tags}


def tag(session: Session, name: str) -> Tag:
    return session.scalars(select(Tag).where(Tag.name == name)).one()


def test_a_tag_is_put_on_and_taken_off_as_a_version_each(
    session: Session, post: Post, editor: User, now: datetime
) -> None:
    actions.add_tag(session, post, " Boats ", by=editor, at=now)
    assert names(post) == {"Sea", "Boats"}
    actions.remove_tag(session, post, "SEA ", by=editor, at=now)
    assert names(post) == {"Boats"}

    assert verbs(session) == ["tag.create", "post.create", "tag.create", "post.save", "post.save"]
    assert events(session)[-1].changes == {"tags": [["Boats", "Sea"], ["Boats"]]}
    assert post.version == 3


def test_a_name_is_the_same_however_its_accents_are_typed(
    session: Session, post: Post, editor: User, now: datetime
) -> None:
    actions.add_tag(session, post, "Caf\u00e9", by=editor, at=now)

    actions.remove_tag(session, post, "cafe\u0301", by=editor, at=now)

    assert names(post) == {"Sea"}


def test_what_changes_nothing_is_said(session: Session, post: Post, editor: User, now: datetime) -> None:
    with pytest.raises(Conflict, match="has this tag already"):
        actions.add_tag(session, post, "sea", by=editor, at=now)
    with pytest.raises(Conflict, match="does not have this tag"):
        actions.remove_tag(session, post, "Boats", by=editor, at=now)
    assert post.version == 1


def test_who_may_not_edit_a_post_does_not_tag_it(session: Session, post: Post, make: Make, now: datetime) -> None:
    for act in (actions.add_tag, actions.remove_tag):
        with pytest.raises(NotAllowed):
            act(session, post, "Sea", by=make.contributor(), at=now)
    assert names(post) == {"Sea"}


def test_there_is_an_end_to_tags(session: Session, create: Create, editor: User, now: datetime) -> None:
    post = create("Night ferry", tags=[f"Tag {number}" for number in range(30)])

    with pytest.raises(Invalid) as refused:
        actions.add_tag(session, post, "One more", by=editor, at=now)

    assert refused.value.fields == {"tags": "A post has at most 30 tags."}
    assert len(post.tags) == 30


def test_more_tags_than_one_may_add_stay_and_may_be_taken_away(
    session: Session, make: Make, editor: User, now: datetime
) -> None:
    post = make.post(tags=[make.tag(f"Tag {number}") for number in range(47)])
    imported = sorted(names(post))

    def save(tags: list[str]) -> None:
        actions.save(session, post, {"body": "New.", "tags": tags}, base_version=post.version, by=editor, at=now)

    save(imported)
    assert (post.body, names(post)) == ("New.", set(imported))
    save(imported[:-1])
    assert names(post) == set(imported[:-1])
    for tags in (imported, [*imported[:-2], "Another"]):
        with pytest.raises(Invalid):
            save(tags)


def test_use_is_counted_for_all_tags_at_once(session: Session, create: Create) -> None:
    create("One", tags=["Sea", "Boats"])
    create("Two", tags=["Sea"])
    ids = {name: tag(session, name).id for name in ("Sea", "Boats")}

    assert queries.tag_use(session, [*ids.values(), 2**31 - 1]) == {ids["Sea"]: 2, ids["Boats"]: 1}
    assert queries.tag_use(session, ids.values(), most=1) == {ids["Sea"]: 1, ids["Boats"]: 1}


def test_a_deleted_tag_goes_from_every_post_and_from_what_readers_see(
    session: Session, post: Post, create: Create, publish: Publish, editor: User, now: datetime
) -> None:
    other = create("Another", tags=["Sea", "Boats"])
    publish(post)
    sea = tag(session, "Sea")
    session.commit()

    assert actions.delete_tag(session, sea, by=editor, at=now) == 2
    session.commit()
    session.expunge_all()

    loaded = session.scalars(select(Post).options(*queries.loaded()).order_by(Post.id)).all()
    assert [names(one) for one in loaded] == [set(), {"Boats"}]
    assert [edition.tags for edition in editions(session, post)] == [[]]
    assert session.scalars(select(Tag.name)).all() == ["Boats"]
    first = session.scalars(select(Revision).where(Revision.post_id == post.id)).one()
    assert first.snapshot["tags"] == ["Sea"]
    deleted = events(session)[-1]
    assert deleted.verb == "tag.delete"
    assert deleted.changes["posts"] == [[post.id, other.id], []]


def test_an_old_version_brings_a_deleted_tag_back(session: Session, post: Post, editor: User, now: datetime) -> None:
    actions.delete_tag(session, tag(session, "Sea"), by=editor, at=now)
    session.commit()
    post = queries.get(session, post.id, viewer=editor, for_update=True)
    first = queries.revision(session, post, 1)

    actions.bring_back(session, post, first, by=editor, at=now)

    assert names(post) == {"Sea"}


def test_only_who_manages_tags_deletes_one(session: Session, post: Post, make: Make, now: datetime) -> None:
    with pytest.raises(NotAllowed):
        actions.delete_tag(session, tag(session, "Sea"), by=make.author(), at=now)

    assert session.scalars(select(edition_tags)).all() == []
    assert names(post) == {"Sea"}


def test_six_who_put_one_new_tag_on_their_posts_at_once_share_it(
    session: Session, make: Make, editor: User, now: datetime, at_once: AtOnce
) -> None:
    posts = [make.post().id for _number in range(6)]
    session.commit()

    def put_on(theirs: Session, post_id: int) -> str:
        by = theirs.get_one(User, editor.id)
        post = queries.get(theirs, post_id, viewer=by, for_update=True)
        actions.add_tag(theirs, post, "Breaking", by=by, at=now)
        return "done"

    assert at_once(put_on, posts) == ["done"] * 6
    assert session.scalars(select(Tag.name)).all() == ["Breaking"]
