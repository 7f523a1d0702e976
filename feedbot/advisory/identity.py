"""Under which names a matter goes, and which bytes of an advisory are its meaning."""

import json
import re
from dataclasses import fields, is_dataclass
from datetime import date
from enum import Enum
from hashlib import sha256

from feedbot.advisory.model import Advisory
from feedbot.version import VersionRange

MEANINGFUL = (
    "number",
    "title",
    "status",
    "summary",
    "aliases",
    "severity",
    "affected",
    "fixed",
    "workarounds",
    "sections",
    "references",
    "history",
)
"""The fields a reader acts on. Signature, transport and address are how the words came; revision counters and dates are
when they were built: publishers change both without changing a word."""

_DASHES = str.maketrans(dict.fromkeys("\u2010\u2011\u2012\u2013\u2212\uff0d", "-") | {"\uff03": "#"})
"""VINCE has CVE names with U+2011, Japanese pages have full-width signs."""
_PLAIN = {0xFEE0 + code: chr(code) for code in range(0x21, 0x7F)} | _DASHES
"""Full-width letters, digits and signs too, one for one: Japanese publishers write names with them."""

NAME = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"(?:CVE|CAN)-(?P<cve>[0-9]{4}-[0-9]{4,19})"
    r"|(?P<jvndb>JVNDB-[0-9]{4}-[0-9]{6})"
    r"|(?P<jvn>JVN(?:VU|TA)?)(?:#|%23)?(?P<jvn_number>[0-9]{6,8})"
    r"|(?P<jvnta>JVNTA[0-9]{2}-[0-9]{3}[A-Z])"
    r"|VU#(?P<vu>[0-9]{3,7})"
    r"|kb\.cert\.org/vuls/id/(?P<vu_url>[0-9]{3,7})"
    r"|(?P<alert>[A-Z][A-Z0-9]{0,31}(?:-[A-Z0-9]{1,32}){0,4}-AT-[0-9]{4}-[0-9]{4})"
    r"|(?P<netbsd>NetBSD-SA[0-9]{4}-[0-9]{3})"
    r"|(?P<freebsd>FreeBSD-SA-[0-9]{2}:[0-9]{2}\.[a-z0-9_]{1,32})"
    r")(?![0-9])",
    re.IGNORECASE,
)
"""Every name we know how to write in one way. The end guard keeps CVE-2026-1234 from being read in CVE-2026-12345."""


def names_in(text: str) -> tuple[str, ...]:
    """Return the names that stand in `text`, normalised, each once, in order of appearance."""
    found = (_written(match) for match in NAME.finditer(text.translate(_PLAIN)))
    return tuple(dict.fromkeys(found))


def normalise(name: str) -> str:
    """Return `name` as we write it: CVE-2014-0160, JVNVU#96176042, VU#348126, JPCERT-AT-2014-0001.

    CAN names of before 2005 become CVE names. What we do not know is returned without blanks around it.
    """
    cleaned = name.translate(_DASHES).strip()
    match = NAME.fullmatch(cleaned)
    return _written(match) if match else cleaned


def _written(match: re.Match[str]) -> str:
    found = match.groupdict()
    if found["cve"]:
        return f"CVE-{found['cve']}"
    if found["jvn"]:
        return f"{found['jvn'].upper()}#{found['jvn_number']}"
    if found["vu"] or found["vu_url"]:
        return f"VU#{found['vu'] or found['vu_url']}"
    if found["netbsd"]:
        return f"NetBSD-SA{found['netbsd'][-8:]}"
    if found["freebsd"]:
        return f"FreeBSD-SA-{found['freebsd'][11:].lower()}"
    return match[0].upper()


def meaning(advisory: Advisory, field: str) -> object:
    """Return a meaningful field in a form in which order and blanks, which carry no meaning, are gone."""
    return _plain(getattr(advisory, field))


def content_digest(advisory: Advisory) -> str:
    """Return the SHA-256 (64 hex digits) of the meaningful fields: the same words give the same digest, however they
    came, in whatever order, wrapped at whatever width."""
    content = {field: meaning(advisory, field) for field in MEANINGFUL}
    return sha256(json.dumps(content, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _plain(value: object) -> object:
    if isinstance(value, VersionRange):
        return str(value)
    if isinstance(value, Enum):
        return value.value
    if isinstance(value, date):
        return value.isoformat()
    if is_dataclass(value):
        return [_plain(getattr(value, field.name)) for field in fields(value)]
    if isinstance(value, tuple):
        return sorted((_plain(one) for one in value), key=lambda one: json.dumps(one, ensure_ascii=False))
    return re.sub(r"\s+", "", value) if isinstance(value, str) else value
