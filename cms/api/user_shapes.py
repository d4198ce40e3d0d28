"""How people look: to readers, to colleagues, and to those who manage people."""

from marshmallow import Schema, fields

from cms.accounts.standing import Standing, standing_of
from cms.api.shapes import ChooseView, Paging, PersonShape, told, words


class UserShape(PersonShape):
    """What readers see of an author."""

    bio = fields.String()


class DeskUser(UserShape):
    """Addresses are shown to those who manage people, and to nobody else."""

    display_name = fields.String()
    roles = fields.Function(lambda person: [role.name for role in person.roles], **told("By name."))
    state = fields.Function(lambda person: standing_of(person).value)
    version = fields.Integer()
    created_at = fields.DateTime()
    last_seen_at = fields.DateTime(allow_none=True)


class ManagedUser(DeskUser):
    email = fields.String()
    timezone = fields.String(allow_none=True)
    locale = fields.String(allow_none=True)


class UsersQuery(ChooseView, Paging):
    username = words()
    role = words(**told("Of the desk: the name of a role."))
    state = fields.Enum(Standing, by_value=True, **told("Of the desk."))


class Invitation(Schema):
    """A new person."""

    email = fields.String(required=True)
    username = fields.String(required=True)
    display_name = fields.String(load_default="")
    roles = fields.List(fields.String(), **told("By name. Nobody gives what they do not have."))


class UserChanges(Schema):
    """What can be changed of a person; what is left out stays."""

    username = fields.String()
    display_name = fields.String()
    bio = fields.String()
    timezone = fields.String(allow_none=True)
    locale = fields.String(allow_none=True)
    roles = fields.List(fields.String())
