"""Series: the list, the form, and what deleting one means. Which posts are parts of one is said in the editor."""

from typing import Any

from sqlalchemy import exists
from wtforms.widgets import HiddenInput

from cms.admin.base import WORK, CmsModelView
from cms.admin.bulk_action import deleting
from cms.admin.columns import Column
from cms.admin.filters import FlagFilter
from cms.admin.forms import Line, Number, RecordForm, Text
from cms.admin.gate import one_right
from cms.core.i18n import N_, _, ngettext
from cms.core.permissions import Permission
from cms.extensions import db
from cms.posts.actions import delete_series, update_series
from cms.posts.models import Post
from cms.posts.queries import series_use
from cms.posts.slugs import path_of_series
from cms.series import actions
from cms.series.fields import MOST
from cms.series.models import Series
from cms.series.policy import SeriesPolicy
from cms.web import now, signed_in

MANAGE = (Permission.TAG_MANAGE,)


class SeriesForm(RecordForm):
    """Named as the columns. `version` is what the changes are made on."""

    version = Number(widget=HiddenInput())
    title = Line(N_("Title"), render_kw={"required": True, "maxlength": MOST["title"]})
    slug = Line(
        N_("Address"),
        description=N_("The last part of /series/…; made from the title if empty."),
        render_kw={"maxlength": MOST["slug"], "spellcheck": "false"},
    )
    description = Text(
        N_("Description"),
        description=N_("Shown above the parts of this series."),
        render_kw={"rows": 3, "maxlength": MOST["description"]},
    )


class SeriesView(CmsModelView):
    """Everybody who may edit a post may place it in a series; managing the series themselves goes with the tags."""

    model, area, label, icon, group = Series, "series", N_("Series"), "i-numbers", WORK
    key = "e"
    new_label = N_("New series")
    policy_class, see_permission = SeriesPolicy, Permission.TAG_MANAGE
    needs = one_right(MANAGE)
    columns = (
        Column("title", N_("Title"), "title", sort=Series.title),
        Column("slug", N_("Address"), sort=Series.slug, value=lambda series: path_of_series(series.slug)),
        Column("posts", N_("Posts"), "number", value=lambda series: None),
        Column("updated_at", N_("Changed"), "date", sort=Series.updated_at, newest_first=True, on_phones=False),
    )
    details = (*columns[:2], Column("posts", N_("Posts"), "number", value=lambda series: _use_of(series)), columns[3])
    export_columns = (
        Column("id", N_("Id"), "number"),
        Column("slug", N_("Address"), fills="slug", finds=lambda text: Series.slug == text),
        Column("title", N_("Title"), fills="title"),
        Column("description", N_("Description"), fills="description", clears=True),
        columns[3],
    )
    filters = (
        FlagFilter(
            name="used", label=N_("In use"), where=lambda used: exists().where(Post.series_id == Series.id) == used
        ),
    )
    search_columns = (Series.title, Series.slug)
    default_sort = "title"
    form = SeriesForm
    list_template = "admin/series_list.html"
    create_template = edit_template = "admin/series_form.html"
    bulk_actions = (deleting(MANAGE, N_("Delete these series? Their posts stay, and are parts of nothing.")),)

    def list_context(self, records: list[Series]) -> dict[str, Any]:
        return {"use": series_use(db.session(), [series.id for series in records])}

    def create_from(self, form: SeriesForm) -> Series:
        return actions.create(db.session(), form.changes(but=("version",)), by=signed_in(), at=now())

    def save_from(self, form: SeriesForm, record: Series) -> None:
        changes, base = form.changes(but=("version",)), form.version.data or record.version
        update_series(db.session(), record, changes, base_version=base, by=signed_in(), at=now())

    def remove(self, record: Series) -> None:
        delete_series(db.session(), record, by=signed_in(), at=now())

    def run_bulk(self, record: Series, action: str, parameter: str, batch_id: int | None) -> None:
        delete_series(db.session(), record, by=signed_in(), at=now(), batch_id=batch_id)

    def delete_consequences(self, record: Series) -> list[str]:
        count = _use_of(record)
        if not count:
            return [_("No post is a part of it.")]
        return [ngettext("%(num)s post leaves it and stays.", "%(num)s posts leave it and stay.", count)]

    def counted(self, count: int, shown: str) -> str:
        return ngettext("%(shown)s series", "%(shown)s series", count, shown=shown)

    def empty_text(self) -> str:
        return _("A series leads readers from part to part. Make one here, then choose it in the editor of each post.")


def _use_of(series: Series) -> int:
    return series_use(db.session(), [series.id]).get(series.id, 0)
