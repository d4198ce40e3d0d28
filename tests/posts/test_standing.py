"""Where posts stand with readers: the sign on a post and the filter of the list say the same."""

from collections.abc import Callable
from datetime import datetime
from itertools import product

import pytest
from sqlalchemy import ColumnElement, Engine, select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.posts import actions, standing
from cms.posts.actions.editions import make_live
from cms.posts.lifecycle import DRAFT, PUBLISHED, PostMove
from cms.posts.models import Post, PostKind
from cms.posts.standing import Showing, Standing, standings
from tests.counting import counted
from tests.posts.conftest import DAY, HOUR, MINUTE, Create, Publish, Save

FILTERS: list[tuple[Callable[[datetime], ColumnElement[bool]], Callable[[Standing], bool]]] = [
    (standing.is_showing, lambda stands: stands.live is not None),
    (standing.is_scheduled, lambda stands: stands.coming is not None),
    (standing.has_expired, lambda stands: stands.is_expired),
    (standing.has_changes_waiting, lambda stands: stands.has_changes),
]


@pytest.fixture
def posts(
    session: Session, create: Create, publish: Publish, save: Save, editor: User, now: datetime
) -> dict[str, Post]:
    """One in every situation there is, an hour after it came about."""
    names = (
        "draft live changed ahead changed_ahead replaced replaced_and_changed expired ended again unpublished trashed"
    )
    posts = {name: create(name) for name in names.split()}
    publish(posts["again"], live_until=now + MINUTE)
    publish(posts["again"], at=now + 2 * MINUTE, live_from=now + DAY)
    for name in ("live", "changed", "replaced", "replaced_and_changed", "unpublished", "trashed"):
        publish(posts[name])
    publish(posts["expired"], live_until=now + MINUTE)
    publish(posts["ended"], live_until=now + 2 * MINUTE)
    for name in ("ahead", "changed_ahead"):
        publish(posts[name], live_from=now + DAY)
    for name in ("changed", "changed_ahead", "replaced", "replaced_and_changed", "ended"):
        save(posts[name], body="Changed.")
    for name in ("replaced", "replaced_and_changed"):
        publish(posts[name], at=now + MINUTE, live_from=now + DAY)
    save(posts["replaced_and_changed"], body="Changed again.")
    for name, move in (("unpublished", PostMove.UNPUBLISH), ("trashed", PostMove.TRASH)):
        actions.move_post(session, posts[name], move, by=editor, at=now + MINUTE)
    above = create("above", kind=PostKind.PAGE)
    posts["below"] = create("below", kind=PostKind.PAGE, parent_id=above.id)
    publish(above)
    publish(posts["below"])
    save(above, slug="elsewhere")
    publish(above, at=now + MINUTE, live_from=now + DAY)
    return posts


def test_what_the_index_of_times_has_is_what_the_condition_finds(
    session: Session, posts: dict[str, Post], now: datetime
) -> None:
    for at, kind in product((now + HOUR, now + 2 * DAY), PostKind):
        wanted = (standing.is_scheduled(at), Post.trashed_at.is_(None), Post.kind == kind)
        found = session.scalars(select(Post.id).where(*wanted))

        assert set(found) == set(session.scalars(standing.ids_of_scheduled(kind, at)))


def test_the_last_stretch_that_readers_see_stands_beside_each_post(posts: dict[str, Post], now: datetime) -> None:
    """Without a break: an edition that takes over from another goes on with its stretch."""
    stretches = {name: (post.shown_from, post.shown_until, post.shown_earlier_until) for name, post in posts.items()}

    assert stretches == {
        "draft": (None, None, None),
        **dict.fromkeys(("live", "changed", "replaced", "replaced_and_changed", "below"), (now, None, None)),
        **dict.fromkeys(("ahead", "changed_ahead"), (now + DAY, None, None)),
        "expired": (now, now + MINUTE, None),
        "ended": (now, now + 2 * MINUTE, None),
        "again": (now + DAY, None, now + MINUTE),
        **dict.fromkeys(("unpublished", "trashed"), (now, now + MINUTE, None)),
    }


def test_each_post_says_where_it_stands(session: Session, posts: dict[str, Post], now: datetime) -> None:
    found = standings(session, posts.values(), now + HOUR)

    def named(true: Callable[[Standing], bool]) -> set[str]:
        return {name for name, post in posts.items() if true(found[post.id])}

    assert named(lambda stands: stands.live is not None) == {
        "live",
        "changed",
        "replaced",
        "replaced_and_changed",
        "below",
    }
    assert named(lambda stands: stands.coming is not None) == {
        "ahead",
        "changed_ahead",
        "replaced",
        "replaced_and_changed",
        "again",
    }
    assert named(lambda stands: stands.is_scheduled) == {"ahead", "changed_ahead", "again"}
    assert named(lambda stands: stands.is_expired) == {"expired", "ended", "trashed"}
    assert named(lambda stands: stands.has_changes) == {"changed", "changed_ahead", "replaced_and_changed"}


def test_it_is_noted_anew_where_somebody_else_noted_another_since_the_post_was_read(
    session: Session, engine: Engine, create: Create, publish: Publish, editor: User, now: datetime
) -> None:
    post = create("live")
    publish(post)
    session.commit()
    with Session(engine) as beside:
        theirs, they = beside.get_one(Post, post.id), beside.get_one(User, editor.id)
        actions.move_post(beside, theirs, PostMove.UNPUBLISH, by=they, at=now + HOUR)
        beside.commit()

    make_live(session, post, by=editor, at=now + DAY)
    session.commit()

    session.refresh(post)
    assert (post.shown_from, post.shown_until, post.shown_earlier_until) == (now + DAY, None, now + HOUR)


def test_what_is_shown_is_said_with_its_times_and_version(
    session: Session, posts: dict[str, Post], now: datetime
) -> None:
    replaced = posts["replaced"]

    assert standings(session, [replaced], now + HOUR)[replaced.id] == Standing(
        PUBLISHED,
        2,
        live=Showing("/posts/replaced", now, now + DAY, 1),
        coming=Showing("/posts/replaced", now + DAY, None, 2),
    )
    draft = posts["draft"]
    assert standings(session, [draft], now + HOUR) == {draft.id: Standing(DRAFT, 1)}


@pytest.mark.parametrize("later", [HOUR, DAY, 2 * DAY])
def test_the_filters_of_the_list_agree_with_the_signs(
    session: Session, posts: dict[str, Post], now: datetime, later: object
) -> None:
    at = now + later
    everything = session.scalars(select(Post)).all()
    found = standings(session, everything, at)

    for where, true in FILTERS:
        listed = set(session.scalars(select(Post).where(where(at))))
        assert listed == {post for post in everything if true(found[post.id])}, where.__name__


def test_a_list_of_any_length_is_one_question(session: Session, posts: dict[str, Post], now: datetime) -> None:
    session.flush()

    with counted(session.get_bind()) as statements:
        standings(session, posts.values(), now)

    assert len(statements) == 1
