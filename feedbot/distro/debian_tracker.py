"""The Debian security tracker's JSON: source package → CVE → release → status.

Fields as in https://security-tracker.debian.org/tracker/data/json: `fixed_version` "0" says that the release never had
the fault; urgency `unimportant` that the binary packages do not (a file that is not built, an example); `end-of-life`
that the package is not looked after in the release.
"""

from collections.abc import Iterator
from datetime import datetime

from feedbot.advisory import Quarantined
from feedbot.distro._json import parsed, quarantined
from feedbot.distro._model import Statement, StatementStatus
from feedbot.errors import SourceError
from feedbot.inventory import release_of

TITLE = "Debian security tracker"

_NEVER = "0"
_OPEN = {"unimportant": StatementStatus.NOT_AFFECTED, "end-of-life": StatementStatus.END_OF_LIFE}


def read(body: bytes, name: str, as_of: datetime | None = None) -> Iterator[Statement | Quarantined]:
    """Yield a statement for each release that is named. Raises SourceError where the file is not the tracker's."""
    packages = parsed(body, name)
    if not isinstance(packages, dict) or not packages:
        raise SourceError(name, "not the tracker's table of packages")
    for package, entries in packages.items():
        if not isinstance(entries, dict):
            yield quarantined(package, name, entries)
            continue
        for cve, entry in entries.items():
            yield from _statements(package, cve, entry, name, as_of)


def _statements(
    package: str, cve: str, entry: object, name: str, as_of: datetime | None
) -> Iterator[Statement | Quarantined]:
    where = f"{package} {cve}"
    releases = entry.get("releases") if isinstance(entry, dict) else None
    if releases == []:
        # Some writers of JSON cannot tell an empty table from an empty list.
        return
    if not isinstance(releases, dict):
        yield quarantined(where, name, entry)
        return
    for codename, release in releases.items():
        distro, found = release_of(f"debian {codename}"), _status(release)
        if found is None or not distro:
            yield quarantined(f"{where} {codename}", name, release)
            continue
        status, fixed, urgency = found
        evidence = f"{codename}: {release['status']}" + (f", {urgency}" if urgency else "")
        yield Statement(distro, package, cve, status, fixed, evidence, as_of)


def _status(release: object) -> tuple[StatementStatus, str, str] | None:
    """Return the status, the version that is fixed, and the urgency; None where the shape is not known."""
    if not isinstance(release, dict):
        return None
    given = tuple(release.get(field, "") for field in ("status", "fixed_version", "urgency"))
    if not all(isinstance(one, str) for one in given):
        return None
    said, fixed, urgency = given
    if said == "open":
        return _OPEN.get(urgency, StatementStatus.OPEN), "", urgency
    if said == "undetermined":
        return StatementStatus.UNDETERMINED, "", urgency
    if said != "resolved" or not fixed:
        return None
    never = fixed == _NEVER or urgency == "unimportant"
    return (StatementStatus.NOT_AFFECTED, "", urgency) if never else (StatementStatus.FIXED, fixed, urgency)
