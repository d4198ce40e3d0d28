"""Bans: who may not comment, why and until when; made by hand, or from a comment with its author filled in."""

from typing import Any

from flask import flash, redirect, request
from flask_admin import expose
from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import joinedload, lazyload, load_only
from werkzeug.wrappers import Response
from wtforms import EmailField

from cms.accounts.models import User
from cms.accounts.names import EMAIL_LENGTH
from cms.admin.base import CONVERSATION, CmsModelView
from cms.admin.bulk_action import Bulk
from cms.admin.columns import Column
from cms.admin.filters import ChoiceFilter
from cms.admin.forms import Line, LocalTime, RecordForm
from cms.admin.listing import Preset
from cms.admin.moves import return_to
from cms.comments import bans, queries
from cms.comments.bans import MAX_REASON, AlreadyBanned, Wanted
from cms.comments.models import Ban, Comment
from cms.comments.policy import BanPolicy
from cms.comments.queries import in_force
from cms.core.db import row_id
from cms.core.decision import Decision, require
from cms.core.errors import CmsError
from cms.core.i18n import N_, _, ngettext
from cms.core.permissions import Permission
from cms.extensions import db
from cms.web import now, signed_in
from cms.web.dates import whole_moment

BAN = (Permission.COMMENT_BAN,)
TARGETS = ("member", "email", "network")
#: What a ban is on, by the column that says it.
KINDS = {"member": (Ban.user_id, N_("Member")), "email": (Ban.email, N_("E-mail address"))}
KINDS |= {"network": (Ban.network, N_("Network"))}


def _until(ban: Ban) -> str:
    return whole_moment(ban.until) if ban.until is not None else _("until lifted")


class BanForm(RecordForm):
    """Exactly one of the first three is filled in; afterwards only why and until when can be changed."""

    member = Line(
        N_("Member"),
        description=N_(
            "The username or whole name of an account. Whoever manages people may enter its e-mail address."
        ),
        render_kw={"maxlength": EMAIL_LENGTH, "autocapitalize": "none", "spellcheck": "false"},
    )
    email = EmailField(
        N_("E-mail address"),
        description=N_("Of guests; a member with this address cannot comment either."),
        render_kw={"maxlength": EMAIL_LENGTH, "autocomplete": "off"},
    )
    network = Line(
        N_("Network"),
        description=N_(
            "One address such as 192.0.2.7, or a network such as 192.0.2.0/24. With IPv6 one household has a whole /64."
        ),
        render_kw={"maxlength": 64, "autocapitalize": "none", "spellcheck": "false"},
    )
    reason = Line(
        N_("Reason"),
        description=N_("Members read it when they try to comment. Guests, and others on a network, are told nothing."),
        render_kw={"maxlength": MAX_REASON},
    )
    until = LocalTime(N_("Until"), description=N_("Left empty, it lasts until somebody lifts it."))

    #: Where the ban is that stands in the way of another one.
    known_href = ""


