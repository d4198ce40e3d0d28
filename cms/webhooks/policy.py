"""Who may do what with webhooks: one right for everything."""

from cms.accounts.policy import PlainPolicy


class WebhookPolicy(PlainPolicy):
    """Ask for `webhook.manage`; it knows no scope."""
