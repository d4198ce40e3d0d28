"""Writing, publishing and putting away: what can be undone of posts and pages."""

from datetime import timedelta
from typing import Any

from sqlalchemy import select

from cms.posts import actions as posts
from cms.posts import queries
from cms.posts.lifecycle import PostMove, PostStatus
from cms.posts.models import Post, PostKind, Revision
from tests.conftest import NOON
from tests.undo.world import Act, Acts, World

act = Acts()


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
