"""One act for each verb that can be undone, and more where a verb has several faces: prepare, then do."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from cms.accounts.actions import own, people, roles
from cms.accounts.models import Role, User
from cms.audit.actions import last_recorded
from cms.audit.models import Event
from cms.audit.undo import undo
from cms.comments import actions as comments
from cms.comments import queries as comment_queries
from cms.comments.fields import checked
from cms.comments.lifecycle import CommentMove, CommentStatus
from cms.comments.models import Comment
from cms.core.permissions import Permission, Scope
from cms.media import actions as media
from cms.media import folders, versions
from cms.media.models import MediaKind
from cms.posts import actions as posts
from cms.posts import queries
from cms.posts.lifecycle import PostMove, PostStatus
from cms.posts.models import Post, PostKind, Revision
from cms.redirects import actions as redirects
from cms.redirects.models import RedirectHits
from cms.settings import actions as settings
from cms.taxonomy import actions as taxonomy
from tests.conftest import NOON
from tests.factories import Make

P = Permission


@dataclass
class World:
    """Who acts, when, and with what."""

    session: Session
    make: Make
    owner: User
    at: datetime = NOON

    def later(self) -> dict[str, Any]:
        """The arguments of the next act: time goes on."""
        self.at += timedelta(minutes=1)
        return {"by": self.owner, "at": self.at}

    def last(self) -> Event:
        event = last_recorded(self.session)
        assert event is not None
        self.session.flush()
        return event


Act = Callable[[], Any]
Preparation = Callable[[World], Act]
ACTS: list[tuple[str, Preparation]] = []


def act(verb: str) -> Callable[[Preparation], Preparation]:
    def keep(prepare: Preparation) -> Preparation:
        ACTS.append((verb, prepare))
        return prepare

    return keep


# posts and pages


def save(w: World, post: Post, **changes: Any) -> Any:
    post = queries.get(w.session, post.id, viewer=w.owner)
    return posts.save(w.session, post, changes, base_version=post.version, **w.later())


def move(w: World, post: Post, to: str) -> Any:
    post = queries.get(w.session, post.id, viewer=w.owner)
    return posts.move_post(w.session, post, PostMove(to), **w.later())


for kind in PostKind:

    @act(f"{kind}.create")
    def create(w: World, kind: PostKind = kind) -> Act:
        return lambda: posts.create(w.session, kind, {"title": "New", "body": "Words"}, **w.later())

    @act(f"{kind}.save")
    def save_words(w: World, kind: PostKind = kind) -> Act:
        post = w.make.post(kind=kind, title="Before")
        return lambda: save(w, post, title="After", body="Other words", slug="after", comments_open=False)

    @act(f"{kind}.reassign")
    def reassign(w: World, kind: PostKind = kind) -> Act:
        person, to = w.make.author(), w.make.author()
        w.make.post(kind=kind, author=person, status=PostStatus.PUBLISHED)
        return lambda: posts.reassign(w.session, person, to, **w.later())

    @act(f"{kind}.submit")
    def submit(w: World, kind: PostKind = kind) -> Act:
        post = w.make.post(kind=kind)
        return lambda: move(w, post, "submit")

    @act(f"{kind}.send_back")
    def send_back(w: World, kind: PostKind = kind) -> Act:
        post = w.make.post(kind=kind, status=PostStatus.IN_REVIEW)
        return lambda: move(w, post, "send_back")

    @act(f"{kind}.publish")
    def publish_a_draft(w: World, kind: PostKind = kind) -> Act:
        post = w.make.post(kind=kind, tags=[w.make.tag()])
        return lambda: move(w, post, "publish")

    @act(f"{kind}.publish")
    def publish_changes_at_a_new_address(w: World, kind: PostKind = kind) -> Act:
        post = w.make.post(kind=kind, status=PostStatus.PUBLISHED)
        save(w, post, title="Newer", slug="newer")
        return lambda: move(w, post, "publish")

    @act(f"{kind}.publish")
    def schedule_over_what_is_scheduled(w: World, kind: PostKind = kind) -> Act:
        post, tomorrow = w.make.post(kind=kind, status=PostStatus.PUBLISHED), NOON + timedelta(days=1)
        save(w, post, title="Newer")
        posts.publish(w.session, post, live_from=tomorrow, live_until=tomorrow + timedelta(days=9), **w.later())
        return lambda: posts.publish(w.session, post, live_from=tomorrow + timedelta(days=1), **w.later())

    @act(f"{kind}.unpublish")
    def unpublish(w: World, kind: PostKind = kind) -> Act:
        post = w.make.post(kind=kind, status=PostStatus.PUBLISHED)
        return lambda: move(w, post, "unpublish")

    @act(f"{kind}.unpublish")
    def unpublish_what_has_more_to_come(w: World, kind: PostKind = kind) -> Act:
        post = w.make.post(kind=kind, status=PostStatus.PUBLISHED, tags=[w.make.tag()])
        save(w, post, title="Newer")
        posts.publish(w.session, post, live_from=NOON + timedelta(days=1), **w.later())
        return lambda: move(w, post, "unpublish")

    @act(f"{kind}.archive")
    def archive(w: World, kind: PostKind = kind) -> Act:
        post = w.make.post(kind=kind, status=PostStatus.PUBLISHED)
        return lambda: move(w, post, "archive")

    @act(f"{kind}.archive")
    def archive_what_waits_for_review(w: World, kind: PostKind = kind) -> Act:
        post = w.make.post(kind=kind, status=PostStatus.IN_REVIEW)
        return lambda: move(w, post, "archive")

    @act(f"{kind}.restore")
    def restore_from_the_archive(w: World, kind: PostKind = kind) -> Act:
        post = w.make.post(kind=kind, status=PostStatus.ARCHIVED)
        return lambda: move(w, post, "restore")

    @act(f"{kind}.restore")
    def restore_from_the_trash(w: World, kind: PostKind = kind) -> Act:
        post = w.make.post(kind=kind, status=PostStatus.PUBLISHED)
        move(w, post, "trash")
        return lambda: move(w, post, "restore")

    @act(f"{kind}.trash")
    def trash(w: World, kind: PostKind = kind) -> Act:
        post = w.make.post(kind=kind, status=PostStatus.PUBLISHED)
        return lambda: move(w, post, "trash")


@act("post.save")
def save_with_a_tag_that_is_made_for_it(w: World) -> Act:
    post = w.make.post(tags=[w.make.tag("Sea")])
    return lambda: save(w, post, tags=["Sea", "Harbour"])


@act("post.save")
def bring_an_old_version_back(w: World) -> Act:
    post = w.make.post(title="First")
    save(w, post, title="Second")
    old = post.version - 1
    revision = w.session.scalars(select(Revision).where(Revision.number == old)).one()
    return lambda: posts.bring_back(w.session, queries.get(w.session, post.id, viewer=w.owner), revision, **w.later())


@act("page.publish")
def publish_a_page_that_moves_others(w: World) -> Act:
    above = w.make.page(status=PostStatus.PUBLISHED)
    w.make.page(parent_id=above.id)
    save(w, above, slug="elsewhere")
    return lambda: move(w, above, "publish")


# tags


@act("tag.create")
def create_tag(w: World) -> Act:
    return lambda: taxonomy.create(w.session, {"name": "Sea", "description": "Salt"}, **w.later())


@act("tag.create")
def undo_that_a_tag_was_deleted(w: World) -> Act:
    event = deleted_tag(w)
    return lambda: undo(w.session, event, **w.later())


@act("tag.update")
def update_tag(w: World) -> Act:
    above, tag = w.make.tag("Water"), w.make.tag("Sea")
    changes = {"name": "Ocean", "slug": "ocean", "description": "Salt", "parent_id": above.id}
    return lambda: taxonomy.update(w.session, tag, changes, **w.later())


@act("tag.delete")
def delete_tag(w: World) -> Act:
    tag = tag_in_use(w)
    return lambda: posts.delete_tag(w.session, tag, **w.later())


def tag_in_use(w: World) -> Any:
    above = w.make.tag("Water")
    tag = w.make.tag("Sea", description="Salt", parent_id=above.id)
    w.make.tag("Bay", parent_id=tag.id)
    w.make.post(tags=[tag], status=PostStatus.PUBLISHED)
    w.make.page(tags=[tag])
    return tag


def deleted_tag(w: World) -> Event:
    posts.delete_tag(w.session, tag_in_use(w), **w.later())
    return w.last()


# media


@act("media.add")
def add_media(w: World) -> Act:
    facts = {"filename": "sea.webp", "mime": "image/webp", "bytes": 10, "width": 8, "height": 8, "title": "Sea"}
    prepared = media.Prepared(kind=MediaKind.IMAGE, digest="d" * 64, **facts)
    return lambda: media.add(w.session, prepared, alt="The sea", **w.later())


@act("media.describe")
def describe_media(w: World) -> Act:
    file = w.make.media(alt="Before")
    return lambda: media.describe(w.session, file, {"alt": "After", "focal_x": 0.2}, **w.later())


@act("media.trash")
def trash_media(w: World) -> Act:
    file = w.make.media()
    return lambda: media.trash(w.session, file, **w.later())


@act("media.restore")
def restore_media(w: World) -> Act:
    file = w.make.media(trashed_at=NOON)
    return lambda: media.restore(w.session, file, **w.later())


def replaced(w: World) -> tuple[Any, Any]:
    """A file, and what takes its place."""
    file = w.make.media(digest="a" * 64)
    facts: dict[str, Any] = {"digest": "b" * 64, "filename": "b.png", "mime": "image/png", "title": "B"}
    facts |= {"bytes": 7, "width": 3, "height": 2}
    return file, media.Prepared(kind=MediaKind.IMAGE, **facts)


@act("media.replace")
def replace_media(w: World) -> Act:
    file, other = replaced(w)
    return lambda: versions.replaced(w.session, file, other, **w.later())


@act("media.bring_back")
def bring_media_back(w: World) -> Act:
    file, other = replaced(w)
    versions.replaced(w.session, file, other, **w.later())
    (version,) = versions.of(w.session, file)
    return lambda: versions.bring_back(w.session, file, version, **w.later())


@act("media.crop")
def crop_media(w: World) -> Act:
    file = w.make.media(digest="a" * 64)
    edited = versions.Edited("a" * 64, {"digest": "c" * 64, "width": 5, "height": 4, "bytes": 9, "focal_x": 0.25})
    return lambda: versions.take(w.session, file, edited, versions.CROP, **w.later())


@act("media.turn")
def turn_media(w: World) -> Act:
    file = w.make.media(digest="a" * 64)
    edited = versions.Edited("a" * 64, {"digest": "d" * 64, "width": 4, "height": 5})
    return lambda: versions.take(w.session, file, edited, versions.TURN, **w.later())


@act("media.move")
def move_media(w: World) -> Act:
    file, boats = w.make.media(), folders.create(w.session, "Boats", None, **w.later())
    return lambda: folders.move(w.session, file, boats, **w.later())


@act("media_folder.create")
def make_folder(w: World) -> Act:
    return lambda: folders.create(w.session, "Boats", None, **w.later())


@act("media_folder.change")
def change_folder(w: World) -> Act:
    boats, old = (folders.create(w.session, name, None, **w.later()) for name in ("Boats", "Old"))
    return lambda: folders.change(w.session, boats, "Ships", old, **w.later())


@act("media_folder.delete")
def delete_folder(w: World) -> Act:
    boats = folders.create(w.session, "Boats", None, **w.later())
    return lambda: folders.delete(w.session, boats, **w.later())


# redirects


@act("redirect.create")
def create_redirect(w: World) -> Act:
    return lambda: redirects.create(w.session, redirects.Route("/old", 301, "/new"), **w.later())


@act("redirect.save")
def save_redirect(w: World) -> Act:
    redirect = redirects.create(w.session, redirects.Route("/old", 301, "/new"), **w.later())
    return lambda: redirects.change(w.session, redirect, redirects.Route("/older", 410), **w.later())


@act("redirect.delete")
def delete_redirect(w: World) -> Act:
    redirect = redirects.create(w.session, redirects.Route("/old", 301, post_id=w.make.post().id), **w.later())
    w.session.add(RedirectHits(redirect_id=redirect.id, hits=7, last_hit_at=w.at))
    return lambda: redirects.delete(w.session, redirect, **w.later())


# settings


@act("settings.change")
def change_settings(w: World) -> Act:
    return lambda: settings.change(w.session, {"title": "The Harbour", "posts_per_page": 7}, **w.later())


# comments

FIRST = {
    CommentMove.APPROVE: (CommentStatus.PENDING, CommentStatus.SPAM, CommentStatus.TRASHED),
    CommentMove.SPAM: (CommentStatus.PENDING, CommentStatus.APPROVED, CommentStatus.TRASHED),
    CommentMove.TRASH: (CommentStatus.PENDING, CommentStatus.APPROVED, CommentStatus.SPAM),
    CommentMove.RESTORE: (CommentStatus.SPAM, CommentStatus.TRASHED),
    CommentMove.HOLD: (CommentStatus.APPROVED,),
}
for step, starts in FIRST.items():
    for start in starts:

        @act(f"comment.{step}")
        def moderate(w: World, step: CommentMove = step, start: CommentStatus = start) -> Act:
            comment = w.make.comment(status=start, moderated_at=NOON, moderated_by_id=w.owner.id)
            return lambda: comments.move_comment(w.session, loaded(w, comment), step, **w.later())


def loaded(w: World, comment: Comment) -> Comment:
    return comment_queries.get(w.session, comment.id, viewer=w.owner)


@act("comment.edit")
def edit_comment(w: World) -> Act:
    said = checked(body="Words.", is_member=True)
    comment = w.make.comment(body=said.body, body_html=said.body_html)
    return lambda: comments.edit(w.session, loaded(w, comment), "Other words.", base=None, **w.later())


# people


@act("user.edit")
def edit_person(w: World) -> Act:
    person = w.make.author()
    changes: dict[str, str | None] = {"display_name": "Maren", "email": "m@example.org", "timezone": "Europe/Berlin"}
    return lambda: people.update(w.session, person, changes, base_version=person.version, **w.later())


@act("user.edit")
def choose_a_picture(w: World) -> Act:
    picture = w.make.media()
    return lambda: own.set_avatar(w.session, w.owner, picture.id, at=w.later()["at"])


@act("user.set_roles")
def set_roles(w: World) -> Act:
    person = w.make.author()
    return lambda: people.set_roles(w.session, person, [w.make.roles["editor"]], **w.later())


@act("user.deactivate")
def deactivate(w: World) -> Act:
    person = w.make.author()
    return lambda: people.deactivate(w.session, person, **w.later())


@act("user.activate")
def activate(w: World) -> Act:
    person = w.make.user("author", active=False)
    return lambda: people.activate(w.session, person, **w.later())


@act("user.approve")
def approve(w: World) -> Act:
    person = w.make.user(active=False, approval_requested_at=NOON)
    return lambda: people.activate(w.session, person, **w.later())


# roles


def draft(*grants: roles.Grant, label: str = "Stringer") -> roles.RoleDraft:
    return roles.RoleDraft(label, "Writes from afar", False, grants)


@act("role.create")
def create_role(w: World) -> Act:
    grant = roles.Grant(P.POST_EDIT, Scope.OWN, frozenset([w.make.tag().id]))
    return lambda: roles.create_role(w.session, draft(grant), **w.later())


@act("role.create")
def undo_that_a_role_was_deleted(w: World) -> Act:
    delete_role(w)()
    return lambda: undo(w.session, w.last(), **w.later())


@act("role.edit")
def edit_role(w: World) -> Act:
    role = w.make.role(P.POST_EDIT, (P.POST_DELETE, Scope.OWN), tags=(w.make.tag(),))
    wanted = draft(roles.Grant(P.POST_EDIT, Scope.OWN), roles.Grant(P.TAG_MANAGE, Scope.ANY))
    return lambda: roles.update_role(w.session, role, wanted, base_version=role.version, **w.later())


@act("role.delete")
def delete_role(w: World) -> Act:
    role = w.make.role(P.POST_EDIT, (P.POST_DELETE, Scope.OWN), tags=(w.make.tag(),))
    holder(w, role), holder(w, role)
    return lambda: roles.delete_role(w.session, role, instead=w.make.roles["contributor"], **w.later())


def holder(w: World, role: Role) -> User:
    return w.make.user(role, "moderator")
