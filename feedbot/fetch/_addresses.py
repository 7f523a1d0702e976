"""Which addresses we may speak to.

The rule is applied to the addresses that DNS gave, in the moment of connecting: whatever way a host was written
(decimal, hex, a name that resolves inward, a name that changes between two look-ups), what is judged is what is used.
"""

import socket
from collections.abc import Iterable
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

from feedbot.errors import FetchError

# IANA special-purpose address registries, IPv4 and IPv6 (RFC 6890 and its updates), read November 2026.
# Written out because ipaddress.is_global differs between Python versions and lets NAT64 and 6to4 pass.
_FORBIDDEN_V4 = tuple(
    ip_network(network)
    for network in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
# Of IPv6 only 2000::/3 is global unicast. That leaves out ::1, mapped (::ffff:0:0/96), NAT64 (64:ff9b::/96),
# unique local, link-local, site-local and multicast without naming them.
_GLOBAL_V6 = ip_network("2000::/3")
_FORBIDDEN_V6 = tuple(map(ip_network, ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20")))


def is_public(address: IPv4Address | IPv6Address) -> bool:
    """Tell whether `address` is one of the open Internet."""
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _FORBIDDEN_V4)
    return address in _GLOBAL_V6 and not any(address in network for network in _FORBIDDEN_V6)


def addresses(host: str, port: int, *, numeric: bool = False) -> tuple[IPv4Address | IPv6Address, ...]:
    """Resolve `host`; with `numeric` only what needs no DNS (dotted, decimal, hex), else empty.

    Raises FetchError where the name does not resolve.
    """
    flags = socket.AI_NUMERICHOST if numeric else 0
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=flags)
    except (OSError, UnicodeError) as error:
        if numeric:
            return ()
        raise FetchError(
            host,
            "the name does not resolve: {detail}",
            permanent=False,
            hint="check the host name and this machine's DNS",
            detail=error,
        ) from error
    # A scope (fe80::1%eth0) belongs to the machine, not to the address.
    return tuple(ip_address(str(entry[4][0]).partition("%")[0]) for entry in found)


def refuse_private(host: str, port: int, found: Iterable[IPv4Address | IPv6Address]) -> None:
    """Raise FetchError when one of the addresses of `host` is not public."""
    for address in found:
        if not is_public(address):
            raise FetchError(
                f"{host}:{port}",
                "the address {address} is not on the open Internet",
                permanent=True,
                hint="if this server is yours, list {pair} under network.allow_private",
                address=address,
                pair=f"{host}:{port}",
            )
