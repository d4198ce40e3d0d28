"""Addresses of posts and pages: unique among what is worked on and what is live."""

from collections.abc import Iterable, Iterator
from datetime import datetime
from itertools import count, islice
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, and_, case, func, or_, select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.core.errors import Invalid
from cms.core.i18n import _
from cms.core.text import slugify
from cms.posts.models import Edition, Post, PostKind
from cms.posts.policy import PostPolicy
from cms.posts.queries import is_live, is_open
from cms.redirects.models import Redirect
from cms.taxonomy.models import Tag

#: First segments that belong to other routes; no page at the top may take one.
RESERVED = frozenset(
    [
        "account",
        "admin",
        "api",
        "archive",
        "authors",
        "feed.atom",
        "feed.json",
        "feed.rss",
        "healthz",
        "here",
        "login",
        "logout",
        "media",
        "metrics",
        "oembed",
        "posts",
        "readyz",
        "register",
        "reset",
        "robots.txt",
        "search",
        "series",
        "set-up",
        "setup",
        "sitemap.xml",
        "static",
        "subscribe",
        "tags",
        "unsubscribe",
        "verify",
        "confirm",
        "favicon.ico",
        "subscribe",
        "webauthn",
        "recover",
        "well-known",
        ".well-known",
        "two-factor",
        "wan",
        "change",
        "us-signin",
        "mf-recovery",
    ]
)
#: Those below which texts live, and may therefore have lived.
OF_TEXTS = frozenset(
    {"posts", "tags", "authors", "archive", "feed.atom", "feed.rss", "feed.json", "media", "search", "series"}
)
MAX_SLUG = 80
MAX_PATH = 500
MAX_NUMBER = 5
MAX_TRIES = 200


def path_of(kind: PostKind, slug: str, parent_path: str | None = None) -> str:
    """The public address of a slug."""
    return f"/posts/{slug}" if kind is PostKind.POST else f"{parent_path or ''}/{slug}"


def path_of_tag(slug: str) -> str:
    """Where readers find the posts with a tag."""
    return f"/tags/{slug}"


def path_of_series(slug: str) -> str:
    """Where readers find the parts of a series, in their order."""
    return f"/series/{slug}"


def tags_called(text: str) -> Select[int]:
    """Ids of the tag with this address or name, or with one that leads on to it: a kept view may be older than both."""
    tags = path_of_tag("")
    leading = and_(Redirect.from_path == path_of_tag(slugify(text, fallback="")), Redirect.to_path.startswith(tags))
    led_to = select(func.substr(Redirect.to_path, len(tags) + 1)).where(leading).scalar_subquery()
    return select(Tag.id).where(or_(Tag.slug == text, Tag.key == text.casefold(), Tag.slug == led_to))


def path_at(session: Session, page_id: int | None, at: datetime) -> str | None:
    """Where a page lives at a moment, or where it last did, will, or would live; None for no page."""
    return None if page_id is None else _paths_at(session, {page_id}, at)[page_id]


def working_paths(session: Session, posts: Iterable[Post | Row[*tuple[Any, ...]]], at: datetime) -> dict[int, str]:
    """Where posts and pages would live as they are worked on, by id: a question for each level of unseen pages."""
    posts = list(posts)
    above = _paths_at(session, {post.parent_id for post in posts if post.parent_id is not None}, at)
    return {post.id: path_of(post.kind, post.slug, above.get(post.parent_id or 0)) for post in posts}


def _paths_at(session: Session, page_ids: set[int], at: datetime) -> dict[int, str]:
    if not page_ids:
        return {}
    begun = Edition.live_from <= at
    newest_first = case((begun, Edition.live_from)).desc()
    place = func.row_number().over(
        partition_by=Edition.post_id, order_by=(begun.desc(), newest_first, Edition.live_from)
    )
    ranked = select(Edition.post_id, Edition.path, place.label("place")).where(Edition.post_id.in_(page_ids)).subquery()
    seen = dict(session.execute(select(ranked.c.post_id, ranked.c.path).where(ranked.c.place == 1)).all())
    unseen = page_ids - seen.keys()
    if not unseen:
        return seen
    rows = session.execute(select(Post.id, Post.kind, Post.slug, Post.parent_id).where(Post.id.in_(unseen)))
    return seen | working_paths(session, rows.all(), at)


