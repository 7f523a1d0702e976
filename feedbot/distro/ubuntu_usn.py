"""Ubuntu security notices (USN) as https://ubuntu.com/security/notices.json gives them.

A notice names its packages by release; of those that `is_source` the version is the one that corrects. The oldest
notices name binary packages without versions, and say nothing that a version could be held against.

Taken in by hand alone. The API (https://ubuntu.com/security/api/docs) gives at most 20 notices an answer, the newest
first, with the day of publication and not of the last change: no listing by which a round could tell what is new and
what is left. ubuntu_osv has the same notices as one file.
"""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import IO

from feedbot.advisory import Quarantined
from feedbot.distro._files import pieces
from feedbot.distro._json import parsed, quarantined
from feedbot.distro._model import DistroInfo, Silent, Statement, StatementStatus
from feedbot.errors import SourceError
from feedbot.inventory import release_of

DISTRO = DistroInfo("Ubuntu security notices (USN)")
HEAD = re.compile(r'"release_packages"\s*:')

_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,}")
_ESM = re.compile(r"[+~]esm\d*|\.esm\d")


def read(file: IO[bytes], name: str) -> Iterator[Statement | Quarantined | Silent]:
    """Yield a statement for each release, source package and CVE. Raises SourceError where it is no such answer."""
    for piece in pieces(file, name):
        match parsed(piece.body, piece.name):
            case {"notices": list(notices)}:
                for one in notices:
                    yield from _notice(one, piece.name)
            case {"release_packages": _} as one:
                yield from _notice(one, piece.name)
            case _:
                raise SourceError(piece.name, "not Ubuntu's notices")


def _notice(record: object, name: str) -> Iterator[Statement | Quarantined | Silent]:
    match record:
        case {"id": str(id_), "cves_ids": list(named), "release_packages": dict(releases), **rest}:
            pass
        case _:
            yield quarantined(name, name, record)
            return
    cves = sorted({one for one in named if isinstance(one, str) and _CVE.fullmatch(one)})
    none = True
    for codename, packages in releases.items():
        distro = release_of(f"ubuntu {codename}")
        if not (distro and isinstance(packages, list)):
            yield quarantined(f"{id_} {codename}", name, packages)
            none = False
            continue
        for package, version in _sources(packages):
            none = none and not cves
            for cve in cves:
                yield _statement(id_, cve, distro, package, version, rest.get("published"))
    if none:
        yield Silent(id_, "names no version of a source package" if cves else "names no CVE")


def _sources(packages: list[object]) -> Iterator[tuple[str, str]]:
    for one in packages:
        match one:
            case {"is_source": True, "name": str(name), "version": str(version)} if version:
                yield name, version


def _statement(id_: str, cve: str, distro: str, package: str, version: str, published: object) -> Statement:
    suite = "fips" if "fips" in version else "esm" if _ESM.search(version) else ""
    url, issued = f"https://ubuntu.com/security/notices/{id_}", _moment(published)
    return Statement(
        distro, package, cve, StatementStatus.FIXED, version, id_, None, "", suite, url, issued, "ubuntu_usn"
    )


def _moment(given: object) -> datetime | None:
    """Return when a notice was published; the answer gives no zone, and means UTC."""
    try:
        made = datetime.fromisoformat(given) if isinstance(given, str) else None
    except ValueError:
        return None
    return made.replace(tzinfo=made.tzinfo or UTC) if made else None
