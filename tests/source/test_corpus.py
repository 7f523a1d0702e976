"""The real files: every item is read or quarantined, counted by other means; and the seed reads as it should."""

import json
import re
from collections import Counter
from pathlib import Path

import pytest

from feedbot.advisory import Advisory, Quarantined, UnreadRange, Verdict
from feedbot.fetch import file
from tests.source.reading import NOW, read, reasons

FOLDERS = {
    "jpcert/at": ("jpcert", "**/*.html"),
    "jvn-rss": ("jvn", "**/*.rdf"),
    "jvndb-rss": ("jvn_ipedia", "**/*.rdf"),
    "jvn-vuldef": ("jvn_ipedia", "**/*.rdf"),
    "certcc": ("cert_cc", "**/*.json"),
}


def files(corpus: Path, folder: str) -> list[Path]:
    """Return a folder's files that the member is for."""
    found = sorted((corpus / "feeds" / folder).glob(FOLDERS[folder][1]))
    assert found
    return found


def items_in(path: Path) -> int:
    """Count the items of a file without any of our parsers."""
    text = path.read_text(encoding="utf-8")
    if path.suffix == ".json" and '"get_cases"' in text:
        return len(json.loads(text)["get_cases"])
    return len(re.findall(r"<item |<Vulinfo>", text)) if path.suffix == ".rdf" else 1


@pytest.mark.parametrize("folder", FOLDERS)
def test_nothing_is_lost(corpus: Path, folder: str) -> None:
    """Read and quarantined together are the items of each file."""
    member = FOLDERS[folder][0]
    for path in files(corpus, folder):
        assert len(read(member, file.read(path, NOW))) == items_in(path), path.name


@pytest.mark.parametrize("folder", [folder for folder in FOLDERS if folder != "certcc"])
def test_nothing_japanese_is_quarantined(corpus: Path, folder: str) -> None:
    """Every item of the Japanese publishers' files is read, with number, title and date."""
    for path in files(corpus, folder):
        for item in read(FOLDERS[folder][0], file.read(path, NOW)):
            assert isinstance(item, Advisory)
            assert item.number
            assert item.title
            assert item.published


def test_only_what_is_no_note_is_quarantined_of_certcc(corpus: Path) -> None:
    """Vendors' statements, the CSAF document and the schema are refused for what they are, and nothing else."""
    found = Counter(
        reason for path in files(corpus, "certcc") for reason in reasons(read("cert_cc", file.read(path, NOW)))
    )
    vendors = sum(path.name.startswith("vendor_") for path in files(corpus, "certcc"))
    assert found == {
        "vendor statement, not a note": vendors,
        "a CSAF document, not a note": 1,
        "not a vulnerability note": 1,
    }


def test_every_sec_element_is_kept(corpus: Path) -> None:
    """References, products and scores of the JVN iPedia feeds are as many as the files have elements."""
    for path in files(corpus, "jvndb-rss"):
        text = path.read_text(encoding="utf-8")
        found = [item for item in read("jvn_ipedia", file.read(path, NOW)) if isinstance(item, Advisory)]
        assert sum(len(one.references) for one in found) == text.count("<sec:references")
        assert sum(len(one.affected) for one in found) == text.count("<sec:cpe")
        assert sum(len(one.severity) for one in found) == text.count("<sec:cvss")


def test_names_with_another_dash_are_names(corpus: Path) -> None:
    """VINCE writes one CVE name of VU#382314 with U+2011; all four are found."""
    (note,) = read("cert_cc", file.read(corpus / "feeds/certcc/VU-382314.json", NOW))
    assert isinstance(note, Advisory)
    assert note.cves == ("CVE-2025-14303", "CVE-2025-11901", "CVE-2025-14302", "CVE-2025-14304")
    assert (note.number, note.revision) == ("VU#382314", "7")


def test_alert_page_with_update_boxes(corpus: Path) -> None:
    """The Log4j alert: affected branch, fixed version, six revisions, the names of the same matter."""
    (alert,) = read("jpcert", file.read(corpus / "feeds/jpcert/at/2021/at210050.html", NOW))
    assert isinstance(alert, Advisory)
    assert (alert.number, alert.revision) == ("JPCERT-AT-2021-0050", "2022-01-04")
    assert [str(one.range) for one in alert.affected] == ["vers:generic/>=2|<2.15.0"]
    assert alert.aliases == ("CVE-2021-44228", "CVE-2021-45046", "CVE-2021-45105", "JVNVU#96768815")
    assert len(alert.history) == 6
    assert any("JndiLookup" in one for one in alert.workarounds)


def test_seed(seed: Path) -> None:
    """The page's three posts: an advisory with versions, one without, and a text that is none."""
    first, second, third = read("jpcert", file.read(seed, NOW))
    assert isinstance(first, Advisory)
    assert (first.number, first.publisher) == ("JPCERT-AT-2014-0001", "JPCERT/CC")
    assert first.aliases == ("VU#348126", "JVNVU#96176042", "NetBSD-SA2014-002")
    assert [(one.product, str(one.range)) for one in first.affected] == [
        ("ntpd", "vers:generic/<4.2.7p26"),
        ("ntpd", "vers:generic/>=4.2.6|<4.2.7"),
    ]
    assert [(one.product, str(one.range)) for one in first.fixed] == [("ntpd", "vers:generic/4.2.7p26")]
    assert [one.rpartition("\n")[2] for one in first.workarounds] == ["disable monitor"]
    assert first.signature.verdict is Verdict.MALFORMED
    assert isinstance(second, Advisory)
    assert (second.number, second.revision) == ("JPCERT-AT-2005-0002", "2012-01-05")
    assert [str(one.date) for one in second.history] == ["2005-02-21", "2012-01-05"]
    assert second.affected == ()
    assert second.signature.verdict is Verdict.MALFORMED
    assert isinstance(third, Quarantined)
    assert third.reason.reason() == "no advisory number"
    assert b"SPAM" in third.raw


def test_unread_wording_of_certcc_stays(corpus: Path) -> None:
    """English sentences that are not understood are in the advisory, none of them shortened."""
    path = corpus / "feeds/certcc/archive/vu_348126/vu_348126.json"
    (note,) = read("cert_cc", file.read(path, NOW))
    assert isinstance(note, Advisory)
    (one,) = note.affected
    assert isinstance(one.range, UnreadRange)
    assert one.range.text in json.loads(path.read_text(encoding="utf-8"))["Overview"]
