"""Keys: taken in, merged, listed and pinned, with gpg through python-gnupg. The one file that imports it.

Every snapshot of a primary key goes into one keyring: gpgv takes the first copy it meets, so an older snapshot would
hide a newer expiry. gpg does the merging, in a home that holds nothing else: a throw-away one for key files, or a
source's own folder in the private key home:

    HOME/SOURCE/pubring.kbx   what was imported
    HOME/SOURCE/pins          the primary fingerprints that a person trusts, one a line

A key is held until its fingerprint is pinned, a successor's like the first. Key homes never meet a secret key.
"""

import re
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import gnupg  # type: ignore[import-untyped]  # python-gnupg has no types

from feedbot.errors import SignatureError
from feedbot.signature import armor
from feedbot.signature._errors import KeyringError
from feedbot.signature._keys import Key
from feedbot.signature.packets import check_keys

MAX_KEY_BYTES = 8 << 20
_FINGERPRINT = re.compile(r"[0-9A-F]{40}")
_SOURCE = re.compile(r"[a-z0-9][a-z0-9_-]*")
_INSTALL = "install the package gpg (apt-get install gpg)"
# No agent, no configuration of anybody's, no trust database, no words on stderr: only the keys.
_OPTIONS = [
    "--no-autostart",
    "--no-options",
    "--no-auto-check-trustdb",
    "--trust-model=always",
    "--logger-file=/dev/null",
]


@dataclass(frozen=True, slots=True)
class Keyring:
    """The keys of one source: `data` is what gpgv reads, `keys` what is known of them."""

    data: bytes = b""
    keys: tuple[Key, ...] = ()

    @classmethod
    def load(cls, paths: Iterable[Path]) -> "Keyring":
        """Merge key files, armored or binary. Raises KeyringError naming the file that is unreadable, cut, without a
        public key, or holds a secret one."""
        return merge([read_file(path) for path in paths])

    @property
    def primaries(self) -> tuple[Key, ...]:
        """The primary keys."""
        return tuple(key for key in self.keys if key.is_primary)


@dataclass(frozen=True, slots=True)
class SourceKeys:
    """What the key home has for a source. `held` are the primary keys that nobody has pinned yet."""

    keyring: Keyring
    pins: tuple[str, ...]

    @property
    def held(self) -> tuple[Key, ...]:
        """The primary keys that wait for a person."""
        return tuple(key for key in self.keyring.primaries if key.fingerprint not in self.pins)


def fingerprint(text: str) -> str:
    """Normalise a fingerprint: blanks and a leading 0x may be there, all 40 digits must. Raises KeyringError; a key id
    is not enough, because anybody can make a key with a given one."""
    digits = "".join(text.split()).upper().removeprefix("0X")
    if not _FINGERPRINT.fullmatch(digits):
        raise KeyringError(text, "a fingerprint has 40 hexadecimal digits", hint="see: feedbot keys list")
    return digits


def read_file(path: Path) -> bytes:
    """Return the public keys of a file as packets. Raises KeyringError."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_KEY_BYTES + 1)
    except OSError as error:
        raise KeyringError(str(path), "cannot be read: {cause}", cause=error.strerror or error) from error
    return read_keys(data, str(path))


def read_keys(data: bytes, name: str) -> bytes:
    """Return public keys, armored or binary, as packets. Raises KeyringError naming `name`."""
    if len(data) > MAX_KEY_BYTES:
        raise KeyringError(name, "the key file is larger than {limit} bytes", limit=MAX_KEY_BYTES)
    try:
        packets = data if data[:1] >= b"\x80" and b"-----BEGIN PGP" not in data[:4096] else armor.keys(data)
        check_keys(packets)
    except SignatureError as error:
        raise KeyringError(name, "no usable keys: {cause}", cause=error.reason()) from error
    return packets


def merge(pieces: list[bytes]) -> Keyring:
    """Merge keys given as packets in a home that is thrown away. Raises KeyringError when gpg takes none of them."""
    if not pieces:
        return Keyring()
    with TemporaryDirectory(prefix="feedbot-keys-", ignore_cleanup_errors=True) as folder:
        gpg = _gpg(Path(folder))
        gpg.import_keys(b"".join(pieces))
        keyring = _read(gpg)
    if not keyring.keys:
        raise KeyringError("", "gpg takes none of the keys")
    return keyring


def import_keys(home: Path, source: str, data: bytes, name: str) -> tuple[Key, ...]:
    """Take keys into a source's home, merged with what is there; return their primary keys. They are held until
    pinned. Raises KeyringError."""
    packets = read_keys(data, name)
    given = {key.fingerprint for key in merge([packets]).primaries}
    folder = _folder(home, source)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    gpg = _gpg(folder)
    gpg.import_keys(packets)
    return tuple(key for key in _read(gpg).primaries if key.fingerprint in given)


def source_keys(home: Path, source: str) -> SourceKeys:
    """Return a source's keys and pins; empty where nothing was imported. Raises KeyringError."""
    folder = _folder(home, source)
    if not folder.is_dir():
        return SourceKeys(Keyring(), ())
    return SourceKeys(_read(_gpg(folder)), _read_pins(folder))


