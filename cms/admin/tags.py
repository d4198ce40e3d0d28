"""Tags: the list, the form, and what deleting one means."""

from typing import Any

from flask import request
from sqlalchemy import exists, select
from sqlalchemy.orm import selectinload

from cms.admin import tag_bulk
from cms.admin.base import WORK, CmsModelView
from cms.admin.bulk_action import Bulk, deleting
from cms.admin.columns import Column
from cms.admin.filters import FlagFilter, RelationFilter
from cms.admin.forms import Line, RecordChoice, RecordForm, Text, choices_of
from cms.admin.gate import one_right
from cms.admin.tag_bulk import MANAGE, MERGE, RENAME, SET_PARENT
from cms.core.errors import Invalid
from cms.core.i18n import N_, _, ngettext
from cms.core.permissions import Permission
from cms.extensions import db
from cms.posts.actions import delete_tag, update_tag
from cms.posts.models import post_tags
from cms.posts.queries import tag_use
from cms.posts.slugs import path_of_tag, tags_called
from cms.taxonomy import actions
from cms.taxonomy.fields import MAX_NAME
from cms.taxonomy.models import Tag
from cms.taxonomy.policy import TagPolicy
from cms.web import now, signed_in

#: In the list, nobody needs to know of more posts than these.
MOST_USES = 1_000


class TagForm(RecordForm):
    """Named as the columns."""

    name = Line(N_("Name"), render_kw={"required": True, "maxlength": MAX_NAME})
    slug = Line(N_("Address"), description=N_("The last part of /tags/…; made from the name if empty."))
    description = Text(N_("Description"), description=N_("Shown above the posts of this tag."), render_kw={"rows": 3})
    parent_id = RecordChoice(N_("Parent"), description=N_("The wider subject that this one belongs to."))


