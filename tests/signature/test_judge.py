"""The judge that a source member is given."""

import pytest

from feedbot.advisory import Trust, Verdict
from feedbot.signature import (
    Keyring,
    KeyringError,
    VerifiedText,
    judge_for,
    keys,
    verify_detached,
    verify_file,
    verify_inside,
)
from tests.signature.make_cases import NOW, NUMBER, TEXT, Workshop, canonical


def test_a_judge_knows_its_source(workshop: Workshop) -> None:
    """Keyring, pins and transport are the source's; the number is the feed's."""
    judge = judge_for(keys.merge([workshop.public(workshop.a)]), (workshop.a,), NOW, "https")
    text = judge(b"<p>page</p>\n" + workshop.clear() + b"<p>more</p>", NUMBER)
    assert isinstance(text, VerifiedText)
    assert text.text == TEXT.rstrip("\n")
    assert text.signed == canonical(TEXT)
    assert text.original.startswith(b"-----BEGIN PGP SIGNED")
    assert text.signature.transport == "https"
    assert text.signature.trust is Trust.SIGNED
    assert judge(workshop.clear(), "OTHER-1").signature.verdict is Verdict.REFUSED
    assert judge(workshop.clear(by=workshop.b), NUMBER).signature.verdict is Verdict.UNKNOWN_KEY


def test_without_keys_nothing_verifies(workshop: Workshop) -> None:
    """A signed text is by an unknown key; one without BEGIN line is unsigned and whole."""
    judge = judge_for(None, (), NOW, "https")
    assert judge(workshop.clear(), None).signature.verdict is Verdict.UNKNOWN_KEY
    text = judge(TEXT.encode("euc_jp"), NUMBER)
    assert (text.text, text.signature.verdict, text.signature.trust) == (TEXT, Verdict.UNSIGNED, Trust.TRANSPORT)


def test_large_pages_without_a_block_are_unsigned() -> None:
    """The limit is for signed texts."""
    judge = judge_for(None, (), NOW, "http")
    text = judge(b"x\n" * 1_000_000, None)
    assert (text.signature.verdict, text.signature.trust) == (Verdict.UNSIGNED, Trust.NONE)


def test_a_pin_must_be_a_fingerprint(workshop: Workshop) -> None:
    """A key id in the configuration is a fault, not a pin that never matches."""
    judge = judge_for(keys.merge([workshop.public(workshop.a)]), (workshop.a[-16:],), NOW, "file")
    with pytest.raises(KeyringError, match="40 hexadecimal"):
        judge(workshop.clear(), None)


def test_a_text_came_from_a_file_unless_another_way_is_named() -> None:
    """Each of the three entrances."""
    for found in (
        verify_file(b"x", keyring=Keyring(), pins=(), now=NOW),
        verify_inside(b"x", keyring=Keyring(), pins=(), now=NOW),
        verify_detached(b"x", b"x", keyring=Keyring(), pins=(), now=NOW),
    ):
        assert found.signature.transport == "file"


def test_a_detached_signature_has_the_limit_of_a_text() -> None:
    """Binary as well as armored: what is larger than 1 MiB is not read."""
    for first in (b"\x88", b"-"):
        found = verify_detached(b"x", first + b"\n" * 1_048_576, keyring=Keyring(), pins=(), now=NOW)
        assert found.signature.verdict is Verdict.REFUSED
        assert "larger than 1048576 bytes" in found.signature.reason
        found = verify_detached(b"x", first + b"\n" * 1_048_575, keyring=Keyring(), pins=(), now=NOW)
        assert found.signature.verdict is Verdict.MALFORMED
