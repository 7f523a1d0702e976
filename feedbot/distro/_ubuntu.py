"""What Canonical's states of a package mean (https://git.launchpad.net/ubuntu-cve-tracker: README, 'status')."""

import re

from feedbot.distro._model import Silent, Statement, StatementStatus
from feedbot.inventory import release_of

_OPEN = frozenset({"needed", "pending", "deferred", "ignored", "active", "in-progress"})
_UNSAID = {
    "DNE": "the package is not in the release",
    "needs-triage": "not looked at yet",
    "in-triage": "not looked at yet",
}
_ENDED = re.compile(
    r"end of (?:\w+ )*(?:support|life)|out of (?:\w+ )*support|reached end[- ]of[- ]life|(?:superseded|replaced) by "
)
_VERSION = re.compile(r"[0-9][A-Za-z0-9.+~:-]*")
_NO_RELEASES = frozenset({"upstream", "devel", "snap", "product", "edge"})
_POCKETS = {"security": "", "updates": "", "": "", "realtime": "realtime", "fips": "fips", "fips-updates": "fips"}


def said(
    package: str, cve: str, codename: str, pocket: str, status: str, note: str, issuer: str
) -> Statement | Silent | None:
    """Return what a state of a package means; None where it is not known.

    `pocket` is where its corrections appear: security, esm-infra, esm-apps, fips-updates, realtime … `ignored` is a
    package that will not be corrected; that it is no longer looked after, or another took its place, the note alone
    tells.
    """
    where = f"{package} {cve} {'/'.join(filter(None, (pocket, codename)))}"
    if codename in _NO_RELEASES:
        return Silent(where, "no release")
    if status in _UNSAID:
        return Silent(where, _UNSAID[status])
    distro, suite = release_of(f"ubuntu {codename}"), suite_of(pocket)
    if not distro or suite is None:
        return None
    found = _status(status, note)
    if found is None:
        return None
    kind, fixed = found
    evidence = f"{pocket + '/' if pocket else ''}{codename}: {status}" + (f" ({note})" if note else "")
    url = f"https://ubuntu.com/security/{cve}"
    return Statement(distro, package, cve, kind, fixed, evidence, suite=suite, url=url, issuer=issuer)


def suite_of(pocket: str) -> str | None:
    """Return the suite of a pocket; None for one that is not known."""
    return "esm" if pocket.startswith("esm") else _POCKETS.get(pocket)


def _status(status: str, note: str) -> tuple[StatementStatus, str] | None:
    if status == "released":
        return (StatementStatus.FIXED, note) if _VERSION.fullmatch(note) else None
    if status == "not-affected":
        return StatementStatus.NOT_AFFECTED, ""
    if status in _OPEN:
        ended = status == "ignored" and _ENDED.search(note)
        return (StatementStatus.END_OF_LIFE if ended else StatementStatus.OPEN), ""
    return None
