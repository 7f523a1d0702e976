"""Key files, keyrings, and the homes where a source's keys wait to be pinned."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from feedbot.signature import (
    Keyring,
    KeyringError,
    VerifiedText,
    fingerprint,
    import_keys,
    keys,
    pin,
    source_keys,
    verify_file,
)
from tests.signature.make_cases import NOW, Workshop, armored


def test_a_keyring_says_what_it_holds(workshop: Workshop) -> None:
    """Primary and subkeys, with their times, strength and user id."""
    keyring = keys.merge([workshop.public(workshop.with_subkey), workshop.public(workshop.weak)])
    by_name = {key.fingerprint: key for key in keyring.keys}
    assert {key.fingerprint for key in keyring.primaries} == {workshop.with_subkey, workshop.weak}
    own = [key.fingerprint for key in keyring.keys if key.primary == workshop.with_subkey]
    assert own == [workshop.with_subkey, workshop.subkey], "the primary key comes first"
    subkey = by_name[workshop.subkey]
    assert (subkey.primary, subkey.is_primary, subkey.weak) == (workshop.with_subkey, False, False)
    assert subkey.created == datetime(2026, 1, 1, tzinfo=UTC)
    assert subkey.expires is None
    assert by_name[workshop.weak].weak
    assert by_name[workshop.weak].bits == 1024
    assert by_name[workshop.weak].user_id == "Weak <weak@csirt-a.example>"


def test_snapshots_are_merged_whatever_their_order(workshop: Workshop) -> None:
    """The newest self-signature counts."""
    key = workshop.key("Two ends <two@csirt-a.example>", end="20270101T000000")
    older = workshop.public(key)
    workshop.gpg("--quick-set-expire", key, "20280101T000000", when="20260601T000000")
    newer = workshop.public(key)
    for pieces in ([older, newer], [newer, older], [older, newer, older]):
        (found,) = keys.merge(pieces).keys
        assert found.expires is not None
        assert f"{found.expires:%Y-%m-%d}" == "2028-01-01"
    assert f"{keys.merge([older]).keys[0].expires:%Y-%m-%d}" == "2027-01-01"


def test_revoked_keys_are_known(workshop: Workshop) -> None:
    """By the listing, whatever gpgv says of a signature."""
    key = workshop.key("Withdrawn <withdrawn@csirt-a.example>")
    before = workshop.public(key)
    workshop.revoke(key)
    assert not keys.merge([before]).keys[0].revoked
    assert keys.merge([before, workshop.public(key)]).keys[0].revoked


def test_user_ids_cannot_forge_the_listing(workshop: Workshop) -> None:
    """A user id with line separators and status text is shown harmlessly, and is one key."""
    (found,) = keys.merge([workshop.public(workshop.forger)]).keys
    assert found.fingerprint == workshop.forger
    assert found.user_id == f"x\ufffd[GNUPG:] VALIDSIG {workshop.a}\ufffd[GNUPG:] GOODSIG <f@csirt-b.example>"


def test_japanese_user_ids_are_readable(workshop: Workshop) -> None:
    """The listing's escapes are undone."""
    made = workshop.key("見本 CSIRT: \\x41 <ja@csirt-a.example>")
    assert keys.merge([workshop.public(made)]).keys[0].user_id == "見本 CSIRT: \\x41 <ja@csirt-a.example>"


def test_a_key_is_shown_by_its_primary_user_id(workshop: Workshop) -> None:
    """The one that its owner made primary, and not the last that was added."""
    made = workshop.key("first <first@csirt-a.example>")
    workshop.gpg("--quick-add-uid", made, "second <second@csirt-a.example>")
    workshop.gpg("--quick-set-primary-uid", made, "first <first@csirt-a.example>")
    assert keys.merge([workshop.public(made)]).keys[0].user_id == "first <first@csirt-a.example>"


