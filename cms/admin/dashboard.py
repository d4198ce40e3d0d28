"""The first page of the back office: what waits for the person who opens it, and nothing that does not concern them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask_admin import expose
from sqlalchemy import ScalarSelect, Select, func, literal, select, union_all
from sqlalchemy.orm import defer, joinedload

from cms.accounts.models import User
from cms.accounts.policy import PlainPolicy
from cms.admin.backups import standing
from cms.admin.charts import charts
from cms.admin.events import EventLine, latest, lines_of
from cms.admin.gate import WORK, CmsView
from cms.admin.shown import COUNTED
from cms.audit.models import Event
from cms.comments.lifecycle import PENDING
from cms.comments.models import Comment
from cms.comments.policy import CommentPolicy
from cms.core.i18n import N_
from cms.core.permissions import Permission
from cms.extensions import db
from cms.media.models import Media
from cms.media.policy import MediaPolicy
from cms.media.queries import lacking_alt
from cms.posts.lifecycle import DRAFT, IN_REVIEW
from cms.posts.models import Edition, Post, PostKind
from cms.posts.policy import PostPolicy
from cms.posts.queries import lacks_summary
from cms.posts.reviews import sent_back
from cms.redirects.models import Redirect
from cms.redirects.policy import RedirectPolicy
from cms.redirects.queries import is_dead
from cms.web import now, signed_in
from cms.web.gate import SIGNED_IN

P = Permission
SHOWN = 6
DRAFTS, TO_REVIEW, WAITING = "drafts", "to_review", "waiting"
HELD, SINCE, UNSUMMED, SILENT, DEAD = "held", "since", "unsummed", "silent", "dead"
#: Something to mend: what it is called, and the list that shows it.
PROBLEMS: dict[str, tuple[str, str, dict[str, Any]]] = {
    UNSUMMED: (N_("Posts without a summary"), "admin_posts.index_view", {"summary": "no"}),
    SILENT: (N_("Images without a description"), "admin_media.index_view", {"alt": "no"}),
    DEAD: (N_("Redirects that lead nowhere"), "admin_redirects.index_view", {"dead": "yes"}),
}
#: In the record, and no change of anything.
COMINGS_AND_GOINGS = ("user.sign_in", "user.sign_out", "user.sign_in_failed")


@dataclass(frozen=True)
class Held:
    """The comments that wait, and since when the oldest does."""

    count: int
    since: datetime | None


@dataclass(frozen=True)
class Coming:
    """Something that goes live by itself."""

    title: str
    at: datetime
    href: str


@dataclass(frozen=True)
class Problem:
    """Something to mend: how many, and the list that shows them."""

    label: str
    count: int
    href: str


class DashboardView(CmsView):
    """Each person's own work first; a block that has nothing to say is left out."""

    area, label, icon, group = "dashboard", N_("Today"), "i-home", WORK
    key = "d"
    needs = {"see": SIGNED_IN}

    def __init__(self) -> None:
        super().__init__()
        self.endpoint, self.url = "admin", "/admin"

    @expose("/")
    def index_view(self) -> str:
        """At most twelve queries with all that is around it, at any size."""
        person = signed_in()
        policy, at = PostPolicy(person), now()
        posts = _posts(person, policy)
        held, problems = _counted(person, policy, at)
        return self.render(
            "admin/dashboard.html",
            at=at,
            may_create=policy.may_create(PostKind.POST),
            to_review=posts[TO_REVIEW],
            drafts=posts[DRAFTS],
            sent_back=sent_back(db.session(), posts[DRAFTS]),
            waiting=posts[WAITING],
            held=held,
            coming=_coming(policy, at),
            problems=[problem for problem in problems if problem.count],
            lately=_lately(person),
            charts=charts(person, at),
            backups=standing() if PlainPolicy(person).may(P.BACKUP_RUN) else None,
        )


