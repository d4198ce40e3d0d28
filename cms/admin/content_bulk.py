"""Bulk actions of posts and pages, and those that need more than a move: foreseen, and with a parameter."""

from typing import Any

from flask import g
from sqlalchemy import select

from cms.accounts.models import User
from cms.admin.bulk_action import Bulk
from cms.admin.forms import choices_of, read_local
from cms.core.db import row_id
from cms.core.decision import Decision, require
from cms.core.errors import Conflict, Invalid
from cms.core.i18n import N_, _
from cms.core.permissions import Permission as P
from cms.core.text import clean_line
from cms.extensions import db
from cms.posts import actions
from cms.posts.actions.moving import check_times, require_possible
from cms.posts.actions.nesting import require_not_below_itself
from cms.posts.lifecycle import PostMove
from cms.posts.models import Post, PostKind
from cms.posts.policy import PostPolicy
from cms.posts.queries import line_of_page
from cms.taxonomy.fields import MAX_NAME
from cms.web import now, signed_in

PUBLISH = Bulk(
    "publish",
    N_("Publish…"),
    (P.POST_PUBLISH, P.PAGE_MANAGE),
    icon="i-out",
    confirm=N_("Publish these as they are now?"),
    reversible=True,
)
SCHEDULE = Bulk(
    "schedule",
    N_("Schedule…"),
    (P.POST_PUBLISH, P.PAGE_MANAGE),
    icon="i-clock",
    asks=("live_from", N_("Goes live")),
    asks_time=True,
)
UNPUBLISH = Bulk(
    "unpublish",
    N_("Unpublish…"),
    (P.POST_PUBLISH, P.PAGE_MANAGE),
    icon="i-x",
    confirm=N_("Unpublish these? Readers no longer see them."),
    reversible=True,
)
MOVE_BELOW = Bulk("below", N_("Move below…"), (P.PAGE_MANAGE,), icon="i-page", asks=("parent", N_("Parent page")))
GIVE = Bulk(
    "author", N_("Change author…"), (P.POST_EDIT, P.PAGE_MANAGE), icon="i-users", asks=("author", N_("New author"))
)
#: Of posts and pages alike, as often as they are used; few lists have anything that can be restored.
FURTHER = (
    Bulk(
        "add_tag",
        N_("Add tag…"),
        (P.POST_EDIT, P.PAGE_MANAGE),
        icon="i-tag",
        asks=("tag", N_("Tag to add")),
        longest=MAX_NAME,
    ),
    Bulk(
        "remove_tag",
        N_("Remove tag…"),
        (P.POST_EDIT, P.PAGE_MANAGE),
        icon="i-tag",
        asks=("tag", N_("Tag to remove")),
        longest=MAX_NAME,
    ),
    GIVE,
    Bulk(
        "archive",
        N_("Archive…"),
        (P.POST_PUBLISH, P.POST_EDIT, P.PAGE_MANAGE),
        icon="i-box",
        confirm=N_("Archive these?"),
        reversible=True,
    ),
    Bulk("restore", N_("Restore"), (P.POST_EDIT, P.POST_DELETE, P.PAGE_MANAGE), icon="i-back"),
    Bulk(
        "trash",
        N_("Move to trash…"),
        (P.POST_DELETE, P.PAGE_MANAGE),
        icon="i-trash",
        confirm=N_("Move these to the trash? They can be restored."),
        reversible=True,
        danger=True,
    ),
)


def may_give(policy: PostPolicy, kind: PostKind) -> Decision:
    """Whether somebody may set the author of any post of a kind."""
    return policy.may_set_author(Post(kind=kind, tags=[]))


def choices(bulk: Bulk) -> list[tuple[str, str]]:
    """What the parameter of an action is chosen from; empty where it is typed."""
    match bulk.name:
        case "author":
            return choices_of(db.session(), select(User.id, User.name).where(User.active).order_by(User.name), None)
        case "below":
            pages = select(Post.id, Post.title).where(Post.kind == PostKind.PAGE, Post.trashed_at.is_(None))
            return [("top", _("No parent page")), *choices_of(db.session(), pages.order_by(Post.title), None)]
        case _:
            return []


def refuse_parameter(bulk: Bulk, parameter: str) -> None:
    """Raise Invalid for a time that no post can go live at, and for what is no tag."""
    if bulk is SCHEDULE:
        moment = _moment(parameter)
        if moment < now():
            raise Invalid(_("This time has passed. Choose a later one."))
    elif bulk.name == "add_tag":
        actions.require_one_tag(parameter)


def check(policy: PostPolicy, post: Post, action: str, parameter: str) -> None:
    """Raise what the action would raise for rights, status and what is there; no text is loaded or written."""
    if action in tuple(PostMove) or action == SCHEDULE.name:
        move = PostMove.PUBLISH if action == SCHEDULE.name else PostMove(action)
        require(policy.may_move(move, post))
        require_possible(post, move)
        if action == SCHEDULE.name:
            check_times(now(), _moment(parameter), None)
        return
    require(policy.may(P.POST_EDIT, post))
    match action:
        case "add_tag" | "remove_tag":
            has = clean_line(parameter).casefold() in {tag.key for tag in post.tags}
            if has == (action == "add_tag"):
                raise Conflict(_("It has this tag already.") if has else _("It does not have this tag."))
        case GIVE.name:
            require(policy.may_set_author(post))
            _changes(post, action, parameter)
        case MOVE_BELOW.name:
            parent_id = _changes(post, action, parameter)["parent_id"]
            if parent_id is not None:
                require_not_below_itself(post.id, _line_of(parent_id))


def run(post: Post, action: str, parameter: str, batch_id: int | None) -> None:
    """Do one of this module's own actions."""
    by, at = signed_in(), now()
    if action == SCHEDULE.name:
        actions.publish(db.session(), post, by=by, at=at, live_from=_moment(parameter), batch_id=batch_id)
        return
    changes = _changes(post, action, parameter)
    actions.save(db.session(), post, changes, base_version=post.version, by=by, at=at, batch_id=batch_id)


def _changes(post: Post, action: str, parameter: str) -> dict[str, Any]:
    field = "author_id" if action == GIVE.name else "parent_id"
    wanted = None if parameter == "top" and field == "parent_id" else row_id(parameter)
    if wanted is None and parameter != "top":
        raise Invalid(_("Choose one of the list."))
    if getattr(post, field) == wanted:
        raise Conflict(_("It is so already."))
    return {field: wanted}


def _line_of(page_id: int) -> list[int]:
    """Looked up once a request."""
    if "page_line" not in g:
        g.page_line = line_of_page(db.session(), page_id)
    return g.page_line


def _moment(text: str) -> Any:
    try:
        return read_local(text)
    except ValueError as fault:
        raise Invalid(str(fault)) from None
