"""Who may do what with series: who may manage tags. Placing a post in one is a matter of the post."""

from cms.accounts.policy import PlainPolicy
from cms.core.decision import Decision
from cms.core.permissions import Permission


class SeriesPolicy(PlainPolicy):
    """Ask before a series itself is made, changed or deleted."""

    def may_manage(self) -> Decision:
        return self.may(Permission.TAG_MANAGE)
