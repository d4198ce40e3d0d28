"""Who may see and call off what waits to be done."""

from cms.accounts.policy import PlainPolicy


class JobPolicy(PlainPolicy):
    """Every question is one for `settings.manage`, which knows no scope."""
