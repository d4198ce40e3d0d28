"""Roles in the back office: the matrix, who gains and loses what, and what goes with a role."""

import re
import threading
import time

import pytest
from sqlalchemy import Engine, insert, select
from sqlalchemy.orm import Session

from cms.accounts.actions.roles import Grant, grants_of
from cms.accounts.models import Role, User, user_roles
from cms.core.permissions import Permission, Scope
from tests.accounts.events import events, verbs
from tests.browser import Browser
from tests.factories import Make

LIST = "/admin/roles/"
P, ANY, OWN = Permission, Scope.ANY, Scope.OWN


@pytest.fixture
def owner(session: Session, make: Make) -> User:
    owner = make.owner()
    session.commit()
    return owner


@pytest.fixture
def desk(browser: Browser, owner: User) -> Browser:
    return browser.sign_in(owner)


def selected(page: str, permission: Permission) -> str:
    """What the matrix shows for a permission."""
    control = re.search(rf'<select name="grant\.{re.escape(permission)}".*?</select>', page, re.DOTALL)
    assert control
    chosen = re.search(r'<option value="(\w+)" selected', control[0])
    assert chosen
    return chosen[1]


def test_the_list_shows_all_roles_and_what_each_may_do(desk: Browser) -> None:
    page = desk.get(LIST)

    assert page.status_code == 200
    for label in ("Owner", "Editor", "Author", "Contributor", "Moderator", "Publish posts", "Everything"):
        assert label in page.text


def test_a_role_is_made(desk: Browser, session: Session, make: Make) -> None:
    sports = make.tag("Sports")
    session.commit()

    answer = desk.post(
        f"{LIST}new/",
        {
            "label": "Sports desk",
            "description": "Writes about sports.",
            "grant.post.create": "any",
            "grant.post.edit": "own",
            "grant.post.publish": "any",
            "tags.post.publish": " sports ",
            "grant.user.manage": "none",
        },
    )

    assert answer.status_code == 302
    role = session.scalars(select(Role).where(Role.label == "Sports desk")).one()
    assert set(grants_of(role)) == {
        Grant(P.POST_CREATE, ANY),
        Grant(P.POST_EDIT, OWN),
        Grant(P.POST_PUBLISH, ANY, frozenset({sports.id})),
    }


def test_the_matrix_shows_what_is_stored(desk: Browser, session: Session, make: Make) -> None:
    tag = make.tag("Sports")
    role = make.role((P.POST_EDIT, OWN), tags=(tag,))
    session.commit()

    page = desk.get(f"{LIST}edit/?id={role.id}").text

    assert selected(page, P.POST_EDIT) == "own"
    assert selected(page, P.POST_DELETE) == "none"
    assert 'name="tags.post.edit" id="tags.post.edit" value="Sports"' in page


def test_before_saving_one_sees_who_gains_and_loses_what(desk: Browser, session: Session, make: Make) -> None:
    role = make.role((P.POST_EDIT, OWN), P.TAG_MANAGE)
    make.user(role, display_name="Jun Takeda")
    session.commit()
    wanted = {"label": role.label, "grant.post.edit": "any", "grant.tag.manage": "none"}

    preview = desk.post(f"{LIST}edit/?id={role.id}", wanted)

    assert preview.status_code == 200
    assert "Jun Takeda" in preview.text
    gains, _loses, loses = preview.text.partition("Loses")
    assert "Edit posts: any" in gains
    assert "Manage tags" in loses
    session.expire_all()
    assert set(grants_of(role)) == {Grant(P.POST_EDIT, OWN), Grant(P.TAG_MANAGE, ANY)}
    session.commit()
    for name, value in wanted.items():
        assert f'name="{name}" value="{value}"' in preview.text

    saved = desk.post(f"{LIST}edit/?id={role.id}", wanted | {"confirmed": "1"})

    assert saved.status_code == 302
    session.expire_all()
    assert set(grants_of(role)) == {Grant(P.POST_EDIT, ANY)}
    assert verbs(session)[-1] == "role.edit"


