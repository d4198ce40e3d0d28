"""How a merged tag becomes one of its own again, and how that is taken back: by merging it once more."""

from sqlalchemy import select, update

from cms.accounts.models import Role
from cms.audit.actions import Changes, gathering, record
from cms.audit.inverses import Inverse, Undoing
from cms.audit.models import Event
from cms.audit.undo import undo_parts
from cms.core.errors import Conflict
from cms.core.i18n import _
from cms.posts.actions.merging import combine, give, having, take
from cms.posts.actions.tagging import forget_loaded_tags
from cms.posts.models import edition_tags, post_tags
from cms.posts.slugs import path_of_tag
from cms.posts.tag_inverses import load, made_again, may_manage, refuse_moved
from cms.redirects.ends import look_again
from cms.taxonomy.actions import line_of, loop_said, parents_of_all
from cms.taxonomy.fields import EDITABLE
from cms.taxonomy.models import Tag

TABLES = {"posts": post_tags, "editions": edition_tags}


def _separate(doing: Undoing) -> None:
    """On whatever had it and has the other one still: who lost that since is not given this one."""
    doing.need(*EDITABLE, "created_at", "into_id", "children", *TABLES)
    session, into = doing.session, _other(doing, doing.after["into_id"])
    tag = made_again(doing)
    changes: Changes = {field: (None, doing.before[field]) for field in EDITABLE} | {"into_id": (into.id, None)}
    for name, table in TABLES.items():
        still = having(session, table, into)
        back = [one for one in doing.before[name] if one in still]
        lost = [one for one in doing.after[f"gained_{name}"] if one in still]
        give(session, table, tag, back)
        take(session, table, into, lost)
        changes |= {name: ([], back), f"gained_{name}": (lost, [])}
    _put_below_again(doing, tag, into)
    with gathering(session) as parts:
        _limit_roles_again(doing, tag)
        undo_parts(doing, leave=True, of="redirects")
    record(session, "tag.separate", tag, by=doing.by, at=doing.at, changes=changes, parts=parts)
    forget_loaded_tags(session)
    look_again(session, at=doing.at, paths=[path_of_tag(tag.slug), path_of_tag(into.slug)])


def _merge_again(doing: Undoing) -> None:
    """With the redirects that there were, and what was counted of them."""
    refuse_moved(doing)
    into = _other(doing, doing.before["into_id"])
    with gathering(doing.session) as parts:
        undo_parts(doing, leave=True, of="redirects")
    combine(doing.session, doing.subject, into, by=doing.by, at=doing.at, parts=parts)


def _other(doing: Undoing, tag_id: int) -> Tag:
    """The tag that it was merged into; what came later and has its number is another one."""
    into = doing.session.get(Tag, tag_id, populate_existing=True, with_for_update={"key_share": True})
    if into is None or into.created_at > doing.event.at:
        raise Conflict(_("The tag that it was merged into is not there any more."))
    return into


def _put_below_again(doing: Undoing, tag: Tag, into: Tag) -> None:
    """What lay below it, as far as it lies where the merging left it."""
    session, number = doing.session, doing.event.subject_id
    if "into_parent_id" in doing.before and into.parent_id == doing.after["into_parent_id"]:
        was = doing.before["into_parent_id"]
        into.parent_id = tag.id if was == number else was
        session.flush()
    below = Tag.id.in_(doing.before["children"]) & (Tag.parent_id == into.id)
    session.execute(update(Tag).where(below).values(parent_id=tag.id))
    parents = parents_of_all(session, lock=True)
    for one in (tag, into):
        above = parents[one.id]
        if above is not None and one.id in line_of(parents, above):
            raise Conflict(loop_said(one, session.get_one(Tag, above)))


def _limit_roles_again(doing: Undoing, tag: Tag) -> None:
    """The roles name it by its number, which it must have again."""
    if tag.id != doing.event.subject_id:
        roles = select(Event.id).where(Event.id.in_(doing.parts), Event.subject_type == Role.__tablename__)
        if doing.session.scalar(roles.limit(1)) is not None:
            raise Conflict(_("A role was limited to it, and another tag has its number by now."))
    undo_parts(doing, leave=False, of=Role.__tablename__)


INVERSES = {
    "tag.merge": Inverse(load, may_manage, _separate, brings_back=True),
    "tag.separate": Inverse(load, may_manage, _merge_again),
}
