"""Redirects: old addresses, and where they lead."""

from typing import Any

from sqlalchemy import select

from cms.admin.base import SITE, CmsModelView
from cms.admin.bulk_action import deleting
from cms.admin.columns import Column
from cms.admin.filters import ChoiceFilter, FlagFilter
from cms.admin.forms import Choice, Line, RecordForm, Switch
from cms.admin.gate import one_right
from cms.admin.import_columns import as_flag
from cms.core.i18n import N_, _, ngettext
from cms.core.permissions import Permission
from cms.extensions import db
from cms.posts import public
from cms.posts.models import Post
from cms.posts.policy import PostPolicy
from cms.posts.slugs import require_of_texts, working_paths
from cms.redirects import actions
from cms.redirects.actions import Route
from cms.redirects.models import Redirect, RedirectStatus
from cms.redirects.paths import normal
from cms.redirects.policy import RedirectPolicy
from cms.redirects.queries import is_dead
from cms.web import now, runtime, signed_in

MANAGE = (Permission.REDIRECT_MANAGE,)
STATUSES = (
    (str(int(RedirectStatus.PERMANENT)), N_("301: moved for good")),
    (str(int(RedirectStatus.TEMPORARY)), N_("302: moved for now")),
    (str(int(RedirectStatus.GONE)), N_("410: gone, leads nowhere")),
)


class RedirectForm(RecordForm):
    """Named as the columns; a post is named by its address, and then followed wherever it moves."""

    from_path = Line(
        N_("Old address"),
        description=N_("A path of this site, such as /old-page. Capitals and a slash at the end make no difference."),
        render_kw={"required": True, "maxlength": 500},
    )
    status = Choice(N_("What to answer"), choices=[], default=STATUSES[0][0])
    to_path = Line(
        N_("Where it leads"),
        description=N_("A path of this site, or a whole address. Given the address of a post, it follows the post."),
        render_kw={"maxlength": 500},
    )
    confirmed = Switch(
        N_("Keep it although readers see something at the old address"),
        description=N_("The redirect then waits until that is gone."),
    )


class RedirectView(CmsModelView):
    """One right for everything."""

    model, area, label, icon, group = Redirect, "redirects", N_("Redirects"), "i-link", SITE
    key = "r"
    new_label = N_("New redirect")
    policy_class, see_permission = RedirectPolicy, Permission.REDIRECT_MANAGE
    needs = one_right(MANAGE)
    columns = (
        Column("from_path", N_("Old address"), "title", sort=Redirect.from_path),
        Column("to_path", N_("Leads to")),
        Column("status", N_("Answer"), value=lambda redirect: str(redirect.status)),
        Column("created_at", N_("Set up"), "date", sort=Redirect.created_at, newest_first=True, on_phones=False),
    )
    details = (columns[0], Column("to_path", N_("Leads to"), value=lambda redirect: _leads_to(redirect)), *columns[2:])
    export_columns = (
        Column("id", N_("Id"), "number"),
        Column(
            "from_path",
            N_("Old address"),
            fills="from_path",
            finds=lambda text: Redirect.from_path == normal(text),
        ),
        Column("to_path", N_("Leads to"), fills="to_path"),
        Column("post_id", N_("Follows post")),
        Column("status", N_("Answer"), value=columns[2].value, fills="status"),
        columns[3],
    )
    import_also = (
        Column(
            "confirmed",
            N_("Keep it although readers see something at the old address"),
            value=lambda redirect: "",
            fills="confirmed",
            read=as_flag,
        ),
    )
    import_note = N_("What follows a post leaves “Leads to” empty; given the address of a post, a redirect follows it.")
    filters = (
        ChoiceFilter(
            name="status",
            label=N_("Answer"),
            choices=STATUSES,
            where=lambda status: Redirect.status == int(status),
        ),
        FlagFilter(
            name="post", label=N_("Follows a post"), where=lambda follows: Redirect.post_id.is_not(None) == follows
        ),
        FlagFilter(
            name="dead",
            label=N_("Leads nowhere"),
            where=lambda dead: is_dead(now()) if dead else ~is_dead(now()),
            ids=lambda dead: select(Redirect.id).where(is_dead(now())) if dead else None,
        ),
    )
    search_columns = (Redirect.from_path, Redirect.to_path)
    default_sort = "-created_at"
    form = RedirectForm
    list_template = "admin/redirects_list.html"
    bulk_actions = (
        deleting(MANAGE, N_("Delete these redirects? Readers who follow the old addresses will find nothing.")),
    )

    def list_context(self, records: list[Redirect]) -> dict[str, Any]:
        posts = _posts({record.post_id for record in records if record.post_id is not None})
        return {"posts": posts, "dead": {record.id for record in records if record.is_dead(now())}}

    def prepare_form(self, form: RedirectForm, record: Redirect | None) -> None:
        form.status.choices = [(value, _(text)) for value, text in STATUSES]

    def initial(self, record: Redirect) -> dict[str, Any]:
        return {"status": str(record.status), "to_path": _target(record), "confirmed": False}

    def create_from(self, form: RedirectForm) -> Redirect:
        return actions.create(db.session(), _route(form, None), by=signed_in(), at=now())

    def save_from(self, form: RedirectForm, record: Redirect) -> None:
        actions.change(db.session(), record, _route(form, record), by=signed_in(), at=now())

    def remove(self, record: Redirect) -> None:
        actions.delete(db.session(), record, by=signed_in(), at=now())

    def run_bulk(self, record: Redirect, action: str, parameter: str, batch_id: int | None) -> None:
        actions.delete(db.session(), record, by=signed_in(), at=now(), batch_id=batch_id)

    def delete_consequences(self, record: Redirect) -> list[str]:
        return [_("Readers who follow %(path)s will find nothing.", path=record.from_path)]

    def counted(self, count: int, shown: str) -> str:
        return ngettext("%(shown)s redirect", "%(shown)s redirects", count, shown=shown)

    def empty_text(self) -> str:
        return _("When a post or a page gets another address, its old one leads there by itself and stands here.")


