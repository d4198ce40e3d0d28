"""Writing: a post is made and saved here, and every save is a revision."""

from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from cms import references, search
from cms.accounts.models import User
from cms.audit.actions import Changes, gathering, record
from cms.core.decision import require
from cms.core.errors import Conflict, Invalid
from cms.core.i18n import _
from cms.core.permissions import Permission
from cms.core.text import count_words
from cms.media.models import Media, MediaKind
from cms.media.paths import ids_in
from cms.posts.actions.nesting import require_not_below_itself
from cms.posts.actions.series import settle_place
from cms.posts.fields import EDITABLE, SEO, checked, snapshot
from cms.posts.models import Post, PostKind, Revision, RevisionKind
from cms.posts.policy import PostPolicy
from cms.posts.queries import line_of_page
from cms.posts.slugs import chosen_slug, free_slug
from cms.series.models import Series
from cms.taxonomy import actions as taxonomy

#: Each loser of a race tries again, and one of those who run wins each round: more than will ever save at once.
SLUG_RACES = 50
#: Field → the relation that goes with it, which is asked for again in the same request.
POINTING: dict[str, tuple[str, type[Any]]] = {
    "author_id": ("author", User),
    "featured_media_id": ("featured_media", Media),
    "parent_id": ("parent", Post),
    "series_id": ("series", Series),
}


@dataclass(frozen=True)
class FieldDifference:
    """One field of a conflict: what it was when the editor opened it, what they made of it, what it is now."""

    field: str
    base: Any
    mine: Any
    theirs: Any

    @property
    def only_mine(self) -> bool:
        """The other person left this field alone."""
        return bool(self.base == self.theirs)

    @property
    def only_theirs(self) -> bool:
        return bool(self.base == self.mine)


class SaveConflict(Conflict):
    """Somebody saved in between; carries every differing field and the version to send the choice against."""

    def __init__(self, post: Post, differences: list[FieldDifference]) -> None:
        super().__init__(_("“%(post)s” was changed by somebody else while you were writing.", post=post))
        self.differences = differences
        self.version = post.version


def create(session: Session, kind: PostKind, changes: dict[str, Any], *, by: User, at: datetime) -> Post:
    """Start a draft of one's own, with its first revision."""
    require(PostPolicy(by).may_create(kind))
    values = {"title": _("Untitled")} | checked(changes)
    post = Post(kind=kind, author_id=by.id, slug="", title="", tags=[], created_at=at, updated_at=at)
    wanted, mine = values.pop("slug", ""), ("author_id", by.id)
    _check_references(session, post, values)
    settle_place(session, post, values)
    with gathering(session) as parts:
        _apply(session, post, values, by=by, at=at)
    _require_fields(by, post, {field for field, value in values.items() if value and (field, value) != mine})
    _insert_with_free_slug(session, post, wanted, by, at)
    _require_still_mine(post, by)
    write_revision(session, post, by=by, at=at)
    changed = {field: (None, value) for field, value in snapshot(post).items() if value not in (None, "", [], 0)}
    record(session, f"{kind}.create", post, by=by, at=at, changes=changed, parts=parts)
    return post


def save(
    session: Session,
    post: Post,
    changes: dict[str, Any],
    *,
    base_version: int,
    by: User,
    at: datetime,
    note: str = "",
    batch_id: int | None = None,
) -> Revision | None:
    """Save the working text; SaveConflict where it moved on from `base_version`, None where nothing changed."""
    require(PostPolicy(by).may(Permission.POST_EDIT, post))
    values = checked(changes, tags=[tag.name for tag in post.tags])
    if base_version != post.version:
        _refuse_conflict(session, post, values, base_version)
    before = snapshot(post)
    values = {field: value for field, value in values.items() if not _same(before[field], value)}
    _require_fields(by, post, values.keys())
    _check_references(session, post, values)
    settle_place(session, post, values)
    if values.keys() & {"slug", "parent_id"}:
        values["slug"] = _new_slug(session, post, values, by, at)
    with gathering(session) as parts:
        _apply(session, post, values, by=by, at=at)
    _require_still_mine(post, by)
    changed = _difference(before, snapshot(post))
    if not changed:
        return None
    post.updated_at = at
    revision = write_revision(session, post, by=by, at=at, note=note, base_number=base_version)
    record(session, f"{post.kind}.save", post, by=by, at=at, changes=changed, batch_id=batch_id, parts=parts)
    return revision


def keep_untaken(
    session: Session, post: Post, changes: dict[str, Any], *, base_version: int, by: User, at: datetime
) -> Revision:
    """Keep the text that met a conflict as a revision that never was the working text; nothing typed is lost."""
    require(PostPolicy(by).may(Permission.POST_EDIT, post))
    kept = snapshot(post) | checked(changes, tags=[tag.name for tag in post.tags])
    last = session.scalar(
        select(Revision)
        .where(Revision.post_id == post.id, Revision.author_id == by.id, Revision.taken.is_(False))
        .order_by(Revision.number.desc())
        .limit(1)
    )
    if last is not None and last.snapshot == kept:
        return last
    revision = Revision(
        post_id=post.id,
        number=_next_number(session, post),
        kind=RevisionKind.SAVE,
        author_id=by.id,
        snapshot=kept,
        base_number=base_version,
        taken=False,
        created_at=at,
    )
    session.add(revision)
    session.flush()
    return revision


