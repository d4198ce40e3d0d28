"""Bringing an older version back: a save like any other, so that nothing newer is lost."""

from datetime import datetime

from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.core.errors import Conflict, Invalid
from cms.core.i18n import _
from cms.core.permissions import Permission
from cms.posts.actions.editing import save
from cms.posts.fields import SEO
from cms.posts.models import Post, Revision, RevisionKind
from cms.posts.policy import PostPolicy

#: Fields that depend on others: an address may be taken since, an author have left, a page lie elsewhere.
DEPENDENT = frozenset({"slug", "author_id", "parent_id", "featured_media_id", "series_id"})


def bring_back(session: Session, post: Post, revision: Revision, *, by: User, at: datetime) -> Revision:
    """Make an older version the working text again.

    Fields that this person may not change, or that cannot be what they were any more, stay as they are.
    """
    kept: set[str] = set()
    if not PostPolicy(by).may_set_author(post):
        kept.add("author_id")
    if not PostPolicy(by).may(Permission.POST_SEO, post):
        kept |= SEO
    note = _("Version %(number)s brought back", number=revision.number)
    restored = _save_what_can_be(session, post, revision, kept, by=by, at=at, note=note)
    if restored is None:
        raise Conflict(_("The working text is the same as this version."))
    restored.kind = RevisionKind.RESTORE
    return restored


def _save_what_can_be(
    session: Session, post: Post, revision: Revision, kept: set[str], *, by: User, at: datetime, note: str
) -> Revision | None:
    changes = {field: value for field, value in revision.snapshot.items() if field not in kept}
    try:
        return save(session, post, changes, base_version=post.version, by=by, at=at, note=note)
    except Invalid as fault:
        impossible = fault.fields.keys() & changes.keys()
        if not impossible or not impossible <= DEPENDENT:
            raise
    if "series_id" in impossible:
        impossible = impossible | {"series_position"}  # a number of that series says nothing in another
    return _save_what_can_be(session, post, revision, kept | impossible, by=by, at=at, note=note)
