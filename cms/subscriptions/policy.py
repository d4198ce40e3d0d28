"""Who may see and remove subscribers: one right for everything."""

from cms.accounts.policy import PlainPolicy


class SubscriberPolicy(PlainPolicy):
    """Ask for `subscriber.manage`; it knows no scope."""
