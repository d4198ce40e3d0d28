"""Telling the record how each domain takes back its acts; done once, when an application is made."""

from cms.accounts import inverses as accounts
from cms.audit import inverses as table
from cms.backups import inverses as backups
from cms.comments import ban_inverses as bans
from cms.comments import inverses as comments
from cms.jobs import inverses as jobs
from cms.media import inverses as media
from cms.media import version_inverses as media_versions
from cms.posts import inverses as posts
from cms.posts import media_rights
from cms.posts import merge_inverses as merges
from cms.posts import series_inverses as series
from cms.posts import tag_inverses as tags
from cms.redirects import inverses as redirects
from cms.settings import inverses as settings
from cms.subscriptions import inverses as subscriptions
from cms.tokens import inverses as tokens
from cms.webhooks import inverses as webhooks


def register() -> None:
    """Every verb of every domain, with its inverse or the reason why it has none."""
    table.decide_for_others(accounts.may_for_others)
    table.register(accounts.INVERSES, never=accounts.NEVER)
    table.register(media.INVERSES, never=media.NEVER)
    table.register(media_versions.INVERSES)
    table.register(media_rights.INVERSES)
    table.register(tags.INVERSES)
    table.register(merges.INVERSES)
    table.register(series.INVERSES)
    table.register(redirects.INVERSES)
    table.register(settings.INVERSES)
    table.register(jobs.INVERSES)
    table.register({}, never=tokens.NEVER)
    table.register({}, never=backups.NEVER)
    table.register(posts.INVERSES, never=posts.NEVER)
    table.register(comments.INVERSES, never=comments.NEVER)
    table.register(bans.INVERSES)
    table.register({}, never=subscriptions.NEVER)
    table.register(webhooks.INVERSES, never=webhooks.NEVER)
