"""Mail to subscribers: asking whether they mean it, and new posts, each with a way to end it by one click."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from cms.core.i18n import _
from cms.extensions import db
from cms.posts import showing
from cms.posts.models import Edition
from cms.subscriptions import mailings
from cms.subscriptions.models import Subscriber
from cms.subscriptions.queries import by_key
from cms.taxonomy.models import Tag
from cms.web import mailing
from cms.web.languages import in_language_of_site
from cms.web.letters import link, text_of
from cms.web.runtimes import runtime
from cms.web.sealing import seal, unseal
from cms.web.visitors import now, settings
from cms.web.worker import handles

#: How long the link of the first mail works.
LINK_WORKS = timedelta(days=2)
PURPOSE = "subscribe"


def ask(email: str, tag: Tag | None) -> None:
    """The same mail to whoever has subscribed already: neither the page nor the letter box tells anybody else."""
    sealed = seal({"for": PURPOSE, "email": email, "tag": tag.id if tag is not None else None})
    site = settings().title
    what = _("new posts about %(tag)s", tag=tag.name) if tag is not None else _("new posts")
    paragraphs = (
        _("Somebody, probably you, wants %(what)s from %(site)s sent to this address.", what=what, site=site),
        _("If it was you, say yes here. The link works for two days:"),
        link("site.subscribe_confirm", sealed=sealed),
        _("If it was not you, there is nothing to do: no more mail comes, and your address is not kept."),
    )
    mailing.post([email], _("Do you want mail from %(site)s?", site=site), text_of(*paragraphs))


def read_link(sealed: str) -> tuple[str, int | None] | None:
    """The address and the tag of a link that somebody was sent; None where it is forged or too old."""
    values = unseal(sealed, within=LINK_WORKS)
    if values is None or values.get("for") != PURPOSE:
        return None
    return values["email"], values["tag"]


@handles(mailings.CHUNK_JOB)
def _write(_job_id: int, args: dict[str, Any]) -> None:
    """Switched off, nothing more is written; the mailing is over, and does not begin again."""
    if not settings().subscriptions:
        return
    session = db.session()
    mailings.write_letters(session, args["mailing"], args["after"], at=now())
    session.commit()


@handles(mailings.LETTER_JOB)
def _send(_job_id: int, args: dict[str, Any]) -> None:
    """Whoever has left since gets nothing, and a post that was taken back is not sent."""
    session = db.session()
    subscriber = by_key(session, args["key"])
    edition = showing.edition_now(session, args["post"], now())
    if subscriber is None or edition is None or not settings().subscriptions:
        return
    with in_language_of_site():
        letter = _letter(subscriber, edition)
    db.session.rollback()  # so that no transaction is open while it is sent
    mailing.deliver(*letter)


Letter = tuple[str, str, str, dict[str, str]]


def _letter(subscriber: Subscriber, edition: Edition) -> Letter:
    """The same Message-ID at every attempt, so that a mail that was sent twice is recognised."""
    config = runtime().config
    ending = link("site.unsubscribe", key=subscriber.key)
    headers = {
        "Message-ID": f"<post-{edition.post_id}-{mailing.digest(subscriber.key)}@{urlsplit(config.base_url).hostname}>",
        "List-Unsubscribe": f"<{ending}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "Auto-Submitted": "auto-generated",
    }
    paragraphs = (
        edition.title,
        edition.excerpt,
        _("Read it here:"),
        config.base_url + edition.path,
        _("You get this because you subscribed to %(site)s.", site=settings().title),
        _("No more mail, and your address deleted:"),
        ending,
    )
    return subscriber.email, edition.title, text_of(*paragraphs), headers
