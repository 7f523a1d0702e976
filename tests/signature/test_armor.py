"""ASCII armor."""

import base64

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedbot.signature import ArmorError, armor
from tests.signature.make_cases import armored


@given(st.binary(min_size=1, max_size=400), st.booleans(), st.sampled_from([b"\n", b"\r\n", b" \n"]))
def test_armor_is_undone(data: bytes, checksum: bool, end: bytes) -> None:
    """What was armored comes back, with and without checksum, with any line end and trailing blanks."""
    assert armor.signature(b"\n" + armored(data, checksum=checksum).replace(b"\n", end) + b"\n") == data


@given(st.lists(st.binary(min_size=1, max_size=100), min_size=1, max_size=4))
def test_key_files_may_hold_words_and_several_blocks(blocks: list[bytes]) -> None:
    """Words around key blocks are skipped, and all blocks are taken."""
    text = b"-- fingerprint:\n".join(armored(block, "PUBLIC KEY BLOCK") for block in blocks)
    assert armor.keys(b"pub  ed25519\n" + text + b"bye") == b"".join(blocks)


@given(st.binary(max_size=200))
def test_nothing_but_armor_errors(noise: bytes) -> None:
    """Any bytes as a file, or as a block's content, are undone or refused."""
    whole = b"-----BEGIN PGP SIGNATURE-----\n\n" + noise + b"\n-----END PGP SIGNATURE-----"
    for data in (noise, whole, whole.replace(b"SIGNATURE", b"PUBLIC KEY BLOCK")):
        for undo in (armor.signature, armor.keys):
            try:
                undo(data)
            except ArmorError:
                continue


def test_checksum_is_the_rfcs() -> None:
    """CRC-24 of "123456789" is 0x21CF02, as every catalogue of checksums says."""
    assert armor.crc24(b"123456789") == 0x21CF02


BLOCK = armored(b"hello world")
BODY = base64.b64encode(b"hello world")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "0 signature blocks"),
        (BLOCK + BLOCK, "2 signature blocks"),
        (b"x\n" + BLOCK, "text around"),
        (BLOCK + b"x", "text around"),
        (BLOCK.replace(b"-----END", b"----END"), "no END line"),
        (BLOCK.replace(b"\n\n", b"\n"), "empty line"),
        (BLOCK.replace(b"\n\n", b"\nx\n\n"), "headers are broken"),
        (BLOCK.replace(b"\n\n", b"\n!Comment: x\n\n"), "headers are broken"),
        (BLOCK.replace(b"\n\n", b"\nComment:x\n\n"), "headers are broken"),
        (BLOCK.replace(BODY, BODY[:-2]), "not base64"),
        (BLOCK.replace(BODY + b"\n", BODY), "not base64"),
        (BLOCK.replace(BODY, BODY[:4] + b"\xe3\x81\x82" + BODY[4:]), "not base64"),
        (BLOCK.replace(BODY, BODY + b"AAAA"), "not base64"),
        (BLOCK.replace(BODY, BODY[:4] + b"\n" + BODY[4:8]), "checksum is wrong"),
        (BLOCK.replace(BODY, BODY + b"\n=AAAA"), "not base64"),
        (armored(b"", checksum=False), "armor is empty"),
    ],
)
def test_broken_armor_is_refused(data: bytes, reason: str) -> None:
    """What is wrong with the armor is named."""
    with pytest.raises(ArmorError, match=reason):
        armor.signature(data)


def test_a_private_key_block_is_no_key_file() -> None:
    """Only public key blocks are looked for."""
    with pytest.raises(ArmorError, match="no public key block"):
        armor.keys(armored(b"x", "PRIVATE KEY BLOCK"))


@pytest.mark.parametrize("header", [b"Version: GnuPG v2", b"Comment:", b"Comment: ", b"X: 1", b"X-1: a: b"])
def test_headers_are_skipped(header: bytes) -> None:
    """Of any name, and without a value too: nobody vouches for them."""
    assert armor.signature(BLOCK.replace(b"\n\n", b"\n" + header + b"\n\n")) == b"hello world"
