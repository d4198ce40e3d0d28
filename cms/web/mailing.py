"""Sending mail: one function, so that the library behind it can change."""

import logging
from email.utils import formataddr
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import current_app
from flask_mailman import EmailMessage

from cms.web.visitors import settings
from config import Config, ConfigError

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 10


def mail_settings(config: Config) -> dict[str, Any]:
    """Flask-Mailman's settings from CMS_MAIL_URL; `console:` prints each mail to the log."""
    backends = {"console": "console", "smtp": "smtp", "smtps": "smtp", "locmem": "locmem"}
    try:
        url = urlsplit(config.mail_url)
        port = url.port
    except ValueError as error:
        raise ConfigError("CMS_MAIL_URL must be an address such as smtp://user:password@mail.example:587.") from error
    if url.scheme not in backends:
        raise ConfigError("CMS_MAIL_URL must begin with smtp://, smtps:// or console:.")
    if config.env == "testing":
        return {"MAIL_BACKEND": "locmem"}
    if config.is_rehearsal and not config.staging_mail:
        return {"MAIL_BACKEND": "console"}  # a copy of the site must not write to its readers
    return {
        "MAIL_BACKEND": backends[url.scheme],
        "MAIL_SERVER": url.hostname or "localhost",
        "MAIL_PORT": port or (465 if url.scheme == "smtps" else 587),
        "MAIL_USERNAME": unquote(url.username) if url.username else None,
        "MAIL_PASSWORD": unquote(url.password) if url.password else None,
        "MAIL_USE_SSL": url.scheme == "smtps",
        "MAIL_USE_TLS": url.scheme == "smtp" and url.username is not None,
        "MAIL_TIMEOUT": TIMEOUT_SECONDS,
    }


def is_printed() -> bool:
    """Whether mail goes to the log and to nobody, for want of a server or because this is a rehearsal."""
    return bool(current_app.config["MAIL_BACKEND"] == "console")


def send(to: str, subject: str, body: str) -> bool:
    """Send plain text from the site's sender; False (and a line in the log) where the mail server would not take it.

    Call it after the commit and with no transaction open: a mail server may take seconds.
    """
    site = settings()
    sender = formataddr((site.mail_name or site.title, site.mail_from))
    message = EmailMessage(subject.replace("\n", " "), body, sender, [to])
    try:
        message.send()
    except (OSError, ValueError) as error:  # a ValueError is an address that no header can carry
        log.warning("mail was not sent: %s", type(error).__name__)
        return False
    if is_printed():
        log.info("mail printed above")
    return True