def _route(form: RedirectForm, record: Redirect | None) -> Route:
    """What the form asks for. What is at the old address, and whose address the new one is, posts know."""
    from_path = form.from_path.data or ""
    old = normal(from_path)
    require_of_texts(old, "from_path")
    living = public.at_path(db.session(), old, now())
    target = (form.to_path.data or "").strip().removeprefix(runtime().config.base_url)
    post_id = _post_at(target, record)
    return Route(
        from_path=from_path,
        status=int(form.status.data or 0),
        to_path="" if post_id is not None else target,
        post_id=post_id,
        live_there=living.title if living is not None else None,
        confirmed=bool(form.confirmed.data),
    )


def _post_at(target: str, record: Redirect | None) -> int | None:
    """The post that lives at the target, or that the redirect follows already, unseen as it may be now."""
    if record is not None and record.post_id is not None and target == _target(record):
        return record.post_id
    edition = public.at_path(db.session(), target, now()) if target.startswith("/") else None
    return edition.post_id if edition is not None else None


def _target(record: Redirect) -> str:
    if record.post_id is None:
        return record.to_path or ""
    return _posts({record.post_id})[record.post_id][0]


def _leads_to(record: Redirect) -> str:
    if record.post_id is None:
        return record.to_path or _("nowhere: it is gone")
    path, title = _posts({record.post_id})[record.post_id]
    return title if title == path else _("%(title)s, at %(path)s", title=title, path=path)


def _posts(ids: set[int]) -> dict[int, tuple[str, str]]:
    """Address and title of posts by id: where readers find them now, else where they are worked on.

    Of what is neither public nor this person's to see there is only the number.
    """
    if not ids:
        return {}
    viewable = Post.id.in_(ids) & PostPolicy(signed_in()).viewable()
    rows = db.session.execute(select(Post.id, Post.kind, Post.slug, Post.parent_id, Post.title).where(viewable)).all()
    paths = working_paths(db.session(), rows, now())
    known = {row.id: (paths[row.id], row.title) for row in rows}
    living = public.paths_of_posts(db.session(), ids, now())
    shown = {post_id: (path, known[post_id][1] if post_id in known else path) for post_id, path in living.items()}
    secret = {post_id: (f"#{post_id}", _("A post that you may not see")) for post_id in ids}
    return secret | known | shown
