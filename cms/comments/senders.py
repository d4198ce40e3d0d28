"""Where a comment came from: never stored as it is, only as a digest that nobody can turn back."""

from dataclasses import dataclass
from ipaddress import IPv4Network, IPv6Network, ip_network

from cms.core.keys import keyed_digest
from cms.core.networks import parsed, sender_of

MAX_AGENT = 200
Network = IPv4Network | IPv6Network
#: Networks larger than these cannot be banned: they hold millions of people.
WIDEST = {4: 8, 6: 16}


@dataclass(frozen=True)
class Sender:
    """A network address, the secret that its digest is made with, and what the browser calls itself."""

    address: str
    secret: str
    agent: str = ""

    @property
    def digest(self) -> str:
        """Equal for every address that counts as one sender."""
        return keyed_digest(self.secret, f"comment address {sender_of(self.address)}")

    @property
    def networks(self) -> list[str]:
        """Every network that the address lies in, from itself up to the widest that a ban may name."""
        found = parsed(self.address)
        if found is None:
            return []
        lengths = range(WIDEST[found.version], found.max_prefixlen + 1)
        return [str(ip_network(f"{found}/{length}", strict=False)) for length in lengths]
