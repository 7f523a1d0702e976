"""OSV records: whose page their address is, and when they were withdrawn."""

import json

import pytest

from feedbot.advisory import Advisory, Status
from tests.source.reading import advisory, document


def record(number: str, *links: tuple[str, str], **more: object) -> Advisory:
    """Return a record of our own with these links (type, address)."""
    references = [{"type": kind, "url": url} for kind, url in links]
    tree = {"id": number, "modified": "2026-11-20T00:00:00Z", "summary": "x", "references": references} | more
    return advisory("osv", document(json.dumps(tree).encode()))


ADVISORY, REPORT, WEB = "ADVISORY", "REPORT", "WEB"


@pytest.mark.parametrize(
    ("number", "links", "address"),
    [
        (
            "ZZSA-2026:0608",
            [(ADVISORY, "https://a.example/errata/YYSA-2026:0608"), (WEB, "https://z.example/8/ZZSA-2026-0608.html")],
            "https://z.example/8/ZZSA-2026-0608.html",
        ),
        (
            "ZZSA-2026:0608",
            [(ADVISORY, "https://a.example/errata/YYSA-2026:0608")],
            "https://osv.dev/vulnerability/ZZSA-2026:0608",
        ),
        (
            "ZORK-CVE-2026-90051",
            [(REPORT, "https://cve.example/CVE-2026-90051"), (REPORT, "https://zork.example/security/CVE-2026-90051")],
            "https://zork.example/security/CVE-2026-90051",
        ),
        ("ZZ-2026-1", [(WEB, "https://z.example/zz-2026-1"), (ADVISORY, "https://z.example/ZZ-2026-1")], ""),
        ("ZZ-1", [(ADVISORY, "https://z.example/lamps")], "https://z.example/lamps"),
        ("ZZ-1", [(ADVISORY, "https://z.example/CVE-2026-90051")], "https://z.example/CVE-2026-90051"),
        ("ZZ-1", [(WEB, "https://z.example/other")], "https://osv.dev/vulnerability/ZZ-1"),
    ],
)
def test_the_address_is_the_records_own_page(number: str, links: list[tuple[str, str]], address: str) -> None:
    """Its own number first, whoever's ADVISORY stands before it; never another distributor's; never none."""
    found = record(number, *links, aliases=["CVE-2026-90051"])
    assert found.url == (address or "https://z.example/ZZ-2026-1")


@pytest.mark.parametrize(
    ("withdrawn", "revision"),
    [("2026-11-23T08:00:00Z", "2026-11-23"), ("2026-11-19T08:00:00Z", "2026-11-20"), ("", "2026-11-20")],
)
def test_being_withdrawn_is_a_change(withdrawn: str, revision: str) -> None:
    """The day of it moves the revision, where the publisher left the day of the last change alone."""
    found = record("ZZ-1", **({"withdrawn": withdrawn} if withdrawn else {}))
    assert found.revision == revision
    assert found.updated is not None
    assert found.updated.date().isoformat() == revision
    assert found.status is (Status.WITHDRAWN if withdrawn else Status.FINAL)


@pytest.mark.parametrize(
    ("fixed", "complete"),
    [("15.15-2.module_el9.7.0+203", False), ("0:1.10-1.module+el8.3.0+74", False), ("15.15-2.el9", True)],
)
def test_a_range_of_a_modules_builds_is_not_complete(fixed: str, complete: bool) -> None:
    """A host with another stream has an older version and is not affected: the title, which names the stream, stays."""
    line = {
        "package": {"ecosystem": "AlmaLinux:9", "name": "lantern"},
        "ranges": [{"type": "ECOSYSTEM", "events": [{"introduced": "0"}, {"fixed": fixed}]}],
    }
    (one,) = record("ZZ-1", summary="lantern:15 security update", affected=[line]).affected
    assert one.complete is complete
    assert one.unread == (() if complete else ("lantern:15 security update",))
