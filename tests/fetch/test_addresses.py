"""The address guard: as a rule over addresses, and as connections that are not made."""

import socket
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from ipaddress import IPv4Address, IPv6Address, ip_address
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pytest_httpserver import HTTPServer

from feedbot.errors import FetchError
from feedbot.fetch._addresses import addresses, is_public, refuse_private
from feedbot.fetch.http import NetworkPolicy, fetch

FORBIDDEN = (
    "0.0.0.0",
    "0.1.2.3",
    "10.0.0.1",
    "10.255.255.255",
    "100.64.0.1",
    "100.127.255.254",
    "127.0.0.1",
    "127.255.255.254",
    "169.254.169.254",
    "172.16.0.1",
    "172.31.255.255",
    "192.0.0.1",
    "192.0.0.170",
    "192.0.2.1",
    "192.88.99.1",
    "192.168.0.1",
    "198.18.0.1",
    "198.19.255.255",
    "198.51.100.7",
    "203.0.113.9",
    "224.0.0.1",
    "239.255.255.255",
    "240.0.0.1",
    "255.255.255.255",
    "::",
    "::1",
    "::ffff:127.0.0.1",
    "::ffff:10.0.0.1",
    "::ffff:8.8.8.8",
    "::127.0.0.1",
    "64:ff9b::7f00:1",
    "64:ff9b::808:808",
    "64:ff9b:1::1",
    "100::1",
    "2001::1",
    "2001:db8::1",
    "2001:10::1",
    "2002:7f00:1::1",
    "3fff::1",
    "fc00::1",
    "fd12:3456::1",
    "fe80::1",
    "fec0::1",
    "ff02::1",
)


@pytest.mark.parametrize("address", FORBIDDEN)
def test_every_inward_address_is_refused(address: str) -> None:
    """Loopback, private, link-local, mapped, translated, documentation and multicast are not public."""
    assert not is_public(ip_address(address))


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "172.15.0.1", "172.32.0.1", "100.128.0.1", "192.0.1.1"])
@pytest.mark.parametrize("wide", ["2606:4700::1111", "2400::1", "2001:200::1"])
def test_the_open_internet_passes(address: str, wide: str) -> None:
    """Addresses beside the forbidden blocks are public."""
    assert is_public(ip_address(address))
    assert is_public(ip_address(wide))


@given(st.one_of(st.ip_addresses(v=4), st.ip_addresses(v=6)))
def test_nothing_public_is_private_by_the_standard_library(address: IPv4Address | IPv6Address) -> None:
    """Our list is never looser than ipaddress."""
    if is_public(address):
        assert address.is_global
        assert not address.is_multicast
        assert not address.is_reserved


@pytest.mark.parametrize("host", ["127.1", "2130706433", "0x7f000001", "0177.0.0.1", "127.0.0.1", "::1"])
def test_a_number_written_otherwise_is_still_that_number(host: str) -> None:
    """Decimal, hex, octal and short forms resolve without DNS to what they mean, and are refused."""
    found = addresses(host, 80, numeric=True)
    assert found
    with pytest.raises(FetchError, match="open Internet"):
        refuse_private(host, 80, found)


def test_one_inward_address_among_many_refuses_the_host() -> None:
    """A host that also resolves inward is refused whole: which one is connected is chance."""
    with pytest.raises(FetchError) as caught:
        refuse_private("mixed.example", 443, (ip_address("8.8.8.8"), ip_address("10.0.0.1")))
    assert caught.value.permanent
    assert "mixed.example:443" in caught.value.hint()


def test_a_name_that_does_not_exist_is_a_fetch_error() -> None:
    """DNS failure is ours, and passes."""
    with pytest.raises(FetchError, match="does not resolve") as caught:
        addresses("no-such-host.invalid", 443)
    assert not caught.value.permanent


def test_a_name_needs_dns() -> None:
    """With `numeric`, a name is left to the proxy."""
    assert addresses("localhost", 80, numeric=True) == ()


NAMES = {
    "loopback.example": ["127.0.0.1"],
    "loopback6.example": ["::1"],
    "metadata.example": ["169.254.169.254"],
    "intranet.example": ["10.1.2.3"],
    "mapped.example": ["::ffff:10.1.2.3"],
    "scoped.example": ["fe80::1%lo"],
    "both.example": ["93.184.215.14", "192.168.1.1"],
    "both6.example": ["2606:4700::1111", "fd00::1"],
}
"""What a hostile DNS answers."""

