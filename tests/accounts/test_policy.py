"""Who may do what with people and roles."""

import pytest
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.accounts.policy import PlainPolicy, RolePolicy, UserPolicy
from cms.core.permissions import Permission
from tests.factories import Make

P = Permission


@pytest.fixture
def manager(make: Make) -> User:
    return make.user(make.role(P.USER_VIEW, P.USER_MANAGE, P.ROLE_MANAGE, P.POST_VIEW, P.COMMENT_MODERATE))


def test_nobody_manages_somebody_with_rights_that_they_lack(session: Session, make: Make, manager: User) -> None:
    policy = UserPolicy(manager)

    for above in (make.owner(), make.editor(), make.moderator()):
        decision = policy.may(P.USER_MANAGE, above)
        assert not decision
        assert above.name in decision.reason
    for beside in (make.user(), make.user(make.role(P.COMMENT_MODERATE)), manager):
        assert policy.may(P.USER_MANAGE, beside)


def test_owners_manage_everybody(session: Session, make: Make) -> None:
    policy = UserPolicy(make.owner())

    assert all(policy.may(P.USER_MANAGE, person) for person in (make.owner(), make.editor(), make.user()))
    assert policy.may_give(make.roles["owner"])


def test_a_role_is_given_by_those_who_hold_its_rights(session: Session, make: Make, manager: User) -> None:
    policy = UserPolicy(manager)

    assert policy.may_give(make.role(P.COMMENT_MODERATE))
    for role in (make.roles["owner"], make.roles["moderator"]):
        assert not policy.may_give(role)
        assert policy.may_give(role).reason


def test_a_role_is_shaped_by_those_who_hold_its_rights_and_not_the_role(
    session: Session, make: Make, manager: User
) -> None:
    policy = RolePolicy(manager)

    assert policy.may(P.ROLE_MANAGE, make.role(P.COMMENT_MODERATE))
    for role in (make.roles["owner"], make.roles["editor"], manager.roles[0]):
        assert policy.may(P.ROLE_MANAGE, role).reason


def test_visitors_and_people_switched_off_may_nothing(session: Session, make: Make) -> None:
    for nobody in (None, make.user("owner", active=False)):
        assert not any(PlainPolicy(nobody).may(permission) for permission in P)
        assert not any(UserPolicy(nobody).may(permission) for permission in P)
        assert not any(RolePolicy(nobody).may(permission) for permission in P)
