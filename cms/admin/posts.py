"""Posts in the back office."""

from sqlalchemy import ColumnElement, Select, exists, or_, select

from cms.accounts.models import User
from cms.admin.columns import Column
from cms.admin.content import ContentView
from cms.admin.content_bulk import FURTHER, PUBLISH, SCHEDULE, UNPUBLISH
from cms.admin.filters import ChoiceFilter, DateFilter, Filter, FlagFilter, RelationFilter
from cms.admin.gate import WORK
from cms.admin.import_columns import as_flag
from cms.admin.listing import Preset
from cms.admin.post_columns import FILE_ALSO, FILE_COLUMNS, series_called
from cms.admin.post_form import ContentForm, PostForm, joined
from cms.core.db import row_id
from cms.core.i18n import N_, _, ngettext
from cms.core.permissions import Permission
from cms.posts.lifecycle import STATUS_LABELS
from cms.posts.models import Post, PostKind, post_tags
from cms.posts.policy import SEEING, PostPolicy
from cms.posts.queries import lacks_summary
from cms.posts.slugs import tags_called
from cms.posts.standing import (
    has_changes_waiting,
    has_expired,
    has_pill,
    ids_of_scheduled,
    is_scheduled,
    is_showing,
)
from cms.series.models import Series
from cms.series.queries import id_of as id_of_series
from cms.taxonomy.models import Tag
from cms.web import now, signed_in

P = Permission
#: As the pill says it: “Published” is what readers see now.
STATUS_CHOICES = (
    *((status.value, label) for status, label in STATUS_LABELS.items()),
    ("scheduled", N_("Scheduled")),
    ("expired", N_("Expired")),
)
SHOWING = {"live": is_showing, "scheduled": is_scheduled, "changes": has_changes_waiting, "expired": has_expired}
SHOWING_CHOICES = (
    ("live", N_("Live")),
    ("scheduled", N_("Scheduled")),
    ("changes", N_("Changes waiting")),
    ("expired", N_("Expired")),
)


def _by(who: str) -> ColumnElement[bool]:
    """By whoever is asking, or by id, username or name."""
    if who == "me":
        return Post.author_id == signed_in().id
    if who.isascii() and who.isdigit():
        return Post.author_id == (row_id(who) or 0)
    return Post.author_id.in_(select(User.id).where(or_(User.username == who.casefold(), User.display_name == who)))


def _tagged(slug: str) -> Select[int]:
    return select(post_tags.c.post_id).where(post_tags.c.tag_id.in_(tags_called(slug)))


def _has_tag(slug: str) -> ColumnElement[bool]:
    """Asked of each post that is met, as the posts of a tag may be very many."""
    return exists().where(post_tags.c.post_id == Post.id, post_tags.c.tag_id.in_(tags_called(slug)))


def content_filters(kind: PostKind) -> tuple[Filter, ...]:
    """Those that posts and pages share."""

    def few(standing: str) -> Select[int] | None:
        """Where few of many posts stand, an index tells which."""
        return ids_of_scheduled(kind, now()) if standing == "scheduled" else None

    return (
        ChoiceFilter(
            name="status",
            label=N_("Status"),
            choices=STATUS_CHOICES,
            where=lambda status: has_pill(status, now()),
            ids=few,
        ),
        ChoiceFilter(
            name="shown",
            label=N_("Readers"),
            choices=SHOWING_CHOICES,
            where=lambda one: SHOWING[one](now()),
            ids=few,
            ids_fit=True,
        ),
        RelationFilter(
            name="author", label=N_("Author"), first=(("me", N_("Me")),), where=_by, options=lambda: _authors(kind)
        ),
        DateFilter(name="since", word="after", label=N_("Changed since"), where=lambda day: Post.updated_at >= day),
        DateFilter(name="until", word="before", label=N_("Changed before"), where=lambda day: Post.updated_at < day),
    )


def _authors(kind: PostKind) -> Select[int, str]:
    """Those of what the person looking may see."""
    theirs = (Post.author_id == User.id, Post.kind == kind, Post.trashed_at.is_(None))
    return (
        select(User.id, User.name)
        .where(exists().where(*theirs, PostPolicy(signed_in()).viewable()))
        .order_by(User.name)
    )


