"""Roles: what each may do, as a matrix, with who gains and loses what before anything is saved."""

from typing import Any

from flask import request
from flask_admin import expose
from sqlalchemy import func, select
from werkzeug.wrappers import Response
from wtforms.widgets import HiddenInput

from cms.accounts.actions import roles
from cms.accounts.actions.roles import DESCRIPTION_LENGTH, LABEL_LENGTH, Grant, RoleDraft, grants_of
from cms.accounts.models import Role, User, user_roles
from cms.accounts.policy import RolePolicy, UserPolicy
from cms.admin.base import SITE, CmsModelView
from cms.admin.bulk_action import deleting
from cms.admin.columns import Column
from cms.admin.filters import ChoiceFilter, FlagFilter
from cms.admin.forms import MOST_CHOICES, Line, Number, RecordForm, Switch, Text
from cms.admin.gate import one_right
from cms.admin.matrix import matrix_of, overview_of, read_matrix, said_grant, tag_names
from cms.core.db import row_id
from cms.core.decision import Decision, require
from cms.core.errors import CmsError
from cms.core.i18n import N_, _, ngettext
from cms.core.permissions import Permission
from cms.extensions import db
from cms.web import now, signed_in

MANAGE = (Permission.ROLE_MANAGE,)
MOST_IN_OVERVIEW = 12


class RoleForm(RecordForm):
    """Named as the columns; the matrix beside it is read by `cms.admin.matrix`."""

    version = Number(widget=HiddenInput())
    label = Line(N_("Name"), render_kw={"required": True, "maxlength": LABEL_LENGTH, "autocomplete": "off"})
    description = Text(
        N_("Description"),
        description=N_("For whom it is meant."),
        render_kw={"rows": 2, "maxlength": DESCRIPTION_LENGTH},
    )
    second_factor_required = Switch(
        N_("Asks for a second factor"),
        description=N_("Whoever has this role sets one up before they get into the back office."),
    )


