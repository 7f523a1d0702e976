"""Ask DNS block lists (DNSBL, RFC 5782) about addresses. The only home of dnspython.

A list answers 127.0.0.N for what is on it and NXDOMAIN for what is not. Everything else says something of the list or
the resolver, never of the address: no answer, 127.255.255.N (refused: public resolver, too many queries), 127.0.0.1, an
address outside 127.0.0.0/8 (a resolver that invents answers). Whether a list works is asked by its test entries:
127.0.0.2 is on every list, 127.0.0.1 on none (IPv6: ::ffff:7f00:2 and ::ffff:7f00:1).
"""

from dataclasses import dataclass
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import dns.exception
import dns.resolver

from feedbot.messages import tr

Address = IPv4Address | IPv6Address
_LOOPBACK, _REFUSED, _NOBODY = ip_network("127.0.0.0/8"), ip_network("127.255.255.0/24"), IPv4Address("127.0.0.1")
_MOST = 400
"""Characters kept of what a list says in words."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a list says of an address: it is on the list with these `codes`, or not (`codes` empty); where `failure`
    is not empty nothing is known, and it says why. `words` are the list's own, in one line."""

    codes: tuple[str, ...] = ()
    words: str = ""
    failure: str = ""

    @property
    def listed(self) -> bool:
        """True where the address is on the list, False where it is not, or nobody knows."""
        return bool(self.codes) and not self.failure


@dataclass(frozen=True, slots=True)
class Resolver:
    """Where to ask: addresses of name servers (none: the machine's own), their port, seconds for a question."""

    servers: tuple[str, ...] = ()
    port: int = 53
    seconds: float = 5.0

    def ask(self, name: str, kind: str) -> tuple[str, ...] | None:
        """Return the records of a name as text; None where there is no such name or record.

        Raises dns.exception.DNSException, and OSError, where there is no answer.
        """
        resolver = dns.resolver.Resolver(configure=not self.servers)
        if self.servers:
            resolver.nameservers, resolver.port = list(self.servers), self.port
        try:
            found = resolver.resolve(name, kind, lifetime=self.seconds, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return None
        return tuple(record.to_text() for record in found)


def query_name(address: Address, zone: str) -> str:
    """Return the name that asks a list about an address: 1.2.0.192.bl.example. for 192.0.2.1."""
    turned = address.reverse_pointer.removesuffix(".in-addr.arpa").removesuffix(".ip6.arpa")
    return f"{turned}.{zone.strip('.')}."


def look_up(resolver: Resolver, address: Address, zone: str) -> Answer:
    """Ask a list about an address. Failures are values."""
    name = query_name(address, zone)
    try:
        codes = resolver.ask(name, "A")
        fault = _fault(codes or ())
        if codes is None or fault:
            return Answer(failure=fault)
        words = resolver.ask(name, "TXT")
    except (dns.exception.DNSException, OSError) as error:
        return Answer(failure=tr("no answer: {why}", why=type(error).__name__))
    line = " ".join(" ".join(words or ()).replace('"', "").split())
    return Answer(tuple(sorted(codes)), "".join(one for one in line if one.isprintable())[:_MOST])


def _fault(codes: tuple[str, ...]) -> str:
    """Say why an answer is none about the address; empty where it is one."""
    for code in codes:
        address = ip_address(code)
        if address not in _LOOPBACK:
            return tr("the answer {code} is none of a block list: the resolver invents answers", code=code)
        if address in _REFUSED:
            return tr("the list refuses to answer ({code}): see its terms of use", code=code)
        if address == _NOBODY:
            return tr("the answer {code} is none of a block list: the resolver invents answers", code=code)
    return ""


def probe(resolver: Resolver, zone: str) -> str:
    """Return what is wrong with a list, by its test entries; empty where it works."""
    present = look_up(resolver, IPv4Address("127.0.0.2"), zone)
    absent = look_up(resolver, _NOBODY, zone)
    if present.failure or absent.failure:
        return present.failure or absent.failure
    if absent.listed:
        return tr("it lists everything, even 127.0.0.1")
    if not present.listed:
        return tr("it does not list its test entry 127.0.0.2: closed, or hidden by the resolver")
    return ""


def addresses_of(resolver: Resolver, host: str) -> tuple[Address, ...]:
    """Return the addresses of a host by its name; none where it has none, or the resolver does not answer."""
    found: list[Address] = []
    for kind in ("A", "AAAA"):
        try:
            found += [ip_address(text) for text in resolver.ask(f"{host.strip('.')}.", kind) or ()]
        except (dns.exception.DNSException, OSError):
            continue
    return tuple(found)