def _posts(person: User, policy: PostPolicy) -> dict[str, list[Post]]:
    """Those of each block, from one query: what was handed in by others the longest waiting first, else the latest."""
    kept, own = Post.trashed_at.is_(None), Post.author_id == person.id
    newest, oldest = (Post.updated_at.desc(), Post.id.desc()), (Post.updated_at, Post.id)
    blocks = {DRAFTS: select(Post.id).where(kept, own, Post.status == DRAFT).order_by(*newest)}
    if policy.may(P.POST_REVIEW):
        in_review = select(Post.id).where(kept, Post.status == IN_REVIEW, policy.where(P.POST_REVIEW))
        blocks[TO_REVIEW] = in_review.order_by(*oldest)
    else:
        blocks[WAITING] = select(Post.id).where(kept, own, Post.status == IN_REVIEW).order_by(*newest)
    some = (ids.limit(SHOWN).subquery() for ids in blocks.values())
    shown = union_all(*(select(literal(name).label("block"), ids.c.id) for name, ids in zip(blocks, some, strict=True)))
    wanted = shown.subquery()
    rows = db.session.execute(
        select(wanted.c.block, Post)
        .join(Post, Post.id == wanted.c.id)
        .options(joinedload(Post.author).lazyload("*"), defer(Post.body))
        .order_by(Post.updated_at.desc(), Post.id.desc())
    )
    found: dict[str, list[Post]] = {DRAFTS: [], TO_REVIEW: [], WAITING: []}
    for block, post in rows:
        found[block].append(post)
    found[TO_REVIEW].reverse()
    return found


def _coming(policy: PostPolicy, at: datetime) -> list[Coming]:
    rows = db.session.execute(
        select(Edition.title, Edition.live_from, Edition.post_id, Edition.kind)
        .join(Post, Post.id == Edition.post_id)
        .where(Edition.live_from > at, policy.viewable())
        .order_by(Edition.live_from, Edition.id)
        .limit(SHOWN)
    )
    return [Coming(title, when, url_for(f"admin_{kind}s.edit_view", id=post_id)) for title, when, post_id, kind in rows]


def _counted(person: User, policy: PostPolicy, at: datetime) -> tuple[Held | None, list[Problem]]:
    """Comments that wait and what is to mend, as far as they are this person's business, in one query."""
    wanted: dict[str, ScalarSelect[Any]] = {}
    if CommentPolicy(person).may(P.COMMENT_MODERATE):
        pending = select(Comment.created_at).where(Comment.status == PENDING, CommentPolicy(person).visible())
        oldest = pending.order_by(Comment.created_at, Comment.id)
        wanted |= {HELD: _some(oldest), SINCE: oldest.limit(1).scalar_subquery()}
    if policy.may(P.POST_EDIT):
        wanted[UNSUMMED] = _some(
            select(Post.id).where(
                Post.kind == PostKind.POST, Post.trashed_at.is_(None), lacks_summary(), policy.where(P.POST_EDIT)
            )
        )
    library = MediaPolicy(person)
    if library.may(P.MEDIA_MANAGE):
        wanted[SILENT] = _some(
            select(Media.id).where(Media.trashed_at.is_(None), lacking_alt(), library.where(P.MEDIA_MANAGE))
        )
    redirects = RedirectPolicy(person)
    if redirects.may(P.REDIRECT_MANAGE):
        wanted[DEAD] = _some(select(Redirect.id).where(is_dead(at), redirects.where(P.REDIRECT_MANAGE)))
    if not wanted:
        return None, []
    found = dict(zip(wanted, db.session.execute(select(*wanted.values())).one(), strict=True))
    held = Held(found[HELD], found[SINCE]) if HELD in found else None
    problems = ((name, label, url_for(to, **args)) for name, (label, to, args) in PROBLEMS.items() if name in found)
    return held, [Problem(label, found[name], href) for name, label, href in problems]


def _some(rows: Select[*tuple[Any, ...]]) -> ScalarSelect[Any]:
    return select(func.count()).select_from(rows.limit(COUNTED + 1).subquery()).scalar_subquery()


def _lately(person: User) -> list[EventLine]:
    """What changed on the site for those who oversee it; one's own doings for everybody else."""
    query = latest(Event.verb.not_in(COMINGS_AND_GOINGS))
    if not PlainPolicy(person).may(P.AUDIT_VIEW):
        query = query.where(Event.actor_id == person.id)
    return lines_of(db.session(), list(db.session.scalars(query.limit(SHOWN))))
