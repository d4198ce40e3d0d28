"""The matrix of permissions and reaches: read from a form, shown as controls, and said in words."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from cms.accounts.actions.roles import Grant, grants_of
from cms.accounts.models import Role
from cms.accounts.policy import RolePolicy
from cms.core.errors import Invalid
from cms.core.i18n import COMMAS, _, listed
from cms.core.permissions import ABOUT, About, Permission, Scope
from cms.taxonomy.models import Tag

NONE = "none"


@dataclass(frozen=True)
class Option:
    """One reach of a cell; a closed one is wider than what this person holds."""

    value: str
    label: str
    open: bool


@dataclass(frozen=True)
class Cell:
    """One permission of one role, as controls."""

    permission: Permission
    about: About
    chosen: str
    tags: str
    options: list[Option]
    #: What is wrong with the tags that were sent, if anything.
    fault: str = ""

    @property
    def name(self) -> str:
        return _reach_field(self.permission)

    @property
    def tags_name(self) -> str:
        return _tags_field(self.permission)

    @property
    def can_change(self) -> bool:
        return any(option.open for option in self.options if option.value != NONE)


Names = Mapping[int, str]
Group = tuple[str, list[Cell]]


def tag_names(session: Session) -> dict[int, str]:
    return {tag_id: name for tag_id, name in session.execute(select(Tag.id, Tag.name))}


def matrix_of(
    current: Iterable[Grant], policy: RolePolicy, names: Names, sent: MultiDict[str, str] | None
) -> list[Group]:
    """Every permission in its group, showing what was sent, else what is stored."""
    held = {grant.permission: grant for grant in current}
    cells = [_cell(permission, held.get(permission), policy, names, sent) for permission in Permission]
    groups: dict[str, list[Cell]] = {}
    for cell in cells:
        groups.setdefault(cell.about.group, []).append(cell)
    return list(groups.items())


def read_matrix(sent: MultiDict[str, str], current: Iterable[Grant], names: Names) -> tuple[Grant, ...]:
    """The grants that a form asks for; a permission that is not on the form stays as it is."""
    kept = tuple(current)
    grants: list[Grant] = []
    for permission in Permission:
        value = sent.get(_reach_field(permission))
        if value is None:
            grants.extend(grant for grant in kept if grant.permission is permission)
        elif value != NONE:
            tags = _tags(sent.get(_tags_field(permission), ""), names)
            grants.append(Grant(permission, _scope(value), tags))
    return tuple(grants)


def overview_of(roles: Sequence[Role], names: Names) -> list[tuple[str, list[tuple[About, list[str]]]]]:
    """For reading: each permission with one word or two for each role."""
    held = [(role, {grant.permission: grant for grant in grants_of(role)}) for role in roles]
    groups: dict[str, list[tuple[About, list[str]]]] = {}
    for permission in Permission:
        about = ABOUT[permission]
        reaches = [_reach(role, grants.get(permission), names) for role, grants in held]
        groups.setdefault(about.group, []).append((about, reaches))
    return list(groups.items())


def said_grant(grant: Grant, names: Names) -> str:
    """“Publish posts: own, in Sports, Travel”."""
    about = ABOUT[grant.permission]
    reach = _said_reach(grant, names)
    return f"{_(about.label)}: {reach}" if about.scoped or grant.tag_ids else _(about.label)


def _reach_field(permission: Permission) -> str:
    return f"grant.{permission}"


def _tags_field(permission: Permission) -> str:
    return f"tags.{permission}"


def _cell(
    permission: Permission, held: Grant | None, policy: RolePolicy, names: Names, sent: MultiDict[str, str] | None
) -> Cell:
    about = ABOUT[permission]
    stored = held.scope.value if held else NONE
    chosen = sent.get(_reach_field(permission), stored) if sent is not None else stored
    tags = listed(sorted(names.get(tag_id, "") for tag_id in (held.tag_ids if held else ())))
    if sent is not None:
        tags = sent.get(_tags_field(permission), tags)
    options = [Option(NONE, _("No"), True)]
    if about.scoped:
        options.append(Option(Scope.OWN, _("Own"), _can_grant(policy, permission, Scope.OWN)))
    widest = _("Any") if about.scoped else _("Yes")
    options.append(Option(Scope.ANY, widest, _can_grant(policy, permission, Scope.ANY)))
    fault = _fault(tags, names) if sent is not None and chosen != NONE else ""
    return Cell(permission, about, chosen, tags, options, fault)


def _can_grant(policy: RolePolicy, permission: Permission, scope: Scope) -> bool:
    """Whether it is worth offering; tags are looked at when the role is saved."""
    held = policy.grants(permission)
    return policy.is_owner or any(grant.scope is Scope.ANY or scope is Scope.OWN for grant in held)


def _scope(value: str) -> Scope:
    try:
        return Scope(value)
    except ValueError:
        raise Invalid(_("This is no reach that a right can have."), {"grants": _("Choose from the list.")}) from None


def _tags(text: str, names: Names) -> frozenset[int]:
    """Names between commas, in whatever case."""
    if fault := _fault(text, names):
        raise Invalid(fault, {"grants": fault})
    by_name = _by_name(names)
    return frozenset(by_name[name] for name in _wanted(text))


def _fault(text: str, names: Names) -> str:
    """What is wrong with names between commas, if anything."""
    by_name = _by_name(names)
    unknown = [name for folded, name in _wanted(text).items() if folded not in by_name]
    return _("There is no tag “%(tag)s”.", tag=unknown[0][:80]) if unknown else ""


def _by_name(names: Names) -> dict[str, int]:
    return {name.casefold(): tag_id for tag_id, name in names.items()}


def _wanted(text: str) -> dict[str, str]:
    """Each name as it was typed, under itself without its case."""
    typed = (name.strip() for name in re.split(f"[{COMMAS}]", text))
    return {name.casefold(): name for name in typed if name}


def _reach(role: Role, grant: Grant | None, names: Names) -> str:
    if role.is_owner:
        return _("Everything")
    return "" if grant is None else _said_reach(grant, names)


def _said_reach(grant: Grant, names: Names) -> str:
    words = _("own") if grant.scope is Scope.OWN else (_("any") if ABOUT[grant.permission].scoped else _("yes"))
    tags = listed(sorted(names.get(tag_id, "?") for tag_id in grant.tag_ids))
    return _("%(reach)s in %(tags)s", reach=words, tags=tags) if tags else words
