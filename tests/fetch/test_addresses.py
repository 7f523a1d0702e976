"""The address guard, as a rule over addresses."""

from ipaddress import IPv4Address, IPv6Address, ip_address

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedbot.errors import FetchError
from feedbot.fetch._addresses import addresses, is_public, refuse_private

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
