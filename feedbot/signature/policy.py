"""Decide what a checked signature is worth. Pure: what gpgv reported, what the packet says, which keys are known, which
are pinned, and the time come in; the verdict with its reason goes out.

The order, first match wins:

1. the check failed                                            bad
2. digest or packet that no longer proves anything             legacy_unverifiable
3. signer in no given keyring                                  unknown_key
4. gpgv could not check, or tells another story than the packet refused
5. the signer's primary key is not pinned                      wrong_signer
6. revoked or weak key, expired signature, a time that cannot be refused
7. the key has expired since                                   expired_key
8.                                                             verified
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from feedbot.advisory import Signature, Verdict
from feedbot.messages import tr
from feedbot.signature._keys import Key, ends
from feedbot.signature.packets import MODERN_DIGESTS, SignaturePacket
from feedbot.signature.status import Outcome, Report

CLOCK_SLACK = timedelta(days=1)
_NUMBER = re.compile(r"(?=.*[0-9])[A-Za-z0-9:#-]+")


@dataclass(frozen=True, slots=True)
class Terms:
    """What a source's signatures are held to. No pin means that nobody is trusted. `at` judges as of that time; it
    lifts no rule on digest, pin or revocation. `claims` is the number the text must bear."""

    keys: tuple[Key, ...]
    pins: frozenset[str]
    now: datetime
    claims: str | None = None
    at: datetime | None = None
    transport: str = "file"


def decide(report: Report, packet: SignaturePacket, terms: Terms, *, old_header: bool = False) -> Signature:
    """Return the verdict. `old_header` says that the text's own header names no modern digest."""
    verdict, reason = next(_findings(report, packet, terms, old_header))
    return Signature(
        verdict=verdict,
        reason=reason,
        transport=terms.transport,
        fingerprint=report.fingerprint or None,
        primary_fingerprint=report.primary or None,
        signed_at=packet.created,
        digest=packet.digest_name,
        as_of=terms.at if verdict is Verdict.VERIFIED else None,
    )


def _findings(report: Report, packet: SignaturePacket, terms: Terms, old_header: bool) -> Iterator[tuple[Verdict, str]]:
    """Yield what is to be said, the weightiest first; each line may rely on those before it."""
    if report.outcome is Outcome.BAD:
        yield Verdict.BAD, tr("the text is not the one that was signed")
    if packet.old or old_header:
        yield Verdict.LEGACY_UNVERIFIABLE, _legacy(report, packet)
    if report.outcome is Outcome.NO_KEY:
        yield Verdict.UNKNOWN_KEY, tr("the signer's key is in no given keyring")
    for reason in _unproven(report, packet, terms):
        yield Verdict.REFUSED, reason
    key = next(key for key in terms.keys if key.fingerprint == report.fingerprint)
    if key.primary not in terms.pins:
        reason = tr("the signature is good, but its key {key} is not pinned", key=key.primary)
        yield Verdict.WRONG_SIGNER, reason
    end = ends(key, terms.keys)
    for reason in (*_forbidden(report, key, terms), *_untimely(packet, key, end, terms)):
        yield Verdict.REFUSED, reason
    if end is not None and end <= (terms.at or terms.now):
        yield Verdict.EXPIRED_KEY, tr("signed in time, but the key expired on {day}", day=_day(end))
    yield Verdict.VERIFIED, ""


def _legacy(report: Report, packet: SignaturePacket) -> str:
    if report.fingerprint:
        return tr("the signature matches, but its digest {digest} is too old to prove anything", digest=_old(packet))
    return tr("a signature with {digest} cannot be checked any more", digest=_old(packet))


def _old(packet: SignaturePacket) -> str:
    """Name what is too old. A modern digest gets here in an old packet, or where the header denies it (no Hash header
    means MD5)."""
    if packet.digest not in MODERN_DIGESTS:
        return packet.digest_name
    return "MD5" if packet.version == 4 else f"V{packet.version}"


def _unproven(report: Report, packet: SignaturePacket, terms: Terms) -> Iterator[str]:
    """Say why gpgv's word does not stand."""
    if report.outcome is Outcome.UNCHECKED:
        yield tr("gpgv could not check the signature")
    if packet.digest not in MODERN_DIGESTS:
        yield tr("the digest {digest} is not taken", digest=packet.digest_name)
    if (report.created, report.digest, report.kind) != (packet.created, packet.digest, packet.kind):
        yield tr("gpgv speaks of another signature than the text bears")
    if (report.fingerprint, report.primary) not in {(key.fingerprint, key.primary) for key in terms.keys}:
        yield tr("gpgv names a key that was not given to it")


def _forbidden(report: Report, key: Key, terms: Terms) -> Iterator[str]:
    pair = [other for other in terms.keys if other.fingerprint in (key.fingerprint, key.primary)]
    if report.outcome is Outcome.KEY_REVOKED or any(other.revoked for other in pair):
        yield tr("the key is revoked")
    if report.outcome is Outcome.SIGNATURE_EXPIRED:
        yield tr("the signature itself has expired")
    if any(other.weak for other in pair):
        yield tr("the key is too weak: RSA needs 2048 bits, a curve 255")
    if report.outcome is Outcome.KEY_EXPIRED and ends(key, terms.keys) is None:
        yield tr("gpgv calls a key expired that has no end")


def _untimely(packet: SignaturePacket, key: Key, end: datetime | None, terms: Terms) -> Iterator[str]:
    if packet.created > (terms.at or terms.now + CLOCK_SLACK):
        yield tr("signed in the future, on {day}", day=_day(packet.created))
    if packet.created < key.created:
        yield tr("signed before its key was made")
    if end is not None and packet.created >= end:
        yield tr("signed after its key had expired on {day}", day=_day(end))


def _day(time: datetime) -> str:
    return f"{time:%Y-%m-%d}"


def claimed_number(text: str) -> str | None:
    """Return the first line that is a bare advisory number: letters, digits, `-`, `:` and `#`, one digit at least, and
    nothing else on the line but the blanks before it: JPCERT/CC sets its number to the right."""
    lines = (line.strip(" \t\r\u3000") for line in text.split("\n"))
    return next((line for line in lines if _NUMBER.fullmatch(line)), None)
