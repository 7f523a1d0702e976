"""The release a machine runs, in one spelling: debian:12, ubuntu:24.04, almalinux:9.

Inventories, contracts and distributors each write it in their own way (`Debian GNU/Linux 12 (bookworm)`,
`almalinux 9.4`, `bookworm`); a distributor's statement is found by this spelling only.
"""

import re
import unicodedata

_CODENAMES = {
    "debian": "potato:2.2 woody:3.0 sarge:3.1 etch:4 lenny:5 squeeze:6 wheezy:7 jessie:8 stretch:9 buster:10 "
    "bullseye:11 bookworm:12 trixie:13 forky:14 duke:15 sid:sid",
    "ubuntu": "warty:4.10 hoary:5.04 breezy:5.10 dapper:6.06 edgy:6.10 feisty:7.04 gutsy:7.10 hardy:8.04 intrepid:8.10 "
    "jaunty:9.04 karmic:9.10 lucid:10.04 maverick:10.10 natty:11.04 oneiric:11.10 precise:12.04 quantal:12.10 "
    "raring:13.04 saucy:13.10 trusty:14.04 utopic:14.10 vivid:15.04 wily:15.10 xenial:16.04 yakkety:16.10 zesty:17.04 "
    "artful:17.10 bionic:18.04 cosmic:18.10 disco:19.04 eoan:19.10 focal:20.04 groovy:20.10 hirsute:21.04 impish:21.10 "
    "jammy:22.04 kinetic:22.10 lunar:23.04 mantic:23.10 noble:24.04 oracular:24.10 plucky:25.04 questing:25.10 "
    "resolute:26.04",
}
_BY_CODENAME = {
    codename: f"{family}:{number}"
    for family, table in _CODENAMES.items()
    for codename, number in (entry.split(":") for entry in table.split())
}
# The id of os-release beside every spelling seen for it. What is listed first is tried first.
_FAMILIES = (
    ("ubuntu", r"ubuntu"),
    ("debian", r"debian"),
    ("almalinux", r"alma\s*linux|alma"),
    ("rocky", r"rocky"),
    ("centos", r"centos"),
    ("ol", r"oracle\s*linux|ol"),
    ("rhel", r"red\s*hat|rhel"),
    ("fedora", r"fedora"),
    ("amzn", r"amazon|amzn"),
)
_PATTERNS = tuple(
    (family, re.compile(rf"\b(?:{spellings})(?![a-z])[^0-9]*(\d+(?:\.\d+)?)?")) for family, spellings in _FAMILIES
)
_DEB, _RPM = (
    frozenset({"debian", "ubuntu"}),
    frozenset({"almalinux", "rocky", "centos", "ol", "rhel", "fedora", "amzn"}),
)
_LABEL = re.compile(r"([A-Za-z0-9][A-Za-z0-9._+-]*:[A-Za-z0-9._+-]+)(?::|$)")
_MAX = 200


def release_of(text: str) -> str:
    """Return the release in feedbot's spelling; empty where it is none that is known.

    Releases are counted as their support is: Ubuntu by year and month, Debian before 4 by two numbers, all others
    by the first number.
    """
    folded = unicodedata.normalize("NFKC", text[:_MAX]).casefold().strip()
    for family, pattern in _PATTERNS:
        found = pattern.search(folded)
        if found and found[1]:
            return f"{family}:{_number(family, found[1])}"
    words = (_BY_CODENAME.get(word) for word in re.findall(r"[a-z]+", folded))
    return next((release for release in words if release), "")


def _number(family: str, number: str) -> str:
    """Cut a point release off."""
    if family == "ubuntu" or (family == "debian" and number in ("2.2", "3.0", "3.1")):
        return number
    return number.partition(".")[0]


def scheme_of(release: str) -> str:
    """Return the version scheme of a release's own packages; empty where it is not known."""
    family = release.partition(":")[0]
    return "deb" if family in _DEB else "rpm" if family in _RPM else ""


def stream_of(label: str) -> str:
    """Return the stream of a module's label, NAME:STREAM:VERSION:CONTEXT, as rpm's MODULARITYLABEL and the qualifier
    `rpmmod` of purls give it; empty where there is none."""
    found = _LABEL.match(label)
    return found[1] if found else ""