def write_revision(
    session: Session,
    post: Post,
    *,
    by: User | None,
    at: datetime,
    kind: RevisionKind = RevisionKind.SAVE,
    note: str = "",
    base_number: int | None = None,
) -> Revision:
    """Keep the working text as its newest version."""
    post.version = _next_number(session, post)
    post.word_count = count_words(post.body)
    session.flush()
    revision = Revision(
        post_id=post.id,
        number=post.version,
        kind=kind,
        author_id=by.id if by else None,
        snapshot=snapshot(post),
        note=note,
        base_number=base_number,
        created_at=at,
    )
    session.add(revision)
    session.flush()
    search.put(session, search.POSTS, post.id, post.title, post.summary, post.body)
    shown = {"body": ids_in(post.body), "featured_media_id": [post.featured_media_id]}
    references.put(session, Post.__tablename__, post.id, shown)
    return revision


def _next_number(session: Session, post: Post) -> int:
    with session.no_autoflush:  # what was typed goes with its number, in one statement
        newest = session.scalar(select(func.max(Revision.number)).where(Revision.post_id == post.id))
    return (newest or 0) + 1


def _refuse_conflict(session: Session, post: Post, values: dict[str, Any], base_version: int) -> None:
    """Only what differs is a conflict: two people who typed the same, or saved without a change, have none."""
    base = session.scalar(select(Revision).where(Revision.post_id == post.id, Revision.number == base_version))
    theirs = snapshot(post)
    was = base.snapshot if base is not None else {}
    differences = [
        FieldDifference(field, was.get(field), values[field], theirs[field])
        for field in EDITABLE
        if field in values and not _same(theirs[field], values[field])
    ]
    if differences:
        raise SaveConflict(post, differences)


def _require_fields(by: User, post: Post, changed: AbstractSet[str]) -> None:
    """Fields that need a right of their own."""
    policy = PostPolicy(by)
    if "author_id" in changed:
        require(policy.may_set_author(post))
    if SEO & changed:
        require(policy.may(Permission.POST_SEO, post))


def _require_still_mine(post: Post, by: User) -> None:
    """A right limited to a tag or to own posts must hold after the change as well."""
    require(PostPolicy(by).may(Permission.POST_EDIT, post))


def _new_slug(session: Session, post: Post, values: dict[str, Any], by: User, at: datetime) -> str:
    """As typed; from the title where it was emptied; a page that moves keeps its own, numbered where it must be."""
    below = values.get("parent_id", post.parent_id)
    if values.get("slug"):
        return chosen_slug(session, post, values["slug"], below=below, by=by, at=at)
    wanted = values.get("title", post.title) if "slug" in values else post.slug
    return free_slug(session, post, wanted, below=below, at=at)


def _apply(session: Session, post: Post, values: dict[str, Any], *, by: User, at: datetime) -> None:
    values = dict(values)
    tags = values.pop("tags", None)
    for field, value in values.items():
        setattr(post, field, value)
        if field in POINTING:
            name, model = POINTING[field]
            setattr(post, name, session.get(model, value) if value else None)
    if tags is not None:
        post.tags = taxonomy.named(session, tags, by=by, at=at)


def _check_references(session: Session, post: Post, values: dict[str, Any]) -> None:
    media_id, author_id, parent_id = (values.get(name) for name in ("featured_media_id", "author_id", "parent_id"))
    if media_id is not None and not _is_image(session.get(Media, media_id)):
        raise Invalid(_("There is no such image."), {"featured_media_id": _("Choose an image from the library.")})
    if author_id is not None:
        author = session.get(User, author_id)
        if author is None or not author.active:
            raise Invalid(_("There is no such author."), {"author_id": _("Choose somebody with an active account.")})
    if parent_id is not None:
        _check_parent(session, post, parent_id)


def _is_image(media: Media | None) -> bool:
    return media is not None and media.kind is MediaKind.IMAGE and media.trashed_at is None


def _check_parent(session: Session, post: Post, parent_id: int) -> None:
    """A page cannot be its own ancestor; those above are locked, or two moves at once could close a circle."""
    parent = session.get(Post, parent_id, with_for_update={"key_share": True})
    if parent is None or parent.kind is not PostKind.PAGE or post.kind is not PostKind.PAGE:
        raise Invalid(_("There is no such page."), {"parent_id": _("Choose a page.")})
    with session.no_autoflush:
        require_not_below_itself(post.id, line_of_page(session, parent_id, lock=True))


def _insert_with_free_slug(session: Session, post: Post, wanted: str, by: User, at: datetime) -> None:
    """Twelve people may save the same title at once: whoever loses the race tries the next number."""
    for attempt in range(SLUG_RACES):
        post.slug = _first_slug(session, post, wanted, by, at)
        try:
            with session.begin_nested():
                session.add(post)
                session.flush()
        except IntegrityError:
            if attempt == SLUG_RACES - 1:
                raise
        else:
            return


def _first_slug(session: Session, post: Post, wanted: str, by: User, at: datetime) -> str:
    with session.no_autoflush:
        if wanted:
            return chosen_slug(session, post, wanted, below=post.parent_id, by=by, at=at)
        return free_slug(session, post, post.title, below=post.parent_id, at=at)


def _same(before: Any, after: Any) -> bool:
    if isinstance(before, list) and isinstance(after, list):
        return sorted(item.casefold() for item in before) == sorted(item.casefold() for item in after)
    return bool(before == after)


def _difference(before: dict[str, Any], after: dict[str, Any]) -> Changes:
    return {field: (before[field], after[field]) for field in EDITABLE if before[field] != after[field]}
