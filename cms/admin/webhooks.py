"""Webhooks: which programs are told of what, whether it arrives, and another try."""

from typing import Any

from flask import redirect, request
from flask_admin import expose
from werkzeug.wrappers import Response
from wtforms import SelectMultipleField

from cms.admin.base import SITE, CmsModelView, Crumb
from cms.admin.bulk_action import deleting
from cms.admin.columns import Column
from cms.admin.filters import FlagFilter
from cms.admin.forms import Line, RecordForm
from cms.admin.moves import Move
from cms.admin.toasts import flash_done
from cms.core.db import row_id
from cms.core.errors import Conflict, NotFound
from cms.core.i18n import N_, _, ngettext, said_reason
from cms.core.permissions import Permission
from cms.extensions import db
from cms.web import hooks, now, signed_in
from cms.webhooks import actions, kinds, queries
from cms.webhooks.deliveries import PATIENCE
from cms.webhooks.fields import Wanted
from cms.webhooks.kinds import LABELS
from cms.webhooks.models import LONGEST_URL, Delivery, DeliveryStatus, Webhook
from cms.webhooks.policy import WebhookPolicy

MANAGE = (Permission.WEBHOOK_MANAGE,)
#: Deliveries on one page.
SHOWN = 25
DELIVERY_PILLS = {DeliveryStatus.WAITING: "wait", DeliveryStatus.DELIVERED: "good", DeliveryStatus.FAILED: "bad"}
DELIVERY_LABELS = {
    DeliveryStatus.WAITING: N_("Waiting"),
    DeliveryStatus.DELIVERED: N_("Arrived"),
    DeliveryStatus.FAILED: N_("Failed"),
}
PING, RENEW, ON, OFF = "ping", "renew", "switch_on", "switch_off"


class Kinds(SelectMultipleField):
    """Checkboxes; none of them is an answer that the domain refuses with its own sentence."""

    def process_formdata(self, values: list[str]) -> None:
        self.data = [value for value in values if value]


class WebhookForm(RecordForm):
    """Named as the columns."""

    url = Line(
        N_("Address"),
        description=N_("Where the program takes messages, such as https://example.com/hook."),
        render_kw={"required": True, "maxlength": LONGEST_URL, "inputmode": "url"},
    )
    events = Kinds(N_("Tell it when"), choices=tuple(LABELS.items()), validate_choice=False)


