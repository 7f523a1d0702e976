"""The Debian security tracker's JSON: source package → CVE → release → status.

Fields as in https://security-tracker.debian.org/tracker/data/json: `fixed_version` "0" says that the release never had
the fault; urgency `unimportant` that the binary packages do not (a file that is not built, an example); `end-of-life`
that the package is not looked after in the release; `nodsa` why no corrected package is made for it alone.

The same entries, one CVE of one release a file, are read too (`packages` with their `repository`): mirrors split the
table so.
"""

import re
from collections.abc import Iterator
from typing import IO

from feedbot.advisory import Quarantined
from feedbot.distro._files import head
from feedbot.distro._json import members_of, quarantined
from feedbot.distro._model import DistroInfo, Silent, Statement, StatementStatus
from feedbot.errors import SourceError
from feedbot.inventory import release_of

DISTRO = DistroInfo("Debian security tracker", "https://security-tracker.debian.org/tracker/data/json")
HEAD = re.compile(
    r'"repositor(?:ies|y)"\s*:\s*[\[{]|\A\s*\{\s*"[a-z0-9][a-z0-9+.-]+"\s*:\s*\{\s*"(?:CVE|TEMP)-[^"]+"\s*:'
)

_NEVER = "0"
_OPEN = {"unimportant": StatementStatus.NOT_AFFECTED, "end-of-life": StatementStatus.END_OF_LIFE}
_SPLIT = re.compile(r'\A\s*\{\s*"id"\s*:\s*"')
_CVE = re.compile(r"CVE-[0-9]{4}-[0-9]{4,}")


def read(file: IO[bytes], name: str) -> Iterator[Statement | Quarantined | Silent]:
    """Yield a statement for each release that is named. Raises SourceError where the file is not the tracker's."""
    split = bool(_SPLIT.match(head(file, name, 200)))
    empty = True
    entry: dict[str, object] = {}
    for key, value in members_of(file, name):
        empty = False
        if split:
            entry[key] = value
        elif isinstance(value, dict):
            for cve, one in value.items():
                yield from _statements(key, cve, one, name)
        else:
            yield quarantined(key, name, value)
    if empty or (split and not isinstance(entry.get("packages"), list)):
        raise SourceError(name, "not the tracker's table of packages")
    if split:
        yield from _one_release(entry, name)


def _statements(package: str, cve: str, entry: object, name: str) -> Iterator[Statement | Quarantined | Silent]:
    where = f"{package} {cve}"
    releases = entry.get("releases") if isinstance(entry, dict) else None
    # Some writers of JSON cannot tell an empty table from an empty list.
    if releases in ({}, []):
        yield Silent(where, "names no release")
        return
    if not isinstance(releases, dict):
        yield quarantined(where, name, entry)
        return
    for codename, release in releases.items():
        yield _statement(package, cve, codename, release, name)


def _one_release(entry: dict[str, object], name: str) -> Iterator[Statement | Quarantined | Silent]:
    cve, packages = str(entry["id"]), entry["packages"]
    assert isinstance(packages, list)
    for one in packages:
        match one:
            case {"name": str(package), "repository": [{"name": str(codename)}, *_]}:
                yield _statement(package, cve, codename.partition("-")[0], one, name)
            case _:
                yield quarantined(cve, name, one)


def _statement(package: str, cve: str, codename: str, release: object, name: str) -> Statement | Quarantined | Silent:
    where = f"{package} {cve} {codename}"
    distro, found = release_of(f"debian {codename}"), _status(release)
    if found is None or not distro:
        return quarantined(where, name, release)
    if not _CVE.fullmatch(cve):
        return Silent(where, "names no CVE")
    status, fixed, remarks = found
    evidence = ", ".join(filter(None, (f"{codename}: {remarks[0]}", *remarks[1:])))
    url = f"https://security-tracker.debian.org/tracker/{cve}"
    return Statement(distro, package, cve, status, fixed, evidence, url=url, issuer="debian_tracker")


def _status(release: object) -> tuple[StatementStatus, str, tuple[str, ...]] | None:
    """Return the status, the version that is fixed, and the tracker's words; None where the shape is not known."""
    if not isinstance(release, dict):
        return None
    given = [release.get(field, "") for field in ("status", "urgency", "nodsa_reason", "nodsa", "fixed_version")]
    if not all(isinstance(one, str) for one in given):
        return None
    said, urgency, *_, fixed = given
    remarks = tuple(given[:4])
    if said == "open":
        return _OPEN.get(urgency, StatementStatus.OPEN), "", remarks
    if said == "undetermined":
        return StatementStatus.UNDETERMINED, "", remarks
    if said != "resolved" or not fixed:
        return None
    never = fixed == _NEVER or urgency == "unimportant"
    return (StatementStatus.NOT_AFFECTED, "", remarks) if never else (StatementStatus.FIXED, fixed, remarks)
