"""Two people, or two clicks, at the same moment: one wins, the other is told."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.audit.models import Event
from cms.audit.undo import undo
from cms.core.errors import Conflict
from cms.posts.models import Post
from cms.taxonomy.models import Tag
from tests.undo.acts import World, deleted_tag, move

AT_ONCE = 6


def undone_at_once(world: World, engine: Engine, event_id: int) -> list[str]:
    """What each of several who undo the same event at once is told; nothing, where it worked."""
    world.session.commit()
    barrier, at, who = Barrier(AT_ONCE), world.at + timedelta(minutes=1), world.owner.id

    def one(_number: int) -> str:
        barrier.wait()
        with Session(engine) as session:
            by, event = session.get_one(User, who), session.get_one(Event, event_id)
            try:
                undo(session, event, by=by, at=at)
                session.commit()
            except Conflict as refusal:
                return refusal.message
        return ""

    with ThreadPoolExecutor(AT_ONCE) as people:
        return sorted(people.map(one, range(AT_ONCE)))


def test_one_of_several_undoes_a_move(world: World, engine: Engine) -> None:
    post = world.make.post()
    move(world, post, "publish")
    event_id = world.last().id

    told = undone_at_once(world, engine, event_id)

    assert told.count("") == 1
    assert all("undone" in words for words in told if words)
    assert world.session.scalars(select(Event.undoes_id).where(Event.undoes_id == event_id)).all() == [event_id]
    assert world.session.scalars(select(Post.status)).all() == ["draft"]


def test_one_of_several_brings_a_tag_back(world: World, engine: Engine) -> None:
    """There is no row yet that they could wait for."""
    event_id = deleted_tag(world).id

    told = undone_at_once(world, engine, event_id)

    assert told.count("") == 1
    assert world.session.scalars(select(Tag.name).order_by(Tag.name)).all() == ["Bay", "Sea", "Water"]