class BanView(CmsModelView):
    """One right for everything; nobody changes or lifts a ban on themselves."""

    model, area, label, icon, group = Ban, "bans", N_("Bans"), "i-ban", CONVERSATION
    key = "b"
    new_label = N_("New ban")
    policy_class, see_permission = BanPolicy, Permission.COMMENT_BAN
    needs = {**dict.fromkeys(("see", "create", "edit", "delete", "act"), BAN), "export": (Permission.EXPORT_RUN,)}
    columns = (
        Column("target", N_("Who"), "title", value=str),
        Column("reason", N_("Reason")),
        Column("until", N_("Until"), value=_until),
        Column("created_by", N_("Banned by"), "person", on_phones=False),
        Column("created_at", N_("Since"), "date", sort=Ban.created_at, newest_first=True, on_phones=False),
    )
    export_columns = (
        Column("id", N_("Id"), "number"),
        Column("member", N_("Member"), value=lambda ban: ban.user.username if ban.user else ""),
        Column("email", N_("E-mail address")),
        Column("network", N_("Network")),
        Column("reason", N_("Reason")),
        Column("until", N_("Until"), "date"),
        Column("created_by", N_("Banned by"), value=lambda ban: ban.created_by.name if ban.created_by else ""),
        columns[-1],
    )
    filters = (
        ChoiceFilter(
            name="state",
            label=N_("State"),
            choices=(("standing", N_("In force")), ("over", N_("Over"))),
            where=lambda state: in_force(now()) if state == "standing" else ~in_force(now()),
        ),
        ChoiceFilter(
            name="kind",
            label=N_("On"),
            choices=tuple((kind, label) for kind, (_column, label) in KINDS.items()),
            where=lambda kind: KINDS[kind][0].is_not(None),
        ),
    )
    presets = (
        Preset(N_("All"), {}),
        Preset(N_("In force"), {"state": "standing"}),
        Preset(N_("Over"), {"state": "over"}),
    )
    default_sort = "-created_at"
    form = BanForm
    list_template = "admin/bans_list.html"
    create_template = edit_template = "admin/ban_form.html"
    bulk_actions = (
        Bulk("lift", N_("Lift…"), BAN, icon="i-x", confirm=N_("Lift these bans? Comments are taken again at once.")),
    )

    # the list

    def options(self) -> tuple[Any, ...]:
        shown = load_only(User.username, User.display_name, User.avatar_id), lazyload(User.roles)
        return tuple(joinedload(side).options(*shown) for side in (Ban.user, Ban.created_by))

    def search_clause(self, words: str) -> ColumnElement[bool]:
        return and_(*(or_(*_places(word)) for word in words.split()))

    def list_context(self, records: list[Ban]) -> dict[str, Any]:
        return {"over": {ban.id for ban in records if ban.is_over(now())}}

    def counted(self, count: int, shown: str) -> str:
        return ngettext("%(shown)s ban", "%(shown)s bans", count, shown=shown)

    def empty_text(self) -> str:
        return _("Nobody is banned. “Ban the author…” at a comment is the shortest way to it.")

    # one ban

    def may_edit(self, record: Ban) -> Decision:
        return self.policy.may(Permission.COMMENT_BAN, record)

    def may_delete(self, record: Ban) -> Decision:
        return self.may_edit(record)

    def title_of(self, record: Ban) -> str:
        return _("Ban on %(who)s", who=record)

    @expose("/new/", methods=("GET", "POST"))
    def create_view(self) -> Response | str:
        """From a comment whose author is banned already it leads to that ban."""
        about = self._comment_asked_for()
        if about is None:
            return super().create_view()
        if about.author is not None:
            require(self.policy.may_ban(about.author))
        known = queries.ban_of(db.session(), user_id=about.author_id, email=about.guest_email or None, network=None)
        if known is None:
            return super().create_view()
        flash(_("%(name)s is banned already. Here is that ban.", name=about.author_name), "info")
        return redirect(self.link("edit_view", id=known.id, url=return_to("") or None))

    def prepare_form(self, form: BanForm, record: Ban | None) -> None:
        if record is not None:
            for name in TARGETS:
                delattr(form, name)
        elif (about := self._comment_asked_for()) is not None:
            form.member.data = about.author.username if about.author is not None else ""
            form.email.data = about.guest_email

    def form_context(self, record: Ban | None, form: BanForm) -> dict[str, Any]:
        return {"known_href": form.known_href} | ({"over": record.is_over(now())} if record is not None else {})

    def create_from(self, form: BanForm) -> Ban:
        typed = {name: form[name].data or "" for name in (*TARGETS, "reason")}
        wanted = Wanted(**typed, until=form.until.data, here=request.remote_addr or "")
        return bans.create(db.session(), wanted, by=signed_in(), at=now())

    def save_from(self, form: BanForm, record: Ban) -> None:
        sent = {"reason": record.reason, "until": record.until} | form.changes()
        bans.change(db.session(), record, sent["reason"] or "", sent["until"], by=signed_in(), at=now())

    def show_refusal(self, refusal: CmsError, form: BanForm, record: Ban | None) -> Response:
        if isinstance(refusal, AlreadyBanned):
            form.known_href = self.link("edit_view", id=refusal.ban_id)
        return super().show_refusal(refusal, form, record)

    def saved_text(self, record: Ban, *, created: bool) -> str:
        return _("%(who)s is banned.", who=record) if created else _("The ban on %(who)s was saved.", who=record)

    def remove(self, record: Ban) -> None:
        bans.lift(db.session(), record, by=signed_in(), at=now())

    def run_bulk(self, record: Ban, action: str, parameter: str, batch_id: int | None) -> None:
        bans.lift(db.session(), record, by=signed_in(), at=now(), batch_id=batch_id)

    def delete_words(self, record: Ban) -> tuple[str, str]:
        return _("Lift the ban on %(who)s?", who=record), _("Lift the ban")

    def delete_consequences(self, record: Ban) -> list[str]:
        return [_("Comments are taken again at once. What was held or refused meanwhile stays so.")]

    def deleted_text(self, label: str) -> str:
        return _("The ban on %(who)s is lifted.", who=label)

    def _comment_asked_for(self) -> Comment | None:
        """The comment whose author is to be banned; NotFound where this person may not see it."""
        if request.method != "GET" or "comment" not in request.args:
            return None
        return queries.get(db.session(), row_id(request.args["comment"]) or 0, viewer=signed_in())


def _places(word: str) -> tuple[ColumnElement[bool], ...]:
    """Where a word may stand; addresses of members are for those who manage people."""
    names = or_(*(name.icontains(word, autoescape=True) for name in (User.username, User.display_name)))
    columns = (Ban.email, Ban.network, Ban.reason)
    return (*(one.icontains(word, autoescape=True) for one in columns), Ban.user_id.in_(select(User.id).where(names)))
