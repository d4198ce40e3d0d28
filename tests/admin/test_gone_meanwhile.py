"""Somebody deletes a record while somebody else's form for it is refused."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Engine, delete, event
from sqlalchemy.orm import Session

from cms.accounts.models import Role
from cms.redirects.models import Redirect
from cms.taxonomy.models import Tag
from tests.browser import Browser
from tests.factories import Make


@contextmanager
def deleted_at_the_first_rollback(engine: Engine, table: type, record_id: int) -> Iterator[None]:
    """The moment between the refusal and the form that is shown again."""

    def gone(_session: Session) -> None:
        with Session(engine) as other:
            other.execute(delete(table).where(table.id == record_id))  # type: ignore[attr-defined]
            other.commit()

    event.listen(Session, "after_rollback", gone, once=True)
    yield


@pytest.mark.parametrize("area", ["tags", "redirects", "roles"])
def test_a_refused_form_of_something_that_is_gone_says_so(
    browser: Browser, session: Session, make: Make, engine: Engine, area: str
) -> None:
    owner = make.owner()
    session.add(redirect := Redirect(from_path="/old", to_path="/new", created_at=make.at, updated_at=make.at))
    records = {"tags": make.tag("Sea"), "redirects": redirect, "roles": make.role()}
    session.commit()
    record = records[area]
    wrong = {"tags": {"name": ""}, "redirects": {"from_path": "bad"}, "roles": {"label": "", "confirmed": "1"}}[area]
    browser.sign_in(owner)

    with deleted_at_the_first_rollback(engine, {"tags": Tag, "redirects": Redirect, "roles": Role}[area], record.id):
        answer = browser.post(f"/admin/{area}/edit/?id={record.id}", wrong)

    assert answer.status_code in (404, 409)
