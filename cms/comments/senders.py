"""Where a comment came from: never stored as it is, only as a digest that nobody can turn back."""

import hashlib
import hmac
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

MAX_AGENT = 200
#: A household or a server rents a whole /64 of IPv6, so that is what counts as one sender.
IPV6_PREFIX = 64
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
        unit = self._unit()
        return hmac.new(self.secret.encode(), f"comment address {unit}".encode(), hashlib.sha256).hexdigest()

    @property
    def networks(self) -> list[str]:
        """Every network that the address lies in, from itself up to the widest that a ban may name."""
        found = self._parsed()
        if found is None:
            return []
        lengths = range(WIDEST[found.version], found.max_prefixlen + 1)
        return [str(ip_network(f"{found}/{length}", strict=False)) for length in lengths]

    def _unit(self) -> str:
        found = self._parsed()
        if isinstance(found, IPv6Address):
            return str(ip_network(f"{found}/{IPV6_PREFIX}", strict=False))
        return str(found) if found is not None else self.address

    def _parsed(self) -> IPv4Address | IPv6Address | None:
        """An IPv4 address written as IPv6 is the IPv4 address; None where a proxy names none."""
        try:
            found = ip_address(self.address.partition("%")[0])
        except ValueError:
            return None
        return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found
