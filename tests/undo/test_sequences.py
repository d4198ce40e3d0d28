"""Whatever is done in whatever order: undoing all of it, the last first, leads back to where it began."""

from collections.abc import Iterator

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from cms.audit.actions import last_recorded
from cms.audit.models import Event
from cms.audit.undo import undo
from cms.core.errors import CmsError
from cms.posts import actions as posts
from cms.posts import queries
from cms.posts.lifecycle import PostMove
from cms.posts.models import Post
from cms.taxonomy.models import Tag
from tests.conftest import NOON
from tests.factories import Make
from tests.undo.acts import World, move, save
from tests.undo.snapshots import differences, snapshot

Step = tuple[str, object, object]
NAMES = ("Sea", "Harbour", "Tide")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("move"), st.integers(0, 1), st.sampled_from(PostMove)),
        st.tuples(st.just("title"), st.integers(0, 1), st.sampled_from(NAMES)),
        st.tuples(st.just("slug"), st.integers(0, 1), st.sampled_from(NAMES)),
        st.tuples(st.just("tags"), st.integers(0, 1), st.lists(st.sampled_from(NAMES), unique=True).map(tuple)),
        st.tuples(st.just("rename"), st.sampled_from(NAMES), st.sampled_from(NAMES)),
        st.tuples(st.just("delete"), st.sampled_from(NAMES), st.none()),
        st.tuples(st.just("undo"), st.integers(0, 9), st.none()),
    ),
    max_size=7,
)


@pytest.fixture
def world(engine: Engine, clean: None) -> Iterator[World]:
    """Committed before, and rolled back after each example."""
    with Session(engine, expire_on_commit=False) as session:
        make = Make(session, NOON)
        world = World(session, make, make.owner())
        for title in ("First", "Second"):
            make.post(title=title, slug=title.casefold())
        session.commit()
        yield world


@settings(
    max_examples=20,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(steps=STEPS)
def test_undoing_all_that_was_done_leads_back_to_the_start(
    world: World, steps: list[tuple[str, object, object]]
) -> None:
    session = world.session
    session.rollback()
    before, world.at = snapshot(session), NOON
    done: list[Event] = []
    for step in steps:
        session.info.pop("last_recorded", None)
        try:
            with session.begin_nested():
                take(world, done, *step)
        except CmsError:
            continue
        event = last_recorded(session)
        if event is not None:
            done.append(event)
    session.flush()

    for event in reversed(in_force(done)):
        undo(session, event, **world.later())

    assert differences(before, snapshot(session)) == []
    session.rollback()


def in_force(done: list[Event]) -> list[Event]:
    """What was not undone, or was done again: the last link of each chain that is of odd length."""
    by_id = {event.id: event for event in done}
    taken_back = {event.undoes_id for event in done}

    def length(event: Event) -> int:
        return 1 if event.undoes_id is None else 1 + length(by_id[event.undoes_id])

    return [event for event in done if event.id not in taken_back and length(event) % 2]


def take(world: World, done: list[Event], kind: str, what: object, how: object) -> None:
    """One step; those that are impossible now are refused, and skipped."""
    session = world.session
    match kind, what, how:
        case "move", int(number), PostMove() as to:
            move(world, post(world, number), to)
        case "title", int(number), str(name):
            save(world, post(world, number), title=name)
        case "slug", int(number), str(name):
            save(world, post(world, number), slug=name)
        case "tags", int(number), tuple(names):
            save(world, post(world, number), tags=list(names))
        case "rename", str(name), str(new):
            tag = session.scalar(select(Tag).where(Tag.name == name))
            if tag is not None:
                posts.update_tag(session, tag, {"name": new, "slug": new.lower()}, **world.later())
        case "delete", str(name), None:
            tag = session.scalar(select(Tag).where(Tag.name == name))
            if tag is not None:
                posts.delete_tag(session, tag, **world.later())
        case "undo", int(number), None:
            if number < len(done):
                undo(session, done[-1 - number], **world.later())


def post(world: World, number: int) -> Post:
    title_order = select(Post.id).order_by(Post.id)
    return queries.get(world.session, world.session.scalars(title_order).all()[number], viewer=world.owner)
