"""Roles that go, one by one and in bulk: people get another first, and built-in ones stay."""

import re
import threading
import time

from sqlalchemy import Engine, insert, select
from sqlalchemy.orm import Session

from cms.accounts.models import Role, user_roles
from cms.core.permissions import Permission
from tests.accounts.events import events
from tests.admin.roles import LIST
from tests.browser import Browser
from tests.factories import Make


def test_people_get_another_role_before_theirs_goes(desk: Browser, session: Session, make: Make) -> None:
    role = make.role(Permission.POST_EDIT)
    person = make.user(role)
    session.commit()

    assert person.name in desk.get(f"{LIST}delete/?id={role.id}").text
    for chosen in ("", "none", "999999", str(role.id)):
        asked_again = desk.post(f"{LIST}delete/", {"id": str(role.id), "instead": chosen})
        assert asked_again.status_code == 422
        assert person.name in asked_again.text
        assert re.search(
            r'<select name="instead"[^>]*aria-invalid="true" aria-describedby="instead-error"', asked_again.text
        )
        assert 'id="instead-error"' in asked_again.text
    gone = desk.post(f"{LIST}delete/", {"id": str(role.id), "instead": str(make.roles["author"].id)})

    assert gone.status_code == 302
    session.expire_all()
    assert [held.name for held in person.roles] == ["author"]
    assert {event.verb for event in events(session)} >= {"role.delete", "user.set_roles"}


def test_a_role_that_is_given_while_it_goes_stays(desk: Browser, session: Session, make: Make, engine: Engine) -> None:
    role, person = make.role(Permission.POST_VIEW), make.user()
    session.commit()
    answers: list[int] = []
    going = threading.Thread(
        target=lambda: answers.append(desk.post(f"{LIST}delete/", {"id": str(role.id)}).status_code)
    )

    with engine.begin() as giver:
        giver.execute(insert(user_roles).values(user_id=person.id, role_id=role.id))
        going.start()
        time.sleep(0.5)  # until it waits for the giver, or has not begun
    going.join()

    assert answers in ([409], [422])  # as it saw the giver, or was told by the database
    assert session.scalar(select(Role.id).where(Role.id == role.id)) is not None


def test_built_in_roles_stay(desk: Browser, make: Make) -> None:
    assert desk.post(f"{LIST}delete/", {"id": str(make.roles["author"].id)}).status_code == 403


def test_bulk_delete_takes_what_nobody_holds_and_says_why_the_others_stay(
    desk: Browser, session: Session, make: Make
) -> None:
    idle, held = make.role(Permission.POST_EDIT, label="Idle desk"), make.role(label="Held desk")
    make.user(held)
    session.commit()
    form = {
        "action": "delete",
        "rowid": [str(role.id) for role in (idle, held, make.roles["author"], make.roles["owner"])],
    }

    assert "Delete these roles" in desk.post(f"{LIST}action/", form).text
    result = desk.get(desk.post(f"{LIST}action/", form | {"confirmed": "1"}).location).text

    assert "Deleted: 1 role, 2 skipped, 1 refused." in result
    assert "Somebody holds this role" in result
    names = session.scalars(select(Role.label)).all()
    assert "Idle desk" not in names
    assert {"Held desk", "Author", "Owner"} <= set(names)
    event = events(session)[-1]
    assert (event.verb, event.batch_id is not None) == ("role.delete", True)


def test_nobody_deletes_in_bulk_what_they_could_not_delete_one_by_one(
    browser: Browser, session: Session, make: Make
) -> None:
    shaper, strong = make.user(make.role(Permission.ROLE_MANAGE)), make.role(Permission.SETTINGS_MANAGE)
    session.commit()
    form = {"action": "delete", "rowid": str(strong.id), "confirmed": "1"}

    result = browser.sign_in(shaper).post(f"{LIST}action/", form)

    assert "Deleted: 0 roles, 1 refused." in browser.get(result.location).text
    assert session.scalar(select(Role.id).where(Role.id == strong.id)) is not None
