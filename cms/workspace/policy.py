"""Who may change a kept view: its owner, and for shared ones whoever looks after the site's settings."""

from cms.accounts.policy import PlainPolicy
from cms.core.decision import Decision
from cms.core.i18n import _
from cms.core.permissions import Permission
from cms.workspace.models import SavedView


class SavedViewPolicy(PlainPolicy):
    """Ask before a view is renamed, shared or deleted."""

    def may_change(self, view: SavedView) -> Decision:
        if self.user is not None and view.user_id == self.user.id:
            return Decision.yes()
        if view.shared and self.may(Permission.SETTINGS_MANAGE):
            return Decision.yes()
        return Decision.no(lambda: _("Only the person who made this view can change it."))
