"""Red Hat's record of each CVE, as https://access.redhat.com/hydra/rest/securitydata/cve/CVE-….json gives it.

`affected_release` are packages that were corrected, `package_state` those that were not. A package that comes in a
module is named by the module's build (`python39:3.9-8100020240826142629.d47b87a4`): no version of a package.

Taken in by hand alone. The listing that the API documents (`cve.json`, in pages of 1,000: Red Hat Security Data API,
section 3.1) dates a CVE by when it became public, not by when its record changed: who went by it would take old words
for current ones. redhat_csaf says the same and has a listing with the times of changes.
"""

import re
from collections.abc import Iterator, Mapping
from typing import IO

from feedbot.advisory import Quarantined
from feedbot.distro import _redhat
from feedbot.distro._files import pieces
from feedbot.distro._json import parsed, quarantined
from feedbot.distro._model import DistroInfo, Silent, Statement, StatementStatus
from feedbot.distro._osv import time
from feedbot.errors import SourceError

DISTRO = DistroInfo("Red Hat CVEs")
HEAD = re.compile(r'"(?:package_state|affected_release|threat_severity)"\s*:')

_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,}")
_BUILD = re.compile(r"[\w.+-]+:[\w.+-]+-\d{8,}\.[0-9a-f]{8}")


def read(file: IO[bytes], name: str) -> Iterator[Statement | Quarantined | Silent]:
    """Yield a statement for each release and package. Raises SourceError where it is no record of a CVE."""
    for piece in pieces(file, name):
        match parsed(piece.body, piece.name):
            case {"name": str(cve), **rest} if _CVE.fullmatch(cve):
                yield from _record(cve, rest, piece.name)
            case _:
                raise SourceError(piece.name, "not Red Hat's record of a CVE")


def _record(cve: str, record: Mapping[object, object], name: str) -> Iterator[Statement | Quarantined | Silent]:
    none = True
    for field in ("affected_release", "package_state"):
        given = record.get(field)
        # Some writers of JSON make an object of a list of one.
        for one in given if isinstance(given, list) else [] if given is None else [given]:
            made = _corrected(cve, one) if field == "affected_release" else _state(cve, one)
            none = False
            yield made or quarantined(f"{cve} {field}", name, one)
    if none:
        yield Silent(cve, "names no package")


def _corrected(cve: str, given: object) -> Statement | Silent | None:
    match given:
        case {"cpe": str(cpe), "advisory": str(advisory), **rest}:
            pass
        case _:
            return None
    place, where = _redhat.place(cpe), f"{cve} {advisory}"
    package = rest.get("package")
    if place is None:
        return Silent(where, "another product")
    if not isinstance(package, str) or _BUILD.fullmatch(package):
        return Silent(where, "names a module's build" if package else "names no package")
    found = _redhat.nevra(package)
    if found is None:
        return None
    url = f"https://access.redhat.com/errata/{advisory}"
    issued = time(rest.get("release_date"))
    return Statement(
        place[0],
        found[0],
        cve,
        StatementStatus.FIXED,
        found[1],
        advisory,
        None,
        "",
        place[1],
        url,
        issued,
        "redhat_cve",
    )


def _state(cve: str, given: object) -> Statement | Silent | None:
    match given:
        case {"cpe": str(cpe), "fix_state": str(state), "package_name": str(package)}:
            pass
        case _:
            return None
    place, where = _redhat.place(cpe), f"{cve} {package}"
    if place is None:
        return Silent(where, "another product")
    if state in _redhat.UNSAID:
        return Silent(where, "not looked at yet")
    if state not in _redhat.STATES:
        return None
    stream, _, plain = package.rpartition("/")
    url = f"https://access.redhat.com/security/cve/{cve}"
    evidence = f"{cve}: {state}"
    return Statement(
        place[0], plain, cve, _redhat.STATES[state], "", evidence, None, stream, place[1], url, None, "redhat_cve"
    )
