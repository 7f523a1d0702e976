"""Signing what we send: what our own verifier and gpg say of it, and every way in which gpg or its agent fails."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from feedbot import messages
from feedbot.signature import VerifiedText, verify_detached, verify_file
from feedbot.signature._errors import SigningError
from feedbot.signature.signing import DEADLINE, FAILURES, Signer
from tests.providerkey import KeyHome, key_home

SOON = datetime(2099, 1, 1, tzinfo=UTC)
PASSWORD = "correct horse"


@dataclass(frozen=True)
class Keys:
    """The home and the keys in it."""

    home: KeyHome
    plain: str
    locked: str


@pytest.fixture(scope="module")
def provider() -> Iterator[Keys]:
    """A home with an open key and one that needs a passphrase."""
    with key_home() as home:
        yield Keys(home, home.key("plain"), home.key("locked", password=PASSWORD))


def signer(provider: Keys, fingerprint: str = "", deadline: float = 10.0) -> Signer:
    """Open a signer, of the open key where nothing else is said."""
    return Signer(provider.home.home, fingerprint or provider.plain, deadline=deadline)


def refused(one: Signer) -> SigningError:
    """Sign in vain, both ways; return the error."""
    with pytest.raises(SigningError):
        one.clear("text\n")
    with pytest.raises(SigningError) as caught:
        one.detached(b"text\n")
    return caught.value


def verified(provider: Keys, made: bytes, pin: str = "") -> VerifiedText:
    """Verify a clear-signed text as a customer with feedbot does."""
    pin = pin or provider.plain
    found = verify_file(made, keyring=provider.home.keyring(pin), pins=(pin,), now=SOON)
    assert isinstance(found, VerifiedText)
    return found


TEXT = """お客様各位

----- ここから引用 -----
- 箇条書き
From now on, 行頭の語もそのままです。 MAX
.
-----BEGIN PGP SIGNATURE-----
"""


def test_a_clear_signed_text_verifies_and_is_the_text(provider: Keys) -> None:
    """Our verifier and gpg take it; dashes are escaped, as they must be, and nothing else is."""
    made = signer(provider).clear(TEXT)
    found = verified(provider, made)
    assert found.text == TEXT.removesuffix("\n")
    assert found.signature.fingerprint == provider.plain
    assert found.signature.digest == "SHA256"
    lines = made.decode().split("\n")
    assert lines[0] == "-----BEGIN PGP SIGNED MESSAGE-----"
    assert [line for line in lines if line.startswith("- ")] == [
        "- ----- ここから引用 -----", "- - 箇条書き", "- -----BEGIN PGP SIGNATURE-----",
    ]  # fmt: skip
    assert provider.home.gpg("--decrypt", stdin=made).decode() == TEXT


def test_a_detached_signature_verifies_over_the_bytes(provider: Keys) -> None:
    """Every byte counts, and MIME is told the digest."""
    data = "行末の空白 \r\nあり\r\n\r\n".encode()
    made = signer(provider).detached(data)
    assert made.armor.startswith(b"-----BEGIN PGP SIGNATURE-----\n")
    assert made.micalg == "pgp-sha256"
    keyring = provider.home.keyring(provider.plain)
    for text, type_ in ((data, True), (data.replace(b" \r", b"\r"), False), (data + b"\r\n", False)):
        found = verify_detached(text, made.armor, keyring=keyring, pins=(provider.plain,), now=SOON)
        assert isinstance(found, VerifiedText) is type_


def test_a_long_text_is_signed_whole(provider: Keys) -> None:
    """Larger than any pipe."""
    text = "長い本文です。\n" * 30_000
    assert verified(provider, signer(provider).clear(text)).text == text.removesuffix("\n")


LINE = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs")), max_size=30)


@settings(max_examples=40, deadline=None)
@given(st.lists(LINE | st.sampled_from(["-", "- ", "From a", "a\t ", "\u2028", ".", "a\r"])).map("\n".join))
def test_any_text_is_read_back(provider: Keys, text: str) -> None:
    """Whatever its lines begin and end with, less the blanks that no signature covers."""
    expected = "\n".join(line.rstrip(" \t\r") for line in text.removesuffix("\n").split("\n"))
    assert verified(provider, signer(provider).clear(text)).text == expected


def test_stronger_keys_and_subkeys_sign_too(provider: Keys) -> None:
    """P-384 takes no SHA-256, so the digest grows and is told; a subkey signs for its primary key."""
    strong = provider.home.key("strong", "nistp384")
    assert signer(provider, strong).detached(b"x").micalg == "pgp-sha384"
    assert verified(provider, signer(provider, strong).clear(TEXT), strong).signature.digest == "SHA384"
    primary = provider.home.key("family", usage="cert")
    provider.home.gpg("--pinentry-mode", "loopback", "--passphrase", "", "--quick-add-key", primary, "ed25519", "sign")
    subkey = provider.home.fingerprints("family")[1]
    for named in (primary, subkey):
        found = verified(provider, signer(provider, named).clear(TEXT), primary)
        assert (found.signature.fingerprint, found.signature.primary_fingerprint) == (subkey, primary)


def test_a_configuration_in_the_home_has_no_say(provider: Keys) -> None:
    """A person's gpg.conf with an old digest, a comment and another default key changes nothing."""
    conf = provider.home.home / "gpg.conf"
    conf.write_text(f"digest-algo SHA1\ncomment hello\ndefault-key {provider.locked}\n", encoding="ascii")
    try:
        made = signer(provider).clear(TEXT)
    finally:
        conf.unlink()
    assert b"hello" not in made
    assert verified(provider, made).signature.digest == "SHA256"