def require_of_texts(path: str, field: str) -> None:
    """Invalid where no text can ever have lived: nothing leads away from the back office or the sign-in."""
    if path.removeprefix("/").partition("/")[0] in RESERVED - OF_TEXTS:
        message = _("This address belongs to the site itself and always leads there.")
        raise Invalid(message, {field: message})


def free_slug(session: Session, post: Post, wanted: str, *, below: int | None, at: datetime) -> str:
    """The wanted slug, or the first of `wanted-2`, `wanted-3` … that nobody has among what lies `below` that page."""
    for candidate in _candidates(session, post, slugify(wanted, fallback=post.kind.value), below):
        if not _is_reserved(post, candidate, below) and taken_by(session, post, candidate, below=below, at=at) is None:
            return candidate
    raise Invalid(_("Every address like “%(slug)s” is taken.", slug=wanted), {"slug": _("Choose another address.")})


def chosen_slug(session: Session, post: Post, wanted: str, *, below: int | None, by: User, at: datetime) -> str:
    """The slug that somebody typed, or Invalid naming what has it, unless they may not know of that."""
    slug = slugify(wanted, fallback=post.kind.value)
    if _is_reserved(post, slug, below):
        sentence = _("“%(slug)s” belongs to the site itself. Choose another.", slug=slug)
        raise Invalid(_("This address is taken."), {"slug": sentence})
    holder = taken_by(session, post, slug, below=below, at=at)
    if holder is not None:
        title = _title_for(session, holder, by, at)
        sentence = (
            _("“%(slug)s” is taken. Choose another.", slug=slug)
            if title is None
            else _("“%(slug)s” is taken by “%(holder)s”. Choose another.", slug=slug, holder=title)
        )
        raise Invalid(_("This address is taken."), {"slug": sentence})
    return slug


def taken_by(session: Session, post: Post, slug: str, *, below: int | None, at: datetime) -> int | None:
    """Which post has this slug: in its working text, or live until its change of address is published."""
    holder = session.scalar(select(Post.id).where(_is_sibling(post, below), Post.slug == slug).limit(1))
    if holder is not None:
        return holder
    path = path_of(post.kind, slug, path_at(session, below, at))
    return session.scalar(
        select(Edition.post_id)
        .where(
            Edition.path == path,
            Edition.post_id != (post.id or 0),
            is_open(at),
        )
        .limit(1)
    )


def _title_for(session: Session, post_id: int, person: User, at: datetime) -> str | None:
    """What a person may know of a post by: its working title, or the one that readers see; None for a secret."""
    worked_on = select(Post.title).where(Post.id == post_id, PostPolicy(person).viewable())
    shown = select(Edition.title).where(Edition.post_id == post_id, is_live(at))
    return session.scalar(worked_on) or session.scalar(shown.limit(1))


def _is_reserved(post: Post, slug: str, below: int | None) -> bool:
    return post.kind is PostKind.PAGE and below is None and slug in RESERVED


def _is_sibling(post: Post, below: int | None) -> ColumnElement[bool]:
    others = and_(Post.kind == post.kind, Post.id != (post.id or 0))
    if post.kind is PostKind.POST:
        return others
    return and_(others, Post.parent_id.is_(None) if below is None else Post.parent_id == below)


def _candidates(session: Session, post: Post, slug: str, below: int | None) -> Iterator[str]:
    """The slug itself, then numbered ones; numbers in use are looked up once, as a column may run for years."""
    yield slug
    stem = slug[: MAX_SLUG - MAX_NUMBER - 1].rstrip("-")
    numbered = Post.slug.startswith(f"{stem}-"), func.length(Post.slug) <= len(stem) + 1 + MAX_NUMBER
    used = set(session.scalars(select(Post.slug).where(_is_sibling(post, below), *numbered)))
    yield from islice((slug for number in count(2) if (slug := f"{stem}-{number}") not in used), MAX_TRIES)
