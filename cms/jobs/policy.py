"""Who may see and call off what waits to be done."""

from cms.accounts.policy import PlainPolicy


class JobPolicy(PlainPolicy):
    """Ask for `settings.manage`; it knows no scope."""