def pin(home: Path, source: str, text: str) -> Key:
    """Trust a primary key of a source's home from now on. Raises KeyringError when it is not in there."""
    wanted = fingerprint(text)
    known = source_keys(home, source)
    for key in known.keyring.primaries:
        if key.fingerprint == wanted:
            _write_pins(_folder(home, source), {*known.pins, wanted})
            return key
    raise KeyringError(wanted, "no such primary key in the home of {source}", source=source)


def _folder(home: Path, source: str) -> Path:
    if not _SOURCE.fullmatch(source):
        raise KeyringError(source, "a source's name has small letters, digits, - and _")
    return home.absolute() / source


def _read_pins(folder: Path) -> tuple[str, ...]:
    path = folder / "pins"
    if not path.exists():
        return ()
    return tuple(fingerprint(line) for line in path.read_text(encoding="ascii").splitlines() if line)


def _write_pins(folder: Path, pins: set[str]) -> None:
    draft = folder / "pins.new"
    draft.write_text("".join(f"{pin}\n" for pin in sorted(pins)), encoding="ascii")
    draft.replace(folder / "pins")


def _gpg(folder: Path) -> gnupg.GPG:
    program = shutil.which("gpg")
    if program is None:
        raise KeyringError("", "gpg is not installed", hint=_INSTALL)
    try:
        return gnupg.GPG(program, gnupghome=str(folder), options=_OPTIONS, env={"LC_ALL": "C"})
    except (OSError, ValueError) as error:
        raise KeyringError(str(folder), "gpg cannot be run: {cause}", cause=error) from error


def _read(gpg: gnupg.GPG) -> Keyring:
    """List and export what a home holds.

    The listing is read as ASCII with escapes, because python-gnupg splits it with splitlines(): U+2028 in a user id
    would otherwise start a line of its own.
    """
    gpg.encoding, gpg.decode_errors = "ascii", "backslashreplace"
    found = [key for entry in gpg.list_keys() for key in _entry(entry)]
    data = gpg.export_keys([], armor=False) if found else b""
    return Keyring(bytes(data), tuple(sorted(found, key=lambda key: (key.primary, not key.is_primary, key.created))))


def _entry(entry: dict[str, object]) -> Iterable[Key]:
    """Turn one primary key of the listing, with its subkeys, into Keys; what gpg calls invalid is left out."""
    primary = str(entry["fingerprint"])
    uids = entry["uids"]
    user_id = _user_id(str(uids[0])) if isinstance(uids, list) and uids else ""
    yield _key(entry, primary, primary, user_id)
    infos = entry.get("subkey_info")
    for info in infos.values() if isinstance(infos, dict) else ():
        if info["trust"] != "i":
            yield _key(info, str(info["fingerprint"]), primary, user_id)


def _key(info: dict[str, object], own: str, primary: str, user_id: str) -> Key:
    expires = str(info["expires"])
    return Key(
        fingerprint=own,
        primary=primary,
        created=datetime.fromtimestamp(int(str(info["date"])), UTC),
        expires=datetime.fromtimestamp(int(expires), UTC) if expires else None,
        revoked=info["trust"] == "r",
        algorithm=int(str(info["algo"])),
        bits=int(str(info["length"])),
        user_id=user_id,
    )


def _user_id(text: str) -> str:
    """Read a user id for showing; python-gnupg gives its bytes as characters. What cannot be printed becomes U+FFFD."""
    shown = text.encode("latin-1", errors="replace").decode("utf-8", errors="replace")
    return "".join(char if char.isprintable() else "\ufffd" for char in shown)
