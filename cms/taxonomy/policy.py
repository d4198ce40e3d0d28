"""Who may do what with tags: one right, which reaches all of them. Tagging a post is a matter of the post."""

from cms.accounts.policy import PlainPolicy
from cms.core.decision import Decision
from cms.core.permissions import Permission


class TagPolicy(PlainPolicy):
    """Ask before a tag itself is made, changed or deleted."""

    def may_manage(self) -> Decision:
        return self.may(Permission.TAG_MANAGE)
