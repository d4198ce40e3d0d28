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


#: Blocks that IANA gave to something else than hosts of the public internet, and one address at which a large host of
#: machines answers each of them alone.
_NOT_PUBLIC = tuple(
    map(
        ip_network,
        (
            *("0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12"),
            *("192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24"),
            *("203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4", "168.63.129.16/32"),
            # Protocols, tunnels (Teredo, 6to4) and examples within what is given out of IPv6.
            *("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"),
        ),
    )
)
#: All that was ever given out of IPv6; loopback, link-local, unique local, mapped IPv4 and NAT64 lie outside.
_GIVEN_OUT = ip_network("2000::/3")


def is_public(address: str) -> bool:
    """Whether this is a host of the public internet; what is inside our own network, or leads into it, is none."""
    try:
        found = ip_address(address)
    except ValueError:
        return False
    if isinstance(found, IPv6Address) and (found.scope_id is not None or found not in _GIVEN_OUT):
        return False
    return not any(found.version == block.version and found in block for block in _NOT_PUBLIC)
