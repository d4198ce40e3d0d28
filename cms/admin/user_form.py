"""The form of a person, and what can be chosen in it."""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session
from wtforms import EmailField, SelectMultipleField
from wtforms.widgets import HiddenInput

from cms.accounts.models import Role, User
from cms.accounts.names import BIO_LENGTH, EMAIL_LENGTH, NAME_LENGTH
from cms.accounts.policy import UserPolicy
from cms.admin.forms import Choice, Line, Number, RecordForm, Switch, Text
from cms.core.db import row_id
from cms.core.decision import Decision
from cms.core.errors import Invalid
from cms.core.i18n import LANGUAGES, N_, _
from cms.core.text import USERNAME_LENGTH
from cms.core.zones import zone_names


class Ids(SelectMultipleField):
    """Checkboxes with a hidden companion of the same name, so that "none" differs from "not on this form"."""

    def __init__(self, label: str, **options: Any) -> None:
        super().__init__(label, coerce=int, choices=[], validate_choice=False, **options)

    def process_formdata(self, values: list[str]) -> None:
        sent = [row_id(text) for text in values if text]
        self.data = [known for known in sent if known]
        if len(self.data) < len(sent):
            raise ValueError(_("Choose from the list."))


class UserForm(RecordForm):
    """Named as the columns. A new person has an address, names and roles; the rest comes later."""

    version = Number(widget=HiddenInput())
    email = EmailField(N_("E-mail address"), render_kw={"required": True, "maxlength": EMAIL_LENGTH})
    username = Line(
        N_("Username"),
        description=N_("Letters and digits; part of the address of their page."),
        render_kw={"required": True, "maxlength": USERNAME_LENGTH, "autocapitalize": "none"},
    )
    display_name = Line(
        N_("Name"),
        description=N_("The username if empty."),
        render_kw={"maxlength": NAME_LENGTH, "autocomplete": "off"},
    )
    bio = Text(
        N_("About them"), description=N_("Shown with their posts."), render_kw={"rows": 3, "maxlength": BIO_LENGTH}
    )
    timezone = Choice(N_("Time zone"))
    locale = Choice(N_("Language"))
    active = Switch(N_("Active"), description=N_("Switched off, nobody can sign in with it; the work stays."))
    roles = Ids(N_("Roles"))

    def wanted_roles(self, session: Session, person: User | None) -> list[Role]:
        """What was ticked, and the roles that could not be unticked because they are not this person's to take."""
        wanted = list(session.scalars(select(Role).where(Role.id.in_(self.roles.data or []))))
        if len(wanted) != len(set(self.roles.data or [])):
            raise Invalid(_("There is no such role."), {"roles": _("Choose from the list.")})
        return wanted + [role for role in self.locked_roles if role not in wanted]

    #: Roles that the person has and that whoever fills in the form may not take away.
    locked_roles: list[Role] = []


@dataclass(frozen=True)
class RoleChoice:
    """A role as a checkbox, with the reason where it cannot be changed."""

    role: Role
    decision: Decision


def set_choices(form: UserForm, person: User | None, policy: UserPolicy) -> None:
    """The lists to choose from; a form for a new person is shorter."""
    if person is None:
        for name in ("bio", "timezone", "locale", "active"):
            delattr(form, name)
        form.locked_roles = []
        return
    zones = ((zone, zone.replace("_", " ")) for zone in zone_names())
    form.timezone.choices = [("", _("As the site")), *zones]
    form.locale.choices = [("", _("As the site")), *LANGUAGES.items()]
    form.locked_roles = [role for role in person.roles if not _may_change(role, person, policy)]
    if person is policy.user:
        del form.active, form.email


def role_choices(session: Session, person: User | None, policy: UserPolicy) -> list[RoleChoice]:
    """Every role, in the order in which they were made."""
    roles = session.scalars(select(Role).order_by(Role.id))
    return [RoleChoice(role, _may_change(role, person, policy)) for role in roles]


def without_role(person: User) -> str:
    """What whoever lets somebody in may not have thought of."""
    if person.roles:
        return ""
    return " " + _("%(person)s has no role, and can only comment: choose one under “Edit”.", person=person)


def _may_change(role: Role, person: User | None, policy: UserPolicy) -> Decision:
    if person is not None and person is policy.user:
        return Decision.no(lambda: _("Nobody changes their own roles."))
    return policy.may_give(role)
