"""Debian versions, `[epoch:]upstream[-revision]`, in the order of dpkg (deb-version(7)).

dpkg compares by turns a run of non-digits and a run of digits. In non-digits `~` sorts before the end, the end before
letters, letters before everything else. So each run becomes bytes of those four classes, each number its length
and digits, and the end its own byte.
"""

import re

from feedbot.errors import VersionError
from feedbot.version._encoding import number

NAMES = ("debian", "ubuntu", "echo")
_VERSION = re.compile(r"(?:(?P<epoch>[0-9]+):)?(?P<upstream>[A-Za-z0-9.+~-]+?)(?:-(?P<revision>[A-Za-z0-9.+~]*))?")
_RUNS = re.compile(r"([^0-9]*)([0-9]*)")
_TILDE, _END, _OTHER = 0x01, 0x02, 0x80


def key(version: str) -> bytes:
    """Return the order-preserving key. An absent revision equals `0`, an absent epoch too.

    Raises VersionError for an empty text or a character that no Debian version may hold.
    """
    match = _VERSION.fullmatch(version)
    if match is None:
        raise VersionError(version, "not a Debian version", hint="expected [epoch:]upstream[-revision]")
    epoch, upstream, revision = match["epoch"] or "", match["upstream"], match["revision"] or ""
    return number(epoch, version) + _part(upstream, version) + _part(revision, version)


def _part(text: str, version: str) -> bytes:
    first, *rest = [(letters, digits) for letters, digits in _RUNS.findall(text) if letters or digits] or [("", "")]
    runs = [first, *rest]
    return b"".join(_letters(letters) + number(digits, version) for letters, digits in runs) + bytes([_END])


def _letters(text: str) -> bytes:
    return bytes(_class(char) for char in text) + bytes([_END])


def _class(char: str) -> int:
    if char == "~":
        return _TILDE
    # 'A' is 65 and 'z' 122: letters stay between _END and _OTHER, and ASCII punctuation moves above them.
    return ord(char) if char.isalpha() else _OTHER + ord(char)
