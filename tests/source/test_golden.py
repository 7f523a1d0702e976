"""Every fixture against its advisories as JSON, checked by eye against the fixture when they were written.

To write the files anew after a change that is meant: `python -m tests.source.test_golden`, then read the difference.
"""

import json
from pathlib import Path

import pytest

from feedbot import messages
from feedbot.advisory import Advisory, Quarantined, advisory_json
from tests.source.reading import FIXTURES, fixture, read

GOLDEN = Path(__file__).parent / "golden"
CASES = (
    "jpcert/at260101.html",
    "jpcert/at260102.html",
    "jpcert/at260103.txt",
    "jpcert/pasted.txt",
    "jvn/jvn.rdf",
    "jvn/JVN99000001.html",
    "jvn/JVNVU99000002.html",
    "jvn_ipedia/jvndb_new.rdf",
    "jvn_ipedia/detail.xml",
    "cert_cc/vince.json",
    "cert_cc/vu_990104.json",
    "cert_cc/vendor_zzzz.json",
    "cert_cc/cases.json",
    "cert_cc/case.json",
)
LISTINGS = {"jpcert/csirt-a.rdf", "cert_cc/feed.xml"}
"""Fixtures without an advisory in them: test_listings.py reads these."""


def golden_of(name: str) -> Path:
    """Return the golden file of a fixture."""
    return GOLDEN / (name.replace("/", "-") + ".json")


def as_golden(item: Advisory | Quarantined) -> dict[str, object]:
    """Return an item as the golden files keep it."""
    if isinstance(item, Quarantined):
        return {"quarantined": item.reason.reason(), "item": item.where}
    return advisory_json(item)


@pytest.mark.parametrize("name", CASES)
def test_golden(name: str) -> None:
    """A fixture reads as its golden file says, field by field."""
    found = [as_golden(item) for item in read(name.partition("/")[0], fixture(name))]
    assert found == json.loads(golden_of(name).read_text(encoding="utf-8"))


def test_every_golden_file_is_asserted() -> None:
    """A golden file that no case reads, and a fixture that no test reads, fail here."""
    assert {path.name for path in GOLDEN.iterdir()} == {golden_of(name).name for name in CASES}
    fixtures = {path.relative_to(FIXTURES).as_posix() for path in FIXTURES.rglob("*") if path.is_file()}
    assert fixtures == set(CASES) | LISTINGS


if __name__ == "__main__":
    messages.use("en")
    for case in CASES:
        items = [as_golden(item) for item in read(case.partition("/")[0], fixture(case))]
        golden_of(case).write_text(json.dumps(items, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
