"""Who may give a file other bytes: above `media`, because it depends on which posts show it."""

from datetime import datetime

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, object_session

from cms.accounts.models import User
from cms.audit.models import Event
from cms.core.decision import Decision
from cms.core.i18n import _
from cms.core.permissions import Permission
from cms.media.inverses import may_manage
from cms.media.models import Media
from cms.media.policy import MediaPolicy
from cms.media.version_inverses import of_bytes
from cms.posts.media_use import SITE
from cms.posts.models import Edition, Post
from cms.posts.policy import PostPolicy
from cms.posts.queries import is_open
from cms.references.models import MediaUse


def may_change_bytes(session: Session, media: Media, *, by: User, at: datetime) -> Decision:
    """Readers get new bytes at once: that takes the right to every file, or to publish all that shows this one."""
    policy = MediaPolicy(by)
    decision = policy.may(Permission.MEDIA_MANAGE, media)
    if not decision or policy.may_without_limit(Permission.MEDIA_MANAGE):
        return decision
    about = MediaUse.media_id == media.id
    others = or_(
        MediaUse.subject_type == SITE, and_(MediaUse.subject_type == User.__tablename__, MediaUse.subject_id != by.id)
    )
    ids = select(MediaUse.subject_id).where(about, MediaUse.subject_type == Edition.__tablename__)
    shown = select(Post.id).join(Edition, Edition.post_id == Post.id).where(Edition.id.in_(ids), is_open(at))
    unpublishable = shown.where(~PostPolicy(by).where(Permission.POST_PUBLISH))
    seen = select(or_(select(MediaUse.id).where(about, others).exists(), unpublishable.exists()))
    return Decision.no(_seen_by_readers) if session.scalar(seen) else decision


def _may_change_back(by: User, media: Media, event: Event) -> Decision:
    """The same for an undo; what has ended since the file last changed still counts as shown, for want of a clock."""
    decision, session = may_manage(by, media, event), object_session(media)
    if not decision or session is None:
        return decision
    return may_change_bytes(session, media, by=by, at=media.updated_at)


def _seen_by_readers() -> str:
    return _("Readers see this file, or soon will. To change it, you must be able to publish what shows it.")


INVERSES = of_bytes(_may_change_back)
