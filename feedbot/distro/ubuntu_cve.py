"""Ubuntu's record of each CVE: what is said of a source package in each release and pocket.

Two forms: the JSON of https://ubuntu.com/security/cves.json (pages of `cves`), and the files of ubuntu-cve-tracker,
as they are (`focal_linux: needed`, `esm-infra/xenial_linux: released (4.4.0-1)`) or as JSON of the same fields.

Taken in by hand alone: the API (https://ubuntu.com/security/api/docs) comes in pages by offset, which shift while they
are read, and names no time of the last change. ubuntu_osv has the same records as one file.
"""

import re
from collections.abc import Iterator
from typing import IO

from feedbot.advisory import Quarantined
from feedbot.distro._files import decoded, pieces
from feedbot.distro._json import parsed, quarantined
from feedbot.distro._model import DistroInfo, Silent, Statement
from feedbot.distro._ubuntu import said
from feedbot.errors import SourceError

DISTRO = DistroInfo("Ubuntu CVEs")
HEAD = re.compile(r'"release_codename"\s*:|"candidate"\s*:\s*"|^(?:Candidate|PublicDate):', re.MULTILINE)

_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,}")
_FIELD = re.compile(
    r"(?P<where>[a-z][a-z0-9./-]*)_(?P<package>[a-z0-9][a-z0-9+.-]*): *(?P<status>[A-Za-z-]+)(?: \((?P<note>.*)\))?\s*"
)
_CANDIDATE = re.compile(r"^Candidate: *(\S*)", re.MULTILINE)


def read(file: IO[bytes], name: str) -> Iterator[Statement | Quarantined | Silent]:
    """Yield a statement for each release, pocket, package and CVE. Raises SourceError where it is neither form."""
    for piece in pieces(file, name):
        if piece.body.lstrip()[:1] != b"{":
            yield from _tracker(decoded(piece.body, piece.name), piece.name)
            continue
        match parsed(piece.body, piece.name):
            case {"cves": list(cves)}:
                for one in cves:
                    yield from _answer(one, piece.name)
            case {"candidate": str(cve), **rest}:
                yield from _record(cve, rest.get("packages", {}), piece.name)
            case _:
                raise SourceError(piece.name, "not Ubuntu's record of a CVE")


def _answer(record: object, name: str) -> Iterator[Statement | Quarantined | Silent]:
    match record:
        case {"id": str(cve), "packages": list(packages)} if _CVE.fullmatch(cve):
            pass
        case _:
            yield quarantined(name, name, record)
            return
    if not packages:
        yield Silent(cve, "names no package")
    for package in packages:
        match package:
            case {"name": str(called), "statuses": list(statuses)}:
                for one in statuses:
                    yield _told(cve, called, one, name)
            case _:
                yield quarantined(cve, name, package)


def _told(cve: str, package: str, given: object, name: str) -> Statement | Quarantined | Silent:
    made = None
    match given:
        case {"release_codename": str(codename), "status": str(status), "description": str() | None as note, **rest}:
            pocket = rest.get("pocket") or ""
            made = said(package, cve, codename, str(pocket), status, note or "", "ubuntu_cve")
    return made or quarantined(f"{cve} {package}", name, given)


def _record(cve: str, packages: object, name: str) -> Iterator[Statement | Quarantined | Silent]:
    if not isinstance(packages, dict):
        yield quarantined(cve, name, packages)
        return
    if not packages:
        yield Silent(cve, "names no package")
    for package, one in packages.items():
        match one:
            case {"releases": dict(releases)}:
                for where, given in releases.items():
                    status = str(given.get("status", "")) if isinstance(given, dict) else ""
                    note = str(given.get("note", "")) if isinstance(given, dict) else ""
                    made = _placed(package, cve, where, status, note)
                    yield made or quarantined(f"{cve} {package} {where}", name, given)
            case _:
                yield quarantined(f"{cve} {package}", name, one)


def _tracker(text: str, name: str) -> Iterator[Statement | Quarantined | Silent]:
    candidate = _CANDIDATE.search(text)
    if candidate is None:
        raise SourceError(name, "not Ubuntu's record of a CVE")
    cve = candidate[1]
    if not _CVE.fullmatch(cve):
        yield Silent(name, "names no CVE")
        return
    none = True
    for line in text.split("\n"):
        found = _FIELD.fullmatch(line)
        if found is None or found["where"].startswith("Patches"):
            continue
        none = False
        made = _placed(found["package"], cve, found["where"], found["status"], found["note"] or "")
        yield made or quarantined(f"{cve} {found['package']} {found['where']}", name, line)
    if none:
        yield Silent(cve, "names no package")


def _placed(package: str, cve: str, where: str, status: str, note: str) -> Statement | Silent | None:
    """`where` is a codename, POCKET/codename, or codename/esm as it was written before 2022."""
    first, _, second = where.partition("/")
    pocket, codename = ("esm-infra", first) if second == "esm" else (first, second) if second else ("", first)
    return said(package, cve, codename, pocket.removesuffix("-legacy"), status, note, "ubuntu_cve")
