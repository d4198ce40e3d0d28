"""Who may do what with redirects: one right for everything."""

from cms.accounts.policy import PlainPolicy


class RedirectPolicy(PlainPolicy):
    """Ask for `redirect.manage`; it knows no scope."""
