"""How acts on files are taken back. What was added goes to the trash: deleting means trash, here as elsewhere."""

from cms.accounts.models import User
from cms.audit.actions import record
from cms.audit.inverses import Inverse, Undoing, loading
from cms.audit.models import Event
from cms.core.decision import Decision
from cms.core.i18n import N_, _
from cms.core.permissions import Permission
from cms.media import actions
from cms.media.models import Media
from cms.media.policy import MediaPolicy

load = loading(Media)


def may_manage(by: User, media: Media, event: Event) -> Decision:
    if "erased" in event.changes:
        return Decision.no(lambda: _("It was erased together with the person it shows."))
    return MediaPolicy(by).may(Permission.MEDIA_MANAGE, media)


def _describe_back(doing: Undoing) -> None:
    doing.refuse_moved({field: getattr(doing.subject, field) for field in doing.after})
    actions.describe(doing.session, doing.subject, doing.before, by=doing.by, at=doing.at)


def _put_away(doing: Undoing) -> None:
    now = {field: getattr(doing.subject, field) for field in doing.after if field != "trashed_at"}
    doing.refuse_moved(now)
    actions.trash(doing.session, doing.subject, by=doing.by, at=doing.at)


def _bring_out(doing: Undoing) -> None:
    doing.refuse_moved({"trashed_at": doing.subject.trashed_at})
    actions.restore(doing.session, doing.subject, by=doing.by, at=doing.at)


def _put_away_again(doing: Undoing) -> None:
    """Since when it is there counts for when it goes for good."""
    media = doing.subject
    doing.refuse_moved({"trashed_at": media.trashed_at})
    media.trashed_at, media.updated_at = doing.moment_before("trashed_at"), doing.at
    changes = {"trashed_at": (None, media.trashed_at)}
    record(doing.session, "media.trash", media, by=doing.by, at=doing.at, changes=changes)


NEVER = {
    "media.delete": N_("It was removed for good when its time in the trash was over."),
}
INVERSES = {
    "media.add": Inverse(load, may_manage, _put_away),
    "media.describe": Inverse(load, may_manage, _describe_back),
    "media.trash": Inverse(load, may_manage, _bring_out),
    "media.restore": Inverse(load, may_manage, _put_away_again),
}
