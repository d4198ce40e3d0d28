"""Who may do what. The policy of every domain is this class with three answers filled in: mine, tagged, as SQL."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, ClassVar

from sqlalchemy import ColumnElement, and_, false, or_, select, true
from sqlalchemy.orm import object_session

from cms.accounts.models import OWNER, Role, RoleGrant, User
from cms.core.decision import Decision, GrantLike, covers, is_unlimited
from cms.core.i18n import _, listed
from cms.core.permissions import ABOUT, Permission, Scope


@dataclass(frozen=True)
class Whole:
    """A right without limits, which no row of a role says: what an owner put into a token."""

    permission: Permission
    scope: Scope = Scope.ANY
    tag_ids: frozenset[int] = frozenset()


class Policy:
    """Answers for one person, `None` being a visitor; a person switched off has no rights at all."""

    #: What "own" means for a subject of this domain, said in a refusal.
    own_things: ClassVar[str] = ""

    def __init__(self, user: User | None) -> None:
        self.user = user if user is not None and user.active else None
        self.within = self.user.acts_within if self.user is not None else frozenset()
        holds_everything = self.user is not None and any(role.is_owner for role in self.user.roles)
        #: Without any limit; an owner's token has just the rights that it was given.
        self.is_owner = holds_everything and self.within == frozenset(Permission)
        self._given = self.within if holds_everything else frozenset()
        self._whom_to_ask: dict[Permission, list[str]] = {}

    def owns(self, subject: Any) -> bool:
        """Whether the subject is this person's; only asked where somebody is signed in."""
        raise NotImplementedError

    def owned(self) -> ColumnElement[bool]:
        """`owns` as a WHERE clause."""
        raise NotImplementedError

    def tag_ids(self, subject: Any) -> frozenset[int]:
        """Ids of the tags that a tag-limited grant looks at."""
        return frozenset()

    def tagged(self, tag_ids: Iterable[int]) -> ColumnElement[bool]:
        """`tag_ids` meets these, as a WHERE clause."""
        return false()

    def grants(self, permission: Permission) -> list[GrantLike]:
        """Every grant of this permission through any role, the widest first."""
        if self.user is None or permission not in self.within:
            return []
        if permission in self._given:
            return [Whole(permission)]
        held = [grant for role in self.user.roles for grant in role.grants if grant.permission is permission]
        return sorted(held, key=lambda grant: (grant.scope is not Scope.ANY, len(grant.tag_ids)))

    def may(self, permission: Permission, subject: Any = None) -> Decision:
        """For one subject, or without one: whether there is any that the answer could be yes for."""
        if self.is_owner:
            return Decision.yes()
        for grant in self.grants(permission):
            if subject is None or self._reaches(grant, subject):
                return Decision.yes(grant)
        return Decision.no(lambda: self._why_not(permission))

    def may_without_limit(self, permission: Permission) -> bool:
        """Whether some grant reaches everything, whosever it is and whatever its tags."""
        return self.is_owner or any(is_unlimited(grant) for grant in self.grants(permission))

    def may_any(self, *permissions: Permission) -> Decision:
        """Yes where one of several is held; refused with the reason of the first."""
        decisions = [self.may(permission) for permission in permissions]
        return next((decision for decision in decisions if decision), decisions[0])

    def where(self, *permissions: Permission) -> ColumnElement[bool]:
        """`may` for any of these as a WHERE clause; one test for each domain keeps the two in step.

        Whatever several grants reach is said once: databases ask as often as they are told.
        """
        if any(self.may_without_limit(permission) for permission in permissions):
            return true()
        held = [grant for permission in permissions for grant in self.grants(permission)]
        reaches = sorted({(grant.scope, tuple(sorted(grant.tag_ids))) for grant in held})
        return or_(false(), *(self._clause(scope, tag_ids) for scope, tag_ids in reaches))

    def _reaches(self, grant: GrantLike, subject: Any) -> bool:
        if grant.scope is Scope.OWN and not self.owns(subject):
            return False
        return not grant.tag_ids or bool(grant.tag_ids & self.tag_ids(subject))

    def _clause(self, scope: Scope, tag_ids: tuple[int, ...]) -> ColumnElement[bool]:
        own = self.owned() if scope is Scope.OWN else true()
        return and_(own, self.tagged(tag_ids)) if tag_ids else own

    def _why_not(self, permission: Permission) -> str:
        label = _(ABOUT[permission].label)
        if self.user is None:
            return _("Sign in first: this needs the right “%(right)s”.", right=label)
        if permission not in self.within and self._has_by_role(permission):
            return _("This needs the right “%(right)s”, which this token was not given.", right=label)
        mine = listed(_(role.label) for role in self.user.roles) or _("none")
        others = listed(_(name) for name in self._roles_to_ask(permission))
        if not self.grants(permission):
            return _(
                "This needs the right “%(right)s”. Your roles (%(mine)s) do not have it; these do: %(others)s.",
                right=label,
                mine=mine,
                others=others,
            )
        return _(
            "Your roles (%(mine)s) have the right “%(right)s”, but not for this one: "
            "it is limited to your own or to certain tags. These have it for all: %(others)s.",
            right=label,
            mine=mine,
            others=others,
        )

    def _has_by_role(self, permission: Permission) -> bool:
        """Whether the person has it, were it not for the token."""
        roles = self.user.roles if self.user is not None else []
        return any(role.is_owner or any(grant.permission is permission for grant in role.grants) for role in roles)

    def _roles_to_ask(self, permission: Permission) -> list[str]:
        """Looked up once for all rights: a list may refuse something on every row."""
        if self.user is not None and not self._whom_to_ask:
            self._whom_to_ask = roles_by_right(self.user)
        return self._whom_to_ask.get(permission, [])


