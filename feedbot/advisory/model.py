"""The nouns of an advisory: frozen, and the same whoever published it."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from feedbot.advisory.kind import AdvisoryKind, kind_of
from feedbot.errors import SourceError, VersionError
from feedbot.version import VersionRange

_FLAWS = ("CVE-", "JVN#", "JVNVU#", "JVNDB-", "VU#", "NetBSD-SA", "FreeBSD-SA-")
"""Beginnings of numbers that are a flaw's own. JVNTA# is an alert's; FreeBSD-EN and -SN are errata and digests."""


class Status(StrEnum):
    """Where the publisher stands with an advisory (暫定・確定・取下げ)."""

    DRAFT = "draft"
    FINAL = "final"
    WITHDRAWN = "withdrawn"


class Verdict(StrEnum):
    """What was found out about a signature; the meanings are those of the command line's documentation."""

    VERIFIED = "verified"
    EXPIRED_KEY = "expired_key"
    LEGACY_UNVERIFIABLE = "legacy_unverifiable"
    BAD = "bad"
    UNKNOWN_KEY = "unknown_key"
    WRONG_SIGNER = "wrong_signer"
    UNSIGNED = "unsigned"
    MALFORMED = "malformed"
    REFUSED = "refused"


class Trust(StrEnum):
    """How far a text may be believed: never more than its signature and its way here give."""

    SIGNED = "signed"
    """The publisher's pinned key signed exactly these words."""
    TRANSPORT = "transport"
    """Unsigned, but fetched from the publisher's own address over TLS."""
    NONE = "none"
    """Neither: a file by hand, plain HTTP, or a signature that does not hold."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What is known of a text's signature. Only feedbot.signature makes one that says VERIFIED.

    `transport` is the scheme the bytes came by (`https`, `http`, `file`, `mail`). Fingerprints are 40 upper-case hex
    digits, `digest` a name such as SHA256, `as_of` the `--at` time the verdict holds for.
    """

    verdict: Verdict
    reason: str = ""
    transport: str = "file"
    fingerprint: str | None = None
    primary_fingerprint: str | None = None
    signed_at: datetime | None = None
    digest: str | None = None
    as_of: datetime | None = None

    @property
    def trust(self) -> Trust:
        """Trust follows from the signature; a member cannot raise it."""
        if self.verdict is Verdict.VERIFIED:
            return Trust.SIGNED
        if self.verdict is Verdict.UNSIGNED and self.transport == "https":
            return Trust.TRANSPORT
        return Trust.NONE


@dataclass(frozen=True, slots=True)
class UnreadRange:
    """Wording of affected versions that was not understood; kept so that a person can read it."""

    text: str


@dataclass(frozen=True, slots=True)
class Fixed:
    """The range of versions that holds the correction; usually `=V`, the version the publisher names."""

    product: str
    range: VersionRange
    evidence: str = ""

    @property
    def versions(self) -> tuple[str, ...]:
        """The first versions that hold the correction: those named, and the lower bounds of ranges."""
        return tuple(one.version for one in self.range.constraints if one.comparator in ("=", ">="))


@dataclass(frozen=True, slots=True)
class Affected:
    """A product, as the publisher names it, and which of its versions are affected.

    `evidence` is the line it was read from. `complete` is false when a piece of that line was not understood:
    `range` is then what was understood, and `unread` holds the rest. A range that could not be read at all is an
    UnreadRange.

    `notes` are its words that narrow the range without being versions (Windows 版, … を利用する場合): the range is then
    more than what is affected, never less. `two_senses` are words that it is read by in one sense and that publishers
    use in two (より以前, prior to).
    """

    product: str
    range: VersionRange | UnreadRange
    evidence: str
    vendor: str = ""
    cpe: str = ""
    purl: str = ""
    unread: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    two_senses: tuple[str, ...] = ()

    @property
    def stated(self) -> bool:
        """False when the publisher named the product and said nothing at all of its versions."""
        return not isinstance(self.range, UnreadRange) or bool(self.range.text)

    def covers(self, fixed: Fixed) -> bool:
        """Tell whether a version named as corrected lies in this range: it is then no correction of this."""
        if not isinstance(self.range, VersionRange) or self.range.scheme != fixed.range.scheme:
            return False
        try:
            return any(version in self.range for version in fixed.versions)
        except VersionError:
            return False

    @property
    def complete(self) -> bool:
        """True when every piece of the wording was understood."""
        return isinstance(self.range, VersionRange) and not self.unread


@dataclass(frozen=True, slots=True)
class Severity:
    """One score: `system` is CVSSv2, CVSSv3.0, CVSSv3.1, CVSSv4.0 or a publisher's word scale (then `vector` is
    empty)."""

    system: str
    vector: str
    score: str


@dataclass(frozen=True, slots=True)
class Section:
    """A headed part of the text (I. 概要 …), in the publisher's words."""

    heading: str
    text: str


@dataclass(frozen=True, slots=True)
class Reference:
    """A link, with the words beside it."""

    url: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """A line of 改訂履歴. `date` is None where the publisher gave none that can be read; the text then holds it."""

    date: date | None
    text: str


@dataclass(frozen=True, slots=True)
class Advisory:
    """One publisher's statement in one revision.

    `source` is the name of the configured source, `number` the publisher's own (JPCERT-AT-2014-0001, JVNVU#96176042,
    JVNDB-2021-005429, VU#348126). `revision` counts as the publisher does where it does ("7"), else it is the ISO
    date of the last
    change. `aliases` are normalised names of the same matter, without `number` itself; CVE names are in it too.
    Times are aware; a date alone is midnight in the publisher's zone.
    """

    source: str
    number: str
    revision: str
    title: str
    language: str
    signature: Signature
    status: Status = Status.FINAL
    published: datetime | None = None
    updated: datetime | None = None
    summary: str = ""
    aliases: tuple[str, ...] = ()
    severity: tuple[Severity, ...] = ()
    affected: tuple[Affected, ...] = ()
    fixed: tuple[Fixed, ...] = ()
    workarounds: tuple[str, ...] = ()
    sections: tuple[Section, ...] = ()
    references: tuple[Reference, ...] = ()
    history: tuple[HistoryEntry, ...] = ()
    url: str = ""
    publisher: str = ""

    @property
    def cves(self) -> tuple[str, ...]:
        """The CVE names among the aliases (and the number, where that is one)."""
        return tuple(name for name in (self.number, *self.aliases) if name.startswith("CVE-"))

    @property
    def kind(self) -> AdvisoryKind:
        """What sort of statement this is, by its title and number; where these tell nothing, one that names a flaw is
        about that."""
        found = kind_of(self.title, flaws_own=self.number.startswith(_FLAWS))
        names_flaw = any(name.startswith(_FLAWS) for name in self.aliases)
        return AdvisoryKind.VULNERABILITY if found is AdvisoryKind.NOTICE and names_flaw else found

    @property
    def trust(self) -> Trust:
        """How far this may be believed."""
        return self.signature.trust


@dataclass(frozen=True, slots=True)
class Quarantined:
    """An item that could not be read: where it stood, why, and its bytes, so that nothing is lost."""

    where: str
    reason: SourceError
    raw: bytes