class WebhookView(CmsModelView):
    """One right for everything. The secret is shown once, on an answer that nobody keeps."""

    model, area, label, icon, group = Webhook, "webhooks", N_("Webhooks"), "i-send", SITE
    new_label = N_("New webhook")
    policy_class, see_permission = WebhookPolicy, Permission.WEBHOOK_MANAGE
    needs = dict.fromkeys(("see", "create", "edit", "delete", "act", "secret_view", "replay_view"), MANAGE)
    columns = (
        Column("url", N_("Address"), "title"),
        Column("events", N_("Told of"), value=lambda hook: kinds.all_said(hook.events), on_phones=False),
        Column("active", N_("State"), "status"),
        Column("last_sent_at", N_("Last message"), "date", on_phones=False),
        Column("created_at", N_("Set up"), "date", sort=Webhook.created_at, newest_first=True, on_phones=False),
    )
    filters = (FlagFilter(name="active", label=N_("Switched on"), where=lambda on: Webhook.active == on),)
    search_columns = (Webhook.url,)
    default_sort = "-created_at"
    form = WebhookForm
    list_template = "admin/webhooks_list.html"
    create_template = edit_template = "admin/webhook_form.html"
    details_template = "admin/webhook_details.html"
    move_names = (PING, RENEW, ON, OFF)
    bulk_actions = (deleting(MANAGE, N_("Delete these webhooks? What was sent to them is forgotten.")),)

    def row_link(self, record: Webhook) -> str:
        return self.link("details_view", id=record.id)

    def create_from(self, form: WebhookForm) -> Webhook:
        sealed = hooks.new_sealed_secret()
        return actions.create(db.session(), _wanted(form), sealed, reach=hooks.reach(), by=signed_in(), at=now())

    def save_from(self, form: WebhookForm, record: Webhook) -> None:
        actions.change(db.session(), record, _wanted(form), reach=hooks.reach(), by=signed_in(), at=now())

    def remove(self, record: Webhook) -> None:
        actions.delete(db.session(), record, by=signed_in(), at=now())

    def run_bulk(self, record: Webhook, action: str, parameter: str, batch_id: int | None) -> None:
        actions.delete(db.session(), record, by=signed_in(), at=now(), batch_id=batch_id)

    def after_save(self, record: Webhook) -> str:
        return self.link("details_view", id=record.id)

    def saved_text(self, record: Webhook, *, created: bool) -> str:
        if not created:
            return super().saved_text(record, created=created)
        return _("“%(what)s” was created. Show its secret now, and give it to the program.", what=record)

    def delete_consequences(self, record: Webhook) -> list[str]:
        return [_("%(host)s is told nothing any more.", host=record.host), _("What was sent to it is forgotten.")]

    def moves_for(self, record: Webhook) -> list[Move]:
        decision = self.policy.may(Permission.WEBHOOK_MANAGE, record)
        switch = (
            Move(OFF, N_("Switch off"), decision, "i-ban", danger=True)
            if record.active
            else Move(ON, N_("Switch on"), decision, "i-check", main=True)
        )
        question = N_("Make a new secret? From now on messages are signed with it alone.")
        return [
            Move(PING, N_("Send a test"), decision, "i-send"),
            Move(RENEW, N_("New secret"), decision, "i-key", confirm=question),
            switch,
        ]

    def run_move(self, record: Webhook, move: str) -> str:
        session, by, at = db.session(), signed_in(), now()
        match move:
            case "ping":
                actions.ping(session, record, by=by, at=at)
                return _("A test is on its way; what became of it stands below.")
            case "renew":
                actions.renew(session, record, hooks.new_sealed_secret(), by=by, at=at)
                return _("There is a new secret. Show it now, and give it to the program.")
            case _:
                actions.switch(session, record, on=move == ON, by=by, at=at)
                return (
                    _("“%(what)s” is switched on.", what=record)
                    if record.active
                    else _("“%(what)s” is switched off.", what=record)
                )

    def after_move(self, record: Webhook, move: str) -> str:
        return self.link("details_view", id=record.id)

    def details_context(self, record: Webhook) -> dict[str, Any]:
        before = row_id(request.args.get("before", ""))
        found = queries.deliveries_of(db.session(), record, before=before, most=SHOWN + 1)
        last = found[SHOWN - 1].id if len(found) > SHOWN else None
        return {
            "deliveries": found[:SHOWN],
            "older": self.link("details_view", id=record.id, before=last) if last else None,
            "said_kind": kinds.said,
            "delivery_pills": DELIVERY_PILLS,
            "delivery_labels": DELIVERY_LABELS,
            "said_reason": said_reason,
            "patience": PATIENCE.days,
        }

    @expose("/<int:id>/secret", methods=("POST",))
    def secret_view(self, id: int) -> str:
        """The answer itself shows it, and it is in no cookie and at no address; the next such form is refused."""
        record = self.get_one(id, for_update=True)
        secret = hooks.opened(actions.reveal(db.session(), record, by=signed_in(), at=now()))
        if secret is None:
            raise Conflict(_("It was sealed with another CMS_SECRET_KEY. Make a new one."))
        db.session.commit()
        crumbs = self.crumbs(Crumb(str(record), self.link("details_view", id=id)), Crumb(_("Secret")))
        return self.render("admin/webhook_secret.html", record=record, secret=secret, crumbs=crumbs)

    @expose("/<int:id>/replay/<int:delivery_id>", methods=("POST",))
    def replay_view(self, id: int, delivery_id: int) -> Response:
        """The same message again, under the same id."""
        record = self.get_one(id, for_update=True)
        delivery = db.session.get(Delivery, delivery_id, with_for_update=True)
        if delivery is None or delivery.webhook_id != record.id:
            raise NotFound(_("There is no such message any more."))
        actions.replay(db.session(), record, delivery, by=signed_in(), at=now())
        db.session.commit()
        flash_done(_("It is sent again; what became of it stands below."))
        return redirect(self.link("details_view", id=id), 303)

    def counted(self, count: int, shown: str) -> str:
        return ngettext("%(shown)s webhook", "%(shown)s webhooks", count, shown=shown)

    def empty_text(self) -> str:
        return _("Programs that want to know what is published or said here are told by a signed message.")


def _wanted(form: WebhookForm) -> Wanted:
    return Wanted(form.url.data or "", form.events.data or [])
