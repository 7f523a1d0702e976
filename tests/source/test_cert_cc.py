"""Notes of CERT/CC: what the golden files do not show."""

import json
from datetime import UTC, datetime

import pytest

from feedbot.advisory import Quarantined, Severity, Status, UnreadRange
from feedbot.errors import SourceError
from feedbot.source import ListedItem, cert_cc
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


def test_a_summary_of_the_api_lists_notes() -> None:
    """Numbers become addresses of notes; what is none is quarantined, and so is a count that is another."""
    given = document(
        b'{"count": 4, "notes": ["VU#990101", "990102", 7]}', "https://kb.cert.org/vuls/api/2026/11/summary/"
    )
    found = list(cert_cc.listing(given))
    assert found[:2] == [
        ListedItem("VU#990101", "https://kb.cert.org/vuls/api/990101/"),
        ListedItem("VU#990102", "https://kb.cert.org/vuls/api/990102/"),
    ]
    assert [one.reason.reason() for one in found[2:] if isinstance(one, Quarantined)] == [
        "no advisory number",
        "it names 3 notes and counts 4",
    ]
    assert list(cert_cc.listing(document(b'{"count": 0, "notes": []}'))) == []


def test_other_json_is_no_summary() -> None:
    """An error of the API is refused."""
    with pytest.raises(SourceError, match="not a summary"):
        list(cert_cc.listing(document(b'{"error": "Content requested does not exist"}')))


def test_addresses_of_cert_cc() -> None:
    """Months up to a year, years beyond, then the feed."""
    now, feed = datetime(2027, 1, 5, tzinfo=UTC), cert_cc.SOURCE.listing_url
    assert cert_cc.addresses(feed, None, now) == (feed,)
    assert [
        url.removeprefix("https://kb.cert.org/vuls/")
        for url in cert_cc.addresses(feed, datetime(2026, 11, 24, tzinfo=UTC), now)
    ] == [
        "api/2026/11/summary/",
        "api/2026/12/summary/",
        "api/2027/01/summary/",
        "atomfeed/",
    ]
    assert len(cert_cc.addresses(feed, datetime(2024, 6, 1, tzinfo=UTC), now)) == 5


@pytest.mark.parametrize(
    ("field", "sentence"),
    [
        ("Overview", "There is an unpainted spot in lanternd 8.12.(x < 9) hung by a thread."),
        ("Overview", "Lantern 1.3.14 can be blown out."),
        ("Description", "The lantern since version 2.6.22 has a race condition in its wick."),
        ("Description", "Lantern versions 1.6 and greater let strangers trim the wick."),
        ("Impact", "A moth could put out a lantern version < 2.6.16 with the ring module."),
    ],
)
def test_a_sentence_with_versions_stays_visible(field: str, sentence: str) -> None:
    """What is not understood is not taken for nothing: a person reads it."""
    found = advisory("cert_cc", document(note(**{"Overview": "Wax.", "Description": "", field: sentence})))
    assert [one.range for one in found.affected] == [UnreadRange(sentence)]


@pytest.mark.parametrize(
    "sentence",
    [
        "As RFC 5246 says in section 7.4.7, wax drips.",
        "PKCS #1 v1.5 wax drips.",
        "They hung over 1.3 million lanterns.",
        "Lantern 1.3 is not vulnerable.",
    ],
)
def test_a_number_of_something_else_is_no_version(sentence: str) -> None:
    """Chapters, standards and counts are no versions of what is affected."""
    assert advisory("cert_cc", document(note(Overview=sentence, Description=""))).affected == ()


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("Upgrade the Lantern kernel to version 2.2.19 or later.", ["Lantern kernel 2.2.19"]),
        ("All users of Lantern Server upgrade to version 8.2.2-P7, which is dry.", ["Lantern Server 8.2.2-P7"]),
        ("Users should upgrade to either Lantern 8.2.3 or Lantern 9.1.", ["Lantern 8.2.3", "Lantern 9.1"]),
        ("Lantern 0.9.8 users should upgrade to 0.9.8za.", ["Lantern 0.9.8za"]),
        (
            "Lantern kernel versions 4.8.3, 4.7.9, and 4.4.26 address this vulnerability.",
            ["Lantern kernel 4.4.26", "Lantern kernel 4.7.9", "Lantern kernel 4.8.3"],
        ),
        ("This was fixed in Lantern stable versions 2.5.13, 2.6.10.", ["Lantern 2.5.13", "Lantern 2.6.10"]),
        ("Upgrade to Lantern 1.3.28 to resolve this issue.", ["Lantern 1.3.28"]),
        ("Version 3.23.56 of Lantern resolves this issue.", ["Lantern 3.23.56"]),
        ("The vendor has released version 3.2.0 to address this issue.", [" 3.2.0"]),
        ("Upgrade to the newest one, or else upgrade to version 4.2.2.", [" 4.2.2"]),
        ("The vendor has released Lantern version 1.7.10 and Candle version 1.9.52 to address this issue.", []),
        ("Fixed in Lantern 1.7.10 and Candle 1.9.52.", []),
        ("Lantern 5.3.12 does not fix this issue.", []),
        ("Upgrade to a version 3.1 downloaded after June 15, 2005.", []),
        ("This was not fixed in Lantern 1.2.3.", []),
    ],
)
def test_what_a_solution_says_is_corrected(sentence: str, told: list[str]) -> None:
    """The versions and their product, also where the sentence goes on; what is only half of a cure gives none."""
    found = advisory("cert_cc", document(note(Resolution=sentence)))
    assert [f"{one.product} {one.versions[0]}" for one in found.fixed] == told


@pytest.mark.parametrize(
    ("fields", "url"),
    [
        ({"US-CERTTechnicalAlert": "TA99-190B"}, "https://www.us-cert.gov/ncas/alerts/TA99-190B"),
        ({"uscerttechnicalalert": "TA99-190B"}, "https://www.us-cert.gov/ncas/alerts/TA99-190B"),
        ({"CERTAdvisory": "CA-1999-07"}, "https://www.cert.org/historical/advisories/CA-1999-07.cfm"),
    ],
)
def test_the_alert_about_a_note_is_linked(fields: dict[str, str], url: str) -> None:
    """An alert may be about several notes, so it is no alias; it is not dropped either."""
    found = advisory("cert_cc", document(note(**fields)))
    assert url in [one.url for one in found.references]
    assert not [name for name in found.aliases if "TA99" in name or "CA-1999" in name]


def test_a_version_in_the_title_stays_visible() -> None:
    """Some notes name the affected version in their title alone."""
    found = advisory("cert_cc", document(note(Title="Lantern 9.3.0 drips", Overview="Wax.", Description="")))
    assert [one.range for one in found.affected] == [UnreadRange("Lantern 9.3.0 drips")]