class RoleView(CmsModelView):
    """The owner's role can be looked at and not changed; nobody shapes a role that they hold."""

    model, area, label, icon, group = Role, "roles", N_("Roles"), "i-key", SITE
    key = "o"
    new_label = N_("New role")
    policy_class, see_permission = RolePolicy, Permission.ROLE_MANAGE
    needs = one_right(MANAGE)
    columns = (
        Column("label", N_("Name"), "title", sort=Role.label, value=lambda role: role.shown_label),
        Column("description", N_("Description"), value=lambda role: role.shown_description, on_phones=False),
        Column("people", N_("People"), value=lambda role: None),
        Column("second_factor_required", N_("Second factor"), "flag", on_phones=False),
    )
    export_columns = (
        *columns[:2],
        Column("second_factor_required", N_("Second factor")),
        Column("grants", N_("Rights"), value=lambda role: roles.spelled(grants_of(role))),
    )
    filters = (
        ChoiceFilter(
            name="kind",
            label=N_("Kind"),
            choices=(("builtin", N_("Built in")), ("own", N_("Your own"))),
            where=lambda kind: Role.builtin.is_(kind == "builtin"),
        ),
        FlagFilter(
            name="second_factor",
            label=N_("Second factor"),
            where=lambda yes: Role.second_factor_required.is_(yes),
        ),
    )
    default_sort = "label"
    search_columns = (Role.label, Role.description)
    bulk_actions = (deleting(MANAGE, N_("Delete these roles and their rights? A role that somebody holds stays.")),)
    form = RoleForm
    list_template, details_template = "admin/roles.html", "admin/role_details.html"
    create_template = edit_template = "admin/role_form.html"
    delete_template = "admin/role_delete.html"

    # the list

    def list_context(self, records: list[Role]) -> dict[str, Any]:
        counts = select(user_roles.c.role_id, func.count()).group_by(user_roles.c.role_id)
        shown = records[:MOST_IN_OVERVIEW]
        return {
            "people": {role_id: count for role_id, count in db.session.execute(counts)},
            "shown_roles": shown,
            "overview": overview_of(shown, tag_names(db.session())),
        }

    def counted(self, count: int, shown: str) -> str:
        return ngettext("%(shown)s role", "%(shown)s roles", count, shown=shown)

    # one role

    def title_of(self, record: Role) -> str:
        return record.shown_label

    def may_edit(self, record: Role) -> Decision:
        return self.policy.may(Permission.ROLE_MANAGE, record)

    def may_delete(self, record: Role) -> Decision:
        if record.builtin:
            return Decision.no(lambda: _("Built-in roles stay. Take rights away from it instead."))
        return self.may_edit(record)

    def form_context(self, record: Role | None, form: Any) -> dict[str, Any]:
        """The matrix as it was sent, or as it is stored."""
        names, current = tag_names(db.session()), grants_of(record) if record else ()
        sent = request.form if request.method == "POST" else None
        return {
            "matrix": matrix_of(current, self.policy, names, sent),
            "tag_names": sorted(names.values())[:MOST_CHOICES],
        }

    def details_context(self, record: Role) -> dict[str, Any]:
        return {
            "overview": overview_of([record], tag_names(db.session())),
            "holders": roles.holders_of(db.session(), record),
            "why_not": "" if (decision := self.may_edit(record)) else decision.reason,
        }

    def create_from(self, form: RoleForm) -> Role:
        return roles.create_role(db.session(), self._draft(form, None), by=signed_in(), at=now())

    def save_from(self, form: RoleForm, record: Role) -> None:
        draft, base = self._draft(form, record), form.version.data or record.version
        roles.update_role(db.session(), record, draft, base_version=base, by=signed_in(), at=now())

    @expose("/edit/", methods=("GET", "POST"))
    def edit_view(self) -> Response | str:
        """Saving first shows what it means for people; `confirmed` saves, `again` goes back to the form."""
        if request.method != "POST" or request.form.get("confirmed") == "1":
            return super().edit_view()
        record = self.get_one(request.args.get("id", ""))
        require(self.may_edit(record))
        form = self.make_form(record)
        try:
            self._require_readable(form)
            draft = self._draft(form, record)
            changes = roles.what_changes(db.session(), record, draft.grants)
        except CmsError as refusal:
            return self.show_refusal(refusal, form, record)
        if request.form.get("again") == "1":
            return self.show_form(form, record)
        return self._preview(record, form, draft, changes) if changes else super().edit_view()

    def _preview(self, record: Role, form: RoleForm, draft: RoleDraft, changes: list[roles.PersonChange]) -> str:
        names = tag_names(db.session())
        holders = select(func.count()).select_from(User).where(roles.holds(record))
        newly_asked = draft.second_factor_required and not record.second_factor_required
        sent = [(name, value) for name, value in request.form.items(multi=True) if name != "csrf_token"]
        return self.render(
            "admin/role_preview.html",
            record=record,
            sent=sent,
            changes=changes,
            unchanged=(db.session.scalar(holders) or 0) - len(changes),
            without_factor=db.session.scalar(holders.where(~User.has_second_factor)) if newly_asked else 0,
            say=lambda grant: said_grant(grant, names),
            crumbs=self.crumbs(),
        )

    # deleting

    def delete_consequences(self, record: Role) -> list[str]:
        return [_("Its rights go with it. A role of the same name starts empty.")]

    def delete_context(self, record: Role) -> dict[str, Any]:
        policy = UserPolicy(signed_in())
        others = db.session.scalars(select(Role).where(Role.id != record.id).order_by(Role.id))
        holders = roles.holders_of(db.session(), record)
        return {"holders": holders, "others": [role for role in others if policy.may_give(role)]}

    def remove(self, record: Role) -> None:
        chosen = row_id(request.form.get("instead", ""))
        instead = db.session.get(Role, chosen) if chosen else None
        roles.delete_role(db.session(), record, instead=instead, by=signed_in(), at=now())

    def run_bulk(self, record: Role, action: str, parameter: str, batch_id: int | None) -> None:
        roles.delete_role(db.session(), record, instead=None, by=signed_in(), at=now(), batch_id=batch_id)

    def _draft(self, form: RoleForm, record: Role | None) -> RoleDraft:
        """What was sent, over what is stored: a right that is not on the form stays as it is."""
        values = form.changes(but=("version",))
        current: tuple[Grant, ...] = grants_of(record) if record else ()
        return RoleDraft(
            label=values.get("label", record.label if record else ""),
            description=values.get("description", record.description if record else ""),
            second_factor_required=values.get("second_factor_required", bool(record and record.second_factor_required)),
            grants=read_matrix(request.form, current, tag_names(db.session())),
        )