POST_FILTERS = content_filters(PostKind.POST)


class PostView(ContentView):
    """Everybody sees the posts that their roles let them see; what they may do with each is shown beside it."""

    area, label, icon, group = "posts", N_("Posts"), "i-post", WORK
    key = "p"
    kind, form = PostKind.POST, PostForm
    new_label = N_("New post")
    needs = {
        "see": SEEING,
        "create": (P.POST_CREATE,),
        "edit": SEEING,
        "delete": SEEING,
        "act": SEEING,
        "export": (P.EXPORT_RUN,),
        "import": (P.IMPORT_RUN,),
        "preview_view": (P.POST_CREATE, P.POST_EDIT),
        "quick_view": SEEING,
        "unsaved_view": (P.POST_CREATE, *SEEING),
        "discard_view": (P.POST_CREATE, *SEEING),
        "history_view": SEEING,
        "version_view": SEEING,
        "bring_back_view": SEEING,
    }
    columns = (
        Column("title", N_("Title"), "title", sort=Post.title),
        Column("status", N_("Status"), "status"),
        Column("author", N_("Author"), "person", on_phones=False),
        Column("updated_at", N_("Changed"), "date", sort=Post.updated_at, newest_first=True, on_phones=False),
        Column("word_count", N_("Words"), "number", on_phones=False),
        Column("summary", N_("Summary"), on_phones=False, optional=True),
        Column("slug", N_("Address"), on_phones=False, optional=True),
        Column("published_at", N_("Published"), "date", on_phones=False, optional=True),
        Column("created_at", N_("Written"), "date", on_phones=False, optional=True),
        Column("version", N_("Version"), "number", on_phones=False, optional=True),
    )
    export_columns = (
        *FILE_COLUMNS,
        Column(
            "tags", N_("Tags"), value=lambda post: joined([tag.name for tag in post.tags]), fills="tags", clears=True
        ),
        Column("summary", N_("Summary"), fills="summary", clears=True),
        Column(
            "series",
            N_("Series"),
            value=lambda post: post.series.slug if post.series else "",
            fills="series_id",
            read=series_called,
            clears=True,
        ),
        Column("series_position", N_("Part number"), fills="series_position"),
        Column("published_at", N_("Published"), "date"),
        *columns[3:5],
    )
    import_also = (*FILE_ALSO, Column("comments_open", N_("Comments are open"), fills="comments_open", read=as_flag))
    filters = (
        *POST_FILTERS[:3],
        RelationFilter(
            name="tag",
            label=N_("Tag"),
            where=_has_tag,
            ids=_tagged,
            ids_fit=True,
            options=lambda: select(Tag.slug, Tag.name).order_by(Tag.name),
        ),
        RelationFilter(
            name="series",
            label=N_("Series"),
            where=lambda slug: Post.series_id == id_of_series(slug),
            ids=lambda slug: select(Post.id).where(Post.series_id == id_of_series(slug)),
            ids_fit=True,
            options=lambda: select(Series.slug, Series.title).order_by(Series.title, Series.id),
        ),
        FlagFilter(
            name="summary", label=N_("Has a summary"), where=lambda has: ~lacks_summary() if has else lacks_summary()
        ),
        *POST_FILTERS[3:],
    )
    presets = (
        Preset(N_("All"), {}),
        Preset(N_("Mine"), {"author": "me"}),
        Preset(N_("In review"), {"status": "in_review"}),
        Preset(N_("Scheduled"), {"shown": "scheduled"}),
        Preset(N_("Changes waiting"), {"shown": "changes"}),
        Preset(N_("Without a summary"), {"summary": "no"}),
    )
    bulk_actions = (PUBLISH, SCHEDULE, UNPUBLISH, *FURTHER)

    def prepare_form(self, form: ContentForm, record: Post | None) -> None:
        super().prepare_form(form, record)
        every = select(Series.id, Series.title).order_by(Series.title, Series.id)
        form.series_id.offer(every, nothing=_("No series"))

    def counted(self, count: int, shown: str) -> str:
        return ngettext("%(shown)s post", "%(shown)s posts", count, shown=shown)

    def empty_text(self) -> str:
        return _("No posts yet. Write the first one.")