HOSTS = (
    # loopback, as it can be written
    "127.0.0.1",
    "127.0.0.2",
    "127.255.255.254",
    "127.1",
    "127.0.1",
    "2130706433",
    "0x7f000001",
    "0x7f.0.0.1",
    "017700000001",
    "0177.0.0.1",
    "0177.0.0.01",
    "localhost",
    "LOCALHOST",
    "[::1]",
    "[0:0:0:0:0:0:0:1]",
    "[0000::0001]",
    # unspecified: on Linux a connection to it reaches this machine
    "0.0.0.0",
    "0",
    "0x0",
    "[::]",
    # private, and how else it is written
    "10.0.0.1",
    "10.1",
    "0xa000001",
    "172.16.0.1",
    "172.31.255.254",
    "192.168.0.1",
    "192.168.257",
    "3232235521",
    # carrier-grade NAT, link-local with the metadata of clouds, tests, documentation
    "100.64.0.1",
    "169.254.169.254",
    "0xa9fea9fe",
    "2852039166",
    "0251.0376.0251.0376",
    "198.18.0.1",
    "192.0.2.1",
    "198.51.100.1",
    "203.0.113.1",
    "192.0.0.170",
    # multicast, reserved, broadcast
    "224.0.0.1",
    "239.255.255.250",
    "240.0.0.1",
    "255.255.255.255",
    "0xffffffff",
    # IPv4 within IPv6: mapped, compatible, NAT64, 6to4, Teredo
    "[::ffff:127.0.0.1]",
    "[::ffff:7f00:1]",
    "[::ffff:a9fe:a9fe]",
    "[::ffff:0:127.0.0.1]",
    "[::127.0.0.1]",
    "[64:ff9b::7f00:1]",
    "[64:ff9b::10.0.0.1]",
    "[64:ff9b:1::a00:1]",
    "[2002:7f00:1::]",
    "[2002:a00:1::1]",
    "[2001:0:7f00:1::1]",
    # IPv6's own: unique local, link-local with and without a zone, site-local, multicast, documentation, discard
    "[fc00::1]",
    "[fd00:ec2::254]",
    "[fe80::1]",
    "[fe80::1%lo]",
    "[fec0::1]",
    "[ff02::1]",
    "[2001:db8::1]",
    "[100::1]",
    *NAMES,
)
"""Every one is a way to somewhere within; more than the forty that RELIABILITY.md's test asks for."""

UNCLEAR = ("localhost.", "[fe80::1%25lo]")
"""What some resolvers know for a way within and others do not know at all."""


@dataclass
class Wire:
    """Every address that a socket was told to connect to, but for the test's own server; none gets through."""

    own: int = 0
    tried: list[object] = field(default_factory=list)


@pytest.fixture
def wire(monkeypatch: pytest.MonkeyPatch) -> Wire:
    """Count connections where each must pass, in the socket itself; and let NAMES resolve."""
    made = Wire()
    really, resolve = socket.socket.connect, socket.getaddrinfo

    def connect(self: socket.socket, address: Any) -> None:
        if address[1] != made.own:
            made.tried.append(address)
            raise ConnectionRefusedError(address)
        really(self, address)

    def look_up(host: Any, port: Any, *given: Any, **more: Any) -> Any:
        if host in NAMES and not more.get("flags"):
            families = [(socket.AF_INET6 if ":" in one else socket.AF_INET, one) for one in NAMES[host]]
            return [(family, socket.SOCK_STREAM, 6, "", (one, port)) for family, one in families]
        return resolve(host, port, *given, **more)

    monkeypatch.setattr(socket.socket, "connect", connect)
    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return made


@pytest.fixture(scope="module")
def listening() -> Iterator[socket.socket]:
    """A server on all of this machine's addresses, which must see nobody."""
    with socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True) as listener:
        listener.settimeout(0.001)
        yield listener


def refused(url: str, policy: NetworkPolicy, *, unclear: bool = False) -> None:
    """Fetch; an error must come: for ever, and for the address or for what is none."""
    with pytest.raises(FetchError) as caught:
        fetch(url, policy=policy, now=datetime(2026, 4, 1, tzinfo=UTC))
    told = str(caught.value)
    if not (unclear and "does not resolve" in told):
        assert caught.value.permanent
        assert "not on the open Internet" in told or "not an address" in told


def test_the_list_is_long_enough() -> None:
    """Forty are asked for; each is another."""
    assert len(set(HOSTS)) == len(HOSTS) >= 40


@pytest.mark.parametrize("scheme", ["https", "http"])
@pytest.mark.parametrize("host", HOSTS + UNCLEAR)
def test_a_forbidden_address_is_not_connected(wire: Wire, listening: socket.socket, host: str, scheme: str) -> None:
    """No socket is told to connect, and a server on this machine sees nobody, also where http is allowed."""
    port = listening.getsockname()[1]
    bare = host.strip("[]").lower()
    refused(f"{scheme}://{host}:{port}/", NetworkPolicy(allow_http=(host, bare, host.lower())), unclear=host in UNCLEAR)
    assert wire.tried == []
    with pytest.raises(TimeoutError):
        listening.accept()


@pytest.mark.parametrize("host", HOSTS + UNCLEAR)
def test_a_redirect_to_a_forbidden_address_is_not_connected(wire: Wire, httpserver: HTTPServer, host: str) -> None:
    """The pair that the operator listed answers with a way inward: only that pair was connected to."""
    wire.own = httpserver.port
    httpserver.expect_request("/").respond_with_data(status=302, headers={"Location": f"https://{host}/x"})
    policy = NetworkPolicy((f"localhost:{httpserver.port}",), ("localhost",))
    refused(httpserver.url_for("/"), policy, unclear=host in UNCLEAR)
    assert wire.tried == []
    assert len(httpserver.log) == 1


def test_the_counter_counts(wire: Wire) -> None:
    """What is listed is connected to, so an empty count above means something."""
    with pytest.raises(FetchError, match="no connection"):
        fetch(
            "https://intranet.example:8443/",
            policy=NetworkPolicy(("intranet.example:8443",)),
            now=datetime(2026, 4, 1, tzinfo=UTC),
        )
    assert wire.tried == [("10.1.2.3", 8443)]