def test_one_can_go_back_from_there_without_losing_anything(desk: Browser, session: Session, make: Make) -> None:
    role = make.role((P.POST_EDIT, OWN))
    make.user(role)
    session.commit()

    page = desk.post(f"{LIST}edit/?id={role.id}", {"label": "Renamed", "grant.post.edit": "any", "again": "1"})

    assert page.status_code == 200
    assert 'value="Renamed"' in page.text
    assert selected(page.text, P.POST_EDIT) == "any"
    session.expire_all()
    assert role.label != "Renamed"


def test_where_nobody_is_touched_it_is_saved_at_once(desk: Browser, session: Session, make: Make) -> None:
    role = make.role(P.POST_EDIT)
    session.commit()

    answer = desk.post(f"{LIST}edit/?id={role.id}", {"label": "Renamed", "grant.post.delete": "own"})

    assert answer.status_code == 302
    session.expire_all()
    assert role.label == "Renamed"
    assert set(grants_of(role)) == {Grant(P.POST_EDIT, ANY), Grant(P.POST_DELETE, OWN)}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"label": ""}, "label"),
        ({"label": "x" * 81}, "label"),
        ({"label": "Editor"}, "label"),
        ({"description": "x" * 401}, "description"),
        ({"grant.post.edit": "everything"}, None),
        ({"grant.tag.manage": "own"}, None),
        ({"grant.post.edit": "any", "tags.post.edit": "No such tag"}, None),
    ],
)
def test_what_makes_no_sense_is_refused(
    desk: Browser, session: Session, make: Make, values: dict[str, str], field: str | None
) -> None:
    page = desk.post(f"{LIST}new/", {"label": "Sports desk"} | values)

    assert page.status_code == 422
    assert field is None or f'id="{field}-error"' in page.text


def test_a_second_save_on_an_old_version_is_a_conflict(desk: Browser, session: Session, make: Make) -> None:
    role = make.role(P.POST_EDIT)
    session.commit()
    version = str(role.version)
    desk.post(f"{LIST}edit/?id={role.id}", {"version": version, "label": "First"})

    assert desk.post(f"{LIST}edit/?id={role.id}", {"version": version, "label": "Second"}).status_code == 409


def test_the_owners_role_can_only_be_looked_at(desk: Browser, make: Make) -> None:
    role = make.roles["owner"]

    assert desk.get(f"{LIST}details/?id={role.id}").status_code == 200
    assert desk.get(f"{LIST}edit/?id={role.id}").status_code == 403
    assert desk.post(f"{LIST}edit/?id={role.id}", {"grant.post.edit": "none", "confirmed": "1"}).status_code == 403
    assert desk.post(f"{LIST}delete/", {"id": str(role.id)}).status_code == 403


def test_nobody_grants_what_they_lack(browser: Browser, session: Session, make: Make) -> None:
    shaper = make.user(make.role(P.ROLE_MANAGE, (P.POST_EDIT, OWN)))
    role = make.role()
    session.commit()
    browser.sign_in(shaper)

    page = browser.get(f"{LIST}edit/?id={role.id}").text
    assert re.search(r'<select name="grant\.user\.manage"[^>]* disabled', page)
    assert re.search(r'<option value="any"[^>]* disabled', page.partition('name="grant.post.edit"')[2])
    for permission, value in (("user.manage", "any"), ("post.edit", "any"), ("post.publish", "own")):
        wanted = {"label": role.label, f"grant.{permission}": value, "confirmed": "1"}
        assert browser.post(f"{LIST}edit/?id={role.id}", wanted).status_code == 403
        assert browser.post(f"{LIST}new/", {"label": "Another", f"grant.{permission}": value}).status_code == 403
    assert browser.post(f"{LIST}edit/?id={role.id}", {"grant.post.edit": "own"}).status_code == 302
    assert browser.post(f"{LIST}edit/?id={shaper.roles[0].id}", {"grant.post.edit": "own"}).status_code == 403


def test_who_may_not_manage_roles_sees_nothing(browser: Browser, session: Session, make: Make) -> None:
    editor, role = make.editor(), make.role()
    session.commit()
    browser.sign_in(editor)

    for path in (LIST, f"{LIST}new/", f"{LIST}edit/?id={role.id}", f"{LIST}details/?id={role.id}"):
        assert browser.get(path).status_code == 403