def test_user_ids_of_old_encodings_are_shown_as_well_as_can_be() -> None:
    """python-gnupg gives bytes as characters: those of Latin-1 are no UTF-8, others are not to be expected."""
    assert keys._user_id("caf\xe9 \xc3\xa9 <x>") == "caf\ufffd é <x>"
    assert keys._user_id("見") == "?"


@pytest.mark.parametrize("form", ["armored", "binary", "words before", "日本語 before", "two blocks", "CRLF"])
def test_key_files_of_every_form(form: str, workshop: Workshop, tmp_path: Path) -> None:
    """As publishers give them."""
    raw = workshop.public(workshop.a)
    block = armored(raw, "PUBLIC KEY BLOCK")
    path = tmp_path / "key"
    path.write_bytes(
        {
            "armored": block,
            "binary": raw,
            "words before": b"pub ed25519 2026\n  " + workshop.a.encode() + b"\n\n" + block,
            "日本語 before": "公開鍵のフィンガープリントは次のとおりです。\n".encode() + block,
            "two blocks": block + b"\n" + armored(workshop.public(workshop.b), "PUBLIC KEY BLOCK"),
            "CRLF": block.replace(b"\n", b"\r\n"),
        }[form]
    )
    found = {key.fingerprint for key in Keyring.load([path]).primaries}
    assert found == ({workshop.a, workshop.b} if form == "two blocks" else {workshop.a})


def test_a_cut_keyring_is_refused_wherever_it_is_cut(workshop: Workshop, tmp_path: Path) -> None:
    """Binary or armored: a part of the keys is never taken for all of them."""
    raw = workshop.public(workshop.a, workshop.with_subkey)
    whole = {"binary": raw, "armored": armored(raw, "PUBLIC KEY BLOCK")}
    bounds = {len(raw) - rest for rest in _packet_rests(raw)}
    for name, data in whole.items():
        for size in range(0, len(data) - 2, 7):
            if name == "binary" and size in bounds:
                continue
            path = tmp_path / f"{name}-{size}"
            path.write_bytes(data[:size])
            with pytest.raises(KeyringError, match=f"{name}-{size}"):
                keys.read_file(path)


def _packet_rests(data: bytes) -> set[int]:
    """Cuts between packets leave whole packets: no reader can tell."""
    from feedbot.signature.packets import walk

    sizes, rests = [len(body) for _, body in walk(data)], {0}
    position = 0
    for size in sizes:
        header = 2 if data[position] & 3 == 0 else 3
        position += header + size
        rests.add(len(data) - position)
    return rests


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (b"", "no public key block"),
        (b"hello", "no public key block"),
        (b"\xff" * 20, "cut off|no length"),
        (b"\x99\x00\x01x\x95\x00\x01x", "secret key"),
        (b"x" * 8_388_608, "no public key block"),
        (b"x" * 8_388_609, "larger than 8388608"),
    ],
)
def test_what_is_no_key_file_is_named(data: bytes, reason: str, tmp_path: Path) -> None:
    """The error names the file and the cause."""
    path = tmp_path / "publisher.asc"
    path.write_bytes(data)
    with pytest.raises(KeyringError, match=rf"publisher\.asc: .*({reason})"):
        Keyring.load([path])


def test_missing_file_and_useless_key(tmp_path: Path) -> None:
    """A file that is not there, and a packet that gpg takes no key from."""
    with pytest.raises(KeyringError, match=r"nowhere: cannot be read: No such file or directory$"):
        Keyring.load([tmp_path / "nowhere"])
    with pytest.raises(KeyringError, match="takes none"):
        keys.merge([b"\x99\x00\x01x"])


def test_no_files_make_an_empty_keyring() -> None:
    """And an empty keyring verifies nothing."""
    assert Keyring.load([]) == Keyring()


def test_missing_gpg_says_what_to_install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, workshop: Workshop) -> None:
    """The hint names the package."""
    raw = workshop.public(workshop.a)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(KeyringError, match="not installed") as caught:
        keys.merge([raw])
    assert "(apt-get install gpg)" in caught.value.hint()
    (tmp_path / "gpg").write_bytes(b"\x7fELF")
    (tmp_path / "gpg").chmod(0o700)
    with pytest.raises(KeyringError, match="cannot be run"):
        keys.merge([raw])


