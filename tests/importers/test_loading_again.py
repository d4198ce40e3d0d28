"""What a second import does with what is here already."""

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from cms.importers.loading import load
from tests.conftest import NOON
from tests.counting import counted
from tests.importers.sites import item, site


def test_what_is_here_already_is_asked_for_together(session: Session, engine: Engine) -> None:
    asked = []
    for most in (1, 9):
        items = [item(str(number), slug=f"s{number}") for number in range(most)]
        load(session, site(*items), at=NOON)
        session.commit()
        with counted(engine) as statements:
            load(session, site(*items), at=NOON)
        session.rollback()
        asked.append(len(statements))

    assert asked[0] == asked[1]
