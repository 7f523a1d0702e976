"""Every fixture against its advisories as JSON, checked by eye against the fixture when they were written.

To write the files anew after a change that is meant: `python -m tests.source.test_golden`, then read the difference.
"""

import json
from importlib import import_module
from pathlib import Path

import pytest

from feedbot import messages
from feedbot.advisory import Advisory, Quarantined, advisory_json
from feedbot.source import ListedItem
from tests.source.reading import FIXTURES, fixture, read

GOLDEN = Path(__file__).parent / "golden"
ELSEWHERE = {"jpcert/csirt-a.rdf", "cert_cc/feed.xml"}
"""Fixtures without an advisory in them that test_listings.py reads."""
FOUND = tuple(sorted(path.relative_to(FIXTURES).as_posix() for path in FIXTURES.rglob("*") if path.is_file()))
CASES = tuple(name for name in FOUND if name not in ELSEWHERE)
"""Every other fixture, MEMBER/FILE. A file whose name begins with `listing` is given to the member's `listing`, with
the address that it is found at; all others to its `read`."""


def golden_of(name: str) -> Path:
    """Return the golden file of a fixture."""
    return GOLDEN / (name.replace("/", "-") + ".json")


def as_golden(item: Advisory | ListedItem | Quarantined) -> dict[str, object]:
    """Return an item as the golden files keep it."""
    if isinstance(item, Quarantined):
        return {"quarantined": item.reason.reason(), "item": item.where}
    if isinstance(item, ListedItem):
        updated = item.updated.isoformat() if item.updated else None
        return {"listed": item.number, "url": item.url, "title": item.title, "updated": updated}
    return advisory_json(item)


def reading_of(name: str) -> list[dict[str, object]]:
    """Return what a fixture reads as."""
    member, _, file = name.partition("/")
    if not file.startswith("listing"):
        return [as_golden(item) for item in read(member, fixture(name))]
    module = import_module(f"feedbot.source.{member}")
    return [as_golden(item) for item in module.listing(fixture(name, f"https://{member}.example/data/{file}"))]


@pytest.mark.parametrize("name", CASES)
def test_golden(name: str) -> None:
    """A fixture reads as its golden file says, field by field."""
    assert reading_of(name) == json.loads(golden_of(name).read_text(encoding="utf-8"))


def test_every_golden_file_is_asserted() -> None:
    """A golden file that no fixture belongs to, and a fixture that no test reads, fail here."""
    assert {path.name for path in GOLDEN.iterdir()} == {golden_of(name).name for name in CASES}
    assert set(FOUND) >= ELSEWHERE


if __name__ == "__main__":
    messages.use("en")
    for case in CASES:
        text = json.dumps(reading_of(case), ensure_ascii=False, indent=1) + "\n"
        golden_of(case).write_text(text, encoding="utf-8")
