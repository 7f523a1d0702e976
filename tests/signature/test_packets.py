"""OpenPGP packets."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedbot.signature import ForbiddenError, MalformedError, PacketError, packets

TEXT = frozenset({0x01})
STAMP = (1_700_000_000).to_bytes(4, "big")
CREATED = b"\x05\x02" + STAMP
V4 = b"\x04\x01\x16\x08" + len(CREATED).to_bytes(2, "big") + CREATED + b"\x00\x00\xab\xcd\x00\x01\x01"
V3 = b"\x03\x05\x01" + STAMP + b"\x00" * 8 + b"\x01\x02\xab\xcd\x00\x01\x01"


def packet(body: bytes, tag: int = 2) -> bytes:
    """Frame a body in the new format."""
    return bytes([0xC0 | tag, 0xFF]) + len(body).to_bytes(4, "big") + body


def old(body: bytes, tag: int, kind: int) -> bytes:
    """Frame a body in the old format, with a length of 1, 2 or 4 bytes."""
    return bytes([0x80 | tag << 2 | kind]) + len(body).to_bytes(1 << kind, "big") + body


def new(body: bytes, tag: int) -> bytes:
    """Frame a body in the new format with the shortest length."""
    size = len(body)
    if size < 192:
        return bytes([0xC0 | tag, size]) + body
    return bytes([0xC0 | tag, (size - 192 >> 8) + 192, size - 192 & 0xFF]) + body


@given(st.lists(st.tuples(st.integers(1, 15), st.binary(max_size=255), st.integers(0, 4)), max_size=5))
def test_walk_undoes_every_frame(given_: list[tuple[int, bytes, int]]) -> None:
    """Old and new lengths, in any order."""
    frames = {0: lambda b, t: old(b, t, 0), 1: lambda b, t: old(b, t, 1), 2: lambda b, t: old(b, t, 2), 3: new}
    data = b"".join(frames.get(kind, packet)(body, tag) for tag, body, kind in given_)
    assert list(packets.walk(data)) == [(tag, body) for tag, body, _ in given_]


def test_two_byte_lengths_reach_as_far_as_the_rfc_says() -> None:
    """191 is the last one-byte length, 8383 the last of two bytes (RFC 9580, 4.2.1)."""
    for size in (191, 192, 8383):
        assert list(packets.walk(new(b"x" * size, 2))) == [(2, b"x" * size)]
    assert new(b"x" * 8383, 2)[1] == 223


@given(st.binary(max_size=100))
def test_nothing_but_our_errors(noise: bytes) -> None:
    """Any bytes, alone or as the body of a signature, are read or refused."""
    for data in (noise, packet(noise), packet(b"\x04" + noise), packet(b"\x03\x05" + noise)):
        try:
            packets.read_signature(data, TEXT)
        except (MalformedError, ForbiddenError):
            continue


def test_version_4_is_read() -> None:
    """Class, digest and the hashed creation time."""
    found = packets.read_signature(packet(V4), TEXT)
    assert (found.version, found.kind, found.digest_name, found.old) == (4, 1, "SHA256", False)
    assert found.created == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert found.raw == packet(V4)


@pytest.mark.parametrize("version", [2, 3])
def test_versions_2_and_3_are_read_and_old(version: int) -> None:
    """PGP 2.x signatures are recognised, whatever their digest."""
    found = packets.read_signature(packet(bytes([version]) + V3[1:]), TEXT)
    assert (found.version, found.kind, found.digest_name, found.old) == (version, 1, "SHA1", True)
    assert found.created == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)
    assert packets.read_signature(packet(V3[:16] + b"\x08" + V3[17:]), TEXT).old


@pytest.mark.parametrize(
    ("number", "name"),
    [
        (1, "MD5"),
        (2, "SHA1"),
        (3, "RIPEMD160"),
        (8, "SHA256"),
        (9, "SHA384"),
        (10, "SHA512"),
        (11, "SHA224"),
        (12, "#12"),
    ],
)
def test_digests_are_named_as_in_a_hash_header(number: int, name: str) -> None:
    """RFC 9580, 9.5; a number without a name is shown as one."""
    assert packets.read_signature(packet(V4[:3] + bytes([number]) + V4[4:]), TEXT).digest_name == name


def test_other_subpackets_are_passed_over() -> None:
    """The lifetimes of a key and of the signature have four bytes too; neither is the creation time."""
    hashed = b"\x05\x09\x00\x00\x00\x01" + b"\x05\x83\x00\x00\x00\x01" + b"\x05\x82" + STAMP
    body = V4[:4] + len(hashed).to_bytes(2, "big") + hashed + b"\x00\x00\xab\xcd"
    assert packets.read_signature(packet(body), TEXT).created.year == 2023


def test_the_largest_lengths_are_read_whole() -> None:
    """All four bytes of a packet's length, all two of the hashed part's, all four of a subpacket's."""
    assert list(packets.walk(packet(b"x" * 70_000))) == [(2, b"x" * 70_000)]
    hashed = b"\xff\x00\x00\x01\x02" + b"n" * 258 + CREATED
    body = V4[:4] + len(hashed).to_bytes(2, "big") + hashed + b"\x00\x00\xab\xcd"
    assert packets.read_signature(packet(body), TEXT).created.year == 2023