def test_a_missing_key_is_not_replaced_by_another(provider: Keys) -> None:
    """There are secret keys enough in the home, and none of them signs in its place."""
    error = refused(signer(provider, "0" * 40))
    assert "no secret key" in error.reason()
    assert f"--homedir {provider.home.home} --list-secret-keys" in error.hint()


@pytest.mark.parametrize("how", ["expired", "made to encrypt", "revoked"])
def test_a_key_that_may_not_sign_is_refused(provider: Keys, how: str) -> None:
    """Each with the reason and what to do."""
    match how:
        case "expired":
            key = provider.home.key("gone", made="20240101T000000", end="20240201T000000")
        case "made to encrypt":
            key = provider.home.key("box", "rsa2048", "encr")
        case _:
            key = provider.home.key("revoked")
            stored = (provider.home.home / "openpgp-revocs.d" / f"{key}.rev").read_bytes()
            provider.home.gpg("--import", stdin=stored.replace(b":-----BEGIN", b"-----BEGIN"))
    error = refused(signer(provider, key))
    assert "cannot sign: it has expired" in error.reason()
    assert "quick-set-expire" in error.hint()


def test_a_passphrase_is_never_asked_for(provider: Keys) -> None:
    """Not held by the agent: an error at once. Held: signed. The agent killed: it has forgotten, an error again."""
    one = signer(provider, provider.locked)
    start = time.monotonic()
    assert "passphrase" in refused(one).reason()
    assert f"-u {provider.locked} --clearsign" in refused(one).hint()
    assert time.monotonic() - start < 50
    provider.home.unlock(provider.locked, PASSWORD)
    assert verified(provider, one.clear(TEXT), provider.locked).text
    os.kill(provider.home.agent(), signal.SIGKILL)
    assert "passphrase" in refused(one).reason()
    assert signer(provider).detached(b"x").micalg


def stop(process: int) -> None:
    """Stop a process, and see that it stands: a stop that meets an ending thread is lost now and then."""
    status = Path(f"/proc/{process}/stat")
    for _ in range(100):
        os.kill(process, signal.SIGSTOP)
        time.sleep(0.02)
        if status.read_text().rpartition(")")[2].split()[0] == "T":
            return
    pytest.fail("the agent does not stop")


def test_an_agent_that_hangs_ends_at_the_deadline(provider: Keys) -> None:
    """No answer: an error in time, no gpg left behind; when it answers again, so do we."""
    agent = provider.home.agent()
    stop(agent)
    try:
        with pytest.raises(SigningError, match="in time") as caught:
            signer(provider, deadline=0.4).detached(b"x")
    finally:
        os.kill(agent, signal.SIGCONT)
    assert "gpg-connect-agent" in caught.value.hint()
    assert signer(provider).detached(b"x").micalg


def test_no_timer_outlives_its_gpg(provider: Keys) -> None:
    """What was to end it at the deadline ends with it."""
    one = signer(provider)
    before, start = threading.active_count(), time.monotonic()
    one.detached(b"x")
    while threading.active_count() > before:
        assert time.monotonic() - start < 50
        time.sleep(0.01)


