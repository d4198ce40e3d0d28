"""/api/v1/users"""

from typing import Any

from flask import Response, url_for
from sqlalchemy import Select, select
from sqlalchemy.orm import selectinload

from cms.accounts.actions import people
from cms.accounts.models import Role, RoleGrant, User
from cms.accounts.policy import UserPolicy
from cms.accounts.standing import stands
from cms.api import answers, conditions
from cms.api.blueprint import ApiBlueprint
from cms.api.cursors import Order, page
from cms.api.shapes import ChooseView, either, list_of
from cms.api.user_shapes import DeskUser, Invitation, ManagedUser, UserChanges, UserShape, UsersQuery
from cms.api.viewing import desk_viewer, is_desk, refuse_of_desk
from cms.core.errors import NotFound, marked
from cms.core.i18n import _
from cms.core.permissions import Permission
from cms.extensions import db
from cms.posts.known import person_is_known
from cms.posts.public import as_author
from cms.web import letters, now, signed_in
from cms.web.gate import PUBLIC, Needs
from cms.web.languages import in_language_of_site

blueprint = ApiBlueprint("users", "People. Readers know of the authors of live texts.")

SEES = (Permission.USER_VIEW, Permission.USER_MANAGE)
MANAGE = Needs(any_of=(Permission.USER_MANAGE,))
JOINED_LAST = Order(User.created_at, User.id, is_descending=True)
ACTIVATE, DEACTIVATE = MOVES = ("activate", "deactivate")
SHAPE = either(UserShape, ManagedUser, name="User")


@blueprint.act("GET", "", needs=PUBLIC, query=UsersQuery, gives=list_of(SHAPE))
def index(query: dict[str, Any]) -> Response:
    """List, whoever joined last first."""
    refuse_of_desk(query, "role", "state")
    wanted, shape = _wanted(query)
    if "username" in query:
        wanted = wanted.where(User.username == query["username"])
    if "role" in query:
        wanted = wanted.where(User.roles.any(Role.name == query["role"]))
    if "state" in query:
        wanted = wanted.where(stands(query["state"]))
    return answers.many(page(wanted, JOINED_LAST, query), shape, query)


@blueprint.act("GET", "/<int:id>", needs=PUBLIC, query=ChooseView, gives=SHAPE)
def show(id: int, query: dict[str, Any]) -> Response:
    """One person."""
    wanted, shape = _wanted(query)
    person = db.session.scalar(wanted.where(User.id == id))
    if person is None:
        raise NotFound(_("There is no such person."))
    return answers.one(person, shape, query, version=f"u{person.version}" if is_desk(query) else "")


@blueprint.act("POST", "", needs=MANAGE, body=Invitation, gives=SHAPE, status=201)
def invite(body: dict[str, Any]) -> Response:
    """Add a person, who gets a letter with a link to choose a password."""
    roles = _roles(body.get("roles", []))
    told = {name: body[name] for name in ("email", "username", "display_name")}
    person, secret = people.invite(db.session(), **told, roles=roles, by=signed_in(), at=now())
    with in_language_of_site():  # they did not choose that of the program
        letters.first_password(person, secret)
    db.session.flush()
    return answers.made(person, ManagedUser, url_for("api_users.show", id=person.id), version=_version(person))


@blueprint.act("PATCH", "/<int:id>", needs=MANAGE, body=UserChanges, gives=SHAPE, versioned=True)
def change(id: int, body: dict[str, Any]) -> Response:
    """Change names and roles. Addresses are changed in the back office, which asks the right person."""
    person, by, at = _person(id), signed_in(), now()
    conditions.require_seen(_version(person), lambda: ManagedUser().dump(person))
    told = {name: value for name, value in body.items() if name != "roles"}
    people.update(db.session(), person, told, base_version=person.version, by=by, at=at)
    if "roles" in body:
        people.set_roles(db.session(), person, _roles(body["roles"]), by=by, at=at)
    db.session.flush()
    return answers.one(person, ManagedUser, version=_version(person))


@blueprint.act("POST", f"/<int:id>/moves/<any({','.join(MOVES)}):move>", needs=MANAGE, gives=SHAPE, versioned=True)
def move(id: int, move: str) -> Response:
    """Switch an account on or off; off, its sessions and tokens end at once."""
    person, by, at = _person(id), signed_in(), now()
    conditions.require_seen(_version(person), lambda: ManagedUser().dump(person), optional=True)
    waited = person.approval_requested_at is not None
    if move == ACTIVATE:
        people.activate(db.session(), person, by=by, at=at)
    else:
        people.deactivate(db.session(), person, by=by, at=at)
    db.session.flush()
    if waited and move == ACTIVATE:
        with in_language_of_site():
            letters.approved(person)
    return answers.one(person, ManagedUser, version=_version(person))


def _wanted(query: dict[str, Any]) -> tuple[Select[User], type[UserShape]]:
    if not is_desk(query):
        return select(User).where(person_is_known(now())).options(*as_author()), UserShape
    policy = UserPolicy(desk_viewer(*SEES))
    rights = selectinload(User.roles).selectinload(Role.grants).selectinload(RoleGrant.tag_rows)
    wanted = select(User).where(policy.where(*SEES)).options(rights)
    return wanted, ManagedUser if policy.may(Permission.USER_MANAGE) else DeskUser


def _person(id: int) -> User:
    person = db.session.get(User, id, with_for_update=True)
    if person is None:
        raise NotFound(_("There is no such person."))
    return person


def _roles(names: list[str]) -> list[Role]:
    found = list(db.session.scalars(select(Role).where(Role.name.in_(names))))
    unknown = sorted(set(names) - {role.name for role in found})
    if unknown:
        raise marked({"roles": _("There is no such role: %(names)s.", names=", ".join(unknown))})
    return found


def _version(person: User) -> str:
    return f"u{person.version}"
