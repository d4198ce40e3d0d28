"""Who may do what with files."""

from sqlalchemy import ColumnElement, false

from cms.accounts.policy import Policy
from cms.core.decision import Decision
from cms.core.permissions import Permission
from cms.media.models import Media, MediaFolder


class MediaPolicy(Policy):
    """Whoever may add files sees the whole library; changing a file may be limited to one's own."""

    def owns(self, subject: Media | MediaFolder) -> bool:
        """A folder is everybody's: a right that is limited to one's own files reaches none."""
        if isinstance(subject, MediaFolder):
            return False
        return self.user is not None and subject.uploaded_by_id == self.user.id

    def owned(self) -> ColumnElement[bool]:
        return false() if self.user is None else Media.uploaded_by_id == self.user.id

    def may_view(self, subject: Media | None = None) -> Decision:
        """A refusal is answered as if the file did not exist."""
        upload = self.may(Permission.MEDIA_UPLOAD)
        return upload if upload else self.may(Permission.MEDIA_MANAGE, subject)

    def viewable(self) -> ColumnElement[bool]:
        """`may_view` as a WHERE clause."""
        return self.where(Permission.MEDIA_UPLOAD, Permission.MEDIA_MANAGE)
