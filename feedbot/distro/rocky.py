"""Rocky Linux errata (RLSA, RLBA, RLEA) as OSV, or as https://errata.rockylinux.org/api/v2/advisories gives them.

The API names each build with its module; OSV names packages, and the module stream in the summary only. RXSA are of the
SIG Cloud, whose builds carry `.cloud` in their release.
"""

import re
from collections.abc import Iterator, Mapping
from typing import IO

from feedbot.advisory import Quarantined
from feedbot.distro import _redhat
from feedbot.distro._files import head, pieces
from feedbot.distro._json import parsed, quarantined
from feedbot.distro._model import DistroInfo, Silent, Statement, StatementStatus
from feedbot.distro._osv import Place, statements, time
from feedbot.errors import SourceError
from feedbot.inventory import release_of

DISTRO = DistroInfo("Rocky Linux errata", "https://osv-vulnerabilities.storage.googleapis.com/Rocky%20Linux/all.zip")
HEAD = re.compile(r'"ecosystem"\s*:\s*"Rocky Linux\b|"nevra"\s*:|"red_hat_advisory_id"\s*:|"synopsis"\s*:')

_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,}")
_OSV = re.compile(r'"schema_version"\s*:|"ecosystem"\s*:')
_CLOUD = "sig-cloud"


def read(file: IO[bytes], name: str) -> Iterator[Statement | Quarantined | Silent]:
    """Yield a statement for each release, package, stream and CVE. Raises SourceError where it is neither form."""
    if _OSV.search(head(file, name)):
        yield from statements(file, name, _place, "https://errata.rockylinux.org/{id}", "rocky")
        return
    for piece in pieces(file, name):
        document = parsed(piece.body, piece.name)
        answer = document.get("advisories") if isinstance(document, dict) and "advisories" in document else [document]
        for one in answer if isinstance(answer, list) else [answer]:
            match one:
                case {"name": str(id_), "packages": list(packages), **rest}:
                    yield from _erratum(id_, packages, rest, piece.name)
                case _:
                    raise SourceError(piece.name, "not an erratum of Rocky Linux")


def _place(ecosystem: str, id_: str) -> Place | None:
    family = ecosystem.partition(":")[0]
    return (release_of(ecosystem), _CLOUD if id_.startswith("RX") else "") if family == "Rocky Linux" else None


def _erratum(
    id_: str, packages: list[object], rest: Mapping[object, object], name: str
) -> Iterator[Statement | Quarantined | Silent]:
    given = rest.get("cves")
    named = [one.get("cve") for one in given if isinstance(one, dict)] if isinstance(given, list) else []
    cves = sorted({one for one in named if isinstance(one, str) and _CVE.fullmatch(one)})
    made: dict[Statement, None] = {}
    for one in packages:
        found = _build(one)
        if found is None:
            yield quarantined(id_, name, one)
            continue
        distro, package, fixed, stream = found
        suite = _CLOUD if id_.startswith("RX") else ""
        url, issued = f"https://errata.rockylinux.org/{id_}", time(rest.get("published_at"))
        for cve in cves:
            status = StatementStatus.FIXED
            made[Statement(distro, package, cve, status, fixed, id_, None, stream, suite, url, issued, "rocky")] = None
    yield from made
    if not made:
        yield Silent(id_, "names no package" if cves else "names no CVE")


def _build(given: object) -> tuple[str, str, str, str] | None:
    """Return release, package, version and module stream of one build; None where it is not known."""
    match given:
        case {"nevra": str(build), "product_name": str(product), **rest}:
            found, distro = _redhat.nevra(build), release_of(product)
            stream = f"{rest['module_name']}:{rest['module_stream']}" if rest.get("module_name") else ""
            # The source of a module's build is listed without its module: it is no other package's.
            stream = stream or (":" if found and ".module" in found[1] else "")
            return (distro, *found, stream) if found and distro else None
        case _:
            return None
