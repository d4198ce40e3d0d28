"""What every test of undoing begins with."""

import pytest
from sqlalchemy.orm import Session

from tests.factories import Make
from tests.undo.acts import World


@pytest.fixture
def world(session: Session, make: Make) -> World:
    return World(session, make, make.owner())
