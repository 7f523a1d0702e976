"""CISA's catalogue: what the golden file does not show, and the real one counted by other means."""

import csv
import gzip
import io
import json
from pathlib import Path

import pytest

from feedbot.advisory import Advisory, Quarantined, UnreadRange
from feedbot.source import ListedItem, cisa_kev
from tests.source.reading import advisory, document, fixture, read, reasons

CATALOGUE = json.loads(fixture("cisa_kev/catalog.json").body)


def catalogue(**changed: object) -> bytes:
    """Return our catalogue with only its first entry, that one with other fields."""
    return json.dumps(CATALOGUE | {"count": 1, "vulnerabilities": [CATALOGUE["vulnerabilities"][0] | changed]}).encode()


def test_whole_entries_are_listed() -> None:
    """An entry has no address: the catalogue itself is what is read; what is quarantined is so in both."""
    found = list(cisa_kev.listing(fixture("cisa_kev/catalog.json")))
    assert [(one.number, one.url) for one in found if isinstance(one, ListedItem)] == [
        ("CVE-2026-90031", ""),
        ("CVE-2026-90032", ""),
    ]
    assert len([one for one in found if isinstance(one, Quarantined)]) == 2


def test_a_catalogue_that_lost_entries_says_so() -> None:
    """Its own count is held against what it holds."""
    assert reasons(read("cisa_kev", document(json.dumps(CATALOGUE | {"count": 5}).encode()))) == [
        "unreadable date: 2026-11-31",
        "no advisory number",
        "it says 5 items and holds 4",
    ]


@pytest.mark.parametrize(
    ("changed", "reason"),
    [
        ({"cveID": None}, "no advisory number"),
        ({"vulnerabilityName": " "}, "no title"),
        ({"dateAdded": "x"}, "unreadable date: x"),
    ],
)
def test_what_an_entry_must_have(changed: dict[str, object], reason: str) -> None:
    """An entry without it is quarantined for that."""
    (said,) = reasons(read("cisa_kev", document(catalogue(**changed))))
    assert said == reason


def test_what_no_database_can_hold() -> None:
    """NUL and lone surrogates do not leave the reader."""
    found = advisory("cisa_kev", document(catalogue(shortDescription="a\0b\ud800c 🕯")))
    assert found.summary == "a\ufffdb\ufffdc 🕯"


def test_the_real_catalogue(corpus: Path) -> None:
    """Every row of the CSV beside it is an advisory, with the same name, product and date."""
    folder = corpus / "feeds/cisa-kev"
    name = "known_exploited_vulnerabilities"
    text = gzip.decompress((folder / f"{name}.csv.gz").read_bytes()).decode()
    rows = list(csv.DictReader(io.StringIO(text)))
    found = read("cisa_kev", document(gzip.decompress((folder / f"{name}.json.gz").read_bytes())))
    assert len(found) == len(rows) > 1000
    for one, row in zip(found, rows, strict=True):
        assert isinstance(one, Advisory)
        (affected,) = one.affected
        names = (row["cveID"], row["vendorProject"].strip(), row["product"].strip())
        assert (one.number, affected.vendor, affected.product) == names
        assert one.published
        assert one.published.date().isoformat() == row["dateAdded"]
        assert isinstance(affected.range, UnreadRange)
        assert affected.range.text in one.summary
