"""Who may see and remove subscribers: whoever manages people, as these are people and their addresses."""

from cms.accounts.policy import PlainPolicy


class SubscriberPolicy(PlainPolicy):
    """Ask for `user.manage`; it knows no scope."""
