"""Who may take back what: whoever may do the inverse, and for other people's acts the right to undo as well."""

from collections.abc import Callable

import pytest
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.audit.actions import last_recorded
from cms.audit.models import Event
from cms.audit.undo import may_undo, undo
from cms.comments import actions as comments
from cms.comments import queries as comment_queries
from cms.comments.lifecycle import CommentMove
from cms.core.errors import NotAllowed
from cms.core.permissions import Permission, Scope
from cms.media import folders
from cms.posts import actions as posts
from cms.posts import queries
from cms.posts.lifecycle import PostMove, PostStatus
from cms.posts.models import Post
from tests.factories import Make
from tests.undo.acts import World

ROLES = ("owner", "editor", "author", "contributor", "moderator")
P = Permission


def last(session: Session) -> Event:
    event = last_recorded(session)
    assert event is not None
    session.flush()
    return event


def moved(world: World, post: Post, to: PostMove, by: User) -> Event:
    post = queries.get(world.session, post.id, viewer=world.owner)
    posts.move_post(world.session, post, to, by=by, at=world.later()["at"])
    return last(world.session)


def trash_own(world: World, person: User) -> Event:
    return moved(world, world.make.post(author=person), PostMove.TRASH, person)


def submit_own(world: World, person: User) -> Event:
    return moved(world, world.make.post(author=person), PostMove.SUBMIT, person)


def publish_own(world: World, person: User) -> Event:
    return moved(world, world.make.post(author=person), PostMove.PUBLISH, person)


def approve(world: World, person: User) -> Event:
    comment = comment_queries.get(world.session, world.make.comment().id, viewer=world.owner)
    comments.move_comment(world.session, comment, CommentMove.APPROVE, by=person, at=world.later()["at"])
    return last(world.session)


def rename_tag(world: World, person: User) -> Event:
    posts.update_tag(world.session, world.make.tag(), {"name": "Ocean"}, by=person, at=world.later()["at"])
    return last(world.session)


OWN_ACTS: list[tuple[Callable[[World, User], Event], str]] = [
    (trash_own, "owner editor author contributor"),
    (submit_own, "owner editor author contributor"),
    (publish_own, "owner editor author"),
    (approve, "owner editor moderator"),
    (rename_tag, "owner editor"),
]


@pytest.mark.parametrize("role", ROLES)
@pytest.mark.parametrize(("do", "allowed"), OWN_ACTS, ids=[act.__name__ for act, _roles in OWN_ACTS])
def test_each_role_takes_back_its_own_acts_where_it_may_do_the_inverse(
    world: World, do: Callable[[World, User], Event], allowed: str, role: str
) -> None:
    person = world.make.user(role)
    try:
        event = do(world, person)
    except NotAllowed:
        assert role not in allowed.split()
        return

    decision = may_undo(world.session, [event], by=person)[event.id]

    assert bool(decision) == (role in allowed.split())
    agree(world, event, person, bool(decision))


@pytest.mark.parametrize("role", ROLES)
def test_of_other_people_only_owners_take_back_acts_to_begin_with(world: World, role: str) -> None:
    person = world.make.user(role)
    event = moved(world, world.make.post(), PostMove.PUBLISH, world.owner)

    decision = may_undo(world.session, [event], by=person)[event.id]

    assert bool(decision) == (role == "owner")
    if role == "editor":
        assert "Undo from activity" in decision.reason
    agree(world, event, person, bool(decision))


def test_the_right_to_undo_is_none_to_the_inverse(world: World, make: Make) -> None:
    undoer = make.user(make.role(P.AUDIT_UNDO, P.POST_VIEW))
    both = make.user(make.role(P.AUDIT_UNDO), "editor")
    event = moved(world, make.post(), PostMove.PUBLISH, world.owner)

    assert "Publish posts" in may_undo(world.session, [event], by=undoer)[event.id].reason
    agree(world, event, undoer, False)
    agree(world, event, both, True)


def test_putting_text_before_readers_again_needs_the_right_to_publish(world: World, make: Make) -> None:
    """The trash is open to contributors; what comes out of it live is not theirs to decide."""
    contributor = make.contributor()
    post = make.post(author=contributor, status=PostStatus.PUBLISHED)
    event = moved(world, post, PostMove.TRASH, world.owner)
    helper = make.user(make.role(P.AUDIT_UNDO), make.role(P.POST_DELETE))

    agree(world, event, helper, False)
    agree(world, event, world.owner, True)


def test_a_right_limited_to_own_files_reaches_no_folder(world: World, make: Make) -> None:
    helper = make.user(make.role(P.AUDIT_UNDO, (P.MEDIA_MANAGE, Scope.OWN)))
    boats = folders.create(world.session, "Boats", None, **world.later())
    folders.change(world.session, boats, "Ships", None, **world.later())

    agree(world, last(world.session), helper, False)


def test_a_person_who_was_switched_off_takes_back_nothing(world: World, make: Make) -> None:
    author = make.author()
    event = trash_own(world, author)
    author.active = False

    agree(world, event, author, False)


def test_fields_with_rights_of_their_own_are_asked_for(world: World, make: Make) -> None:
    writer = make.user(make.role(P.POST_EDIT), make.role(P.AUDIT_UNDO))
    post = queries.get(world.session, make.post().id, viewer=world.owner)
    changes = {"seo_title": "Found", "title": "Other"}
    posts.save(world.session, post, changes, base_version=post.version, **world.later())

    assert "Edit search details" in may_undo(world.session, [last(world.session)], by=writer)[last_id(world)].reason
    agree(world, last(world.session), writer, False)


def last_id(world: World) -> int:
    return last(world.session).id


def agree(world: World, event: Event, person: User, expected: bool) -> None:
    """What is offered and what is done never differ."""
    assert bool(may_undo(world.session, [event], by=person)[event.id]) == expected
    if expected:
        assert undo(world.session, event, by=person, at=world.later()["at"]).actor_id == person.id
        return
    with pytest.raises(NotAllowed):
        undo(world.session, event, by=person, at=world.later()["at"])
