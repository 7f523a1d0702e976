"""Notes of CERT/CC: what the golden files do not show."""

import json

import pytest

from feedbot.advisory import Severity, Status
from tests.source.reading import advisory, document, fixture, read, reasons

NOTE = json.loads(fixture("cert_cc/vu_990104.json").body)


def note(**changed: object) -> bytes:
    """Return the archive's note with other fields."""
    return json.dumps(NOTE | changed).encode()


@pytest.mark.parametrize(
    ("vector", "score", "severity"),
    [
        ("AV:N/AC:L/Au:N/C:N/I:N/A:C", 7.8, (Severity("CVSSv2", "AV:N/AC:L/Au:N/C:N/I:N/A:C", "7.8"),)),
        ("AV:--/AC:--/Au:--/C:--/I:--/A:--", 7.8, ()),
        ("AV:N/AC:L/Au:N/C:N/I:N/A:N", 0, ()),
        ("", "", ()),
    ],
)
def test_unscored_notes(vector: str, score: object, severity: tuple[Severity, ...]) -> None:
    """The archive writes "not scored" as zero, or as a vector of dashes: neither is a score."""
    found = advisory("cert_cc", document(note(CVSS_BaseVector=vector, CVSS_BaseScore=score)))
    assert found.severity == severity


@pytest.mark.parametrize("cves", ["CVE-2026-1001, CVE-2026-1002", ["CVE-2026-1001", "CVE-2026-1002"]])
def test_names_as_text_or_list(cves: object) -> None:
    """CVEIDs is a text in some notes and a list in others."""
    assert advisory("cert_cc", document(note(CVEIDs=cves))).cves == ("CVE-2026-1001", "CVE-2026-1002")


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"ID": "", "IDNumber": ""}, "no advisory number"),
        ({"ID": "VU#x"}, "no advisory number"),
        ({"Title": " "}, "no title"),
        ({"DateFirstPublished": "soon"}, "unreadable date: soon"),
    ],
)
def test_what_a_note_must_have(changed: dict[str, object], reason: str) -> None:
    """A note without it is quarantined for that."""
    assert reasons(read("cert_cc", document(note(**changed)))) == [reason]


def test_a_case_is_a_draft() -> None:
    """A VINCE case is not published."""
    assert advisory("cert_cc", fixture("cert_cc/case.json")).status is Status.DRAFT


@pytest.mark.parametrize(
    ("sentence", "fixed"),
    [
        ("Upgrade to Andon 1.2.3.", ["1.2.3"]),
        ("This is fixed in andond 0.9.2, 0.8.7.", ["0.8.7", "0.9.2"]),
        ("Update to andond 0.9.2, released yesterday.", ["0.9.2"]),
        ("Update to the newest lamp.", []),
        ("Do not update to andond 1.0.", []),
    ],
)
def test_fixed_versions_in_prose(sentence: str, fixed: list[str]) -> None:
    """Versions that a Solution names as fixed, where what follows is understood completely."""
    found = advisory("cert_cc", document(note(Resolution=sentence)))
    assert sorted(one.range.constraints[0].version for one in found.fixed) == fixed
