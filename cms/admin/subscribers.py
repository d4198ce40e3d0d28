"""Subscribers: who gets new posts by mail. Owners see and remove; only readers themselves join."""

from typing import Any

from cms.admin.base import SITE, CmsModelView
from cms.admin.bulk_action import deleting
from cms.admin.columns import Column
from cms.admin.filters import FlagFilter
from cms.core.i18n import N_, _, ngettext
from cms.core.permissions import Permission
from cms.extensions import db
from cms.subscriptions import actions
from cms.subscriptions.models import Subscriber
from cms.subscriptions.policy import SubscriberPolicy
from cms.subscriptions.queries import tags_of
from cms.web import now, signed_in

MANAGE = (Permission.USER_MANAGE,)


class SubscriberView(CmsModelView):
    """Nobody is added or changed by hand: that would be mail that nobody asked for."""

    model, area, label, icon, group = Subscriber, "subscribers", N_("Subscribers"), "i-mail", SITE
    policy_class, see_permission = SubscriberPolicy, Permission.USER_MANAGE
    needs = {"see": MANAGE, "delete": MANAGE, "act": MANAGE, "export": (Permission.EXPORT_RUN,)}
    columns = (
        Column("email", N_("E-mail address"), "title", sort=Subscriber.email),
        Column("everything", N_("Gets"), "wanted"),
        Column("created_at", N_("Since"), "date", sort=Subscriber.created_at, newest_first=True),
    )
    details = (columns[0], Column("everything", N_("Gets all new posts"), "flag"), columns[2])
    export_columns = (Column("id", N_("Id"), "number"), *details)
    filters = (
        FlagFilter(
            name="all", label=N_("Gets all new posts"), where=lambda all_posts: Subscriber.everything == all_posts
        ),
    )
    search_columns = (Subscriber.email,)
    default_sort = "-created_at"
    list_template = "admin/subscribers_list.html"
    bulk_actions = (deleting(MANAGE, N_("Remove these subscribers? Their addresses are deleted for good.")),)

    def row_link(self, record: Subscriber) -> str:
        return self.link("delete_view", id=record.id)

    def list_context(self, records: list[Subscriber]) -> dict[str, Any]:
        return {"tags": tags_of(db.session(), [record.id for record in records])}

    def remove(self, record: Subscriber) -> None:
        actions.remove(db.session(), record, by=signed_in(), at=now())

    def run_bulk(self, record: Subscriber, action: str, parameter: str, batch_id: int | None) -> None:
        actions.remove(db.session(), record, by=signed_in(), at=now(), batch_id=batch_id)

    def delete_consequences(self, record: Subscriber) -> list[str]:
        return [_("The address is deleted for good. Only its reader can subscribe again.")]

    def counted(self, count: int, shown: str) -> str:
        return ngettext("%(shown)s subscriber", "%(shown)s subscribers", count, shown=shown)

    def empty_text(self) -> str:
        return _("Readers subscribe at the foot of every page, and say yes in a mail.")
