"""Who counts as one sender, whatever the last digits of their address."""

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

#: A household or a server rents a whole /64 of IPv6, so that is what counts as one sender.
IPV6_PREFIX = 64


def parsed(address: str) -> IPv4Address | IPv6Address | None:
    """An IPv4 address written as IPv6 is the IPv4 address; None where a proxy names none."""
    try:
        found = ip_address(address.partition("%")[0])
    except ValueError:
        return None
    return found.ipv4_mapped or found if isinstance(found, IPv6Address) else found


def sender_of(address: str) -> str:
    """Equal for every address that counts as one sender."""
    found = parsed(address)
    if isinstance(found, IPv6Address):
        return str(ip_network(f"{found}/{IPV6_PREFIX}", strict=False))
    return str(found) if found is not None else address


def is_loopback(address: str) -> bool:
    found = parsed(address)
    return found is not None and found.is_loopback
