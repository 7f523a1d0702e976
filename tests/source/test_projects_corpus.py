"""The real files of projects: every item is read or quarantined, counted by other means, and signatures verify."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from feedbot.advisory import Advisory, Quarantined, Status, Verdict
from feedbot.fetch import file
from feedbot.signature import Keyring, judge_for
from feedbot.source import freebsd
from tests.conftest import need_program
from tests.source.reading import NOW, read, reasons

FOLDERS = {
    "pgp/freebsd": ("freebsd", "FreeBSD-*.asc"),
    "pgp/freebsd/revisions": ("freebsd", "*.asc"),
    "pgp/freebsd/releases": ("freebsd", "*"),
    "pgp/netbsd": ("netbsd", "*.asc"),
    "pgp/netbsd/translations": ("netbsd", "*.asc"),
    "feeds/upstream/openssl": ("openssl", "*.json"),
    "feeds/upstream/httpd": ("httpd", "*.json"),
    "feeds/upstream/nginx": ("nginx", "*.xml"),
    "feeds/upstream/postgresql": ("postgresql", "*.html"),
    "feeds/upstream/curl": ("curl", "*.md"),
    "feeds/ja-advisories/ruby-lang": ("ruby_lang", "*.md"),
    "feeds/ja-advisories/mozilla": ("mozilla", "*.html"),
    "feeds/ja-advisories/mozilla-en": ("mozilla", "*.md"),
}
ITEMS = {".xml": r"<item\b", ".html": r'href="/support/security/CVE-[0-9-]+/" class="nobr"'}
REFUSED = {
    "pgp/freebsd/releases": {"no advisory number": 6},
    "pgp/netbsd": {"no advisory number": 3},
    "pgp/netbsd/translations": {"no title": 1},
}
"""Checksums, announcements of releases and a GnuPG test are no advisories; one translation's bytes are broken."""


def items_in(path: Path, folder: str) -> int:
    """Count the items of a file without any of our parsers."""
    if folder.endswith(("nginx", "postgresql")):
        return len(re.findall(ITEMS[path.suffix], path.read_text(encoding="utf-8")))
    return 1


@pytest.mark.parametrize("folder", FOLDERS)
def test_nothing_is_lost(corpus: Path, folder: str) -> None:
    """Read and quarantined together are the items of each file; only what is no advisory is quarantined."""
    member, pattern = FOLDERS[folder]
    paths = [path for path in sorted((corpus / folder).glob(pattern)) if path.is_file()]
    assert paths
    refused: Counter[str] = Counter()
    for path in paths:
        found = read(member, file.read(path, NOW))
        assert len(found) == items_in(path, folder), path.name
        refused.update(reasons(found))
        assert all(item.number and item.title for item in found if isinstance(item, Advisory))
    assert refused == REFUSED.get(folder, {})


@pytest.mark.parametrize("folder", ["openssl", "httpd"])
def test_records_as_their_fields_say(corpus: Path, folder: str) -> None:
    """Number and count of versions are those that the JSON itself has."""
    for path in sorted((corpus / "feeds/upstream" / folder).glob("*.json")):
        tree = json.loads(path.read_text(encoding="utf-8"))
        (found,) = read(folder, file.read(path, NOW))
        assert isinstance(found, Advisory)
        assert found.number == path.stem
        if "cveMetadata" in tree:
            products = tree["containers"]["cna"]["affected"]
            told = sum(one["status"] == "affected" for product in products for one in product["versions"])
            assert len(found.affected) == told, path.name
        else:
            listed = set(re.findall(r'"version_value": "([^"]+)"', path.read_text(encoding="utf-8")))
            assert listed <= set(re.findall(r"[^ ,]+", " ".join(one.evidence for one in found.affected))), path.name


