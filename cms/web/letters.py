"""What people get by mail about their account, and the links in it: always the configured address, never the Host.

Each is called in the transaction of what it tells of, before the commit.
"""

from collections.abc import Sequence
from typing import Any

from flask import url_for

from cms.accounts.models import User
from cms.core.i18n import _
from cms.web import mailing
from cms.web.areas import desk_path
from cms.web.runtimes import runtime
from cms.web.visitors import settings
from cms.webhooks.models import Webhook


def link(endpoint: str, **values: Any) -> str:
    """The full address of a page of this site."""
    return runtime().config.base_url + url_for(endpoint, **values)


def first_password(user: User, secret: str) -> None:
    _post(
        user.email,
        _("Your account at %(site)s", site=settings().title),
        _("%(name)s, you have an account at %(site)s.", name=user.name, site=settings().title),
        _("Choose your password here. The link works once, for seven days:"),
        link("resetting.reset", secret=secret),
    )


def reset(user: User, secret: str) -> None:
    _post(
        user.email,
        _("A new password for %(site)s", site=settings().title),
        _("Somebody asked for a new password for your account at %(site)s.", site=settings().title),
        _("If it was you, choose one here. The link works once, for an hour:"),
        link("resetting.reset", secret=secret),
        _("If it was not you, there is nothing to do: your password stays as it is."),
    )


def confirm_sign_up(email: str, secret: str) -> None:
    _post(
        email,
        _("Confirm your address for %(site)s", site=settings().title),
        _("Somebody asked for an account at %(site)s with this address.", site=settings().title),
        _("If it was you, confirm it here. The link works once, for two days:"),
        link("joining.confirm", secret=secret),
        _("If it was not you, there is nothing to do: no account is made."),
    )


def has_account(email: str) -> None:
    """To the address of an account, when somebody signs up with it again; the page told them nothing."""
    _post(
        email,
        _("You have an account at %(site)s", site=settings().title),
        _("Somebody asked for an account at %(site)s with this address, which has one.", site=settings().title),
        _("Sign in here:"),
        link("security.login"),
        _("If you have forgotten the password, choose a new one here:"),
        link("resetting.forgot"),
    )


def waits_for_approval(user: User, managers: Sequence[User]) -> None:
    """The same to everybody who can say yes."""
    _post(
        [manager.email for manager in managers],
        _("Somebody waits for an account at %(site)s", site=settings().title),
        _("%(name)s (%(username)s) has signed up and waits for a yes.", name=user.name, username=user.username),
        runtime().config.base_url + desk_path("users/"),
    )


def approved(user: User) -> None:
    _post(
        user.email,
        _("Your account at %(site)s is ready", site=settings().title),
        _("%(name)s, somebody has said yes to your account. Sign in here:", name=user.name),
        link("security.login"),
    )


def confirm_email(email: str, secret: str) -> None:
    _post(
        email,
        _("Confirm your new address for %(site)s", site=settings().title),
        _("Somebody wants to use this address for an account at %(site)s.", site=settings().title),
        _("If it was you, confirm it here. The link works once, for a day:"),
        link("profile.confirm_email", secret=secret),
    )


def address_taken(email: str) -> None:
    _post(
        email,
        _("Your address at %(site)s", site=settings().title),
        _(
            "Somebody wanted to use this address for another account at %(site)s. Nothing was changed.",
            site=settings().title,
        ),
    )


def notice(user: User, what: str, *, to: str | None = None) -> None:
    """Something about the account's security has changed: told to the address that was its own until now."""
    _post(
        to or user.email,
        _("Your account at %(site)s", site=settings().title),
        what,
        _("If it was not you, choose a new password at once, and look at your sessions:"),
        link("resetting.forgot"),
    )


def hook_switched_off(hook: Webhook, managers: Sequence[User]) -> None:
    """To everybody who can switch it on again."""
    _post(
        [manager.email for manager in managers],
        _("A webhook of %(site)s was switched off", site=settings().title),
        _("Nothing has reached %(host)s for days, so that it is told nothing any more.", host=hook.host),
        _("See what went wrong, mend it, and switch it on again:"),
        runtime().config.base_url + desk_path(f"webhooks/details/?id={hook.id}"),
    )


def backup_failed(owners: Sequence[User], reason: str) -> None:
    """To everybody whose site it is; the reason is what a program or the system said."""
    _post(
        [owner.email for owner in owners],
        _("A backup of %(site)s failed", site=settings().title),
        _("A backup of %(site)s could not be made, or is damaged:", site=settings().title),
        reason,
        _("Look at your backups here:"),
        runtime().config.base_url + desk_path("backups/"),
    )


def text_of(*paragraphs: str) -> str:
    """What stands in a mail; an empty paragraph is none."""
    return "\n\n".join(filter(None, paragraphs)) + "\n"


def _post(to: str | Sequence[str], subject: str, *paragraphs: str) -> None:
    """Into the outbox: it is sent once what it tells of is committed, and the answer does not wait for it."""
    mailing.post([to] if isinstance(to, str) else to, subject, text_of(*paragraphs))
