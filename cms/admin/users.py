"""People: who they are, what they may do, where they are signed in, and how they leave."""

from datetime import timedelta
from typing import Any

from flask import request
from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import selectinload

from cms.accounts import queries
from cms.accounts.actions import people
from cms.accounts.models import Role, RoleGrant, User, UserSession
from cms.accounts.policy import PlainPolicy, UserPolicy
from cms.accounts.standing import LABELS, Standing, standing_of, stands
from cms.admin.base import SITE, CmsModelView
from cms.admin.bulk_action import Bulk
from cms.admin.columns import Column
from cms.admin.events import EventLine, latest, lines_of
from cms.admin.filters import ChoiceFilter, DateFilter, FlagFilter, RelationFilter
from cms.admin.leaving import OUTCOMES, leave, left
from cms.admin.listing import Preset
from cms.admin.moves import Move
from cms.admin.user_form import UserForm, role_choices, set_choices, without_role
from cms.admin.user_rows import UserRows, sees_addresses
from cms.audit.models import Event
from cms.core.decision import Decision
from cms.core.i18n import N_, _, listed, ngettext
from cms.core.permissions import Permission
from cms.extensions import db
from cms.posts.models import Post
from cms.web import letters, now, settings, signed_in
from cms.web.agents import agent_name

SEE, MANAGE = (Permission.USER_VIEW, Permission.USER_MANAGE), (Permission.USER_MANAGE,)
ACTIVATE, DEACTIVATE, LINK, SIGN_OUT = "activate", "deactivate", "send-link", "sign-out"
OFF = N_("Switch this account off? Its sessions end at once; its work stays.")
ALL_OFF = N_("Switch these accounts off? Their sessions end at once; their work stays.")
RECENT = 10
#: The kind of pill that shows how somebody stands; anything else is greyed.
PILLS = {Standing.ACTIVE: "good", Standing.INVITED: "plan", Standing.WAITING: "wait"}


