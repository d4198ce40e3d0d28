"""What a webhook may be: the address in the shape in which it is asked, and kinds that there are."""

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from cms.core.errors import Faults, Invalid
from cms.core.i18n import _
from cms.core.networks import is_public, parsed
from cms.webhooks.kinds import HookKind
from cms.webhooks.models import LONGEST_URL


@dataclass(frozen=True)
class Reach:
    """Where messages may go on this installation."""

    https_only: bool
    private: bool

    def allows(self, address: str) -> bool:
        """The one rule, asked here for an address that was typed and again for each that a name leads to."""
        return self.private or is_public(address)


@dataclass(frozen=True)
class Wanted:
    """What somebody asks for."""

    url: str
    events: list[str]


def checked(wanted: Wanted, reach: Reach) -> Wanted:
    """Without white space and in the order of the list; Invalid with a sentence for every field at fault."""
    faults = Faults()
    url = wanted.url.strip()
    with faults.of("url"):
        _check_url(url, reach)
    with faults.of("events"):
        _check_events(wanted.events)
    faults.refuse()
    return Wanted(url, [kind.value for kind in HookKind if kind in wanted.events])


def _check_url(url: str, reach: Reach) -> None:
    if not url.isascii() or not url.isprintable() or " " in url:
        raise Invalid(_("Write it with plain letters and signs only: “xn--…” for a name, “%%20” for a space."))
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a bracket or a port that is none
        usable = False
    if not usable or len(url) > LONGEST_URL:
        raise Invalid(_("Give a whole address, such as https://example.com/hook."))
    if reach.https_only and parts.scheme != "https":
        raise Invalid(_("The address must begin with https://."))
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise Invalid(_("Leave out user names, passwords and what follows “#”: messages are signed instead."))
    host = parts.hostname or ""
    if parsed(host) is not None and not reach.allows(host):
        raise Invalid(_("This address lies in a network that is not public."))


def _check_events(events: Iterable[str]) -> None:
    chosen = set(events)
    if not chosen:
        raise Invalid(_("Choose at least one kind of event."))
    if chosen - set(HookKind):
        raise Invalid(_("Choose from the list."))
