"""The first page of the back office: what waits for the person who opens it, and nothing that does not concern them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import url_for
from flask_admin import expose
from sqlalchemy import ColumnElement, ScalarSelect, Select, func, select
from sqlalchemy.orm import defer, selectinload

from cms.accounts.models import User
from cms.accounts.policy import PlainPolicy
from cms.admin.charts import charts
from cms.admin.events import EventLine, lines_of
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
        """At most twelve queries of its own, at any size."""
        person = signed_in()
        policy, at = PostPolicy(person), now()
        drafts = _own(person, DRAFT)
        return self.render(
            "admin/dashboard.html",
            at=at,
            may_create=policy.may_create(PostKind.POST),
            to_review=_to_review(policy) if policy.may(P.POST_REVIEW) else [],
            drafts=drafts,
            sent_back=sent_back(db.session(), drafts),
            waiting=_own(person, IN_REVIEW) if not policy.may(P.POST_REVIEW) else [],
            held=_held(person) if CommentPolicy(person).may(P.COMMENT_MODERATE) else None,
            coming=_coming(policy, at),
            problems=_problems(person, policy, at),
            lately=_lately(person),
            charts=charts(person, at),
        )


def _recent(*conditions: ColumnElement[bool]) -> Select[Post]:
    return (
        select(Post)
        .where(Post.trashed_at.is_(None), *conditions)
        .options(selectinload(Post.author).lazyload("*"), defer(Post.body))
        .order_by(Post.updated_at.desc(), Post.id.desc())
        .limit(SHOWN)
    )


def _own(person: User, status: Any) -> list[Post]:
    return list(db.session.scalars(_recent(Post.author_id == person.id, Post.status == status)))


def _to_review(policy: PostPolicy) -> list[Post]:
    """Handed in by others and not by oneself, the longest waiting first."""
    query = _recent(Post.status == IN_REVIEW, policy.where(P.POST_REVIEW))
    return list(db.session.scalars(query.order_by(None).order_by(Post.updated_at, Post.id)))


def _held(person: User) -> Held:
    pending = select(Comment.created_at).where(Comment.status == PENDING, CommentPolicy(person).visible())
    some = pending.order_by(Comment.created_at, Comment.id).limit(COUNTED + 1).subquery()
    count, since = db.session.execute(select(func.count(), func.min(some.c.created_at))).one()
    return Held(count, since)


def _coming(policy: PostPolicy, at: datetime) -> list[Coming]:
    rows = db.session.execute(
        select(Edition.title, Edition.live_from, Edition.post_id, Edition.kind)
        .join(Post, Post.id == Edition.post_id)
        .where(Edition.live_from > at, policy.viewable())
        .order_by(Edition.live_from, Edition.id)
        .limit(SHOWN)
    )
    return [Coming(title, when, url_for(f"admin_{kind}s.edit_view", id=post_id)) for title, when, post_id, kind in rows]


def _problems(person: User, policy: PostPolicy, at: datetime) -> list[Problem]:
    """Counted in one query, each no further than is shown."""
    looked_for: list[tuple[str, str, Select[int]]] = []
    if policy.may(P.POST_EDIT):
        unsummed = select(Post.id).where(
            Post.kind == PostKind.POST, Post.trashed_at.is_(None), lacks_summary(), policy.where(P.POST_EDIT)
        )
        looked_for.append((N_("Posts without a summary"), url_for("admin_posts.index_view", summary="no"), unsummed))
    library = MediaPolicy(person)
    if library.may(P.MEDIA_MANAGE):
        silent = select(Media.id).where(Media.trashed_at.is_(None), lacking_alt(), library.where(P.MEDIA_MANAGE))
        looked_for.append((N_("Images without a description"), url_for("admin_media.index_view", alt="no"), silent))
    redirects = RedirectPolicy(person)
    if redirects.may(P.REDIRECT_MANAGE):
        dead = select(Redirect.id).where(is_dead(at), redirects.where(P.REDIRECT_MANAGE))
        looked_for.append((N_("Redirects that lead nowhere"), url_for("admin_redirects.index_view", dead="yes"), dead))
    if not looked_for:
        return []
    counts = db.session.execute(select(*(_some(ids) for _label, _href, ids in looked_for))).one()
    found = (Problem(label, count, href) for (label, href, _ids), count in zip(looked_for, counts, strict=True))
    return [problem for problem in found if problem.count]


def _some(ids: Select[int]) -> ScalarSelect[int]:
    return select(func.count()).select_from(ids.limit(COUNTED + 1).subquery()).scalar_subquery()


def _lately(person: User) -> list[EventLine]:
    """What changed on the site for those who oversee it; one's own doings for everybody else."""
    query = select(Event).where(Event.verb.not_in(COMINGS_AND_GOINGS))
    query = query.order_by(Event.at.desc(), Event.id.desc()).limit(SHOWN)
    if not PlainPolicy(person).may(P.AUDIT_VIEW):
        query = query.where(Event.actor_id == person.id)
    return lines_of(db.session(), list(db.session.scalars(query)))
