"""Debian versions, `[epoch:]upstream[-revision]`, in the order of dpkg (deb-version(7)).

dpkg compares by turns a run of non-digits and a run of digits. In non-digits `~` sorts before the end, the end before
letters, letters before everything else. So each run becomes bytes of those four classes, each number its length
and digits, and the end its own byte.
"""

import re

from feedbot.errors import VersionError
from feedbot.version._encoding import Encoded, number

NAMES = ("debian", "ubuntu", "echo")
_VERSION = re.compile(r"(?:([0-9]+):)?([A-Za-z0-9.+~-]+)")
# A run of non-digits with the digits behind it, or the line end that is put between upstream and revision.
_RUNS = re.compile(r"\n|[^0-9\n]*[0-9]*")
_TILDE, _END, _OTHER = 0x01, 0x02, 0x80
_NO_EPOCH = number("0", "")


def key(version: str) -> bytes:
    """Return the order-preserving key. An absent revision equals `0`, an absent epoch too.

    Raises VersionError for an empty text or a character that no Debian version may hold.
    """
    match = _VERSION.fullmatch(version)
    epoch, rest = match.groups() if match else ("", "")
    upstream, dash, revision = rest.rpartition("-")
    if not (upstream if dash else rest):
        raise VersionError(version, "not a Debian version", hint="expected [epoch:]upstream[-revision]")
    parts = f"{upstream}\n{revision or '0'}" if dash else f"{rest}\n0"
    return (number(epoch, version) if epoch else _NO_EPOCH) + b"".join(map(_ENCODED.__getitem__, _RUNS.findall(parts)))


def _run(run: str) -> bytes:
    """Encode a run. The line end ends the upstream part; the empty run, which is found last, the revision."""
    if run in ("\n", ""):
        return bytes([_END])
    letters = run.rstrip("0123456789")
    return bytes([*map(_class, letters), _END]) + number(run[len(letters) :], run)


def _class(char: str) -> int:
    if char == "~":
        return _TILDE
    # 'A' is 65 and 'z' 122: letters stay between _END and _OTHER, and ASCII punctuation moves above them.
    return ord(char) if char.isalpha() else _OTHER + ord(char)


_ENCODED = Encoded(_run)
