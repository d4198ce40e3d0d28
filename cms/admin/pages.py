"""Pages in the back office: posts that stand by themselves, below one another where that helps."""

from sqlalchemy import select

from cms.admin.columns import Column
from cms.admin.content import ContentView
from cms.admin.content_bulk import FURTHER, MOVE_BELOW, PUBLISH, UNPUBLISH
from cms.admin.gate import WORK
from cms.admin.post_columns import FILE_ALSO, FILE_COLUMNS, without_finding
from cms.admin.post_form import PageForm, joined
from cms.admin.posts import content_filters
from cms.core.errors import Invalid
from cms.core.i18n import N_, _, ngettext
from cms.core.permissions import Permission, Scope
from cms.extensions import db
from cms.posts.models import Post, PostKind
from cms.posts.policy import PostPolicy
from cms.web import signed_in

P = Permission
MOST_LEVELS = 30
SEE = (P.PAGE_MANAGE, P.POST_VIEW)
MANAGE = (P.PAGE_MANAGE,)


class PageView(ContentView):
    """One right for everything; who may see posts may look at pages."""

    area, label, icon, group = "pages", N_("Pages"), "i-page", WORK
    key = "a"
    kind, form = PostKind.PAGE, PageForm
    new_label = N_("New page")
    needs = {
        "see": SEE,
        "create": MANAGE,
        "edit": SEE,
        "delete": SEE,
        "act": SEE,
        "export": (P.EXPORT_RUN,),
        "import": (P.IMPORT_RUN,),
        "preview_view": MANAGE,
        "quick_view": SEE,
        "unsaved_view": SEE,
        "discard_view": SEE,
        "history_view": SEE,
        "version_view": SEE,
        "bring_back_view": SEE,
    }
    columns = (
        Column("title", N_("Title"), "title", sort=Post.title),
        Column("status", N_("Status"), "status"),
        Column("parent", N_("Below"), value=lambda page: page.parent.title if page.parent else "", on_phones=False),
        Column("updated_at", N_("Changed"), "date", sort=Post.updated_at, newest_first=True, on_phones=False),
    )
    export_columns = (
        FILE_COLUMNS[0],
        *without_finding(FILE_COLUMNS[1:3]),
        FILE_COLUMNS[3],
        Column("parent", N_("Below"), value=columns[2].value, fills="parent_id", read=lambda t: _named(t), clears=True),
        Column("position", N_("Position"), "number", fills="position"),
        columns[3],
    )
    import_also = (
        Column("path", N_("Whole address"), value=lambda page: "", finds=lambda text: Post.id == (_at(text) or 0)),
        Column(
            "tags", N_("Tags"), value=lambda page: joined([tag.name for tag in page.tags]), fills="tags", clears=True
        ),
        Column("summary", N_("Summary"), fills="summary", clears=True),
        *FILE_ALSO,
    )
    import_parent = ("parent", ("title", "path"))
    filters = content_filters(PostKind.PAGE)
    bulk_actions = (PUBLISH, UNPUBLISH, MOVE_BELOW, *FURTHER)

    def is_offered(self) -> bool:
        """Whoever sees only what is their own has no pages."""
        sees_all = any(grant.scope is Scope.ANY for grant in self.policy.grants(P.POST_VIEW))
        return super().is_offered() and (sees_all or bool(self.policy.may(P.PAGE_MANAGE)))

    def prepare_form(self, form: PageForm, record: Post | None) -> None:
        super().prepare_form(form, record)
        others = select(Post.id, Post.title).where(Post.kind == PostKind.PAGE, Post.trashed_at.is_(None))
        if record is not None:
            others = others.where(Post.id != record.id)
        form.parent_id.offer(others.order_by(Post.title, Post.id), nothing=_("Nothing: it stands at the top"))

    def counted(self, count: int, shown: str) -> str:
        return ngettext("%(shown)s page", "%(shown)s pages", count, shown=shown)

    def empty_text(self) -> str:
        if not self.may_create():
            return _("No pages yet.")
        return _("No pages yet. An “About” page is a good beginning.")


def _named(text: str) -> str:
    """The id of the page of this address, or of this title where there is but one."""
    if text.startswith("/"):
        found = _at(text)
        ids = [found] if found else []
    else:
        titled = (Post.kind == PostKind.PAGE, Post.trashed_at.is_(None), Post.title == text)
        ids = list(db.session.scalars(select(Post.id).where(*titled, PostPolicy(signed_in()).viewable()).limit(2)))
    if not ids:
        raise Invalid(_("There is no such page."))
    if len(ids) > 1:
        raise Invalid(_("Several pages have this title. Give the whole address of one, which begins with a slash."))
    return str(ids[0])


def _at(path: str) -> int | None:
    """The page at this address as pages are worked on, one level after the other."""
    here: int | None = None
    for slug in path.strip("/").split("/")[:MOST_LEVELS]:
        below = Post.parent_id.is_(None) if here is None else Post.parent_id == here
        here = db.session.scalar(select(Post.id).where(Post.kind == PostKind.PAGE, below, Post.slug == slug).limit(1))
        if here is None:
            return None
    return here