class TagView(CmsModelView):
    """Everybody who may edit a post may tag it; managing the tags themselves is a right of its own."""

    model, area, label, icon, group = Tag, "tags", N_("Tags"), "i-tag", WORK
    key = "t"
    new_label = N_("New tag")
    policy_class, see_permission = TagPolicy, Permission.TAG_MANAGE
    needs = one_right(MANAGE)
    columns = (
        Column("name", N_("Name"), "title", sort=Tag.name),
        Column("slug", N_("Address"), sort=Tag.slug, value=lambda tag: path_of_tag(tag.slug)),
        Column("parent", N_("Parent"), value=lambda tag: tag.parent.name if tag.parent else "", on_phones=False),
        Column("posts", N_("Posts"), "number", value=lambda tag: None),
        Column("updated_at", N_("Changed"), "date", sort=Tag.updated_at, newest_first=True, on_phones=False),
    )
    details = (*columns[:3], Column("posts", N_("Posts"), "number", value=lambda tag: _use_of(tag)), columns[4])
    export_columns = (
        Column("id", N_("Id"), "number"),
        Column("slug", N_("Address"), fills="slug", finds=lambda text: Tag.slug == text),
        Column("name", N_("Name"), fills="name", finds=lambda text: Tag.key == text.casefold()),
        Column(
            "parent", N_("Parent"), value=columns[2].value, fills="parent_id", read=lambda t: _named(t), clears=True
        ),
        Column("description", N_("Description"), fills="description", clears=True),
        columns[4],
    )
    import_parent = ("parent", ("name", "slug"))
    filters = (
        FlagFilter(
            name="used",
            label=N_("In use"),
            where=lambda used: exists().where(post_tags.c.tag_id == Tag.id) == used,
        ),
        RelationFilter(
            name="parent",
            label=N_("Parent"),
            where=lambda slug: Tag.parent_id.in_(tags_called(slug)),
            options=lambda: _parents_of_others(),
        ),
    )
    search_columns = (Tag.name, Tag.slug)
    default_sort = "name"
    form = TagForm
    list_template = "admin/tags_list.html"
    edit_template = "admin/tag_edit.html"
    longest_name = MAX_NAME
    bulk_actions = (
        MERGE,
        RENAME,
        SET_PARENT,
        deleting(MANAGE, N_("Delete these tags? Posts lose them at once, and so do readers.")),
    )

    def options(self) -> tuple[Any, ...]:
        return (selectinload(Tag.parent),)

    def list_context(self, records: list[Tag]) -> dict[str, Any]:
        use = tag_use(db.session(), [tag.id for tag in records], most=MOST_USES + 1)
        return {"use": use, "most_uses": MOST_USES}

    def prepare_form(self, form: TagForm, record: Tag | None) -> None:
        others = select(Tag.id, Tag.name).order_by(Tag.name)
        form.parent_id.choices = choices_of(
            db.session(),
            others.where(Tag.id != record.id) if record else others,
            record.parent_id if record else None,
            looked_up=form.parent_id.data,
            nothing=_("No parent"),
        )

    def create_from(self, form: TagForm) -> Tag:
        return actions.create(db.session(), form.changes(), by=signed_in(), at=now())

    def save_from(self, form: TagForm, record: Tag) -> None:
        update_tag(db.session(), record, form.changes(), by=signed_in(), at=now())

    def remove(self, record: Tag) -> None:
        delete_tag(db.session(), record, by=signed_in(), at=now())

    def choices(self, bulk: Bulk, records: list[Tag]) -> list[tuple[str, str]]:
        return [] if bulk is RENAME else tag_bulk.choices(bulk, records)

    def parameter_of(self, bulk: Bulk) -> str:
        return tag_bulk.typed_names() if bulk is RENAME else super().parameter_of(bulk)

    def ask_template(self, bulk: Bulk) -> str:
        return "admin/tags_rename.html" if bulk is RENAME else super().ask_template(bulk)

    def rows_to_ask_about(self, bulk: Bulk) -> list[int] | None:
        if bulk is not RENAME:
            return None
        ids = self.matching(request.form.get("query", ""))
        tag_bulk.refuse_many(len(ids))
        return ids

    def concerned(self, bulk: Bulk, ids: list[int], parameter: str) -> list[int]:
        return tag_bulk.without_the_one_that_stays(ids, parameter) if bulk is MERGE else ids

    def check_bulk(self, record: Tag, action: str, parameter: str) -> None:
        if action in (MERGE.name, SET_PARENT.name):
            tag_bulk.check(self.policy, record, action, parameter)
        else:
            super().check_bulk(record, action, parameter)

    def run_bulk(self, record: Tag, action: str, parameter: str, batch_id: int | None) -> None:
        if action == "delete":
            delete_tag(db.session(), record, by=signed_in(), at=now(), batch_id=batch_id)
        else:
            tag_bulk.run(record, action, parameter, batch_id)

    def delete_consequences(self, record: Tag) -> list[str]:
        count = _use_of(record)
        if not count:
            return [_("No post has this tag.")]
        return [ngettext("%(num)s post loses this tag.", "%(num)s posts lose this tag.", count)]

    def counted(self, count: int, shown: str) -> str:
        return ngettext("%(shown)s tag", "%(shown)s tags", count, shown=shown)

    def empty_text(self) -> str:
        return _("Tags group posts by subject. Make one here, or type it into a post.")


def _named(text: str) -> str:
    """The id of the tag of this name or address."""
    wanted = text.casefold()
    rows = db.session.execute(select(Tag.id, Tag.key).where((Tag.key == wanted) | (Tag.slug == wanted))).all()
    if not rows:
        raise Invalid(_("There is no such tag."))
    return str(next((row.id for row in rows if row.key == wanted), rows[0].id))


def _use_of(tag: Tag) -> int:
    return tag_use(db.session(), [tag.id]).get(tag.id, 0)


def _parents_of_others() -> Any:
    used = select(Tag.parent_id).where(Tag.parent_id.is_not(None))
    return select(Tag.slug, Tag.name).where(Tag.id.in_(used)).order_by(Tag.name)