def test_the_deadline_is_ten_seconds() -> None:
    """A slow smart card needs two."""
    assert DEADLINE == 10


def test_an_agent_that_cannot_start_is_told_in_gpgs_words(provider: Keys, tmp_path: Path) -> None:
    """A socket's path has 108 bytes; in a deeper home there is no agent to be had."""
    home = tmp_path / ("deep" * 30)
    home.mkdir(mode=0o700)
    for name in ("private-keys-v1.d", "pubring.kbx"):
        (home / name).symlink_to(provider.home.home / name)
    error = refused(Signer(home, provider.plain))
    assert "gpg cannot sign: " in error.reason()
    assert "gent" in error.reason()
    assert "gpg-connect-agent" in error.hint()


@pytest.mark.parametrize(
    ("says", "reason"),
    [
        ("sleep 60 & sleep 60", "in time"),
        ("exit 2", "gpg cannot sign: -"),
        ("cat >/dev/null; echo hello", "no signature over the text"),
        ("cat >/dev/null", "gpg cannot sign: -"),
        ("head -c 1000 /dev/zero; exit 0", "no signature over the text"),
        ("cat >/dev/null; echo hello; exit 2", "gpg cannot sign: -"),
        ("echo '[GNUPG:] FAILURE sign x' >&2; exit 2", "gpg cannot sign: -"),
        ("echo 'gpg: x' >&2; echo 'gpg: y' >&2; echo 'gpg: x' >&2; exit 2", "gpg cannot sign: x; y$"),
        ("echo '[GNUPG:] FAILURE sign 17' >&2; exit 2", "no secret key"),
        ("echo '[GNUPG:] FAILURE sign 9999' >&2; echo 'gpg: x' >&2; exit 2", "gpg cannot sign: x"),
    ],
)
def test_a_gpg_that_misbehaves_signs_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, says: str, reason: str
) -> None:
    """Stand-ins that hang, fail, lie or answer in a language of their own."""
    program = tmp_path / "gpg"
    listing = 'case "$*" in *--list-config*) echo "cfg:version:2.2.40"; exit 0;; esac'
    program.write_text(f"#!/bin/sh\nPATH=/bin:/usr/bin\n{listing}\n{says}\n", encoding="ascii")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    start = time.monotonic()
    for sign in (lambda one: one.detached(b"x"), lambda one: one.clear("x")):
        with pytest.raises(SigningError, match=reason):
            sign(Signer(tmp_path, "0" * 40, deadline=0.4 if reason == "in time" else 20))
    assert time.monotonic() - start < 50


def test_another_text_than_the_given_one_is_not_handed_on(
    provider: Keys, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A stand-in that returns a good signature over something else."""
    (tmp_path / "other").write_bytes(signer(provider).clear("something else"))
    program = tmp_path / "gpg"
    program.write_text(f"#!/bin/sh\necho cfg:version:2.2.40 >&2\nexec /bin/cat {tmp_path}/other\n", encoding="ascii")
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SigningError, match="no signature over the text"):
        Signer(tmp_path, "0" * 40).clear("text")


def test_what_no_verifier_takes_is_not_signed(provider: Keys) -> None:
    """Control bytes and over-long lines, named by the line of the text; no agent is blamed."""
    for text, reason in (("a\nb\x0c\n", "line 2 holds a control byte"), ("a" * 9000, "longer than 8192")):
        with pytest.raises(SigningError, match=reason) as caught:
            signer(provider).clear(text)
        assert caught.value.hint() == "correct the text"


def test_a_missing_home_or_program_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The configuration names the home; the package is named by us."""
    with pytest.raises(SigningError, match="cannot be run") as caught:
        Signer(tmp_path / "none", "0" * 40).detached(b"x")
    assert "[signing]" in caught.value.hint()
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(SigningError, match="not installed") as caught:
        Signer(tmp_path, "0" * 40).detached(b"x")
    assert "apt-get install gpg" in caught.value.hint()


def test_every_failure_has_its_japanese() -> None:
    """The table of gpg's codes is read by no other test."""
    known = messages.table("ja")
    assert [words for pair in FAILURES.values() for words in pair if words not in known] == []
