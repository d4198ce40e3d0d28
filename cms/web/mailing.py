"""Sending mail: one place, so that the library behind it can change."""

import hashlib
import logging
from collections.abc import Sequence
from email.utils import formataddr
from smtplib import SMTPRecipientsRefused
from typing import Any
from urllib.parse import unquote, urlsplit

from flask import current_app
from flask_mailman import EmailMessage

from cms.core.i18n import N_
from cms.extensions import db, mail
from cms.jobs import actions as jobs
from cms.jobs.leases import GiveUp, Retry
from cms.web.meters import meters
from cms.web.runtimes import runtime
from cms.web.sealing import seal, unseal
from cms.web.visitors import now, settings
from cms.web.worker import handles
from config import Config, ConfigError

log = logging.getLogger(__name__)

TIMEOUT_SECONDS = 10
MAIL = "mail"


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
    """Send plain text at once, for whoever waits for the answer; False where the mail server would not take it.

    Call it after the commit and with no transaction open: a mail server may take seconds.
    """
    try:
        _deliver(to, subject, body)
    except (OSError, ValueError) as error:
        log.warning("mail was not sent: %s", type(error).__name__)
        return False
    return True


def post(addresses: Sequence[str], subject: str, body: str) -> None:
    """Hand mail to the outbox, in the transaction of what it tells of; each address gets a message of its own.

    It is sealed: who writes to whom, and the links in it, do not lie in the table in the clear.
    """
    each = [{"sealed": seal({"to": address, "subject": subject, "body": body})} for address in addresses]
    jobs.add_each(db.session(), MAIL, each, at=now(), label=subject)


@handles(MAIL)
def _send_job(job_id: int, args: dict[str, Any]) -> None:
    """The same Message-ID at every attempt, so that a mail that was sent twice is recognised."""
    message = unseal(args["sealed"])
    if message is None:
        raise GiveUp(N_("It was sealed with another CMS_SECRET_KEY."))
    settings()  # kept for the mail, so that no transaction is open while it is sent
    db.session.rollback()
    host = urlsplit(runtime().config.base_url).hostname
    headers = {"Message-ID": f"<job-{job_id}-{digest(args['sealed'])}@{host}>"}
    deliver(message["to"], message["subject"], message["body"], headers)


def deliver(to: str, subject: str, body: str, headers: dict[str, str]) -> None:
    """For a job, with no transaction open: what goes wrong says whether another attempt may help."""
    try:
        _deliver(to, subject, body, headers)
    except SMTPRecipientsRefused as error:
        codes = sorted({code for code, _text in error.recipients.values()})
        outcome = GiveUp if all(code >= 500 for code in codes) else Retry
        told = ", ".join(map(str, codes))
        raise outcome(N_("The mail server does not take mail for this address."), told) from None
    except ValueError:
        raise GiveUp(N_("This is no address that a mail can be sent to.")) from None
    except OSError as error:
        raise Retry(N_("The mail server could not be reached, or refused."), type(error).__name__) from None


def digest(text: str) -> str:
    """For a Message-ID: it tells one letter from another, in another copy of the site as well, and nothing else."""
    return hashlib.sha256(text.encode()).hexdigest()[:16]


def _deliver(to: str, subject: str, body: str, headers: dict[str, str] | None = None) -> None:
    """From the site's sender; a ValueError is an address that no header can carry."""
    site = settings()
    sender = formataddr((site.mail_name or site.title, site.mail_from))
    message = EmailMessage(subject.replace("\n", " "), body, sender, [to], headers=headers)
    try:
        with mail.get_connection() as connection:  # which is closed even where the message is refused
            connection.send_messages([message])
    except (OSError, ValueError):
        meters().mail.labels("failed").inc()
        raise
    meters().mail.labels("sent").inc()
    if is_printed():
        log.info("mail printed above")