@given(st.text("0123456789abcdefABCDEF", min_size=40, max_size=40), st.integers(0, 39), st.booleans())
def test_fingerprints_are_normalised(digits: str, gap: int, prefix: bool) -> None:
    """Blanks, small letters and 0x are forgiven; a missing digit is not."""
    written = ("0x" if prefix else "") + digits[:gap] + " " + digits[gap:]
    assert fingerprint(written) == digits.upper()
    for wrong in (digits[1:], digits + "0", digits[:-1] + "g", digits[-8:], ""):
        with pytest.raises(KeyringError, match="40 hexadecimal"):
            fingerprint(wrong)


def test_a_successor_is_held_until_it_is_pinned(workshop: Workshop, tmp_path: Path) -> None:
    """Import, verify in vain, pin, verify; the first key keeps its trust; pins survive; nothing else is pinned."""
    home = tmp_path / "keys"
    made = import_keys(home, "csirt_a", workshop.public(workshop.a), "a.asc")
    assert [key.fingerprint for key in made] == [workshop.a]
    assert pin(home, "csirt_a", workshop.a.lower()).fingerprint == workshop.a
    made = import_keys(home, "csirt_a", armored(workshop.public(workshop.successor), "PUBLIC KEY BLOCK"), "b.asc")
    assert [key.fingerprint for key in made] == [workshop.successor]
    text = workshop.clear(by=workshop.successor)

    known = source_keys(home, "csirt_a")
    assert [key.fingerprint for key in known.held] == [workshop.successor]
    assert not isinstance(verify_file(text, keyring=known.keyring, pins=known.pins, now=NOW), VerifiedText)

    pin(home, "csirt_a", workshop.successor)
    known = source_keys(home, "csirt_a")
    assert known.held == ()
    assert set(known.pins) == {workshop.a, workshop.successor}
    for signed in (text, workshop.clear()):
        assert isinstance(verify_file(signed, keyring=known.keyring, pins=known.pins, now=NOW), VerifiedText)


def test_pins_may_be_written_by_hand(workshop: Workshop, tmp_path: Path) -> None:
    """Empty lines, blanks and small letters are forgiven; the file is written again in order, one a line."""
    import_keys(tmp_path, "s", workshop.public(workshop.a), "a")
    path = tmp_path / "s" / "pins"
    path.write_text(f"\n{workshop.b.lower()}\n\n", encoding="ascii")
    assert source_keys(tmp_path, "s").pins == (workshop.b,)
    pin(tmp_path, "s", workshop.a)
    assert path.read_text(encoding="ascii").splitlines() == sorted([workshop.a, workshop.b])


def test_homes_are_apart_and_private(workshop: Workshop, tmp_path: Path) -> None:
    """One source's keys are not another's, and no one else may read the folder."""
    import_keys(tmp_path, "one", workshop.public(workshop.a), "a")
    assert source_keys(tmp_path, "two").keyring == Keyring()
    with pytest.raises(KeyringError, match="no such primary key in the home of two"):
        pin(tmp_path, "two", workshop.a)
    assert (tmp_path / "one").stat().st_mode & 0o777 == 0o700
    for name in ("", "..", "a/b", "A"):
        with pytest.raises(KeyringError, match="small letters"):
            source_keys(tmp_path, name)


def test_only_primary_keys_can_be_pinned(workshop: Workshop, tmp_path: Path) -> None:
    """A subkey's fingerprint, or a key id, is no pin."""
    import_keys(tmp_path, "s", workshop.public(workshop.with_subkey), "s")
    for wrong in (workshop.subkey, workshop.with_subkey[-16:]):
        with pytest.raises(KeyringError):
            pin(tmp_path, "s", wrong)
