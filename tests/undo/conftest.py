"""What every test of undoing begins with, and a refusal to undo."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.audit.models import Event
from cms.audit.undo import undo
from cms.core.errors import Conflict
from tests.factories import Make
from tests.undo.acts import World
from tests.undo.snapshots import differences, snapshot


@pytest.fixture
def world(session: Session, make: Make) -> World:
    return World(session, make, make.owner())


def refused(world: World, event: Event, kind: type[Conflict] = Conflict) -> Conflict:
    """The refusal, which leaves no trace."""
    before, last = snapshot(world.session), world.session.scalar(select(Event.id).order_by(Event.id.desc()).limit(1))
    with pytest.raises(kind) as refusal:
        undo(world.session, event, **world.later())
    assert differences(before, snapshot(world.session)) == []
    assert world.session.scalar(select(Event.id).order_by(Event.id.desc()).limit(1)) == last
    return refusal.value
