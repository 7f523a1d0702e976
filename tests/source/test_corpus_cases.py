"""Real advisories put into cases: the order decides nothing, and no case is larger than one matter."""

import random
from pathlib import Path

import pytest

from feedbot.advisory import Advisory
from feedbot.advisory.case import ROLL_UP, Case, together
from feedbot.fetch import file
from tests.advisory.test_case import partition
from tests.source.reading import NOW, read

FOLDERS = {
    "certcc/archive": ("cert_cc", "**/vu_*.json"),
    "cisa-csaf": ("csaf", "**/*.json"),
    "upstream/httpd": ("httpd", "**/*.json"),
    "upstream/openssl": ("openssl", "**/*.json"),
}


def grouped(advisories: list[Advisory]) -> list[Case]:
    """Put advisories into cases as they come; asked are the cases that share a name, as the store does."""
    by_name: dict[str, set[str]] = {}
    cases: dict[str, Case] = {}
    for number, advisory in enumerate(advisories):
        names = (advisory.number, *advisory.aliases)
        asked = sorted({case for name in names for case in by_name.get(name, ()) if case in cases})
        chosen = together(advisory, [cases[case] for case in asked])
        members = tuple(member for case in chosen for member in cases.pop(case.id).advisories)
        made = Case(f"C-{number:04}", (*members, advisory))
        cases[made.id] = made
        for name in made.names:
            by_name.setdefault(name, set()).add(made.id)
    return list(cases.values())


@pytest.fixture(scope="module")
def advisories(corpus: Path) -> list[Advisory]:
    """The advisories of CERT/CC, CISA, Apache and OpenSSL that name a flaw, each once."""
    found = {}
    for folder, (member, pattern) in FOLDERS.items():
        for path in sorted((corpus / "feeds" / folder).glob(pattern)):
            items = [one for one in read(member, file.read(path, NOW)) if isinstance(one, Advisory)]
            found |= {(one.source, one.number): one for one in items if one.cves}
    assert len(found) > 500
    return list(found.values())


def test_any_order_gives_the_same_cases(advisories: list[Advisory]) -> None:
    """Three shuffles of them all."""
    mixer = random.Random(4)
    expected = partition(grouped(advisories))
    for _ in range(3):
        assert partition(grouped(mixer.sample(advisories, len(advisories)))) == expected


def test_one_matter_of_two_publishers_is_one_case(advisories: list[Advisory]) -> None:
    """The note of 2014 on OpenSSL's flaw and OpenSSL's own record; a device maker's list stays out."""
    cases = {one.number: case for case in grouped(advisories) for one in case.advisories}
    assert [one.number for one in cases["VU#978508"].advisories] == ["VU#978508", "CVE-2014-0224"]
    assert [one.number for one in cases["ICSA-22-132-02"].advisories] == ["ICSA-22-132-02"]
    assert max(map(size, cases.values())) <= ROLL_UP


def size(case: Case) -> int:
    """Return how many flaws a case of several advisories names."""
    return len(case.cves) if len(case.advisories) > 1 else 0
