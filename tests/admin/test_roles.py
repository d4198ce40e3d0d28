"""Roles in the back office: the matrix, and who gains and loses what."""

import re

import pytest
from sqlalchemy import Engine, select
from sqlalchemy.orm import Session

from cms.accounts.actions.roles import Grant, grants_of
from cms.accounts.models import Role
from cms.core.permissions import Permission, Scope
from tests.accounts.events import verbs
from tests.admin.roles import LIST
from tests.browser import Browser
from tests.counting import counted
from tests.factories import Make

P, ANY, OWN = Permission, Scope.ANY, Scope.OWN


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


def test_roles_are_exported_with_their_rights(desk: Browser, session: Session, make: Make) -> None:
    make.role((P.POST_EDIT, OWN), P.TAG_MANAGE, label="=Sports")
    session.commit()

    lines = desk.get(f"{LIST}export/csv/?kind=own").text.splitlines()

    assert lines[1:] == ['\'=Sports,,False,"post.edit own, tag.manage any"']


def test_what_a_change_means_costs_the_same_for_many_people(
    desk: Browser, session: Session, make: Make, engine: Engine
) -> None:
    role = make.role(P.POST_CREATE)
    make.user(role)
    session.commit()
    form = {"label": "Any", "description": "", "second_factor_required": "1", f"grant.{P.POST_CREATE}": "none"}

    with counted(engine) as few:
        desk.post(f"{LIST}edit/?id={role.id}", form)
    for _number in range(10):
        make.user(role)
    session.commit()
    with counted(engine) as many:
        page = desk.post(f"{LIST}edit/?id={role.id}", form).text

    assert len(many) == len(few)
    assert "11 people" in page


def test_the_matrix_offers_every_right(desk: Browser, make: Make, session: Session) -> None:
    role = make.role()
    session.commit()

    form = desk.get(f"{LIST}edit/?id={role.id}").text

    assert [permission for permission in P if f'name="grant.{permission}"' not in form] == []


def test_a_tag_that_nobody_knows_is_said_beside_its_right(desk: Browser) -> None:
    answer = desk.post(
        f"{LIST}new/",
        {"label": "Desk", "grant.post.edit": "any", "tags.post.edit": "no-such-tag", "grant.post.publish": "any"},
    )

    assert answer.status_code == 422
    assert re.search(r'name="tags\.post\.edit"[^>]*aria-invalid="true"', answer.text)
    assert re.search(r'id="tags\.post\.edit-error">.*There is no tag “no-such-tag”\.', answer.text)
    assert answer.text.count('aria-invalid="true"') == 1