class UserView(UserRows, CmsModelView):
    """Addresses are shown to those who manage people, and to nobody else."""

    model, area, label, icon, group = User, "users", N_("People"), "i-users", SITE
    key = "u"
    new_label = N_("Add a person")
    policy_class = UserPolicy
    needs = {
        "see": SEE,
        "create": MANAGE,
        "edit": MANAGE,
        "delete": MANAGE,
        "act": MANAGE,
        "export": (Permission.EXPORT_RUN,),
        "import": (Permission.IMPORT_RUN,),
    }
    columns = (
        Column("name", N_("Name"), "title"),
        Column("username", N_("Username"), "username", sort=User.username, on_phones=False),
        Column("roles", N_("Roles"), value=lambda person: listed(role.shown_label for role in person.roles)),
        Column("state", N_("State"), value=lambda person: _(LABELS[standing_of(person)])),
        Column("has_second_factor", N_("Second factor"), "flag", on_phones=False, optional=True),
        Column("last_seen_at", N_("Last seen"), "date", on_phones=False),
        Column("created_at", N_("Joined"), "date", sort=User.created_at, newest_first=True, on_phones=False),
    )
    filters = (
        RelationFilter(
            name="role",
            label=N_("Role"),
            translated=True,
            where=lambda name: User.roles.any(Role.name == name),
            options=lambda: select(Role.name, Role.label).order_by(Role.label),
        ),
        ChoiceFilter(
            name="state",
            label=N_("State"),
            choices=tuple(LABELS.items()),
            where=lambda state: stands(Standing(state)),
        ),
        FlagFilter(
            name="second_factor",
            label=N_("Second factor"),
            where=lambda yes: User.has_second_factor == yes,
        ),
        DateFilter(name="since", word="after", label=N_("Joined from"), where=lambda day: User.created_at >= day),
    )
    presets = (
        Preset(N_("All"), {}),
        Preset(N_("Active"), {"state": "active"}),
        Preset(N_("Waiting for approval"), {"state": "waiting"}),
        Preset(N_("Switched off"), {"state": "off"}),
    )
    default_sort = "username"
    searches = True
    form = UserForm
    bulk_actions = (
        Bulk(ACTIVATE, N_("Switch on"), MANAGE, icon="i-check"),
        Bulk(DEACTIVATE, N_("Switch off…"), MANAGE, icon="i-ban", confirm=ALL_OFF, danger=True),
    )
    move_names = (ACTIVATE, DEACTIVATE, LINK, SIGN_OUT)
    list_template, details_template = "admin/user_list.html", "admin/user_details.html"
    create_template = edit_template = "admin/user_form.html"
    delete_template = "admin/user_delete.html"

    # the list

    def visible(self) -> ColumnElement[bool]:
        return self.policy.where(Permission.USER_VIEW, Permission.USER_MANAGE)

    def list_options(self) -> tuple[Any, ...]:
        rights = selectinload(User.roles).selectinload(Role.grants).joinedload(RoleGrant.tag_rows)
        return (selectinload(User.webauthn), rights)

    def search_clause(self, words: str) -> ColumnElement[bool]:
        columns = [User.username, User.display_name, *([User.email] if sees_addresses() else [])]
        return and_(*(or_(*(one.icontains(word, autoescape=True) for one in columns)) for word in words.split()))

    def list_context(self, records: list[User]) -> dict[str, Any]:
        return {"sees_addresses": sees_addresses(), "standing_of": standing_of, "pills": PILLS}

    def counted(self, count: int, shown: str) -> str:
        return ngettext("%(shown)s person", "%(shown)s people", count, shown=shown)

    def waits(self) -> Select[int] | None:
        """People who wait for a yes; asked only where they can be."""
        asked = settings().sign_up == "approval" and self.policy.may(Permission.USER_MANAGE)
        return queries.counting_waiting() if asked else None

    # one person

    def may_edit(self, record: User) -> Decision:
        if record.anonymised_at is not None:
            return Decision.no(lambda: _("This account was erased; nothing of it can be changed."))
        return self.policy.may(Permission.USER_MANAGE, record)

    def may_delete(self, record: User) -> Decision:
        if record is self.policy.user:
            return Decision.no(lambda: _("This is your own account. Ask a colleague who manages people to close it."))
        return self.may_edit(record)

    def prepare_form(self, form: UserForm, record: User | None) -> None:
        set_choices(form, record, self.policy)

    def initial(self, record: User) -> dict[str, Any]:
        shown = {name: getattr(record, name) or "" for name in ("timezone", "locale")}
        return shown | {"roles": [role.id for role in record.roles]}

    def form_context(self, record: User | None, form: Any) -> dict[str, Any]:
        choices = role_choices(db.session(), record, self.policy)
        return {"role_choices": choices, "delete_label": _("Switch off or erase…")}

    def details_context(self, record: User) -> dict[str, Any]:
        """Sessions for those who manage the person, activity for those who may see activity."""
        manages = self.policy.may(Permission.USER_MANAGE, record)
        sees_record = PlainPolicy(signed_in()).may(Permission.AUDIT_VIEW)
        return {
            "sees_addresses": sees_addresses(),
            "standing": standing_of(record),
            "pills": PILLS,
            "standing_label": _(LABELS[standing_of(record)]),
            "sessions": _sessions_of(record) if manages else [],
            "lines": _lately(record) if sees_record else [],
            "posts": _posts_of(record),
            "agent_name": agent_name,
        }

    def create_from(self, form: UserForm) -> User:
        values = form.changes(but=("roles", "version"))
        roles = form.wanted_roles(db.session(), None)
        person, secret = people.invite(
            db.session(),
            email=values.get("email", ""),
            username=values.get("username", ""),
            display_name=values.get("display_name", ""),
            roles=roles,
            by=signed_in(),
            at=now(),
        )
        letters.first_password(person, secret)
        return person

    def save_from(self, form: UserForm, record: User) -> None:
        me, at, session = signed_in(), now(), db.session()
        base = form.version.data or record.version
        values = form.changes(but=("roles", "version", "active"))
        made = people.update(session, record, values, base_version=base, by=me, at=at)
        if form.roles.raw_data:
            people.set_roles(session, record, form.wanted_roles(session, record), by=me, at=at)
        if form.active is not None and form.active.raw_data and form.active.data != record.active:
            self._activate(record) if form.active.data else people.deactivate(session, record, by=me, at=at)
        if "email" in made:
            self._tell_of_new_address(record, made["email"][0])

    def saved_text(self, record: User, *, created: bool) -> str:
        if created:
            added = _("%(person)s was added and gets a message with a link to choose a password.", person=record)
            return added + without_role(record)
        return super().saved_text(record, created=False)

    def after_save(self, record: User) -> str:
        return self.link("details_view", id=record.id)

    # leaving

    def delete_words(self, record: User) -> tuple[str, str]:
        return _("Switch off or erase %(person)s?", person=record), _("Switch the account off")

    def delete_consequences(self, record: User) -> list[str]:
        theirs = ngettext("%(num)s post or page is theirs.", "%(num)s posts and pages are theirs.", _posts_of(record))
        return [theirs, _("No text is deleted, whatever you choose.")]

    def delete_context(self, record: User) -> dict[str, Any]:
        """What can become of the person and of their posts."""
        return {
            "outcomes": OUTCOMES,
            "chosen": request.form.get("outcome"),
            "heir": request.form.get("reassign_to"),
            "writers": queries.writers(db.session(), but=record),
        }

    def remove(self, record: User) -> None:
        leave(db.session(), record, request.form, by=signed_in(), at=now())

    def deleted_text(self, label: str) -> str:
        return left(label, request.form)

    # moves

    def moves_for(self, record: User) -> list[Move]:
        if record.anonymised_at is not None:
            return []
        decision = self.policy.may(Permission.USER_MANAGE, record)
        if not record.active:
            waits = record.approval_requested_at is not None
            return [Move(ACTIVATE, N_("Approve") if waits else N_("Switch on"), decision, "i-check", main=waits)]
        link = N_("Send a link for a new password") if record.password else N_("Send the invitation again")
        return [
            Move(LINK, link, decision, "i-mail"),
            Move(SIGN_OUT, N_("Sign out everywhere"), decision, "i-out"),
            Move(DEACTIVATE, N_("Switch off…"), decision, "i-ban", danger=True, confirm=OFF),
        ]

    def run_move(self, record: User, move: str) -> str:
        me, at, session = signed_in(), now(), db.session()
        if move == LINK:
            return self._send_link(record)
        if move == SIGN_OUT:
            ended = people.sign_out_everywhere(session, record, by=me, at=at)
            return ngettext("%(num)s session has ended.", "%(num)s sessions have ended.", ended)
        if move == DEACTIVATE:
            people.deactivate(session, record, by=me, at=at)
            return _("The account of %(person)s is switched off.", person=record)
        self._activate(record)
        return _("The account of %(person)s is switched on.", person=record) + without_role(record)

    def run_bulk(self, record: User, action: str, parameter: str, batch_id: int | None) -> None:
        if action == ACTIVATE:
            self._activate(record, batch_id=batch_id)
        else:
            people.deactivate(db.session(), record, by=signed_in(), at=now(), batch_id=batch_id)

    def _activate(self, record: User, *, batch_id: int | None = None) -> None:
        """Whoever waited for it gets a letter, unless the database refuses: then this line is never reached."""
        waited = record.approval_requested_at is not None
        people.activate(db.session(), record, by=signed_in(), at=now(), batch_id=batch_id)
        db.session.flush()
        if waited:
            letters.approved(record)

    def _send_link(self, record: User) -> str:
        secret = people.invite_again(db.session(), record, by=signed_in(), at=now())
        letter = letters.reset if record.password else letters.first_password
        letter(record, secret)
        return _("%(person)s gets a message with a link.", person=record)

    def _tell_of_new_address(self, record: User, old: str) -> None:
        """The old address learns of it; an invitation that went there is dead, and goes to the new one."""
        if record.password or not record.active:
            text = _("Your account has another e-mail address now.")
            letters.notice(record, text, to=old)
        else:
            self._send_link(record)


def _sessions_of(person: User) -> list[UserSession]:
    idle = timedelta(minutes=settings().session_idle_minutes)
    return queries.sessions_of(db.session(), person, at=now(), idle=idle)


def _lately(person: User) -> list[EventLine]:
    return lines_of(db.session(), list(db.session.scalars(latest(Event.actor_id == person.id).limit(RECENT))))


def _posts_of(person: User) -> int:
    """Trashed ones included: they are given away as well."""
    return db.session.scalar(select(func.count()).select_from(Post).where(Post.author_id == person.id)) or 0