def test_names_that_freebsd_gives(corpus: Path) -> None:
    """The CVE names of the field are as many as a search of the lines finds."""
    for path in sorted((corpus / "pgp/freebsd").glob("FreeBSD-SA-*.asc")):
        text = path.read_text(encoding="latin-1")
        field = re.search(r"^CVE(?: Name)?:((?:.*\n)(?:[ \t]+.*\n)*)", text, re.MULTILINE)
        told = re.findall(r"(?:CVE|CAN)-([0-9]{4}-[0-9]+)", field[1]) if field else []
        (found,) = read("freebsd", file.read(path, NOW))
        assert isinstance(found, Advisory)
        assert list(found.cves) == [f"CVE-{one}" for one in dict.fromkeys(told)], path.name


def test_every_curl_range_is_understood(corpus: Path) -> None:
    """All of curl's ranges are read completely; dismissals, and the two flaws that were taken back, are withdrawn."""
    found = [
        item
        for path in sorted((corpus / "feeds/upstream/curl").glob("*.md"))
        for item in read("curl", file.read(path, NOW))
        if isinstance(item, Advisory)
    ]
    assert all(one.complete for advisory in found for one in advisory.affected)
    dismissed, taken_back = {"CVE-2020-19909", "CVE-2023-52071"}, {"CVE-2019-15601", "CVE-2023-32001"}
    assert {one.number for one in found if one.status is Status.WITHDRAWN} == dismissed | taken_back
    assert {one.number for one in found if not one.affected} == dismissed


def test_signed_by_the_security_officer(corpus: Path) -> None:
    """A text of 2026 verifies with the officer's key of 2026, and altered it does not."""
    need_program("gpgv", "gpgv")
    keyring = Keyring.load([corpus / "pgp/freebsd/keys/2026-01-19.so_public_key.asc"])
    judge = judge_for(keyring, tuple(one.fingerprint for one in keyring.primaries), NOW, "https")
    given = file.read(corpus / "pgp/freebsd/FreeBSD-SA-26:15.dhclient.asc", NOW)
    (found,) = freebsd.read(given, judge)
    assert isinstance(found, Advisory)
    assert found.signature.verdict is Verdict.VERIFIED
    assert found.cves == ("CVE-2026-42512",)
    altered = judge(given.body.replace(b"14.4-RELEASE-p3", b"14.4-RELEASE-p9"), None)
    assert altered.signature.verdict is Verdict.BAD


def test_every_signed_revision_is_newer(corpus: Path) -> None:
    """The four texts of one advisory that were signed on different days, all with one date, are told apart."""
    need_program("gpgv", "gpgv")
    keyring = Keyring.load([corpus / "pgp/freebsd/keys/2017-12-17.so_public_key.asc"])
    judge = judge_for(keyring, tuple(one.fingerprint for one in keyring.primaries), NOW, "https")
    times = set()
    for path in sorted((corpus / "pgp/freebsd/revisions").glob("FreeBSD-SA-19:07.mds.*")):
        (found,) = freebsd.read(file.read(path, NOW), judge)
        assert isinstance(found, Advisory)
        assert found.signature.verdict in (Verdict.VERIFIED, Verdict.EXPIRED_KEY)
        times.add(found.updated)
    assert len(times) == 4


def test_postgresql_row(corpus: Path) -> None:
    """Each branch ends where its own correction is."""
    first, _ = read("postgresql", file.read(corpus / "feeds/upstream/postgresql/advisories.html", NOW))
    assert isinstance(first, Advisory)
    assert [str(one.range) for one in first.affected] == [
        "vers:generic/>=12|<12.3",
        "vers:generic/>=11|<11.8",
        "vers:generic/>=10|<10.13",
        "vers:generic/>=9.6|<9.6.18",
    ]


def test_japanese_and_english_say_the_same(corpus: Path) -> None:
    """Mozilla Japan's page and the English source name the same number, and the same CVE names where both have any."""
    for path in sorted((corpus / "feeds/ja-advisories/mozilla").glob("*.html")):
        english = corpus / "feeds/ja-advisories/mozilla-en" / f"{path.stem}.md"
        (one,), (two,) = read("mozilla", file.read(path, NOW)), read("mozilla", file.read(english, NOW))
        assert not isinstance(one, Quarantined)
        assert not isinstance(two, Quarantined)
        assert (one.language, two.language) == ("ja", "en")
        assert one.number == two.number
        assert set(one.cves) == set(two.cves) or not one.cves or not two.cves
