"""Roles: who may shape them, what a change means for whom, and what goes with them."""

from datetime import datetime

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.actions import roles
from cms.accounts.actions.roles import Grant, RoleDraft
from cms.accounts.models import Role, RoleGrant, RoleGrantTag, User
from cms.core.errors import Conflict, Invalid, NotAllowed
from cms.core.permissions import Permission, Scope
from tests.accounts.events import events, verbs
from tests.factories import Make

P, ANY, OWN = Permission, Scope.ANY, Scope.OWN


def draft(*grants: Grant, label: str = "Sports desk", **values: object) -> RoleDraft:
    return RoleDraft(**{"label": label, "description": "", "second_factor_required": False, "grants": grants} | values)


@pytest.fixture
def shaper(make: Make) -> User:
    """May manage roles, edit all posts, and publish those under one tag."""
    tag = make.tag("Sports")
    role = make.role(P.ROLE_MANAGE, P.POST_EDIT)
    role.grants.append(RoleGrant(permission=P.POST_PUBLISH, scope=ANY, tag_rows=[RoleGrantTag(tag_id=tag.id)]))
    return make.user(role)


def test_an_owner_makes_a_role(session: Session, make: Make, now: datetime) -> None:
    tag = make.tag("Sports")

    role = roles.create_role(
        session,
        draft(Grant(P.POST_EDIT, OWN), Grant(P.POST_PUBLISH, OWN, frozenset({tag.id}))),
        by=make.owner(),
        at=now,
    )

    session.expire_all()
    assert (role.name, role.label, role.builtin) == ("sports-desk", "Sports desk", False)
    assert set(roles.grants_of(role)) == {
        Grant(P.POST_EDIT, OWN),
        Grant(P.POST_PUBLISH, OWN, frozenset({tag.id})),
    }
    assert events(session)[-1].changes["grants"] == [[], ["post.edit own", f"post.publish own #{tag.id}"]]


def test_nobody_grants_what_they_lack_or_more_widely(session: Session, make: Make, shaper: User, now: datetime) -> None:
    tag = session.scalars(select(RoleGrantTag.tag_id)).one()
    roles.create_role(
        session,
        draft(Grant(P.POST_EDIT, OWN), Grant(P.POST_PUBLISH, OWN, frozenset({tag}))),
        by=shaper,
        at=now,
    )

    for grant in (Grant(P.POST_DELETE, OWN), Grant(P.POST_PUBLISH, ANY), Grant(P.POST_PUBLISH, OWN)):
        with pytest.raises(NotAllowed):
            roles.create_role(session, draft(grant, label="Too much"), by=shaper, at=now)


def test_nobody_shapes_a_role_that_they_hold(session: Session, make: Make, shaper: User, now: datetime) -> None:
    role = shaper.roles[0]

    with pytest.raises(NotAllowed):
        roles.update_role(session, role, draft(), base_version=role.version, by=shaper, at=now)


def test_nobody_shapes_the_owners_role(session: Session, make: Make, now: datetime) -> None:
    role = make.roles["owner"]

    for act in (
        lambda: roles.update_role(session, role, draft(), base_version=role.version, by=make.owner(), at=now),
        lambda: roles.delete_role(session, role, instead=None, by=make.owner(), at=now),
    ):
        with pytest.raises(NotAllowed):
            act()


def test_a_grant_changes_its_reach_in_place(session: Session, make: Make, now: datetime) -> None:
    sports, news = make.tag("Sports"), make.tag("News")
    role = make.role((P.POST_EDIT, OWN), P.TAG_MANAGE)
    wanted = draft(
        Grant(P.POST_EDIT, ANY, frozenset({sports.id, news.id})), Grant(P.POST_DELETE, OWN), label=role.label
    )

    roles.update_role(session, role, wanted, base_version=role.version, by=make.owner(), at=now)
    session.flush()
    narrower = draft(Grant(P.POST_EDIT, OWN, frozenset({news.id})), label=role.label)
    roles.update_role(session, role, narrower, base_version=role.version, by=make.owner(), at=now)
    session.flush()

    session.expire_all()
    assert roles.grants_of(role) == (Grant(P.POST_EDIT, OWN, frozenset({news.id})),)
    assert len(list(session.scalars(select(RoleGrantTag)))) == 1


def test_a_role_saved_unchanged_leaves_no_trace(session: Session, make: Make, now: datetime) -> None:
    role = make.role(P.POST_EDIT)
    same = draft(Grant(P.POST_EDIT, ANY), label=role.label)

    roles.update_role(session, role, same, base_version=role.version, by=make.owner(), at=now)

    assert verbs(session) == []