def test_the_shortest_version_3_signature_is_read() -> None:
    """19 bytes and no number: gpgv will say what it thinks of it."""
    assert packets.read_signature(packet(V3[:19]), TEXT).version == 3


@pytest.mark.parametrize(("digest", "old_"), [(1, True), (2, True), (3, True), (8, False), (11, False), (12, False)])
def test_old_digests(digest: int, old_: bool) -> None:
    """MD5, SHA-1 and RIPEMD-160 are old."""
    assert packets.read_signature(packet(V4[:3] + bytes([digest]) + V4[4:]), TEXT).old is old_


def test_creation_time_in_the_unhashed_part_does_not_count() -> None:
    """The unhashed part is anybody's word."""
    for hashed in (b"", b"\x02\x09\x01"):
        area = len(hashed).to_bytes(2, "big") + hashed
        moved = V4[:4] + area + len(CREATED).to_bytes(2, "big") + CREATED + V4[-5:]
        with pytest.raises(PacketError, match="when it was made"):
            packets.read_signature(packet(moved), TEXT)


@pytest.mark.parametrize(
    "long",
    [
        b"\xff\x00\x00\x00\x05\x02" + STAMP,
        b"\xbf" + b"n" * 191 + CREATED,
        b"\xc0\x00" + b"n" * 192 + CREATED,
        b"\xc1\x02" + b"n" * 450 + CREATED,
        b"\xfe\xff" + b"n" * 16_319 + CREATED,
    ],
)
def test_long_subpackets_are_read(long: bytes) -> None:
    """Lengths of one, two and five bytes, to the last of each (RFC 9580, 5.2.3.7)."""
    body = V4[:4] + len(long).to_bytes(2, "big") + long + b"\x00\x00\xab\xcd"
    assert packets.read_signature(packet(body), TEXT).created.year == 2023


@pytest.mark.parametrize(
    ("data", "error", "reason"),
    [
        (b"", PacketError, "no signature"),
        (packet(b"x", 8), PacketError, "no signature"),
        (packet(V4) + packet(b"x", 11), PacketError, "no signature"),
        (packet(V4) * 2, ForbiddenError, "2 signatures"),
        (packet(b"\x05" + V4[1:]), ForbiddenError, "version 5"),
        (packet(b"\x06" + V4[1:]), ForbiddenError, "version 6"),
        (packet(V4[:1] + b"\x00" + V4[2:]), ForbiddenError, "class 0x00"),
        (packet(V4[:1] + b"\x10" + V4[2:]), ForbiddenError, "class 0x10"),
        (packet(b""), PacketError, "cut off"),
        (packet(V4)[:-1], PacketError, "byte 0 is cut off"),
        (packet(V3[:18]), PacketError, "cut off"),
        (packet(b"\x03\x06" + V3[2:]), PacketError, "cut off"),
        (packet(b"\x04\x01\x16\x08"), PacketError, "cut off"),
        (packet(V4[:4] + b"\x00\x02\x09\x02"), PacketError, "cut off"),
        (packet(V4[:4] + b"\x00\x01\x00"), PacketError, "cut off"),
        (b"\x8b" + V4, PacketError, "byte 0 has no length"),
        (b"\xc2\xe0" + V4, PacketError, "byte 0 has no length"),
        (b"\xc2\xff\x01\x00\x00" + bytes([len(V4)]) + V4, PacketError, "byte 0 is cut off"),
        (packet(V4[:4] + b"\x00\x0a\xff\x01\x00\x00\x05\x02" + STAMP + V4[-7:]), PacketError, "cut off"),
        (packet(V4[:4] + b"\x00\x05\x04\x02" + STAMP[:3] + V4[-7:]), PacketError, "when it was made"),
        (b"x", PacketError, "byte 0 does not start"),
        (b"\x0b\x00", PacketError, "byte 0 does not start"),
        (b"\xc2", PacketError, "cut off"),
    ],
)
def test_what_is_refused(data: bytes, error: type[Exception], reason: str) -> None:
    """Everything but one signature over a text."""
    with pytest.raises(error, match=reason):
        packets.read_signature(data, TEXT)


def test_keys_are_whole_and_public() -> None:
    """A secret key, a cut one, and something else are told apart."""
    packets.check_keys(packet(b"k", 6) + packet(b"u", 13))
    with pytest.raises(ForbiddenError, match="secret"):
        packets.check_keys(packet(b"k", 6) + packet(b"k", 7))
    with pytest.raises(ForbiddenError, match="secret"):
        packets.check_keys(packet(b"k", 5))
    for data in (b"", packet(V4)):
        with pytest.raises(PacketError, match="no public key"):
            packets.check_keys(data)
    with pytest.raises(PacketError, match="cut off"):
        packets.check_keys(packet(b"key", 6)[:-1])
