"""The lists that Debian's security team keeps by hand: DSA/list, DLA/list, DTSA/list and CVE/list.

    [05 Aug 2002] DSA-140-1 libpng - buffer overflow          CVE-2026-27171 (zlib before 1.3.2 allows …)
            {CVE-2002-0660 CVE-2002-0728}                             - zlib <unfixed> (bug #1128336)
            [woody] - libpng 1.0.12-3.woody.2                         [bookworm] - zlib <no-dsa> (Minor issue)

Grammar as in the security tracker's own parser (doc/security-team.d.o/security_tracker): a line of a package without a
release speaks of unstable. A later line of the same release and package takes the place of an earlier one. `no-dsa`,
`postponed` and `ignored` say that no corrected package is made for a release alone: one that carries unstable's
correction has it all the same. Where unstable has none and the entry refers to an advisory, that may have corrected it
after all, and its own list tells. Mirrors keep the same lines as JSON, an advisory a file (`header`, `annotations`),
and these are read too.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import IO

from feedbot.advisory import Quarantined
from feedbot.distro._files import head, pieces, text
from feedbot.distro._json import parsed
from feedbot.distro._model import DistroInfo, Silent, Statement, StatementStatus
from feedbot.errors import SourceError
from feedbot.inventory import release_of

DISTRO = DistroInfo(
    "Debian DSA/DLA lists", "https://salsa.debian.org/security-tracker-team/security-tracker/-/raw/master/data/DSA/list"
)
HEAD = re.compile(r'\A\s*(?:\[[^\]\n]{6,30}\] D(?:SA|LA|TSA)-\d|(?:CVE|TEMP)-\d+-\S+(?: \(|\n))|"annotations"\s*:\s*\[')

_NAME = "debian_list"
_JSON = re.compile(r"\A\s*\{")
_ADVISORY = re.compile(r"\[(?P<day>[^\]]+)\] (?P<id>D(?:SA|LA|TSA)-\d+(?:-\d+)?)(?: (?P<title>.*))?")
_CVE_HEAD = re.compile(r"(?P<id>(?:CVE|TEMP)-\d{4,7}-[0-9A-FX]{4,})(?: .*)?")
_XREF = re.compile(r"\{([^}]*)\}")
_PACKAGE = re.compile(
    r"(?:\[(?P<release>[a-z-]+)\] )?- (?P<package>[a-z0-9][a-z0-9+.-]*)"
    r"(?: +(?:<(?P<tag>[a-z-]+)>|(?P<version>[0-9][A-Za-z0-9.+~:-]*)))?(?P<remark> *\(.*\))?\s*"
)
_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,}")
_SAID_ELSEWHERE = re.compile(r"(?:NOTE|TODO|NOT-FOR-US|REJECTED|RESERVED|DISPUTED|NOTE):?")
_TAGS = {
    "unfixed": StatementStatus.OPEN,
    "no-dsa": StatementStatus.OPEN,
    "postponed": StatementStatus.OPEN,
    "ignored": StatementStatus.OPEN,
    "not-affected": StatementStatus.NOT_AFFECTED,
    "end-of-life": StatementStatus.END_OF_LIFE,
    "undetermined": StatementStatus.UNDETERMINED,
}
_FLAGS = {"no-dsa", "postponed", "ignored"}
_ABSENT = {"removed", "itp"}
"""The package is gone from the release, or not in it yet."""


@dataclass(frozen=True, slots=True)
class _Entry:
    """An advisory or a CVE with its lines, as they stand."""

    head: str
    lines: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Said:
    """What one line says; no status where it says that the package is not there."""

    distro: str
    package: str
    status: StatementStatus | None
    fixed: str
    tag: str
    remark: str


def read(file: IO[bytes], name: str) -> Iterator[Statement | Quarantined | Silent]:
    """Yield a statement for each release, package and CVE. Raises SourceError where the file is no such list."""
    found = _from_json(file, name) if _JSON.match(head(file, name, 100)) else _from_list(file, name)
    none = True
    for entry in found:
        none = False
        yield from _entry(entry, name)
    if none:
        raise SourceError(name, "not a list of the Debian security team")


def _from_list(file: IO[bytes], name: str) -> Iterator[_Entry]:
    entry: _Entry | None = None
    for line in _lines(text(file, name)):
        if not line.strip():
            continue
        if line[0] not in " \t":
            if entry:
                yield entry
            entry = _Entry(line)
        elif entry:
            entry.lines.append(line.strip())
        else:
            raise SourceError(name, "not a list of the Debian security team")
    if entry:
        if not (_ADVISORY.fullmatch(entry.head) or _CVE_HEAD.fullmatch(entry.head)) and not entry.lines:
            raise SourceError(name, "not a list of the Debian security team")
        yield entry


def _lines(blocks: Iterator[str]) -> Iterator[str]:
    kept = ""
    for block in blocks:
        *whole, kept = (kept + block).split("\n")
        yield from (one.rstrip("\r") for one in whole)
    yield kept


def _from_json(file: IO[bytes], name: str) -> Iterator[_Entry]:
    for piece in pieces(file, name):
        match parsed(piece.body, piece.name):
            case {"header": {"line": str(line)}, **rest}:
                notes = rest.get("annotations", [])
                given = notes if isinstance(notes, list) else [notes]
                yield _Entry(
                    line, [str(one.get("line", one) if isinstance(one, dict) else one).strip() for one in given]
                )
            case _:
                raise SourceError(piece.name, "not a list of the Debian security team")


def _entry(entry: _Entry, name: str) -> Iterator[Statement | Quarantined | Silent]:
    advisory, about = _ADVISORY.fullmatch(entry.head), _CVE_HEAD.fullmatch(entry.head)
    if not (advisory or about):
        yield _odd(entry, entry.head, name)
        return
    id_ = advisory["id"] if advisory else about["id"] if about else ""
    named = {cve for line in entry.lines for found in [_XREF.fullmatch(line)] if found for cve in found[1].split()}
    cves = sorted(one for one in (named if advisory else {id_}) if _CVE.fullmatch(one))
    spoken: dict[tuple[str, str], _Said] = {}
    for line in entry.lines:
        if _XREF.fullmatch(line) or _SAID_ELSEWHERE.match(line):
            continue
        found = _PACKAGE.fullmatch(line)
        said = _said(found) if found else None
        if said is None:
            yield _odd(entry, line, name)
        elif said.status:
            spoken[said.distro, said.package] = said
    settled = any(one.startswith(("DSA-", "DLA-")) for one in named)
    made = [_settled(one, spoken, settled) for one in spoken.values()]
    for one in made:
        yield from (_statement(one, cve, id_, _day(advisory)) for cve in cves)
    if not (made and cves):
        yield Silent(id_, "names no package" if cves else "names no CVE")


def _said(found: re.Match[str]) -> _Said | None:
    """Return what a line says; None where that is not known."""
    distro, tag = release_of(f"debian {found['release'] or 'sid'}"), found["tag"] or ""
    if not distro or (tag and tag not in _TAGS and tag not in _ABSENT):
        return None
    status = StatementStatus.FIXED if found["version"] else _TAGS.get(tag)
    return _Said(distro, found["package"], status, found["version"] or "", tag, (found["remark"] or "").strip())


def _settled(one: _Said, spoken: Mapping[tuple[str, str], _Said], settled: bool) -> _Said:
    """Return what a flag means beside unstable's correction, or beside an advisory that the entry refers to."""
    if one.tag not in _FLAGS:
        return one
    unstable = spoken.get(("debian:sid", one.package))
    if unstable and unstable.fixed:
        return replace(one, fixed=unstable.fixed)
    return replace(one, status=StatementStatus.UNDETERMINED) if settled else one


def _statement(one: _Said, cve: str, id_: str, day: datetime | None) -> Statement:
    assert one.status is not None
    evidence = " ".join(filter(None, (id_, f"<{one.tag}>" if one.tag else "", one.remark)))
    url = f"https://security-tracker.debian.org/tracker/{id_}"
    return Statement(one.distro, one.package, cve, one.status, one.fixed, evidence, url=url, issued=day, issuer=_NAME)


def _day(advisory: re.Match[str] | None) -> datetime | None:
    if advisory:
        for form in ("%d %b %Y", "%d %B %Y"):
            try:
                return datetime.strptime(advisory["day"], form).replace(tzinfo=UTC)
            except ValueError:
                continue
    return None


def _odd(entry: _Entry, line: str, name: str) -> Quarantined:
    where = entry.head[:80]
    raw = "\n".join((entry.head, *entry.lines)).encode("utf-8", "surrogatepass")
    reason = SourceError(name, "a line of {where} is not understood: {line}", where=where, line=line[:200])
    return Quarantined(where, reason, raw)