class PlainPolicy(Policy):
    """For permissions that know no scope: a grant reaches everything."""

    def owns(self, subject: Any) -> bool:
        return False

    def owned(self) -> ColumnElement[bool]:
        return false()


class UserPolicy(PlainPolicy):
    """People. Nobody manages a person who may do what they themselves may not."""

    def may(self, permission: Permission, subject: Any = None) -> Decision:
        decision = super().may(permission, subject)
        if decision and isinstance(subject, User) and permission is Permission.USER_MANAGE:
            outranked = self.outranked_by(subject)  # a refusal is false, so `or` would drop it
            return decision if outranked is None else outranked
        return decision

    def may_know_addresses(self) -> Decision:
        """Whoever manages people: e-mail addresses of accounts are told to nobody else, nor whether there is one."""
        return self.may(Permission.USER_MANAGE)

    def may_give(self, role: Role) -> Decision:
        """Whether this person may hand the role to somebody, or take it away."""
        decision = super().may(Permission.USER_MANAGE)
        if not decision:
            return decision
        if role.is_owner and not self.is_owner:
            return Decision.no(lambda: _("Only owners can make somebody an owner."))
        lacking = self.lacks(role.grants)
        if lacking:
            return Decision.no(
                lambda: _(
                    "You cannot give the role “%(role)s”: it includes “%(right)s”, which you do not have.",
                    role=_(role.label),
                    right=_(ABOUT[lacking[0].permission].label),
                )
            )
        return decision

    def lacks(self, grants: Iterable[GrantLike]) -> list[GrantLike]:
        """The grants that this person does not hold themselves, at least as widely."""
        return [] if self.is_owner else [grant for grant in grants if not self._holds(grant)]

    def outranked_by(self, subject: User) -> Decision | None:
        """The refusal where somebody may do what this person may not; None where they may be acted on."""
        if subject is self.user or self.is_owner:
            return None
        if any(role.is_owner for role in subject.roles):
            return Decision.no(lambda: _("%(person)s is an owner; only owners can change owners.", person=subject.name))
        lacking = self.lacks(grant for role in subject.roles for grant in role.grants)
        if not lacking:
            return None
        return Decision.no(
            lambda: _(
                "%(person)s has the right “%(right)s”, which you do not have; ask somebody who does.",
                person=subject.name,
                right=_(ABOUT[lacking[0].permission].label),
            )
        )

    def _holds(self, wanted: GrantLike) -> bool:
        return any(covers(held, wanted) for held in self.grants(wanted.permission))


class RolePolicy(UserPolicy):
    """Roles. Nobody grants what they lack, changes a role they hold themselves, or touches the owner's."""

    def may(self, permission: Permission, subject: Any = None) -> Decision:
        decision = PlainPolicy.may(self, permission)
        if not decision or not isinstance(subject, Role) or permission is not Permission.ROLE_MANAGE:
            return decision
        if subject.is_owner:
            return Decision.no(lambda: _("The owner role always holds every right and cannot be changed."))
        if not self.is_owner and self.user is not None and subject in self.user.roles:
            return Decision.no(lambda: _("You hold this role yourself; somebody else has to change it."))
        if self.lacks(subject.grants):
            return Decision.no(lambda: _("This role has rights that you do not have; ask somebody who does."))
        return decision


def roles_by_right(user: User) -> dict[Permission, list[str]]:
    """Labels of the roles that have each right without any limit, owners last: who to ask. One query."""
    session = object_session(user)
    if session is None:
        return {}
    unlimited = and_(
        RoleGrant.role_id == Role.id, RoleGrant.scope == Scope.ANY, ~RoleGrant.tag_rows.any(), Role.name != OWNER
    )
    rows = session.execute(
        select(Role.label, Role.name, RoleGrant.permission).outerjoin(RoleGrant, unlimited).order_by(Role.id)
    ).all()
    owners = [label for label, name, _permission in rows if name == OWNER]
    held: dict[Permission, list[str]] = {permission: [] for permission in Permission}
    for label, name, permission in rows:
        if permission is not None and name != OWNER:
            held[permission].append(label)
    return {permission: [*labels, *owners] for permission, labels in held.items()}
