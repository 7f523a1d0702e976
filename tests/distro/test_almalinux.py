"""AlmaLinux errata: packages, streams, and what a range must look like."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from feedbot.advisory import Quarantined
from feedbot.distro import Silent, Statement, StatementStatus, almalinux
from feedbot.errors import SourceError
from feedbot.version import key
from tests.distro.reading import read


def record(*affected: object, summary: str = "Important: foo security update", **more: object) -> bytes:
    """Make a made-up erratum."""
    made = {"id": "ALSA-2026:9001", "summary": summary, "related": ["CVE-2026-0002", "CVE-2026-0001"]}
    return json.dumps({**made, "published": "2026-11-02T03:04:05Z", "affected": affected, **more}).encode()


def package(fixed: str = "1.2-3.el9", place: str = "AlmaLinux:9", **events: object) -> dict[str, object]:
    """Make one affected package."""
    given = events.get("events", [{"introduced": "0"}, {"fixed": fixed}])
    return {"package": {"ecosystem": place, "name": "foo"}, "ranges": [{"type": "ECOSYSTEM", "events": given}]}


def test_an_erratum() -> None:
    """A statement for each CVE, with the fixed version, the erratum and its date."""
    first, second = read(almalinux, record(package(), package()))
    assert first == Statement(
        "almalinux:9",
        "foo",
        "CVE-2026-0001",
        StatementStatus.FIXED,
        "1.2-3.el9",
        "ALSA-2026:9001",
        url="https://osv.dev/vulnerability/ALSA-2026:9001",
        issued=datetime(2026, 11, 2, 3, 4, 5, tzinfo=UTC),
        issuer="almalinux",
    )
    assert isinstance(second, Statement)
    assert second.cve == "CVE-2026-0002"


def test_without_a_fix() -> None:
    """A range that is never closed is open."""
    made = read(almalinux, record(package(events=[{"introduced": "0"}])))[0]
    assert isinstance(made, Statement)
    assert made.status is StatementStatus.OPEN


@pytest.mark.parametrize(
    ("summary", "fixed", "stream"),
    [
        ("Important: foo:2.4 security update", "2.4.1-1.module_el8+1", "foo:2.4"),
        ("Moderate: bar:1 and foo:2.4 security update", "2.4.1-1.module_el8+1", "bar:1"),
        ("Important: foo security update", "2.4.1-1.module_el8+1", ":"),
        ("Important: foo:2.4 security update", "2.4.1-1.el8", ""),
    ],
)
def test_module_streams(summary: str, fixed: str, stream: str) -> None:
    """A build of a module carries the stream that the summary names; one of no stream fits no package."""
    made = read(almalinux, record(package(fixed), summary=summary))[0]
    assert isinstance(made, Statement)
    assert made.stream == stream


@pytest.mark.parametrize(
    "affected",
    [
        7,
        {},
        package(events=[{"introduced": "1.0"}, {"fixed": "1.2"}]),
        package(events=[{"introduced": "0"}, {"last_affected": "1.2"}]),
        package(events=[]),
        package(fixed=""),
        package(place="AlmaLinux:next"),
    ],
)
def test_an_unknown_shape_is_set_aside(affected: object) -> None:
    """What cannot be read is kept, and its neighbour is read."""
    made = read(almalinux, record(affected, package(), related=["CVE-2026-0001"]))
    assert [type(entry) for entry in made] == [Quarantined, Statement]


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (record(package(place="Rocky Linux:9")), "another product"),
        (record(package(), related=[]), "names no CVE"),
        (record(), "names no package"),
        (record(package(), withdrawn="2026-11-03T00:00:00Z"), "withdrawn"),
    ],
)
def test_a_record_that_says_nothing_here(body: bytes, why: str) -> None:
    """A neighbour's package, an erratum without CVE and one that was withdrawn are told as silent, with the reason."""
    assert read(almalinux, body) == [Silent("ALSA-2026:9001", why)]


def test_a_moment_that_is_none() -> None:
    """A record that says unreadably when it was published keeps its statements, without a date."""
    made = read(almalinux, record(package(), published="yesterday"))[0]
    assert isinstance(made, Statement)
    assert made.issued is None


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[1]", b'"x"', b'{"id": 5}', b"[" * 200_000, b"PK\x03\x04", b"\x1f\x8b\x08"]
)
def test_what_is_no_osv(body: bytes) -> None:
    """A file that is something else is one SourceError."""
    with pytest.raises(SourceError):
        read(almalinux, body)


def test_the_corpus(corpus: Path) -> None:
    """All 246 real errata are read: nothing is set aside, and every fixed version can be ordered."""
    files = sorted((corpus / "feeds" / "almalinux").glob("*/*.json*"))
    made = [entry for file in files for entry in read(almalinux, file.read_bytes(), file.name)]
    said = [entry for entry in made if isinstance(entry, Statement)]
    assert (len(files), sum(isinstance(entry, Quarantined) for entry in made)) == (246, 0)
    assert {entry.distro for entry in said} == {"almalinux:8", "almalinux:9", "almalinux:10"}
    assert all(key("rpm", version) for version in {entry.fixed_version for entry in said})
    named = {entry.package for entry in said}
    assert {"openssl", "openssh", "httpd", "bind", "nginx", "php", "postfix", "dovecot", "sudo", "glibc"} <= named
