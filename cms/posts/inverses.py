"""How acts on posts, pages and their tags are taken back. What was begun goes to the trash: nothing is lost."""

from cms.accounts.models import User
from cms.audit.actions import gathering
from cms.audit.inverses import Inverse, Undoing, loading
from cms.audit.models import Event
from cms.audit.undo import undo_parts
from cms.core.decision import Decision
from cms.core.errors import Conflict
from cms.core.i18n import N_, _
from cms.core.permissions import Permission
from cms.posts.actions import editions
from cms.posts.actions.editing import save
from cms.posts.actions.moving import facts, give_to, move_post, record_move
from cms.posts.fields import LABELS as FIELDS
from cms.posts.fields import SEO, snapshot
from cms.posts.lifecycle import PUBLISHED, PostMove, PostStatus
from cms.posts.models import Post, PostKind
from cms.posts.policy import PostPolicy
from cms.posts.queries import judged, loaded

GONE = N_("It was removed for good when its time in the trash was over.")
IMPORTED = N_("An import is not taken back piece by piece. Move what came with it to the trash instead.")

#: Each move and the one that leads the other way, where the status before does not say otherwise.
BACK = {
    PostMove.SUBMIT: PostMove.SEND_BACK,
    PostMove.SEND_BACK: PostMove.SUBMIT,
    PostMove.PUBLISH: PostMove.UNPUBLISH,
    PostMove.UNPUBLISH: PostMove.PUBLISH,
    PostMove.ARCHIVE: PostMove.RESTORE,
    PostMove.RESTORE: PostMove.ARCHIVE,
    PostMove.TRASH: PostMove.RESTORE,
}


load = loading(Post, lambda query, lock: query.options(*loaded()) if lock else judged(query))


# the text


def _may_save(by: User, post: Post, event: Event) -> Decision:
    """With the rights that some fields need beside that to edit."""
    policy = PostPolicy(by)
    asked = [policy.may(Permission.POST_EDIT, post)]
    if "author_id" in event.changes:
        asked.append(policy.may_set_author(post))
    if event.changes.keys() & SEO:
        asked.append(policy.may(Permission.POST_SEO, post))
    return next((decision for decision in asked if not decision), asked[0])


def _save_back(doing: Undoing) -> None:
    """A save like any other, so that it is a version as well; tags that were made for it go if nothing has them."""
    post = doing.subject
    doing.refuse_moved(snapshot(post))
    values = {field: value for field, value in doing.before.items() if field in FIELDS}
    save(doing.session, post, values, base_version=post.version, by=doing.by, at=doing.at, note=_("Undone"))
    undo_parts(doing, leave=True)


def _may_trash(by: User, post: Post, _event: Event) -> Decision:
    return PostPolicy(by).may_move(PostMove.TRASH, post)


def _put_away(doing: Undoing) -> None:
    doing.refuse_moved(snapshot(doing.subject))
    if doing.subject.status is not PostStatus.DRAFT:
        raise Conflict(_("Its status has changed since. Move it to the trash instead."))
    move_post(doing.session, doing.subject, PostMove.TRASH, by=doing.by, at=doing.at)


def _may_give(by: User, post: Post, _event: Event) -> Decision:
    return PostPolicy(by).may_set_author(post)


def _give_back(doing: Undoing) -> None:
    doing.need("signed")
    doing.refuse_moved({"author_id": doing.subject.author_id})
    author = doing.session.get_one(User, doing.before["author_id"])
    if not author.active:
        raise Conflict(_("%(person)s has no active account any more.", person=author.name))
    give_to(doing.session, doing.subject, author, doing.before["signed"], by=doing.by, at=doing.at)


# the moves


def _back(event: Event) -> PostMove:
    move = PostMove(event.verb.partition(".")[2])
    status, _after = event.changes.get("status", (None, None))
    if move is PostMove.RESTORE and "trashed_at" in event.changes:
        return PostMove.TRASH
    if move is PostMove.PUBLISH and status is None:
        return PostMove.PUBLISH  # it was published before: readers get the text that they had
    return BACK[move]


def _may_move_back(by: User, post: Post, event: Event) -> Decision:
    """The right to the move that leads back; whatever readers get or lose by it needs that to publish as well."""
    policy = PostPolicy(by)
    asked = [policy.may_move(_back(event), post)]
    if "editions" in event.changes or PUBLISHED in event.changes.get("status", ()):
        asked.append(policy.may_move(PostMove.PUBLISH, post))
    return next((decision for decision in asked if not decision), asked[0])


def _move_back(doing: Undoing) -> None:
    """Exactly to where it was, which the table of moves alone could not do."""
    session, post, at = doing.session, doing.subject, doing.at
    if "editions" in doing.after:
        doing.after["editions"] = editions.still_open(doing.after["editions"], at)
    before = facts(session, post, at)
    doing.refuse_moved(before)
    if "status" in doing.before:
        post.status = PostStatus(doing.before["status"])
    for field in ("trashed_at", "published_at"):
        if field in doing.before:
            setattr(post, field, doing.moment_before(field))
    with gathering(session) as parts:
        if "editions" in doing.before:
            stretches = doing.before["editions"]
            editions.put_back(session, post, stretches, since=doing.event.at, by=doing.by, at=at)
    record_move(session, post, _back(doing.event), before, by=doing.by, at=at, parts=parts)
    undo_parts(doing, leave=True)


POSTS = {
    "create": Inverse(load, _may_trash, _put_away),
    "save": Inverse(load, _may_save, _save_back),
    "reassign": Inverse(load, _may_give, _give_back),
    **{move.value: Inverse(load, _may_move_back, _move_back) for move in PostMove},
}
INVERSES = {f"{kind}.{act}": inverse for kind in PostKind for act, inverse in POSTS.items()}
NEVER = {f"{kind}.{act}": why for kind in PostKind for act, why in (("delete", GONE), ("import", IMPORTED))}
