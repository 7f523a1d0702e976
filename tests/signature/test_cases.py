"""Every case of the design's list, through the entrance it would come by."""

from pathlib import Path

import pytest

from feedbot.advisory import Verdict
from feedbot.signature import Keyring, UnsignedText, VerifiedText, verify_detached, verify_file, verify_inside
from tests.signature.cases import attack, honest
from tests.signature.make_cases import NOW, NUMBER, Case, Registry, Workshop


def judge(case: Case, folder: Path) -> VerifiedText | UnsignedText:
    """Load the keys from files and call the entrance."""
    paths = []
    for number, key in enumerate(case.keys):
        paths.append(folder / f"key-{number}")
        paths[-1].write_bytes(key)
    keyring = Keyring.load(paths)
    entrance = verify_inside if case.inside else verify_file
    if case.detached is not None:
        return verify_detached(
            case.data, case.detached, keyring=keyring, pins=case.pins, now=NOW, claims=case.claims, at=case.at
        )
    return entrance(case.data, keyring=keyring, pins=case.pins, now=NOW, claims=case.claims, at=case.at)


def check(registry: Registry, name: str, workshop: Workshop, folder: Path) -> VerifiedText | UnsignedText:
    """Hold the verdict, the type that goes with it, and the exact bytes."""
    case = registry.build(name, workshop)
    text = judge(case, folder)
    assert text.signature.verdict is registry.entries[name].verdict, text.signature.reason
    assert isinstance(text, VerifiedText) == (text.signature.verdict is Verdict.VERIFIED)
    assert bool(text.signature.reason) != isinstance(text, VerifiedText)
    if isinstance(text, VerifiedText):
        assert text.signed == case.signed
        assert text.signature.as_of == case.at
        assert text.original in (case.data if case.detached is None else case.detached)
    return text


@pytest.mark.parametrize("name", honest.entries)
def test_honest_texts_verify_to_the_byte(name: str, workshop: Workshop, tmp_path: Path) -> None:
    """An honest text is verified, and exactly the signed bytes are handed on."""
    check(honest, name, workshop, tmp_path)


@pytest.mark.parametrize("name", attack.entries)
def test_attacks_get_their_verdict(name: str, workshop: Workshop, tmp_path: Path) -> None:
    """An attack is refused with the right verdict, or the signed bytes alone are handed on."""
    check(attack, name, workshop, tmp_path)


def test_decoded_texts_are_the_signed_ones(workshop: Workshop, tmp_path: Path) -> None:
    """ISO-2022-JP decodes to the same letters as UTF-8, and cp932's additions are there."""
    plain = check(honest, "plain", workshop, tmp_path)
    assert check(honest, "ISO-2022-JP", workshop, tmp_path).text == plain.text
    text = check(honest, "ISO-2022-JP with letters outside JIS X 0208", workshop, tmp_path).text
    assert text == "CSIRT-A-2026-0001\n①髙 ok"


def test_the_signature_says_who_and_when(workshop: Workshop, tmp_path: Path) -> None:
    """Fingerprints of key and primary, time and digest come with the text."""
    found = check(honest, "signing subkey", workshop, tmp_path).signature
    assert (found.fingerprint, found.primary_fingerprint) == (workshop.subkey, workshop.with_subkey)
    assert found.signed_at is not None
    assert found.signed_at.isoformat() == "2026-10-01T09:00:00+00:00"
    assert found.digest == "SHA256"
    assert found.transport == "file"


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("future signature", "future"),
        ("signature that has expired itself", "itself has expired"),
        ("RSA 1024", "weak"),
        ("revoked key", "revoked"),
        ("revoked subkey", "revoked"),
        ("revoked key hidden by an older snapshot", "revoked"),
        ("signed after the key's expiry", "after its key had expired on 2021-01-01"),
        ("expired key", "expired on 2021-01-01"),
        ("judged as of a day before it was signed", "future"),
        ("good and bad signature together", "2 signatures"),
        ("300 signatures", "300 signatures"),
        ("version 6", "version 6"),
        ("certification class", "class 0x13"),
        ("binary class in a clear-signed frame", "class 0x00"),
        ("replay under another number", f"{NUMBER}, not CSIRT-A-2026-0013"),
        ("a number claimed, none borne", "number -"),
        ("SHA-1", "SHA1 is too old"),
        ("MD5", "MD5 cannot be checked"),
        ("no Hash header", "MD5 is too old"),
        ("truncated before the signature", "signature is missing"),
        ("truncated in the signature", "cut off"),
        ("over-long line", "line 4 is longer"),
        ("too large", "larger than 1048576"),
        ("neither UTF-8 nor ISO-2022-JP", "neither UTF-8"),
        ("unpinned successor", "is not pinned"),
    ],
)
def test_reasons_name_the_cause(name: str, word: str, workshop: Workshop, tmp_path: Path) -> None:
    """The operator reads the true reason, not a neighbour's."""
    assert word in check(attack, name, workshop, tmp_path).signature.reason
