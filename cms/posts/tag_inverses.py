"""How acts on tags are taken back: not in `taxonomy`, because a deleted tag returns to the posts that had it."""

from sqlalchemy import Table, select, update
from sqlalchemy.orm import Session

from cms import search
from cms.accounts.models import User
from cms.audit.actions import Changes, record
from cms.audit.inverses import Inverse, Undoing, loading
from cms.audit.models import Event
from cms.audit.undo import undo_parts
from cms.core.db import free_id
from cms.core.decision import Decision
from cms.core.errors import Conflict
from cms.core.i18n import _
from cms.posts.actions.merging import give
from cms.posts.actions.tagging import drop_tag, forget_loaded_tags
from cms.posts.models import Edition, Post, edition_tags, post_tags
from cms.posts.slugs import path_of_tag
from cms.redirects.ends import look_again
from cms.taxonomy import actions
from cms.taxonomy.fields import EDITABLE
from cms.taxonomy.models import Tag
from cms.taxonomy.policy import TagPolicy

load = loading(Tag)


def may_manage(by: User, _tag: Tag | None, _event: Event) -> Decision:
    return TagPolicy(by).may_manage()


def _unmake(doing: Undoing) -> None:
    """Only while nobody has given it to anything that did not have it."""
    refuse_moved(doing)
    tag, had = doing.subject, set(doing.after.get("posts", []))
    has = set(doing.session.scalars(select(post_tags.c.post_id).where(post_tags.c.tag_id == tag.id)))
    if has - had:
        raise Conflict(_("“%(tag)s” was given to posts since. Delete it instead.", tag=tag))
    if not had and doing.session.scalar(select(edition_tags.c.tag_id).where(edition_tags.c.tag_id == tag.id).limit(1)):
        raise Conflict(_("Readers see posts with “%(tag)s”. Delete it instead.", tag=tag))
    below = doing.session.scalar(select(Tag.id).where(Tag.parent_id == tag.id).limit(1))
    if below is not None and not TagPolicy(doing.by).may_manage():
        raise Conflict(_("“%(tag)s” was given to posts since. Delete it instead.", tag=tag))
    drop_tag(doing.session, tag, by=doing.by, at=doing.at)


def _change_back(doing: Undoing) -> None:
    """What was left at the old address goes with the new one."""
    refuse_moved(doing)
    values = {field: value for field, value in doing.before.items() if field in EDITABLE}

    def moved(_new_slug: str) -> None:
        undo_parts(doing, leave=True)

    actions.update(doing.session, doing.subject, values, by=doing.by, at=doing.at, moved=moved)


def _bring_back(doing: Undoing) -> None:
    """To the posts that had it, as far as they are there, and above the tags that lay below it."""
    doing.need(*EDITABLE, "created_at", "posts", "editions", "children")
    before = doing.before
    tag = made_again(doing)
    returned: Changes = {
        "posts": ([], _give(doing.session, tag, post_tags, Post, before["posts"])),
        "editions": ([], _give(doing.session, tag, edition_tags, Edition, before["editions"])),
    }
    moved_up = (Tag.id.in_(before["children"])) & (Tag.parent_id.is_not_distinct_from(before["parent_id"]))
    below = list(doing.session.scalars(select(Tag.id).where(moved_up)))
    doing.session.execute(update(Tag).where(Tag.id.in_(below)).values(parent_id=tag.id))
    made: Changes = {field: (None, before[field]) for field in EDITABLE}
    record(doing.session, "tag.create", tag, by=doing.by, at=doing.at, changes=made | returned)
    forget_loaded_tags(doing.session)
    look_again(doing.session, at=doing.at, paths=[path_of_tag(tag.slug)])


def made_again(doing: Undoing) -> Tag:
    """The tag as it was, with its number where no other has it by now; Conflict where its name or address is taken."""
    before = doing.before
    refuse_taken(doing.session, before["name"], before["slug"])
    tag = Tag(
        id=free_id(doing.session, Tag, doing.event.subject_id),
        **{field: before[field] for field in EDITABLE},
        key=before["name"].casefold(),
        created_at=doing.moment_before("created_at"),
        updated_at=doing.at,
    )
    doing.session.add(tag)
    doing.session.flush()
    return tag


def _give(session: Session, tag: Tag, table: Table, model: type[Post] | type[Edition], ids: list[int]) -> list[int]:
    there = list(session.scalars(select(model.id).where(search.among(session, model.id, ids)).order_by(model.id)))
    give(session, table, tag, there)
    return there


def refuse_taken(session: Session, name: str, slug: str) -> None:
    if session.scalar(select(Tag.id).where(Tag.key == name.casefold())) is not None:
        raise Conflict(_("There is a tag of this name already."))
    if session.scalar(select(Tag.id).where(Tag.slug == slug)) is not None:
        raise Conflict(_("This address is taken by another tag."))


def refuse_moved(doing: Undoing) -> None:
    doing.refuse_moved({field: getattr(doing.subject, field) for field in EDITABLE})


INVERSES = {
    "tag.create": Inverse(load, may_manage, _unmake),
    "tag.update": Inverse(load, may_manage, _change_back),
    "tag.delete": Inverse(load, may_manage, _bring_back, brings_back=True),
}