def test_two_people_saving_the_same_role_do_not_overwrite_each_other(
    session: Session, make: Make, now: datetime
) -> None:
    role, owner = make.role(P.POST_EDIT), make.owner()
    seen = role.version
    roles.update_role(session, role, draft(label="First"), base_version=seen, by=owner, at=now)
    session.flush()

    with pytest.raises(Conflict):
        roles.update_role(session, role, draft(label="Second"), base_version=seen, by=owner, at=now)


def test_a_right_without_scope_takes_none(session: Session, make: Make, now: datetime) -> None:
    tag = make.tag("Sports")

    for grant in (Grant(P.TAG_MANAGE, OWN), Grant(P.MEDIA_MANAGE, ANY, frozenset({tag.id}))):
        with pytest.raises(Invalid):
            roles.create_role(session, draft(grant), by=make.owner(), at=now)


def test_a_name_is_given_once(session: Session, make: Make, now: datetime) -> None:
    owner = make.owner()
    roles.create_role(session, draft(label="Sports desk"), by=owner, at=now)

    with pytest.raises(Invalid):
        roles.create_role(session, draft(label="sports DESK"), by=owner, at=now)
    assert roles.create_role(session, draft(label="Sports, desk!"), by=owner, at=now).name == "sports-desk-2"


@pytest.mark.parametrize("label", ["", "x" * 81, "two\nlines"])
def test_a_role_needs_a_short_name(session: Session, make: Make, now: datetime, label: str) -> None:
    with pytest.raises(Invalid):
        roles.create_role(session, draft(label=label), by=make.owner(), at=now)


def test_a_role_that_people_hold_goes_only_when_they_get_another(session: Session, make: Make, now: datetime) -> None:
    role, owner = make.role(P.POST_EDIT), make.owner()
    person = make.user(role, "moderator")

    for instead in (None, role):
        with pytest.raises(Invalid) as refused:
            roles.delete_role(session, role, instead=instead, by=owner, at=now)
        assert refused.value.fields.keys() == {"instead"}

    assert roles.delete_role(session, role, instead=make.roles["author"], by=owner, at=now) == 1
    assert {held.name for held in person.roles} == {"moderator", "author"}
    assert verbs(session) == ["user.set_roles", "role.delete"]


def test_a_role_does_not_go_from_under_people_of_higher_rank(session: Session, make: Make, now: datetime) -> None:
    role, poorer = make.role(P.POST_VIEW), make.role(P.POST_VIEW)
    make.user("owner", role)
    manager = make.user(make.role(P.ROLE_MANAGE, P.USER_MANAGE, P.POST_VIEW))

    with pytest.raises(NotAllowed, match="owner"):
        roles.delete_role(session, role, instead=poorer, by=manager, at=now)


def test_grants_go_with_the_role_and_do_not_come_back_with_its_name(
    session: Session, make: Make, now: datetime
) -> None:
    owner = make.owner()
    before = len(list(session.scalars(select(RoleGrant))))
    role = roles.create_role(session, draft(Grant(P.POST_EDIT, ANY)), by=owner, at=now)

    roles.delete_role(session, role, instead=None, by=owner, at=now)
    again = roles.create_role(session, draft(), by=owner, at=now)

    assert again.name == "sports-desk"
    assert again.grants == []
    assert len(list(session.scalars(select(RoleGrant)))) == before


def test_built_in_roles_stay(session: Session, make: Make, now: datetime) -> None:
    with pytest.raises(Conflict):
        roles.delete_role(session, make.roles["author"], instead=None, by=make.owner(), at=now)


def test_before_saving_one_sees_who_gains_and_loses_what(session: Session, make: Make, now: datetime) -> None:
    role = make.role((P.POST_EDIT, OWN), P.TAG_MANAGE)
    plain, editor, _stranger = make.user(role), make.user(role, "editor"), make.user("author")

    changes = roles.what_changes(session, role, [Grant(P.POST_EDIT, ANY), Grant(P.AUDIT_VIEW, ANY)])

    assert {change.person: (set(change.gains), set(change.loses)) for change in changes} == {
        plain: ({Grant(P.POST_EDIT, ANY), Grant(P.AUDIT_VIEW, ANY)}, {Grant(P.TAG_MANAGE, ANY)}),
        editor: ({Grant(P.AUDIT_VIEW, ANY)}, set()),
    }


def test_an_owner_neither_gains_nor_loses(session: Session, make: Make, now: datetime) -> None:
    role = make.role(P.POST_EDIT)
    make.user(role, "owner")

    assert roles.what_changes(session, role, []) == []


def test_a_changed_role_acts_at_once(session: Session, make: Make, now: datetime) -> None:
    role: Role = make.role(P.POST_EDIT)
    person, owner = make.user(role), make.owner()
    session.commit()

    roles.update_role(session, role, draft(label=role.label), base_version=role.version, by=owner, at=now)
    session.commit()

    session.expire_all()
    assert [grant for held in person.roles for grant in held.grants] == []