def test_people_get_another_role_before_theirs_goes(desk: Browser, session: Session, make: Make) -> None:
    role = make.role(P.POST_EDIT)
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
    role, person = make.role(P.POST_VIEW), make.user()
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


def test_asking_for_a_second_factor_says_whom_it_meets(desk: Browser, session: Session, make: Make) -> None:
    role = make.role(P.POST_EDIT)
    make.user(role)
    session.commit()

    preview = desk.post(f"{LIST}edit/?id={role.id}", {"second_factor_required": "y", "grant.post.edit": "none"})
    assert "1 person has no second factor" in preview.text
    desk.post(f"{LIST}edit/?id={role.id}", {"second_factor_required": "y", "grant.post.edit": "none", "confirmed": "1"})

    session.expire_all()
    assert role.second_factor_required


def test_hostile_names_are_shown_as_text(desk: Browser, session: Session, make: Make) -> None:
    hostile = '"><script>alert(1)</script>'
    tag = make.tag(hostile)
    role = make.role((P.POST_EDIT, OWN), tags=(tag,), label=hostile, description=hostile)
    make.user(role, display_name=hostile)
    session.commit()

    pages = [desk.get(f"{LIST}{page}/?id={role.id}").text for page in ("details", "edit", "delete")]
    preview = desk.post(f"{LIST}edit/?id={role.id}", {"grant.post.edit": "any", "tags.post.edit": ""}).text
    for page in (*pages, preview, desk.get(LIST).text):
        assert "<script>alert" not in page


def test_the_list_is_narrowed_to_ones_own_roles_and_to_those_that_ask_for_a_second_factor(
    desk: Browser, session: Session, make: Make
) -> None:
    make.role(label="Night desk", second_factor_required=True)
    make.role(label="Sports desk")
    session.commit()

    for query, found in [
        ("kind=own", ["Night desk", "Sports desk"]),
        ("kind=builtin", ["Moderator"]),
        ("kind=other", []),
        ("second_factor=yes", ["Night desk"]),
        ("second_factor=no&search=desk", ["Sports desk"]),
    ]:
        page = desk.get(f"{LIST}?{query}").text
        assert [name for name in ("Night desk", "Sports desk", "Moderator") if f">{name}</a>" in page] == found, query


def test_bulk_delete_takes_what_nobody_holds_and_says_why_the_others_stay(
    desk: Browser, session: Session, make: Make
) -> None:
    idle, held = make.role(P.POST_EDIT, label="Idle desk"), make.role(label="Held desk")
    make.user(held)
    session.commit()
    form = {
        "action": "delete",
        "rowid": [str(role.id) for role in (idle, held, make.roles["author"], make.roles["owner"])],
    }

    assert "Delete these roles" in desk.post(f"{LIST}action/", form).text
    result = desk.get(desk.post(f"{LIST}action/", form | {"confirmed": "1"}).location).text

    assert "1 done, 2 skipped, 1 refused" in result
    assert "Somebody holds this role" in result
    names = session.scalars(select(Role.label)).all()
    assert "Idle desk" not in names
    assert {"Held desk", "Author", "Owner"} <= set(names)
    event = events(session)[-1]
    assert (event.verb, event.batch_id is not None) == ("role.delete", True)


def test_nobody_deletes_in_bulk_what_they_could_not_delete_one_by_one(
    browser: Browser, session: Session, make: Make
) -> None:
    shaper, strong = make.user(make.role(P.ROLE_MANAGE)), make.role(P.SETTINGS_MANAGE)
    session.commit()
    form = {"action": "delete", "rowid": str(strong.id), "confirmed": "1"}

    result = browser.sign_in(shaper).post(f"{LIST}action/", form)

    assert "0 done, 0 skipped, 1 refused" in browser.get(result.location).text
    assert session.scalar(select(Role.id).where(Role.id == strong.id)) is not None


def test_roles_are_exported_with_their_rights(desk: Browser, session: Session, make: Make) -> None:
    make.role((P.POST_EDIT, OWN), P.TAG_MANAGE, label="=Sports")
    session.commit()

    lines = desk.get(f"{LIST}export/csv/?kind=own").text.splitlines()

    assert lines[1:] == ['\'=Sports,,False,"post.edit own, tag.manage any"']
