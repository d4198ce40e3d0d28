"""Whom a ban is on, as somebody typed it: a member, an e-mail address or a network."""

from dataclasses import dataclass
from ipaddress import IPv6Network, ip_network

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from cms.accounts.models import User
from cms.accounts.names import EMAIL_LENGTH, clean_email, fold_email
from cms.accounts.policy import UserPolicy
from cms.comments.senders import WIDEST, Network
from cms.core.errors import Faults, Invalid
from cms.core.i18n import _
from cms.core.networks import parsed
from cms.core.text import fold_username

#: Of an IPv6 address that stands for one of IPv4, so many bits say that it does.
MAPPED = 96


@dataclass(frozen=True)
class Target:
    """Exactly one of the three, clean."""

    member: User | None = None
    email: str | None = None
    network: str | None = None

    @property
    def field(self) -> str:
        """Of the form, for what is wrong with it."""
        if self.member is not None:
            return "member"
        return "email" if self.email is not None else "network"


def read_target(session: Session, typed: dict[str, str], here: str, *, by: User) -> Target:
    """The one that was filled in; `here` is where somebody sits who should not ban themselves."""
    given = {field: text.strip() for field, text in typed.items() if text.strip()}
    if not given:
        raise _invalid("member", _("Say who is banned: a member, an e-mail address or a network."))
    if len(given) > 1:
        raise _invalid(list(given)[-1], _("Fill in one of the three only, and make a second ban for another."))
    [(field, text)] = given.items()
    faults = Faults()
    target = Target()
    with faults.of(field):
        match field:
            case "member":
                target = Target(member=_member(session, text, by))
            case "email":
                target = Target(email=clean_email(text))
            case _:
                target = Target(network=_network(text, here))
    faults.refuse()
    return target


def _member(session: Session, text: str, by: User) -> User:
    """By the whole of a name or of the address, since half of one is somebody else's."""
    if "@" in text and not UserPolicy(by).may_know_addresses():
        raise Invalid(
            _("Only those who manage people know whose an address is. Enter a name, or use the field for addresses.")
        )
    name, username = text[:EMAIL_LENGTH], fold_username(text[:EMAIL_LENGTH])
    wanted = (
        User.email == fold_email(text) if "@" in text else or_(User.username == username, User.display_name == name)
    )
    known = select(User).where(wanted, User.anonymised_at.is_(None)).order_by(User.username != username, User.id)
    found = list(session.scalars(known.limit(2)))
    if not found:
        raise Invalid(_("Nobody has an account with this name or address."))
    if len(found) > 1 and found[0].username != username:
        raise Invalid(_("Several people have this name. Enter the username or the e-mail address."))
    return found[0]


def _network(text: str, here: str) -> str:
    """One address is the narrowest of networks."""
    try:
        network: Network = ip_network(text, strict=False)
        if "%" in text:
            raise ValueError(text)
    except ValueError:
        raise Invalid(
            _("This is neither an address nor a network. They look like 192.0.2.7, 192.0.2.0/24 or 2001:db8::/64.")
        ) from None
    network = _without_mapping(network)
    widest = WIDEST[network.version]
    if network.prefixlen < widest:
        raise Invalid(_("This network is too wide: at most one of /%(widest)s can be banned.", widest=widest))
    own = parsed(here)
    if own is not None and own in network:
        raise Invalid(_("Your own address lies in this network."))
    return str(network)


def _without_mapping(network: Network) -> Network:
    """As senders are compared: an IPv4 address written as IPv6 is the IPv4 address."""
    if isinstance(network, IPv6Network) and network.prefixlen >= MAPPED and network.network_address.ipv4_mapped:
        return ip_network(f"{network.network_address.ipv4_mapped}/{network.prefixlen - MAPPED}")
    return network


def _invalid(field: str, sentence: str) -> Invalid:
    return Invalid(sentence, {field: sentence})
