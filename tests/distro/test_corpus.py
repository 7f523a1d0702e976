"""Every real file of the distributors' folders: read, and as a second reader reads it; or refused for a reason."""

from collections import Counter, defaultdict
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import pytest

from bench import _distro_truth as truth
from feedbot import members
from feedbot.advisory import Quarantined
from feedbot.distro import Silent, Statement, member_of
from feedbot.errors import SourceError
from feedbot.version import key

FOLDERS = ("debian", "ubuntu", "almalinux", "rocky", "redhat")
WORDS = {"fixed": "fixed", "open": "open", "not_affected": "clear", "end_of_life": "ended", "undetermined": "unknown"}
NO_STATEMENTS = ("debian/tracker-salsa/packages/", "redhat/csaf/changes.csv", "redhat/csaf/deletions.csv")
"""Descriptions of source packages, and lists of documents: they say nothing of any fault."""
FILES = {
    "almalinux": {"almalinux": 246},
    "debian": {"debian_list": 21, "debian_osv": 5, "debian_tracker": 11, "": 42},
    "redhat": {"redhat_csaf": 17, "redhat_cve": 6, "redhat_osv": 3, "": 2},
    "rocky": {"rocky": 11},
    "ubuntu": {"ubuntu_cve": 13, "ubuntu_osv": 10, "ubuntu_usn": 3},
}
"""Folder → member → files, as `find` counts them by their folders; no member reads what has no statements."""


@cache
def read(folder: Path) -> Mapping[str, tuple[str, tuple[Statement | Quarantined | Silent, ...]]]:
    """Return file → its member and what it makes of it; no member where the file is refused."""
    found = {}
    for name in FOLDERS:
        for file in sorted((folder / name).rglob("*")):
            if file.is_file():
                found[str(file.relative_to(folder))] = _one(file)
    return found


def _one(file: Path) -> tuple[str, tuple[Statement | Quarantined | Silent, ...]]:
    with file.open("rb") as stream:
        try:
            name, member = member_of(stream, file.name)
        except SourceError:
            return "", ()
        return name, tuple(member.read(stream, file.name))


def facts(found: tuple[Statement | Quarantined | Silent, ...]) -> set[tuple[str, ...]]:
    """Return statements as the second reader writes them."""
    return {
        (one.distro, one.suite, one.package, one.stream, one.cve, WORDS[one.status], one.fixed_version)
        for one in found
        if isinstance(one, Statement)
    }


def test_every_file_is_read_or_refused(corpus: Path) -> None:
    """Each file goes to the one member that is for it; only what says nothing of faults goes to none."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for name, (member, found) in read(corpus / "feeds").items():
        counts[name.partition("/")[0]][member] += 1
        assert bool(found) != name.startswith(NO_STATEMENTS), name
    assert counts == FILES


def test_a_second_reader_reads_the_same(corpus: Path) -> None:
    """Of 25,771 facts, not one is only the one's or only the other's."""
    second: dict[str, set[tuple[str, ...]]] = defaultdict(set)
    for one in truth.read(corpus / "feeds"):
        second[one.origin].add(one.fact)
    ours = {name: facts(found) for name, (_, found) in read(corpus / "feeds").items()}
    apart = {name: (ours[name] ^ second[name]) for name in ours if ours[name] != second[name]}
    assert apart == {}
    assert sum(map(len, second.values())) == 25_771


def test_what_could_not_be_read(corpus: Path) -> None:
    """One line of 3,870 of Debian's own is a slip of the pen, and is set aside by itself."""
    odd = [one for _, found in read(corpus / "feeds").values() for one in found if isinstance(one, Quarantined)]
    assert [one.where for one in odd] == ["[15 Jan 2004] DSA-423 linux-kernel-2.4.17-ia64 - several vulnerabilities"]


def test_each_version_can_be_ordered(corpus: Path) -> None:
    """No fixed version is one that its scheme cannot read: it would leave every server undecided."""
    found = [one for _, each in read(corpus / "feeds").values() for one in each if isinstance(one, Statement)]
    for one in found:
        if one.fixed_version:
            assert key("deb" if one.distro.split(":")[0] in ("debian", "ubuntu") else "rpm", one.fixed_version)


def test_where_people_read_on(corpus: Path) -> None:
    """Every statement names its issuer and an address of its distributor's (AlmaLinux's errata: OSV's)."""
    hosts = {"almalinux": "osv.dev", "debian": ".debian.org", "redhat": ".redhat.com", "rocky": ".rockylinux.org"}
    for name, (member, found) in read(corpus / "feeds").items():
        for one in found:
            if isinstance(one, Statement):
                assert one.issuer == member
                assert hosts.get(name.partition("/")[0], "ubuntu.com") in one.url


@pytest.mark.parametrize("member", members.names("feedbot.distro"))
def test_every_member_has_a_real_file(corpus: Path, member: str) -> None:
    """No member is there that the corpus does not try."""
    assert any(name == member for name, _ in read(corpus / "feeds").values())
