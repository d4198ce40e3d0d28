"""Files with people: whom a row means, and what it says of them."""

from typing import ClassVar

from sqlalchemy import ColumnElement, false, select

from cms.accounts.models import Role, User
from cms.accounts.names import fold_email
from cms.accounts.policy import UserPolicy
from cms.accounts.standing import LABELS, standing_of
from cms.admin.columns import Column
from cms.admin.import_columns import as_flag, in_every_language
from cms.admin.import_rows import ImportsRows
from cms.core.decision import Decision
from cms.core.errors import Invalid
from cms.core.i18n import COMMAS, N_, _, listed
from cms.core.text import fold_username
from cms.extensions import db
from cms.web import signed_in


def sees_addresses() -> bool:
    return bool(UserPolicy(signed_in()).may_know_addresses())


def _with_address(text: str) -> ColumnElement[bool]:
    return User.email == fold_email(text) if sees_addresses() else false()


def _roles(text: str) -> list[str]:
    """Ids of the roles of these names, in any of our languages; rights are not given by a name that could mean two."""
    wanted = [name.strip() for name in text.translate({ord(comma): "," for comma in COMMAS}).split(",")]
    known: dict[str, set[int]] = {}
    for role in db.session.scalars(select(Role)):
        for called in {role.name.casefold(), *in_every_language(role.label)}:
            known.setdefault(called, set()).add(role.id)
    cut = [called for called in known if set(called) & set(COMMAS) and called in text.casefold()]
    unclear = [*cut, *(name for name in wanted if len(known.get(name.casefold(), ())) > 1)]
    if unclear:
        raise Invalid(_("Several roles could be meant: %(names)s. Give them by hand.", names=listed(unclear)))
    unknown = [name for name in wanted if name and name.casefold() not in known]
    if unknown:
        raise Invalid(_("There is no such role: %(names)s.", names=listed(unknown)))
    return ["", *(str(one) for name in wanted if name for one in known[name.casefold()])]


class UserRows(ImportsRows):
    """The mix-in of the view of people for its files."""

    export_columns: ClassVar[tuple[Column, ...]] = (
        Column("id", N_("Id"), "number"),
        Column(
            "username",
            N_("Username"),
            fills="username",
            finds=lambda text: User.username == fold_username(text),
        ),
        Column("display_name", N_("Name"), fills="display_name", clears=True),
        Column(
            "roles",
            N_("Roles"),
            value=lambda person: listed(role.shown_label for role in person.roles),
            fills="roles",
            read=_roles,
            clears=True,
        ),
        Column("state", N_("State"), value=lambda person: _(LABELS[standing_of(person)])),
        Column("bio", N_("About them"), fills="bio", clears=True),
        Column("timezone", N_("Time zone"), fills="timezone", clears=True),
        Column("locale", N_("Language"), fills="locale", clears=True),
        Column("active", N_("Active"), fills="active", read=as_flag),
        Column("last_seen_at", N_("Last seen"), "date"),
        Column("created_at", N_("Joined"), "date"),
    )
    #: Addresses are in no export.
    import_also = (
        Column(
            "email",
            N_("E-mail address"),
            value=lambda person: person.email if sees_addresses() else "",
            fills="email",
            finds=_with_address,
        ),
    )
    import_note = N_(
        "Somebody new gets a message with a link, as if you had added them by hand, and has an address, names and "
        "roles; undoing the import takes back all but this."
    )

    def given(self, name: str) -> str:
        return "1" if name == "active" else ""

    def may_fill(self, name: str, record: User | None) -> Decision:
        if record is None:
            return Decision.no(
                lambda: _("Somebody new has an address, names and roles. Import this once they are there.")
            )
        return Decision.no(lambda: _("Change this on your account page: nobody does it here for themselves."))
