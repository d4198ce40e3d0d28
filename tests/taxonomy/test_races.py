"""Two people at once: neither makes a tag twice, nor a circle, nor takes the other's name."""

import threading
from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.core.errors import CmsError
from cms.taxonomy import actions
from cms.taxonomy.models import Tag
from tests.factories import Make

Act = Callable[[Session, User], object]


@pytest.fixture
def at_once(engine: Engine, session: Session, make: Make) -> Callable[..., list[BaseException | None]]:
    """Each act in a session and thread of its own, begun together; what each was refused with."""
    editor = make.editor()
    session.commit()

    def at_once(*acts: Act) -> list[BaseException | None]:
        begin = threading.Barrier(len(acts))
        refusals: list[BaseException | None] = [None] * len(acts)

        def run(number: int) -> None:
            with Session(engine) as own:
                by = own.get_one(User, editor.id)
                own.rollback()
                begin.wait()
                try:
                    acts[number](own, by)
                    own.commit()
                except (CmsError, IntegrityError) as refusal:
                    refusals[number] = refusal

        threads = [threading.Thread(target=run, args=(number,)) for number in range(len(acts))]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        return refusals

    return at_once


def test_one_new_name_typed_by_many_is_one_tag(
    session: Session, at_once: Callable[..., list[BaseException | None]], now: datetime
) -> None:
    names = [["Sea", "Lake"], ["lake", "sea"], ["SEA"], ["Lake", "Bay"]]

    refusals = at_once(*(lambda own, by, it=it: actions.named(own, it, by=by, at=now) for it in names))

    assert refusals == [None] * 4
    assert sorted(session.scalars(select(Tag.key))) == ["bay", "lake", "sea"]


def test_of_two_who_make_one_tag_or_take_one_name_one_is_refused(
    session: Session, make: Make, at_once: Callable[..., list[BaseException | None]], now: datetime
) -> None:
    tag = make.tag("Lake")
    session.commit()

    refusals = at_once(
        lambda own, by: actions.create(own, {"name": "Sea"}, by=by, at=now),
        lambda own, by: actions.update(own, own.get_one(Tag, tag.id), {"name": "sea"}, by=by, at=now),
    )

    assert sorted(refusal is None for refusal in refusals) == [False, True]
    assert session.scalars(select(Tag.key)).all().count("sea") == 1


@pytest.mark.parametrize("_time", range(5))
def test_of_two_who_put_each_below_the_other_one_is_refused(
    session: Session, make: Make, at_once: Callable[..., list[BaseException | None]], now: datetime, _time: int
) -> None:
    one, two = make.tag("One"), make.tag("Two")
    session.commit()

    refusals = at_once(
        lambda own, by: actions.update(own, own.get_one(Tag, one.id), {"parent_id": two.id}, by=by, at=now),
        lambda own, by: actions.update(own, own.get_one(Tag, two.id), {"parent_id": one.id}, by=by, at=now),
    )

    assert sorted(refusal is None for refusal in refusals) == [False, True]
    session.expire_all()
    assert sorted(tag.parent_id is None for tag in (one, two)) == [False, True]
