"""What can be undone of people, and of the roles that they hold."""

from cms.accounts.actions import own, people, roles
from cms.accounts.models import Role, User
from cms.audit.undo import undo
from cms.core.permissions import Permission, Scope
from tests.conftest import NOON
from tests.undo.world import Act, Acts, World

P = Permission
act = Acts()


@act("user.edit")
def edit_person(w: World) -> Act:
    person = w.make.author()
    changes: dict[str, str | None] = {"display_name": "Maren", "timezone": "Europe/Berlin"}
    return lambda: people.update(w.session, person, changes, base_version=person.version, **w.later())


@act("user.edit")
def choose_a_picture(w: World) -> Act:
    picture = w.make.media()
    return lambda: own.set_avatar(w.session, w.owner, picture.id, at=w.later()["at"])


@act("user.set_roles")
def set_roles(w: World) -> Act:
    person = w.make.author()
    return lambda: people.set_roles(w.session, person, [w.make.roles["editor"]], **w.later())


@act("user.deactivate")
def deactivate(w: World) -> Act:
    person = w.make.author()
    return lambda: people.deactivate(w.session, person, **w.later())


@act("user.activate")
def activate(w: World) -> Act:
    person = w.make.user("author", active=False)
    return lambda: people.activate(w.session, person, **w.later())


@act("user.approve")
def approve(w: World) -> Act:
    person = w.make.user(active=False, approval_requested_at=NOON)
    return lambda: people.activate(w.session, person, **w.later())


def draft(*grants: roles.Grant, label: str = "Stringer") -> roles.RoleDraft:
    return roles.RoleDraft(label, "Writes from afar", False, grants)


@act("role.create")
def create_role(w: World) -> Act:
    grant = roles.Grant(P.POST_EDIT, Scope.OWN, frozenset([w.make.tag().id]))
    return lambda: roles.create_role(w.session, draft(grant), **w.later())


@act("role.create")
def undo_that_a_role_was_deleted(w: World) -> Act:
    delete_role(w)()
    return lambda: undo(w.session, w.last(), **w.later())


@act("role.edit")
def edit_role(w: World) -> Act:
    role = w.make.role(P.POST_EDIT, (P.POST_DELETE, Scope.OWN), tags=(w.make.tag(),))
    wanted = draft(roles.Grant(P.POST_EDIT, Scope.OWN), roles.Grant(P.TAG_MANAGE, Scope.ANY))
    return lambda: roles.update_role(w.session, role, wanted, base_version=role.version, **w.later())


@act("role.delete")
def delete_role(w: World) -> Act:
    role = w.make.role(P.POST_EDIT, (P.POST_DELETE, Scope.OWN), tags=(w.make.tag(),))
    holder(w, role), holder(w, role)
    return lambda: roles.delete_role(w.session, role, instead=w.make.roles["contributor"], **w.later())


def holder(w: World, role: Role) -> User:
    return w.make.user(role, "moderator")
